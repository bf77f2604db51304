"""What happened last with a creator's customers, in sentences."""

from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_datetime
from sqlalchemy import func
from sqlmodel import Session, col, select

from litesubs.domain import clock, history, ids, prose
from litesubs.domain.views.desk import ActivityView
from litesubs.models import (
    CreditGrant,
    CreditPack,
    Customer,
    EntryType,
    GrantSource,
    LedgerEntry,
    PostingNote,
    Subscription,
    Wallet,
)

LINES = 8
READ_BACK = 64  # entries: an operation that drew on several lots is one line


def latest(session: Session, creator_id: UUID, zone: str) -> list[ActivityView]:
    """The last movements, newest first, one line for each operation on each pack; none of test customers."""
    testing = (
        select(Wallet.id)
        .join(Customer, col(Customer.id) == col(Wallet.customer_id))
        .where(Customer.creator_id == creator_id, col(Customer.is_test))
    )
    newest = (
        select(LedgerEntry)
        .where(LedgerEntry.creator_id == creator_id, col(LedgerEntry.wallet_id).not_in(testing))
        .order_by(col(LedgerEntry.at).desc())
        .limit(READ_BACK)
        .subquery()
    )
    postings = (
        select(
            newest.c.posting_id,
            newest.c.subscription_id,
            func.max(newest.c.at).label("at"),
            func.max(newest.c.wallet_version).label("version"),
        )
        .group_by(newest.c.posting_id, newest.c.subscription_id)
        .order_by(func.max(newest.c.at).desc(), func.max(newest.c.wallet_version).desc())
        .limit(LINES)
        .subquery()
    )
    query = (
        sa.select(
            LedgerEntry, col(Customer.name), col(CreditPack.name), col(CreditGrant.source), col(PostingNote.reason)
        )
        .join(
            postings,
            (postings.c.posting_id == LedgerEntry.posting_id)
            & (postings.c.subscription_id == LedgerEntry.subscription_id),
        )
        .join(CreditGrant, col(CreditGrant.id) == col(LedgerEntry.grant_id))
        .join(Subscription, col(Subscription.id) == col(LedgerEntry.subscription_id))
        .join(Customer, col(Customer.id) == col(Subscription.customer_id))
        .join(CreditPack, col(CreditPack.id) == col(Subscription.pack_id))
        .join(PostingNote, col(PostingNote.posting_id) == col(LedgerEntry.posting_id), isouter=True)
        .order_by(col(LedgerEntry.at).desc(), col(LedgerEntry.wallet_version).desc())
    )
    lines: dict[tuple[UUID, UUID, EntryType], ActivityView] = {}
    moved: dict[tuple[UUID, UUID, EntryType], int] = {}
    for entry, customer_name, pack_name, source, reason in session.execute(query):
        line = (entry.posting_id, entry.subscription_id, entry.type)
        moved[line] = moved.get(line, 0) + (entry.posted_delta or entry.held_delta)
        lines[line] = ActivityView(
            kind=history.kind(entry),
            text=_sentence(entry.type, source, moved[line], pack_name, reason),
            who=customer_name,
            at=prose.ago(entry.at, clock.now(), zone),
            subscription_id=ids.show("sub", entry.subscription_id),
            moment=format_datetime(entry.at, "d MMM y, HH:mm", ZoneInfo(zone), prose.LOCALE),
        )
    return list(lines.values())


def _sentence(kind: EntryType, source: GrantSource, credits_: int, pack_name: str, reason: str | None) -> str:
    """What follows the customer's name: "bought 10 coaching sessions", "used 1 credit"."""
    moved = prose.count(abs(credits_), "credit")
    sentences = {
        EntryType.grant: f"bought {pack_name}" if source is GrantSource.purchase else f"was given {moved}",
        EntryType.debit: f"used {moved}",
        EntryType.reversal: f"got {moved} back",
        EntryType.adjustment: f"was given {moved}" if credits_ > 0 else f"had {moved} taken",
        EntryType.expiry: f"lost {moved} to expiry",
        EntryType.hold: f"has {moved} held",
        EntryType.release: f"had {moved} released",
        EntryType.capture: f"used {moved} from a hold",
        EntryType.refund: f"was refunded {moved}",
    }
    return f"{sentences[kind]}: {reason}" if reason else sentences[kind]
