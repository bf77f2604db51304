"""Reads a subscription, its lots and its ledger into the words both sides see. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col, select

from litesubs.domain import clock, ids, links, money, packs, prose
from litesubs.domain.views.statements import EntryView, LotView, SubscriptionView
from litesubs.models import (
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    EntryType,
    GrantSource,
    LedgerEntry,
    PackStatus,
    PostingNote,
    Purchase,
    PurchaseStatus,
    ShareLink,
    Subscription,
    SubscriptionStatus,
    User,
)

ENTRIES_PER_PAGE = 50
MOST_DOTS = 24
LARGEST_VERSION = 2**63 - 1  # of a bigint

SOURCES = {
    GrantSource.purchase: "Bought",
    GrantSource.manual: "Added by hand",
    GrantSource.promo: "Gift",
    GrantSource.imported: "Imported",
}
PREFIXES: dict[EntryType, ids.Prefix] = {
    EntryType.debit: "debit",
    EntryType.reversal: "rev",
    EntryType.adjustment: "adj",
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


def statement(session: Session, subscription_id: UUID, viewer: UUID, before: int = 0) -> SubscriptionView:
    """One subscription with a page of its ledger, newest first, older than version `before` (0: from the newest)."""
    at = clock.now()
    row = _rows(session, [subscription_id])[subscription_id]
    lots = _lots(session, [subscription_id])[subscription_id]
    entries, more = _entries(session, subscription_id, before)
    view = _view(row, lots, _paid(session, {subscription_id: row})[subscription_id], at)
    lines = _lines(session, row, lots, entries, viewer)
    return SubscriptionView(
        **(vars(view) | {"entries": lines, "more_before": entries[-1].wallet_version if more else 0})
    )


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


def _entries(session: Session, subscription_id: UUID, before: object) -> tuple[list[LedgerEntry], bool]:
    query = select(LedgerEntry).where(LedgerEntry.subscription_id == subscription_id)
    if type(before) is int and 0 < before <= LARGEST_VERSION:
        query = query.where(LedgerEntry.wallet_version < before)
    found = list(session.exec(query.order_by(col(LedgerEntry.wallet_version).desc()).limit(ENTRIES_PER_PAGE + 1)))
    return found[:ENTRIES_PER_PAGE], len(found) > ENTRIES_PER_PAGE


def _view(row: _Row, lots: list[CreditGrant], paid: list[tuple[str, int, int]], at: datetime) -> SubscriptionView:
    subscription = row.subscription
    alive = [lot for lot in lots if not lot.closed and (lot.expires_at is None or lot.expires_at > at)]
    free = sum(lot.remaining - lot.held for lot in alive)
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
        posted=free + subscription.held,
        held=subscription.held,
        available=free if subscription.status is SubscriptionStatus.active else 0,
        granted=granted,
        spent=granted - free - subscription.held,
        expiring=expiring,
        meter=_meter(granted, free, subscription.held, expiring),
        expires=prose.expiry(soonest, at) if alive else "None left",
        expires_soon=prose.soon(soonest, at),
        paid=", ".join(money.show(minor, currency) for currency, minor, _ in paid),
        unit_cost=f"{money.show_each(paid[0][1], paid[0][0], paid[0][2])} each"
        if len(paid) == 1 and paid[0][1]
        else "",
        buy_again_url=f"/p/{row.link.token}" if usable and on_sale else "",
        buy_again_price=money.show(row.pack.price_minor, row.pack.currency) if usable and on_sale else "",
        lots=[_lot(lot, index, at) for index, lot in enumerate(lots)],
    )


def _meter(granted: int, free: int, held: int, expiring: int) -> str:
    if granted > MOST_DOTS:
        return ""
    return "s" * (granted - free - held) + "h" * held + "a" * (free - expiring) + "e" * expiring


def _lot(lot: CreditGrant, index: int, at: datetime) -> LotView:
    return LotView(
        id=ids.show("grant", lot.id),
        label=lot_label(index),
        source=SOURCES[lot.source],
        amount=lot.amount,
        remaining=lot.remaining,
        held=lot.held,
        expires=prose.expiry(lot.expires_at, at),
        expires_soon=prose.soon(lot.expires_at, at),
        expired=lot.expires_at is not None and lot.expires_at <= at,
    )


def kind(entry: LedgerEntry) -> str:
    """The movement's word for its icon: the entry's type, and "adjustment_up" for an adjustment that adds."""
    return "adjustment_up" if entry.type is EntryType.adjustment and entry.posted_delta > 0 else entry.type.value


def lot_label(index: int) -> str:
    """Lot A to Lot Z, then Lot 27 and on."""
    return f"Lot {ascii_uppercase[index]}" if index < len(ascii_uppercase) else f"Lot {index + 1}"


def _lines(
    session: Session, row: _Row, lots: list[CreditGrant], entries: list[LedgerEntry], viewer: UUID
) -> list[EntryView]:
    postings = {entry.posting_id for entry in entries}
    notes = {
        note.posting_id: note
        for note in session.exec(select(PostingNote).where(col(PostingNote.posting_id).in_(postings)))
    }
    people = _people(session, row, entries, viewer)
    by_id = {lot.id: (lot, index) for index, lot in enumerate(lots)}
    open_debits = _reversible(session, entries)
    left = _posted_after(session, row.subscription, entries)
    lines = []
    for entry in entries:
        lot, index = by_id[entry.grant_id]
        reason = notes[entry.posting_id].reason if entry.posting_id in notes else ""
        what = _in_words(entry, lot, row.pack.name)
        lines.append(
            EntryView(
                id=ids.show(PREFIXES.get(entry.type, "post"), entry.posting_id),
                kind=kind(entry),
                title=reason or what,
                reason=what if reason else "",
                at=prose.moment(entry.at),
                who=people.get(entry.actor, "Litesubs"),
                lot=lot_label(index),
                lot_expiry=f"until {prose.day(prose.last_day(lot.expires_at))}" if lot.expires_at else "never expires",
                amount=prose.signed(entry.posted_delta) if entry.posted_delta else prose.signed(entry.held_delta),
                adds=entry.posted_delta > 0,
                left_after=left,
                reversible=entry.posting_id in open_debits,
            )
        )
        open_debits.discard(entry.posting_id)
        left -= entry.posted_delta
    return lines


def _in_words(entry: LedgerEntry, lot: CreditGrant, pack_name: str) -> str:
    moved = prose.count(abs(entry.posted_delta or entry.held_delta), "credit")
    if entry.type is EntryType.grant and lot.paid_minor is not None and lot.paid_currency:
        return f"Bought {pack_name}, {money.show(lot.paid_minor, lot.paid_currency)}"
    if entry.type is EntryType.adjustment:
        return f"{moved} added" if entry.posted_delta > 0 else f"{moved} taken"
    words = {
        EntryType.grant: "received",
        EntryType.debit: "used",
        EntryType.reversal: "given back",
        EntryType.expiry: "expired",
        EntryType.hold: "held",
        EntryType.release: "released",
        EntryType.capture: "used from a hold",
        EntryType.refund: "refunded",
    }
    return f"{moved} {words[entry.type]}"


def _people(session: Session, row: _Row, entries: list[LedgerEntry], viewer: UUID) -> dict[str, str]:
    """Names for the actors of these entries. The two sides know each other by the names they chose.

    Nobody else shows.
    """
    user_ids = [UUID(entry.actor[5:]) for entry in entries if entry.actor.startswith("user:")]
    names = {
        f"user:{user.id}": row.creator.display_name if user.id == row.creator.user_id else user.name
        for user in session.exec(select(User).where(col(User.id).in_(user_ids)))
    }
    return names | {f"user:{viewer}": "You"}


def _reversible(session: Session, entries: list[LedgerEntry]) -> set[UUID]:
    """Which of these debits still have credits to give back."""
    debits = {entry.posting_id for entry in entries if entry.type is EntryType.debit}
    if not debits:
        return set()
    taken = select(LedgerEntry.posting_id, -func.sum(LedgerEntry.posted_delta)).group_by(col(LedgerEntry.posting_id))
    given = select(LedgerEntry.reverses, func.sum(LedgerEntry.posted_delta)).group_by(col(LedgerEntry.reverses))
    back = dict(session.execute(given.where(col(LedgerEntry.reverses).in_(debits))).all())
    return {
        posting_id
        for posting_id, amount in session.execute(taken.where(col(LedgerEntry.posting_id).in_(debits)))
        if amount > back.get(posting_id, 0)
    }


def _posted_after(session: Session, subscription: Subscription, entries: list[LedgerEntry]) -> int:
    """The subscription's balance right after the newest of these entries."""
    if not entries:
        return subscription.posted
    newer = select(func.coalesce(func.sum(LedgerEntry.posted_delta), 0)).where(
        LedgerEntry.subscription_id == subscription.id, LedgerEntry.wallet_version > entries[0].wallet_version
    )
    return subscription.posted - int(session.exec(newer).one())
