"""Keeps the sums that figures and the list of customers are read from: `models.insights` says what they are.

Whoever reads them calls `caught_up` first. Everything here runs in READ COMMITTED and holds one lock per creator, so
that a statement after the lock sees all that earlier holders committed. A movement and its delta commit together, and
each delta is taken by the very statement that adds it, so none is lost or counted twice.

Test customers are in the list and in no sum. Their movements have deltas like everybody's: whether one counts is
decided when it is added, under the lock, by what its customer is then. So whoever is marked while they spend is in or
out with all of it.
"""

import unicodedata
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import prose
from litesubs.models import Customer, InsightDelta

log = structlog.get_logger()
BATCH = 20_000  # deltas, or customers, at a time

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('sums ' || CAST(:creator AS text), 0))")
REAL = "NOT EXISTS (SELECT 1 FROM customer t WHERE t.id = {}.customer_id AND t.is_test)"
EXPIRES_ON = "coalesce(((expires_at - interval '1 microsecond') AT TIME ZONE 'UTC')::date, DATE '9999-12-31')"

# What is not in the sums yet, as rows of insight_day and of insight_lot.
DELTA_DAYS = f"""
    SELECT d.creator_id, (d.at AT TIME ZONE c.time_zone)::date AS day, d.pack_id, d.currency, d.measure::text, d.number,
        d.credits, d.amount_minor
    FROM {{}} d JOIN creator c ON c.id = d.creator_id
    WHERE d.measure NOT IN ('moved', 'touched') AND {REAL.format("d")}"""  # noqa: S608 - constants only
DELTA_LOTS = f"""
    SELECT creator_id, pack_id, currency, (lot_created_at AT TIME ZONE 'UTC')::date AS created_on,
        {EXPIRES_ON.replace("expires_at", "lot_expires_at")} AS expires_on, credits, amount_minor
    FROM {{}} d WHERE lot_created_at IS NOT NULL AND measure <> 'touched' AND {REAL.format("d")}"""  # noqa: S608 - constants only

# The same from the ledger, the purchases' movements and the lots themselves, of one creator or (NULL) of all.
LEDGER_DAYS = f"""
    SELECT e.creator_id, (e.at AT TIME ZONE c.time_zone)::date AS day, s.pack_id, g.currency,
        CASE WHEN e.type = 'grant' AND g.source = 'purchase' THEN 'sold'
            WHEN e.type IN ('grant', 'adjustment') AND e.posted_delta > 0 THEN 'given'
            WHEN e.type = 'adjustment' THEN 'taken'
            WHEN e.type = 'expiry' THEN 'expired'
            WHEN e.type = 'refund' THEN 'refunded'
            ELSE 'used' END AS measure,
        0 AS number, e.posted_delta AS credits,
        lot_value(e.after, g.paid_minor, g.amount) - lot_value(e.after - e.posted_delta, g.paid_minor, g.amount)
            AS amount_minor
    FROM (
        SELECT creator_id, at, type, subscription_id, grant_id, posted_delta,
            (sum(posted_delta) OVER (PARTITION BY grant_id ORDER BY wallet_version))::bigint AS after
        FROM ledger_entry
        WHERE posted_delta <> 0 AND creator_id = coalesce(CAST(:creator AS uuid), creator_id)
    ) e JOIN credit_grant g ON g.id = e.grant_id JOIN subscription s ON s.id = e.subscription_id
        JOIN creator c ON c.id = e.creator_id
    WHERE {REAL.format("s")}
    UNION ALL
    SELECT m.creator_id, (m.at AT TIME ZONE c.time_zone)::date, p.pack_id, p.currency,
        CASE WHEN m.paid_minor > 0 THEN 'sale' ELSE 'refund' END,
        CASE WHEN m.paid_minor > 0 OR m.sum = m.refunded_minor THEN 1 WHEN m.sum = 0 THEN -1 ELSE 0 END,
        0, m.paid_minor + m.refunded_minor
    FROM (
        SELECT *, sum(refunded_minor) OVER (PARTITION BY purchase_id ORDER BY id) AS sum
        FROM purchase_movement WHERE creator_id = coalesce(CAST(:creator AS uuid), creator_id)
    ) m JOIN purchase p ON p.id = m.purchase_id JOIN creator c ON c.id = m.creator_id
    WHERE {REAL.format("p")}"""  # noqa: S608 - constants only
OPEN_LOTS = f"""
    SELECT g.creator_id, s.pack_id, g.currency, (g.created_at AT TIME ZONE 'UTC')::date AS created_on,
        {EXPIRES_ON} AS expires_on, g.remaining AS credits, lot_value(g.remaining, g.paid_minor, g.amount)
            AS amount_minor
    FROM credit_grant g JOIN subscription s ON s.id = g.subscription_id
    WHERE NOT g.closed AND {REAL.format("s")}
        AND g.creator_id = coalesce(CAST(:creator AS uuid), g.creator_id)"""  # noqa: S608 - constants only

ADD_DAYS = """
    INSERT INTO insight_day AS sums (creator_id, day, pack_id, currency, measure, number, credits, amount_minor)
    SELECT creator_id, day, pack_id, currency, measure, sum(number), sum(credits), sum(amount_minor)
    FROM ({}) AS moved GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (creator_id, day, pack_id, currency, measure) DO UPDATE SET number = sums.number + excluded.number,
        credits = sums.credits + excluded.credits, amount_minor = sums.amount_minor + excluded.amount_minor"""
ADD_LOTS = """
    INSERT INTO insight_lot AS sums (creator_id, pack_id, currency, created_on, expires_on, credits, amount_minor)
    SELECT creator_id, pack_id, currency, created_on, expires_on, sum(credits), sum(amount_minor)
    FROM ({}) AS moved GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (creator_id, pack_id, currency, created_on, expires_on) DO UPDATE SET
        credits = sums.credits + excluded.credits, amount_minor = sums.amount_minor + excluded.amount_minor"""
FOLD = text(f"""
WITH taken AS (
    DELETE FROM insight_delta
    WHERE creator_id = :creator
        AND id IN (SELECT id FROM insight_delta WHERE creator_id = :creator LIMIT :batch)
    RETURNING *
), days AS ({ADD_DAYS.format(DELTA_DAYS.format("taken"))}
), lots AS ({ADD_LOTS.format(DELTA_LOTS.format("taken"))}
)
SELECT customer_id, count(*) AS deltas, bool_or(measure IN ('sale', 'refund')) AS paid FROM taken GROUP BY 1""")  # noqa: S608 - constants only
FORGET_EMPTY_LOTS = text("DELETE FROM insight_lot WHERE creator_id = :creator AND credits = 0 AND amount_minor = 0")
# One statement sees one moment: the deltas that it drops are exactly those of the movements that it adds up.
RECOMPUTE = text(f"""
WITH dropped AS (DELETE FROM insight_delta WHERE creator_id = :creator RETURNING customer_id
), days AS ({ADD_DAYS.format(LEDGER_DAYS)}
), lots AS ({ADD_LOTS.format(OPEN_LOTS)}
)
SELECT DISTINCT customer_id FROM dropped""")  # noqa: S608 - constants only

# What the list of customers sorts by, from the rows themselves.
SUMMARIES = f"""
    SELECT c.id AS customer_id, c.creator_id, coalesce(w.posted - w.held, 0) AS credits,
        coalesce(lot.expires_on, DATE '9999-12-31') AS expires_on, coalesce(w.updated_at, c.created_at) AS active_at,
        coalesce(paid.spent_minor, 0) AS spent_minor
    FROM customer c JOIN creator ON creator.id = c.creator_id LEFT JOIN wallet w ON w.customer_id = c.id
    LEFT JOIN LATERAL (
        SELECT min({EXPIRES_ON}) AS expires_on FROM credit_grant g WHERE g.wallet_id = w.id AND NOT g.closed
    ) lot ON true
    LEFT JOIN LATERAL (
        SELECT sum(p.price_minor - p.refunded_minor)::bigint AS spent_minor FROM purchase p
        WHERE p.customer_id = c.id AND p.status = 'paid' AND p.currency = creator.currency
    ) paid ON true"""  # noqa: S608 - constants only
SUMMARISE = text(f"""
INSERT INTO customer_summary AS summary
    (customer_id, creator_id, name_key, search, credits, expires_on, active_at, spent_minor)
SELECT customer_id, creator_id, name_key, search, credits, expires_on, active_at, spent_minor
FROM ({SUMMARIES}) AS now
    JOIN unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:searches AS text[])) AS words (id, name_key, search)
    ON words.id = now.customer_id
ON CONFLICT (customer_id) DO UPDATE SET name_key = excluded.name_key, search = excluded.search,
    credits = excluded.credits, expires_on = excluded.expires_on, active_at = excluded.active_at,
    spent_minor = excluded.spent_minor
WHERE summary IS DISTINCT FROM excluded""")  # noqa: S608 - constants only

# On which days a customer bought, from the purchases.
BUYERS = f"""
    SELECT customer_id, currency, day, creator_id, lag(day) OVER (PARTITION BY customer_id, currency ORDER BY day)
        AS previous_day, paid_minor
    FROM (
        SELECT p.customer_id, p.currency, (p.paid_at AT TIME ZONE c.time_zone)::date AS day, p.creator_id,
            sum(p.price_minor - p.refunded_minor)::bigint AS paid_minor
        FROM purchase p JOIN creator c ON c.id = p.creator_id WHERE p.status = 'paid' AND {REAL.format("p")}
        GROUP BY 1, 2, 3, 4
    ) AS bought"""  # noqa: S608 - constants only
FORGET_BUYERS = text("DELETE FROM insight_buyer WHERE customer_id = ANY(:ids)")
NOTE_BUYERS = text(f"""
INSERT INTO insight_buyer (customer_id, currency, day, creator_id, previous_day, paid_minor)
SELECT customer_id, currency, day, creator_id, previous_day, paid_minor FROM ({BUYERS}) AS now
WHERE customer_id = ANY(:ids)""")  # noqa: S608 - constants only


def caught_up(creator_id: UUID) -> None:
    """Add up all that was committed before this call, in transactions of its own."""
    waiting = select(InsightDelta.id).where(InsightDelta.creator_id == creator_id).limit(1)
    while True:
        with transaction() as session:
            if session.exec(waiting).first() is None or fold(session, creator_id) < BATCH:
                return


def fold_all() -> None:
    """Catch up every creator. One that cannot be is logged and left for the next time; the others go on."""
    with transaction() as session:
        creators = session.exec(select(InsightDelta.creator_id).distinct()).all()
    for creator_id in creators:
        try:
            caught_up(creator_id)
        except Exception:
            log.exception("sums_behind", creator=str(creator_id))


def fold(session: Session, creator_id: UUID) -> int:
    """Add up to BATCH of the creator's deltas to the sums and bring their customers up to date. Returns how many."""
    hold(session, creator_id)
    taken = session.execute(FOLD, {"creator": creator_id, "batch": BATCH}).all()
    if taken:
        session.execute(FORGET_EMPTY_LOTS, {"creator": creator_id})
        _summarise(session, [row.customer_id for row in taken])
        _note_buyers(session, [row.customer_id for row in taken if row.paid])
    return sum(row.deltas for row in taken)


def hold(session: Session, creator_id: UUID) -> None:
    """Keep everybody else from adding to the creator's sums until this transaction ends."""
    session.execute(LOCK, {"creator": creator_id})


def rebuild(session: Session, creator_id: UUID) -> None:
    """Recompute all sums of the creator, whose time zone or main currency changed in this transaction."""
    _recompute(session, creator_id)
    _follow(session, session.exec(select(Customer.id).where(Customer.creator_id == creator_id)).all())


def recount(session: Session, creator_id: UUID, customer_id: UUID) -> None:
    """Recompute the sums of the creator, of whom this customer counts now or no longer, and what is kept of them."""
    behind = _recompute(session, creator_id)
    _follow(session, sorted({customer_id, *behind}))


def _recompute(session: Session, creator_id: UUID) -> Sequence[UUID]:
    """Sum up everything anew. Returns the customers whose deltas went with it: theirs is still to be followed."""
    session.flush()
    hold(session, creator_id)
    for table in ("insight_day", "insight_lot"):
        session.execute(text(f"DELETE FROM {table} WHERE creator_id = :creator"), {"creator": creator_id})  # noqa: S608 - constants only
    return session.execute(RECOMPUTE, {"creator": creator_id}).scalars().all()


def _follow(session: Session, customers: Sequence[UUID]) -> None:
    """Bring the lines and the days of buying of these customers up to date."""
    for start in range(0, len(customers), BATCH):
        _summarise(session, customers[start : start + BATCH])
        _note_buyers(session, customers[start : start + BATCH])


def name_key(name: str) -> str:
    """What names sort by: lower case, without accents ("Émile Øst" → "emile ost")."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(prose.UNDECOMPOSED))
    return "".join(character for character in plain if not unicodedata.combining(character))


def search_text(name: str, email: str) -> str:
    """What a search looks into: name and e-mail in lower case, and the name once more without its accents."""
    return " ".join(dict.fromkeys([name.lower(), email.lower(), name_key(name)]))


def _summarise(session: Session, customer_ids: Sequence[UUID]) -> None:
    people = session.execute(
        select(Customer.id, Customer.name, Customer.email).where(col(Customer.id).in_(customer_ids))
    ).all()
    words = {
        "ids": [str(person.id) for person in people],
        "keys": [name_key(person.name) for person in people],
        "searches": [search_text(person.name, person.email) for person in people],
    }
    session.execute(SUMMARISE, words)


def _note_buyers(session: Session, customer_ids: Sequence[UUID]) -> None:
    if customer_ids:
        session.execute(FORGET_BUYERS, {"ids": list(customer_ids)})
        session.execute(NOTE_BUYERS, {"ids": list(customer_ids)})
