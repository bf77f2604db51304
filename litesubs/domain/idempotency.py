"""One intention, one effect: a caller's key is claimed in the transaction of what it causes."""

import hashlib
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from litesubs.domain import clock
from litesubs.domain.errors import IdempotencyKeyReusedError
from litesubs.models import IdempotencyKey

DONE = 200


def claim(session: Session, creator_id: UUID, key: str, *request: object) -> bool:
    """Whether this is the first time: True lets the caller act, False says it was done before.

    A second caller with the same key waits for the first to commit, and acts only if the first was undone. Raises
    IdempotencyKeyReusedError where the key came with another request.
    """
    fingerprint = hashlib.sha256(repr(request).encode()).digest()
    row = {
        "creator_id": creator_id,
        "key": key,
        "request_hash": fingerprint,
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
    if before is None or before.request_hash != fingerprint:
        raise IdempotencyKeyReusedError
    return False
