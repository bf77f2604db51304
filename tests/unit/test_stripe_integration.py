"""Which webhook bodies and signatures count as Stripe's."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from litesubs.integrations.stripe import InvalidSignatureError, parse_event

SECRET = "whsec_of_the_test"


def body_of(**changes: Any) -> dict[str, Any]:
    """An event as Stripe sends it, with some fields replaced."""
    session = {"id": "cs_test_1", "object": "checkout.session", "client_reference_id": "pur_1"}
    event = {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": 1_800_000_000}
    return event | {"livemode": False, "data": {"object": session}} | changes


def signed(payload: bytes, *, secret: str = SECRET, age_seconds: int = 0) -> str:
    """The Stripe-Signature header, made `age_seconds` ago."""
    timestamp = int(time.time()) - age_seconds
    header: str = stripe.WebhookSignature.generate_signature_header(payload.decode(), secret, timestamp)
    return header


def test_a_signed_event_is_read() -> None:
    payload = json.dumps(body_of(account="acct_1")).encode()

    event = parse_event(payload, signed(payload), SECRET)

    assert (event.id, event.type, event.account) == ("evt_1", "checkout.session.completed", "acct_1")
    assert (event.object_id, event.client_reference_id, event.livemode) == ("cs_test_1", "pur_1", False)
    assert event.created == datetime.fromtimestamp(1_800_000_000, UTC)
    assert event.payload == body_of(account="acct_1")


def test_an_event_of_unknown_type_about_an_object_without_id_is_read() -> None:
    payload = json.dumps(body_of(type="balance.available", data={"object": {"object": "balance"}})).encode()

    event = parse_event(payload, signed(payload), SECRET)

    assert (event.type, event.object_id, event.client_reference_id) == ("balance.available", None, None)


@pytest.mark.parametrize("age_seconds", [0, 290, -290])
def test_a_signature_within_five_minutes_is_accepted(age_seconds: int) -> None:
    payload = json.dumps(body_of()).encode()
    assert parse_event(payload, signed(payload, age_seconds=age_seconds), SECRET).id == "evt_1"


@pytest.mark.parametrize("age_seconds", [310, 86_400, -310, -86_400, -(10**9)])
def test_an_old_or_future_signature_is_refused(age_seconds: int) -> None:
    payload = json.dumps(body_of()).encode()
    with pytest.raises(InvalidSignatureError):
        parse_event(payload, signed(payload, age_seconds=age_seconds), SECRET)


@pytest.mark.parametrize(
    "header",
    ["", "t=,v1=", "v1=abc", "t=1800000000", "t=abc,v1=abc", "nonsense", "t=1,v1=é", "t=1,v1=\ud800", "t", "=", ",,,"],
)
def test_a_header_that_is_not_a_signature_is_refused(header: str) -> None:
    payload = json.dumps(body_of()).encode()
    with pytest.raises(InvalidSignatureError):
        parse_event(payload, header, SECRET)


def test_a_changed_body_or_another_secret_is_refused() -> None:
    payload = json.dumps(body_of()).encode()
    with pytest.raises(InvalidSignatureError):
        parse_event(payload + b" ", signed(payload), SECRET)
    with pytest.raises(InvalidSignatureError):
        parse_event(payload, signed(payload, secret="whsec_of_someone_else"), SECRET)


def test_nothing_is_accepted_without_a_secret() -> None:
    payload = json.dumps(body_of()).encode()
    for secret in ("", " "):
        with pytest.raises(InvalidSignatureError):
            parse_event(payload, signed(payload, secret=secret), secret)


def test_a_second_timestamp_does_not_hide_a_future_one() -> None:
    payload = json.dumps(body_of()).encode()
    header = signed(payload, age_seconds=-10_000)
    for trick in (f"{header},t={int(time.time())}", f" t={int(time.time())},{header}"):
        with pytest.raises(InvalidSignatureError):
            parse_event(payload, trick, SECRET)


@pytest.mark.parametrize(
    "payload",
    [b"", b"not json", b"[]", b"null", b"3", b'"event"', b"{}", b'{"id": "evt_1"', b'{"a": NaN}', b"[" * 100_000],
)
def test_a_signed_body_that_is_not_an_event_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidSignatureError):
        parse_event(payload, signed(payload), SECRET)


@pytest.mark.parametrize(
    "changes",
    [
        {"object": "v2.core.event"},
        {"id": None},
        {"id": ""},
        {"type": 3},
        {"livemode": "false"},
        {"created": "yesterday"},
        {"created": 10**30},
        {"created": float("nan")},
        {"data": None},
        {"data": {}},
        {"data": {"object": []}},
        {"data": {"object": {"id": 3}}},
        {"account": {}},
    ],
)
def test_a_signed_body_with_a_wrong_field_is_refused(changes: dict[str, Any]) -> None:
    payload = json.dumps(body_of(**changes)).encode()
    with pytest.raises(InvalidSignatureError):
        parse_event(payload, signed(payload), SECRET)


def test_a_body_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(InvalidSignatureError):
        parse_event(b"\xff\xfe", "t=1,v1=abc", SECRET)
