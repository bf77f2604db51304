"""What components accept: a plain value, or a state's variable of the same type."""

from typing import Any, Literal, TypeAlias

import reflex as rx
from reflex.event import EventCallback, EventHandler, EventSpec

Text: TypeAlias = str | rx.Var[str]
Number: TypeAlias = int | rx.Var[Any]
Flag: TypeAlias = bool | rx.Var[bool]
Child: TypeAlias = str | int | rx.Component | rx.Var[Any]
Handler: TypeAlias = EventSpec | EventHandler | EventCallback[*tuple[Any, ...]] | list[EventSpec] | None
Tone: TypeAlias = Literal["neutral", "accent", "success", "warning", "danger"]


def joined(*names: str) -> str:
    """Class names in one string, empty ones left out."""
    return " ".join(name for name in names if name)


def handlers(**events: Handler) -> dict[str, Any]:
    """The events that have a handler, as properties."""
    return {name: handler for name, handler in events.items() if handler is not None}


def said(value: Flag) -> str | rx.Var[str]:
    """A yes or no as attributes want it: "true" or "false"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return rx.cond(value, "true", "false")


def plural(count: Number, one: str, many: str) -> rx.Var[str]:
    """`plural(n, "credit", "credits")`: the word for a count that is only known in the browser."""
    return rx.cond(rx.Var.create(count) == 1, one, many)


def grouped(number: Number) -> rx.Var[str]:
    """`grouped(12000)`: "12,000", for a number that is only known in the browser."""
    return rx.Var(f"({rx.Var.create(number)}).toLocaleString('en')").to(str)
