"""Tables. On phones there is no sideways scroll: each row becomes a two-line grid.

A cell's `place` says where it goes on a phone: "name" and "number" on the first line, "left" and "right" on the second,
"away" where it does not fit; "below" has the second line for itself, "third" the third.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from litesubs.components.values import Child, Handler, Text, handlers, joined

Place = Literal["name", "number", "left", "right", "below", "third", "away"]
PLACES: dict[Place, str] = {
    "name": "max-sm:col-start-1 max-sm:row-start-1",
    "number": "max-sm:col-start-2 max-sm:row-start-1 max-sm:text-right max-sm:font-semibold",
    "left": "max-sm:col-start-1 max-sm:row-start-2 max-sm:mt-2 max-sm:self-center",
    "right": "max-sm:col-start-2 max-sm:row-start-2 max-sm:mt-1.5 max-sm:text-right max-sm:text-sm max-sm:text-muted",
    "third": "max-sm:col-span-2 max-sm:col-start-1 max-sm:row-start-3 max-sm:pl-8! max-sm:text-left! "
    "max-sm:-mb-2.5 max-sm:[&>button]:min-h-11 max-sm:[&>button]:align-top",
    "below": "max-sm:col-span-2 max-sm:row-start-2 max-sm:mt-2.5",
    "away": "max-sm:hidden!",
}
HEAD = "h-9 border-b border-border px-3 text-left text-xs font-medium whitespace-nowrap text-muted first:pl-5 last:pr-5"
CELL = "h-15 px-3 py-2 align-middle first:pl-5 last:pr-5 max-sm:block max-sm:h-auto max-sm:p-0! max-sm:min-w-0"
ROW = (
    "relative border-b border-border last:border-b-0 row-hover "
    "max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:px-4 max-sm:py-3.5"
)


@dataclass(frozen=True)
class Column:
    """A column's heading. `hidden` headings are only for screen readers; numbers stand right."""

    heading: str
    right: bool = False
    hidden: bool = False


def table(
    columns: list[Column], rows: rx.Var[Any], render: Callable[[Any], rx.Component], *, label: str
) -> rx.Component:
    """A table over a state's list. `render` makes one `row(...)` of an item."""
    return table_of(columns, rx.foreach(rows, render), label=label)


def table_of(columns: list[Column], *rows: rx.Component, label: str) -> rx.Component:
    """A table with its rows given. Put it into a `card(padded=False)`."""
    return rx.el.table(
        rx.el.thead(rx.el.tr(*[_heading(column) for column in columns]), class_name="max-sm:sr-only"),
        rx.el.tbody(*rows, class_name="max-sm:block"),
        class_name="w-full border-collapse max-sm:block",
        custom_attrs={"aria-label": label},
    )


def row(*cells: rx.Component, on_click: Handler = None, **props: Any) -> rx.Component:
    """A row of `cell`s. Where the whole row is pressed, its name is still a link for the keyboard."""
    pressed = "cursor-pointer" if on_click is not None else ""
    return rx.el.tr(*cells, class_name=joined(ROW, pressed), **handlers(on_click=on_click), **props)


def cell(*children: Child, place: Place, right: bool = False, class_name: str = "") -> rx.Component:
    """One cell and its place on a phone."""
    side = "text-right tabular-nums" if right else ""
    return rx.el.td(*children, class_name=joined(CELL, PLACES[place], side, class_name))


def two_lines(first: Child, second: Child, *, leading: rx.Component | None = None) -> rx.Component:
    """What a name cell usually holds: a strong line above a muted one, with a chip or a face before."""
    lines = rx.el.div(
        rx.el.div(first, class_name="truncate font-semibold"),
        rx.el.div(second, class_name="truncate text-sm text-muted"),
        class_name="min-w-0",
    )
    return rx.el.div(leading or rx.fragment(), lines, class_name="flex min-w-0 items-center gap-3.5")


def two_lines_link(first: Child, second: Child, href: Text, *, leading: rx.Component | None = None) -> rx.Component:
    """`two_lines` as one link within the desk, so that the whole cell can be pressed."""
    return ReactRouterLink.create(
        two_lines(rx.el.span(first, class_name="[a:hover_&]:underline"), second, leading=leading),
        href=href,
        class_name="block min-w-0 rounded-sm py-0.5",
    )


def stacked(first: Child, second: Child) -> rx.Component:
    """A figure above a muted one: a price and what one credit costs."""
    return rx.el.div(
        rx.el.p(first), rx.el.p(second, class_name="text-sm font-normal text-muted"), class_name="whitespace-nowrap"
    )


def cell_actions(*children: Child, on_phones: Child = "") -> rx.Component:
    """Buttons at the end of a row; in a cell "below", with what phones show before them, such as a badge."""
    before = rx.el.span(on_phones, class_name="mr-auto inline-flex sm:hidden")
    return rx.el.div(before, *children, class_name="flex items-center justify-end gap-1.5")


def row_link(words: Child, href: Text) -> rx.Component:
    """A row's name as a link that fills the row: it can be pressed anywhere, and opened in a new tab."""
    look = "rounded-sm after:absolute after:inset-0 hover:underline"
    return ReactRouterLink.create(words, href=href, class_name=look)


def _heading(column: Column) -> rx.Component:
    words: Child = rx.el.span(column.heading, class_name="sr-only") if column.hidden else column.heading
    return rx.el.th(words, class_name=joined(HEAD, "text-right!" if column.right else ""), scope="col")
