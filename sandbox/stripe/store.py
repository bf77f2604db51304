"""Where the sandbox keeps what it knows: SQLite, in a file or in memory, one writer at a time.

With a file, what was answered survives a kill -9: each change is one SQLite transaction, and webhooks that were not yet
delivered are rows too, so that a restart sends them.
"""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]
"""A Stripe object. Keys that start with an underscore are the sandbox's own and never leave it."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT NOT NULL,
    due REAL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    request_id TEXT NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')), due REAL, attempts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
"""


def new_id(prefix: str) -> str:
    """`new_id("evt")` → `evt_1a2b…`."""
    return f"{prefix}_{secrets.token_hex(12)}"


def now() -> int:
    """Unix seconds, as Stripe writes time."""
    return int(time.time())


class Store:
    """Objects per account, idempotency keys and webhook deliveries. Every method may be called from any thread."""

    def __init__(self, path: Path | None) -> None:
        """Opens or creates `path`; None keeps everything in memory."""
        self._lock = threading.RLock()
        self._depth = 0
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the file; the store cannot be used afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else in between. May be nested: the outermost one commits."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self._db.execute("BEGIN IMMEDIATE")
                yield
                if self._depth == 1:
                    self._db.execute("COMMIT")
            except BaseException:
                if self._depth == 1 and self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def put(self, item: Json, account: str, due: float | None = None) -> Json:
        """Adds or replaces an object. `due` is when `due_objects` should return it."""
        self._write(
            "INSERT INTO objects (id, kind, account, due, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET due = excluded.due, body = excluded.body",
            (item["id"], item["object"], account, due, json.dumps(item)),
        )
        return item

    def change(self, item: Json) -> Json:
        """Replaces an object, leaving alone when it is due."""
        self._write("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(item), item["id"]))
        return item

    def find(self, identifier: str, kind: str, account: str | None = None) -> Json | None:
        """The object of that id and kind, in that account if one is given."""
        rows = self._read("SELECT account, body FROM objects WHERE id = ? AND kind = ?", (identifier, kind))
        if not rows or account not in (None, rows[0]["account"]):
            return None
        return _object(rows[0]["body"])

    def account_of(self, identifier: str) -> str:
        """The account an object belongs to; our own is the empty string."""
        return str(self._read("SELECT account FROM objects WHERE id = ?", (identifier,))[0]["account"])

    def newest_first(self, kind: str, account: str | None = None) -> list[Json]:
        """All objects of a kind, of one account or of every account."""
        rows = self._read(
            "SELECT body FROM objects WHERE kind = ? AND (? IS NULL OR account = ?) ORDER BY seq DESC",
            (kind, account, account),
        )
        return [_object(row["body"]) for row in rows]

    def due_objects(self, moment: float) -> list[Json]:
        """Objects whose time has come."""
        rows = self._read("SELECT body FROM objects WHERE due <= ? ORDER BY due, seq", (moment,))
        return [_object(row["body"]) for row in rows]

    def next_due(self) -> float | None:
        """When the next object's time comes."""
        moment: float | None = self._read("SELECT min(due) AS moment FROM objects", ())[0]["moment"]
        return moment

    def remembered(self, account: str, key: str) -> sqlite3.Row | None:
        """The stored answer of an idempotency key: fingerprint, status, body and request_id."""
        rows = self._read("SELECT * FROM idempotency WHERE account = ? AND key = ?", (account, key))
        return rows[0] if rows else None

    def remember(self, account: str, key: str, answer: tuple[str, int, str, str]) -> None:
        """Stores (fingerprint, status, body, request id) under an idempotency key."""
        self._write("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?)", (account, key, *answer))

    def add_delivery(self, event: Json) -> None:
        """Queues an event for the webhook endpoint, due at once."""
        row = (new_id("whd"), event["id"], event["type"], time.time())
        self._write("INSERT INTO deliveries VALUES (NULL, ?, ?, ?, 'pending', ?, '[]')", row)

    def deliveries(self, event: str | None = None, status: str | None = None) -> list[Json]:
        """Deliveries in the order they were queued, with every attempt made."""
        rows = self._read(
            "SELECT * FROM deliveries WHERE (? IS NULL OR event = ?) AND (? IS NULL OR status = ?) ORDER BY seq",
            (event, event, status, status),
        )
        return [dict(row) | {"attempts": json.loads(row["attempts"])} for row in rows]

    def next_deliveries(self) -> list[Json]:
        """Pending deliveries, the earliest due first."""
        rows = self._read("SELECT * FROM deliveries WHERE due IS NOT NULL ORDER BY due, seq LIMIT 100", ())
        return [dict(row) | {"attempts": json.loads(row["attempts"])} for row in rows]

    def record_attempts(self, delivery: str, attempts: list[Json], status: str, due: float | None) -> None:
        """Replaces what is known of a delivery after a try."""
        row = (json.dumps(attempts), status, due, delivery)
        self._write("UPDATE deliveries SET attempts = ?, status = ?, due = ? WHERE id = ?", row)

    def reset(self) -> None:
        """Forgets everything."""
        with self.transaction():
            for table in ("objects", "idempotency", "deliveries"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - three constants

    def _read(self, sql: str, values: tuple[Any, ...]) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _write(self, sql: str, values: tuple[Any, ...]) -> None:
        with self.transaction():
            self._db.execute(sql, values)


def _object(body: str) -> Json:
    item: Json = json.loads(body)
    return item
