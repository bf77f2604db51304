"""The row above a list: its search, and chips that narrow or order it."""

from typing import Any

import reflex as rx
from reflex.vars import VarData

from litesubs.components.buttons import button, look
from litesubs.components.choices import chip_button
from litesubs.components.fields import day_field
from litesubs.components.icons import icon
from litesubs.components.overlays import ITEM, form
from litesubs.components.tables import Column
from litesubs.components.values import Child, Flag, Handler, Text, joined, said

Options = list[tuple[str, str]] | rx.Var[list[tuple[str, str]]]
CHIP = (
    "inline-flex h-[30px] shrink-0 items-center gap-1.5 rounded-full border border-border bg-raised px-2.5 text-sm "
    "font-medium whitespace-nowrap max-sm:h-9 hover:bg-sunken data-[on=true]:border-accent "
    "data-[on=true]:bg-accent-soft"
)
PANEL = (
    "fixed inset-auto m-0 max-h-[min(360px,70dvh)] min-w-[200px] max-w-[calc(100vw-16px)] overflow-y-auto "
    "rounded-[12px] border border-border bg-raised p-[5px] text-text shadow-lg enter"
)


def filter_row(search: rx.Component, *chips: rx.Component) -> rx.Component:
    """A list's search with its chips beside it. Phones have the chips in a line of their own that scrolls."""
    return rx.el.div(
        rx.el.div(search, class_name="w-full max-w-[320px] max-sm:max-w-none"),
        rx.el.div(
            *chips,
            role="group",
            class_name=(
                "flex min-w-0 flex-wrap items-center gap-2 max-sm:-mx-4 max-sm:w-[calc(100%+32px)] max-sm:flex-nowrap "
                "max-sm:overflow-x-auto max-sm:px-4 max-sm:py-1 max-sm:[scrollbar-width:none]"
            ),
            custom_attrs={"aria-label": "Filters"},
        ),
        class_name="mb-3.5 flex flex-wrap items-center gap-x-2.5 gap-y-2 max-sm:gap-y-1",
    )


def filter_chip(words: Child, on_press: Handler, *, on: Flag, icon_name: str = "") -> rx.Component:
    """A filter that is on or off."""
    sign = icon(icon_name, "s") if icon_name else rx.fragment()
    return chip_button(rx.fragment(sign, words), on_press, chosen=on)


def filter_menu(
    name: str, label: str, options: Options, value: Text, on_pick: Any, *, icon_name: str = "", every: str = "All"
) -> rx.Component:
    """A filter of which one choice holds: (value, words) each; `on_pick` gets the value, "" for all.

    The chip says the choice in force. `name` must be unique on the page.
    """
    chosen = rx.Var.create(value).to(str)
    sign = icon(icon_name, "s") if icon_name else rx.fragment()
    trigger = rx.el.button(
        sign,
        rx.cond(chosen == "", label, _words_of(options, chosen, label)),
        icon("chevron-down", "s"),
        type="button",
        class_name=CHIP,
        custom_attrs=_opens(
            name, "menu", **{"data-on": said(chosen != ""), "aria-label": _named(label, options, chosen)}
        ),
    )
    return rx.el.span(trigger, _choices(name, label, [("", every)], options, chosen, on_pick), class_name="inline-flex")


def choice_button(
    name: str, label: str, options: Options, value: Text, on_pick: Any, *, icon_name: str = ""
) -> rx.Component:
    """A button that says the choice in force, such as a period, and opens the others. One choice always holds."""
    chosen = rx.Var.create(value).to(str)
    trigger = rx.el.button(
        icon(icon_name) if icon_name else rx.fragment(),
        _words_of(options, chosen, label),
        icon("chevron-down", "s"),
        type="button",
        class_name=look("secondary", "md"),
        custom_attrs=_opens(name, "menu", **{"aria-label": _named(label, options, chosen)}),
    )
    return rx.el.span(trigger, _choices(name, label, [], options, chosen, on_pick), class_name="inline-flex")


def sort_chip(name: str, columns: list[Column], by: Text, on_sort: Any) -> rx.Component:
    """How phones sort a table, whose heads they do not show: the same columns and keys as the heads."""
    options = [(key, words) for column in columns if column.sort for key, words in _orders(column)]
    chosen = rx.Var.create(by).to(str)
    trigger = rx.el.button(
        icon("arrow-up-down", "s"),
        _words_of(options, chosen, "Sort"),
        type="button",
        class_name=CHIP,
        custom_attrs=_opens(name, "menu", **{"aria-label": _named("Sort", options, chosen)}),
    )
    return rx.el.span(trigger, _choices(name, "Sort", [], options, chosen, on_sort), class_name="sm:hidden")


def date_chip(
    name: str, start: Text, end: Text, on_dates: Handler, *, shown: Text, label: str = "Any date"
) -> rx.Component:
    """A filter by a range of days. `start` and `end` are ISO dates or ""; `shown` says the range in words, "" for none.

    `on_dates` gets a form with `start` and `end`; both are "" where the person clears it.
    """
    held: Any = rx.Var.create(shown).to(str)
    trigger = rx.el.button(
        rx.cond(held == "", label, held),
        icon("calendar", "s"),
        type="button",
        class_name=CHIP,
        custom_attrs=_opens(name, "dialog", **{"data-on": said(held != "")}),
    )
    fields = rx.el.div(
        day_field("From", f"{name}-start", "start", start),
        day_field("To", f"{name}-end", "end", end),
        key=f"{start}/{end}",
        class_name="grid gap-3",
    )
    buttons = rx.el.div(
        button("Clear", variant="ghost", size="sm", custom_attrs={"data-clears": ""}),
        button("Show", variant="primary", size="sm", submit=True),
        class_name="flex justify-end gap-2",
    )
    panel = rx.el.div(
        form(fields, buttons, on_submit=on_dates, class_name="grid gap-3.5 p-2.5"),
        id=name,
        role="dialog",
        class_name=joined(PANEL, "w-[260px]"),
        custom_attrs={"popover": "auto", "aria-label": "Range of days", "data-align": "start"},
    )
    return rx.el.span(trigger, panel, class_name="inline-flex")


def _choices(
    name: str, label: str, first: list[tuple[str, str]], options: Options, chosen: rx.Var[str], on_pick: Any
) -> rx.Component:
    def item(value: Text, words: Text) -> rx.Component:
        return rx.el.button(
            rx.el.span(words, class_name="flex-1 truncate"),
            icon("check", "s", "text-accent [[aria-checked=false]>&]:invisible"),
            type="button",
            role="menuitemradio",
            on_click=on_pick(value),
            class_name=ITEM,
            custom_attrs={"aria-checked": said(chosen == value)},
        )

    if isinstance(options, rx.Var):
        items = [rx.foreach(options, lambda option: item(option[0], option[1]))]
    else:
        items = [item(value, words) for value, words in options]
    return rx.el.div(
        *[item(value, words) for value, words in first],
        *items,
        id=name,
        role="menu",
        class_name=PANEL,
        custom_attrs={"popover": "auto", "aria-label": label, "data-align": "start"},
    )


def _opens(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"popoverTarget": name, "aria-haspopup": kind, **more}


def _words_of(options: Options, chosen: rx.Var[str], otherwise: str) -> rx.Var[str]:
    """The words of the chosen option."""
    pairs, fallback = rx.Var.create(options), rx.Var.create(otherwise)
    found = f"({pairs}.find(([value]) => value === {chosen})?.[1] ?? {fallback})"
    needs = VarData.merge(pairs._get_all_var_data(), chosen._get_all_var_data())  # noqa: SLF001 - Reflex has no other way
    return rx.Var(found, _var_data=needs).to(str)


def _named(label: str, options: Options, chosen: rx.Var[str]) -> rx.Var[str]:
    return rx.Var.create(f"{label}: {_words_of(options, chosen, 'all')}").to(str)


def _orders(column: Column) -> list[tuple[str, str]]:
    up, down = ("least first", "most first") if column.right else ("first to last", "last to first")
    both = [(column.sort, f"{column.heading}, {up}"), (f"-{column.sort}", f"{column.heading}, {down}")]
    return both[::-1] if column.right else both
