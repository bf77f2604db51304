"""People: sign-up, sign-in, sessions, rate limits, and becoming a creator."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import func
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import accounts, clock, passwords, profiles
from litesubs.domain.actors import VISITOR
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    DomainError,
    SignInRequiredError,
    TooManyAttemptsError,
    ValidationFailedError,
    WrongCredentialsError,
)
from litesubs.models import Creator, User, UserSession
from litesubs.settings import settings
from tests import factories
from tests.factories import HOSTILE, PASSWORD, at_once, later

pytestmark = pytest.mark.usefixtures("database")
_addresses = (f"10.0.{number // 250}.{number % 250}" for number in count())


@pytest.fixture(autouse=True)
def nobody_has_tried_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits count anew in each test."""
    monkeypatch.setattr(accounts, "_limiter", MovingWindowRateLimiter(MemoryStorage()))


@pytest.fixture
def ip() -> str:
    """An address from which nobody has tried anything."""
    return next(_addresses)


def fields_of(error: pytest.ExceptionInfo[ValidationFailedError]) -> set[str]:
    """The fields that were refused."""
    return set(error.value.fields)


def sessions() -> int:
    """How many browsers are signed in."""
    with transaction() as session:
        return session.exec(select(func.count()).select_from(UserSession)).one()


def test_signing_up_signs_in(ip: str) -> None:
    actor = accounts.actor_for(accounts.sign_up(" Ada@Example.com ", PASSWORD, " Ada  Byron ", ip))
    assert (actor.name, actor.email, actor.creator_id) == ("Ada Byron", "Ada@example.com", None)
    view = accounts.account(actor)
    assert (view.initials, view.handle, view.display_name) == ("AB", "", "")


def test_signing_in_takes_the_address_in_any_case_and_spelling(ip: str) -> None:
    accounts.sign_up("Zoë@München.example", PASSWORD, "Zoë", ip)
    for written in (
        "zoë@münchen.example",
        "ZOË@MÜNCHEN.EXAMPLE",
        "Zoe\u0308@xn--mnchen-3ya.example",
        " zoë@münchen.example ",
    ):
        assert accounts.actor_for(accounts.sign_in(written, PASSWORD, ip)).name == "Zoë"


def test_a_password_typed_on_another_keyboard_is_the_same(ip: str) -> None:
    accounts.sign_up("ada@example.com", "Ångström ﬁnds a way", "Ada", ip)
    assert accounts.sign_in("ada@example.com", "A\u030angstro\u0308m finds a way", ip)


def test_the_longest_password_works_and_no_longer_one_does(ip: str) -> None:
    longest = "ﷺ" + "x1" * 63 + "y"
    assert len(longest) == passwords.LONGEST
    accounts.sign_up("ada@example.com", longest, "Ada", ip)
    assert accounts.sign_in("ada@example.com", longest, ip)
    for wrong in (longest + "z", longest[:-1]):
        with pytest.raises(WrongCredentialsError):
            accounts.sign_in("ada@example.com", wrong, ip)


def test_unknown_people_and_wrong_passwords_get_the_same_answer(ip: str) -> None:
    factories.person()
    known = factories.person().email
    answers = []
    for email, password in (
        (known, "a wrong password indeed"),
        ("nobody@example.com", PASSWORD),
        ("not an address", PASSWORD),
        ("", ""),
        (known, ""),
        (known, "x" * 100_000),
        ("x" * 100_000 + "@example.com", PASSWORD),
        ("a\x00@example.com", PASSWORD),
        (known, PASSWORD + "\x00"),
        (known, "\ud800"),
    ):
        with pytest.raises(WrongCredentialsError) as refused:
            accounts.sign_in(email, password, ip)
        answers.append((refused.value.message, refused.value.code, refused.value.status, refused.value.data))
    assert len(set(map(str, answers))) == 1
    assert sessions() == 0


def test_one_hash_is_checked_whoever_asks(ip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes the time the same: not skipping the work for people who do not exist."""
    known = factories.person().email
    checked: list[object] = []
    real = passwords.matches

    def counted(password: object, kept: str | None) -> bool:
        checked.append(password)
        return real(password, kept)

    monkeypatch.setattr(passwords, "matches", counted)
    for email in (known, "nobody@example.com", "not an address"):
        with pytest.raises(WrongCredentialsError):
            accounts.sign_in(email, "wrong", ip)
    assert len(checked) == 3


def test_html_in_a_name_is_kept_as_text(ip: str) -> None:
    actor = accounts.actor_for(accounts.sign_up("ada@example.com", PASSWORD, "<b>Ada</b>", ip))
    assert actor.name == "<b>Ada</b>"


def test_all_wrong_fields_are_named_at_once_and_nothing_is_written(ip: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        accounts.sign_up("ada", "x", "", ip)
    assert fields_of(refused) == {"email", "password", "name"}
    with transaction() as session:
        assert session.exec(select(User)).all() == []


def test_signing_up_again_with_the_password_signs_in_and_without_it_says_so(ip: str) -> None:
    known = factories.person("Ben")
    assert accounts.actor_for(accounts.sign_up(known.email.upper(), PASSWORD, "Other", ip)).user_id == known.user_id
    with pytest.raises(ValidationFailedError, match="Sign in instead"):
        accounts.sign_up(known.email, "a wrong password indeed", "Other", ip)


def test_one_address_signed_up_at_once_from_two_tabs_is_one_person(ip: str) -> None:
    tokens = at_once(*[partial(accounts.sign_up, "ada@example.com", PASSWORD, "Ada", ip)] * 3)
    assert len({accounts.actor_for(token).user_id for token in tokens if isinstance(token, str)}) == 1
    assert all(isinstance(token, str) for token in tokens)


def test_guessing_one_persons_password_is_stopped(ip: str) -> None:
    email = factories.person().email
    for number in range(10):
        with pytest.raises(WrongCredentialsError):
            accounts.sign_in(email.upper() if number % 2 else email, "wrong", ip)
    for address in (ip, next(_addresses)):
        with pytest.raises(TooManyAttemptsError):
            accounts.sign_in(email, PASSWORD, address)


def test_trying_many_people_from_one_address_is_stopped(ip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "matches", lambda *_given: False)
    for number in range(60):
        with pytest.raises(WrongCredentialsError):
            accounts.sign_in(f"victim{number}@example.com", "wrong", ip)
    with pytest.raises(TooManyAttemptsError):
        accounts.sign_in("victim60@example.com", "wrong", ip)
    with pytest.raises(WrongCredentialsError):
        accounts.sign_in("victim60@example.com", "wrong", next(_addresses))


def test_signing_up_without_end_is_stopped(ip: str) -> None:
    for _ in range(30):
        with pytest.raises(ValidationFailedError):
            accounts.sign_up("", "", "", ip)
    with pytest.raises(TooManyAttemptsError):
        accounts.sign_up("", "", "", ip)


def test_a_session_ends_after_thirty_days_without_use(ip: str) -> None:
    token = accounts.sign_in(factories.person().email, PASSWORD, ip)
    with clock.at(later(days=30, seconds=-1)):
        assert accounts.actor_for(token).signed_in
    token = accounts.sign_in(factories.person().email, PASSWORD, ip)
    with clock.at(later(days=30)):
        assert accounts.actor_for(token) == VISITOR


def test_a_session_in_use_goes_on(ip: str) -> None:
    token = accounts.sign_in(factories.person().email, PASSWORD, ip)
    for day in range(20, 121, 20):
        with clock.at(later(days=day)):
            assert accounts.renew(token)
            assert accounts.actor_for(token).signed_in
    with clock.at(later(days=151)):
        assert not accounts.actor_for(token).signed_in


def test_a_session_is_written_at_most_once_a_day(ip: str) -> None:
    token = accounts.sign_in(factories.person().email, PASSWORD, ip)
    start = clock.now()

    def seen_after(span: timedelta) -> timedelta:
        with clock.at(start + span):
            accounts.renew(token)
        with transaction() as session:
            return session.exec(select(UserSession.seen_at)).one() - start

    assert seen_after(timedelta(hours=23)) < timedelta(0)
    assert seen_after(timedelta(hours=25)) == timedelta(hours=25)
    assert seen_after(timedelta(hours=48)) == timedelta(hours=25)


def test_a_session_that_has_ended_or_never_was_is_not_renewed(ip: str) -> None:
    token = accounts.sign_in(factories.person().email, PASSWORD, ip)
    with clock.at(later(days=30)):
        assert not accounts.renew(token)
        assert not accounts.actor_for(token).signed_in
    assert not accounts.renew("forged\x00\ud800")


def test_signing_out_ends_this_browsers_session_only(ip: str) -> None:
    email = factories.person().email
    here, there = accounts.sign_in(email, PASSWORD, ip), accounts.sign_in(email, PASSWORD, ip)
    accounts.sign_out(here)
    accounts.sign_out(here)
    assert accounts.actor_for(here) == VISITOR
    assert accounts.actor_for(there).signed_in


def test_old_sessions_are_forgotten_at_the_next_sign_in(ip: str) -> None:
    accounts.sign_in(factories.person().email, PASSWORD, ip)
    with clock.at(later(days=31)):
        accounts.sign_in(factories.person().email, PASSWORD, ip)
    assert sessions() == 1


def test_only_a_hash_of_the_cookie_is_kept(ip: str) -> None:
    token = accounts.sign_in(factories.person().email, PASSWORD, ip)
    with transaction() as session:
        kept = session.exec(select(UserSession.token_hash)).one()
    assert token.encode() not in kept
    assert len(kept) == 32


def test_a_forged_cookie_is_a_visitor() -> None:
    forged: Any
    for forged in (*HOSTILE, "🍪", b"bytes"):
        assert accounts.actor_for(forged) == VISITOR
        accounts.sign_out(forged)


def test_whatever_a_form_sends_is_answered_with_one_of_our_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "matches", lambda *_given: False)
    actor = factories.person()
    calls: list[Callable[[Any], object]] = [
        lambda bad: accounts.sign_up(bad, bad, bad, next(_addresses)),
        lambda bad: accounts.sign_in(bad, bad, next(_addresses)),
        lambda bad: profiles.become_creator(actor, bad, bad),
    ]
    for bad in HOSTILE:
        for call in calls:
            with pytest.raises(DomainError):
                call(bad)


def test_the_cookie_has_the_host_prefix_where_there_is_https(monkeypatch: pytest.MonkeyPatch) -> None:
    assert accounts.cookie_name() == "litesubs"
    monkeypatch.setenv("LITESUBS_BASE_URL", "https://litesubs.example")
    settings.cache_clear()
    assert accounts.cookie_name() == "__Host-litesubs"


def test_becoming_a_creator_needs_a_name_and_a_handle_and_happens_once() -> None:
    actor = factories.person("Ada Byron")
    with pytest.raises(CreatorProfileRequiredError):
        actor.require_creator()
    view = profiles.become_creator(actor, "Ada's Studio", " Ada-1 ")
    assert (view.display_name, view.handle, view.initials) == ("Ada's Studio", "ada-1", "AS")
    again = profiles.become_creator(factories.signed_in_again(actor), "Other", "other")
    assert (again.display_name, again.handle) == ("Ada's Studio", "ada-1")
    with pytest.raises(SignInRequiredError):
        profiles.become_creator(VISITOR, "A", "abc")


def test_a_handle_belongs_to_one_creator_whatever_its_case() -> None:
    profiles.become_creator(factories.person(), "Ada", "ada")
    with pytest.raises(ValidationFailedError, match="Somebody has this handle"):
        profiles.become_creator(factories.person(), "Ada", "ADA")


def test_two_people_racing_for_a_handle_get_one_owner() -> None:
    people = [factories.person() for _ in range(4)]
    outcomes = at_once(*[partial(profiles.become_creator, person, "Ada", "ada") for person in people])
    assert sum(isinstance(outcome, ValidationFailedError) for outcome in outcomes) == 3
    with transaction() as session:
        assert len(session.exec(select(Creator)).all()) == 1


def test_a_double_click_on_becoming_a_creator_makes_one() -> None:
    actor = factories.person()
    outcomes = at_once(*[partial(profiles.become_creator, actor, "Ada", "ada")] * 4)
    assert {getattr(outcome, "handle", outcome) for outcome in outcomes} == {"ada"}
    assert profiles.become_creator(replace(actor, creator_id=None), "Ada", "other").handle == "ada"
