"""A creator's numbers, all from purchases and the ledger, per currency and never added across currencies."""

from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from litesubs.db import snapshot
from litesubs.domain import ids, money, prose, statements
from litesubs.domain.actors import Actor
from litesubs.domain.views.desk import ActivityView, CurrencyFigures, OverviewView
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
