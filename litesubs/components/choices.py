"""Choices: a switch acts at once, a segmented control picks one of two to four views, cards answer one question."""

from typing import Any

import reflex as rx

from litesubs.components.links import anchor
from litesubs.components.values import Child, Flag, Handler, Text, handlers, joined, said

TRACK = "relative inline-block h-[22px] w-9 shrink-0 rounded-full transition-colors duration-[120ms]"
KNOB = "absolute top-[3px] left-[3px] size-4 rounded-full transition-transform duration-[120ms]"
SEGMENTS = "inline-flex gap-0.5 rounded-md border border-border bg-sunken p-0.5"
SEGMENT = (
    "inline-flex h-[30px] items-center justify-center gap-1.5 rounded-[8px] px-3 text-sm font-medium whitespace-nowrap "
    "text-muted max-sm:h-9 hover:text-text aria-pressed:bg-raised aria-pressed:text-text aria-pressed:shadow-sm "
    "aria-[current=page]:bg-raised aria-[current=page]:text-text aria-[current=page]:shadow-sm"
)
CARD = (
    "grid min-h-10 place-items-center rounded-md border border-border-strong bg-raised px-2 py-1.5 text-center text-sm "
    "font-medium max-sm:min-h-11 hover:bg-sunken aria-checked:border-accent aria-checked:bg-accent-soft "
    "aria-checked:font-semibold aria-checked:shadow-[inset_0_0_0_1px_var(--accent)]"
)


def switch(label: Text, checked: Flag, on_change: Handler, *, hint: Text = "", disabled: Flag = False) -> rx.Component:
    """On or off, at once. `on_change` is called without an argument: it toggles."""
    return rx.el.button(
        rx.el.span(
            rx.el.span(
                class_name=joined(
                    KNOB, "bg-raised group-aria-checked:translate-x-3.5 group-aria-checked:bg-accent-contrast"
                )
            ),
            class_name=joined(TRACK, "bg-border-strong group-aria-checked:bg-accent"),
        ),
        _words(label, hint),
        type="button",
        role="switch",
        disabled=disabled,
        class_name="group flex items-start gap-3 rounded-sm py-1 text-left disabled:opacity-60",
        custom_attrs={"aria-checked": said(checked)},
        **handlers(on_click=on_change),
    )


def checkbox(label: Child, name: str, *, checked: bool = False, on_change: Handler = None) -> rx.Component:
    """Yes or no in a form: `state.forms.ticked` reads it by `name`. `checked` is how it begins."""
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            id=name,
            name=name,
            default_checked=checked,
            class_name="tick mt-[2px] shrink-0",
            **handlers(on_change=on_change),
        ),
        rx.el.span(label),
        class_name="flex cursor-pointer items-start gap-2.5 py-1",
    )


def checkboxes(label: str, *boxes: rx.Component, note: rx.Component) -> rx.Component:
    """Checkboxes that answer one question together, with the line below them, such as a `field_note`."""
    return rx.el.fieldset(
        rx.el.legend(label, class_name="mb-1 text-sm font-medium"), *boxes, note, class_name="min-w-0"
    )


def segmented(
    options: list[tuple[str, Child]] | rx.Var[list[str]],
    value: Text,
    on_change: Any,
    *,
    label: Text,
) -> rx.Component:
    """Two to four views side by side: (value, words), or a state's list of words. `on_change` gets the value."""

    def segment(option: Text, words: Child) -> rx.Component:
        return rx.el.button(
            words,
            type="button",
            class_name=SEGMENT,
            on_click=on_change(option),
            custom_attrs={"aria-pressed": said(rx.Var.create(value) == option)},
        )

    if isinstance(options, rx.Var):
        segments = [rx.foreach(options, lambda option: segment(option, option))]
    else:
        segments = [segment(option, words) for option, words in options]
    return rx.el.div(*segments, role="group", class_name=SEGMENTS, custom_attrs={"aria-label": label})


def link_segments(links: list[tuple[str, str]], current: str, *, label: str, wide: bool = False) -> rx.Component:
    """A segmented control whose parts are pages: (href, words)."""
    return rx.el.nav(
        *[
            anchor(
                words,
                href=href,
                in_app=True,
                class_name=SEGMENT,
                custom_attrs={"aria-current": "page"} if href == current else {},
            )
            for href, words in links
        ],
        class_name=joined(SEGMENTS, "grid! grid-flow-col auto-cols-fr" if wide else ""),
        custom_attrs={"aria-label": label},
    )


def option_cards(
    options: list[tuple[str, str]],
    value: Text,
    on_change: Any,
    *,
    label: Text,
) -> rx.Component:
    """A radio group of up to four cards in a row: (value, words)."""
    return rx.el.div(
        *[
            rx.el.button(
                words,
                type="button",
                role="radio",
                class_name=CARD,
                on_click=on_change(option),
                custom_attrs={"aria-checked": said(rx.Var.create(value) == option)},
            )
            for option, words in options
        ],
        role="radiogroup",
        class_name="grid auto-cols-fr grid-flow-col gap-2",
        custom_attrs={"aria-label": label},
    )


def chip_button(words: Child, on_click: Handler, *, chosen: Flag = False) -> rx.Component:
    """A small rounded suggestion or filter."""
    return rx.el.button(
        words,
        type="button",
        class_name=(
            "inline-flex h-[30px] items-center gap-1.5 rounded-full border border-border bg-raised px-2.5 text-sm "
            "font-medium "
            "whitespace-nowrap max-sm:h-9 hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft"
        ),
        custom_attrs={"aria-pressed": said(chosen)},
        **handlers(on_click=on_click),
    )


def _words(label: Child, hint: Text) -> rx.Component:
    line = rx.el.span(hint, class_name="text-sm text-muted") if not isinstance(hint, str) or hint else rx.fragment()
    return rx.el.span(rx.el.span(label, class_name="font-medium"), line, class_name="grid")
