"""Where the inbox keeps its messages: SQLite, in a file or in memory, the newest thousand."""

import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

MOST_MESSAGES = 1_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at REAL NOT NULL, recipients TEXT NOT NULL, raw BLOB NOT NULL);
"""


@dataclass(frozen=True)
class Stored:
    """A message as it came, with whom the envelope names (not always whom the header does)."""

    id: int
    received_at: float
    recipients: list[str]
    raw: bytes


class Store:
    """Every method may be called from any thread; each is one SQLite transaction."""

    def __init__(self, path: Path | None) -> None:
        """Opens or creates `path`; None keeps everything in memory."""
        self._lock = threading.Lock()
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the file; the store cannot be used afterwards."""
        with self._lock:
            self._db.close()

    def add(self, recipients: list[str], raw: bytes) -> None:
        """Keeps a message, and drops those that are one too many."""
        row = (time.time(), "\n".join(recipients), raw)
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            added = self._db.execute("INSERT INTO messages (received_at, recipients, raw) VALUES (?, ?, ?)", row)
            self._db.execute("DELETE FROM messages WHERE id <= ?", ((added.lastrowid or 0) - MOST_MESSAGES,))

    def newest_first(self) -> list[Stored]:
        """All messages."""
        return self._read("SELECT id, received_at, recipients, raw FROM messages ORDER BY id DESC", ())

    def find(self, identifier: int) -> Stored | None:
        """One message, if it is still there."""
        found = self._read("SELECT id, received_at, recipients, raw FROM messages WHERE id = ?", (identifier,))
        return found[0] if found else None

    def newest(self) -> int:
        """The id of the newest message; 0 where there is none."""
        with self._lock:
            row: tuple[int | None] = self._db.execute("SELECT max(id) FROM messages").fetchone()
        return row[0] or 0

    def clear(self) -> None:
        """Forgets every message. Ids go on where they were."""
        with self._lock:
            self._db.execute("DELETE FROM messages")

    def _read(self, query: str, values: tuple[object, ...]) -> list[Stored]:
        with self._lock:
            rows = self._db.execute(query, values).fetchall()
        return [Stored(key, at, recipients.split("\n"), raw) for key, at, recipients, raw in rows]
