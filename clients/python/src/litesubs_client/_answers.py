"""What the API answers, as values that cannot be changed. Fields that a newer server adds are ignored."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True)
class Balance:
    """A customer's credits: all that are recorded, those that are held, and what a debit could take now."""

    posted: int
    held: int
    available: int


@dataclass(frozen=True)
class Allocation:
    """What was taken from, or put back into, one lot; `expires_at` is when the lot ends, None for never."""

    grant: str
    pack: str
    amount: int
    expires_at: datetime | None


@dataclass(frozen=True)
class Expiry:
    """When credits of a pack expire: never, at the end of a `date` (on_date) or so many `days` later (after_days)."""

    kind: str
    date: str | None
    days: int | None


@dataclass(frozen=True)
class Pack:
    """A credit pack: what it gives, and what it costs in minor units of its currency. It is bought at `url`.

    `status` is active, disabled or archived.
    """

    id: str
    slug: str
    name: str
    description: str
    credits: int
    price_minor: int
    currency: str
    expiry: Expiry
    status: str
    url: str
    created_at: datetime


@dataclass(frozen=True)
class Subscription:
    """A customer's standing with one pack: `status` is active, paused or disabled."""

    id: str
    pack: str
    pack_name: str
    status: str
    balance: Balance
    created_at: datetime


@dataclass(frozen=True)
class Customer:
    """A person with what they hold; `test` says that they are left out of every figure."""

    id: str
    email: str
    name: str
    test: bool
    balance: Balance
    subscriptions: tuple[Subscription, ...]
    created_at: datetime


@dataclass(frozen=True)
class Entry:
    """A movement on one lot, as the ledger keeps it for ever.

    `posted` and `held` are what changed, with their signs, and `posted_after` and `held_after` the customer's balance
    then. `posting` is the debit, hold, reversal or adjustment that wrote it, `reverses` what it undoes or settles.
    """

    id: str
    type: str
    posting: str
    pack: str
    subscription: str
    grant: str
    posted: int
    held: int
    posted_after: int
    held_after: int
    reverses: str | None
    actor: str
    reason: str
    metadata: dict[str, str]
    at: datetime


@dataclass(frozen=True)
class DryRun:
    """What a debit would take and leave, and from which lots."""

    amount: int
    balance: Balance
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True)
class Debit:
    """Credits that were spent, the balance after it, and the lots they came from."""

    id: str
    amount: int
    balance: Balance
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True)
class Reversal:
    """Credits of a debit that were given back, to the very lots they came from."""

    id: str
    debit: str
    amount: int
    balance: Balance
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True)
class Hold:
    """Credits that are reserved until `expires_at`: `status` is open, captured, released or expired.

    `debit` is the id of what was captured, which can be reversed; None while nothing is.
    """

    id: str
    status: str
    amount: int
    captured: int
    expires_at: datetime
    debit: str | None
    balance: Balance
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True)
class Adjustment:
    """Credits that were given by hand, or taken where `amount` is below 0."""

    id: str
    amount: int
    balance: Balance
    allocations: tuple[Allocation, ...]


def read(kind: type[T], found: Any) -> T:
    """JSON as a value of this class. Raises ValueError where the JSON is not one."""
    name = kind.__name__
    if not isinstance(found, dict):
        raise ValueError(f"{name}: {found!r}")  # noqa: TRY004 - one error for whatever does not fit
    hints = _hints(kind)  # type: ignore[arg-type] # mypy takes the class for one of its instances
    return kind(**{field: _value(hint, found.get(field), f"{name}.{field}") for field, hint in hints})


@cache
def _hints(kind: Hashable) -> Sequence[tuple[str, Any]]:
    return tuple(get_type_hints(kind).items())


def _value(hint: Any, found: Any, place: str) -> Any:
    """A field: a scalar as it is, a moment from RFC 3339, an object or a list of them; None only where it may be."""
    kinds = get_args(hint) if get_origin(hint) is not dict else ()
    kind: Any = kinds[0] if kinds else get_origin(hint) or hint
    if found is None and NoneType in kinds:
        return None
    if hasattr(kind, "__dataclass_fields__"):
        if Ellipsis not in kinds:
            return read(kind, found)
        if isinstance(found, list):
            return tuple(read(kind, item) for item in found)
    elif kind is datetime:
        return datetime.fromisoformat(found)
    elif isinstance(found, kind):
        return found
    raise ValueError(f"{place}: {found!r}")
