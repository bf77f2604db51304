"""Wallets to spend from: many customers of one creator with three lots each, and a history as long as is wanted.

Ids are made of a number, so that a load generator can name them: customer 7 is `customer_id(7)`. The history is written
as the product would have written it, hash chain included, so `verify` holds before and after.
"""

from contextlib import closing
from uuid import UUID

import psycopg2

from litesubs import db
from litesubs.domain import ids, key_tokens, sums

FIRST = 100_000_000_000
CREDITS = 1_000_000_000
LOTS = 3
KINDS = "user creator pack customer wallet subscription key lot1 lot2 lot3".split()
PREPARE = """
SET session_replication_role = replica;
INSERT INTO app_user (id, email, email_normalized, name, password_hash, created_at)
    VALUES (%(user)s, 'mara@example.com', 'mara@example.com', 'Mara', '', %(at)s);
INSERT INTO creator (id, user_id, display_name, handle, created_at)
    VALUES (%(creator)s, %(user)s, 'Mara', 'mara', %(at)s);
INSERT INTO credit_pack (id, creator_id, name, slug, description, price_minor, currency, credits, expiry_kind, listed,
        status, created_at, updated_at)
    VALUES (%(pack)s, %(creator)s, 'Renders', 'renders', '', 1000, 'EUR', 10, 'never', false, 'active', %(at)s, %(at)s);
INSERT INTO customer (id, creator_id, email, email_normalized, name, created_at)
    SELECT (%(customers)s || n)::uuid, %(creator)s, n || '@example.com', n || '@example.com', 'Customer', %(at)s
    FROM generate_series(%(first)s::bigint, %(last)s) n;
INSERT INTO wallet (id, creator_id, customer_id, last_hash, updated_at)
    SELECT (%(wallets)s || n)::uuid, %(creator)s, (%(customers)s || n)::uuid, '', %(at)s
    FROM generate_series(%(first)s::bigint, %(last)s) n;
INSERT INTO subscription (id, creator_id, wallet_id, customer_id, pack_id, status, created_at)
    SELECT (%(subscriptions)s || n)::uuid, %(creator)s, (%(wallets)s || n)::uuid, (%(customers)s || n)::uuid, %(pack)s,
        'active', %(at)s
    FROM generate_series(%(first)s::bigint, %(last)s) n;
"""
KEY = """
INSERT INTO api_key (id, creator_id, name, prefix, hash, scopes, networks, created_by, created_at)
    VALUES (%(key)s, %(creator)s, 'Bench', 'ls_test_', %(hash)s, '{read,debits:write}', '{}', %(user)s, %(at)s)
"""
LOT = """
INSERT INTO credit_grant (id, creator_id, wallet_id, subscription_id, source, source_ref, amount, remaining, closed,
        promo, currency, expires_at, created_at)
    SELECT (%(lot)s || n)::uuid, %(creator)s, (%(wallets)s || n)::uuid, (%(subscriptions)s || n)::uuid, 'import',
        %(lot)s || n, %(credits)s, %(credits)s, false, false, 'EUR',
        CASE %(number)s WHEN 3 THEN NULL ELSE %(at)s::timestamptz + %(number)s * interval '1000 days' END, %(at)s
    FROM generate_series(%(first)s::bigint, %(last)s) n;
"""
MOVE = """
WITH moved AS (
    INSERT INTO ledger_entry (wallet_id, wallet_version, creator_id, posting_id, subscription_id, grant_id, type,
        posted_delta, held_delta, posted_after, held_after, actor, at, prev_hash, hash)
    SELECT id, version + 1, creator_id, posting, subscription, lot, %(type)s, %(delta)s, 0, posted + %(delta)s, 0,
        'system:bench', %(at)s, last_hash,
        entry_hash(last_hash, id, version + 1, creator_id, posting, subscription, lot, %(type)s, %(delta)s, 0,
            posted + %(delta)s, 0, NULL, 'system:bench', %(at)s, NULL)
    FROM (
        SELECT w.*, uuidv7() AS posting, (%(subscriptions)s || n)::uuid AS subscription, (%(lot)s || n)::uuid AS lot
        FROM wallet w, LATERAL (SELECT right(w.id::text, 12) AS n) x
    ) w
    RETURNING wallet_id, posted_after, wallet_version, hash
)
UPDATE wallet w SET posted = m.posted_after, version = m.wallet_version, last_hash = m.hash, updated_at = %(at)s
FROM moved m WHERE m.wallet_id = w.id
"""
SPENT = "UPDATE credit_grant SET remaining = remaining - %(spent)s WHERE source_ref LIKE %(lot)s || '%%'"


def fill(url: str, wallets: int, entries: int = 0, token: str = "") -> None:
    """Make so many wallets; `entries` is how many movements there are in all, at least the three lots of each.

    `token` is an API key that may spend from them.
    """
    spent = max(0, entries // wallets - LOTS)
    known: dict[str, object] = {kind: str(_id(kind, 0)) for kind in KINDS}
    known |= {f"{kind}s": prefix(kind) for kind in ("customer", "wallet", "subscription")}
    known |= {"at": "2026-01-01T00:00:00Z", "first": FIRST, "last": FIRST + wallets - 1}
    known |= {"lots": LOTS, "credits": CREDITS, "spent": spent}
    known |= {"hash": key_tokens.digest(token)}
    with closing(psycopg2.connect(url)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(PREPARE, known)
            cursor.execute(KEY, known)
            for number in range(1, LOTS + 1):
                lot = known | {"lot": prefix(f"lot{number}"), "number": number}
                cursor.execute(LOT, lot)
                cursor.execute(MOVE, lot | {"type": "grant", "delta": CREDITS})
            first = known | {"lot": prefix("lot1")}
            for _ in range(spent):
                cursor.execute(MOVE, first | {"type": "debit", "delta": -1})
            cursor.execute(SPENT, first)
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")
    with db.transaction() as session:
        sums.rebuild(session, creator_id())


def customer_id(number: int) -> str:
    """The public id of a customer."""
    return ids.show("cus", _id("customer", number))


def creator_id() -> UUID:
    """The creator of all of it."""
    return _id("creator", 0)


def key_id() -> UUID:
    """The API key that may spend from them."""
    return _id("key", 0)


def _id(kind: str, number: int) -> UUID:
    return UUID(f"{prefix(kind)}{FIRST + number}")


def prefix(kind: str) -> str:
    """The beginning of the ids of a kind, to which twelve digits are added."""
    return f"01900000-0000-7000-8{KINDS.index(kind):03d}-"
