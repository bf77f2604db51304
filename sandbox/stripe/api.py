"""The part of Stripe's API that the product uses: https://docs.stripe.com/api."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from sandbox.stripe import checkout, params
from sandbox.stripe.config import API_VERSION
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.listing import PAGE, When, expanded, page, within
from sandbox.stripe.params import Choice, Flag, Group, Many, Text
from sandbox.stripe.sandbox import OWN_ACCOUNT, Sandbox
from sandbox.stripe.store import Json

LONGEST_IDEMPOTENCY_KEY = 255
MOST_EVENT_TYPES = 20
EXPAND = Group(fields={"expand": PAGE["expand"]})
SESSION_LIST = Group(
    fields=PAGE
    | {
        "created": When(),
        "status": Choice(options=("open", "complete", "expired")),
        "payment_intent": Text(),
    }
)
EVENT_LIST = Group(
    fields=PAGE
    | {
        "created": When(),
        "type": Text(),
        "types": Many(of=Text(), at_most=MOST_EVENT_TYPES),
        "delivery_success": Flag(),
    }
)


@dataclass(frozen=True)
class Call:
    """One authenticated request."""

    sandbox: Sandbox
    account: str
    given: Json
    path: str
    idempotency_key: str | None
    request_id: str

    def asked(self, allowed: Group = EXPAND) -> Json:
        """The parameters in their own types. Raises StripeError for others."""
        return allowed.parse(self.given)


async def receive(request: Request) -> Call:
    """Checks the key, account and version of a request, then decodes its parameters."""
    sandbox: Sandbox = request.app.state.sandbox
    _check_key(request.headers.get("authorization", ""))
    _outage(request)
    version = request.headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        message = f"Invalid Stripe API version: {version}. The sandbox speaks {API_VERSION}."
        raise StripeError(message)
    account = request.headers.get("stripe-account", OWN_ACCOUNT)
    if account and not re.fullmatch(r"acct_\w{1,60}", account):
        message = f"The provided key does not have access to account '{account}' (or that account does not exist)."
        raise StripeError(message, status=403, code="account_invalid")
    try:
        encoded = (await request.body()).decode() if request.method == "POST" else request.url.query
    except UnicodeDecodeError as error:
        message = "Invalid request: the body is not UTF-8."
        raise StripeError(message) from error
    key = request.headers.get("idempotency-key")
    if key and len(key) > LONGEST_IDEMPOTENCY_KEY:
        message = "Idempotency keys can be at most 255 characters."
        raise StripeError(message)
    return Call(sandbox, account, params.decode(encoded), request.url.path, key, request.state.request_id)


router = APIRouter(prefix="/v1")
Received = Annotated[Call, Depends(receive)]


@router.post("/checkout/sessions")
def create_session(call: Received) -> Response:
    """Creates a Checkout Session."""

    def create() -> Json:
        return expanded(call.sandbox, checkout.create(call.sandbox, call.account, call.given), _expand(call.given))

    return _once(call, create)


@router.post("/checkout/sessions/{identifier}/expire")
def expire_session(call: Received, identifier: str) -> Response:
    """Expires an open Checkout Session."""

    def expire() -> Json:
        wanted = call.asked()
        return expanded(call.sandbox, checkout.expire(call.sandbox, identifier, call.account), wanted.get("expand", []))

    return _once(call, expire)


@router.get("/checkout/sessions")
def list_sessions(call: Received) -> Json:
    """Lists Checkout Sessions, newest first."""
    wanted = call.asked(SESSION_LIST)
    items = [
        item
        for item in call.sandbox.store.newest_first("checkout.session", call.account)
        if within(wanted.get("created", {}), item["created"])
        and wanted.get("status") in (None, item["status"])
        and wanted.get("payment_intent") in (None, item["payment_intent"])
    ]
    answer = page(items, wanted, call.path)
    paths = [path.removeprefix("data.") for path in wanted.get("expand", [])]
    return answer | {"data": [expanded(call.sandbox, item, paths) for item in answer["data"]]}


@router.get("/checkout/sessions/{identifier}")
def retrieve_session(call: Received, identifier: str) -> Json:
    """One Checkout Session."""
    session = checkout.find(call.sandbox, identifier, call.account)
    return expanded(call.sandbox, session, call.asked().get("expand", []))


@router.get("/checkout/sessions/{identifier}/line_items")
def list_line_items(call: Received, identifier: str) -> Json:
    """What a Checkout Session sells."""
    session = checkout.find(call.sandbox, identifier, call.account)
    answer = page(session["_lines"], call.asked(Group(fields=PAGE)), call.path)
    return answer | {"data": [expanded(call.sandbox, line, []) for line in answer["data"]]}


@router.get("/payment_intents/{identifier}")
def retrieve_payment_intent(call: Received, identifier: str) -> Json:
    """One PaymentIntent."""
    return _retrieve(call, identifier, "payment_intent")


@router.get("/charges/{identifier}")
def retrieve_charge(call: Received, identifier: str) -> Json:
    """One Charge."""
    return _retrieve(call, identifier, "charge")


@router.get("/events")
def list_events(call: Received) -> Json:
    """Lists Events, newest first."""
    wanted = call.asked(EVENT_LIST)
    if "type" in wanted and "types" in wanted:
        message = "You may only specify one of these parameters: type, types."
        raise StripeError(message, param="type")
    waiting = {row["event"] for row in call.sandbox.store.deliveries() if row["status"] != "succeeded"}
    kinds = wanted.get("types") or ([wanted["type"]] if "type" in wanted else None)
    items = [
        event | {"pending_webhooks": int(event["id"] in waiting)}
        for event in call.sandbox.store.newest_first("event", call.account)
        if within(wanted.get("created", {}), event["created"])
        and (kinds is None or any(_matches(event["type"], kind) for kind in kinds))
        and wanted.get("delivery_success") in (None, event["id"] not in waiting)
    ]
    return page(items, wanted, call.path)


@router.get("/events/{identifier}")
def retrieve_event(call: Received, identifier: str) -> Json:
    """One Event."""
    event = _retrieve(call, identifier, "event")
    waiting = any(row["status"] != "succeeded" for row in call.sandbox.store.deliveries(identifier))
    return event | {"pending_webhooks": int(waiting)}


@router.api_route("/{path:path}", methods=["GET", "POST", "DELETE", "PUT", "PATCH"], include_in_schema=False)
def unknown(call: Received, request: Request) -> None:
    """Everything else of Stripe's API is not here."""
    message = f"Unrecognized request URL ({request.method}: {call.path}). The sandbox has only what Litesubs uses."
    raise StripeError(message, status=404)


def _retrieve(call: Call, identifier: str, kind: str) -> Json:
    item = call.sandbox.store.find(identifier, kind, call.account)
    if item is None:
        raise missing(kind, identifier, param="intent" if kind == "payment_intent" else "id")
    return expanded(call.sandbox, item, call.asked().get("expand", []))


def _once(call: Call, work: Callable[[], Json]) -> Response:
    """Runs `work`, or repeats the first answer that this idempotency key got."""
    key, store = call.idempotency_key, call.sandbox.store
    if key is None:
        with store.transaction():
            return JSONResponse(work())
    fingerprint = hashlib.sha256(json.dumps([call.path, call.given], sort_keys=True).encode()).hexdigest()
    headers = {"Idempotency-Key": key}
    with store.transaction():
        if earlier := store.remembered(call.account, key):
            if earlier["fingerprint"] != fingerprint:
                message = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
                message += f" Try using a key other than '{key}' if you meant to execute a different request."
                raise StripeError(message, kind="idempotency_error")
            headers |= {"Idempotent-Replayed": "true", "Original-Request": earlier["request_id"]}
            return Response(earlier["body"], earlier["status"], headers, "application/json")
        try:
            status, body = 200, json.dumps(work())
        except StripeError as error:
            if not error.keep:
                raise
            status, body = error.status, json.dumps(error.body(call.request_id))
        store.remember(call.account, key, (fingerprint, status, body, call.request_id))
    return Response(body, status, headers, "application/json")


def _expand(given: Json) -> list[str]:
    expand = given.get("expand", [])
    return [str(path) for path in expand] if isinstance(expand, list) else []


def _matches(event_type: str, wanted: str) -> bool:
    return event_type == wanted or (wanted.endswith(".*") and event_type.startswith(wanted[:-1]))


def _check_key(authorization: str) -> None:
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = "?"
    if not key:
        message = "You did not provide an API key. You need to provide your API key in the Authorization header, using"
        raise StripeError(f"{message} Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').", status=401)
    if not re.fullmatch(r"(sk|rk)_test_\w+", key):
        message = f"Invalid API Key provided: {key[:8]}{'*' * 8}. The sandbox takes any key that starts with sk_test_."
        raise StripeError(message, status=401)


def _outage(request: Request) -> None:
    """Fails as many calls as `POST /_test/outage` asked for."""
    outage = request.app.state.outage
    if outage["calls"] > 0:
        outage["calls"] -= 1
        status = outage["status"]
        code = "rate_limit" if status == 429 else None  # noqa: PLR2004
        message = "The sandbox was told to fail this call."
        raise StripeError(message, status=status, code=code, kind="api_error")
