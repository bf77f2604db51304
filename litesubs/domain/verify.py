"""Proves the invariants of the ledger, and of the sums beside it, from raw rows: `python -m litesubs verify`."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import text
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import sums
from litesubs.domain.chain import Note, entry_hash
from litesubs.models import Customer, CustomerSummary, GrantExtension, LedgerEntry, PostingNote, Wallet

BATCH = 2000
WITHOUT_DELTAS = "NOT EXISTS (SELECT 1 FROM insight_delta d WHERE d.customer_id = {}.customer_id)"

# Each query names the rows that break one rule; no rows, no violation.
RULES = {
    "wallet differs from its entries": """
        SELECT w.id FROM wallet w LEFT JOIN (
            SELECT wallet_id, sum(posted_delta) p, sum(held_delta) h, count(*) n, max(wallet_version) v
            FROM ledger_entry GROUP BY 1) e ON e.wallet_id = w.id
        WHERE (w.posted, w.held, w.version) <> (coalesce(e.p, 0), coalesce(e.h, 0), coalesce(e.v, 0))
           OR coalesce(e.n, 0) <> w.version""",
    "wallet differs from its grants": """
        SELECT w.id FROM wallet w LEFT JOIN (
            SELECT wallet_id, sum(remaining) r, sum(held) h FROM credit_grant GROUP BY 1) g ON g.wallet_id = w.id
        WHERE (w.posted, w.held) <> (coalesce(g.r, 0), coalesce(g.h, 0))""",
    "subscription differs from its entries": """
        SELECT coalesce(e.subscription_id, g.subscription_id) FROM (
            SELECT subscription_id, sum(posted_delta) p, sum(held_delta) h FROM ledger_entry GROUP BY 1) e
            FULL JOIN (SELECT subscription_id, sum(remaining) r, sum(held) h FROM credit_grant GROUP BY 1) g
            USING (subscription_id)
        WHERE (coalesce(g.r, 0), coalesce(g.h, 0)) <> (coalesce(e.p, 0), coalesce(e.h, 0))""",
    "grant differs from its entries": """
        SELECT g.id FROM credit_grant g LEFT JOIN (
            SELECT grant_id, sum(posted_delta) p, sum(held_delta) h FROM ledger_entry GROUP BY 1) e ON e.grant_id = g.id
        WHERE (g.remaining, g.held) <> (coalesce(e.p, 0), coalesce(e.h, 0))""",
    "grant differs from its first entry": """
        SELECT g.id FROM credit_grant g LEFT JOIN (
            SELECT DISTINCT ON (grant_id) grant_id, posted_delta FROM ledger_entry ORDER BY grant_id, wallet_version) e
            ON e.grant_id = g.id
        WHERE g.amount IS DISTINCT FROM e.posted_delta""",
    "balance below zero or below what is held": """
        SELECT id FROM wallet WHERE posted < 0 OR held < 0 OR held > posted
        UNION ALL SELECT id FROM credit_grant
            WHERE remaining < 0 OR remaining > amount OR held < 0 OR held > remaining OR closed <> (remaining = 0)""",
    "paid purchase without exactly its one grant": """
        SELECT p.id FROM purchase p LEFT JOIN credit_grant g ON g.purchase_id = p.id AND g.amount = p.credits
        WHERE p.status = 'paid' GROUP BY p.id HAVING count(g.id) <> 1""",
    "grant for a purchase that is not paid": """
        SELECT g.id FROM credit_grant g JOIN purchase p ON p.id = g.purchase_id
        WHERE p.status <> 'paid' OR g.source_ref <> p.id::text""",
    "reversed more than was debited": """
        SELECT r.reverses FROM ledger_entry r JOIN (
            SELECT posting_id, grant_id, sum(-posted_delta) n FROM ledger_entry
                WHERE type IN ('debit', 'capture') GROUP BY 1, 2) d
            ON d.posting_id = r.reverses AND d.grant_id = r.grant_id
        GROUP BY r.reverses, r.grant_id, d.n HAVING sum(r.posted_delta) > d.n""",
    "reversal of something that is not a spend of this wallet": """
        SELECT r.posting_id FROM ledger_entry r
        WHERE r.reverses IS NOT NULL AND r.type NOT IN ('capture', 'release') AND NOT EXISTS (
            SELECT 1 FROM ledger_entry d WHERE d.posting_id = r.reverses AND d.type IN ('debit', 'capture')
            AND d.wallet_id = r.wallet_id AND d.grant_id = r.grant_id)""",
    "hold whose entries differ from it": """
        SELECT h.id FROM hold h LEFT JOIN ledger_entry e ON h.id = CASE e.type
            WHEN 'hold' THEN e.posting_id WHEN 'capture' THEN e.reverses WHEN 'release' THEN e.reverses END
        GROUP BY h.id HAVING coalesce(sum(e.held_delta) FILTER (WHERE e.type = 'hold'), 0) <> h.amount
            OR coalesce(sum(e.held_delta), 0) <> CASE h.status WHEN 'open' THEN h.amount ELSE 0 END
            OR coalesce(-sum(e.posted_delta) FILTER (WHERE e.type = 'capture'), 0) <> h.captured
            OR bool_or(e.wallet_id <> h.wallet_id)""",
    "lot's end is not the one its extensions lead to": """
        SELECT grant_id FROM (
            SELECT x.grant_id, x.expires_at, g.expires_at AS lot_end, x.wallet_version > w.version AS too_new,
                x.creator_id <> w.creator_id AS foreign_row,
                lead(x.previous_expires_at) OVER after AS next_previous, lead(x.id) OVER after AS next_id
            FROM grant_extension x JOIN credit_grant g ON g.id = x.grant_id JOIN wallet w ON w.id = x.wallet_id
            WINDOW after AS (PARTITION BY x.grant_id ORDER BY x.wallet_version, x.at, x.id)) step
        WHERE too_new OR foreign_row
            OR expires_at IS DISTINCT FROM CASE WHEN next_id IS NULL THEN lot_end ELSE next_previous END""",
    "customer whom nobody has claimed though the address is proven": """
        SELECT c.id FROM customer c JOIN app_user u USING (email_normalized)
        WHERE c.user_id IS NULL AND u.email_verified_at IS NOT NULL""",
    "share link's uses differ from its purchases": """
        SELECT l.id FROM share_link l LEFT JOIN purchase p ON p.link_id = l.id AND p.holds_link_use
        GROUP BY l.id HAVING count(p.id) <> l.uses""",
    "row of one creator that points at another's": """
        SELECT s.id FROM subscription s JOIN wallet w ON w.id = s.wallet_id
            WHERE (s.creator_id, s.customer_id) <> (w.creator_id, w.customer_id)
        UNION ALL SELECT g.id FROM credit_grant g JOIN wallet w ON w.id = g.wallet_id WHERE g.creator_id <> w.creator_id
        UNION ALL SELECT e.posting_id FROM ledger_entry e JOIN wallet w ON w.id = e.wallet_id
            WHERE e.creator_id <> w.creator_id""",
}

# The same for what is kept beside the ledger. A delta that was not added yet counts; a customer who has one is not
# looked at, since their line is about to be written.
SUMS = {
    "purchase differs from its movements": """
        SELECT p.id FROM purchase p LEFT JOIN (
            SELECT purchase_id, creator_id, sum(paid_minor) AS paid, sum(refunded_minor) AS refunded,
                min(at) FILTER (WHERE paid_minor > 0) AS paid_at
            FROM purchase_movement GROUP BY 1, 2) m ON m.purchase_id = p.id
        WHERE (coalesce(m.paid, 0), coalesce(m.refunded, 0))
                <> (CASE p.status WHEN 'paid' THEN p.price_minor ELSE 0 END, p.refunded_minor)
            OR m.paid_at <> p.paid_at OR m.creator_id <> p.creator_id""",
    "sum of a day differs from the ledger and the purchases": f"""
        SELECT concat_ws(' ', creator_id, day, pack_id, currency, measure) FROM (
            SELECT creator_id, day, pack_id, currency, measure, number, credits, amount_minor FROM insight_day
            UNION ALL {sums.DELTA_DAYS.format("insight_delta")}
            UNION ALL SELECT creator_id, day, pack_id, currency, measure, -number, -credits, -amount_minor
                FROM ({sums.LEDGER_DAYS}) AS truth
        ) both_sides GROUP BY creator_id, day, pack_id, currency, measure
        HAVING (sum(number), sum(credits), sum(amount_minor)) <> (0, 0, 0)""",  # noqa: S608 - constants only
    "sum of lots differs from the lots": f"""
        SELECT concat_ws(' ', creator_id, pack_id, currency, created_on, expires_on) FROM (
            SELECT creator_id, pack_id, currency, created_on, expires_on, credits, amount_minor FROM insight_lot
            UNION ALL {sums.DELTA_LOTS.format("insight_delta")}
            UNION ALL SELECT creator_id, pack_id, currency, created_on, expires_on, -credits, -amount_minor
                FROM ({sums.OPEN_LOTS}) AS truth
        ) both_sides GROUP BY creator_id, pack_id, currency, created_on, expires_on
        HAVING (sum(credits), sum(amount_minor)) <> (0, 0)""",  # noqa: S608 - constants only
    "customer's line in the list differs from what they hold and paid": f"""
        SELECT truth.customer_id FROM ({sums.SUMMARIES}) AS truth
            LEFT JOIN customer_summary line ON line.customer_id = truth.customer_id
        WHERE {WITHOUT_DELTAS.format("truth")} AND (line.customer_id IS NULL
            OR (line.creator_id, line.credits, line.expires_on, line.active_at, line.spent_minor)
                <> (truth.creator_id, truth.credits, truth.expires_on, truth.active_at, truth.spent_minor))""",  # noqa: S608 - constants only
    "customer's days of buying differ from their purchases": f"""
        SELECT customer_id FROM ({sums.BUYERS}) AS truth FULL JOIN insight_buyer kept
            USING (customer_id, currency, day)
        WHERE NOT EXISTS (SELECT 1 FROM insight_delta d WHERE d.customer_id = coalesce(truth.customer_id,
                kept.customer_id))
            AND (truth.creator_id, truth.previous_day, truth.paid_minor)
                IS DISTINCT FROM (kept.creator_id, kept.previous_day, kept.paid_minor)""",  # noqa: S608 - constants only
}


def violations() -> list[str]:
    """Every broken invariant in words, with the id of the row; empty when the books are right."""
    with transaction() as session:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        found = [f"{rule}: {row[0]}" for rule, query in RULES.items() for row in session.execute(text(query))]
        of_all = {"creator": None}
        found += [f"{rule}: {row[0]}" for rule, query in SUMS.items() for row in session.execute(text(query), of_all)]
        return [*found, *_chain_violations(session), *_note_violations(session), *_word_violations(session)]


def _chain_violations(session: Session) -> Iterator[str]:
    """Walk each wallet's entries in order.

    Versions without gaps, each hash right, each balance the last plus the delta.
    """
    heads = dict(session.execute(select(Wallet.id, Wallet.last_hash)).all())
    query = select(LedgerEntry).order_by(col(LedgerEntry.wallet_id), col(LedgerEntry.wallet_version))
    entries = session.exec(query.execution_options(yield_per=BATCH))
    for wallet_id, chain in groupby(entries, key=lambda entry: entry.wallet_id):
        previous, version, posted, held = b"", 0, 0, 0
        for entry in chain:
            version, posted, held = (version + 1, posted + entry.posted_delta, held + entry.held_delta)
            where = f"{wallet_id} version {entry.wallet_version}"
            if entry.wallet_version != version:
                yield f"gap in the ledger before: {where}"
                version = entry.wallet_version
            if (entry.posted_after, entry.held_after) != (posted, held):
                yield f"balance after an entry is not the sum so far: {where}"
                posted, held = entry.posted_after, entry.held_after
            if entry.prev_hash != previous or entry.hash != entry_hash(entry):
                yield f"hash chain broken: {where}"
            previous = entry.hash
            session.expunge(entry)
        if heads.get(wallet_id) != previous:
            yield f"wallet's last hash is not its last entry's: {wallet_id}"


def _note_violations(session: Session) -> Iterator[str]:
    """A note that is still there must be the one its entries, or its extension, committed to.

    An erased one is no violation.
    """
    of_entries = select(PostingNote, LedgerEntry.note_commitment).join(
        LedgerEntry, col(LedgerEntry.posting_id) == col(PostingNote.posting_id)
    )
    of_extensions = select(PostingNote, GrantExtension.note_commitment).join(
        GrantExtension, col(GrantExtension.id) == col(PostingNote.posting_id)
    )
    for query in (of_entries, of_extensions):
        for note, commitment in session.execute(query.execution_options(yield_per=BATCH)):
            if Note(note.reason, note.details).commitment(note.salt) != commitment:
                yield f"note differs from what was committed: {note.posting_id}"


def _word_violations(session: Session) -> Iterator[str]:
    """What the list of customers sorts and searches by must be made of their name and e-mail."""
    query = (
        select(CustomerSummary.customer_id, CustomerSummary.name_key, CustomerSummary.search, Customer)
        .join(Customer, col(Customer.id) == col(CustomerSummary.customer_id))
        .where(text(WITHOUT_DELTAS.format("customer_summary")))
    )
    for customer_id, name_key, search, customer in session.execute(query.execution_options(yield_per=BATCH)):
        if (name_key, search) != (sums.name_key(customer.name), sums.search_text(customer.name, customer.email)):
            yield f"customer is not found by their name and e-mail: {customer_id}"
