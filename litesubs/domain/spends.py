"""Debits, holds and captures for the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from litesubs.domain.actors import Actor
from litesubs.domain.idempotency import Answer


@dataclass(frozen=True)
class DebitOrder:
    """A spend."""

    actor: Actor
    key: str
    customer: str
    amount: int
    pack: str = ""
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HoldOrder(DebitOrder):
    """A reservation."""

    expires_in: int = 900


@dataclass(frozen=True)
class CaptureOrder:
    """Spending what is reserved."""

    actor: Actor
    key: str
    hold: str
    amount: int | None = None


async def post(order: DebitOrder | CaptureOrder) -> Answer:
    """Not here yet."""
    raise NotImplementedError(order)


def batch(actor: Actor, key: str, orders: Sequence[DebitOrder]) -> Answer:
    """Not here yet."""
    raise NotImplementedError(actor, key, orders)


def preview(order: DebitOrder) -> str:
    """Not here yet."""
    raise NotImplementedError(order)
