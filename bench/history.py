"""Two years of a creator's business, written straight into the tables, with a few other creators beside it.

What the product would have noted is left out; `sums.rebuild` makes the sums. The hashes are none that `verify` accepts.
"""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg2
from sqlmodel import Session

from litesubs import db
from litesubs.domain import ids
from litesubs.models import Creator, CreditPack, ExpiryKind, PackStatus, ShareLink, User

OTHERS = 4  # creators, who have as many customers together as half of the first one's
PACKS = 8
DAYS = 730
RARE_NAME = "Quillfeather"
FIRST = """Anna Annika Ben Clara Daan Emil Freja Georg Hannah Ida Jonas Kofi Leila Mara Nina Olof Paul Quirin Rosa Sofia
Tom Uma Vera Wim Xenia Yara Zoe Mateo Luca Ines Joanna Marianne Felix Greta Hugo Iris Jana Kai Lotte Milan""".split()
LAST = """Weber Lindqvist Okafor Brandt Haddad Moreau Rossi Silva Novak Kowalski Jensen Larsen Nielsen Virtanen Dubois
Martin Garcia Fernandez Costa Santos Schmidt Fischer Meyer Wagner Becker Hoffmann Koch Richter Klein Wolf Smith Jones
Taylor Brown Davies Evans Wilson Thomas Roberts Walker Wright Green Hall Clarke Wood Hughes Edwards Turner""".split()

# A customer n joined at a moment that is spread evenly over the two years, and comes back in steps of five days.
PEOPLE = """
CREATE FUNCTION pg_temp.id(at timestamptz, seed text) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
    (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || left(md5(seed), 3) || '8'
        || substr(md5(seed), 4, 15))::uuid;
CREATE TEMP TABLE person AS
SELECT n, at, least(interval '5 days', (now() - at) / 12) AS gap, n %% 5 = 0 AS twice, name,
    replace(lower(name), ' ', '.') || '.' || n || '@example.com' AS email,
    pg_temp.id(at, 'u' || n) AS user_id, pg_temp.id(at, 'c' || n) AS customer_id, pg_temp.id(at, 'w' || n) AS wallet_id,
    pg_temp.id(at, 's' || n) AS subscription_id, pg_temp.id(at, 'p' || n) AS purchase_id,
    pg_temp.id(at, 'g' || n) AS grant_id, creator_id, pack_id, link_id
FROM (
    SELECT n, now() - %(days)s * interval '1 day' * (1 - mod(n * 0.6180339887, 1)) AS at,
        CASE WHEN n = %(size)s / 2 THEN 'Rosa ' || %(rare)s
            ELSE (%(first)s)[1 + n %% %(firsts)s] || ' ' || (%(last)s)[1 + (n / 7) %% %(lasts)s] END AS name,
        CASE WHEN n < %(size)s THEN 0 ELSE 1 + n %% %(others)s END AS of
    FROM generate_series(0, %(size)s * 3 / 2 - 1) AS n
) drawn JOIN (
    SELECT p.id AS pack_id, p.creator_id, l.id AS link_id,
        dense_rank() OVER (ORDER BY p.creator_id) - 1 AS of,
        row_number() OVER (PARTITION BY p.creator_id ORDER BY p.id) - 1 AS number
    FROM credit_pack p JOIN share_link l ON l.pack_id = p.id
) offer ON offer.of = drawn.of AND offer.number = n %% %(packs)s;
CREATE TEMP TABLE sale AS
SELECT n, purchase_id AS id, at, grant_id, CASE WHEN twice THEN 2 ELSE 1 END AS remaining FROM person
UNION ALL
SELECT n, pg_temp.id(at, 'p2' || n), at + 9 * gap, pg_temp.id(at, 'g2' || n), 10 FROM person WHERE twice;
"""
ROWS = """
INSERT INTO app_user (id, email, email_normalized, name, password_hash, created_at)
    SELECT user_id, email, email, name, '', at FROM person;
INSERT INTO customer (id, creator_id, user_id, email, email_normalized, name, created_at)
    SELECT customer_id, creator_id, user_id, email, email, name, at FROM person;
INSERT INTO wallet (id, creator_id, customer_id, posted, version, last_hash, updated_at)
    SELECT wallet_id, creator_id, customer_id, CASE WHEN twice THEN 12 ELSE 1 END, 10, sha256('last'), at + 9 * gap
    FROM person;
INSERT INTO subscription (id, creator_id, wallet_id, customer_id, pack_id, status, created_at)
    SELECT subscription_id, creator_id, wallet_id, customer_id, pack_id,
        CASE WHEN n % 200 = 1 THEN 'paused' ELSE 'active' END, at
    FROM person;
INSERT INTO purchase (id, creator_id, pack_id, link_id, user_id, customer_id, status, pack_name, price_minor, currency,
        credits, expiry_kind, holds_link_use, awaiting_bank, needs_review, refunded_minor, refunded_at, created_at,
        paid_at, closed_at)
    SELECT s.id, o.creator_id, o.pack_id, o.link_id, o.user_id, o.customer_id, 'paid', p.name, p.price_minor,
        p.currency, 10, 'never', true, false, false, CASE WHEN s.n % 50 = 3 THEN p.price_minor / 10 ELSE 0 END,
        CASE WHEN s.n % 50 = 3 THEN s.at + o.gap END, s.at, s.at, s.at
    FROM sale s JOIN person o ON o.n = s.n JOIN credit_pack p ON p.id = o.pack_id;
INSERT INTO purchase_movement (purchase_id, creator_id, at, paid_minor)
    SELECT id, creator_id, paid_at, price_minor FROM purchase ORDER BY paid_at;
INSERT INTO purchase_movement (purchase_id, creator_id, at, refunded_minor)
    SELECT id, creator_id, refunded_at, refunded_minor FROM purchase WHERE refunded_minor > 0 ORDER BY refunded_at;
INSERT INTO credit_grant (id, creator_id, wallet_id, subscription_id, source, source_ref, purchase_id, amount,
        remaining, closed, promo, paid_minor, paid_currency, currency, expires_at, created_at)
    SELECT s.grant_id, o.creator_id, o.wallet_id, o.subscription_id, 'purchase', s.id::text, s.id, 10, s.remaining,
        false, false, p.price_minor, p.currency, p.currency,
        CASE p.expiry_kind WHEN 'after_days' THEN date_trunc('day', s.at) + (p.expiry_days + 1) * interval '1 day'
            WHEN 'on_date' THEN (p.expiry_date + 1)::timestamptz END, s.at
    FROM sale s JOIN person o ON o.n = s.n JOIN credit_pack p ON p.id = o.pack_id;
INSERT INTO ledger_entry (wallet_id, wallet_version, creator_id, posting_id, subscription_id, grant_id, type,
        posted_delta, held_delta, posted_after, held_after, actor, at, prev_hash, hash)
    SELECT wallet_id, v, creator_id, pg_temp.id(at + (v - 1) * gap, 'e' || n || ' ' || v), subscription_id,
        CASE WHEN v = 10 AND twice THEN pg_temp.id(at, 'g2' || n) ELSE grant_id END,
        CASE WHEN v = 1 OR (v = 10 AND twice) THEN 'grant'::entry_type ELSE 'debit' END,
        CASE WHEN v = 1 OR (v = 10 AND twice) THEN 10 ELSE -1 END, 0,
        CASE WHEN v = 10 AND twice THEN 12 ELSE 11 - v END, 0, 'user:' || user_id, at + (v - 1) * gap,
        sha256(v::text::bytea), sha256(n::text::bytea)
    FROM person, generate_series(1, 10) AS v ORDER BY at + (v - 1) * gap;
INSERT INTO link_day (link_id, day, creator_id, views, sign_ups)
    SELECT id, day::date, creator_id, 9, 2
    FROM share_link, generate_series(now() - interval '730 days', now(), interval '1 day') AS day;
"""


def fill(url: str, size: int) -> list[UUID]:
    """Write the history of a creator with `size` customers, and of others. Returns the creators, that one first."""
    creators = [ids.new() for _ in range(1 + OTHERS)]
    with db.transaction() as session:
        for number, creator_id in enumerate(creators):
            _offers(session, creator_id, number)
    names = {"first": FIRST, "firsts": len(FIRST), "last": LAST, "lasts": len(LAST), "rare": RARE_NAME}
    counts = {"size": size, "others": OTHERS, "packs": PACKS, "days": DAYS}
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(PEOPLE, names | counts)
        cursor.execute("ANALYZE person; ANALYZE sale")
        cursor.execute(ROWS)
    settle(url)
    return creators


def settle(url: str) -> None:
    """Let PostgreSQL know what is there."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")


def _offers(session: Session, creator_id: UUID, number: int) -> None:
    """A creator with eight packs: half never expire, some after years, one in twenty days."""
    at = datetime.now(UTC) - timedelta(days=DAYS + 1)
    email = f"creator{number}@example.com"
    user = User(id=ids.new(), email=email, email_normalized=email, name="Mara", password_hash="", created_at=at)
    session.add(user)
    session.flush()
    session.add(Creator(id=creator_id, user_id=user.id, display_name="Mara", handle=f"mara-{number}", created_at=at))
    session.flush()
    for place in range(PACKS):
        kind = [ExpiryKind.never, ExpiryKind.after_days][place % 2] if place else ExpiryKind.on_date
        pack = CreditPack(
            id=ids.new(),
            creator_id=creator_id,
            name=f"Pack {place + 1}",
            slug=f"pack-{place + 1}",
            description="",
            price_minor=10_000 + 5_000 * place,
            currency="EUR",
            credits=10,
            expiry_kind=kind,
            expiry_date=datetime.now(UTC).date() + timedelta(days=20) if kind is ExpiryKind.on_date else None,
            expiry_days=DAYS + 35 if kind is ExpiryKind.after_days else None,
            listed=False,
            status=PackStatus.active,
            created_at=at,
            updated_at=at,
        )
        session.add(pack)
        session.flush()
        link = ShareLink(
            id=ids.new(),
            creator_id=creator_id,
            pack_id=pack.id,
            token=f"token-{number}-{place}",
            name="",
            is_default=True,
            created_at=at,
        )
        session.add(link)
