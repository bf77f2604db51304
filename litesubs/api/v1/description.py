"""The API described: OpenAPI 3.1 with an example for every call and every error."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Literal

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter

from litesubs.api.v1 import bodies, samples
from litesubs.api.v1.app import rest
from litesubs.api.v1.problems import PROBLEM_JSON, PROBLEMS, Problem
from litesubs.domain.views import records as views
from litesubs.settings import settings

VERSION = "1.0.0"
REFERENCE = "#/components/schemas/{model}"
SAMPLE_REQUEST = "req_01a21bd3e1ab7318b2b80d19d2b8a9a4"
ABOUT = """Spend, hold and give back your customers' credits, exactly and at once.

Send your key as `Authorization: Bearer ls_…`. Bodies and answers are JSON. Every write takes an `Idempotency-Key`: with
the same key a request can be sent again blindly, and has its effect once."""
TAGS = {
    "Packs": "What you sell.",
    "Customers": "Who holds your credits, how many, and every movement of them.",
    "Debits": "Spending credits, and giving them back.",
    "Holds": "Credits reserved for work that takes a while.",
    "Adjustments": "Corrections, with a reason that the customer reads.",
}
WORDS = {  # a word means the same wherever it stands
    "actor": "Who did it: a key, a person, or `system`.",
    "allocations": "Which lots gave or got the credits, in order.",
    "amount": "Credits, whole ones.",
    "at": "When it happened.",
    "available": "What a debit could take now: not held, not expired, of a pack that is active for the customer.",
    "balance": "What the customer has now, over all packs (of a subscription: of its pack).",
    "captured": "How many of the held credits were spent.",
    "code": "The error's name, which never changes. Decide by it.",
    "created_at": "When it came to be.",
    "credits": "How many credits one purchase brings.",
    "currency": "ISO 4217.",
    "customer": "The customer's id, or their e-mail address.",
    "date": "The last day of the credits, where the rule names a day.",
    "days": "How many days the credits are good for, counted from the purchase.",
    "debit": "The debit's id. Of a captured hold: what it spent, which can be reversed.",
    "debits": "1 to 100 debits.",
    "detail": "What is wrong in this very case, and what to do.",
    "dry_run": "Write nothing, and say which lots would pay.",
    "email": "As the customer wrote it.",
    "errors": "Which values are wrong, and why.",
    "expires_at": "When it ends: the lot's credits, or the hold. Null: never.",
    "expires_in": "Seconds until the hold lets go by itself, up to 30 days.",
    "expiry": "When the credits of a purchase expire.",
    "grant": "The lot of credits.",
    "has_more": "Whether the list goes on after these.",
    "held": "What of it is reserved by holds. In an entry: by how much that changed.",
    "held_after": "What was held in the wallet after this entry.",
    "id": "A public id. It sorts by time and reveals no count.",
    "metadata": "Your own: up to 20 keys of 40 characters, each with up to 500.",
    "pack": "The pack. Of a debit or hold: spend from this one alone; left out, from any, soonest to expire first.",
    "pointer": "Where (RFC 6901). /query/… and /header/… mean a parameter or header.",
    "posted": "All credits that are recorded. In an entry: by how much that changed.",
    "posted_after": "What the wallet had after this entry.",
    "posting": "What wrote the entry. A debit over two lots is one posting of two entries.",
    "price_minor": "The price in the currency's smallest unit.",
    "reason": "One line that the customer reads in the ledger.",
    "request_id": "The request's id, also in the header X-Request-Id. Name it when you ask for help.",
    "reverses": "What this entry undoes or settles.",
    "slug": "The pack's name in addresses.",
    "status": "How it stands.",
    "test": "Whether this customer is for trying things out, and left out of every figure.",
    "title": "The error in a few words.",
    "type": "What kind it is.",
    "url": "The share link, where anybody can buy the pack.",
}


class Wrong(BaseModel):
    """A value that is not right."""

    pointer: str
    detail: str


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457). Some codes come with more fields, as their examples show."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[Wrong] = []


class BatchError(BaseModel):
    """Why one debit of a batch was refused. It has the fields that the code comes with elsewhere."""

    code: str
    title: str


class BatchOutcome(BaseModel):
    """What became of one debit of a batch: `debit` with status 201, else `error`."""

    status: int
    debit: views.Debit | None = None
    error: BatchError | None = None


class BatchOutcomes(BaseModel):
    """What became of each debit, in the order they were sent."""

    data: list[BatchOutcome]


ANSWERS: dict[str, Any] = {
    "Debit": views.Debit,
    "DryRun": views.DryRun,
    "Hold": views.Hold,
    "Reversal": views.Reversal,
    "Adjustment": views.Adjustment,
    "BatchOutcomes": BatchOutcomes,
    "ProblemDetails": ProblemDetails,
}
LEFT_OUT = {"Hold": ["debit"], "ProblemDetails": ["errors"], "BatchOutcome": ["debit", "error"]}
BODIES: Sequence[type[BaseModel]] = (
    bodies.NewDebit,
    bodies.NewBatch,
    bodies.NewHold,
    bodies.Part,
    bodies.Nothing,
    bodies.NewAdjustment,
)
EVERYWHERE = ("invalid_api_key", "address_not_allowed", "rate_limited", "internal_error", "unavailable")
WRITES = (
    "idempotency_key_missing",
    "invalid_json",
    "request_timeout",
    "idempotency_key_in_use",
    "payload_too_large",
    "unsupported_media_type",
    "validation_failed",
    "idempotency_key_reused",
)
SPENDS = ("insufficient_credits", "spend_cap_reached", "subscription_inactive", "not_found")


@dataclass(frozen=True)
class Call:
    """What a call takes and answers beyond what its route says: scope, answers by status, errors, and samples."""

    scope: Literal["read", "debits:write", "credits:write"]
    answers: dict[int, tuple[str, Any]]
    errors: tuple[str, ...] = ()
    body: str = ""
    sent: Any = None
    body_required: bool = True


def _listed(row: Any) -> dict[str, Any]:
    return {"data": [row], "has_more": False}


CALLS = {
    "list_packs": Call("read", {200: ("", _listed(samples.PACK_SHOWN))}, ("validation_failed",)),
    "get_pack": Call("read", {200: ("", samples.PACK_SHOWN)}, ("not_found",)),
    "list_customers": Call("read", {200: ("", _listed(samples.CUSTOMER_SHOWN))}, ("validation_failed",)),
    "get_customer": Call("read", {200: ("", samples.CUSTOMER_SHOWN)}, ("not_found",)),
    "list_entries": Call("read", {200: ("", _listed(samples.ENTRY_SHOWN))}, ("not_found", "validation_failed")),
    "get_hold": Call("read", {200: ("", samples.RELEASED_SHOWN)}, ("not_found",)),
    "create_debit": Call(
        "debits:write",
        {201: ("Debit", samples.DEBIT_SHOWN), 200: ("DryRun", samples.DRY_RUN_SHOWN)},
        (*WRITES, *SPENDS),
        "NewDebit",
        samples.DEBIT_SENT,
    ),
    "create_debits": Call(
        "debits:write", {200: ("BatchOutcomes", samples.BATCH_SHOWN)}, WRITES, "NewBatch", samples.BATCH_SENT
    ),
    "create_reversal": Call(
        "debits:write",
        {201: ("Reversal", samples.REVERSAL_SHOWN)},
        (*WRITES, "not_found", "nothing_to_reverse", "subscription_disabled"),
        "Part",
        {"amount": 2},
        body_required=False,
    ),
    "create_hold": Call(
        "debits:write", {201: ("Hold", samples.HOLD_SHOWN)}, (*WRITES, *SPENDS), "NewHold", samples.HOLD_SENT
    ),
    "capture_hold": Call(
        "debits:write",
        {200: ("Hold", samples.CAPTURED_SHOWN)},
        (*WRITES, "not_found", "hold_not_open"),
        "Part",
        {"amount": 2},
        body_required=False,
    ),
    "release_hold": Call(
        "debits:write",
        {200: ("Hold", samples.RELEASED_SHOWN)},
        (*WRITES, "not_found", "hold_not_open"),
        "Nothing",
        {},
        body_required=False,
    ),
    "create_adjustment": Call(
        "credits:write",
        {201: ("Adjustment", samples.ADJUSTMENT_SHOWN)},
        (*WRITES, "insufficient_credits", "not_found", "subscription_disabled"),
        "NewAdjustment",
        samples.ADJUSTMENT_SENT,
    ),
}
IDS = {
    "get_pack": samples.PACK,
    "get_customer": samples.CUSTOMER,
    "list_entries": samples.CUSTOMER,
    "get_hold": samples.HOLD,
    "create_reversal": samples.DEBIT,
    "capture_hold": samples.HOLD,
    "release_hold": samples.HOLD,
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "1 to 255 printable characters, fresh for each intention and the same for each retry of it. The "
    "same key with the same request is answered as the first time, byte for byte, with `Idempotent-Replayed: true`. "
    "Kept for at least 24 hours; a refusal wrote nothing and leaves the key free.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "example": "report-1042",
}
HEADERS = {
    "X-Request-Id": ("The request's id.", "string"),
    "RateLimit-Policy": ("The limits that this request counted towards: `q` requests in `w` seconds.", "string"),
    "RateLimit": ("What is left of each: `r` requests for `t` seconds.", "string"),
}


@lru_cache
def document() -> dict[str, Any]:
    """The whole description. It is the same for the life of the process."""
    base = settings().base_url
    described: dict[str, Any] = get_openapi(
        title="Litesubs API",
        version=VERSION,
        openapi_version="3.1.0",
        description=ABOUT,
        routes=rest.routes,
        servers=[{"url": f"{base}/api/v1"}],
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    described = json.loads(_renamed(json.dumps(described)))
    schemas = described["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(_schemas())
    for name, schema in schemas.items():
        _explain(name, schema)
    described["components"] |= {
        "headers": {name: {"description": text, "schema": {"type": kind}} for name, (text, kind) in HEADERS.items()},
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "An API key, made under Developers."}
        },
    }
    described["security"] = [{"key": []}]
    described["externalDocs"] = {"url": f"{base}/api/docs", "description": "The same to read"}
    for path, methods in described["paths"].items():
        for operation in methods.values():
            _describe(operation, CALLS[operation["operationId"]], path)
    return described


def problem_sample(problem: Problem) -> dict[str, Any]:
    """How the error looks."""
    return {
        "type": f"https://credits.example/api/docs#{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.remedy,
        "code": problem.code,
        "request_id": SAMPLE_REQUEST,
        **problem.more,
    }


def _renamed(text: str) -> str:
    """`Rows[Pack]` is called PackList."""
    for row in ("Pack", "Customer", "Entry"):
        text = text.replace(f"Rows_{row}_", f"{row}List")
    return text


def _schemas() -> dict[str, Any]:
    """The bodies and answers that routes read and write by hand."""
    sent = [(body.__name__, "validation", TypeAdapter(body)) for body in BODIES]
    told = [(name, "serialization", TypeAdapter(kind)) for name, kind in ANSWERS.items()]
    _, found = TypeAdapter.json_schemas([*sent, *told], ref_template=REFERENCE)  # type: ignore[list-item]
    schemas: dict[str, Any] = found["$defs"]
    for name, fields in LEFT_OUT.items():
        schemas[name]["required"] = [field for field in schemas[name]["required"] if field not in fields]
    return schemas


def _explain(name: str, schema: dict[str, Any]) -> None:
    """Say what each field means, and leave out titles that repeat its name."""
    schema["title"] = name
    for field, shape in schema.get("properties", {}).items():
        shape.pop("title", None)
        if field in WORDS:
            shape.setdefault("description", WORDS[field])
        for inner in [shape, *shape.get("anyOf", [])]:
            if field.endswith("_at") and inner.get("type") == "string":
                inner["format"] = "date-time"


def _describe(operation: dict[str, Any], call: Call, path: str) -> None:
    known = operation["responses"]
    writes = bool(call.body)
    operation["responses"] = {
        str(status): _answer(status, known.get(str(status)), name, sample, replays=writes and status != HTTPStatus.OK)
        for status, (name, sample) in call.answers.items()
    }
    codes = dict.fromkeys([*call.errors, "insufficient_scope", *EVERYWHERE])
    for problem in sorted((PROBLEMS[code] for code in codes), key=lambda problem: problem.status):
        answer = operation["responses"].setdefault(str(problem.status), _refusal(problem.status))
        answer["content"][PROBLEM_JSON]["examples"][problem.code] = {
            "summary": problem.title,
            "value": problem_sample(problem),
        }
    for parameter in operation.get("parameters", []):
        parameter["schema"].pop("title", None)
        if parameter["in"] == "path":
            parameter["example"] = IDS[operation["operationId"]]
        parameter.setdefault("description", _meaning(parameter["name"]))
    if writes:
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        operation["requestBody"] = {
            "required": call.body_required,
            "content": {
                bodies.JSON: {
                    "schema": {"$ref": REFERENCE.format(model=call.body)},
                    "examples": {"usual": {"value": call.sent}},
                }
            },
        }
    operation["x-scope"] = call.scope
    operation["description"] += f"\n\nNeeds the scope `{call.scope}`."
    operation["x-codeSamples"] = [{"lang": "cURL", "source": curl(operation, call, path)}]


def curl(operation: dict[str, Any], call: Call, path: str) -> str:
    """The call as a command for a shell, where `LITESUBS_API_KEY` is set."""
    address = f"{settings().base_url}/api/v1{path.replace('{id}', IDS.get(operation['operationId'], ''))}"
    lines = [f"curl {address}", '-H "Authorization: Bearer $LITESUBS_API_KEY"']
    if call.body:
        lines += ['-H "Idempotency-Key: $(uuidgen)"', '-H "Content-Type: application/json"']
        lines.append(f"-d '{json.dumps(call.sent, ensure_ascii=False, indent=2)}'")
    return " \\\n  ".join(lines)


def _answer(status: int, known: dict[str, Any] | None, name: str, sample: Any, *, replays: bool) -> dict[str, Any]:
    schema = (
        {"$ref": REFERENCE.format(model=name)} if name or known is None else known["content"][bodies.JSON]["schema"]
    )
    headers = _headers()
    if replays:
        headers["Idempotent-Replayed"] = {
            "description": "`true` where this is the answer to an earlier request with the same key.",
            "schema": {"type": "string"},
        }
    return {
        "description": HTTPStatus(status).phrase,
        "headers": headers,
        "content": {bodies.JSON: {"schema": schema, "examples": {"usual": {"value": sample}}}},
    }


def _refusal(status: int) -> dict[str, Any]:
    headers = _headers()
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = {"description": "Seconds to wait.", "schema": {"type": "string"}}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = {"description": "`Bearer`.", "schema": {"type": "string"}}
    schema = {"$ref": REFERENCE.format(model="ProblemDetails")}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": headers,
        "content": {PROBLEM_JSON: {"schema": schema, "examples": {}}},
    }


def _headers() -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}


def _meaning(name: str) -> str:
    """What a parameter means."""
    return {
        "limit": "How many at most, up to 100.",
        "starting_after": "The id of the last row of the page before.",
        "email": "Only the customer who has this address.",
        "pack": "Only movements of this pack's credits.",
        "type": "Only entries of this type; may be given several times.",
        "since": "Only from this moment on (RFC 3339, with its offset).",
        "until": "Only before this moment (RFC 3339, with its offset).",
        "id": "The id in the address.",
    }[name]
