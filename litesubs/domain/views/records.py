"""What programs read: packs, customers, entries and holds as plain values, with public ids and times in UTC."""

from dataclasses import dataclass, field
from typing import Literal

PackStatus = Literal["active", "disabled", "archived"]
SubscriptionStatus = Literal["active", "paused", "disabled"]
HoldStatus = Literal["open", "captured", "released", "expired"]
ExpiryKind = Literal["never", "on_date", "after_days"]
EntryType = Literal["grant", "debit", "reversal", "adjustment", "expiry", "hold", "release", "capture", "refund"]


@dataclass(frozen=True)
class Balance:
    """Credits: all that is recorded, what of it is reserved, and what a debit could take now."""

    posted: int
    held: int
    available: int


@dataclass(frozen=True)
class Allocation:
    """What one lot gave or got."""

    grant: str
    pack: str
    amount: int
    expires_at: str | None


@dataclass(frozen=True)
class Expiry:
    """The rule a pack has for when its credits expire: `date` is their last day, `days` count from the purchase."""

    kind: ExpiryKind
    date: str | None
    days: int | None


@dataclass(frozen=True)
class Pack:
    """An offer."""

    id: str
    slug: str
    name: str
    description: str
    credits: int
    price_minor: int
    currency: str
    expiry: Expiry
    status: PackStatus
    url: str
    created_at: str


@dataclass(frozen=True)
class Subscription:
    """A customer's standing with one pack."""

    id: str
    pack: str
    pack_name: str
    status: SubscriptionStatus
    balance: Balance
    created_at: str


@dataclass(frozen=True)
class Customer:
    """A person as one creator knows them, with what they hold."""

    id: str
    email: str
    name: str
    test: bool
    balance: Balance
    subscriptions: list[Subscription]
    created_at: str


@dataclass(frozen=True)
class Entry:
    """One movement on one lot. `posting` is what wrote it, `reverses` what it undoes or settles."""

    id: str
    type: EntryType
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
    metadata: dict[str, str] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True)
class Debit:
    """Credits spent."""

    id: str
    amount: int
    balance: Balance
    allocations: list[Allocation]


@dataclass(frozen=True)
class DryRun:
    """What a debit would do: the lots that would pay, and the balance as it would be then."""

    dry_run: Literal[True]
    amount: int
    balance: Balance
    allocations: list[Allocation]


@dataclass(frozen=True)
class Hold:
    """Credits reserved. `debit` is what a capture spent, and can be reversed."""

    id: str
    status: HoldStatus
    amount: int
    captured: int
    expires_at: str
    debit: str | None
    balance: Balance
    allocations: list[Allocation]


@dataclass(frozen=True)
class Reversal:
    """Credits given back."""

    id: str
    debit: str
    amount: int
    balance: Balance
    allocations: list[Allocation]


@dataclass(frozen=True)
class Adjustment:
    """A correction: up where `amount` is positive, down where it is negative."""

    id: str
    amount: int
    balance: Balance
    allocations: list[Allocation]
