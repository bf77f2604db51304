"""Events from Stripe: signed ones are stored and acted on once, the rest is refused or waved through."""

import contextlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import ids, purchases, stripe_events, verify
from litesubs.domain.errors import InvalidEventError
from litesubs.integrations.stripe import StripeUnavailableError
from litesubs.models import CreditGrant, PurchaseStatus, StripeEvent
from litesubs.settings import settings
from tests import factories
from tests.factories import at_once, event, pay, purchase_of, session_id, signed, token_of

pytestmark = pytest.mark.usefixtures("payments")


def stored() -> list[StripeEvent]:
    """Every event that was stored."""
    with transaction() as session:
        return list(session.exec(select(StripeEvent)))


def jobs() -> list[str]:
    """The ids of the events that wait for a worker."""
    with transaction() as session:
        query = text("SELECT args->>'event_id' FROM procrastinate_jobs WHERE task_name = 'handle_stripe_event'")
        return [row[0] for row in session.execute(query)]


def paid_checkout(payments: httpx.Client) -> str:
    """A checkout that is paid and that nobody has told us about: its address."""
    url = purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    pay(payments, url)
    return url


def grants() -> int:
    """How many lots there are."""
    with transaction() as session:
        return len(session.exec(select(CreditGrant)).all())


def test_an_event_is_stored_with_its_job_and_not_acted_on_yet(payments: httpx.Client) -> None:
    url = paid_checkout(payments)
    body = event({"id": session_id(url)})
    stripe_events.receive(body, signed(body))
    (kept,) = stored()
    assert (kept.type, kept.processed_at, kept.payload) == ("checkout.session.completed", None, json.loads(body))
    assert jobs() == [kept.id]
    assert grants() == 0
    stripe_events.handle(kept.id)
    (kept,) = stored()
    assert kept.processed_at is not None
    assert kept.outcome == f"settled {ids.show('pur', purchase_of(url).id)}"
    assert grants() == 1


def test_the_same_event_twenty_times_at_once_grants_once(payments: httpx.Client) -> None:
    body = event({"id": session_id(paid_checkout(payments))})
    assert at_once(*[partial(stripe_events.receive, body, signed(body))] * 20) == [None] * 20
    (kept,) = stored()
    assert jobs() == [kept.id]
    assert at_once(*[partial(stripe_events.handle, kept.id)] * 20) == [None] * 20
    assert grants() == 1
    assert verify.violations() == []


def test_the_same_event_received_and_handled_six_times_at_once_grants_once(payments: httpx.Client) -> None:
    body = event({"id": session_id(paid_checkout(payments))})
    identifier = json.loads(body)["id"]

    def receive_and_handle() -> None:
        stripe_events.receive(body, signed(body))
        stripe_events.handle(identifier)

    assert at_once(*[receive_and_handle] * 6) == [None] * 6
    assert len(stored()) == len(jobs()) == grants() == 1


def test_different_events_about_one_purchase_in_any_order_grant_once(payments: httpx.Client) -> None:
    url = paid_checkout(payments)
    kinds = ("expired", "async_payment_failed", "completed", "async_payment_succeeded", "completed")
    bodies = [event({"id": session_id(url)}, f"checkout.session.{kind}") for kind in kinds]
    for body in bodies:
        stripe_events.receive(body, signed(body))
    calls: list[Callable[[], None]] = [partial(stripe_events.handle, json.loads(body)["id"]) for body in bodies]
    assert at_once(*calls) == [None] * 5
    assert purchase_of(url).status is PurchaseStatus.paid
    assert grants() == 1


def test_an_event_that_claims_payment_is_checked_with_stripe_first() -> None:
    url = purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    body = event({"id": session_id(url), "payment_status": "paid", "status": "complete"})
    stripe_events.receive(body, signed(body))
    stripe_events.handle(json.loads(body)["id"])
    assert purchase_of(url).status is PurchaseStatus.pending
    assert grants() == 0


@pytest.mark.parametrize("seconds", [-301, 302, -(10**6), 10**6, 10**9])
def test_an_old_or_future_dated_signature_is_refused(seconds: int) -> None:
    body = event({"id": "cs_1"})
    with pytest.raises(InvalidEventError):
        stripe_events.receive(body, signed(body, seconds_ahead=seconds))
    assert stored() == []


@pytest.mark.parametrize("seconds", [-290, 0, 290])
def test_a_signature_within_five_minutes_is_accepted(seconds: int) -> None:
    body = event({"id": "cs_1"})
    stripe_events.receive(body, signed(body, seconds_ahead=seconds))
    assert len(stored()) == 1


def test_a_signature_that_is_not_stripes_is_refused() -> None:
    body = event({"id": "cs_1"})
    right = signed(body)
    for wrong in (
        "",
        "t=1",
        "v1=abc",
        "nonsense",
        "t=x,v1=y",
        signed(body, "whsec_another"),
        signed(body + b" "),
        right.replace("v1=", "v0="),
        right[:-1],
        right + "é",
        "x" * 100_000,
    ):
        with pytest.raises(InvalidEventError):
            stripe_events.receive(body, wrong)
    assert stored() == []


def test_without_a_secret_nothing_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    settings.cache_clear()
    body = event({"id": "cs_1"})
    with pytest.raises(InvalidEventError):
        stripe_events.receive(body, signed(body, ""))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b"{}",
        b'{"id": NaN}',
        b"[" * 100_000,
        b"{" * 1000,
        b"\xc3\xa9",
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidEventError):
        stripe_events.receive(body, signed(body))
    assert stored() == []


@pytest.mark.parametrize("text_", ["a\\u0000b", "a\\ud800b"])
def test_an_event_that_postgresql_cannot_keep_is_refused_and_not_a_crash(text_: str) -> None:
    for body in (
        event({"id": "cs_1"}).replace(b"cs_1", text_.encode()),
        event({"id": "cs_1"}, id="EVT").replace(b"EVT", text_.encode()),
    ):
        with pytest.raises(InvalidEventError):
            stripe_events.receive(body, signed(body))
    assert stored() == []


def test_an_unknown_type_is_kept_and_done_with() -> None:
    body = event({"id": "cs_1"}, "customer.tax_id.updated")
    stripe_events.receive(body, signed(body))
    stripe_events.handle(json.loads(body)["id"])
    assert [(kept.outcome, kept.processed_at is not None) for kept in stored()] == [
        ("nothing to do for this type", True)
    ]


@pytest.mark.parametrize(
    "about",
    [
        {"id": "cs_unknown"},
        {"id": "cs_unknown", "client_reference_id": "pur_01h455vb4pex5vsknk084sn02q"},
        {"id": "cs_unknown", "client_reference_id": "not an id"},
        {"client_reference_id": "pur_01h455vb4pex5vsknk084sn02q"},
        {},
    ],
)
def test_an_event_about_a_purchase_we_do_not_know_is_kept_and_done_with(about: dict[str, Any]) -> None:
    purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    body = event(about)
    stripe_events.receive(body, signed(body))
    stripe_events.handle(json.loads(body)["id"])
    assert [(kept.outcome, kept.processed_at is not None) for kept in stored()] == [("no purchase of ours", True)]


def test_an_event_waits_for_a_retry_while_stripe_is_down(payments: httpx.Client) -> None:
    body = event({"id": session_id(paid_checkout(payments))})
    stripe_events.receive(body, signed(body))
    payments.post("/_test/outage", json={"calls": 3, "status": 503}).raise_for_status()
    with contextlib.suppress(StripeUnavailableError):
        stripe_events.handle(json.loads(body)["id"])
        pytest.fail("the failure must reach the worker, which tries again")
    assert stored()[0].processed_at is None
    stripe_events.handle(json.loads(body)["id"])
    assert grants() == 1
