"""Where Stripe delivers events."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from litesubs.domain import stripe_events
from litesubs.domain.errors import InvalidEventError

router = APIRouter(include_in_schema=False)

LARGEST_BODY = 1_000_000


@router.post("/api/webhooks/stripe")
async def receive(request: Request) -> dict[str, bool]:
    """Store a signed event and answer at once; a job acts on it. 400 for what Stripe did not sign."""
    payload = b""
    async for chunk in request.stream():
        payload += chunk
        if len(payload) > LARGEST_BODY:
            raise InvalidEventError
    await run_in_threadpool(stripe_events.receive, payload, request.headers.get("stripe-signature", ""))
    return {"received": True}
