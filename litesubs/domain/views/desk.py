"""The creator's numbers and what happened last."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CurrencyFigures:
    """A creator's numbers in one currency; currencies are never added together."""

    currency: str
    revenue: str
    sales: int
    credits_sold: int
    credits_used: int
    credits_expired: int
    outstanding_credits: int
    outstanding_value: str


@dataclass(frozen=True)
class ActivityView:
    """One line of recent activity."""

    kind: str
    text: str
    who: str
    at: str
    subscription_id: str


@dataclass(frozen=True)
class DeskView:
    """The creator's overview."""

    figures: list[CurrencyFigures]
    activity: list[ActivityView]
    packs: int
    customers: int
