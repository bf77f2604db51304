"""What has happened between a creator and one customer: what was bought, and what moved last."""

from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from litesubs.domain import history, ids, money, prose, statements
from litesubs.domain.views.customers import MovementView, PurchaseLine
from litesubs.models import Customer, Purchase, PurchaseStatus, Subscription

PURCHASES = 50
MOVEMENTS = 20


def purchases(session: Session, customer: Customer, zone: ZoneInfo) -> list[PurchaseLine]:
    """What they paid for, and what has not cleared or must be looked at, newest first. Abandoned checkouts are none."""
    theirs = sa.and_(
        col(Purchase.creator_id) == customer.creator_id,
        col(Purchase.user_id) == customer.user_id,
        col(Purchase.customer_id).is_(None),
        sa.or_(col(Purchase.needs_review), col(Purchase.awaiting_bank)),
    )
    paid = sa.and_(col(Purchase.customer_id) == customer.id, col(Purchase.status) == PurchaseStatus.paid)
    newest = select(Purchase).where(sa.or_(paid, theirs)).order_by(col(Purchase.id).desc()).limit(PURCHASES)
    query = select(Subscription.pack_id, Subscription.id).where(Subscription.customer_id == customer.id)
    sold = dict(session.exec(query).all())
    return [
        PurchaseLine(
            id=ids.show("pur", purchase.id),
            at=prose.day((purchase.paid_at or purchase.created_at).astimezone(zone)),
            pack_name=purchase.pack_name,
            subscription_id=ids.show("sub", sold[purchase.pack_id]) if purchase.pack_id in sold else "",
            credits=purchase.credits,
            price=money.show(purchase.price_minor, purchase.currency),
            status=_status(purchase),
            refunded=money.show(purchase.refunded_minor, purchase.currency) if purchase.refunded_minor else "",
            review_reason=purchase.review_reason or "" if purchase.needs_review else "",
        )
        for purchase in session.exec(newest)
    ]


def movements(session: Session, customer: Customer, viewer: UUID) -> list[MovementView]:
    """The last movements of all their packs, newest first, as the ledgers say them."""
    query = select(Subscription.id).where(Subscription.customer_id == customer.id)
    books = [statements.book(session, subscription_id, viewer) for subscription_id in session.exec(query)]
    return [
        MovementView(
            kind=line.kind,
            title=line.title,
            reason=line.reason,
            at=line.at,
            who=line.who,
            amount=line.amount,
            adds=line.adds,
            pack_name=book.pack_name,
            subscription_id=ids.show("sub", book.subscription.id),
        )
        for book, line in history.newest(session, books, MOVEMENTS)
    ]


def _status(purchase: Purchase) -> str:
    if purchase.needs_review:
        return "review"
    if purchase.status is not PurchaseStatus.paid:
        return "waiting"
    if purchase.refunded_minor:
        return "refunded" if purchase.refunded_minor >= purchase.price_minor else "partly_refunded"
    return "paid"
