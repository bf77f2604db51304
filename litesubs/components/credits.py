"""Credits as dots and bars: a filled dot is a credit you have, a hollow one is spent, in every size."""

from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from litesubs.components.boot import KIT
from litesubs.components.values import Number, Text, joined

Size = Literal["sm", "md", "lg"]


class Foreseen(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """A figure or dots that show what a press will do before the server has answered; kit.jsx."""

    library = KIT
    tag = "Foreseen"

    name: rx.Var[str]
    settled: rx.Var[Any]
    every: rx.Var[int]
    now: rx.Var[Any]
    then: rx.Var[Any]
    dots: rx.Var[bool]


@dataclass(frozen=True)
class OneLess:
    """One credit less is shown as soon as the button marked `data-foreseen` with this `name` is pressed.

    `settled` is a state's value that changes with every answer, also with a refusal: then what the state says holds
    again. `every` is the button's throttle in milliseconds.
    """

    name: str
    settled: rx.Var[Any] | int
    every: int


def credit_figure(available: Number, *, one_less: OneLess | None = None, class_name: str = "") -> rx.Component:
    """How many credits there are, as a number."""
    if one_less is None:
        return rx.el.b(available, class_name=class_name)
    then: Any = rx.Var.create(available).to(int) - 1
    return _foreseen(one_less, available, then, dots=False, class_name=class_name)


def credit_meter(
    meter: Text,
    *,
    available: Number,
    held: Number = 0,
    granted: Number,
    size: Size = "md",
    class_name: str = "",
    one_less: OneLess | None = None,
) -> rx.Component:
    """Dots while `meter` has letters (see SubscriptionView), a bar with numbers where it is empty: above 24 credits."""
    bar = credit_bar(available=available, held=held, granted=granted)
    dots = credit_dots(meter, available, size, one_less=one_less)
    return rx.el.div(rx.cond(rx.Var.create(meter) != "", dots, bar), class_name=class_name)


def credit_dots(meter: Text, available: Number, size: Size = "md", *, one_less: OneLess | None = None) -> rx.Component:
    """One dot a credit. s spent is hollow, h held is half, a available is filled, e expiring is a diamond."""
    letters = rx.Var.create(meter).to(str)
    attributes: dict[str, Any] = {
        "data-size": size,
        "aria-label": f"{available} available of {letters.length()}",
    }
    if one_less is not None:
        # What expires is used first.
        spent = f'("s" + ({letters}.includes("e") ? {letters}.replace("e", "") : {letters}.replace("a", "")))'
        then = rx.Var(spent, _var_data=letters._get_all_var_data()).to(str)  # noqa: SLF001 - Reflex has no other way
        return _foreseen(one_less, letters, then, dots=True, role="img", class_name="dots", custom_attrs=attributes)
    each = rx.foreach(letters.split(""), lambda letter: rx.el.i(custom_attrs={"data-k": letter}))
    return rx.el.div(each, role="img", class_name="dots", custom_attrs=attributes)


def credit_bar(*, available: Number, held: Number = 0, granted: Number) -> rx.Component:
    """A bar of what is available and held, with the numbers in words."""
    whole = rx.Var.create(granted).to(int)
    percent = 100 / rx.cond(whole > 0, whole, 1).to(int)
    return rx.el.div(
        rx.el.div(
            rx.el.i(style={"width": f"{rx.Var.create(available).to(int) * percent}%"}),
            rx.el.i(style={"width": f"{rx.Var.create(held).to(int) * percent}%"}, custom_attrs={"data-k": "h"}),
            class_name="bar w-full",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.p(f"{available} of {granted} left", class_name="text-sm text-muted tabular-nums"),
        class_name="grid max-w-[280px] gap-1.5",
    )


def amount(words: Text, *, adds: bool | rx.Var[bool]) -> rx.Component:
    """A signed amount: plus is green, minus is ink."""
    base = "font-semibold tabular-nums whitespace-nowrap"
    return rx.el.b(words, class_name=rx.cond(adds, joined(base, "text-success"), base))


def _foreseen(one_less: OneLess, now: Any, then: Any, *, dots: bool, **props: Any) -> rx.Component:
    return Foreseen.create(
        name=one_less.name,
        settled=one_less.settled,
        every=one_less.every,
        now=now,
        then=then,
        dots=dots,
        **props,
    )
