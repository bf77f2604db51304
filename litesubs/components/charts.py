"""Charts and the cards they stand in: the same numbers as a table, and as a file, one press away.

Drawn by assets/charts.jsx as plain HTML and SVG. A charting library would weigh more than the rest of the page.
"""

from typing import Any

import reflex as rx
from reflex.vars import ArrayVar, ObjectVar
from reflex_components_core.el.elements.base import BaseHTML

from litesubs.components.buttons import look
from litesubs.components.choices import SEGMENT, SEGMENTS
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.surfaces import card, skeleton
from litesubs.components.tables import Column, Place, cell, row, table
from litesubs.components.values import Child, Number, Text, joined
from litesubs.domain.views.charts import ChartPoint, ShareView

Points = rx.Var[list[ChartPoint]] | Any
Shares = rx.Var[list[ShareView]] | Any
LIBRARY = "$/public/charts.jsx"


class Chart(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """What both charts take. `digits` is how many decimals a minor unit of `currency` has."""

    library = LIBRARY

    points: rx.Var[list[Any]]
    sentence: rx.Var[str]
    currency: rx.Var[str]
    digits: rx.Var[int]
    names: rx.Var[list[str]]


class BarChart(Chart):
    """Bars that stand; charts.jsx."""

    tag = "BarChart"


class LineChart(Chart):
    """Lines with a dash each; charts.jsx."""

    tag = "LineChart"


def bar_chart(
    points: Points, sentence: Text, *, currency: Text = "", digits: Number = 0, names: list[str] | None = None
) -> rx.Component:
    """A bar for the first value of each ChartPoint. `sentence` says what it shows to those who cannot see it.

    With `currency` and its `digits` the values are minor units. `names` stand behind the words of a point's tip.
    """
    return BarChart.create(points=points, sentence=sentence, currency=currency, digits=digits, names=names or [])


def line_chart(
    points: Points, sentence: Text, names: list[str], *, currency: Text = "", digits: Number = 0
) -> rx.Component:
    """A line for each of `names`, in the order of a ChartPoint's values. Otherwise as `bar_chart`."""
    return LineChart.create(points=points, sentence=sentence, currency=currency, digits=digits, names=names)


def legend(*names: str) -> rx.Component:
    """Which line is which: the same colours and dashes as in the chart."""
    keys = [
        rx.el.span(
            rx.el.i(class_name="chart-key", custom_attrs={"data-series": str(number), "aria-hidden": "true"}),
            name,
            class_name="inline-flex items-center gap-1.5",
        )
        for number, name in enumerate(names)
    ]
    return rx.el.div(*keys, class_name="flex flex-wrap gap-x-3.5 text-sm text-muted")


def points_table(points: Points, heads: list[str], *, label: str) -> rx.Component:
    """A chart's points as a table: `heads` names the axis, then each of a point's words."""

    def line(point: ObjectVar[ChartPoint]) -> rx.Component:
        words: ArrayVar[list[str]] = rx.Var.create(point.words).to(list[str])
        names, numbers = ["name", "number", "right"], range(len(heads) - 1)
        cells = [cell(words[number], place=_phone_place(names, number), right=True) for number in numbers]
        return row(cell(point.title, place="name"), *cells)

    columns = [Column(heads[0]), *[Column(head, right=True) for head in heads[1:]]]
    return table(columns, points, line, label=label)


def shares_table(shares: Shares, heads: list[str], *, label: str) -> rx.Component:
    """Bars that lie as a table: `heads` names what they are, their figure and, if it has one, the second."""
    places: list[Place] = ["number", "right"]

    def line(share: ObjectVar[ShareView]) -> rx.Component:
        figures = zip((share.words, share.second), places, heads[1:], strict=False)
        cells = [cell(words, place=place, right=True) for words, place, _ in figures]
        return row(cell(share.label, place="name"), *cells)

    return table([Column(heads[0]), *[Column(head, right=True) for head in heads[1:]]], shares, line, label=label)


def share_bars(shares: Shares) -> rx.Component:
    """Bars that lie, the longest as long as there is room: a list of ShareView."""
    most = _most(shares)

    def line(share: ObjectVar[ShareView]) -> rx.Component:
        return rx.el.li(
            rx.el.span(share.label, class_name="truncate"),
            rx.el.i(class_name="block h-3.5 rounded-[4px] bg-chart-1", style={"width": _percent(share.value, most)}),
            _figures(share),
            class_name="col-span-3 grid grid-cols-subgrid items-center py-2",
        )

    return rx.el.ul(rx.foreach(shares, line), class_name="grid grid-cols-[auto_minmax(48px,1fr)_auto] gap-x-4")


def funnel(steps: Shares) -> rx.Component:
    """How many of the first are left at each step: a list of ShareView, the first of which is all of them."""
    most = _most(steps)

    def step(share: ObjectVar[ShareView]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.span(share.label, class_name="min-w-0 flex-1 truncate"),
                _figures(share),
                class_name="mb-2 flex gap-3",
            ),
            rx.el.div(
                rx.el.i(style={"width": _percent(share.value, most)}),
                class_name="bar h-2.5!",
                custom_attrs={"aria-hidden": "true"},
            ),
        )

    return rx.el.ul(rx.foreach(steps, step), class_name="grid gap-3.5")


def chart_card(
    title: Text, chart: Child, table_: Child | None = None, *, csv_href: Text = "", legend_: Child | None = None
) -> rx.Component:
    """A chart's card, with its numbers as a table and as a file. Which of the two shows is the browser's matter.

    The table scrolls inside the card, so that neither view is taller than the other.
    """
    switch = _views(words=legend_ is None) if table_ is not None else rx.fragment()
    file = (
        anchor(
            icon("download"),
            href=csv_href,
            class_name=look("ghost", "sm", more="w-[30px] px-0! max-sm:min-w-11"),
            custom_attrs={"aria-label": "Download as CSV", "title": "Download as CSV", "download": ""},
        )
        if not isinstance(csv_href, str) or csv_href
        else rx.fragment()
    )
    head = rx.el.div(
        rx.el.h2(title, class_name="min-w-0 flex-1 text-[15px] leading-5 font-semibold"),
        rx.el.div(legend_, class_name="max-sm:order-last max-sm:basis-full") if legend_ is not None else rx.fragment(),
        rx.el.div(switch, file, class_name="-mr-1.5 flex items-center gap-2 max-sm:gap-0"),
        class_name="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-5 pt-4 max-sm:px-4 max-sm:pt-3",
    )
    drawn = rx.el.div(chart, class_name="px-5 pt-4 pb-5 max-sm:px-4", custom_attrs={"data-panel": "chart"})
    listed = (
        rx.el.div(
            rx.el.div(table_, class_name="chart-table", tab_index=0, role="group", custom_attrs={"aria-label": title}),
            class_name="pt-2",
            custom_attrs={"data-panel": "table"},
        )
        if table_ is not None
        else rx.fragment()
    )
    return card(head, drawn, listed, padded=False, custom_attrs={"data-view": "chart"})


def chart_skeleton(*, tall: bool = True) -> rx.Component:
    """A chart card while it loads, of the final height."""
    return card(
        rx.el.div(skeleton("h-3 w-32"), class_name="flex min-h-11 items-center px-5 pt-4 max-sm:px-4 max-sm:pt-3"),
        rx.el.div(
            skeleton(joined("w-full rounded-md", "h-[268px] max-sm:h-[210px]" if tall else "h-[180px]")),
            class_name="px-5 pt-4 pb-5 max-sm:px-4",
        ),
        padded=False,
        custom_attrs={"aria-busy": "true"},
    )


def _views(*, words: bool) -> rx.Component:
    hidden, square = (
        ("max-sm:sr-only", "max-sm:min-w-11 max-sm:px-0!") if words else ("sr-only", "px-2! max-sm:min-w-11")
    )

    def view(name: str, label: str, sign: str, pressed: str) -> rx.Component:
        return rx.el.button(
            icon(sign, "s"),
            rx.el.span(label, class_name=hidden),
            type="button",
            class_name=joined(SEGMENT, square),
            custom_attrs={"data-shows": name, "aria-pressed": pressed},
        )

    return rx.el.div(
        view("chart", "Chart", "chart-column", "true"),
        view("table", "Table", "table-2", "false"),
        role="group",
        class_name=SEGMENTS,
        custom_attrs={"aria-label": "Chart or table"},
    )


def _figures(share: ObjectVar[ShareView]) -> rx.Component:
    return rx.el.span(
        rx.el.b(share.words, class_name="font-semibold"),
        rx.el.span(" ", share.second, class_name="text-muted"),
        class_name="shrink-0 text-right whitespace-nowrap tabular-nums",
    )


def _most(shares: Shares) -> rx.Var[int]:
    held = rx.Var.create(shares)
    found = f"Math.max(1, ...({held}).map((share) => share?.value ?? 0))"
    return rx.Var(found, _var_data=held._get_all_var_data()).to(int)  # noqa: SLF001 - Reflex has no other way


def _percent(value: Any, most: rx.Var[int]) -> rx.Var[str]:
    """A bar's width. What is not nothing can be seen, however small it is."""
    held: Any = rx.Var.create(value).to(int)
    return rx.cond(held > 0, f"max(2px, {held * 100 / most}%)", "0")


def _phone_place(names: list[str], number: int) -> Any:
    return names[number + 1] if number + 1 < len(names) else "away"
