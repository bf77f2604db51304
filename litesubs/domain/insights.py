"""A creator's numbers, all from purchases and the ledger, per currency and never added across currencies."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from litesubs.db import snapshot
from litesubs.domain import ids, money, prose, statements
from litesubs.domain.actors import Actor
from litesubs.domain.views.desk import ActivityView, CurrencyFigures, LinkFigures, OverviewView, PackFigures
from litesubs.models import CreditPack, Customer, EntryType, LedgerEntry, PostingNote, Subscription

ACTIVITY_LINES = 8

# Credits belong to the currency that was paid for them; credits that were given belong to their pack's currency.
# What is owed is valued lot by lot at what one credit of it cost, rounded once per lot.
FIGURES = text("""
WITH lot AS (
    SELECT g.id, g.amount, g.remaining, g.source, g.paid_minor, g.currency
    FROM credit_grant g
    WHERE g.creator_id = :creator
), moved AS (
    SELECT lot.currency,
        -sum(e.posted_delta) FILTER (WHERE e.type IN ('debit', 'capture', 'reversal')) AS used,
        -sum(e.posted_delta) FILTER (WHERE e.type = 'expiry') AS expired
    FROM ledger_entry e JOIN lot ON lot.id = e.grant_id GROUP BY 1
), owed AS (
    SELECT currency, sum(amount) FILTER (WHERE source = 'purchase') AS sold, sum(remaining) AS outstanding,
        sum(round(remaining::numeric * coalesce(paid_minor, 0) / amount)) AS value
    FROM lot GROUP BY 1
), sales AS (
    SELECT currency, count(*) AS sales, sum(price_minor - refunded_minor) AS revenue
    FROM purchase WHERE creator_id = :creator AND status = 'paid' GROUP BY 1
)
SELECT currency, coalesce(revenue, 0), coalesce(sales, 0), coalesce(sold, 0), coalesce(used, 0), coalesce(expired, 0),
    coalesce(outstanding, 0), coalesce(value, 0)
FROM sales FULL JOIN owed USING (currency) FULL JOIN moved USING (currency)
ORDER BY 2 DESC, 1
""")


def desk(actor: Actor) -> OverviewView:
    """The overview: figures for each currency the creator sold in, and the latest movements."""
    creator_id = actor.require_creator()
    with snapshot() as session:
        return OverviewView(
            figures=_figures(session, creator_id),
            activity=_activity(session, creator_id),
            packs=session.exec(
                select(func.count()).select_from(CreditPack).where(CreditPack.creator_id == creator_id)
            ).one(),
            customers=session.exec(
                select(func.count()).select_from(Customer).where(Customer.creator_id == creator_id)
            ).one(),
        )


def _figures(session: Session, creator_id: UUID) -> list[CurrencyFigures]:
    return [
        CurrencyFigures(
            currency=currency,
            revenue=money.show(int(revenue), currency),
            sales=int(sales),
            credits_sold=int(sold),
            credits_used=int(used),
            credits_expired=int(expired),
            outstanding_credits=int(outstanding),
            outstanding_value=money.show(int(value), currency),
        )
        for currency, revenue, sales, sold, used, expired, outstanding, value in session.execute(
            FIGURES, {"creator": creator_id}
        )
    ]


def _activity(session: Session, creator_id: UUID) -> list[ActivityView]:
    query = (
        select(LedgerEntry, Customer.name, CreditPack.name, PostingNote.reason)
        .join(Subscription, col(Subscription.id) == col(LedgerEntry.subscription_id))
        .join(Customer, col(Customer.id) == col(Subscription.customer_id))
        .join(CreditPack, col(CreditPack.id) == col(Subscription.pack_id))
        .join(PostingNote, col(PostingNote.posting_id) == col(LedgerEntry.posting_id), isouter=True)
        .where(LedgerEntry.creator_id == creator_id)
        .order_by(col(LedgerEntry.at).desc(), col(LedgerEntry.wallet_version).desc())
        .limit(ACTIVITY_LINES)
    )
    return [
        ActivityView(
            kind=statements.kind(entry),
            text=_sentence(entry, pack_name, reason),
            who=customer_name,
            at=prose.moment(entry.at),
            subscription_id=ids.show("sub", entry.subscription_id),
        )
        for entry, customer_name, pack_name, reason in session.execute(query)
    ]


def _sentence(entry: LedgerEntry, pack_name: str, reason: str | None) -> str:
    """What follows the customer's name: "bought 10 coaching sessions", "used 1 credit"."""
    moved = prose.count(abs(entry.posted_delta or entry.held_delta), "credit")
    sentences = {
        EntryType.grant: f"bought {pack_name}",
        EntryType.debit: f"used {moved}",
        EntryType.reversal: f"got {moved} back",
        EntryType.adjustment: f"was given {moved}" if entry.posted_delta > 0 else f"had {moved} taken",
        EntryType.expiry: f"lost {moved} to expiry",
        EntryType.hold: f"has {moved} held",
        EntryType.release: f"had {moved} released",
        EntryType.capture: f"used {moved} from a hold",
        EntryType.refund: f"was refunded {moved}",
    }
    return f"{sentences[entry.type]}: {reason}" if reason else sentences[entry.type]


def packs(session: Session, creator_id: UUID) -> dict[UUID, PackFigures]:
    """What came of each of the creator's packs since it was made, by pack."""
    figures: dict[UUID, dict[str, Any]] = defaultdict(dict)
    sold = text(
        "SELECT pack_id, currency, count(*), sum(price_minor), sum(refunded_minor) FROM purchase "
        "WHERE creator_id = :creator AND status = 'paid' GROUP BY 1, 2 ORDER BY 4 DESC"
    )
    for pack_id, currency, sales, revenue, refunded in session.execute(sold, {"creator": creator_id}):
        found = figures[pack_id]
        found["sales"] = found.get("sales", 0) + sales
        found["revenue"] = ", ".join(filter(None, [found.get("revenue"), money.show(int(revenue), currency)]))
        if refunded:
            found["refunded"] = ", ".join(filter(None, [found.get("refunded"), money.show(int(refunded), currency)]))
    held = text(
        "SELECT pack_id, count(*) FILTER (WHERE posted > 0), coalesce(sum(posted), 0) FROM subscription "
        "WHERE creator_id = :creator GROUP BY 1"
    )
    for pack_id, holders, unused in session.execute(held, {"creator": creator_id}):
        figures[pack_id] |= {"holders": holders, "unused": int(unused)}
    owed = text(
        "SELECT s.pack_id, g.currency, sum(lot_value(g.remaining, g.paid_minor, g.amount)) AS worth "
        "FROM credit_grant g JOIN subscription s ON s.id = g.subscription_id "
        "WHERE g.creator_id = :creator GROUP BY 1, 2 HAVING sum(lot_value(g.remaining, g.paid_minor, g.amount)) > 0"
    )
    for pack_id, currency, worth in session.execute(owed, {"creator": creator_id}):
        found = figures[pack_id]
        found["owed"] = ", ".join(filter(None, [found.get("owed"), money.show(int(worth), currency)]))
    return {pack_id: PackFigures(**found) for pack_id, found in figures.items()}


def links(session: Session, creator_id: UUID) -> dict[UUID, LinkFigures]:
    """What came of each of the creator's share links since it was made, by link."""
    found = text(
        "SELECT l.id, coalesce(v.views, 0), coalesce(v.sign_ups, 0), coalesce(p.sales, 0) FROM share_link l "
        "LEFT JOIN (SELECT link_id, sum(views) AS views, sum(sign_ups) AS sign_ups FROM link_day "
        "WHERE creator_id = :creator GROUP BY 1) v ON v.link_id = l.id "
        "LEFT JOIN (SELECT link_id, count(*) AS sales FROM purchase WHERE creator_id = :creator AND status = 'paid' "
        "GROUP BY 1) p ON p.link_id = l.id WHERE l.creator_id = :creator"
    )
    return {
        link_id: LinkFigures(int(views), int(sign_ups), sales, f"{100 * sales / views:.1f}%" if views else "")
        for link_id, views, sign_ups, sales in session.execute(found, {"creator": creator_id})
    }
