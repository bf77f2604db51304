"""Customers as a file that a spreadsheet opens and that another instance can import."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from litesubs.db import snapshot
from litesubs.domain import clock, customer_query, customers, money, prose, sheets, sums
from litesubs.domain.actors import Actor
from litesubs.domain.customer_query import CustomerQuery
from litesubs.domain.opening import PackNames
from litesubs.models import (
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    CustomerSummary,
    Subscription,
    SubscriptionStatus,
    Wallet,
)

CUSTOMERS_PER_BATCH = 500
# The first five are those that an import reads.
COLUMNS = ("name", "email", "pack", "credits", "expires", "status", "available", "held", "last_activity", "spent")


def rows(actor: Actor, query: CustomerQuery) -> Iterator[Sequence[str]]:
    """The customers that a query finds as rows of a sheet, with a header, the oldest customer first.

    One row for each customer, pack and last day; one with 0 credits where a customer has none of a pack. `credits` are
    all that are there, held ones too, and `available` what can be spent now. `spent` is the customer's in all, the same
    on each of their rows. Read in batches, each with a connection of its own: a slow download holds none.
    """
    creator_id = actor.require_creator()
    sums.caught_up(creator_id)
    return _rows(creator_id, query)


def _rows(creator_id: UUID, query: CustomerQuery) -> Iterator[Sequence[str]]:
    yield COLUMNS
    after: UUID | None = None
    while True:
        with snapshot() as session:
            batch = _batch(session, creator_id, query, after)
            written = _written(session, creator_id, batch)
        yield from written
        if len(batch) < CUSTOMERS_PER_BATCH:
            return
        after = batch[-1]


def _batch(session: Session, creator_id: UUID, query: CustomerQuery, after: UUID | None) -> Sequence[UUID]:
    key = col(CustomerSummary.customer_id)
    wanted = customer_query.matching(creator_id, query)
    if after is not None:
        wanted.append(key > after)
    return session.execute(sa.select(key).where(*wanted).order_by(key).limit(CUSTOMERS_PER_BATCH)).scalars().all()


def _written(session: Session, creator_id: UUID, customer_ids: Sequence[UUID]) -> list[Sequence[str]]:
    """The rows of these customers. Lots whose time has come are left out, whether or not they are written off."""
    zone = ZoneInfo(session.get_one(Creator, creator_id).time_zone)
    offered = {pack.id: pack for pack in session.exec(select(CreditPack).where(CreditPack.creator_id == creator_id))}
    names = PackNames(offered.values())
    spent = customers.spent_by(session, customer_ids)
    return [
        (
            sheets.cell(row.name),
            sheets.cell(row.email),
            sheets.cell(names.name(offered[row.pack_id])) if row.pack_id else "",
            str(row.credits),
            prose.last_day(row.expires_at).isoformat() if row.expires_at else "",
            row.status.value if row.status else "",
            str(row.credits - row.held if row.status is SubscriptionStatus.active else 0),
            str(row.held),
            row.updated_at.astimezone(zone).date().isoformat() if row.version else "",
            ", ".join(f"{money.show_input(minor, currency)} {currency}" for currency, minor in spent[row.id]),
        )
        for row in session.execute(_balances(customer_ids, clock.now()))
    ]


def _balances(customer_ids: Sequence[UUID], at: datetime) -> sa.Select[Any]:
    """A row for each customer, pack and expiry of credits that are there; one too where there are none."""
    alive = sa.and_(
        col(CreditGrant.subscription_id) == col(Subscription.id),
        ~col(CreditGrant.closed),
        sa.or_(col(CreditGrant.expires_at).is_(None), col(CreditGrant.expires_at) > at),
    )
    whose: tuple[Any, ...] = (
        col(Customer.id),
        col(Customer.name),
        col(Customer.email),
        col(Wallet.version),
        col(Wallet.updated_at),
        col(Subscription.id).label("subscription_id"),
        col(Subscription.pack_id),
        col(Subscription.status),
        col(CreditGrant.expires_at),
    )
    return (
        sa.select(
            *whose,
            sa.cast(sa.func.coalesce(sa.func.sum(col(CreditGrant.remaining)), 0), sa.BigInteger).label("credits"),
            sa.cast(sa.func.coalesce(sa.func.sum(col(CreditGrant.held)), 0), sa.BigInteger).label("held"),
        )
        .outerjoin(Wallet, col(Wallet.customer_id) == col(Customer.id))
        .outerjoin(Subscription, col(Subscription.customer_id) == col(Customer.id))
        .outerjoin(CreditGrant, alive)
        .where(col(Customer.id).in_(customer_ids))
        .group_by(*whose)
        .order_by(col(Customer.id), col(Subscription.id), col(CreditGrant.expires_at).asc().nulls_last())
    )
