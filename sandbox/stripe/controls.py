"""What tests can make the sandbox do, under `/_test/`. The package's docstring lists all of it."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from sandbox.stripe import cards, checkout
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.sandbox import OWN_ACCOUNT, Sandbox, public
from sandbox.stripe.store import Json, new_id
from sandbox.stripe.webhooks import Courier

MOST_DELIVERIES_AT_ONCE = 50
MOST_SECONDS_UNTIL_IDLE = 10.0


class Control(BaseModel):
    """A body whose typing errors are refused."""

    model_config = ConfigDict(extra="forbid")


class Delivery(Control):
    """How an event is delivered again: `times` rounds of `parallel` at once."""

    times: int = Field(1, ge=1, le=100)
    parallel: int = Field(1, ge=1, le=MOST_DELIVERIES_AT_ONCE)
    timestamp_offset: int = 0
    secret: str | None = None
    url: str | None = None
    body: str | None = None


class NewEvent(Control):
    """An event that nothing in the sandbox caused."""

    type: str
    object: dict[str, Any]
    account: str = OWN_ACCOUNT


class Settlement(Control):
    """The bank's answer."""

    outcome: Literal["succeed", "fail"]


class Payment(Control):
    """A payment without the page: a test card, or a bank account's fate."""

    card: str = "4242424242424242"
    bank: cards.BankFate | None = None
    email: str = "buyer@example.com"
    name: str = "Test Buyer"


class Outage(Control):
    """How many API calls fail, and how."""

    calls: int = Field(1, ge=0)
    status: int = Field(503, ge=400, le=599)


class Settings(Control):
    """What `PATCH /_test/config` changes; what is left out stays."""

    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_events: list[str] | None = None
    bank_delay_seconds: float | None = Field(None, ge=0)
    redirect_wait_seconds: float | None = Field(None, ge=0)
    retry_base_seconds: float | None = Field(None, gt=0)
    retry_cap_seconds: float | None = Field(None, gt=0)
    max_attempts: int | None = Field(None, ge=1)


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


router = APIRouter(prefix="/_test")
Controlled = Annotated[Sandbox, Depends(_sandbox)]


@router.get("/health")
def health(sandbox: Controlled) -> Json:
    """Answers once the sandbox is up."""
    return {"ok": True, "pid": os.getpid(), "paused": sandbox.courier.paused, "webhook_url": sandbox.config.webhook_url}


@router.post("/reset")
def reset(sandbox: Controlled, request: Request) -> Json:
    """Forgets every object, key, delivery and changed setting, resumes webhooks and ends an outage."""
    sandbox.store.reset()
    sandbox.courier.wait_until_idle(MOST_SECONDS_UNTIL_IDLE)
    sandbox.courier.paused = False
    vars(sandbox.config).update(vars(request.app.state.config_at_start))
    request.app.state.outage["calls"] = 0
    return health(sandbox)


@router.patch("/config")
def configure(sandbox: Controlled, settings: Settings) -> Json:
    """Changes settings while running."""
    changes = settings.model_dump(exclude_none=True)
    if "webhook_events" in changes:
        changes["webhook_events"] = frozenset(changes["webhook_events"])
    for name, value in changes.items():
        setattr(sandbox.config, name, value)
    sandbox.courier.wake()
    return health(sandbox)


@router.post("/outage")
def outage(request: Request, wanted: Outage) -> Json:
    """Makes the next `calls` API calls fail."""
    request.app.state.outage.update(wanted.model_dump())
    return wanted.model_dump()


@router.post("/webhooks/pause")
def pause(sandbox: Controlled) -> Json:
    """Holds every delivery back; events are still recorded."""
    sandbox.courier.paused = True
    return health(sandbox)


@router.post("/webhooks/resume")
def resume(sandbox: Controlled) -> Json:
    """Delivers what was held back, and goes on."""
    sandbox.courier.paused = False
    sandbox.courier.wake()
    return health(sandbox)


@router.get("/deliveries")
def deliveries(sandbox: Controlled, event: str | None = None, status: str | None = None) -> Json:
    """Every delivery with its attempts, oldest first."""
    return {"data": sandbox.store.deliveries(event, status)}


@router.get("/events")
def events(sandbox: Controlled, type: str | None = None, object_id: str | None = None) -> Json:  # noqa: A002 - Stripe's word
    """Events of every account, newest first."""
    found = sandbox.store.newest_first("event")
    return {
        "data": [
            event
            for event in found
            if type in (None, event["type"]) and object_id in (None, event["data"]["object"].get("id"))
        ]
    }


@router.post("/events")
def add_event(sandbox: Controlled, wanted: NewEvent) -> Json:
    """Records an event of any type about any object, and delivers it if the endpoint is subscribed to that type."""
    return sandbox.emit(wanted.type, {"id": new_id("obj")} | wanted.object, wanted.account)


@router.post("/events/{identifier}/deliver")
def deliver(sandbox: Controlled, identifier: str, wanted: Annotated[Delivery, Body()]) -> Json:
    """Sends an event now, also while webhooks are paused, and answers with what came back from each try."""
    event = sandbox.store.find(identifier, "event")
    if event is None:
        raise missing("event", identifier)
    url = wanted.url or sandbox.config.webhook_url
    if not url:
        message = "There is no webhook endpoint: give a url."
        raise StripeError(message)
    payload = (wanted.body if wanted.body is not None else json.dumps(event | {"pending_webhooks": 1})).encode()
    secret = wanted.secret if wanted.secret is not None else sandbox.config.webhook_secret
    attempts = []
    for _ in range(wanted.times):
        attempts += _send_at_once(sandbox.courier, payload, url, secret, wanted)
    return {"data": attempts}


@router.get("/sessions")
def sessions(sandbox: Controlled) -> Json:
    """Checkout Sessions of every account, newest first."""
    return {"data": [public(session) for session in sandbox.store.newest_first("checkout.session")]}


@router.post("/sessions/{identifier}/expire")
def expire(sandbox: Controlled, identifier: str) -> Json:
    """Expires an open session now, as its time had come."""
    return public(checkout.expire(sandbox, identifier, None))


@router.post("/sessions/{identifier}/settle")
def settle(sandbox: Controlled, identifier: str, wanted: Settlement) -> Json:
    """Gives the bank's answer to a debit now."""
    return public(checkout.settle(sandbox, identifier, succeeded=wanted.outcome == "succeed"))


@router.post("/sessions/{identifier}/pay")
def pay(sandbox: Controlled, identifier: str, wanted: Payment) -> Json:
    """Pays without the page (a card that asks for 3-D Secure completes it), without waiting for webhooks."""
    who = {"email": wanted.email, "name": wanted.name}
    if wanted.bank:
        number = next(number for number, fate in cards.BANK_ACCOUNTS.items() if fate == wanted.bank)
        return public(checkout.pay_from_bank(sandbox, identifier, number, **who))
    card, errors = cards.read(wanted.card, "12 / 34", "1234" if wanted.card.startswith("3") else "123")
    if card is None:
        raise StripeError(next(iter(errors.values())), param="card")
    session = checkout.pay_with_card(sandbox, identifier, card, **who)
    return public(checkout.answer_challenge(sandbox, identifier, completed=True) if card.kind.challenge else session)


@router.patch("/sessions/{identifier}")
def change(sandbox: Controlled, identifier: str, changes: Annotated[dict[str, Any], Body()]) -> Json:
    """Overwrites fields of a session (`amount_subtotal`, `currency`, …) to act out a mismatch. Emits nothing."""
    with sandbox.store.transaction():
        session = checkout.find(sandbox, identifier, None)
        if unknown := changes.keys() - public(session).keys():
            message = f"A session has no {', '.join(sorted(unknown))}."
            raise StripeError(message)
        return public(sandbox.store.change(session | changes))


def _send_at_once(courier: Courier, payload: bytes, url: str, secret: str, wanted: Delivery) -> list[Json]:
    """`wanted.parallel` tries that leave together."""
    ready = threading.Barrier(wanted.parallel)

    def send(_number: int) -> Json:
        ready.wait()
        offset = wanted.timestamp_offset
        return courier.send(payload, url=url, secret=secret, timestamp_offset_seconds=offset)

    with ThreadPoolExecutor(wanted.parallel) as pool:
        return list(pool.map(send, range(wanted.parallel)))
