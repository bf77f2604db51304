"""Every error of the API: its code, its status, what it means and what to do (RFC 9457 problem details)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi.responses import JSONResponse, Response

from litesubs.domain.errors import DomainError
from litesubs.settings import settings

PROBLEM_JSON = "application/problem+json"
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Problem:
    """What can go wrong: a short title, what to do about it, and the fields that come with it, with sample values."""

    code: str
    status: int
    title: str
    remedy: str
    more: Mapping[str, Any] = field(default_factory=dict)


PROBLEMS = {
    problem.code: problem
    for problem in (
        Problem(
            "idempotency_key_missing",
            400,
            "No Idempotency-Key",
            "Send an Idempotency-Key header: a fresh value for each intention, the same again for each retry of it.",
        ),
        Problem("invalid_json", 400, "The body is not JSON", "Send one JSON object in UTF-8."),
        Problem(
            "invalid_api_key",
            401,
            "No valid API key",
            "Send Authorization: Bearer and a key of this instance that has neither expired nor been revoked.",
        ),
        Problem(
            "insufficient_credits",
            402,
            "Not enough credits",
            "Spend at most what is available, or send the customer to top_up_url (null where nothing is on sale). "
            "The same Idempotency-Key may be used again afterwards.",
            {"available": 2, "required": 3, "held": 0, "top_up_url": "https://credits.example/p/h7Rk2mXw9TqZ"},
        ),
        Problem(
            "insufficient_scope",
            403,
            "The key may not do this",
            "Use a key that has the scope which this call needs.",
            {"scope": "debits:write"},
        ),
        Problem(
            "address_not_allowed",
            403,
            "The key is not allowed from here",
            "Call from an address on the key's list, or add this one to it under Developers.",
        ),
        Problem(
            "spend_cap_reached",
            403,
            "The key has reached its spend cap",
            "Wait for the next period, or use a key with a higher cap.",
            {"cap": 1000, "spent": 999, "required": 3, "period": "month"},
        ),
        Problem(
            "subscription_inactive",
            403,
            "These credits are paused or disabled",
            "They are not lost. Enable the customer's pack first.",
        ),
        Problem("not_found", 404, "Nothing here", "Check the id: there is no such thing among your data."),
        Problem("method_not_allowed", 405, "Not this method", "Use one of the methods that the Allow header lists."),
        Problem("request_timeout", 408, "The body did not arrive", "Send the whole body at once, and try again."),
        Problem(
            "hold_not_open",
            409,
            "The hold is no longer open",
            "It was captured, released or has expired: hold_status says which.",
            {"hold_status": "captured"},
        ),
        Problem(
            "idempotency_key_in_use",
            409,
            "The first request is still running",
            "Send the same request with the same key again in a moment.",
        ),
        Problem(
            "nothing_to_reverse",
            409,
            "So much cannot be given back",
            "At most `left` credits can be. `lapsed` came from lots that have expired since.",
            {"left": 0, "lapsed": 0},
        ),
        Problem(
            "subscription_disabled",
            409,
            "This pack is disabled for the customer",
            "Enable it first. Credits of a disabled pack are neither adjusted nor given back.",
        ),
        Problem("payload_too_large", 413, "The body is too large", "Send at most 64 KiB."),
        Problem("unsupported_media_type", 415, "The body is not JSON", "Send Content-Type: application/json."),
        Problem(
            "validation_failed",
            422,
            "Some values are not right",
            "Each of `errors` points at a value (RFC 6901) and says what is wrong. A pointer that begins with /query "
            "or /header means a query parameter or a header.",
            {"errors": [{"pointer": "/amount", "detail": "Input should be greater than or equal to 1"}]},
        ),
        Problem(
            "idempotency_key_reused",
            422,
            "This key came with another request",
            "Use a fresh Idempotency-Key for each intention.",
        ),
        Problem(
            "rate_limited",
            429,
            "Too many requests",
            "Wait as many seconds as Retry-After says. RateLimit tells what is left of each limit.",
            {"violated-policies": ["key"]},
        ),
        Problem("internal_error", 500, "We failed", "It has been written to the log. Try again with the same key."),
        Problem(
            "unavailable",
            503,
            "Not now",
            "Nothing is lost. Wait as many seconds as Retry-After says, then send the same request with the same key.",
        ),
    )
}


def problem(
    code: str,
    request_id: str,
    detail: str = "",
    more: Mapping[str, Any] = NOTHING,
    headers: Mapping[str, str] = NOTHING,
    status: int = 0,
) -> Response:
    """The answer that tells a program what went wrong. `detail` is the sentence for this very case."""
    known = PROBLEMS.get(code) or Problem(code, status or 400, HTTPStatus(status or 400).phrase, "")
    body = {
        "type": QUOTA_EXCEEDED if code == "rate_limited" else f"{settings().base_url}/api/docs#{known.code}",
        "title": known.title,
        "status": known.status,
        "detail": detail or known.remedy,
        "code": known.code,
        "request_id": request_id,
    }
    return JSONResponse(body | dict(more), known.status, headers=dict(headers), media_type=PROBLEM_JSON)


def of_domain(error: DomainError, request_id: str, headers: Mapping[str, str] = NOTHING, within: str = "") -> Response:
    """The same for an error of the domain, whose fields become pointers into the body, or into what `within` names.

    Where it has no words for this very case, what the API says about its code is plainer to a program's author.
    """
    more = dict(error.data)
    fields = more.pop("fields", None)
    if isinstance(fields, dict):
        more["errors"] = [{"pointer": f"{within}/{name}", "detail": sentence} for name, sentence in fields.items()]
    said = error.message if error.message != (type(error).__doc__ or "").strip() else ""
    return problem(error.code, request_id, said, more, headers, error.status)


def pointer(place: Sequence[str | int]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)
