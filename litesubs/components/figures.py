"""A period's numbers: what each means beneath it, how it compares with before, and what is still to be set up."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.values import Child, Text

TRENDS = {"up": "arrow-up-right", "down": "arrow-down-right", "same": "arrow-right"}


def compared(figure: Any, versus: Text) -> rx.Component:
    """ "↗ 18% on October" for a FigureView, or nothing where there is nothing to compare with. Says no good or bad."""
    arrows = [(name, icon(sign, "s", "inline-block align-[-2px] text-text")) for name, sign in TRENDS.items()]
    return rx.cond(
        figure.change != "",
        rx.el.span(
            rx.match(figure.trend, *arrows, rx.fragment()),
            " ",
            rx.el.b(figure.change, class_name="font-semibold text-text"),
            f" on {versus}",
            title=f"{figure.before} before",
        ),
        rx.fragment(),
    )


def meanings(*lines: Child) -> rx.Component:
    """The lines beneath a figure."""
    return rx.el.span(*[rx.el.span(line, class_name="block") for line in lines])


def checklist(steps: Any) -> rx.Component:
    """What there is to do before the first sale: a list of SetupStep, each a link until it is done."""

    def step(item: Any) -> rx.Component:
        done = rx.el.span(
            icon("circle-check", class_name="text-success"),
            rx.el.span(item.words),
            rx.el.span("Done", class_name="sr-only"),
            class_name="flex min-h-12 items-center gap-3 px-5 text-muted max-sm:px-4",
        )
        todo = anchor(
            icon("circle", class_name="text-muted"),
            rx.el.span(item.words, class_name="min-w-0 flex-1 font-medium"),
            icon("chevron-right", class_name="text-muted"),
            href=item.href,
            in_app=True,
            class_name="flex min-h-12 items-center gap-3 px-5 row-hover max-sm:px-4",
        )
        return rx.el.li(rx.cond(item.done, done, todo), class_name="border-b border-border last:border-b-0")

    return rx.el.ol(rx.foreach(steps, step), class_name="mt-2")


def unfinished(steps: rx.Var[Any]) -> rx.Var[bool]:
    """Whether any SetupStep of the list is left to do."""
    found = f"({steps}).some((step) => !step.done)"
    return rx.Var(found, _var_data=steps._get_all_var_data()).to(bool)  # noqa: SLF001 - Reflex has no other way


def people(rows: Any, parts: Callable[[Any], tuple[rx.Component, ...]]) -> rx.Component:
    """A short list of people inside a card: `parts` gives the face, the name, a muted figure and a strong one."""

    def line(item: Any) -> rx.Component:
        face, name, second, figure = parts(item)
        return rx.el.li(
            face,
            rx.el.span(name, class_name="min-w-0 flex-1 truncate"),
            rx.el.span(second, class_name="text-sm whitespace-nowrap text-muted"),
            rx.el.span(figure, class_name="min-w-[72px] text-right tabular-nums"),
            class_name="flex min-h-12 items-center gap-3 border-t border-border first:border-t-0",
        )

    return rx.el.ul(rx.foreach(rows, line), class_name="-my-2")
