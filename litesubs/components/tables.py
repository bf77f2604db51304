"""Tables. On phones there is no sideways scroll: each row becomes a two-line grid.

A cell's `place` says where it goes on a phone: "name" and "number" on the first line, "left" and "right" on the second,
"away" where it does not fit, "wide" where it does not fit on tablets either (its column says `wide` too); "below" has
the second line for itself, "third" the third, "menu" the end of the row. Phones sort with a `sort_chip` (filters.py),
not with the heads, and have no selection: work on many rows stays on wide screens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from litesubs.components.icons import icon
from litesubs.components.selection import HEAD_TICK, TICK_CELL, Selecting, select_all, ticked
from litesubs.components.surfaces import skeleton
from litesubs.components.values import Child, Flag, Handler, Text, handlers, joined, said

Place = Literal["name", "number", "left", "right", "below", "third", "menu", "away", "wide"]
PLACES: dict[Place, str] = {
    "name": "sm:max-w-[240px] lg:max-w-[320px] max-sm:col-start-1 max-sm:row-start-1",
    "number": "max-sm:col-start-2 max-sm:row-start-1 max-sm:text-right max-sm:font-semibold",
    "left": "max-sm:col-start-1 max-sm:row-start-2 max-sm:mt-2 max-sm:self-center",
    "right": "max-sm:col-start-2 max-sm:row-start-2 max-sm:mt-1.5 max-sm:text-right max-sm:text-sm max-sm:text-muted",
    "third": "max-sm:col-span-2 max-sm:col-start-1 max-sm:row-start-3 max-sm:pl-8! max-sm:text-left! "
    "max-sm:-mb-2.5 max-sm:[&>button]:min-h-11 max-sm:[&>button]:align-top",
    "below": "max-sm:col-span-2 max-sm:row-start-2 max-sm:mt-2.5",
    "menu": "max-sm:col-start-3 max-sm:row-span-2 max-sm:row-start-1 max-sm:-mr-2 max-sm:w-11 max-sm:self-center",
    "away": "max-sm:hidden!",
    "wide": "max-lg:hidden!",
}
HEAD = (
    "h-10 border-b border-border px-2.5 text-left text-xs font-medium whitespace-nowrap text-muted first:pl-5 last:pr-5"
)
CELL = "h-15 px-2.5 py-2 align-middle first:pl-5 last:pr-5 max-sm:block max-sm:h-auto max-sm:p-0! max-sm:min-w-0"
ROW = (
    "relative border-b border-border last:border-b-0 row-hover sm:data-[selected=true]:bg-accent-soft! "
    "max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:px-4 max-sm:py-3.5"
)


SORT = (
    "-mx-1.5 inline-flex h-7 items-center gap-1 rounded-sm px-1.5 hover:bg-sunken hover:text-text "
    "[[aria-sort=ascending]>&]:text-text [[aria-sort=descending]>&]:text-text [[aria-sort=none]>&>svg]:invisible "
    "max-sm:hidden"
)


@dataclass(frozen=True)
class Column:
    """A column's heading. `hidden` headings are only for screen readers; numbers stand right.

    `wide` columns are only for wide screens. `sort` is the key by which a press sorts, "" where it does not. `width` is
    in pixels; once a column has one, the others share what is left, whatever they hold: nothing moves when rows come.
    """

    heading: str
    right: bool = False
    hidden: bool = False
    sort: str = ""
    wide: bool = False
    width: int = 0


@dataclass(frozen=True)
class Sorting:
    """How a table is sorted: `by` is a column's key, with "-" before it where the largest or latest comes first.

    `on_sort` gets what `by` is to be: the other way round for the same column. Numbers begin with the largest.
    """

    by: Text
    on_sort: Any


def table(
    columns: list[Column],
    rows: rx.Var[Any],
    render: Callable[[Any], rx.Component],
    *,
    label: str,
    sorting: Sorting | None = None,
    selecting: Selecting | None = None,
) -> rx.Component:
    """A table over a state's list. `render` makes one `row(...)` of an item.

    With `selecting` each row begins with a `select_cell`, and the card stands in a `selectable`.
    """
    return table_of(columns, rx.foreach(rows, render), label=label, sorting=sorting, selecting=selecting)


def table_of(
    columns: list[Column],
    *rows: rx.Component,
    label: str,
    sorting: Sorting | None = None,
    selecting: Selecting | None = None,
) -> rx.Component:
    """A table with its rows given. Put it into a `card(padded=False)`."""
    heads = [_heading(column, sorting) for column in columns]
    if selecting is not None:
        heads.insert(0, select_all(selecting))
    return _table(columns, heads, rows, {"aria-label": label})


def table_skeleton(
    columns: list[Column], places: list[Place], *, label: str, count: int = 10, ticks: bool = False
) -> rx.Component:
    """The same table while it loads: its heads, and rows of the final height. `places` as for the cells."""
    name = rx.el.div(skeleton("h-3 w-32"), skeleton("mt-2 h-3 w-40 max-w-full"), class_name="py-1")
    cells = [
        cell(name if place == "name" else skeleton(joined("h-3 w-14", "ml-auto" if column.right else "")), place=place)
        for column, place in zip(columns, places, strict=True)
    ]
    tick = [rx.el.td(class_name=TICK_CELL)] if ticks else []
    head = [rx.el.th(class_name=HEAD_TICK, custom_attrs={"aria-hidden": "true"})] if ticks else []
    heads = [*head, *[_heading(column, None) for column in columns]]
    rows = [rx.el.tr(*tick, *cells, class_name=ROW)] * count
    return _table(columns, heads, rows, {"aria-label": label, "aria-busy": "true"})


def row(*cells: rx.Component, on_click: Handler = None, selected: Flag | None = None, **props: Any) -> rx.Component:
    """A row of `cell`s. Where the whole row is pressed, its name is still a link for the keyboard."""
    pressed = "cursor-pointer" if on_click is not None else ""
    marks = {} if selected is None else {"data-selected": said(selected)}
    attributes = {**marks, **props.pop("custom_attrs", {})}
    return rx.el.tr(
        *cells,
        class_name=joined(ROW, pressed),
        custom_attrs=attributes,
        **handlers(on_click=on_click),
        **props,
    )


def select_cell(selected: Flag, on_select: Handler, label: Text) -> rx.Component:
    """The first cell of a row that can be selected; `label` says what: "Select Jonas Weber"."""
    return rx.el.td(ticked(selected, on_select, label), class_name=TICK_CELL)


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


def _table(
    columns: list[Column], heads: Sequence[rx.Component], rows: Sequence[rx.Component], attributes: dict[str, str]
) -> rx.Component:
    """The table itself. Should it ever be wider than its card, it scrolls there: nothing is cut off."""
    layout = "sm:table-fixed" if any(column.width for column in columns) else ""
    element = rx.el.table(
        rx.el.thead(rx.el.tr(*heads), class_name="max-sm:sr-only"),
        rx.el.tbody(*rows, class_name="max-sm:block"),
        class_name=joined("w-full border-collapse max-sm:block", layout),
        custom_attrs=attributes,
    )
    return rx.el.div(element, class_name="sm:overflow-x-auto")


def _heading(column: Column, sorting: Sorting | None) -> rx.Component:
    look = joined(HEAD, "text-right!" if column.right else "", "max-lg:hidden" if column.wide else "")
    size = {"style": {"width": f"{column.width}px"}} if column.width else {}
    if sorting is None or not column.sort:
        words: Child = rx.el.span(column.heading, class_name="sr-only") if column.hidden else column.heading
        return rx.el.th(words, class_name=look, scope="col", **size)
    by, up, down = rx.Var.create(sorting.by).to(str), column.sort, f"-{column.sort}"
    following = rx.cond(by == down, up, down) if column.right else rx.cond(by == up, down, up)
    press = rx.el.button(
        column.heading,
        rx.cond(by == down, icon("arrow-down", "s"), icon("arrow-up", "s")),
        type="button",
        on_click=sorting.on_sort(following),
        class_name=joined(SORT, "flex-row-reverse" if column.right else ""),
    )
    return rx.el.th(
        press,
        rx.el.span(column.heading, class_name="sm:hidden"),
        class_name=look,
        scope="col",
        custom_attrs={"aria-sort": rx.match(by, (up, "ascending"), (down, "descending"), "none")},
        **size,
    )
