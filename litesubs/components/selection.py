"""Rows that are selected, and what can be done with all of them at once. Wide screens only."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import no_args_event_spec
from reflex_components_core.el.elements.base import BaseHTML

from litesubs.components.boot import KIT
from litesubs.components.buttons import icon_button
from litesubs.components.values import Flag, Handler, Number, Text, grouped, handlers, said

TICK_CELL = "relative z-[1] h-15 w-11 pl-2 max-sm:hidden"
HEAD_TICK = "h-10 w-11 border-b border-border pl-2 max-sm:hidden"


class TickBox(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """A checkbox that shows a press at once and follows `checked` whenever that changes; kit.jsx."""

    library = KIT
    tag = "TickBox"

    checked: rx.Var[bool]
    mixed: rx.Var[bool]
    on_change: rx.EventHandler[no_args_event_spec]  # type: ignore[type-arg, valid-type]  # for pyright


@dataclass(frozen=True)
class Selecting:
    """How much of a table is selected: `count` of the `total` rows on this page. `on_all` selects all, or none."""

    count: Number
    total: Number
    on_all: Handler


def selectable(card: rx.Component, *actions: rx.Component, count: Number, on_clear: Handler) -> rx.Component:
    """A table's card, and over its heads, while rows are selected, what can be done with all of them.

    The bar stays in view when the heads leave it. It takes no room of its own, so nothing moves when it appears.
    """
    chosen: Any = rx.Var.create(count)
    bar = rx.el.div(
        rx.el.span(f"{grouped(count)} selected", role="status", class_name="flex-1 font-medium tabular-nums"),
        *actions,
        icon_button("x", "Clear selection", on_clear),
        role="group",
        class_name=(
            "absolute top-px right-px left-11 flex h-10 items-center gap-2 rounded-tr-[13px] bg-accent-soft px-2"
        ),
        custom_attrs={"aria-label": "Selected rows"},
    )
    return rx.el.div(
        rx.cond(chosen > 0, rx.el.div(bar, class_name="sticky top-2 z-10 h-0 max-sm:hidden"), rx.fragment()),
        card,
        class_name=(
            "min-w-0 sm:data-[selecting=true]:[&_thead_button]:invisible "
            "sm:data-[selecting=true]:[&_thead_th>span]:sr-only sm:data-[selecting=true]:[&_thead_th>span]:block! "
            "sm:data-[selecting=true]:[&_thead_tr]:bg-accent-soft"
        ),
        custom_attrs={"data-selecting": said(chosen > 0)},
    )


def ticked(checked: Flag, on_change: Handler, label: Text, *, mixed: Flag = False) -> rx.Component:
    """A checkbox with room for a finger around it."""
    box = TickBox.create(
        checked=checked,
        mixed=mixed,
        class_name="tick",
        custom_attrs={"aria-label": label},
        **handlers(on_change=on_change),
    )
    return rx.el.label(box, class_name="grid size-9 cursor-pointer place-items-center")


def select_all(selecting: Selecting) -> rx.Component:
    """The head of the column of checkboxes."""
    count: Any = rx.Var.create(selecting.count)
    total: Any = rx.Var.create(selecting.total)
    every: Any = (count > 0) & (count == total)
    return rx.el.th(
        ticked(every, selecting.on_all, "Select all on this page", mixed=(count > 0) & (count < total)),
        class_name=HEAD_TICK,
        scope="col",
    )
