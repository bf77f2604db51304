"""Stripe, and the only module that knows its SDK. Plain values in, frozen dataclasses out.

Every function that asks Stripe takes the `account` it acts for, None being our own. It raises StripeUnavailableError
(the outcome is unknown: call again with the same idempotency key) or StripeRefusedError (Stripe said no, for good).
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, NoReturn, cast

import stripe
from stripe.checkout import Session

from litesubs.settings import settings

CONNECT_TIMEOUT_SECONDS = 5.0
READ_TIMEOUT_SECONDS = 20.0
NETWORK_RETRIES = 2
EVENT_PAGE_SIZE = 100
LONGEST_PRODUCT_NAME = 250
SIGNATURE_TOLERANCE_SECONDS = 300
REFUSED = ("requires_payment_method", "canceled")
SANDBOX_API_BASE = "http://127.0.0.1:3001"
SANDBOX_KEY = "sk_test_sandbox"

stripe.enable_telemetry = False

SessionStatus = Literal["open", "complete", "expired"]
PaymentStatus = Literal["paid", "unpaid", "no_payment_required"]


class StripeUnavailableError(Exception):
    """Stripe could not be reached, is failing or asks us to slow down; whether it did the work is unknown."""


class StripeRefusedError(Exception):
    """Stripe refused the request as it is."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is Stripe's error code, or its type of error where it gives no code."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class InvalidSignatureError(Exception):
    """The body is not an event that Stripe signed for us within the last five minutes."""


@dataclass(frozen=True, kw_only=True)
class CheckoutRequest:
    """What a buyer is asked to pay for.

    `purchase_id` comes back as `client_reference_id`. `amount_minor` is in the units Stripe counts for the currency.
    `expires_at` must be 30 minutes to 24 hours ahead when Stripe reads it, so leave a minute of margin.
    """

    purchase_id: str
    name: str
    description: str | None = None
    amount_minor: int
    currency: str
    customer_email: str | None
    success_url: str
    cancel_url: str
    expires_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A Checkout Session. `url` is None once it is not open; `currency` is in upper case, as everywhere in Litesubs.

    `bank_refused` says that the delayed payment of a complete session did not come; it is known only when the session
    was retrieved.
    """

    id: str
    url: str | None
    status: SessionStatus
    payment_status: PaymentStatus
    amount_subtotal: int
    amount_total: int
    currency: str
    payment_intent_id: str | None
    bank_refused: bool
    client_reference_id: str | None
    metadata: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class InboundEvent:
    """An event as Stripe sent or listed it; `object_id` and `client_reference_id` are of the object it is about."""

    id: str
    type: str
    account: str | None
    livemode: bool
    created: datetime
    object_id: str | None
    client_reference_id: str | None
    payload: dict[str, Any]


def create_checkout(account: str | None, request: CheckoutRequest, idempotency_key: str) -> Checkout:
    """Opens a Checkout Session.

    The same key and request return the same session; the same key with another request is refused with code
    `idempotency_error`.
    """
    metadata = dict(request.metadata)
    product: dict[str, Any] = {"name": request.name[:LONGEST_PRODUCT_NAME]}
    if request.description:
        product["description"] = request.description
    price = {"currency": request.currency.lower(), "unit_amount": request.amount_minor, "product_data": product}
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "client_reference_id": request.purchase_id,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
    }
    if request.customer_email:
        params["customer_email"] = request.customer_email
    if metadata:  # the session's metadata is not copied to the payment, where refunds and disputes look for it
        params |= {"metadata": metadata, "payment_intent_data": {"metadata": metadata}}
    options = _for(account) | {"idempotency_key": idempotency_key}
    with _translated_errors():
        return _checkout(_client().v1.checkout.sessions.create(cast("Any", params), cast("Any", options)))


def retrieve_checkout(account: str | None, session_id: str) -> Checkout:
    """The session as it is now. An unknown id is refused with code `resource_missing`."""
    with _translated_errors():
        params: Any = {"expand": ["payment_intent"]}
        return _checkout(_client().v1.checkout.sessions.retrieve(session_id, params, _for(account)))


def expire_checkout(account: str | None, session_id: str) -> Checkout:
    """Closes the session so that it cannot be paid, and returns it.

    One that is complete or expired already comes back unchanged: look at `status`.
    """
    with _translated_errors():
        try:
            return _checkout(_client().v1.checkout.sessions.expire(session_id, options=_for(account)))
        except stripe.InvalidRequestError:
            session = _checkout(_client().v1.checkout.sessions.retrieve(session_id, options=_for(account)))
            if session.status == "open":
                raise
            return session


def list_events(account: str | None, types: Sequence[str], created_since: datetime) -> Iterator[InboundEvent]:
    """Events of up to 20 types since a moment, newest first, fetched page by page. Stripe keeps them for 30 days."""
    params = {
        "types": list(types),
        "created": {"gte": int(created_since.timestamp())},
        "limit": EVENT_PAGE_SIZE,
    }
    with _translated_errors():
        for event in _client().v1.events.list(cast("Any", params), _for(account)).auto_paging_iter():
            yield _event(event.to_dict())


def parse_event(payload: bytes, signature: str, secret: str) -> InboundEvent:
    """The event in a webhook's raw body, after checking the Stripe-Signature header against the endpoint's `secret`.

    Raises InvalidSignatureError for a wrong or missing signature, one made more than five minutes ago or ahead (the SDK
    accepts any future), and for a body that is not an event. https://docs.stripe.com/webhooks#verify-manually
    """
    if not secret:  # anyone can sign with an empty key
        _refuse("no webhook secret is set")
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, SIGNATURE_TOLERANCE_SECONDS)
        signed_at = _signed_at(signature)
        body = json.loads(payload, parse_constant=_refuse)
    except (stripe.SignatureVerificationError, ValueError, TypeError, RecursionError) as error:
        # TypeError: the SDK compares signatures as text, which fails on characters outside ASCII.
        raise InvalidSignatureError(str(error)) from error
    if signed_at > time.time() + SIGNATURE_TOLERANCE_SECONDS:
        _refuse("the signature is dated in the future")
    try:
        return _event(body)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidSignatureError("the body is not an event") from error


def reset_client() -> None:
    """Forgets the client, so that the next call reads the settings again. For tests."""
    _client.cache_clear()


@lru_cache(maxsize=1)
def _client() -> stripe.StripeClient:
    """One client per process. A sandbox key never goes to the real Stripe."""
    configured = settings()
    key = configured.stripe_secret_key.get_secret_value() if configured.stripe_secret_key else SANDBOX_KEY
    base = configured.stripe_api_base or (SANDBOX_API_BASE if configured.uses_stripe_sandbox else None)
    return stripe.StripeClient(
        key,
        max_network_retries=NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)),
        base_addresses={"api": base} if base else {},
    )


def _for(account: str | None) -> stripe.RequestOptions:
    return {"stripe_account": account} if account else {}


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise StripeUnavailableError(str(error)) from error
    except stripe.StripeError as error:
        kind = error.error.type if error.error else type(error).__name__
        raise StripeRefusedError(error.code or str(kind), error.user_message or str(error)) from error


def _checkout(session: Session) -> Checkout:
    intent = session.payment_intent
    return Checkout(
        id=session.id,
        url=session.url,
        status=cast("SessionStatus", session.status),
        payment_status=cast("PaymentStatus", session.payment_status),
        amount_subtotal=session.amount_subtotal or 0,
        amount_total=session.amount_total or 0,
        currency=(session.currency or "").upper(),
        bank_refused=not isinstance(intent, str | None) and intent.status in REFUSED,
        payment_intent_id=intent if isinstance(intent, str) or intent is None else intent.id,
        client_reference_id=session.client_reference_id,
        metadata=session.metadata.to_dict() if session.metadata else {},
        expires_at=datetime.fromtimestamp(session.expires_at, UTC),
    )


def _event(body: dict[str, Any]) -> InboundEvent:
    """Raises KeyError, TypeError or ValueError for JSON that is not a snapshot event."""
    about = body["data"]["object"]
    if body["object"] != "event" or not isinstance(about, dict) or not isinstance(body["livemode"], bool):
        raise ValueError
    return InboundEvent(
        id=_text(body["id"]),
        type=_text(body["type"]),
        account=_optional_text(body.get("account")),
        livemode=body["livemode"],
        created=datetime.fromtimestamp(body["created"], UTC),
        object_id=_optional_text(about.get("id")),
        client_reference_id=_optional_text(about.get("client_reference_id")),
        payload=body,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _signed_at(signature: str) -> int:
    """The time in a header that was verified, read as the SDK reads it: the first `t`."""
    return next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))


def _refuse(reason: str) -> NoReturn:
    raise InvalidSignatureError(reason)
