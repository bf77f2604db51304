"""Orders of requests that run at the same time, committed together.

One thread posts what waits in one statement and one transaction, in the order in which it came; what comes meanwhile is
the next batch. There is no timer: an order that comes alone is posted at once, by itself. So a commit is paid once for
many, and requests for one wallet do not queue for its lock.
"""

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypedDict

import psycopg2
import structlog
from psycopg2.errors import DeadlockDetected, LockNotAvailable, QueryCanceled, UniqueViolation

from litesubs import db
from litesubs.domain.errors import IdempotencyKeyInUseError, OutcomeUnknownError
from litesubs.settings import settings

MOST_AT_ONCE = 128
MOST_WAITING = 10_000
DEADLINE_SECONDS = 20
BRISK_MILLISECONDS, PATIENT_MILLISECONDS = 100, 2_000  # how long a lock is waited for
HELD_SECONDS = 1.0
BEHIND_A_KEY = "while inserting index tuple"  # so PostgreSQL says where it waits for who writes the same key
OPTIONS = f"{db.FIXED_PLANS} -c statement_timeout=10s"
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


# Errors after which the connection is as it was.
UNDONE = (LockNotAvailable, QueryCanceled, DeadlockDetected, psycopg2.IntegrityError, psycopg2.DataError)
Whose = tuple[str, str | None]
Posted = tuple[str, bool, str]  # the code of the refusal or "", whether it was posted before, and what is answered


class WalletHeldError(OutcomeUnknownError):
    """These credits are being changed by something that takes longer. Send it again with the same Idempotency-Key."""


@dataclass(frozen=True)
class _Waiting:
    order: Order
    answer: asyncio.Future[Posted]
    loop: asyncio.AbstractEventLoop

    @property
    def key(self) -> tuple[str, str | None]:
        return self.order["creator"], self.order["key"]


class GroupCommit:
    """The queue, and the thread that empties it, which begins with the first order.

    A wallet that something else holds (an import, a bulk change) must not keep all others waiting: its orders go on to
    a second queue of the same kind, `patient`, which waits longer for it.
    """

    def __init__(self, *, patient: bool = False) -> None:
        """Nothing is connected yet."""
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._connection: psycopg2.extensions.connection | None = None
        self._database = ""
        self._lock_milliseconds = PATIENT_MILLISECONDS if patient else BRISK_MILLISECONDS
        self._aside = None if patient else GroupCommit(patient=True)
        self._held: dict[Whose, float] = {}  # wallets that were held by something else, and until when that is believed

    async def post(self, order: Order) -> Posted:
        """Post an order with whatever else waits; it succeeds or fails alone.

        Raises OutcomeUnknownError where the database is busy, silent or lost: the same key again tells what happened.
        And IdempotencyKeyInUseError where its key is being used right now for something else.
        """
        if self._queue.qsize() >= MOST_WAITING:
            raise OutcomeUnknownError
        loop = asyncio.get_running_loop()
        waiting = _Waiting(order, loop.create_future(), loop)
        self._put(waiting)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await waiting.answer
        except TimeoutError:
            raise OutcomeUnknownError from None

    def _put(self, waiting: _Waiting) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._start()
        self._queue.put(waiting)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        later: list[_Waiting] = []
        while True:
            now, later = self._gathered(later)
            try:
                self._settle(now)
            except Exception as error:  # whatever it is, who waits must hear of it and the thread must go on
                log.exception("group_commit_failed")
                _tell([(waiting, error) for waiting in now])

    def _gathered(self, later: list[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
        """What is posted now, and what has a key that is among it and so must wait for its outcome."""
        fresh = [] if later else [self._queue.get()]
        with suppress(Empty):
            while len(fresh) < MOST_AT_ONCE:
                fresh.append(self._queue.get_nowait())
        first: dict[tuple[str, str | None], _Waiting] = {}
        left = []
        for waiting in [*later, *fresh]:
            if waiting.key in first:
                left.append(waiting)
            else:
                first[waiting.key] = waiting
        return list(first.values()), left

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        """Post them, and tell who waits; orders for wallets that something else holds go aside."""
        now = time.monotonic()
        self._held = {whose: until for whose, until in self._held.items() if until > now}
        held = [waiting for waiting in batch if _whose(waiting.order) in self._held]
        free = [waiting for waiting in batch if _whose(waiting.order) not in self._held]
        answers = self._posted([waiting.order for waiting in free]) if free else []
        told = [*zip(free, answers, strict=True), *((waiting, WalletHeldError()) for waiting in held)]
        if self._aside is not None:
            for waiting, answer in told:
                if isinstance(answer, WalletHeldError):
                    self._aside._put(waiting)  # noqa: SLF001 - one of our kind
            told = [pair for pair in told if not isinstance(pair[1], WalletHeldError)]
        _tell(told)

    def _posted(self, orders: Sequence[Order], *, again: bool = False) -> list[Posted | Exception]:
        try:
            return [*self._sent(orders)]
        except psycopg2.Error as error:
            if error.pgcode is None or not isinstance(error, UNDONE):
                self._disconnect()  # lost, or not as it was made
            if error.pgcode is None:
                log.warning("group_commit_lost", orders=len(orders), error=str(error))
                return [OutcomeUnknownError() for _ in orders]
            if len(orders) > 1:  # all of it was undone; whoever caused it shall be the only one
                return self._one_by_one(orders)
            if _worth_another_look(error) and not again:
                return self._posted(orders, again=True)
            return [self._meant(error, orders[0])]

    def _one_by_one(self, orders: Sequence[Order]) -> list[Posted | Exception]:
        answers: list[Posted | Exception] = []
        for order in orders:
            held = _whose(order) in self._held
            answers.append(WalletHeldError() if held else self._posted([order])[0])
        return answers

    def _meant(self, error: psycopg2.Error, order: Order) -> Exception:
        """What it means that an order by itself was undone."""
        if isinstance(error, LockNotAvailable):
            if BEHIND_A_KEY in str(error.diag.context):
                return IdempotencyKeyInUseError() if self._aside is None else WalletHeldError()
            self._held[_whose(order)] = time.monotonic() + HELD_SECONDS
            return WalletHeldError()
        if isinstance(error, UniqueViolation):
            return IdempotencyKeyInUseError()
        if isinstance(error, psycopg2.OperationalError):
            return OutcomeUnknownError()
        log.error("order_failed", order=order["id"], error=str(error))
        return error

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
            connection = db.dedicated(f"{OPTIONS} -c lock_timeout={self._lock_milliseconds}")
            with connection.cursor() as cursor:
                cursor.execute(PREPARE)
            self._connection, self._database = connection, url
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None


def _whose(order: Order) -> Whose:
    """Which wallet it wants, as far as the order says."""
    return order["creator"], order["customer"] or order["email"] or order["hold"]


def _worth_another_look(error: psycopg2.Error) -> bool:
    """Whether the same order may succeed at once: its key was just written, or two had waited for each other."""
    return isinstance(error, UniqueViolation | DeadlockDetected)


def _tell(told: Sequence[tuple[_Waiting, Posted | Exception]]) -> None:
    """Wake who waits, once for each event loop. Who has gone, or whose loop has ended, is not told."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Posted | Exception]]] = defaultdict(list)
    for waiting, answer in told:
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
