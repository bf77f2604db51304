"""Credits given to an e-mail address: who gets them, what is refused, and the mail about it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlmodel import func, select

from litesubs.db import transaction
from litesubs.domain import accounts, claims, clock, desk, gifts, ids, verification, verify, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    EmailNotVerifiedError,
    IdempotencyKeyReusedError,
    NotFoundError,
    SignInRequiredError,
    TooManyAttemptsError,
    ValidationFailedError,
)
from litesubs.domain.gifts import Gift
from litesubs.models import (
    CreditGrant,
    Customer,
    GrantSource,
    LedgerEntry,
    PostingNote,
    Subscription,
    SubscriptionStatus,
)
from tests import factories
from tests.mailbox import mail_goes_to, send_waiting_mail
from tests.sandbox_process import Inbox, running_inbox

EMAIL = "Jonas.Weber@Example.com"


@pytest.fixture(scope="module")
def mail_server() -> Iterator[Inbox]:
    """One inbox for all tests of this module."""
    with running_inbox() as running:
        yield running


@pytest.fixture
def inbox(database: str, mail_server: Inbox) -> Iterator[Inbox]:  # noqa: ARG001 - a database comes first
    """A database, and the inbox with the product's mail going to it."""
    with mail_goes_to(mail_server):
        yield mail_server


@pytest.fixture
def mara(inbox: Inbox) -> Actor:  # noqa: ARG001 - with mail
    return factories.creator("Mara Lindqvist")


def gift(creator: Actor, **changes: Any) -> Gift:
    offer = factories.pack(creator)
    written = Gift("Jonas Weber", EMAIL, offer.id, "3", reason="Paid in cash")
    return replace(written, **changes)


def customer(email: str = EMAIL) -> Customer:
    with transaction() as session:
        return session.exec(select(Customer).where(Customer.email_normalized == email.lower())).one()


def lots() -> list[CreditGrant]:
    with transaction() as session:
        return list(session.exec(select(CreditGrant)))


class TestWhoGetsThem:
    def test_somebody_new_is_a_customer_whom_nobody_has_claimed(self, mara: Actor) -> None:
        given = gifts.give(mara, gift(mara), "k")
        assert customer().user_id is None
        assert customer().email == "Jonas.Weber@example.com"
        shown = wallets.subscription(mara, given)
        assert (shown.posted, shown.customer_name) == (3, "Jonas Weber")
        assert verify.violations() == []

    def test_whoever_has_proven_the_address_has_them_at_once(self, mara: Actor) -> None:
        jonas = factories.person("Jonas", email=EMAIL.lower())
        gifts.give(mara, gift(mara), "k")
        assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 3

    def test_whoever_only_signed_up_with_it_waits_for_the_proof(self, mara: Actor) -> None:
        jonas = factories.person("Jonas", email=EMAIL, verified=False)
        gifts.give(mara, gift(mara), "k")
        assert wallets.mine(jonas).groups == []
        verification.vouch(jonas)
        assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 3

    def test_a_buyer_without_proof_loses_sight_of_what_the_address_was_given(self, mara: Actor) -> None:
        wanted = gift(mara)
        jonas = factories.person("Jonas", email=EMAIL, verified=False)
        with transaction() as session:
            claims.buyer(session, mara.require_creator(), jonas.require_user())
        assert customer().user_id == jonas.user_id
        gifts.give(mara, wanted, "k")
        assert customer().user_id is None

    def test_whoever_has_not_confirmed_is_sent_the_mail_for_it_within_its_limits(
        self, mara: Actor, inbox: Inbox
    ) -> None:
        wanted = gift(mara)
        factories.person("Jonas", email=EMAIL, verified=False)
        factories.person("Ida", verified=False)
        for key in ("k1", "k2"):
            gifts.give(mara, wanted, key)
        send_waiting_mail()
        subjects = [mail["subject"] for mail in inbox.messages(EMAIL)]
        assert sorted(subjects) == ["Confirm your e-mail address", *["Mara gave you 3 credits"] * 2]

    def test_a_known_customer_keeps_name_and_wallet(self, mara: Actor) -> None:
        wanted = gift(mara)
        first = gifts.give(mara, wanted, "k1")
        second = gifts.give(mara, replace(wanted, name="J. W.", email=EMAIL.lower()), "k2")
        assert first == second
        assert wallets.subscription(mara, first).posted == 6
        assert customer().name == "Jonas Weber"


class TestWhatIsGiven:
    def test_the_lot_is_manual_and_a_present_is_promo(self, mara: Actor) -> None:
        wanted = gift(mara)
        gifts.give(mara, wanted, "k1")
        gifts.give(mara, replace(wanted, promo=True), "k2")
        assert [(lot.source, lot.promo, lot.paid_minor) for lot in lots()] == [
            (GrantSource.manual, False, None),
            (GrantSource.promo, True, None),
        ]

    def test_the_ledger_says_who_and_why(self, mara: Actor) -> None:
        gifts.give(mara, gift(mara), "k")
        with transaction() as session:
            entry, note = session.exec(select(LedgerEntry)).one(), session.exec(select(PostingNote)).one()
        assert entry.posting_id == note.posting_id
        assert (entry.actor, note.reason) == (f"user:{mara.user_id}", "Paid in cash")

    def test_it_expires_by_the_packs_rule_never_or_on_a_day(self, mara: Actor) -> None:
        offer = factories.pack(mara, expiry_kind="after_days", expiry_days="30")
        last_day = factories.later(days=90).date()
        for number, expires in enumerate(["", "never", last_day.isoformat()]):
            gifts.give(mara, gift(mara, pack_id=offer.id, expires=expires), f"k{number}")
        by_rule, never, on_day = (lot.expires_at for lot in lots())
        assert by_rule is not None
        assert (by_rule.date() - clock.now().date()).days in {30, 31}
        assert never is None
        assert on_day is not None
        assert (on_day.date() - last_day).days == 1

    def test_the_same_key_gives_once_and_another_gift_with_it_is_refused(self, mara: Actor) -> None:
        wanted = gift(mara)
        outcomes = factories.at_once(*[partial(gifts.give, mara, wanted, "k")] * 6)
        assert len(set(map(str, outcomes))) == 1
        assert len(lots()) == 1
        with pytest.raises(IdempotencyKeyReusedError):
            gifts.give(mara, replace(wanted, credits="4"), "k")

    def test_many_gifts_to_one_new_address_at_once_make_one_customer(self, mara: Actor) -> None:
        wanted = gift(mara)
        jonas = factories.person("Jonas", email=EMAIL, verified=False)
        outcomes = factories.at_once(
            *[partial(gifts.give, mara, wanted, f"k{number}") for number in range(8)],
            partial(verification.vouch, jonas),
        )
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        assert customer().user_id == jonas.user_id
        assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 24
        assert verify.violations() == []


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("name", "", "The name is empty"),
            ("name", "x" * 81, "Shorten it"),
            ("email", "", "Write your e-mail"),
            ("email", "jonas", "not an e-mail|@-sign"),
            ("email", "jonas@example", "missing its ending"),
            ("credits", "", "whole number"),
            ("credits", "0", "whole number"),
            ("credits", "-1", "whole number"),
            ("credits", "1.5", "whole number"),
            ("credits", "1000001", "whole number"),
            ("expires", "tomorrow", "Choose a date"),
            ("expires", "2020-01-01", "from today on"),
            ("reason", " ", "The reason is empty"),
        ],
    )
    def test_a_field_that_needs_another_value_says_so(self, mara: Actor, field: str, value: str, sentence: str) -> None:
        with pytest.raises(ValidationFailedError, match=sentence) as refused:
            gifts.give(mara, gift(mara, **{field: value}), "k")
        assert list(refused.value.fields) == [field]
        assert lots() == []

    def test_all_fields_are_told_at_once(self, mara: Actor) -> None:
        with pytest.raises(ValidationFailedError) as refused:
            gifts.give(mara, Gift(), "k")
        assert set(refused.value.fields) == {"name", "email", "pack", "credits", "reason"}

    @pytest.mark.parametrize("field", ["name", "email", "pack_id", "credits", "expires", "reason", "test"])
    def test_whatever_a_client_sends_it_is_the_domain_that_refuses(self, mara: Actor, field: str) -> None:
        wanted = gift(mara)
        outcomes = [
            factories.at_once(partial(gifts.give, mara, replace(wanted, **{field: hostile}), f"k{number}"))[0]
            for number, hostile in enumerate(factories.HOSTILE)
        ]
        assert factories.unexpected(outcomes) == []

    def test_another_creators_pack_does_not_exist(self, mara: Actor) -> None:
        with pytest.raises(NotFoundError):
            gifts.give(mara, gift(factories.creator()), "k")

    def test_a_disabled_customer_is_named(self, mara: Actor) -> None:
        wanted = gift(mara)
        given = gifts.give(mara, wanted, "k1")
        wallets.set_status(mara, given, SubscriptionStatus.disabled)
        with pytest.raises(ValidationFailedError, match="disabled for Jonas"):
            gifts.give(mara, wanted, "k2")

    def test_credits_of_a_paused_pack_are_told_as_such(self, mara: Actor, inbox: Inbox) -> None:
        wanted = gift(mara)
        given = gifts.give(mara, wanted, "k1")
        wallets.set_status(mara, given, SubscriptionStatus.paused)
        send_waiting_mail()
        assert "Mara has paused this pack for you, so they cannot be used now." in inbox.messages(EMAIL)[0]["text"]
        wallets.set_status(mara, given, SubscriptionStatus.active)
        gifts.give(mara, wanted, "k2")
        send_waiting_mail()
        assert "paused" not in inbox.messages(EMAIL)[0]["text"]

    def test_there_are_only_so_many_in_24_hours(self, mara: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gifts, "MOST_A_DAY", 2)
        wanted = gift(mara)
        given = gifts.give(mara, wanted, "k1")
        wallets.adjust(mara, given, "+3", "Not a gift", "", "k")
        with pytest.raises(ValidationFailedError):
            gifts.give(mara, replace(wanted, expires="tomorrow"), "k2")  # what is refused does not count
        gifts.give(mara, replace(wanted, promo=True), "k2")
        gifts.give(mara, wanted, "k1")
        with clock.at(factories.later(hours=5)), pytest.raises(TooManyAttemptsError, match=r"Go on in 19 hours\."):
            gifts.give(mara, wanted, "k3")
        with clock.at(factories.later(hours=25)):
            gifts.give(mara, wanted, "k3")
        assert len(lots()) == 4

    def test_many_at_once_are_no_more_than_that(self, mara: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gifts, "MOST_A_DAY", 3)
        wanted = gift(mara)
        tries = [replace(wanted, email=f"jonas{number}@example.com") for number in range(8)]
        outcomes = factories.at_once(*[partial(gifts.give, mara, one, one.email) for one in tries])
        assert [type(outcome) for outcome in outcomes].count(TooManyAttemptsError) == 5
        assert len(lots()) == 3

    def test_nobody_but_a_creator_with_a_proven_address_gives(self, mara: Actor) -> None:
        wanted = gift(mara)
        with pytest.raises(SignInRequiredError):
            gifts.give(VISITOR, wanted, "k")
        with pytest.raises(CreatorProfileRequiredError):
            gifts.give(factories.person(), wanted, "k")
        with pytest.raises(EmailNotVerifiedError):
            gifts.give(replace(mara, verified=False), wanted, "k")


class TestTestCustomers:
    def test_somebody_new_is_one_and_nobody_is_written_to(self, mara: Actor) -> None:
        factories.person("Jonas", email=EMAIL, verified=False)  # who would have the mail that confirms sent again
        given = gifts.give(mara, gift(mara, test=True), "k")
        assert customer().is_test
        assert wallets.subscription(mara, given).posted == 3
        assert send_waiting_mail() == 0
        assert desk.overview(mara, "all").figures.given.number == 0
        assert verify.violations() == []

    def test_one_who_is_a_test_customer_is_given_more_without_mail_asked_for_or_not(self, mara: Actor) -> None:
        wanted = gift(mara, test=True)
        gifts.give(mara, wanted, "k1")
        gifts.give(mara, wanted, "k2")
        gifts.give(mara, replace(wanted, test=False), "k3")
        assert (customer().is_test, len(lots()), send_waiting_mail()) == (True, 3, 0)

    def test_a_customer_who_counts_is_not_made_one_by_a_gift(self, mara: Actor) -> None:
        wanted = gift(mara)
        gifts.give(mara, wanted, "k1")
        with pytest.raises(ValidationFailedError, match="Jonas Weber is a customer already") as refused:
            gifts.give(mara, replace(wanted, test=True), "k2")
        assert set(refused.value.fields) == {"test"}
        assert (customer().is_test, len(lots())) == (False, 1)

    def test_two_gifts_at_once_agree_on_whether_somebody_new_counts(self, mara: Actor) -> None:
        wanted = gift(mara)
        outcomes = factories.at_once(
            partial(gifts.give, mara, wanted, "k1"), partial(gifts.give, mara, replace(wanted, test=True), "k2")
        )
        assert factories.unexpected(outcomes) == []
        assert verify.violations() == []
        assert len(lots()) == (2 if customer().is_test else 1)


class TestTheMail:
    def test_somebody_new_is_invited(self, mara: Actor, inbox: Inbox) -> None:
        given = gift(mara, expires=factories.later(days=90).date().isoformat())
        gifts.give(mara, given, "k")
        assert send_waiting_mail() == 1
        mail = inbox.messages(EMAIL)[0]
        assert mail["subject"] == "Mara gave you 3 credits"
        assert "Mara Lindqvist gave you 3 credits of 10 coaching sessions" in mail["text"]
        assert "Good until" in mail["text"]
        assert any("/signup?next=" in link for link in mail["links"])
        assert "Paid in cash" not in mail["text"]  # the reason is for the two of them, in the ledger

    def test_whoever_has_them_is_led_to_the_wallet(self, mara: Actor, inbox: Inbox) -> None:
        factories.person("Jonas", email=EMAIL)
        gifts.give(mara, gift(mara), "k")
        send_waiting_mail()
        assert inbox.messages(EMAIL)[0]["links"][0].endswith("/wallet")

    def test_a_gift_that_was_undone_sends_nothing(self, mara: Actor) -> None:
        with pytest.raises(ValidationFailedError):
            gifts.give(mara, gift(mara, expires="2020-01-01"), "k")
        assert send_waiting_mail() == 0

    def test_an_address_that_the_server_refuses_is_no_failure_of_the_gift(self, mara: Actor, inbox: Inbox) -> None:
        gifts.give(mara, gift(mara), "k")
        inbox.outage(1, 550)
        assert send_waiting_mail() == 1
        assert len(lots()) == 1


def test_from_the_gift_to_the_wallet_in_another_letter_case(mara: Actor) -> None:
    given = gifts.give(mara, gift(mara), "k")
    jonas = accounts.actor_for(accounts.sign_up(EMAIL.swapcase(), factories.PASSWORD, "Jonas", "10.1.0.1"))
    assert wallets.mine(jonas).groups == []
    verification.vouch(jonas)
    assert wallets.mine(jonas).groups[0].subscriptions[0].id == given
    with transaction() as session:
        held = session.exec(select(func.count()).select_from(Subscription)).one()
    assert (held, ids.read("sub", given)) == (1, ids.read("sub", given))
