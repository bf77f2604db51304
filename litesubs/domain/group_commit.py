"""Orders of requests that run at the same time, committed together.

One thread posts what waits in one statement and one transaction, in the order in which it came; what comes meanwhile is
the next batch. There is no timer: an order that comes alone is posted at once, by itself. So a commit is paid once for
many, and requests for one wallet do not queue for its lock.
"""

import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypedDict

import psycopg2
import structlog

from litesubs import db
from litesubs.domain.errors import OutcomeUnknownError
from litesubs.settings import settings

MOST_AT_ONCE = 128
# A wallet that something long holds, an import for instance, is not waited for longer than this. And plans are made
# once: one that was made while a table was empty would read all of it, however large it has become since.
OPTIONS = (
    "-c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c lock_timeout=3s "
    "-c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"
)
PREPARE = """
PREPARE spend (text, uuid, uuid, uuid, text, text, bytea, uuid, bigint, uuid, text, text, jsonb, bytea, bytea, integer,
    timestamptz) AS SELECT code, replayed, body FROM post_spend($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    $14, $15, $16, $17);
PREPARE capture (uuid, uuid, uuid, text, bytea, uuid, bigint, text, timestamptz) AS
    SELECT code, replayed, body FROM post_capture($1, $2, $3, $4, $5, $6, $7, $8, $9);
PREPARE orders (json) AS SELECT code, replayed, body FROM post_orders($1)
"""
SPEND = """EXECUTE spend (%(kind)s, %(id)s, %(creator)s, %(customer)s, %(email)s, %(key)s, decode(%(request)s, 'hex'),
    %(api_key)s, %(amount)s, %(pack)s, %(actor)s, %(reason)s, %(note)s, decode(%(salt)s, 'hex'),
    decode(%(commitment)s, 'hex'), %(hold_seconds)s, %(at)s)"""
CAPTURE = """EXECUTE capture (%(id)s, %(creator)s, %(hold)s, %(key)s, decode(%(request)s, 'hex'), %(api_key)s,
    %(amount)s, %(actor)s, %(at)s)"""

log = structlog.get_logger()


class Order(TypedDict):
    """What the functions of the database are told: `kind` is debit, hold or capture. Ids as text, bytes in hex.

    `customer` or `email` says whose credits, a capture has `hold` instead. `details` and `salt` are of a note, whose
    commitment is `commitment`. `at` is for a clock that stands.
    """

    kind: str
    id: str
    creator: str
    customer: str | None
    email: str | None
    key: str | None
    request: str | None
    api_key: str | None
    amount: int | None
    pack: str | None
    actor: str
    reason: str
    details: dict[str, Any]
    salt: str | None
    commitment: str | None
    hold_seconds: int | None
    hold: str | None
    at: str | None


Posted = tuple[str, bool, str]  # the code of the refusal or "", whether it was posted before, and what is answered


@dataclass(frozen=True)
class _Waiting:
    order: Order
    answer: asyncio.Future[Posted]
    loop: asyncio.AbstractEventLoop

    @property
    def key(self) -> tuple[str, str | None]:
        return self.order["creator"], self.order["key"]


class GroupCommit:
    """The queue, and the thread that empties it, which begins with the first order."""

    def __init__(self) -> None:
        """Nothing is connected yet."""
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._connection: psycopg2.extensions.connection | None = None
        self._database = ""

    async def post(self, order: Order) -> Posted:
        """Post an order with whatever else waits; it succeeds or fails alone.

        Raises OutcomeUnknownError where the database was lost or busy: the same key again tells what happened.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(order, loop.create_future(), loop)
        if self._thread is None:
            self._start()
        self._queue.put(waiting)
        return await waiting.answer

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        later: list[_Waiting] = []
        while True:
            batch, later = self._gathered(later)
            try:
                answers = self._posted([waiting.order for waiting in batch])
            except Exception as error:  # whatever it is, who waits must hear of it and the thread must go on
                log.exception("group_commit_failed")
                answers = [error] * len(batch)
            _tell(batch, answers)

    def _gathered(self, later: list[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
        """What is posted now, and what has a key that is among it and so must wait for its outcome."""
        found = later or [self._queue.get()]
        with suppress(Empty):
            while len(found) < MOST_AT_ONCE:
                found.append(self._queue.get_nowait())
        first = {waiting.key: waiting for waiting in reversed(found)}
        now = [waiting for waiting in found if first[waiting.key] is waiting]
        return now, [waiting for waiting in found if first[waiting.key] is not waiting]

    def _posted(self, orders: Sequence[Order]) -> list[Posted | Exception]:
        try:
            return [*self._sent(orders)]
        except psycopg2.Error as error:
            if error.pgcode is None or self._connection is None or self._connection.closed:
                self._disconnect()
                log.warning("group_commit_lost", orders=len(orders), error=str(error))
                return [OutcomeUnknownError() for _ in orders]
            if len(orders) > 1:  # all of it was undone; whoever caused it shall be the only one
                return [answer for order in orders for answer in self._posted([order])]
            if isinstance(error, psycopg2.OperationalError):
                return [OutcomeUnknownError()]
            log.exception("order_failed", order=orders[0]["id"])
            return [error]

    def _sent(self, orders: Sequence[Order]) -> list[Posted]:
        """Their answers, from one statement, which is one transaction."""
        with self._connected().cursor() as cursor:
            if len(orders) > 1:
                cursor.execute("EXECUTE orders (%s)", (json.dumps(orders),))
            else:
                [order] = orders
                note = json.dumps(order["details"])
                cursor.execute(CAPTURE if order["kind"] == "capture" else SPEND, {**order, "note": note})
            return cursor.fetchall()

    def _connected(self) -> psycopg2.extensions.connection:
        database = settings().database_url
        url = database.get_secret_value() if database else ""
        if self._connection is None or self._connection.closed or self._database != url:
            self._disconnect()
            self._connection = db.dedicated(OPTIONS)
            self._database = url
            with self._connection.cursor() as cursor:
                cursor.execute(PREPARE)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None


def _tell(batch: Sequence[_Waiting], answers: Sequence[Posted | Exception]) -> None:
    """Wake who waits, once for each event loop. Who has gone, or whose loop has ended, is not told."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Posted | Exception]]] = defaultdict(list)
    for waiting, answer in zip(batch, answers, strict=True):
        by_loop[waiting.loop].append((waiting, answer))
    for loop, pairs in by_loop.items():
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: Sequence[tuple[_Waiting, Posted | Exception]]) -> None:
    for waiting, answer in pairs:
        if not waiting.answer.done():
            if isinstance(answer, Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
