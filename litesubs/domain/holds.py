"""Credits that are reserved: releasing them, and letting go of those whose time is over."""

import json
from dataclasses import asdict
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import clock, idempotency, ids, ledger, records
from litesubs.domain.actors import Actor
from litesubs.domain.errors import NotFoundError
from litesubs.domain.idempotency import Answer
from litesubs.models import Hold, HoldStatus

EXPIRED_AT_ONCE = 500
OK = 200

log = structlog.get_logger()


def release(actor: Actor, hold_id: str, key: str) -> Answer:
    """Free what an open hold reserves, once for each `key`. Raises NotFoundError, HoldNotOpenError."""
    actor.require_scope("debits:write")
    creator_id, wanted = actor.require_creator(), ids.read("hold", hold_id)

    def free(session: Session) -> Answer:
        if session.exec(select(Hold.id).where(Hold.id == wanted, Hold.creator_id == creator_id)).first() is None:
            raise NotFoundError
        ledger.release(session, wanted, actor)
        return Answer(OK, json.dumps(asdict(records.hold(session, creator_id, wanted)), separators=(",", ":")))

    return idempotency.answered_once(creator_id, key, free, "release", str(wanted))


def expire_due() -> int:
    """Free the holds whose time has come, each in its own transaction. Returns how many.

    One that cannot be freed is logged and left for the next time; the others go on.
    """
    due = select(Hold.id).where(Hold.status == HoldStatus.open, col(Hold.expires_at) <= clock.now())
    with transaction() as session:
        hold_ids = session.exec(due.order_by(col(Hold.expires_at)).limit(EXPIRED_AT_ONCE)).all()
    done = sum(_expired(hold_id) for hold_id in hold_ids)
    if done:
        log.info("holds_expired", holds=done)
    return done


def _expired(hold_id: UUID) -> bool:
    try:
        with transaction() as session:
            return ledger.expire_hold(session, hold_id, Actor.system("expiry")) is not None
    except Exception:
        log.exception("hold_expiry_failed", hold=str(hold_id))
        return False
