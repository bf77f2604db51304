"""Wallets: what buyers see, what creators do by hand, and that neither reaches what is not theirs."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import clock, customers, ids, verify, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    DomainError,
    IdempotencyKeyReusedError,
    NotFoundError,
    NothingToReverseError,
    SignInRequiredError,
    SubscriptionDisabledError,
    SubscriptionInactiveError,
    ValidationFailedError,
)
from litesubs.domain.views.statements import SubscriptionView
from litesubs.models import LedgerEntry
from tests import factories
from tests.factories import HOSTILE, Holding, later

pytestmark = pytest.mark.usefixtures("shared_database")


def use(held: Holding, amount: int = 1, reason: str = "lesson", key: str = "") -> SubscriptionView:
    """Spend as the creator does."""
    return wallets.use(held.creator, held.public_id, amount, reason, key or str(ids.new()))


def adjust(held: Holding, amount: str, expires: str = "", reason: str = "goodwill") -> SubscriptionView:
    """Adjust as the creator does."""
    return wallets.adjust(held.creator, held.public_id, amount, reason, expires, str(ids.new()))


def entry_count() -> int:
    """How many entries there are."""
    with transaction() as session:
        return session.exec(select(func.count()).select_from(LedgerEntry)).one()


def test_using_a_credit_shows_in_the_ledger_of_both_sides() -> None:
    held = factories.customer_with(10)
    sold = use(held, 2, "First lesson")
    assert (sold.available, sold.spent, sold.meter) == (8, 2, "ss" + "a" * 8)
    line = sold.entries[0]
    assert (line.amount, line.title, line.who, line.left_after, line.returnable) == (
        "−2",
        "First lesson",
        "You",
        8,
        2,
    )
    bought = wallets.one_of_mine(held.buyer, held.public_id)
    assert bought.entries[0].who == "Ada Byron"
    assert bought.entries[0].left_after == 8


def test_the_same_key_again_does_nothing_more_and_another_request_with_it_is_refused() -> None:
    held = factories.customer_with(10)
    assert use(held, 2, key="k").available == 8
    assert use(held, 2, key="k").available == 8
    for changed in (
        partial(use, held, 3, key="k"),
        partial(use, held, 2, "other", key="k"),
        partial(wallets.adjust, held.creator, held.public_id, "2", "lesson", "", "k"),
    ):
        with pytest.raises(IdempotencyKeyReusedError):
            changed()
    assert factories.balance(held) == 8


def test_keys_of_two_creators_do_not_meet() -> None:
    one, other = factories.customer_with(10), factories.customer_with(10)
    use(one, key="k")
    use(other, key="k")
    assert (factories.balance(one), factories.balance(other)) == (9, 9)


def test_spending_too_much_says_whose_credits_and_how_many() -> None:
    held = factories.customer_with(3)
    with pytest.raises(ValidationFailedError) as refused:
        use(held, 5)
    assert refused.value.fields == {"amount": "This would leave −2 credits. Ben has 3 free."}
    with pytest.raises(ValidationFailedError, match="Ben has 3 free"):
        adjust(held, "-4")


@pytest.mark.parametrize("bad", [0, -1, 1_000_001, 2**70, 1.0, 1.5, True, "1", None, [], float("nan")])
def test_only_a_whole_positive_number_of_credits_is_spent(bad: Any) -> None:
    held = factories.customer_with(3)
    with pytest.raises(ValidationFailedError) as refused:
        wallets.use(held.creator, held.public_id, bad, "", "k")
    assert set(refused.value.fields) == {"amount"}
    assert factories.balance(held) == 3


@pytest.mark.parametrize(
    "bad",
    ["", "0", "-0", "1.5", "1e3", "++1", "+-1", "--1", "1_0", "ten", "1000001", "1" * 100_000, "١", "1\x00", None, []],
)
def test_only_a_whole_number_adjusts(bad: Any) -> None:
    held = factories.customer_with(3)
    with pytest.raises(ValidationFailedError) as refused:
        adjust(held, bad)
    assert set(refused.value.fields) == {"amount"}


@pytest.mark.parametrize(("typed", "after"), [("3", 8), ("+3", 8), (" 3 ", 8), ("-3", 2), ("\u22123", 2), ("-5", 0)])
def test_adjustments_are_read_as_people_type_them(typed: str, after: int) -> None:
    held = factories.customer_with(5)
    assert adjust(held, typed).available == after
    assert verify.violations() == []


@pytest.mark.parametrize("bad", ["", " ", "\u200b", "x" * 201, "a\x00b", "a\u202eb", None, 5, []])
def test_an_adjustment_needs_a_reason_people_can_read(bad: Any) -> None:
    held = factories.customer_with(3)
    with pytest.raises(ValidationFailedError) as refused:
        adjust(held, "1", reason=bad)
    assert set(refused.value.fields) == {"reason"}


def test_added_credits_expire_by_the_packs_rule_unless_told_otherwise() -> None:
    held = factories.customer_with(expiry_kind="after_days", expiry_days="10")
    today = clock.now().date()
    assert adjust(held, "1").lots[-1].expires == "10 days left"
    assert adjust(held, "1", "never").lots[-1].expires == "Never expires"
    assert adjust(held, "1", str(today)).lots[-1].expires == "Last day"
    assert adjust(held, "1", str(today + timedelta(days=3))).lots[-1].expires == "3 days left"


@pytest.mark.parametrize(
    "bad", ["2020-01-01", "9999-12-31", "tomorrow", "2027-02-30", 5, ["2027-01-01"], "2027-01-01\x00"]
)
def test_added_credits_cannot_expire_in_the_past_or_after_ten_years(bad: Any) -> None:
    held = factories.customer_with(3)
    with pytest.raises(ValidationFailedError) as refused:
        adjust(held, "1", bad)
    assert set(refused.value.fields) == {"expires"}
    assert factories.balance(held) == 3


def test_a_spend_can_be_given_back_once() -> None:
    held = factories.customer_with(5)
    entry = use(held, 4).entries[0].id
    back = wallets.reverse(held.creator, held.public_id, entry, "k1")
    assert back.available == 5
    assert not any(line.returnable for line in back.entries)
    assert wallets.reverse(held.creator, held.public_id, entry, "k1").available == 5
    with pytest.raises(NothingToReverseError):
        wallets.reverse(held.creator, held.public_id, entry, "k2")


def test_a_spend_of_another_customer_cannot_be_given_back_here() -> None:
    held = factories.customer_with(5)
    other = factories.holding(held.pack, held.creator, 5)
    entry = use(other, 4).entries[0].id
    with pytest.raises(NotFoundError):
        wallets.reverse(held.creator, held.public_id, entry, "k")
    assert factories.balance(other) == 1


def test_paused_credits_are_shown_but_not_available_and_nothing_is_lost() -> None:
    held = factories.customer_with(5)
    paused = wallets.set_status(held.creator, held.public_id, "paused", "On holiday")
    assert (paused.status, paused.status_note, paused.posted, paused.available) == ("paused", "On holiday", 5, 0)
    with pytest.raises(SubscriptionInactiveError):
        use(held)
    assert adjust(held, "2").posted == 7
    wallets.set_status(held.creator, held.public_id, "disabled")
    with pytest.raises(SubscriptionDisabledError):
        adjust(held, "1")
    active = wallets.set_status(held.creator, held.public_id, "active", "ignored")
    assert (active.available, active.status_note) == (7, "")


@pytest.mark.parametrize("bad", ["Active", "open", "", None, 1, [], {}, "a\x00", "x" * 100_000])
def test_only_the_three_statuses_exist(bad: Any) -> None:
    held = factories.customer_with(5)
    with pytest.raises(ValidationFailedError):
        wallets.set_status(held.creator, held.public_id, bad)


@pytest.mark.usefixtures("database")
def test_credits_past_their_time_are_not_shown_as_available_before_the_job_has_run() -> None:
    held = factories.customer_with(5)
    factories.give(held, 3, expires_at=later(days=1))
    assert wallets.one_of_mine(held.buyer, held.public_id).available == 8
    with clock.at(later(days=1, seconds=1)):
        view = wallets.one_of_mine(held.buyer, held.public_id)
        assert (view.available, view.posted) == (5, 5)
        with pytest.raises(ValidationFailedError, match="5 free"):
            use(held, 6)
        assert wallets.expire_due() == 1
        assert wallets.expire_due() == 0
        assert wallets.one_of_mine(held.buyer, held.public_id).entries[0].kind == "expiry"
    assert verify.violations() == []


@pytest.mark.usefixtures("database")
def test_credits_of_paused_and_disabled_subscriptions_expire_too() -> None:
    held = factories.customer_with()
    factories.give(held, 3, expires_at=later(days=1))
    wallets.set_status(held.creator, held.public_id, "disabled")
    with clock.at(later(days=2)):
        assert wallets.expire_due() == 1
    assert factories.balance(held) == 0


@pytest.mark.usefixtures("database")
def test_a_lot_that_cannot_be_written_off_does_not_keep_the_others() -> None:
    stuck, other = factories.customer_with(), factories.customer_with()
    for held in (stuck, other):
        factories.give(held, 3, expires_at=later(days=1))
    with transaction() as session:  # stands for whatever may be wrong with one lot
        session.execute(text("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'"))
        only = f"WHEN (NEW.subscription_id = '{stuck.subscription_id}')"
        session.execute(
            text(f"CREATE TRIGGER no BEFORE UPDATE ON credit_grant FOR EACH ROW {only} EXECUTE FUNCTION no()")
        )
    with clock.at(later(days=2)):
        assert wallets.expire_due() == 1
    assert (factories.balance(stuck), factories.balance(other)) == (3, 0)


def test_a_wallet_groups_what_a_buyer_holds_by_creator() -> None:
    buyer = factories.person()
    ada, cem = factories.creator("Ada Byron"), factories.creator("Cem Yılmaz")
    factories.holding(factories.pack(ada), ada, 3, buyer=buyer)
    factories.holding(factories.pack(ada), ada, 4, buyer=buyer)
    factories.holding(factories.pack(cem), cem, 5, buyer=buyer)
    mine = wallets.mine(buyer)
    assert mine.summary == "12 credits with 2 creators. Nothing here renews."
    assert [(group.creator_name, len(group.subscriptions)) for group in mine.groups] == [
        ("Cem Yılmaz", 1),
        ("Ada Byron", 2),
    ]
    assert wallets.mine(factories.person()).groups == []


def test_two_creators_of_one_name_stay_apart_in_a_wallet() -> None:
    buyer = factories.person()
    for seller in (factories.creator("Ada Byron"), factories.creator("Ada Byron")):
        factories.holding(factories.pack(seller), seller, 3, buyer=buyer)
    mine = wallets.mine(buyer)
    assert mine.summary == "6 credits with 2 creators. Nothing here renews."
    assert [(group.creator_name, len(group.subscriptions)) for group in mine.groups] == [("Ada Byron", 1)] * 2


def test_what_expires_next_is_said() -> None:
    held = factories.customer_with(5)
    factories.give(held, 2, expires_at=later(days=9))
    assert wallets.mine(held.buyer).expiring.startswith("2 credits of 10 coaching sessions, Ada Byron: ")


def test_a_long_ledger_comes_in_pages_without_holes() -> None:
    held = factories.customer_with(200)
    for _ in range(60):
        use(held)
    seen: list[int] = []
    after = ""
    while True:
        page = wallets.subscription(held.creator, held.public_id, after)
        seen += [line.left_after for line in page.entries]
        after = page.older
        if not after:
            break
    assert seen == list(range(140, 201))


@pytest.mark.parametrize("after", [*HOSTILE, "-1", str(2**63), str(2**63 - 1), "1.x", f"2.{'f' * 32}", "٣"])
def test_no_place_in_a_ledger_breaks_it(after: Any) -> None:
    held = factories.customer_with(5)
    assert wallets.subscription(held.creator, held.public_id, after).posted == 5
    assert wallets.one_of_mine(held.buyer, held.public_id, after).posted == 5


def everything_on(subscription_id: Any, entry_id: str = "debit_0") -> dict[str, Callable[[Actor], object]]:
    """Every use case that takes a subscription's id."""
    return {
        "subscription": lambda actor: wallets.subscription(actor, subscription_id),
        "use": lambda actor: wallets.use(actor, subscription_id, 1, "", "k"),
        "adjust": lambda actor: wallets.adjust(actor, subscription_id, "1", "r", "", "k"),
        "reverse": lambda actor: wallets.reverse(actor, subscription_id, entry_id, "k"),
        "set_status": lambda actor: wallets.set_status(actor, subscription_id, "paused"),
        "one_of_mine": lambda actor: wallets.one_of_mine(actor, subscription_id),
    }


def test_a_foreign_subscription_is_not_found_by_any_use_case() -> None:
    held = factories.customer_with(5)
    entry_id = use(held).entries[0].id
    stranger = factories.creator()
    before = entry_count()
    for call in everything_on(held.public_id, entry_id).values():
        with pytest.raises(NotFoundError):
            call(stranger)
    with pytest.raises(NotFoundError):
        wallets.one_of_mine(held.creator, held.public_id)
    assert entry_count() == before
    assert wallets.subscription(held.creator, held.public_id).status == "active"


def test_a_buyer_cannot_act_as_the_creator_of_what_they_hold() -> None:
    held = factories.customer_with(5)
    calls = everything_on(held.public_id, use(held).entries[0].id)
    calls.pop("one_of_mine")
    for call in calls.values():
        with pytest.raises(CreatorProfileRequiredError):
            call(held.buyer)
    selling_buyer = factories.creator()
    own = factories.holding(held.pack, held.creator, 5, buyer=selling_buyer)
    with pytest.raises(NotFoundError):
        wallets.use(selling_buyer, own.public_id, 1, "", "k")


def test_a_visitor_is_asked_to_sign_in() -> None:
    held = factories.customer_with(5)
    entry_id = use(held).entries[0].id
    calls = [*everything_on(held.public_id, entry_id).values(), wallets.mine, customers.page, customers.known]
    for call in calls:
        with pytest.raises(SignInRequiredError):
            call(VISITOR)


@pytest.mark.parametrize("bad", HOSTILE)
def test_whatever_a_client_sends_is_answered_with_one_of_our_errors(bad: Any) -> None:
    held = factories.customer_with(5)
    for call in everything_on(bad).values():
        with pytest.raises(DomainError):
            call(held.creator)
    for attempt in (
        partial(wallets.adjust, held.creator, held.public_id, bad, bad, bad, "k1"),
        partial(wallets.use, held.creator, held.public_id, bad, bad, "k2"),
        partial(wallets.reverse, held.creator, held.public_id, bad, "k3"),
        partial(wallets.set_status, held.creator, held.public_id, bad, bad),
    ):
        with pytest.raises(DomainError):
            attempt()
    assert factories.balance(held) == 5
    assert verify.violations() == []


@pytest.mark.parametrize("bad", [None, True, 0, 1.5, "", "x" * 256, "a\x00b", "a\ud800b", [], {}])
def test_a_key_must_be_short_text(bad: Any) -> None:
    held = factories.customer_with(5)
    with pytest.raises(ValidationFailedError):
        wallets.use(held.creator, held.public_id, 1, "", bad)
    assert factories.balance(held) == 5


def test_a_spend_from_a_lot_that_has_expired_since_is_not_given_back_to_vanish() -> None:
    held = factories.customer_with()
    factories.give(held, 2, expires_at=later(days=1))
    spent = use(held).entries[0].id
    with clock.at(later(days=2)), pytest.raises(ValidationFailedError, match="expired since"):
        wallets.reverse(held.creator, held.public_id, spent, str(ids.new()))
    assert factories.balance(held) == 1


def test_credits_added_after_the_packs_date_do_not_silently_last_for_ever() -> None:
    held = factories.customer_with(1, expiry_kind="on_date", expiry_date=str(later(days=3).date()))
    with clock.at(later(days=9)):
        with pytest.raises(ValidationFailedError, match="last day has passed"):
            adjust(held, "1")
        assert adjust(held, "1", "never").lots[-1].expires == "Never expires"
