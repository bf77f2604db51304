"""Where Stripe delivers events, over HTTP."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func
from sqlmodel import select

from litesubs.api.app import api
from litesubs.api.stripe_webhook import LARGEST_BODY
from litesubs.db import transaction
from litesubs.models import StripeEvent
from litesubs.settings import settings
from tests.factories import WEBHOOK_SECRET, at_once, event, signed

URL = "/api/webhooks/stripe"


@pytest.fixture
def client(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """Something that posts to us from outside."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)
    settings.cache_clear()
    with TestClient(api) as client:
        yield client


def stored() -> int:
    """How many events were stored."""
    with transaction() as session:
        return session.exec(select(func.count()).select_from(StripeEvent)).one()


def test_a_signed_event_is_received(client: TestClient) -> None:
    body = event({"id": "cs_1"})
    answer = client.post(URL, content=body, headers={"stripe-signature": signed(body)})
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert stored() == 1


def test_the_same_event_six_times_at_once_is_received_six_times_and_stored_once(client: TestClient) -> None:
    body = event({"id": "cs_1"})
    headers = {"stripe-signature": signed(body)}
    answers = at_once(*[lambda: client.post(URL, content=body, headers=headers).status_code] * 6)
    assert answers == [200] * 6
    assert stored() == 1


def test_events_of_unknown_type_and_about_unknown_things_are_received_quietly(client: TestClient) -> None:
    for body in (event({"id": "cs_1"}, "something.new"), event({"id": "cs_of_somebody_else"})):
        assert client.post(URL, content=body, headers={"stripe-signature": signed(body)}).status_code == 200


def test_what_stripe_did_not_sign_is_refused(client: TestClient) -> None:
    body = event({"id": "cs_1"})
    for headers in (
        {},
        {"stripe-signature": "nonsense"},
        {"stripe-signature": signed(body, "whsec_another")},
        {"stripe-signature": signed(body, seconds_ahead=-400)},
        {"stripe-signature": signed(body, seconds_ahead=400)},
    ):
        answer = client.post(URL, content=body, headers=headers)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "invalid_event"
    assert stored() == 0


def test_a_body_that_is_no_event_is_refused(client: TestClient) -> None:
    for body in (b"", b"not json", b"[]", b"{}", b"\xff", json.dumps({"id": "evt_1"}).encode()):
        signature = signed(body) if body != b"\xff" else "t=1,v1=x"
        assert client.post(URL, content=body, headers={"stripe-signature": signature}).status_code == 400
    assert stored() == 0


def test_an_endless_body_is_refused_before_it_is_read(client: TestClient) -> None:
    assert client.post(URL, content=b"x" * (LARGEST_BODY + 1)).status_code == 400
