"""The sandbox Stripe, through the product's own Stripe module and through a browser's eyes.

What is proved here is that the product can be developed against it: it refuses what Stripe refuses, and a payment takes
the same course.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from litesubs.integrations import stripe as gateway
from litesubs.integrations.stripe import Checkout, CheckoutRequest, StripeRefusedError, StripeUnavailableError
from litesubs.settings import settings
from tests.sandbox_process import ROOT, Receiver, eventually, free_port, running_receiver, running_sandbox

SECRET = "whsec_of_the_test"
API_KEY = {"Authorization": "Bearer sk_test_of_the_test"}
CARD = {"method": "card", "number": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "name": "Ada Byron"}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """The endpoint that the sandbox delivers to."""
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def process(receiver: Receiver) -> Iterator[str]:
    """One sandbox for all tests of this module."""
    with running_sandbox(receiver.url, SECRET, extra=["--retry-base", "0.01", "--redirect-wait", "30"]) as base_url:
        yield base_url


@pytest.fixture
def sandbox(process: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """An empty sandbox that the product's Stripe module talks to; the fixture itself is a browser on it."""
    with point_product_at(process, monkeypatch), httpx.Client(base_url=process, timeout=30) as browser:
        browser.post("/_test/reset").raise_for_status()
        receiver.received.clear()
        receiver.answers.clear()
        yield browser


@contextmanager
def point_product_at(base_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings that name this sandbox, until the block ends."""
    with monkeypatch.context() as environment:
        environment.setenv("STRIPE_API_BASE", base_url)
        environment.setenv("STRIPE_SECRET_KEY", "sk_test_of_the_test")
        _forget_settings()
        yield
    _forget_settings()


def _forget_settings() -> None:
    settings.cache_clear()
    gateway.reset_client()


def request(**changes: Any) -> CheckoutRequest:
    """A pack being bought."""
    wanted = CheckoutRequest(
        purchase_id="pur_01",
        name="10 coaching sessions",
        description="10 credits",
        amount_minor=45_000,
        currency="EUR",
        customer_email="ada@example.com",
        success_url="http://localhost:3000/checkout/success?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="http://localhost:3000/checkout/cancelled?purchase=pur_01",
        expires_at=datetime.now(UTC) + timedelta(minutes=31),
        metadata={"purchase": "pur_01"},
    )
    return replace(wanted, **changes)


def opened(key: str = "purchase:1:v1", **changes: Any) -> Checkout:
    """A session, made by the product."""
    return gateway.create_checkout(None, request(**changes), key)


def pay(browser: httpx.Client, checkout: Checkout, **changes: str) -> httpx.Response:
    """Fills in the page and presses Pay."""
    return browser.post(f"/c/pay/{checkout.id}", data=CARD | changes)


def success_url(checkout: Checkout) -> str:
    """Where a buyer who has paid is sent."""
    return f"http://localhost:3000/checkout/success?session_id={checkout.id}"


def types(receiver: Receiver) -> list[str]:
    """The types of the webhooks that arrived."""
    return [event["type"] for event in receiver.events()]


def raw_params(**changes: str) -> dict[str, str]:
    """Parameters that the API accepts, as a form, with some replaced; an empty value leaves one out."""
    params = {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "500",
        "line_items[0][price_data][product_data][name]": "Pack",
        "success_url": "https://example.com/",
    } | changes
    return {name: value for name, value in params.items() if value != "(absent)"}


class TestCreating:
    """Opening a session."""

    def test_gives_a_session_with_what_was_asked(self, sandbox: httpx.Client) -> None:
        wanted = request()
        made = gateway.create_checkout(None, wanted, "purchase:1:v1")
        assert made.url is not None
        assert made.url.startswith(str(sandbox.base_url))
        assert (made.status, made.payment_status, made.payment_intent_id) == ("open", "unpaid", None)
        assert (made.amount_subtotal, made.amount_total, made.currency) == (45_000, 45_000, "EUR")
        assert (made.client_reference_id, made.metadata) == ("pur_01", {"purchase": "pur_01"})
        assert made.expires_at == wanted.expires_at.replace(microsecond=0)
        assert gateway.retrieve_checkout(None, made.id) == made

    def test_works_without_what_is_optional(self, sandbox: httpx.Client) -> None:
        made = opened(description=None, customer_email=None, metadata={})
        assert made.metadata == {}
        assert pay(sandbox, made).status_code == 422
        assert pay(sandbox, made, email="new@example.com").headers["location"] == success_url(made)

    def test_is_repeated_for_the_same_key(self, sandbox: httpx.Client) -> None:
        wanted = request()
        made = [gateway.create_checkout(None, wanted, "same") for _ in range(3)]
        assert len({checkout.id for checkout in made}) == 1
        assert gateway.create_checkout(None, wanted, "other").id != made[0].id
        assert len(sandbox.get("/_test/sessions").json()["data"]) == 2

    def test_says_that_an_answer_is_repeated(self, sandbox: httpx.Client) -> None:
        headers = API_KEY | {"Idempotency-Key": "k"}
        first, again = (sandbox.post("/v1/checkout/sessions", data=raw_params(), headers=headers) for _ in range(2))
        assert first.text == again.text
        assert "Idempotent-Replayed" not in first.headers
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.headers["Original-Request"] == first.headers["Request-Id"]

    def test_refuses_the_same_key_with_other_parameters(self, sandbox: httpx.Client) -> None:
        wanted = request()
        gateway.create_checkout(None, wanted, "same")
        with pytest.raises(StripeRefusedError) as refused:
            gateway.create_checkout(None, replace(wanted, amount_minor=45_001), "same")
        assert refused.value.code == "idempotency_error"
        assert len(sandbox.get("/_test/sessions").json()["data"]) == 1

    def test_does_not_remember_a_refusal(self, sandbox: httpx.Client) -> None:
        wanted = request()
        with pytest.raises(StripeRefusedError):
            gateway.create_checkout(None, replace(wanted, amount_minor=1), "same")
        assert gateway.create_checkout(None, wanted, "same").status == "open"
        assert sandbox.get("/_test/health").is_success

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"amount_minor": 49}, "amount_too_small"),
            ({"amount_minor": 10**9}, "amount_too_large"),
            ({"amount_minor": -500}, "parameter_invalid_integer"),
            ({"amount_minor": 30_001, "currency": "ISK"}, "parameter_invalid_integer"),
            ({"amount_minor": 1_001, "currency": "KWD"}, "parameter_invalid_integer"),
            ({"currency": "XXX"}, "invalid_request_error"),
            ({"name": ""}, "parameter_invalid_empty"),
            ({"customer_email": "ada"}, "email_invalid"),
            ({"success_url": "/checkout/success"}, "url_invalid"),
            ({"cancel_url": "javascript:alert(1)"}, "url_invalid"),
            ({"metadata": {"k": "v" * 501}}, "invalid_request_error"),
            ({"purchase_id": "p" * 201}, "invalid_request_error"),
            ({"expires_at": datetime.now(UTC) + timedelta(minutes=29)}, "invalid_request_error"),
            ({"expires_at": datetime.now(UTC) + timedelta(hours=25)}, "invalid_request_error"),
        ],
    )
    def test_refuses_what_stripe_refuses(self, sandbox: httpx.Client, changes: dict[str, Any], code: str) -> None:
        with pytest.raises(StripeRefusedError) as refused:
            opened(**changes)
        assert refused.value.code == code
        assert sandbox.get("/_test/sessions").json()["data"] == []

    @pytest.mark.parametrize(
        ("params", "code", "param"),
        [
            (raw_params(colour="red"), "parameter_unknown", "colour"),
            (
                raw_params(**{"line_items[0][price_data][colour]": "red"}),
                "parameter_unknown",
                "line_items[0][price_data][colour]",
            ),
            (raw_params(**{"payment_method_types[0]": "card"}), "parameter_unknown", "payment_method_types"),
            (raw_params(mode="(absent)"), "parameter_missing", "mode"),
            (raw_params(success_url="(absent)"), "parameter_missing", "success_url"),
            (
                raw_params(**{"line_items[0][quantity]": "(absent)"}),
                "parameter_missing",
                "line_items[0][quantity]",
            ),
            (raw_params(ui_mode="hosted"), None, "ui_mode"),
            (raw_params(ui_mode="elements"), None, "ui_mode"),
            (raw_params(expires_at="soon"), "parameter_invalid_integer", "expires_at"),
            (raw_params(expires_at="\u0663"), "parameter_invalid_integer", "expires_at"),
            (raw_params(line_items="x"), None, "line_items"),
            (raw_params(**{"metadata[a][b]": "x"}), None, "metadata"),
            (raw_params(**{"expand[0]": "colour"}), None, "expand"),
        ],
    )
    def test_names_the_parameter_at_fault(
        self, sandbox: httpx.Client, params: dict[str, str], code: str | None, param: str
    ) -> None:
        answer = sandbox.post("/v1/checkout/sessions", data=params, headers=API_KEY)
        error = answer.json()["error"]
        assert (answer.status_code, error["type"], error.get("code")) == (400, "invalid_request_error", code)
        assert error.get("param", "line_items").startswith(param)
        assert sandbox.get("/_test/sessions").json()["data"] == []


class TestAsking:
    """Keys, accounts, unknown ids and bad days."""

    @pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Bearer sk_live_1", "Basic ???"])
    def test_needs_a_test_key(self, sandbox: httpx.Client, authorization: str) -> None:
        answer = sandbox.get("/v1/events", headers={"Authorization": authorization})
        assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")

    def test_knows_no_unknown_id(self, sandbox: httpx.Client) -> None:
        for look in (gateway.retrieve_checkout, gateway.expire_checkout):
            with pytest.raises(StripeRefusedError) as refused:
                look(None, "cs_test_nothing")
            assert refused.value.code == "resource_missing"
        assert sandbox.get("/v1/payment_intents/pi_1", headers=API_KEY).status_code == 404
        assert sandbox.get("/v1/colours", headers=API_KEY).status_code == 404

    def test_keeps_accounts_apart(self, sandbox: httpx.Client) -> None:
        theirs = gateway.create_checkout("acct_theirs", request(), "same")
        ours = gateway.create_checkout(None, request(), "same")
        assert ours.id != theirs.id
        assert gateway.retrieve_checkout("acct_theirs", theirs.id) == theirs
        for account, session in ((None, theirs), ("acct_theirs", ours), ("acct_other", ours)):
            with pytest.raises(StripeRefusedError):
                gateway.retrieve_checkout(account, session.id)
        assert pay(sandbox, theirs).status_code == 303
        assert list(gateway.list_events(None, ["checkout.session.completed"], LONG_AGO)) == []
        (event,) = gateway.list_events("acct_theirs", ["checkout.session.completed"], LONG_AGO)
        assert (event.account, event.object_id) == ("acct_theirs", theirs.id)

    def test_survives_a_short_outage(self, sandbox: httpx.Client) -> None:
        sandbox.post("/_test/outage", json={"calls": 2, "status": 503})
        assert opened().status == "open"

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_is_unavailable_in_a_long_outage(self, sandbox: httpx.Client, status: int) -> None:
        sandbox.post("/_test/outage", json={"calls": 9, "status": status})
        with pytest.raises(StripeUnavailableError):
            gateway.retrieve_checkout(None, "cs_test_1")

    def test_is_unavailable_when_nobody_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with point_product_at(f"http://127.0.0.1:{free_port()}", monkeypatch), pytest.raises(StripeUnavailableError):
            opened()

    def test_expands_the_payment(self, sandbox: httpx.Client) -> None:
        made = opened()
        pay(sandbox, made)
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": str(sandbox.base_url).rstrip("/")})
        session = client.v1.checkout.sessions.retrieve(
            made.id, {"expand": ["payment_intent.latest_charge", "line_items"]}
        )
        intent: Any = session.payment_intent
        assert (intent.status, intent.latest_charge.paid, intent.metadata["purchase"]) == ("succeeded", True, "pur_01")
        assert session.line_items is not None
        assert session.line_items.data[0].description == "10 coaching sessions"


class TestPaying:
    """The hosted page."""

    def test_shows_what_is_bought(self, sandbox: httpx.Client) -> None:
        made = opened(name="Pack <script>alert(1)</script>")
        page = sandbox.get(made.url or "").text
        assert "Pack &lt;script&gt;" in page
        assert "<script" not in page
        for text in ("€450.00", "no money moves", "ada@example.com", "/checkout/cancelled?purchase=pur_01"):
            assert text in page

    def test_pays_with_a_card(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        made = opened()
        answer = pay(sandbox, made)
        assert (answer.status_code, answer.headers["location"]) == (303, success_url(made))
        assert types(receiver) == ["checkout.session.completed"], "the webhook arrives before the buyer is sent back"
        paid = gateway.retrieve_checkout(None, made.id)
        assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
        assert paid.payment_intent_id is not None
        event = gateway.parse_event(*receiver.received[0], SECRET)
        assert (event.object_id, event.client_reference_id) == (made.id, "pur_01")
        assert "already" not in answer.text
        assert "This is paid" in sandbox.get(f"/c/pay/{made.id}").text

    def test_pays_once_however_often_it_is_pressed(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        made = opened()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: pay(sandbox, made), range(8)))
        assert {answer.headers["location"] for answer in answers} == {success_url(made)}
        assert len(sandbox.get("/_test/events", params={"type": "charge.succeeded"}).json()["data"]) == 1
        assert types(receiver) == ["checkout.session.completed"]

    @pytest.mark.parametrize(
        ("number", "sentence"),
        [
            ("4000000000000002", "Your card was declined."),
            ("4000000000009995", "insufficient funds"),
            ("4000000000000069", "has expired"),
            ("4000000000000127", "security code is incorrect"),
            ("4000000000000119", "error occurred while processing"),
            ("4111111111111111", "Only test cards work here."),
        ],
    )
    def test_says_why_a_card_is_declined_and_takes_another(
        self, sandbox: httpx.Client, receiver: Receiver, number: str, sentence: str
    ) -> None:
        made = opened()
        declined = pay(sandbox, made, number=number)
        assert declined.status_code == 402
        assert sentence in declined.text
        still_open = gateway.retrieve_checkout(None, made.id)
        assert (still_open.status, still_open.payment_status) == ("open", "unpaid")
        intent = sandbox.get(f"/v1/payment_intents/{still_open.payment_intent_id}", headers=API_KEY).json()
        assert intent["status"] == "requires_payment_method"
        assert sentence in intent["last_payment_error"]["message"]
        assert receiver.received == []
        assert pay(sandbox, made).headers["location"] == success_url(made)
        assert gateway.retrieve_checkout(None, made.id).payment_status == "paid"

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("number", "", "Enter the card number."),
            ("number", "4242424242424241", "not a card number"),
            ("number", "abc", "not a card number"),
            ("number", "\u0664" * 16, "not a card number"),
            ("expiry", "01/20", "in the past"),
            ("expiry", "13/34", "month and year"),
            ("cvc", "12", "3 digits"),
            ("name", "", "name on the card"),
        ],
    )
    def test_points_at_the_field_at_fault(self, sandbox: httpx.Client, field: str, value: str, sentence: str) -> None:
        made = opened()
        answer = pay(sandbox, made, **{field: value})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'aria-invalid="true" aria-describedby="{field}-error"' in answer.text
        assert gateway.retrieve_checkout(None, made.id).payment_intent_id is None

    def test_does_not_repeat_a_real_card_or_any_security_code(self, sandbox: httpx.Client) -> None:
        answer = pay(sandbox, opened(), number="4111111111111111", cvc="987")
        assert "4111" not in answer.text
        assert "987" not in answer.text

    @pytest.mark.parametrize("number", ["4000000000003220", "4000002760003184"])
    def test_asks_for_3d_secure(self, sandbox: httpx.Client, number: str) -> None:
        made = opened()
        challenge = pay(sandbox, made, number=number).headers["location"]
        assert challenge == f"/c/pay/{made.id}/authenticate"
        assert "Complete" in sandbox.get(challenge).text
        assert sandbox.get(f"/c/pay/{made.id}").headers["location"] == challenge
        failed = sandbox.post(challenge, data={"answer": "fail"}, follow_redirects=True)
        assert "could not confirm" in failed.text
        assert gateway.retrieve_checkout(None, made.id).status == "open"
        pay(sandbox, made, number=number)
        assert sandbox.post(challenge, data={"answer": "complete"}).headers["location"] == success_url(made)
        assert gateway.retrieve_checkout(None, made.id).payment_status == "paid"

    def test_can_be_declined_after_3d_secure(self, sandbox: httpx.Client) -> None:
        made = opened()
        challenge = pay(sandbox, made, number="4000008400001629").headers["location"]
        page = sandbox.post(challenge, data={"answer": "complete"}, follow_redirects=True)
        assert "Your card was declined." in page.text
        assert gateway.retrieve_checkout(None, made.id).status == "open"

    @pytest.mark.parametrize(
        ("account", "outcome", "status"),
        [("000123456789", "succeeded", "paid"), ("000222222227", "failed", "unpaid")],
    )
    def test_hears_from_the_bank_later(
        self, sandbox: httpx.Client, receiver: Receiver, account: str, outcome: str, status: str
    ) -> None:
        sandbox.patch("/_test/config", json={"bank_delay_seconds": 0})
        made = opened()
        answer = sandbox.post(f"/c/pay/{made.id}", data={"method": "bank", "account": account})
        assert answer.headers["location"] == success_url(made)
        eventually(lambda: len(receiver.received) == 2)
        assert sorted(types(receiver)) == sorted(
            ["checkout.session.completed", f"checkout.session.async_payment_{outcome}"]
        )
        completed = next(event for event in receiver.events() if event["type"] == "checkout.session.completed")
        assert completed["data"]["object"]["payment_status"] == "unpaid"
        settled = gateway.retrieve_checkout(None, made.id)
        assert (settled.status, settled.payment_status) == ("complete", status)

    @pytest.mark.parametrize(("outcome", "status"), [("succeed", "paid"), ("fail", "unpaid")])
    def test_waits_for_the_bank_as_long_as_a_test_wants(
        self, sandbox: httpx.Client, receiver: Receiver, outcome: str, status: str
    ) -> None:
        made = opened()
        sandbox.post(f"/c/pay/{made.id}", data={"method": "bank", "account": "000000000000"})
        assert gateway.retrieve_checkout(None, made.id).payment_status == "unpaid"
        assert "on its way" in sandbox.get(f"/c/pay/{made.id}").text
        sandbox.post(f"/_test/sessions/{made.id}/settle", json={"outcome": outcome}).raise_for_status()
        assert gateway.retrieve_checkout(None, made.id).payment_status == status
        eventually(lambda: len(receiver.received) == 2)
        assert sandbox.post(f"/_test/sessions/{made.id}/settle", json={"outcome": outcome}).status_code == 400


class TestExpiring:
    """Sessions that are closed unpaid."""

    def test_closes_a_session(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        made = opened()
        assert gateway.expire_checkout(None, made.id).status == "expired"
        eventually(lambda: types(receiver) == ["checkout.session.expired"])
        assert pay(sandbox, made).headers["location"] == f"/c/pay/{made.id}"
        page = sandbox.get(f"/c/pay/{made.id}").text
        assert "has expired" in page
        assert "/checkout/cancelled?purchase=pur_01" in page
        assert gateway.retrieve_checkout(None, made.id).payment_status == "unpaid"

    def test_leaves_a_closed_session_as_it_is(self, sandbox: httpx.Client) -> None:
        paid, expired = opened("a"), opened("b")
        pay(sandbox, paid)
        assert gateway.expire_checkout(None, paid.id).status == "complete"
        assert [gateway.expire_checkout(None, expired.id).status for _ in range(2)] == ["expired", "expired"]

    def test_closes_a_session_during_a_challenge(self, sandbox: httpx.Client) -> None:
        made = opened()
        challenge = pay(sandbox, made, number="4000000000003220").headers["location"]
        sandbox.post(f"/_test/sessions/{made.id}/expire").raise_for_status()
        sandbox.post(challenge, data={"answer": "complete"})
        assert gateway.retrieve_checkout(None, made.id).payment_status == "unpaid"


class TestListing:
    """Pages of events and sessions."""

    def test_walks_all_pages(self, sandbox: httpx.Client) -> None:
        made = [
            sandbox.post("/_test/events", json={"type": "colour.changed", "object": {"id": f"colour_{number}"}}).json()
            for number in range(230)
        ]
        found = list(gateway.list_events(None, ["colour.changed"], LONG_AGO))
        assert [event.id for event in found] == [event["id"] for event in reversed(made)]
        assert list(gateway.list_events(None, ["colour.lost"], LONG_AGO)) == []
        assert list(gateway.list_events(None, ["colour.changed"], datetime.now(UTC) + timedelta(hours=1))) == []

    def test_pages_in_both_directions(self, sandbox: httpx.Client) -> None:
        ids = [opened(f"key {number}").id for number in range(5)][::-1]

        def listed(**params: str) -> tuple[list[str], bool]:
            answer = sandbox.get("/v1/checkout/sessions", params=params, headers=API_KEY).json()
            return [session["id"] for session in answer["data"]], answer["has_more"]

        assert listed(limit="2") == (ids[:2], True)
        assert listed(limit="2", starting_after=ids[1]) == (ids[2:4], True)
        assert listed(limit="2", starting_after=ids[3]) == (ids[4:], False)
        assert listed(limit="2", ending_before=ids[4]) == (ids[2:4], True)
        assert listed(limit="2", ending_before=ids[1]) == (ids[:1], False)
        gateway.expire_checkout(None, ids[0])
        assert listed(status="expired") == (ids[:1], False)

    @pytest.mark.parametrize(
        "params", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"starting_after": "cs_1"}, {"colour": "red"}]
    )
    def test_refuses_bad_pages(self, sandbox: httpx.Client, params: dict[str, str]) -> None:
        assert sandbox.get("/v1/checkout/sessions", params=params, headers=API_KEY).status_code == 400

    def test_finds_what_was_not_delivered(self, sandbox: httpx.Client) -> None:
        sandbox.post("/_test/webhooks/pause")
        made = opened()
        pay(sandbox, made)
        params = {"delivery_success": "false"}
        (event,) = sandbox.get("/v1/events", params=params, headers=API_KEY).json()["data"]
        assert (event["type"], event["pending_webhooks"]) == ("checkout.session.completed", 1)


class TestDelivering:
    """Webhooks, on time and otherwise."""

    def test_tries_again_until_accepted(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        receiver.answers[:] = [500, 302, 503]
        pay(sandbox, opened())
        (delivery,) = eventually(
            lambda: sandbox.get("/_test/deliveries", params={"status": "succeeded"}).json()["data"]
        )
        assert [attempt["status_code"] for attempt in delivery["attempts"]] == [500, 302, 503, 200]
        ids = {gateway.parse_event(body, signature, SECRET).id for body, signature in receiver.received}
        assert ids == {delivery["event"]}

    def test_gives_up_in_the_end(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        sandbox.patch("/_test/config", json={"max_attempts": 2})
        receiver.answers[:] = [500, 500]
        pay(sandbox, opened())
        eventually(lambda: sandbox.get("/_test/deliveries", params={"status": "failed"}).json()["data"])
        assert len(receiver.received) == 2

    def test_can_be_held_back(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        sandbox.post("/_test/webhooks/pause")
        made = opened()
        assert pay(sandbox, made).headers["location"] == success_url(made), "the buyer does not wait for it"
        assert receiver.received == []
        sandbox.post("/_test/webhooks/resume")
        eventually(lambda: types(receiver) == ["checkout.session.completed"])

    def test_can_be_repeated_late_forged_and_at_once(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        pay(sandbox, opened())
        (event,) = sandbox.get("/_test/events", params={"type": "checkout.session.completed"}).json()["data"]
        receiver.received.clear()

        def deliver(**how: object) -> list[dict[str, Any]]:
            answer = sandbox.post(f"/_test/events/{event['id']}/deliver", json=how).raise_for_status()
            attempts: list[dict[str, Any]] = answer.json()["data"]
            return attempts

        assert [attempt["status_code"] for attempt in deliver(parallel=20)] == [200] * 20
        assert len(deliver(times=3)) == 3
        assert {gateway.parse_event(*each, SECRET).id for each in receiver.received} == {event["id"]}
        assert len(receiver.received) == 23
        receiver.received.clear()
        for how in (
            {"timestamp_offset": -400},
            {"timestamp_offset": 400},
            {"secret": "whsec_other"},
            {"body": "not json"},
        ):
            deliver(**how)
            with pytest.raises(gateway.InvalidSignatureError):
                gateway.parse_event(*receiver.received.pop(), SECRET)

    def test_can_be_of_any_type_and_about_anything(self, sandbox: httpx.Client, receiver: Receiver) -> None:
        wanted = {"type": "checkout.session.completed", "object": {"id": "cs_test_unknown", "client_reference_id": "?"}}
        sandbox.post("/_test/events", json=wanted).raise_for_status()
        eventually(lambda: receiver.received)
        event = gateway.parse_event(*receiver.received[0], SECRET)
        assert (event.object_id, event.client_reference_id) == ("cs_test_unknown", "?")

    def test_can_act_out_a_mismatch(self, sandbox: httpx.Client) -> None:
        made = opened()
        sandbox.patch(f"/_test/sessions/{made.id}", json={"amount_subtotal": 1, "currency": "usd"}).raise_for_status()
        sandbox.post(f"/_test/sessions/{made.id}/pay", json={}).raise_for_status()
        paid = gateway.retrieve_checkout(None, made.id)
        assert (paid.amount_subtotal, paid.currency, paid.payment_status) == (1, "USD", "paid")
        assert sandbox.patch(f"/_test/sessions/{made.id}", json={"colour": "red"}).status_code == 400


class TestRunning:
    """The process itself."""

    def test_keeps_everything_through_a_kill(
        self, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port, state = free_port(), tmp_path / "state" / "stripe.sqlite"
        receiver.received.clear()
        with running_sandbox(None, SECRET, port=port, state=state) as base_url, point_product_at(base_url, monkeypatch):
            wanted = request()
            made = gateway.create_checkout(None, wanted, "same")
            httpx.post(f"{base_url}/_test/sessions/{made.id}/pay", json={}).raise_for_status()
            pid = httpx.get(f"{base_url}/_test/health").raise_for_status().json()["pid"]
            os.kill(pid, signal.SIGKILL)
        with (
            running_sandbox(receiver.url, SECRET, port=port, state=state) as base_url,
            point_product_at(base_url, monkeypatch),
        ):
            assert gateway.retrieve_checkout(None, made.id).payment_status == "paid"
            assert gateway.create_checkout(None, wanted, "same").id == made.id, "the key is remembered"
            eventually(lambda: types(receiver) == ["checkout.session.completed"])

    @pytest.mark.parametrize("ending", ["SIGTERM", "SIGINT", "stdin"])
    def test_ends_when_told(self, ending: str) -> None:
        port = free_port()
        command = [sys.executable, "-m", "sandbox.stripe", "--port", str(port), "--exit-with-stdin"]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
            try:
                eventually(lambda: answers(port), 30)
                assert process.stdin is not None
                if ending == "stdin":
                    process.stdin.close()
                else:
                    process.send_signal(signal.Signals[ending])
                assert process.wait(10) == 0
            finally:
                process.kill()


def answers(port: int) -> bool:
    """Whether a sandbox is up on this port."""
    try:
        return bool(json.loads(httpx.get(f"http://localhost:{port}/_test/health").text)["ok"])
    except httpx.HTTPError:
        return False
