"""What may be sent: the bodies of writes, read by hand so that every bad one is told by pointers."""

import unicodedata
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import anyio
from fastapi import Request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    ValidationError,
)

from litesubs.api.v1.problems import pointer
from litesubs.domain import spends
from litesubs.domain.errors import DomainError, IdempotencyKeyMissingError

READ_WITHIN_SECONDS = 10
MOST_AMOUNT = 1_000_000_000
MOST_ADJUSTED = 1_000_000
LONGEST_KEY = 255
MOST_TOLD = 20
JSON = "application/json"
Body = TypeVar("Body", bound=BaseModel)


class InvalidJsonError(DomainError):
    """The body is not JSON."""

    code = "invalid_json"
    status = 400


class MediaTypeError(DomainError):
    """Send the body as Content-Type: application/json."""

    code = "unsupported_media_type"
    status = 415


class SlowBodyError(DomainError):
    """The body did not arrive in time."""

    code = "request_timeout"
    status = 408


class BodyError(DomainError):
    """Some values are not right."""

    code = "validation_failed"
    status = 422


def _visible(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        message = "Leave out control characters"
        raise ValueError(message)
    return text


def _storable(text: str) -> str:
    if "\0" in text:
        message = "Leave out the character NUL"
        raise ValueError(message)
    return text


def _not_zero(amount: int) -> int:
    if amount == 0:
        message = "Send how many credits to add, or with a minus how many to take away"
        raise ValueError(message)
    return amount


def _text(value: Any) -> Any:
    """A time is text: numbers, which would be read as seconds since 1970, are not."""
    if value is not None and not isinstance(value, str):
        message = "Send a time as RFC 3339 writes it, with its offset"
        raise ValueError(message)
    return value


def _in_utc(moment: datetime) -> datetime:
    """The same moment in UTC, where there is such a year."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        message = "Send a time between the years 1 and 9999"
        raise ValueError(message) from None


Amount = Annotated[StrictInt, Field(ge=1, le=MOST_AMOUNT)]
Change = Annotated[
    StrictInt,
    Field(ge=-MOST_ADJUSTED, le=MOST_ADJUSTED, json_schema_extra={"not": {"const": 0}}),
    AfterValidator(_not_zero),
]
Named = Annotated[StrictStr, StringConstraints(min_length=1, max_length=320), AfterValidator(_visible)]
PackId = Annotated[StrictStr, StringConstraints(min_length=1, max_length=40)]
Reason = Annotated[StrictStr, StringConstraints(max_length=200), AfterValidator(_visible)]
Why = Annotated[StrictStr, StringConstraints(min_length=1, max_length=200, pattern=r"\S"), AfterValidator(_visible)]
MetadataKey = Annotated[StrictStr, StringConstraints(min_length=1, max_length=40), AfterValidator(_storable)]
MetadataValue = Annotated[StrictStr, StringConstraints(max_length=500), AfterValidator(_storable)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=20)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_in_utc)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BatchDebit(_Body):
    """One debit of a batch."""

    customer: Named
    amount: Amount
    pack: PackId | None = None
    reason: Reason = ""
    metadata: Metadata = {}


class NewDebit(BatchDebit):
    """A spend. With `dry_run` nothing is written: the answer says which lots would pay."""

    dry_run: StrictBool = False


class NewBatch(_Body):
    """Debits that succeed or fail one by one."""

    debits: Annotated[list[BatchDebit], Field(min_length=1, max_length=spends.MOST_IN_BATCH)]


class NewHold(BatchDebit):
    """A reservation for `expires_in` seconds."""

    expires_in: Annotated[StrictInt, Field(ge=1, le=spends.LONGEST_HOLD_SECONDS)] = spends.DEFAULT_HOLD_SECONDS


class Part(_Body):
    """How much of it; all of it where `amount` is left out."""

    amount: Amount | None = None


class Nothing(_Body):
    """There is nothing to say."""


class NewAdjustment(_Body):
    """A correction. Without `expires_at` added credits expire as the pack's rule says; with null they never do."""

    customer: Named
    pack: PackId
    amount: Change
    reason: Why
    expires_at: Moment | None = None


def body_of(kind: type[Body], *, optional: bool = False) -> Callable[[Request], Awaitable[Body]]:
    """A dependency that reads the request's body. With `optional` none at all means an empty object."""

    async def read(request: Request) -> Body:
        sent = await _sent(request)
        if optional and not sent:
            return kind()
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise MediaTypeError
        try:
            return kind.model_validate_json(sent)
        except ValidationError as error:
            raise _refusal(error) from None

    return read


def idempotency_key(request: Request) -> str:
    """The header that makes a retry safe."""
    sent = request.headers.getlist("idempotency-key")
    if not sent or not any(sent):
        raise IdempotencyKeyMissingError
    [key, *more] = sent
    if more or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        detail = f"Send one value of 1 to {LONGEST_KEY} printable ASCII characters"
        raise BodyError(errors=[{"pointer": "/header/Idempotency-Key", "detail": detail}])
    return key


def errors_of(found: list[Any]) -> list[dict[str, str]]:
    """Pydantic's errors as pointers, the first of them."""
    return [
        {
            "pointer": pointer([part for part in item["loc"] if part != "[key]"]),
            "detail": item["msg"].removeprefix("Value error, "),
        }
        for item in found[:MOST_TOLD]
    ]


async def _sent(request: Request) -> bytes:
    try:
        with anyio.fail_after(READ_WITHIN_SECONDS):
            return await request.body()
    except TimeoutError:
        raise SlowBodyError from None


def _refusal(error: ValidationError) -> DomainError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(item["type"] == "json_invalid" for item in found):
        return InvalidJsonError(f"The body is not JSON: {found[0]['msg'].removeprefix('Invalid JSON: ')}.")
    return BodyError(errors=errors_of(found))
