"""What a creator's software spends: debits, holds, captures and batches of debits, each once for its key.

The key, the effect and the stored answer are one transaction. Only what had an effect is kept: a refusal wrote nothing,
and the same key may succeed later.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from sqlalchemy import text
from sqlmodel import Session

from litesubs.db import transaction
from litesubs.domain import chain, clock, idempotency, ids, ledger, prose, records, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.errors import DomainError, ValidationFailedError
from litesubs.domain.group_commit import GroupCommit, Order, Posted
from litesubs.domain.idempotency import Answer
from litesubs.domain.posting import sealed

DEFAULT_HOLD_SECONDS = 900
LONGEST_HOLD_SECONDS = 30 * 86_400
MOST_IN_BATCH = 100
ORDERS = text("SELECT code, replayed, body FROM post_orders(CAST(:orders AS json))")
PREVIEW = text("""
    SELECT code, replayed, body FROM post_spend('preview', NULL, CAST(:creator AS uuid), CAST(:customer AS uuid),
        :email, NULL, NULL, CAST(:api_key AS uuid), :amount, CAST(:pack AS uuid), NULL, NULL, NULL, NULL, NULL, NULL,
        CAST(:at AS timestamptz))""")

group_commit = GroupCommit()


class _NothingDoneError(Exception):
    """No debit of a batch succeeded, so that its transaction is undone; the text is the answer."""


@dataclass(frozen=True)
class DebitOrder:
    """Spend `amount` ≥ 1 credits of a customer (`cus_…` or an e-mail address), of one pack or ("") of any.

    `key` is the caller's idempotency key. `reason` is what the buyer reads; `metadata` is the caller's own.
    """

    actor: Actor
    key: str
    customer: str
    amount: int
    pack: str = ""
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HoldOrder(DebitOrder):
    """Reserve instead, for `expires_in` seconds from 1 to LONGEST_HOLD_SECONDS."""

    expires_in: int = DEFAULT_HOLD_SECONDS


@dataclass(frozen=True)
class CaptureOrder:
    """Spend what a hold (`hold_…`) has reserved, or `amount` of it, and give the rest back."""

    actor: Actor
    key: str
    hold: str
    amount: int | None = None


async def post(order: DebitOrder | HoldOrder | CaptureOrder) -> Answer:
    """Post an order together with others that run now. The same key again answers the same, byte for byte.

    Raises InvalidApiKeyError (revoked or expired meanwhile), InsufficientScopeError, NotFoundError (customer, pack,
    hold), InsufficientCreditsError, SubscriptionInactiveError, SpendCapReachedError, HoldNotOpenError,
    IdempotencyKeyReusedError, ValidationFailedError, and OutcomeUnknownError where the database was lost or busy.
    """
    posted = await group_commit.post(_capture(order) if isinstance(order, CaptureOrder) else _spend(order))
    return _answer(posted, HTTPStatus.OK if isinstance(order, CaptureOrder) else HTTPStatus.CREATED)


def batch(actor: Actor, key: str, orders: Sequence[DebitOrder]) -> Answer:
    """Up to MOST_IN_BATCH debits in one transaction, each of which succeeds or fails alone; answers in order.

    `key` is that of the batch, the orders' own are not looked at. The answer is `{"data": [...]}` with `{"status": 201,
    "debit": {...}}` or `{"status": 402, "error": {"code", "title", ...}}` for each. Where none succeeded, nothing was
    written and nothing is kept. Raises as `post`, of the batch as a whole: IdempotencyKeyReusedError.
    """
    actor.require_scope("debits:write")
    if not 1 <= len(orders) <= MOST_IN_BATCH:
        raise ValidationFailedError({"debits": f"Send 1 to {MOST_IN_BATCH} debits."})
    read = [_or_refusal(order) for order in orders]

    def act(session: Session) -> Answer:
        sent = [order for order in read if not isinstance(order, DomainError)]
        posted = iter(session.execute(ORDERS, {"orders": json.dumps(sent)}).all() if sent else [])
        outcomes = [order if isinstance(order, DomainError) else _meant(*next(posted)) for order in read]
        body = f'{{"data":[{",".join(map(_element, outcomes))}]}}'
        if all(isinstance(outcome, DomainError) for outcome in outcomes):
            raise _NothingDoneError(body)
        return Answer(HTTPStatus.OK, body)

    try:
        request = [_request(order) for order in orders]
        return idempotency.answered_once(actor.require_creator(), key, act, "batch", request)
    except _NothingDoneError as nothing:
        return Answer(HTTPStatus.OK, str(nothing))


def preview(order: DebitOrder) -> str:
    """What a debit would do, as JSON, with the lots that would pay. Nothing is written. Raises as `post`."""
    with transaction() as session:
        [posted] = session.execute(PREVIEW, dict(_spend(order))).all()
    return _answer((posted.code, posted.replayed, posted.body), HTTPStatus.OK).body


def _spend(order: DebitOrder) -> Order:
    by_email = "@" in order.customer
    if isinstance(order, HoldOrder) and not 1 <= order.expires_in <= LONGEST_HOLD_SECONDS:
        raise ValidationFailedError({"expires_in": f"Hold for 1 to {LONGEST_HOLD_SECONDS:,} seconds."})
    note = chain.Note(wallets.read_reason(order.reason, required=False), dict(order.metadata))
    if not all(prose.storable(part) for pair in order.metadata.items() for part in pair):
        raise ValidationFailedError({"metadata": "Leave out characters that are none, such as NUL."})
    salt, commitment = (None, None) if note == chain.NO_NOTE else (part.hex() for part in sealed(note))
    return _order(
        order,
        kind="hold" if isinstance(order, HoldOrder) else "debit",
        customer=None if by_email else str(ids.read("cus", order.customer)),
        email=records.compared(order.customer) if by_email else None,
        amount=order.amount,
        pack=str(ids.read("pack", order.pack)) if order.pack else None,
        reason=note.reason,
        details=note.details,
        salt=salt,
        commitment=commitment,
        hold_seconds=order.expires_in if isinstance(order, HoldOrder) else None,
    )


def _capture(order: CaptureOrder) -> Order:
    return _order(order, kind="capture", hold=str(ids.read("hold", order.hold)), amount=order.amount)


def _order(order: DebitOrder | CaptureOrder, **wanted: object) -> Order:
    actor = order.actor
    actor.require_scope("debits:write")
    at = clock.fixed()
    told: dict[str, object] = {
        "id": str(ids.new()),
        "creator": str(actor.require_creator()),
        "key": order.key,
        "request": idempotency.fingerprint(*_request(order)).hex(),
        "api_key": str(actor.key_id) if actor.key_id else None,
        "actor": actor.ledger_id,
        "at": at.isoformat() if at else None,
        "reason": "",
        "details": {},
    }
    return dict.fromkeys(Order.__annotations__) | told | wanted  # type: ignore[return-value]


def _request(order: DebitOrder | CaptureOrder) -> list[object]:
    """What must be the same for a key to mean the same request."""
    if isinstance(order, CaptureOrder):
        return ["capture", order.hold, order.amount]
    wanted = [order.customer, order.amount, order.pack, order.reason, sorted(order.metadata.items())]
    return ["hold", *wanted, order.expires_in] if isinstance(order, HoldOrder) else ["debit", *wanted]


def _or_refusal(order: DebitOrder) -> Order | DomainError:
    try:
        return {**_spend(order), "key": None, "request": None}
    except DomainError as error:
        return error


def _meant(code: str, _replayed: bool, body: str) -> str | DomainError:  # noqa: FBT001 - a row of the database
    return ledger.refusal(code, json.loads(body)) if code else ids.spelled(body)


def _answer(posted: Posted, status: HTTPStatus) -> Answer:
    meant = _meant(*posted)
    if isinstance(meant, DomainError):
        raise meant
    return Answer(status, meant, replayed=posted[1])


def _element(outcome: str | DomainError) -> str:
    if isinstance(outcome, str):
        return f'{{"status":201,"debit":{outcome}}}'
    error = {"code": outcome.code, "title": outcome.message} | outcome.data
    return json.dumps({"status": outcome.status, "error": error}, separators=(",", ":"), ensure_ascii=False)
