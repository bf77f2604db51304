"""Events from Stripe: stored before they are acted on, each id once, acted on by a job that is safe to run twice."""

from uuid import UUID

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError
from sqlmodel import Session, col, select

from litesubs import queue
from litesubs.db import transaction
from litesubs.domain import clock, ids, purchases
from litesubs.domain.errors import InvalidEventError, NotFoundError
from litesubs.integrations import stripe
from litesubs.models import Purchase, StripeEvent
from litesubs.settings import settings

log = structlog.get_logger()

SETTLING = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
}


def receive(payload: bytes, signature: str) -> None:
    """Store a signed event and enqueue its handling, in one transaction. An id that is known is a quiet success.

    Raises InvalidEventError for a bad, old or future-dated signature and for a body that is no event.
    """
    secret = settings().stripe_webhook_secret
    try:
        event = stripe.parse_event(payload, signature, secret.get_secret_value() if secret else "")
    except stripe.InvalidSignatureError as error:
        raise InvalidEventError from error
    row = {
        "id": event.id,
        "type": event.type,
        "account": event.account,
        "livemode": event.livemode,
        "payload": event.payload,
        "received_at": clock.now(),
    }
    try:
        with transaction() as session:
            stored = session.execute(
                insert(StripeEvent).values(row).on_conflict_do_nothing().returning(col(StripeEvent.id))
            )
            if stored.first() is not None:
                queue.enqueue(session, "handle_stripe_event", queue="payments", event_id=event.id)
    except (DataError, ValueError) as error:  # NUL or half a character: PostgreSQL cannot store it, now or ever
        raise InvalidEventError from error


def handle(event_id: str) -> None:
    """Act on a stored event and record what came of it. Raises only what a retry can cure."""
    with transaction() as session:
        event = session.get(StripeEvent, event_id)
        if event is None or event.processed_at is not None:
            return
        purchase_id = _purchase_of(session, event) if event.type in SETTLING else None
    if event.type not in SETTLING:
        outcome = "nothing to do for this type"
    elif purchase_id is None:
        outcome = "no purchase of ours"
        log.warning("event_for_unknown_purchase", stripe_event=event_id)
    else:
        purchases.settle(purchase_id)
        outcome = f"settled {ids.show('pur', purchase_id)}"
    with transaction() as session:
        stored = session.get_one(StripeEvent, event_id)
        stored.processed_at, stored.outcome = clock.now(), outcome


def _purchase_of(session: Session, event: StripeEvent) -> UUID | None:
    """The purchase that a Checkout event is about: by the session's id, else by our own reference that it carries."""
    checkout = event.payload.get("data", {}).get("object", {})
    if not checkout.get("id"):
        return None
    by_session = select(Purchase).where(Purchase.stripe_session_id == checkout["id"])
    purchase = session.exec(by_session).one_or_none()
    if purchase is None:
        purchase = _by_reference(session, checkout.get("client_reference_id"))
        if purchase is not None and purchase.stripe_session_id is None:
            purchase.stripe_session_id = str(checkout["id"])  # we stopped between Stripe's answer and storing it
    return purchase.id if purchase else None


def _by_reference(session: Session, reference: object) -> Purchase | None:
    try:
        query = select(Purchase).where(col(Purchase.id) == ids.read("pur", reference))
    except NotFoundError:
        return None
    return session.exec(query.with_for_update()).one_or_none()
