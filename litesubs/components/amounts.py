"""How many credits to add or take: quick picks and a box for any other number."""

from typing import Any

import reflex as rx

from litesubs.components.fields import field_note
from litesubs.components.values import Text

BOX = (
    "h-11 min-w-0 rounded-md border border-border-strong bg-raised text-center font-semibold tabular-nums "
    "focus:border-accent max-sm:text-lg"
)
PICK = f"{BOX} hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-accent-contrast"

OTHER = (
    f"{BOX} w-full px-2 placeholder:font-normal placeholder:text-subtle aria-invalid:border-danger "
    "not-placeholder-shown:border-accent not-placeholder-shown:bg-accent not-placeholder-shown:text-accent-contrast"
)


def amount_picker(
    picks: list[str],
    value: Text,
    *,
    on_pick: Any,
    on_type: Any,
    error: Text = "",
) -> rx.Component:
    """Buttons for the usual amounts, and a box for any other; `error` stands below.

    A form reads the picked one as `amount`, and what is written as `other`.
    """
    quick = [
        rx.el.button(
            words,
            type="button",
            class_name=PICK,
            on_click=on_pick(words),
            custom_attrs={"aria-pressed": rx.cond(rx.Var.create(value) == words, "true", "false")},
        )
        for words in picks
    ]
    box = rx.el.input(
        id="other",
        name="other",
        type="text",
        placeholder="Other",
        on_change=on_type,
        max_length=10,
        auto_complete="off",
        class_name=OTHER,
        custom_attrs={
            "aria-label": "Other amount",
            "aria-describedby": "other-note",
            "aria-invalid": rx.cond(rx.Var.create(error) != "", "true", "false"),
        },
    )
    return rx.el.div(
        rx.el.span("Credits to add or take", class_name="text-sm font-medium"),
        rx.el.input(type="hidden", name="amount", value=value, read_only=True),
        rx.el.div(*quick, box, class_name="grid grid-cols-[repeat(4,minmax(0,1fr))_minmax(0,1.5fr)] gap-2"),
        field_note("other", "", error),
        role="group",
        class_name="flex min-w-0 flex-col gap-1.5",
        custom_attrs={"aria-label": "Credits to add or take"},
    )


def suggestions(*chips: rx.Component, label: str) -> rx.Component:
    """Chips that fill the field above them."""
    return rx.el.div(
        *chips,
        role="group",
        class_name="-mt-2 flex flex-wrap gap-1.5 max-sm:[&>button]:h-11",
        custom_attrs={"aria-label": label},
    )
