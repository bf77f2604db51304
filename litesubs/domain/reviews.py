"""Purchases that a person must look at, since Stripe's answer does not fit them."""

from uuid import UUID

from sqlmodel import Session, col, select

from litesubs.domain import ids, money, prose
from litesubs.domain.views.checkout import ReviewView
from litesubs.models import Purchase, User


def waiting(session: Session, creator_id: UUID) -> list[ReviewView]:
    """The creator's, the newest first."""
    query = (
        select(Purchase, User)
        .join(User, col(User.id) == col(Purchase.user_id))
        .where(Purchase.creator_id == creator_id, col(Purchase.needs_review))
    )
    return [
        ReviewView(
            id=ids.show("pur", purchase.id),
            buyer_name=buyer.name,
            buyer_email=buyer.email,
            pack_name=purchase.pack_name,
            amount=money.show(purchase.price_minor, purchase.currency),
            reason=purchase.review_reason or "",
            at=prose.moment(purchase.created_at),
        )
        for purchase, buyer in session.exec(query.order_by(col(Purchase.id).desc()))
    ]
