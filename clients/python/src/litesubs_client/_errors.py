"""One class per refusal, and the one place where an answer becomes an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

REQUEST_ID = "x-request-id"
UNEXPECTED = "unexpected_answer"


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one part of a request: `pointer` is a JSON pointer to it, `/amount` for instance."""

    pointer: str
    detail: str


class LitesubsError(Exception):
    """Base of everything that this package raises.

    `code` names the case and never changes; `detail` says in a sentence what happened and what to do. `status` is the
    answer's, None where there was no answer. Name `request_id` when you ask for help. `retry_after_seconds` is when the
    server wants to be asked again, where it said so. `problem` is the whole answer.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str,
        status: int | None = None,
        request_id: str | None = None,
        retry_after_seconds: float | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds
        self.problem = problem or {}


class ConnectionFailed(LitesubsError):
    """No answer came, after every try. Whether the server acted is unknown: send the same call with the same key."""


class UnexpectedAnswer(LitesubsError):
    """The answer is not one that Litesubs gives: most likely `base_url` names another server."""


class InvalidApiKey(LitesubsError):
    """The key is missing, malformed, revoked or expired."""


class InsufficientScope(LitesubsError):
    """The key may not do this: it lacks `scope`."""

    @property
    def scope(self) -> str:
        """The scope that the call needs."""
        return str(self.problem.get("scope", ""))


class AddressNotAllowed(LitesubsError):
    """The key may not be used from this network address."""


class SpendCapReached(LitesubsError):
    """The key has a spend cap, and this would pass it."""


class SubscriptionInactive(LitesubsError):
    """The credits are paused or disabled. They are not lost."""


class NotFound(LitesubsError):
    """There is no such customer, pack, hold or debit, or it is not yours."""


class InsufficientCredits(LitesubsError):
    """The customer has fewer credits than this needs. Nothing was taken."""

    @property
    def available(self) -> int:
        """What a debit could take now."""
        return int(self.problem["available"])

    @property
    def required(self) -> int:
        """What the call asked for."""
        return int(self.problem["required"])

    @property
    def held(self) -> int:
        """What open holds reserve."""
        return int(self.problem["held"])

    @property
    def top_up_url(self) -> str | None:
        """Where the customer buys more; None where nothing is on sale."""
        return self.problem.get("top_up_url")


class ValidationFailed(LitesubsError):
    """The request is not one that the call takes; `errors` says what to change."""

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """What is wrong, part by part."""
        return tuple(FieldError(found["pointer"], found["detail"]) for found in self.problem.get("errors", ()))


class HoldNotOpen(LitesubsError):
    """The hold was captured, released or has expired: `hold_status` says which."""

    @property
    def hold_status(self) -> str:
        """What became of it."""
        return str(self.problem.get("hold_status", ""))


class NothingToReverse(LitesubsError):
    """So much of the debit cannot be given back: it was before, or its lots have expired. At most `left` can be."""

    @property
    def left(self) -> int:
        """What can be given back now."""
        return int(self.problem["left"])


class SubscriptionDisabled(LitesubsError):
    """The pack is disabled for the customer: its credits are neither adjusted nor given back."""


class IdempotencyKeyReused(LitesubsError):
    """The key was sent before with another request."""


class IdempotencyKeyInUse(LitesubsError):
    """The first call with this key is still running, after every try."""


class RateLimited(LitesubsError):
    """Too many calls, after every try or for longer than the client waits."""


class ServerError(LitesubsError):
    """The server failed, after every try. Whether it acted is unknown: send the same call with the same key."""


BY_CODE: Mapping[str, type[LitesubsError]] = {
    "invalid_api_key": InvalidApiKey,
    "insufficient_scope": InsufficientScope,
    "address_not_allowed": AddressNotAllowed,
    "spend_cap_reached": SpendCapReached,
    "subscription_inactive": SubscriptionInactive,
    "not_found": NotFound,
    "insufficient_credits": InsufficientCredits,
    "validation_failed": ValidationFailed,
    "hold_not_open": HoldNotOpen,
    "nothing_to_reverse": NothingToReverse,
    "subscription_disabled": SubscriptionDisabled,
    "idempotency_key_reused": IdempotencyKeyReused,
    "idempotency_key_in_use": IdempotencyKeyInUse,
    UNEXPECTED: UnexpectedAnswer,
}


def error_of(response: httpx.Response) -> LitesubsError:
    """The refusal or failure that an answer is."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    known = isinstance(problem, dict) and "code" in problem
    return refusal(problem if known else {"code": UNEXPECTED}, response.status_code, response.headers)


def refusal(problem: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> LitesubsError:
    """The error that a problem (RFC 9457) is. A code that this version does not know is a plain LitesubsError."""
    code = str(problem.get("code", "error"))
    return _class(code, status)(
        str(problem.get("detail") or problem.get("title") or f"The server answered {status}."),
        code=code,
        status=status,
        request_id=problem.get("request_id") or headers.get(REQUEST_ID),
        retry_after_seconds=retry_after_seconds(headers),
        problem=problem,
    )


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to wait (RFC 9110 §10.2.3), None where it does not say."""
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _class(code: str, status: int) -> type[LitesubsError]:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerError
    return BY_CODE.get(code, LitesubsError)
