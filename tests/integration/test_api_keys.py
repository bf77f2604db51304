"""API keys: what they are made with, who may manage them, and who they are when a call comes with one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from litesubs import db
from litesubs.db import transaction
from litesubs.domain import api_keys, clock, ids, key_tokens, ledger, profiles, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.api_keys import SCOPES, KeyDraft
from litesubs.domain.errors import (
    AddressNotAllowedError,
    ApiKeyOverError,
    CreatorProfileRequiredError,
    DomainError,
    InsufficientScopeError,
    InvalidApiKeyError,
    NotFoundError,
    SignInRequiredError,
    SpendCapReachedError,
    TooManyApiKeysError,
    ValidationFailedError,
)
from litesubs.domain.ledger import Lot
from litesubs.models import ApiKey, ApiKeySpend, CapPeriod, GrantSource
from tests import factories
from tests.factories import HOSTILE, at_once, unexpected

pytestmark = pytest.mark.usefixtures("shared_database")

HERE = "192.0.2.7"
DRAFT = KeyDraft("Booking bot", ("read", "debits:write"))
KOLKATA = ZoneInfo("Asia/Kolkata")


CODES = {
    InvalidApiKeyError: (401, "invalid_api_key"),
    InsufficientScopeError: (403, "insufficient_scope"),
    AddressNotAllowedError: (403, "address_not_allowed"),
    SpendCapReachedError: (403, "spend_cap_reached"),
}


def row(key_id: str) -> ApiKey:
    """The key's row as it is now."""
    with transaction() as session:
        return session.get_one(ApiKey, ids.read("key", key_id))


def in_kolkata() -> Actor:
    """A creator whose day begins five and a half hours before UTC's."""
    seller = factories.creator()
    profiles.update(seller, "Priya", f"priya-{ids.new().hex[-12:]}", "Asia/Kolkata", "INR")
    return seller


def test_a_new_key_is_its_creator_within_its_scopes() -> None:
    seller = factories.creator("Ada Byron")
    view, token = api_keys.create(seller, replace(DRAFT, name="  Booking   bot "))
    actor = api_keys.authenticate(token, HERE)
    assert (actor.user_id, actor.creator_id, actor.require_creator()) == (None, seller.creator_id, seller.creator_id)
    assert actor.ledger_id == f"key:{ids.read('key', view.id)}"
    actor.require_scope("debits:write")
    with pytest.raises(InsufficientScopeError, match="credits:write") as refusal:
        actor.require_scope("credits:write")
    assert refusal.value.data == {"scope": "credits:write"}
    seller.require_scope("credits:write")
    assert (view.name, view.scopes, view.state, view.made_by) == (
        "Booking bot",
        ["read", "debits:write"],
        "active",
        "Ada Byron",
    )
    assert (view.last_used, view.expires, view.cap, view.networks) == ("", "", "", "")


def test_what_refuses_a_key_has_a_code() -> None:
    for error, (status, code) in CODES.items():
        assert (error.status, error.code) == (status, code)


def test_only_a_hash_of_the_key_is_kept() -> None:
    seller = factories.creator()
    view, token = api_keys.create(seller, DRAFT)
    kept = row(view.id)
    assert kept.hash == key_tokens.digest(token)
    assert view.prefix == token[:12] + "…"
    assert token[12:] not in repr(kept.model_dump()) + repr(view)


def test_scopes_are_kept_once_each_in_one_order() -> None:
    view, _ = api_keys.create(factories.creator(), replace(DRAFT, scopes=("webhooks:write", "read", "read")))
    assert view.scopes == ["read", "webhooks:write"]


def test_a_day_and_a_preset_end_with_the_creators_day() -> None:
    seller = in_kolkata()
    with clock.at(datetime(2026, 11, 23, 20, tzinfo=UTC)):  # the 24th in Kolkata
        by_day, token = api_keys.create(seller, replace(DRAFT, expires="2026-11-24"))
        preset, _ = api_keys.create(seller, replace(DRAFT, expires="30_days"))
    assert row(by_day.id).expires_at == datetime(2026, 11, 25, tzinfo=KOLKATA)
    assert row(preset.id).expires_at == datetime(2026, 12, 25, tzinfo=KOLKATA)
    assert by_day.expires == "Until 24 Nov 2026"
    with clock.at(datetime(2026, 11, 24, 18, 29, 59, tzinfo=UTC)):
        api_keys.authenticate(token, HERE)
    with clock.at(datetime(2026, 11, 24, 18, 30, tzinfo=UTC)):
        with pytest.raises(InvalidApiKeyError, match="expired"):
            api_keys.authenticate(token, HERE)
        assert {key.id: key.state for key in api_keys.mine(seller)}[by_day.id] == "expired"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 61),
        ("name", "a\0b"),
        ("scopes", ()),
        ("scopes", ("read", "admin")),
        ("scopes", "read"),
        ("scopes", ([],)),
        ("expires", "tomorrow"),
        ("expires", "2020-01-01"),
        ("expires", "2999-01-01"),
        ("expires", "never"),
        ("networks", "example.com"),
        ("networks", "10.0.0.0/33"),
        ("networks", ",".join(f"10.0.0.{n}" for n in range(51))),
        ("cap_credits", "0"),
        ("cap_credits", "-1"),
        ("cap_credits", "1.5"),
        ("cap_credits", "٣"),
        ("cap_credits", "1000000001"),
        ("cap_period", "week"),
    ],
)
def test_what_a_key_cannot_be_made_with_is_said_beside_its_field(field: str, value: Any) -> None:
    seller = factories.creator()
    draft = replace(DRAFT, **{"cap_credits": "5", field: value})
    with pytest.raises(ValidationFailedError) as refusal:
        api_keys.create(seller, draft)
    assert set(refusal.value.fields) == {field}
    assert api_keys.mine(seller) == []


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_a_client_sends_is_taken_or_refused_as_a_whole(value: Any) -> None:
    seller = factories.creator()
    key, _ = api_keys.create(seller, DRAFT)
    for field in ("name", "scopes", "expires", "networks", "cap_credits", "cap_period"):
        outcome = at_once(partial(api_keys.create, seller, replace(DRAFT, **{"cap_credits": "5", field: value})))
        assert unexpected(outcome) == [], field
    calls = (
        partial(api_keys.rename, seller, key.id, value),
        partial(api_keys.rename, seller, value, "Name"),
        partial(api_keys.rotate, seller, value, "0"),
        partial(api_keys.revoke, seller, value),
        partial(api_keys.authenticate, value, HERE),
    )
    assert unexpected(at_once(*calls)) == []
    with pytest.raises(ValidationFailedError):
        api_keys.rotate(seller, key.id, value)


def test_a_key_is_refused_without_a_look_into_the_database_where_it_cannot_be_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, token = api_keys.create(factories.creator(), DRAFT)

    def no_database() -> None:
        pytest.fail("the database was asked")

    monkeypatch.setattr(api_keys, "transaction", no_database)
    for wrong in ("", "Bearer", token[:-1], token[:-1] + ("a" if token[-1] != "a" else "b"), "ls_live_" + token[8:]):
        with pytest.raises(InvalidApiKeyError):
            api_keys.authenticate(wrong, HERE)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(InvalidApiKeyError):
        api_keys.authenticate(key_tokens.new(), HERE)


def test_a_key_with_addresses_is_for_these_alone() -> None:
    view, token = api_keys.create(factories.creator(), replace(DRAFT, networks="192.0.2.0/24\n2001:db8::/32, 10.0.0.1"))
    for address in ("192.0.2.200", "::ffff:192.0.2.7", "2001:db8::1", "10.0.0.1"):
        api_keys.authenticate(token, address)
    for address in ("198.51.100.1", "2001:db9::1", "testclient", ""):
        with pytest.raises(AddressNotAllowedError):
            api_keys.authenticate(token, address)
    assert (view.networks, view.addresses) == (
        "Only from 192.0.2.0/24 and 2 more",
        "192.0.2.0/24, 2001:db8::/32, 10.0.0.1",
    )


def test_a_revoked_key_ends_at_once_and_stays_in_the_list_for_a_month() -> None:
    seller = factories.creator()
    view, token = api_keys.create(seller, DRAFT)
    other, _ = api_keys.create(seller, replace(DRAFT, name="Other"))
    api_keys.authenticate(token, HERE)
    assert api_keys.revoke(seller, view.id).state == "revoked"
    with pytest.raises(InvalidApiKeyError, match="revoked"):
        api_keys.authenticate(token, HERE)
    revoked_at = row(view.id).revoked_at
    api_keys.revoke(seller, view.id)
    assert row(view.id).revoked_at == revoked_at
    assert [key.name for key in api_keys.mine(seller)] == ["Other", "Booking bot"]
    with clock.at(factories.later(days=31)):
        assert [key.id for key in api_keys.mine(seller)] == [other.id]


@pytest.mark.parametrize(("overlap", "hours"), [("0", 0), ("1_hour", 1), ("24_hours", 24), ("7_days", 168)])
def test_a_replaced_key_works_for_as_long_as_was_chosen(overlap: str, hours: int) -> None:
    seller = factories.creator()
    draft = KeyDraft("Bot", ("read", "credits:write"), "90_days", "192.0.2.0/24", "500", "month")
    old, old_token = api_keys.create(seller, draft)
    at = clock.now()
    with clock.at(at):
        new, new_token = api_keys.rotate(seller, old.id, overlap)
    before, after = row(old.id), row(new.id)
    assert (before.expires_at, before.rotated_to) == (at + timedelta(hours=hours), after.id)
    for column in ("name", "scopes", "networks", "cap_credits", "cap_period"):
        assert getattr(before, column) == getattr(after, column), column
    assert (new.expires, new.state) == (old.expires, "active")
    if hours:
        with clock.at(at + timedelta(hours=hours) - timedelta(microseconds=1)):
            api_keys.authenticate(old_token, HERE)
            assert {key.id: key.state for key in api_keys.mine(seller)} == {new.id: "active", old.id: "ending"}
    with clock.at(at + timedelta(hours=hours)):
        with pytest.raises(InvalidApiKeyError, match="replaced"):
            api_keys.authenticate(old_token, HERE)
        api_keys.authenticate(new_token, HERE)
        assert {key.id: key.state for key in api_keys.mine(seller)} == {new.id: "active", old.id: "replaced"}


def test_a_replaced_key_never_works_longer_than_it_would_have() -> None:
    seller = factories.creator()
    old, _ = api_keys.create(seller, replace(DRAFT, expires=clock.now().date().isoformat()))
    expires_at = row(old.id).expires_at
    new, _ = api_keys.rotate(seller, old.id, "7_days")
    assert row(old.id).expires_at == row(new.id).expires_at == expires_at


def test_a_key_is_replaced_once_and_only_while_it_works() -> None:
    seller = factories.creator()
    old, _ = api_keys.create(seller, DRAFT)
    outcomes = at_once(*[partial(api_keys.rotate, seller, old.id, "1_hour")] * 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ApiKeyOverError"] * 3 + ["tuple"]
    ended, _ = api_keys.create(seller, DRAFT)
    api_keys.revoke(seller, ended.id)
    with pytest.raises(ApiKeyOverError):
        api_keys.rotate(seller, ended.id, "0")


def test_replacing_a_key_is_no_way_around_its_cap() -> None:
    seller = in_kolkata()
    with clock.at(datetime(2026, 11, 23, 20, tzinfo=UTC)):
        old, _ = api_keys.create(seller, replace(DRAFT, cap_credits="500", cap_period="day"))
        today = clock.now().astimezone(KOLKATA).date()
        with transaction() as session:
            for period, spent in ((today - timedelta(days=1), 9), (today, 120)):
                session.add(ApiKeySpend(key_id=ids.read("key", old.id), period=period, spent=spent))
        assert [(key.cap, key.spent) for key in api_keys.mine(seller)] == [("500 credits a day", "120 used today")]
        new, _ = api_keys.rotate(seller, old.id, "24_hours")
    assert new.spent == "120 used today"
    assert row(new.id).cap_period is CapPeriod.day


def test_a_key_gets_another_name() -> None:
    seller = factories.creator()
    view, token = api_keys.create(seller, DRAFT)
    assert api_keys.rename(seller, view.id, " Back  office ").name == "Back office"
    with pytest.raises(ValidationFailedError) as refusal:
        api_keys.rename(seller, view.id, " ")
    assert set(refusal.value.fields) == {"name"}
    api_keys.authenticate(token, HERE)


def test_nobody_but_the_creator_in_person_manages_keys() -> None:
    seller, other = factories.creator(), factories.creator()
    view, token = api_keys.create(seller, replace(DRAFT, scopes=tuple(SCOPES)))
    key = api_keys.authenticate(token, HERE)

    def calls(actor: Actor) -> list[partial[Any]]:
        return [
            partial(api_keys.rename, actor, view.id, "Mine now"),
            partial(api_keys.revoke, actor, view.id),
            partial(api_keys.rotate, actor, view.id, "0"),
        ]

    def for_anyone(actor: Actor) -> list[partial[Any]]:
        return [
            partial(api_keys.create, actor, DRAFT),
            partial(api_keys.mine, actor),
            partial(api_keys.kept, actor, DRAFT, "demo"),
            partial(api_keys.first_call, actor, token, ["read"]),
        ]

    for call in calls(other):
        with pytest.raises(NotFoundError):
            call()
    for actor, error in (
        (key, SignInRequiredError),
        (VISITOR, SignInRequiredError),
        (factories.person(), CreatorProfileRequiredError),
    ):
        for call in [*calls(actor), *for_anyone(actor)]:
            with pytest.raises(error):
                call()
    assert api_keys.mine(other) == []
    assert [found.name for found in api_keys.mine(seller)] == ["Booking bot"]


def test_a_creator_has_so_many_keys_and_not_one_more_even_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MOST_KEYS", 3)
    seller = factories.creator()
    first, _ = api_keys.create(seller, DRAFT)
    outcomes = at_once(*[partial(api_keys.create, seller, DRAFT)] * 6)
    assert sum(isinstance(outcome, TooManyApiKeysError) for outcome in outcomes) == 4
    with pytest.raises(TooManyApiKeysError):
        api_keys.rotate(seller, first.id, "1_hour")
    api_keys.revoke(seller, first.id)
    api_keys.create(seller, DRAFT)


def test_use_is_noted_at_most_once_a_minute() -> None:
    view, token = api_keys.create(factories.creator(), DRAFT)
    at = clock.now()
    for seconds, noted in ((0, 0), (30, 0), (59, 0), (60, 60), (61, 60)):
        with clock.at(at + timedelta(seconds=seconds)):
            api_keys.authenticate(token, HERE)
        assert row(view.id).last_used_at == at + timedelta(seconds=noted), seconds


def test_noting_use_waits_for_nobody() -> None:
    view, token = api_keys.create(factories.creator(), DRAFT)
    with transaction() as session:
        session.exec(select(ApiKey).where(ApiKey.id == ids.read("key", view.id)).with_for_update()).one()
        assert unexpected(at_once(partial(api_keys.authenticate, token, HERE))) == []
        assert row(view.id).last_used_at is None
    api_keys.authenticate(token, HERE)
    assert row(view.id).last_used_at is not None


def test_a_call_from_the_wrong_address_is_no_use() -> None:
    view, token = api_keys.create(factories.creator(), replace(DRAFT, networks="10.0.0.1"))
    with pytest.raises(DomainError):
        api_keys.authenticate(token, HERE)
    assert row(view.id).last_used_at is None


def test_the_kept_key_is_the_same_until_it_ends() -> None:
    seller, other = factories.creator(), factories.creator()
    token = api_keys.kept(seller, DRAFT, "demo")
    assert api_keys.kept(seller, DRAFT, "demo") == token != api_keys.kept(other, DRAFT, "demo")
    db.reset()
    assert api_keys.authenticate(token, HERE).creator_id == seller.creator_id
    assert len(api_keys.mine(seller)) == 1
    api_keys.revoke(seller, api_keys.mine(seller)[0].id)
    following = api_keys.kept(seller, DRAFT, "demo")
    assert following == api_keys.kept(seller, DRAFT, "demo") != token
    api_keys.authenticate(following, HERE)


def test_the_first_call_is_what_the_key_may_do_and_names_a_customer_with_credits() -> None:
    held = factories.customer_with(5)
    call = api_keys.first_call(held.creator, "ls_test_x", ["read", "debits:write"])
    assert call.startswith("curl http://localhost:3000/api/v1/debits \\\n")
    assert "Bearer ls_test_x" in call
    assert held.buyer.email in call
    assert api_keys.first_call(held.creator, "ls_test_x", ["read"]).startswith(
        "curl http://localhost:3000/api/v1/customers"
    )
    assert api_keys.first_call(held.creator, "ls_test_x", ["credits:write"]) == ""
    assert "jonas@example.com" in api_keys.first_call(factories.creator(), "ls_test_x", ["debits:write"])


def test_the_ledger_names_the_key_to_its_creator_and_the_creator_to_the_buyer() -> None:
    held = factories.customer_with(5)
    view, token = api_keys.create(held.creator, replace(DRAFT, name="Secret project"))
    key = api_keys.authenticate(token, HERE)
    with transaction() as session:
        ledger.grant(session, held.subscription_id, Lot(2, GrantSource.promo, "from a key"), key)
    api_keys.revoke(held.creator, view.id)
    sold = wallets.subscription(held.creator, held.public_id)
    assert sold.entries[0].who == "API key “Secret project”"
    bought = wallets.one_of_mine(held.buyer, held.public_id)
    assert bought.entries[0].who == "Ada Byron"
    assert "Secret project" not in repr(bought)
