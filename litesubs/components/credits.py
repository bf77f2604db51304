"""Credits as dots and bars: a filled dot is a credit you have, a hollow one is spent, in every size."""

from typing import Literal

import reflex as rx

from litesubs.components.values import Number, Text, joined

Size = Literal["sm", "md", "lg"]


def credit_meter(
    meter: Text,
    *,
    available: Number,
    held: Number = 0,
    granted: Number,
    size: Size = "md",
    class_name: str = "",
) -> rx.Component:
    """Dots while `meter` has letters (see SubscriptionView), a bar with numbers where it is empty: above 24 credits."""
    bar = credit_bar(available=available, held=held, granted=granted)
    return rx.el.div(
        rx.cond(rx.Var.create(meter) != "", credit_dots(meter, available, size), bar), class_name=class_name
    )


def credit_dots(meter: Text, available: Number, size: Size = "md") -> rx.Component:
    """One dot a credit. s spent is hollow, h held is half, a available is filled, e expiring is a diamond."""
    letters = rx.Var.create(meter).to(str).split("")
    return rx.el.div(
        rx.foreach(letters, lambda letter: rx.el.i(custom_attrs={"data-k": letter})),
        role="img",
        class_name="dots",
        custom_attrs={
            "data-size": size,
            "aria-label": f"{available} available of {rx.Var.create(meter).to(str).length()}",
        },
    )


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
