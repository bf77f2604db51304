"""What a creator does with a lot or a spend: take back, extend, give back in part; each once, each theirs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from litesubs.domain import clock, ids, verify, wallets
from litesubs.domain.errors import (
    DomainError,
    IdempotencyKeyReusedError,
    LotOverError,
    NotFoundError,
    NothingToReverseError,
    SubscriptionDisabledError,
    ValidationFailedError,
)
from litesubs.domain.views.statements import LotView, SubscriptionView
from tests import factories
from tests.factories import HOSTILE, Holding, later

pytestmark = pytest.mark.usefixtures("shared_database")
Act = Callable[[], SubscriptionView]


def lot(held: Holding, number: int = 0) -> LotView:
    """One of the lots as the creator sees it."""
    return wallets.subscription(held.creator, held.public_id).lots[number]


def void(held: Holding, number: int = 0, reason: str = "by mistake", key: str = "") -> SubscriptionView:
    """Take a lot back as the creator does."""
    return wallets.void(held.creator, held.public_id, lot(held, number).id, reason, key or str(ids.new()))


def extend(held: Holding, expires: str, reason: str = "ill", key: str = "") -> SubscriptionView:
    """Give the first lot more time as the creator does."""
    return wallets.extend(held.creator, held.public_id, lot(held).id, expires, reason, key or str(ids.new()))


def day(days: int) -> str:
    """That many days from now."""
    return str(clock.now().date() + timedelta(days=days))


def short(amount: int = 5, **span: int) -> Holding:
    """A customer with one lot that expires soon."""
    held = factories.customer_with()
    factories.give(held, amount, expires_at=later(**(span or {"days": 3})))
    return held


def test_a_lot_is_taken_back_once_with_a_reason() -> None:
    held = factories.customer_with(5, 7)
    view = void(held, key="k")
    assert (view.available, view.lots[0].remaining, view.lots[0].free) == (7, 0, 0)
    assert wallets.void(held.creator, held.public_id, view.lots[0].id, "by mistake", "k").available == 7
    with pytest.raises(IdempotencyKeyReusedError):
        void(held, 1, key="k")
    with pytest.raises(LotOverError):
        void(held)
    assert verify.violations() == []


def test_a_lot_is_extended_once_to_a_later_day_or_for_ever() -> None:
    held = short()
    assert extend(held, day(9), key="k").lots[0].expires == "9 days left"
    assert extend(held, day(9), key="k").lots[0].expires == "9 days left"
    for earlier in (day(9), day(1)):
        with pytest.raises(ValidationFailedError, match="later day"):
            extend(held, earlier)
    view = extend(held, "never")
    assert (view.lots[0].expires, view.lots[0].extendable) == ("Never expires", False)
    with pytest.raises(LotOverError):
        extend(held, "never")
    assert [line.kind for line in view.entries] == ["extension", "extension", "grant"]


@pytest.mark.parametrize("bad", ["", "2020-01-01", "9999-12-31", "tomorrow", 5, None, ["2027-01-01"], "2027-01-01\x00"])
def test_a_lot_is_not_extended_to_what_is_no_day(bad: Any) -> None:
    held = short()
    with pytest.raises(ValidationFailedError) as refused:
        extend(held, bad)
    assert set(refused.value.fields) == {"expires"}


@pytest.mark.parametrize("bad", ["", " ", "\u200b", "x" * 201, "a\x00b", None, []])
def test_taking_back_and_extending_need_a_reason(bad: Any) -> None:
    held = short()
    acts: list[Act] = [lambda: void(held, reason=bad), lambda: extend(held, day(9), reason=bad)]
    for act in acts:
        with pytest.raises(ValidationFailedError) as refused:
            act()
        assert set(refused.value.fields) == {"reason"}
    assert factories.balance(held) == 5


def test_lots_of_a_disabled_pack_stand_still_and_those_of_a_paused_one_do_not() -> None:
    held = short()
    wallets.set_status(held.creator, held.public_id, "disabled")
    acts: list[Act] = [lambda: void(held), lambda: extend(held, day(9))]
    for act in acts:
        with pytest.raises(SubscriptionDisabledError):
            act()
    wallets.set_status(held.creator, held.public_id, "paused")
    extend(held, day(9))
    assert void(held).posted == 0


def test_a_lot_of_another_customer_or_creator_is_not_found() -> None:
    held, foreign = short(), short()
    neighbour = factories.holding(held.pack, held.creator, 5)
    for grant_id in (lot(foreign).id, lot(neighbour).id, ids.show("grant", ids.new())):
        with pytest.raises(NotFoundError):
            wallets.void(held.creator, held.public_id, grant_id, "mine now", str(ids.new()))
        with pytest.raises(NotFoundError):
            wallets.extend(held.creator, held.public_id, grant_id, "never", "mine now", str(ids.new()))
    with pytest.raises(NotFoundError):
        wallets.void(held.creator, foreign.public_id, lot(foreign).id, "mine now", str(ids.new()))
    with pytest.raises(DomainError):
        wallets.void(held.buyer, held.public_id, lot(held).id, "mine now", str(ids.new()))


def test_a_spend_is_given_back_in_parts_with_a_reason() -> None:
    held = factories.customer_with(10)
    spent = wallets.use(held.creator, held.public_id, 5, "Double lesson", "k").entries[0].id
    view = wallets.reverse(held.creator, held.public_id, spent, "k1", "2", "Half of it was cancelled")
    assert (view.available, view.entries[0].title, view.entries[1].returnable) == (7, "Half of it was cancelled", 3)
    with pytest.raises(ValidationFailedError) as refused:
        wallets.reverse(held.creator, held.public_id, spent, "k2", "4")
    assert refused.value.fields == {"amount": "At most 3 can be given back."}
    assert wallets.reverse(held.creator, held.public_id, spent, "k3").available == 10
    with pytest.raises(NothingToReverseError):
        wallets.reverse(held.creator, held.public_id, spent, "k4", "1")


def test_of_a_spend_over_two_lots_the_one_that_expired_since_gets_nothing_back() -> None:
    held = factories.customer_with(2)
    factories.give(held, 3, expires_at=later(days=1))
    spent = wallets.use(held.creator, held.public_id, 4, "", "k").entries[0].id
    with clock.at(later(days=2)):
        with pytest.raises(ValidationFailedError) as refused:
            wallets.reverse(held.creator, held.public_id, spent, "k1", "2")
        assert refused.value.fields == {"amount": "At most 1 can be given back, since 3 credits of this expired."}
        assert wallets.reverse(held.creator, held.public_id, spent, "k2").available == 2
        with pytest.raises(ValidationFailedError, match="expired since"):
            wallets.reverse(held.creator, held.public_id, spent, "k3")


@pytest.mark.parametrize("bad", ["0", "-1", "1.5", "ten", "1" * 100, None, [], 1.5, True])
def test_only_a_whole_positive_part_is_given_back(bad: Any) -> None:
    held = factories.customer_with(5)
    spent = wallets.use(held.creator, held.public_id, 4, "", "k").entries[0].id
    with pytest.raises(ValidationFailedError) as refused:
        wallets.reverse(held.creator, held.public_id, spent, "k1", bad)
    assert set(refused.value.fields) == {"amount"}
    assert factories.balance(held) == 1


def test_of_many_used_up_lots_a_page_shows_the_newest_and_keeps_their_names() -> None:
    held = factories.customer_with(*[1] * 15)
    wallets.use(held.creator, held.public_id, 13, "", "k")
    shown = [view.label for view in wallets.subscription(held.creator, held.public_id).lots]
    assert shown == [f"Lot {letter}" for letter in "DEFGHIJKLMNO"]


def test_a_refusal_names_the_person_and_the_numbers() -> None:
    held = factories.customer_with(1200)
    with pytest.raises(ValidationFailedError) as refused:
        wallets.adjust(held.creator, held.public_id, "-1300", "correction", "", "k")
    assert refused.value.fields == {"amount": "This would leave \u2212100 credits. Ben has 1,200 free."}


def test_a_rule_whose_last_day_has_passed_is_refused_where_it_was_chosen() -> None:
    held = factories.customer_with(1, expiry_kind="on_date", expiry_date=day(3))
    assert wallets.subscription(held.creator, held.public_id).by_rule.startswith("until ")
    with clock.at(later(days=9)):
        assert wallets.subscription(held.creator, held.public_id).by_rule == ""
        with pytest.raises(ValidationFailedError) as refused:
            wallets.adjust(held.creator, held.public_id, "1", "goodwill", "", "k")
    assert set(refused.value.fields) == {"expires"}


@pytest.mark.parametrize("bad", HOSTILE)
def test_whatever_is_sent_about_a_lot_is_answered_with_one_of_our_errors(bad: Any) -> None:
    held = short()
    grant_id = lot(held).id
    spent = wallets.use(held.creator, held.public_id, 1, "", "k").entries[0].id
    attempts: list[Act] = [
        lambda: wallets.void(held.creator, held.public_id, bad, "reason", "k1"),
        lambda: wallets.extend(held.creator, held.public_id, bad, day(9), "reason", "k2"),
        lambda: wallets.extend(held.creator, held.public_id, grant_id, bad, bad, "k3"),
        lambda: wallets.reverse(held.creator, held.public_id, spent, "k4", bad if bad != "" else "x", bad),
    ]
    for attempt in attempts:
        with pytest.raises(DomainError):
            attempt()
    assert factories.balance(held) == 4
