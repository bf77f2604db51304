"""Every call of the API, once: how it is asked and how its answer is read. Nothing here sends anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, Literal, TypedDict, TypeVar
from urllib.parse import quote
from uuid import uuid4

from litesubs_client._answers import Adjustment, Customer, Debit, DryRun, Entry, Hold, Pack, Reversal, read
from litesubs_client._errors import LitesubsError, NotFound, refusal

PAGE_LENGTH = 100
CREATED = 201

Query = Mapping[str, str | list[str] | None]

T = TypeVar("T")


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request, and `parse`, which makes its answer a value. `key` is the idempotency key of a write."""

    method: str
    path: str
    parse: Callable[[Any], T]
    query: Query = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    key: str | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list; the next part begins after the item `last`, None at the end."""

    items: tuple[T, ...]
    last: str | None


def following(call: Call[Page[T]], page: Page[T]) -> Call[Page[T]] | None:
    """The call for the next part of a list, None at its end."""
    return replace(call, query={**call.query, "starting_after": page.last}) if page.last else None


@dataclass(frozen=True)
class DebitOrder:
    """One debit of a batch; the fields are those of `debit`."""

    customer: str
    amount: int
    pack: str | None = None
    reason: str | None = None
    metadata: Mapping[str, str] | None = None


class HoldOptions(TypedDict, total=False):
    """What a hold may say beside whose and how many; the fields are those of `hold`."""

    pack: str | None
    expires_in_seconds: int | None
    reason: str | None
    metadata: Mapping[str, str] | None
    idempotency_key: str | None


def packs() -> Call[Page[Pack]]:
    """Your packs."""
    return _list("/packs", Pack)


def pack(pack_id: str) -> Call[Pack]:
    """One pack. Raises NotFound."""
    return _get(_path("packs", pack_id), Pack)


def customers() -> Call[Page[Customer]]:
    """Your customers, with what they hold."""
    return _list("/customers", Customer)


def customer(customer: str) -> Call[Customer]:
    """One customer, by id or e-mail address. Raises NotFound."""
    if "@" not in customer:
        return _get(_path("customers", customer), Customer)
    return Call("GET", "/customers", partial(_only, Customer, customer), {"email": customer})


def ledger(
    customer_id: str,
    *,
    pack: str | None = None,
    types: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Call[Page[Entry]]:
    """A customer's ledger, newest first: of one pack, of these types of entries, from `since` on, before `until`."""
    query = {"pack": pack, "type": list(types), "since": _text(since), "until": _text(until)}
    return _list(_path("customers", customer_id, "ledger"), Entry, query)


def debit(
    customer: str,
    amount: int,
    *,
    pack: str | None = None,
    reason: str | None = None,
    metadata: Mapping[str, str] | None = None,
    idempotency_key: str | None = None,
) -> Call[Debit]:
    """Spend credits of a customer (id or e-mail address), of one pack or of whichever goes first.

    Raises InsufficientCredits, SubscriptionInactive and NotFound; nothing was spent then.
    """
    order = DebitOrder(customer, amount, pack, reason, metadata)
    return _post("/debits", Debit, idempotency_key, **_fields(order))


def dry_run(customer: str, amount: int, *, pack: str | None = None) -> Call[DryRun]:
    """What that debit would take, and from which lots; nothing is written. Raises what `debit` raises."""
    return _post("/debits", DryRun, None, customer=customer, amount=amount, pack=pack, dry_run=True)


def debit_batch(
    orders: Sequence[DebitOrder], *, idempotency_key: str | None = None
) -> Call[tuple[Debit | LitesubsError, ...]]:
    """Up to 100 debits. Each succeeds or fails by itself: the answers are in order, a refused one is its error."""
    body = {"debits": [_fields(order) for order in orders]}
    return Call("POST", "/debits/batch", _outcomes, body=body, key=_key(idempotency_key))


def reverse(debit_id: str, amount: int | None = None, *, idempotency_key: str | None = None) -> Call[Reversal]:
    """Give credits of a debit back to the lots they came from; all that can be, where no amount is named."""
    return _post(_path("debits", debit_id, "reversals"), Reversal, idempotency_key, amount=amount)


def hold(
    customer: str,
    amount: int,
    *,
    pack: str | None = None,
    expires_in_seconds: int | None = None,
    reason: str | None = None,
    metadata: Mapping[str, str] | None = None,
    idempotency_key: str | None = None,
) -> Call[Hold]:
    """Reserve credits, for 15 minutes where nothing else is said and 30 days at most. Raises what `debit` raises."""
    return _post(
        "/holds",
        Hold,
        idempotency_key,
        customer=customer,
        amount=amount,
        pack=pack,
        expires_in=expires_in_seconds,
        reason=reason,
        metadata=metadata,
    )


def get_hold(hold_id: str) -> Call[Hold]:
    """A hold as it stands now. Raises NotFound."""
    return _get(_path("holds", hold_id), Hold)


def capture(hold_id: str, amount: int | None = None, *, idempotency_key: str | None = None) -> Call[Hold]:
    """Spend what is held, or less of it: the rest is free again. Raises HoldNotOpen."""
    return _post(_path("holds", hold_id, "capture"), Hold, idempotency_key, amount=amount)


def release(hold_id: str, *, idempotency_key: str | None = None) -> Call[Hold]:
    """Free what is held. Raises HoldNotOpen."""
    return _post(_path("holds", hold_id, "release"), Hold, idempotency_key)


def adjust(
    customer: str,
    amount: int,
    *,
    pack: str,
    reason: str,
    expires_at: datetime | Literal["never"] | None = None,
    idempotency_key: str | None = None,
) -> Call[Adjustment]:
    """Correct a customer's credits of a pack by hand: `amount` above 0 gives, below 0 takes. They read the reason.

    What is given expires as the pack's rule says, at another moment, or never.
    """
    body = {"customer": customer, "amount": amount, "pack": pack, "reason": reason}
    end = {"expires_at": None if expires_at == "never" else _text(expires_at)} if expires_at else {}
    return Call("POST", "/adjustments", partial(read, Adjustment), body=body | end, key=_key(idempotency_key))


def _get(path: str, kind: type[T]) -> Call[T]:
    return Call("GET", path, partial(read, kind))


def _list(path: str, kind: type[T], query: Query | None = None) -> Call[Page[T]]:
    named = {name: value for name, value in (query or {}).items() if value}
    return Call("GET", path, partial(_page, kind), {"limit": str(PAGE_LENGTH), **named})


def _page(kind: type[T], found: Any) -> Page[T]:
    items = found["data"]
    return Page(tuple(read(kind, item) for item in items), items[-1]["id"] if found["has_more"] else None)


def _post(path: str, kind: type[T], key: str | None, **body: Any) -> Call[T]:
    given = {name: value for name, value in body.items() if value is not None}
    return Call("POST", path, partial(read, kind), body=given, key=_key(key))


def _key(given: str | None) -> str:
    return str(uuid4()) if given is None else given


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _fields(order: DebitOrder) -> dict[str, Any]:
    return {name: value for name, value in asdict(order).items() if value is not None}


def _only(kind: type[T], name: str, found: Any) -> T:
    """The one item of a list that a unique name finds."""
    if not found["data"]:
        raise NotFound(f"There is no customer {name}.", code="not_found", status=404)
    return read(kind, found["data"][0])


def _outcomes(found: Any) -> tuple[Debit | LitesubsError, ...]:
    return tuple(
        read(Debit, item["debit"]) if item["status"] == CREATED else refusal(item["error"], item["status"], {})
        for item in found["data"]
    )
