"""Rows by public id, scoped to who asks: a foreign id answers NotFoundError, as if it did not exist."""

from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from litesubs.domain import ids
from litesubs.domain.errors import NotFoundError
from litesubs.models import ApiKey, CreditPack, Customer, ShareLink, Subscription

Row = TypeVar("Row")


def pack(session: Session, creator_id: UUID, public_id: str, *, lock: bool = False) -> CreditPack:
    """The creator's pack, locked if asked."""
    query = select(CreditPack).where(CreditPack.id == ids.read("pack", public_id), CreditPack.creator_id == creator_id)
    return _found(session.exec(query.with_for_update() if lock else query).one_or_none())


def link(session: Session, creator_id: UUID, public_id: str) -> ShareLink:
    """The creator's share link, locked."""
    query = select(ShareLink).where(ShareLink.id == ids.read("link", public_id), ShareLink.creator_id == creator_id)
    return _found(session.exec(query.with_for_update()).one_or_none())


def key(session: Session, creator_id: UUID, public_id: str) -> ApiKey:
    """The creator's API key, locked."""
    query = select(ApiKey).where(ApiKey.id == ids.read("key", public_id), ApiKey.creator_id == creator_id)
    return _found(session.exec(query.with_for_update()).one_or_none())


def customer(session: Session, creator_id: UUID, public_id: str, *, lock: bool = False) -> Customer:
    """The creator's customer, locked if asked."""
    query = select(Customer).where(Customer.id == ids.read("cus", public_id), Customer.creator_id == creator_id)
    return _found(session.exec(query.with_for_update() if lock else query).one_or_none())


def subscription_sold(session: Session, creator_id: UUID, public_id: str) -> Subscription:
    """A subscription to one of the creator's packs."""
    wanted = ids.read("sub", public_id)
    query = select(Subscription).where(Subscription.id == wanted, Subscription.creator_id == creator_id)
    return _found(session.exec(query).one_or_none())


def subscription_held(session: Session, user_id: UUID, public_id: str) -> Subscription:
    """A subscription that the user holds as a buyer."""
    wanted = ids.read("sub", public_id)
    query = select(Subscription).join(Customer, col(Customer.id) == col(Subscription.customer_id))
    query = query.where(Subscription.id == wanted, Customer.user_id == user_id)
    return _found(session.exec(query).one_or_none())


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFoundError
    return row
