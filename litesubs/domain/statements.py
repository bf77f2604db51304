"""Reads a subscription, its lots and its ledger into the words both sides see. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col, select

from litesubs.domain import clock, history, ids, links, locked, money, packs, pictures, prose
from litesubs.domain.history import Book, LedgerFilter
from litesubs.domain.views.statements import LotView, SubscriptionView
from litesubs.models import (
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    GrantExtension,
    GrantSource,
    PackStatus,
    Purchase,
    PurchaseStatus,
    ShareLink,
    Subscription,
    SubscriptionStatus,
)

MOST_DOTS = 24
USED_UP_LOTS = 10  # the newest of them; a page shows all that have credits

SOURCES = {
    GrantSource.purchase: "Bought",
    GrantSource.manual: "Added by hand",
    GrantSource.promo: "Gift",
    GrantSource.imported: "Imported",
}


@dataclass(frozen=True)
class _Row:
    """A subscription with the rows around it."""

    subscription: Subscription
    pack: CreditPack
    customer: Customer
    creator: Creator
    link: ShareLink


def summaries(session: Session, subscription_ids: Sequence[UUID]) -> list[SubscriptionView]:
    """Views without ledgers, in the order of the ids, in a fixed number of queries."""
    at = clock.now()
    rows = _rows(session, subscription_ids)
    lots = _lots(session, subscription_ids)
    paid = _paid(session, rows)
    return [_view(rows[key], lots[key], paid[key], at) for key in subscription_ids]


def statement(
    session: Session, subscription_id: UUID, viewer: UUID, after: object, only: LedgerFilter
) -> SubscriptionView:
    """One subscription with a page of its ledger, newest first, from the place `after` ("": the newest) on.

    ValidationFailedError for a filter that makes no sense.
    """
    at = clock.now()
    row = _rows(session, [subscription_id])[subscription_id]
    lots = _lots(session, [subscription_id])[subscription_id]
    view = _view(row, lots, _paid(session, {subscription_id: row})[subscription_id], at)
    lines, older = history.page(session, _book(row, lots, viewer), after, only)
    before = _first_ends(session, subscription_id)
    return replace(
        view,
        is_test=row.customer.is_test and viewer == row.creator.user_id,
        lots=[replace(lot, extended_from=before.get(lot.id, "")) for lot in view.lots],
        entries=lines,
        older=older,
    )


def book(session: Session, subscription_id: UUID, viewer: UUID) -> Book:
    """What the subscription's ledger is read with."""
    row = _rows(session, [subscription_id])[subscription_id]
    return _book(row, _lots(session, [subscription_id])[subscription_id], viewer)


def _book(row: _Row, lots: Sequence[CreditGrant], viewer: UUID) -> Book:
    return Book(row.subscription, row.pack.name, row.creator, lots, viewer)


def _rows(session: Session, subscription_ids: Sequence[UUID]) -> dict[UUID, _Row]:
    query = (
        sa.select(Subscription, CreditPack, Customer, Creator, ShareLink)
        .join(CreditPack, col(CreditPack.id) == col(Subscription.pack_id))
        .join(Customer, col(Customer.id) == col(Subscription.customer_id))
        .join(Creator, col(Creator.id) == col(Subscription.creator_id))
        .join(ShareLink, (col(ShareLink.pack_id) == col(Subscription.pack_id)) & col(ShareLink.is_default))
        .where(col(Subscription.id).in_(subscription_ids))
    )
    return {row[0].id: _Row(*row) for row in session.execute(query)}


def _lots(session: Session, subscription_ids: Sequence[UUID]) -> dict[UUID, list[CreditGrant]]:
    """Each subscription's grants in order of arrival."""
    found: dict[UUID, list[CreditGrant]] = defaultdict(list)
    query = select(CreditGrant).where(col(CreditGrant.subscription_id).in_(subscription_ids))
    for lot in session.exec(query.order_by(col(CreditGrant.created_at), col(CreditGrant.id))):
        found[lot.subscription_id].append(lot)
    return found


def _paid(session: Session, rows: dict[UUID, _Row]) -> dict[UUID, list[tuple[str, int, int]]]:
    """For each subscription, (currency, minor units, credits) of what was paid, refunds taken off."""
    by_pair = {(row.customer.id, row.pack.id): key for key, row in rows.items()}
    query = (
        sa.select(
            col(Purchase.customer_id),
            col(Purchase.pack_id),
            col(Purchase.currency),
            func.sum(col(Purchase.price_minor) - col(Purchase.refunded_minor)),
            func.sum(col(Purchase.credits)),
        )
        .where(
            col(Purchase.customer_id).in_([customer_id for customer_id, _ in by_pair]),
            col(Purchase.status) == PurchaseStatus.paid,
        )
        .group_by(col(Purchase.customer_id), col(Purchase.pack_id), col(Purchase.currency))
        .order_by(col(Purchase.currency))
    )
    found: dict[UUID, list[tuple[str, int, int]]] = defaultdict(list)
    for customer_id, pack_id, currency, minor, credits_bought in session.execute(query):
        if key := by_pair.get((customer_id, pack_id)):
            found[key].append((currency, int(minor), int(credits_bought)))
    return found


def _view(row: _Row, lots: list[CreditGrant], paid: list[tuple[str, int, int]], at: datetime) -> SubscriptionView:
    subscription = row.subscription
    alive = [lot for lot in lots if not lot.closed and not locked.over(lot, at)]
    free = sum(lot.remaining - lot.held for lot in alive)
    held = sum(lot.held for lot in lots)
    expiring = sum(lot.remaining - lot.held for lot in alive if prose.soon(lot.expires_at, at))
    granted = sum(lot.amount for lot in lots)
    dates = [lot.expires_at for lot in alive if lot.expires_at]
    soonest = min(dates) if dates else None
    usable = subscription.status is SubscriptionStatus.active
    on_sale = row.pack.status is PackStatus.active and not packs.over(row.pack) and links.state(row.link) == "open"
    return SubscriptionView(
        id=ids.show("sub", subscription.id),
        status=subscription.status.value,
        status_note=subscription.status_note,
        pack_id=ids.show("pack", row.pack.id),
        pack_name=row.pack.name,
        creator_id=ids.show("cre", row.creator.id),
        creator_name=row.creator.display_name,
        creator_initials=prose.initials(row.creator.display_name),
        customer_id=ids.show("cus", row.customer.id),
        customer_name=row.customer.name,
        customer_email=row.customer.email,
        customer_initials=prose.initials(row.customer.name),
        posted=free + held,
        held=held,
        available=free if subscription.status is SubscriptionStatus.active else 0,
        granted=granted,
        spent=granted - free - held,
        expiring=expiring,
        meter=meter(granted, free, held, expiring),
        expires=prose.expiry(soonest, at) if alive else "None left",
        expires_soon=prose.soon(soonest, at),
        paid=", ".join(money.show(minor, currency) for currency, minor, _ in paid),
        unit_cost=f"{money.show_each(paid[0][1], paid[0][0], paid[0][2])} each"
        if len(paid) == 1 and paid[0][1]
        else "",
        buy_again_url=f"/p/{row.link.token}" if usable and on_sale else "",
        buy_again_price=money.show(row.pack.price_minor, row.pack.currency) if usable and on_sale else "",
        by_rule=_by_rule(row.pack, at),
        clocks=prose.clocks(row.creator.time_zone),
        lots=[_lot(lot, index, at) for index, lot in _shown(lots)],
        creator_picture=pictures.address(row.creator),
    )


def meter(granted: int, free: int, held: int, expiring: int) -> str:
    """One letter for each credit, as SubscriptionView says; "" for more than a line of dots."""
    if granted > MOST_DOTS:
        return ""
    return "s" * (granted - free - held) + "h" * held + "a" * (free - expiring) + "e" * expiring


def _shown(lots: list[CreditGrant]) -> list[tuple[int, CreditGrant]]:
    """The lots of a page, numbered in order of arrival."""
    numbered = list(enumerate(lots))
    newest = [index for index, lot in numbered if lot.closed][-USED_UP_LOTS:]
    return [(index, lot) for index, lot in numbered if not lot.closed or index in newest]


def _lot(lot: CreditGrant, index: int, at: datetime) -> LotView:
    over = locked.over(lot, at)
    last_day = prose.last_day(lot.expires_at) if lot.expires_at else None
    return LotView(
        id=ids.show("grant", lot.id),
        label=history.lot_label(index),
        source=SOURCES[lot.source],
        amount=lot.amount,
        remaining=lot.remaining,
        held=lot.held,
        free=0 if over else lot.remaining - lot.held,
        expires=prose.expiry(lot.expires_at, at),
        expires_soon=prose.soon(lot.expires_at, at),
        expired=over,
        last_day=str(last_day) if last_day else "",
        ends=prose.day(last_day) if last_day else "",
        extendable=lot.expires_at is not None and not over and not lot.closed,
        extended_from="",
    )


def _by_rule(pack: CreditPack, at: datetime) -> str:
    if packs.over(pack):
        return ""
    end = packs.expires_at(pack.expiry_kind, pack.expiry_date, pack.expiry_days, at)
    return f"until {prose.day(prose.last_day(end))}" if end else "never"


def _first_ends(session: Session, subscription_id: UUID) -> dict[str, str]:
    """The last day that each extended lot had when it was granted, by its public id."""
    query = select(GrantExtension.grant_id, func.min(GrantExtension.previous_expires_at))
    query = query.where(GrantExtension.subscription_id == subscription_id).group_by(col(GrantExtension.grant_id))
    return {ids.show("grant", grant_id): prose.day(prose.last_day(end)) for grant_id, end in session.exec(query)}
