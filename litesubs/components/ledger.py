"""The ledger that both sides read: what moved, why, when, who, from which lot, and what was left."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.credits import amount
from litesubs.components.filters import filter_menu
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.tables import Column, cell, row, table, table_skeleton
from litesubs.components.values import Child, Handler, Text, joined
from litesubs.domain.views.desk import ActivityView
from litesubs.domain.views.statements import EntryView

DISC = "grid size-[30px] shrink-0 place-items-center rounded-full"
QUIET = f"{DISC} bg-sunken text-muted"
GIVEN = f"{DISC} bg-success-soft text-success"
COLUMNS = [
    Column("What"),
    Column("When and who"),
    Column("From lot"),
    Column("Credits", right=True),
    Column("Left after", right=True),
]
Actions = Callable[[ObjectVar[EntryView]], rx.Component]


def movement_icon(kind: Text) -> rx.Component:
    """The same movement has the same icon and colour everywhere.

    `kind` is EntryView.kind or ActivityView.kind.
    """
    return rx.match(
        kind,
        ("grant", _disc("ticket", GIVEN)),
        ("adjustment_up", _disc("plus", GIVEN)),
        ("reversal", _disc("undo-2", GIVEN)),
        ("hold", _disc("lock", f"{DISC} text-muted shadow-[inset_0_0_0_1.5px_var(--border-strong)]")),
        ("release", _disc("lock-open", QUIET)),
        ("expiry", _disc("calendar-x", QUIET)),
        ("extension", _disc("calendar-plus", GIVEN)),
        ("refund", _disc("undo-2", QUIET)),
        _disc("minus", QUIET),
    )


def ledger(entries: rx.Var[Any], *, actions: Actions | None = None) -> rx.Component:
    """The whole ledger as a table of EntryView. `actions` makes the last cell of an entry, such as a menu."""
    columns = [*COLUMNS, Column("Actions", hidden=True)] if actions else COLUMNS
    return table(columns, entries, lambda entry: _entry(entry, actions), label="Ledger, newest first")


def ledger_header(
    kinds: list[tuple[str, str]], kind: Text, on_kind: Handler, dates: rx.Component, *more: rx.Component
) -> rx.Component:
    """The heading above a ledger, with what narrows it: one kind of movement, a `date_chip`, and what else there is."""
    return rx.el.div(
        rx.el.h2("Ledger", class_name="flex-1 text-xl leading-6 font-semibold tracking-[-.01em]"),
        filter_menu("ledger-kind", "All types", kinds, kind, on_kind, every="All types"),
        dates,
        *more,
        class_name="mt-7 mb-3 flex flex-wrap items-center gap-2 max-sm:[&>h2]:basis-full",
    )


def ledger_clocks(name: Text) -> rx.Component:
    """The line under a ledger that says whose clocks its times are."""
    return rx.el.p(f"Times are {name}.", class_name="mt-2.5 text-sm text-muted")


def ledger_skeleton(count: int = 8) -> rx.Component:
    """The ledger while it loads: the same heads and rows."""
    return table_skeleton(COLUMNS, ["name", "away", "away", "number", "right"], label="Ledger", count=count)


def activity_list(
    activities: rx.Var[Any], link: Callable[[ObjectVar[ActivityView]], Text] | None = None
) -> rx.Component:
    """Recent activity as a list of ActivityView. `link` gives the address a line leads to."""

    def line(activity: ObjectVar[ActivityView]) -> rx.Component:
        words = rx.el.span(
            rx.cond(activity.who != "", rx.el.b(activity.who, " ", class_name="font-semibold"), rx.fragment()),
            activity.text,
        )
        content: Child = (
            anchor(words, href=link(activity), in_app=True, class_name="rounded-sm hover:underline") if link else words
        )
        return rx.el.li(
            movement_icon(activity.kind),
            rx.el.span(
                content,
                rx.el.span(activity.at, class_name="block text-sm text-subtle sm:hidden"),
                class_name="min-w-0 flex-1 pt-[5px] max-sm:pt-0.5",
            ),
            rx.el.span(activity.at, class_name="pt-1.5 text-sm whitespace-nowrap text-subtle max-sm:hidden"),
            class_name="flex items-start gap-3 border-t border-border px-5 py-[11px] first:border-t-0 max-sm:px-4",
        )

    return rx.el.ul(rx.foreach(activities, line), class_name="pt-1.5 pb-2")


def _entry(entry: ObjectVar[EntryView], actions: Actions | None) -> rx.Component:
    phone_line = rx.el.span(entry.at, rx.cond(entry.who != "", " · ", ""), entry.who, class_name="sm:hidden")
    what = rx.el.div(
        movement_icon(entry.kind),
        rx.el.div(
            rx.el.p(entry.title, class_name="font-medium [overflow-wrap:anywhere]"),
            rx.el.p(
                rx.el.span(entry.reason, class_name="max-sm:block"),
                phone_line,
                class_name="text-sm text-muted [overflow-wrap:anywhere]",
            ),
            class_name="min-w-0",
        ),
        class_name="flex min-w-0 items-start gap-3 sm:items-center",
    )
    lot = rx.cond(
        entry.lot != "",
        rx.fragment(entry.lot, rx.el.p(entry.lot_expiry, class_name="text-sm text-muted")),
        rx.fragment(),
    )
    cells = [
        cell(what, place="name", class_name="max-sm:row-span-2"),
        cell(
            rx.el.span(entry.at, class_name="tabular-nums"),
            rx.el.p(entry.who, class_name="text-sm text-muted"),
            place="away",
            class_name="whitespace-nowrap",
        ),
        cell(lot, place="away", class_name="whitespace-nowrap"),
        cell(amount(entry.amount, adds=entry.adds), place="number", right=True, class_name="text-[15px]"),
        cell(
            entry.left_after,
            rx.el.span(" left", class_name="sm:hidden"),
            place="right",
            right=True,
            class_name="whitespace-nowrap",
        ),
    ]
    if actions:
        cells.append(cell(actions(entry), place="menu", right=True))
    return row(*cells)


def _disc(name: str, look: str) -> rx.Component:
    return rx.el.span(icon(name, "s"), class_name=joined(look))
