"""Addresses that are proven: by link, by code, with limits, and what waits for the proof."""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import accounts, claims, clock, gifts, profiles, verification, verify, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import (
    SignInRequiredError,
    StaleLinkError,
    TooManyAttemptsError,
    ValidationFailedError,
    WrongCredentialsError,
)
from litesubs.models import Customer, EmailVerification, User
from litesubs.settings import settings
from tests import factories
from tests.mailbox import mail_goes_to, send_waiting_mail
from tests.sandbox_process import Inbox, running_inbox

EMAIL = "Jonas.Weber@example.com"
NEW_PASSWORD = "a sentence that nobody has said"
_visitors = itertools.count(1)


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


def signed_up(next_path: str = "", email: str = EMAIL) -> Actor:
    ip = f"10.0.0.{next(_visitors)}"  # attempts are limited by where they come from
    return accounts.actor_for(accounts.sign_up(email, factories.PASSWORD, "Jonas Weber", ip, "", next_path))


def again(actor: Actor) -> Actor:
    with transaction() as session:
        user = session.get_one(User, actor.user_id)
    return Actor(user_id=user.id, email=user.email, name=user.name, verified=user.email_verified_at is not None)


def newest_mail(inbox: Inbox) -> tuple[str, str]:
    """(token, code) of the newest mail."""
    assert send_waiting_mail() == 1
    return read(inbox.messages(EMAIL)[0])


def read(mail: dict[str, object]) -> tuple[str, str]:
    text = str(mail["text"])
    url = next(link for link in re.findall(r"https?://\S+", text) if "token=" in link)
    code = re.search(r"^(\d{3}) (\d{3})$", text, re.MULTILINE)
    assert code is not None
    return parse_qs(urlsplit(url).query)["token"][0], code[1] + code[2]


def choose(token: str, password: str = NEW_PASSWORD) -> str:
    return accounts.choose_password(token, password, f"10.0.0.{next(_visitors)}")


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def ask_again(actor: Actor) -> None:
    """As if a minute had passed since the last mail."""
    with clock.at(clock.now() + timedelta(seconds=61)):
        verification.resend(actor)


def refused(actor: Actor) -> str:
    """What is said to somebody who asks for another mail; nothing where it is sent."""
    try:
        verification.resend(actor)
    except TooManyAttemptsError as error:
        return error.message
    return ""


class TestTheMail:
    def test_signing_up_sends_one_to_the_address_as_it_was_written(self, inbox: Inbox) -> None:
        assert not signed_up().verified
        assert send_waiting_mail() == 1
        mail = inbox.messages(EMAIL)[0]
        assert mail["subject"] == "Confirm your e-mail address"
        assert mail["to"] == [EMAIL]
        assert "24 hours" in mail["text"]
        assert "30 minutes" in mail["text"]

    def test_it_holds_nothing_that_whoever_signed_up_has_written(self, inbox: Inbox) -> None:
        accounts.sign_up(EMAIL, factories.PASSWORD, "Free money at http://evil.example", "10.0.0.1")
        send_waiting_mail()
        mail = inbox.messages(EMAIL)[0]
        assert "evil" not in f"{mail['text']}{mail['html']}{mail['headers']}"

    def test_sent_twice_it_is_the_same_mail(self, inbox: Inbox) -> None:
        signed_up("/p/abc")
        with transaction() as session:
            asked = session.exec(select(EmailVerification)).one()
        since = inbox.messages()[0]["id"] if inbox.messages() else 0
        verification.deliver(asked.id, "/p/abc")
        verification.deliver(asked.id, "/p/abc")
        first, second = inbox.messages(EMAIL, since)
        assert first["text"] == second["text"]
        assert first["headers"]["Message-ID"] == second["headers"]["Message-ID"]

    def test_its_link_leads_on_to_where_the_person_was_going(self, inbox: Inbox) -> None:
        signed_up("/p/abc?x=1")
        send_waiting_mail()
        url = next(link for link in inbox.messages(EMAIL)[0]["links"] if "token=" in link)
        assert parse_qs(urlsplit(url).query)["next"] == ["/p/abc?x=1"]

    def test_nothing_that_could_prove_the_address_is_stored(self, inbox: Inbox) -> None:
        signed_up()
        token, code = newest_mail(inbox)
        with transaction() as session:
            stored = session.exec(select(EmailVerification)).one().model_dump_json()
        assert code not in stored.replace("-", "")
        assert token not in stored

    def test_one_that_comes_too_late_is_not_sent(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        ask_again(actor)
        verification.by_link(actor, token)
        since = inbox.messages()[0]["id"]
        assert send_waiting_mail() == 1
        assert inbox.messages(EMAIL, since) == []


class TestByLink:
    def test_it_proves_the_address_of_who_is_signed_in_and_can_be_repeated(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        assert verification.address_of(token) == (EMAIL, False)
        assert not again(actor).verified
        verification.by_link(actor, token)
        assert verification.address_of(token) == (EMAIL, True)
        verification.by_link(actor, token)
        assert again(actor).verified

    def test_it_proves_nothing_to_anybody_else(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        with pytest.raises(StaleLinkError):
            verification.by_link(factories.person(), token)
        with pytest.raises(SignInRequiredError):
            verification.by_link(VISITOR, token)
        assert not again(actor).verified

    def test_an_older_link_works_for_its_day(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        ask_again(actor)
        verification.by_link(actor, token)
        assert again(actor).verified

    def test_after_a_day_it_has_ended_unless_the_address_is_proven(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        with clock.at(factories.later(hours=24, seconds=1)):
            with pytest.raises(StaleLinkError):
                verification.by_link(actor, token)
            with pytest.raises(StaleLinkError):
                verification.address_of(token)
        verification.by_link(actor, token)
        with clock.at(factories.later(days=30)):
            verification.by_link(actor, token)

    def test_a_link_that_was_changed_or_made_up_proves_nothing(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        flipped = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
        for made_up in (flipped, token[:-1], f"{token}A", token[:22], "", "é", *factories.HOSTILE):
            with pytest.raises(StaleLinkError):
                verification.by_link(actor, made_up)
        assert not again(actor).verified

    def test_with_another_secret_key_links_end(self, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        monkeypatch.setenv("LITESUBS_SECRET_KEY", "another" * 6)
        settings.cache_clear()
        with pytest.raises(StaleLinkError):
            verification.by_link(actor, token)


class TestByTheLinkAlone:
    """Who reads the mail may not be who signed up, so the address is theirs alone from then on."""

    def test_the_password_is_new_and_every_session_from_before_has_ended(self, inbox: Inbox) -> None:
        squatters = accounts.sign_up(EMAIL, factories.PASSWORD, "Mallory", f"10.0.0.{next(_visitors)}")
        token, _ = newest_mail(inbox)
        mara = factories.creator()
        gifts.give(mara, gifts.Gift("Jonas", EMAIL, factories.pack(mara).id, "7", reason="Welcome"), "k")
        own = accounts.actor_for(choose(token))
        assert (own.email, own.verified) == (EMAIL, True)
        assert wallets.mine(own).groups[0].subscriptions[0].posted == 7
        assert accounts.actor_for(squatters) == VISITOR
        with pytest.raises(WrongCredentialsError):
            accounts.sign_in(EMAIL, factories.PASSWORD, f"10.0.0.{next(_visitors)}")
        assert accounts.actor_for(accounts.sign_in(EMAIL, NEW_PASSWORD, f"10.0.0.{next(_visitors)}")).verified

    @pytest.mark.parametrize("password", ["short", "x" * 129, "aaaaaaaaaaaaaa", EMAIL.upper(), None])
    def test_the_password_is_as_good_as_that_of_a_sign_up(self, inbox: Inbox, password: str) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        with pytest.raises(ValidationFailedError) as refused:
            choose(token, password)
        assert set(refused.value.fields) == {"password"}
        assert not again(actor).verified

    def test_a_link_that_was_used_or_is_no_longer_needed_changes_no_password(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, code = newest_mail(inbox)
        verification.by_code(actor, code)
        with pytest.raises(StaleLinkError):
            choose(token)
        assert accounts.sign_in(EMAIL, factories.PASSWORD, f"10.0.0.{next(_visitors)}")

    def test_two_at_once_choose_one_password(self, inbox: Inbox) -> None:
        signed_up()
        token, _ = newest_mail(inbox)
        outcomes = factories.at_once(*[partial(choose, token)] * 4)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StaleLinkError"] * 3 + ["str"]

    def test_who_signs_in_meanwhile_with_the_old_password_stays_out(self, inbox: Inbox) -> None:
        for turn in range(3):
            email = f"jonas{turn}@example.com"
            signed_up(email=email)
            send_waiting_mail()
            token, _ = read(inbox.messages(email)[0])
            sign_in = partial(accounts.sign_in, email, factories.PASSWORD, f"10.0.0.{next(_visitors)}")
            *squatters, own = factories.at_once(*[sign_in] * 4, partial(choose, token))
            assert isinstance(own, str)
            assert {accounts.actor_for(found) for found in squatters if isinstance(found, str)} <= {VISITOR}

    def test_tries_are_limited(self, inbox: Inbox) -> None:  # noqa: ARG002
        for _ in range(30):
            with pytest.raises(StaleLinkError):
                accounts.choose_password("made-up", NEW_PASSWORD, "10.9.9.9")
        with pytest.raises(TooManyAttemptsError):
            accounts.choose_password("made-up", NEW_PASSWORD, "10.9.9.9")


class TestByCode:
    def test_it_proves_the_address_however_it_is_spaced(self, inbox: Inbox) -> None:
        actor = signed_up()
        _, code = newest_mail(inbox)
        verification.by_code(actor, f" {code[:3]} {code[3:]}\n")
        assert again(actor).verified
        verification.by_code(actor, "000000")  # proven is proven

    def test_five_tries_then_no_more_even_with_the_right_one(self, inbox: Inbox) -> None:
        actor = signed_up()
        _, code = newest_mail(inbox)
        said = []
        for _ in range(5):
            with pytest.raises(ValidationFailedError) as refused:
                verification.by_code(actor, wrong(code))
            said.append(refused.value.fields["code"])
        assert [sentence.split(". ")[1] for sentence in said] == [
            "4 tries left.",
            "3 tries left.",
            "2 tries left.",
            "1 try left.",
            "Send a new one.",
        ]
        with pytest.raises(ValidationFailedError, match="too often"):
            verification.by_code(actor, code)
        assert not again(actor).verified

    def test_tries_that_come_at_once_are_all_counted(self, inbox: Inbox) -> None:
        actor = signed_up()
        _, code = newest_mail(inbox)
        outcomes = factories.at_once(*[lambda: verification.by_code(actor, wrong(code))] * 12)
        assert all(isinstance(outcome, ValidationFailedError) for outcome in outcomes)
        with transaction() as session:
            assert session.exec(select(EmailVerification)).one().attempts == 5

    def test_a_new_mail_brings_new_tries_and_ends_the_old_code(self, inbox: Inbox) -> None:
        actor = signed_up()
        _, old = newest_mail(inbox)
        ask_again(actor)
        _, new = newest_mail(inbox)
        with pytest.raises(ValidationFailedError, match="newest mail"):
            verification.by_code(actor, old)
        verification.by_code(actor, new)
        assert again(actor).verified

    def test_after_half_an_hour_it_has_ended(self, inbox: Inbox) -> None:
        actor = signed_up()
        _, code = newest_mail(inbox)
        with clock.at(factories.later(minutes=30, seconds=1)), pytest.raises(ValidationFailedError, match="has ended"):
            verification.by_code(actor, code)

    def test_somebody_elses_code_is_of_no_use(self, inbox: Inbox) -> None:
        signed_up()
        _, code = newest_mail(inbox)
        other = signed_up(email="ida@example.com")
        with pytest.raises(ValidationFailedError, match="newest mail"):
            verification.by_code(other, code)

    def test_what_is_no_code_costs_no_try(self, inbox: Inbox) -> None:  # noqa: ARG002
        actor = signed_up()
        for hostile in [*factories.HOSTILE, "12345", "1234567", "12a456", "１２３４５６"]:
            with pytest.raises(ValidationFailedError, match="six digits"):
                verification.by_code(actor, hostile)
        with transaction() as session:
            assert session.exec(select(EmailVerification)).one().attempts == 0

    def test_a_visitor_has_none(self, inbox: Inbox) -> None:  # noqa: ARG002
        with pytest.raises(SignInRequiredError):
            verification.by_code(VISITOR, "123456")


class TestAskingForAnotherMail:
    def test_one_a_minute_and_it_says_when_the_next_can_go(self, inbox: Inbox) -> None:  # noqa: ARG002
        actor = signed_up()
        with pytest.raises(TooManyAttemptsError, match=r"in (60|59|58) seconds\."):
            verification.resend(actor)
        ask_again(actor)

    def test_five_an_hour_ten_a_day(self, inbox: Inbox) -> None:  # noqa: ARG002
        actor = signed_up()
        sent = 1
        start = clock.now()
        for minutes in range(2, 60 * 12, 2):
            with clock.at(start + timedelta(minutes=minutes)):
                refusal = refused(actor)
            sent += not refusal
            assert not refusal or re.search(r"in (a moment|\d+ (seconds|minutes|hours))\.", refusal)
            assert sent <= (5 if minutes <= 58 else 10)
        assert sent == 10

    def test_many_clicks_at_once_send_one(self, inbox: Inbox) -> None:  # noqa: ARG002
        actor = signed_up()
        with transaction() as session:  # as if the first mail had left long ago
            session.exec(select(EmailVerification)).one().created_at -= timedelta(hours=2)
        outcomes = factories.at_once(*[lambda: verification.resend(actor)] * 8)
        assert outcomes.count(None) == 1
        assert factories.unexpected(outcomes) == []
        assert send_waiting_mail() == 2

    def test_whoever_has_proven_the_address_gets_none(self, inbox: Inbox) -> None:
        actor = signed_up()
        verification.by_link(actor, newest_mail(inbox)[0])
        ask_again(actor)
        assert send_waiting_mail() == 0


class TestWhatWaitsForTheProof:
    def test_is_claimed_with_every_creator_in_any_letter_case(self, inbox: Inbox) -> None:
        actor = signed_up()
        for _ in range(2):
            held = factories.customer_with(7)
            with transaction() as session:
                customer = session.get_one(Customer, held.customer_id)
                customer.user_id = None
                customer.email, customer.email_normalized = EMAIL.upper(), EMAIL.lower()
        assert wallets.mine(actor).groups == []
        verification.by_link(actor, newest_mail(inbox)[0])
        assert [group.subscriptions[0].posted for group in wallets.mine(again(actor)).groups] == [7, 7]

    @pytest.mark.parametrize("by", ["proof", "sign-in"])
    def test_what_was_given_while_its_owner_signed_up_is_claimed_the_next_time(self, inbox: Inbox, by: str) -> None:
        mara = factories.creator()
        with transaction() as giving:
            claims.recipient(giving, mara.require_creator(), (EMAIL, EMAIL.lower()), "Jonas")
            giving.flush()
            actor = signed_up()
            token, _ = newest_mail(inbox)
            verification.by_link(actor, token)
        assert "nobody has claimed" in "".join(verify.violations())
        if by == "proof":
            verification.by_link(actor, token)
        else:
            accounts.sign_in(EMAIL, factories.PASSWORD, f"10.0.0.{next(_visitors)}")
        assert verify.violations() == []

    def test_only_the_proof_waits_for_a_gift_that_is_being_written(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, _ = newest_mail(inbox)
        mara = factories.creator()
        proving = Thread(target=verification.by_link, args=(actor, token))
        with transaction() as giving:
            giving.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20s'"))  # instead of waiting for good
            claims.recipient(giving, mara.require_creator(), (EMAIL, EMAIL.lower()), "Jonas")
            assert profiles.rename(actor, "Jonas W.").name == "Jonas W."
            proving.start()
            assert not again(actor).verified
        proving.join()
        assert again(actor).verified
        assert verify.violations() == []

    def test_a_sign_in_without_proof_claims_nothing(self, inbox: Inbox) -> None:  # noqa: ARG002
        signed_up()
        with transaction() as session:
            claims.recipient(session, factories.creator().require_creator(), (EMAIL, EMAIL.lower()), "Jonas")
        accounts.sign_in(EMAIL, factories.PASSWORD, f"10.0.0.{next(_visitors)}")
        with transaction() as session:
            assert session.exec(select(Customer.user_id)).one() is None

    def test_other_peoples_customers_stay_theirs(self, inbox: Inbox) -> None:
        actor = signed_up()
        held = factories.customer_with(7)
        verification.by_link(actor, newest_mail(inbox)[0])
        with transaction() as session:
            assert session.get_one(Customer, held.customer_id).user_id == held.buyer.user_id

    def test_two_proofs_at_once_are_one(self, inbox: Inbox) -> None:
        actor = signed_up()
        token, code = newest_mail(inbox)
        outcomes = factories.at_once(
            *[lambda: verification.by_link(actor, token)] * 4, *[lambda: verification.by_code(actor, code)] * 4
        )
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        assert again(actor).verified

    def test_what_is_given_while_the_address_is_being_proven_is_never_missed(self, inbox: Inbox) -> None:
        sellers = [factories.creator() for _ in range(6)]
        for turn in range(5):
            email = f"jonas{turn}@example.com"
            actor = signed_up(email=email)
            send_waiting_mail()
            token, _ = read(inbox.messages(email)[0])

            def give(seller: Actor, email: str = email) -> None:
                with transaction() as session:
                    claims.recipient(session, seller.require_creator(), (email, email), "Jonas")

            gifts = [partial(give, seller) for seller in sellers]
            outcomes = factories.at_once(*gifts, partial(verification.by_link, actor, token))
            assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
            with transaction() as session:
                owners = session.exec(select(Customer.user_id).where(Customer.email_normalized == email)).all()
            assert owners == [actor.user_id] * len(sellers)
