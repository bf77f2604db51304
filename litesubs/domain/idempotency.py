"""One intention, one effect: a caller's key is claimed in the transaction of what it causes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg2.errors import LockNotAvailable
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, delete

from litesubs.db import give_up_soon, transaction
from litesubs.domain import clock
from litesubs.domain.errors import IdempotencyKeyInUseError, IdempotencyKeyReusedError
from litesubs.models import IdempotencyKey

DONE = 200
KEPT_DAYS = 7  # callers are promised a day


@dataclass(frozen=True)
class Answer:
    """What a caller is told: the HTTP status and the body as JSON, and whether it was told before."""

    status: int
    body: str
    replayed: bool = False


def answered_once(creator_id: UUID, key: str, act: Callable[[Session], Answer], *request: object) -> Answer:
    """What `act` answers, or what it answered when this request first came with this key.

    The key, the effect and the answer are written together, so that an error in `act` leaves none of them. Raises
    IdempotencyKeyReusedError where the key came with another request, and IdempotencyKeyInUseError while the first
    one is still running after a short wait.
    """
    with transaction() as session:
        give_up_soon(session)
        try:
            first = claim(session, creator_id, key, *request)
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise IdempotencyKeyInUseError from None
            raise
        kept = session.get_one(IdempotencyKey, (creator_id, key))
        if not first:
            return Answer(kept.status, kept.body, replayed=True)
        answer = act(session)
        kept.status, kept.body = answer.status, answer.body
        return answer


def claim(session: Session, creator_id: UUID, key: str, *request: object) -> bool:
    """Whether this is the first time: True lets the caller act, False says it was done before.

    A second caller with the same key waits for the first to commit, and acts only if the first was undone. Raises
    IdempotencyKeyReusedError where the key came with another request.
    """
    row = {
        "creator_id": creator_id,
        "key": key,
        "request_hash": fingerprint(*request),
        "status": DONE,
        "body": "",
        "created_at": clock.now(),
    }
    claimed = session.execute(
        insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(col(IdempotencyKey.key))
    )
    if claimed.first() is not None:
        return True
    before = session.get(IdempotencyKey, (creator_id, key))
    if before is None or before.request_hash != fingerprint(*request):
        raise IdempotencyKeyReusedError
    return False


def forget_old() -> int:
    """Delete what has been kept for KEPT_DAYS. Returns how many answers that was."""
    old = delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < clock.now() - timedelta(days=KEPT_DAYS))
    with transaction() as session:
        return int(session.execute(old).rowcount)  # type: ignore[attr-defined]


def fingerprint(*request: object) -> bytes:
    """What must be the same for a key to mean the same request."""
    return hashlib.sha256(repr(request).encode()).digest()
