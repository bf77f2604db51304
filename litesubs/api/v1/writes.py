"""What can be written: debits, reversals, holds and adjustments, each once for its Idempotency-Key."""

from typing import Annotated, NoReturn

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from litesubs.api.v1 import bodies
from litesubs.api.v1.bodies import NewAdjustment, NewBatch, NewDebit, NewHold, Nothing, Part
from litesubs.api.v1.reads import actor_of
from litesubs.domain import corrections, holds, records, spends
from litesubs.domain.corrections import Adjustment
from litesubs.domain.errors import InsufficientCreditsError, NotFoundError
from litesubs.domain.idempotency import Answer
from litesubs.domain.spends import CaptureOrder, DebitOrder, HoldOrder

router = APIRouter(default_response_class=Response)
Key = Annotated[str, Depends(bodies.idempotency_key)]
read_debit = bodies.body_of(NewDebit)
read_hold = bodies.body_of(NewHold)
read_part = bodies.body_of(Part, optional=True)


@router.post("/debits", operation_id="create_debit", tags=["Debits"], summary="Spend credits", status_code=201)
async def create_debit(request: Request) -> Response:
    """Spend credits of a customer: of one pack, or of any in burn order. It succeeds in full or not at all.

    Soonest to expire goes first. With `dry_run` nothing is written, no Idempotency-Key is needed, and the answer says
    which lots would pay.
    """
    body = await read_debit(request)
    actor = actor_of(request)
    actor.require_scope("debits:write")
    key = "" if body.dry_run else bodies.idempotency_key(request)
    order = DebitOrder(actor, key, body.customer, body.amount, body.pack or "", body.reason, body.metadata)
    try:
        if body.dry_run:
            told = await to_thread.run_sync(spends.preview, order)
            return _answered(Answer(200, told))
        return _answered(await spends.post(order))
    except InsufficientCreditsError as error:
        await _refuse_with_top_up(error, order)


@router.post("/debits/batch", operation_id="create_debits", tags=["Debits"], summary="Spend many times")
def create_debits(request: Request, key: Key, body: Annotated[NewBatch, Depends(bodies.body_of(NewBatch))]) -> Response:
    """Up to 100 debits, each of which succeeds or fails on its own, in the order given. The answers are in that order.

    Where none succeeds nothing is written, and the same key can be used again.
    """
    actor = actor_of(request)
    orders = [
        DebitOrder(actor, "", debit.customer, debit.amount, debit.pack or "", debit.reason, debit.metadata)
        for debit in body.debits
    ]
    return _answered(spends.batch(actor, key, orders))


@router.post(
    "/debits/{id}/reversals",
    operation_id="create_reversal",
    tags=["Debits"],
    summary="Give a debit back",
    status_code=201,
)
def create_reversal(
    request: Request,
    id: str,  # noqa: A002 - the name in the path
    key: Key,
    body: Annotated[Part, Depends(read_part)],
) -> Response:
    """Give back a debit, or `amount` credits of it, to the very lots that paid, the last that paid first.

    What came from lots that have expired since stays spent. Also for the `debit` of a captured hold.
    """
    return _answered(corrections.reverse(actor_of(request), id, body.amount, key))


@router.post("/holds", operation_id="create_hold", tags=["Holds"], summary="Reserve credits", status_code=201)
async def create_hold(request: Request) -> Response:
    """Reserve credits for work that takes a while. Nobody else can spend them until it is captured, released or over.

    They do not expire while they are held.
    """
    body = await read_hold(request)
    actor = actor_of(request)
    actor.require_scope("debits:write")
    order = HoldOrder(
        actor,
        bodies.idempotency_key(request),
        body.customer,
        body.amount,
        body.pack or "",
        body.reason,
        body.metadata,
        body.expires_in,
    )
    try:
        return _answered(await spends.post(order))
    except InsufficientCreditsError as error:
        await _refuse_with_top_up(error, order)


@router.post("/holds/{id}/capture", operation_id="capture_hold", tags=["Holds"], summary="Spend what is held")
async def capture_hold(request: Request, id: str) -> Response:  # noqa: A002
    """Spend what is held, or `amount` credits of it, and give the rest back. A hold is captured once."""
    body = await read_part(request)
    actor = actor_of(request)
    actor.require_scope("debits:write")
    return _answered(await spends.post(CaptureOrder(actor, bodies.idempotency_key(request), id, body.amount)))


@router.post("/holds/{id}/release", operation_id="release_hold", tags=["Holds"], summary="Release a hold")
def release_hold(
    request: Request,
    id: str,  # noqa: A002
    key: Key,
    _: Annotated[Nothing, Depends(bodies.body_of(Nothing, optional=True))],
) -> Response:
    """Give back all that is held."""
    return _answered(holds.release(actor_of(request), id, key))


@router.post(
    "/adjustments", operation_id="create_adjustment", tags=["Adjustments"], summary="Adjust credits", status_code=201
)
def create_adjustment(
    request: Request, key: Key, body: Annotated[NewAdjustment, Depends(bodies.body_of(NewAdjustment))]
) -> Response:
    """Add credits as a new lot, or with a negative `amount` take some away, for a reason that the customer reads.

    What is held cannot be taken.
    """
    order = Adjustment(
        customer=body.customer,
        pack=body.pack,
        amount=body.amount,
        reason=body.reason,
        by_rule="expires_at" not in body.model_fields_set,
        expires_at=body.expires_at,
    )
    return _answered(corrections.adjust(actor_of(request), order, key))


def _answered(answer: Answer) -> Response:
    headers = {"idempotent-replayed": "true"} if answer.replayed else None
    return Response(answer.body, answer.status, headers, media_type=bodies.JSON)


async def _refuse_with_top_up(error: InsufficientCreditsError, order: DebitOrder) -> NoReturn:
    """The refusal, with where the customer can buy more."""
    try:
        url = await to_thread.run_sync(records.top_up_url, order.actor, order.customer, order.pack)
    except NotFoundError:
        url = None
    raise InsufficientCreditsError(error.message, **error.data, top_up_url=url) from None
