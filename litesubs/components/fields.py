"""Form fields: a label above, the control, then a hint or what is wrong."""

from typing import Any, Literal

import reflex as rx

from litesubs.components.icons import icon
from litesubs.components.values import Child, Handler, Text, handlers, joined

LABEL = "text-sm font-medium"
BOX = (
    "flex w-full min-w-0 items-center gap-2 rounded-md border border-border-strong bg-raised px-3 "
    "transition-[border-color] "
    "duration-[120ms] has-[[aria-invalid=true]]:border-danger "
    "focus-within:border-accent focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-ring "
    "has-[:disabled]:border-border has-[:disabled]:bg-sunken has-[:disabled]:text-subtle"
)
LINE = "h-10 text-base max-sm:h-11 max-sm:text-lg"
CONTROL = "h-full w-full min-w-0 appearance-none border-0 bg-transparent p-0 text-inherit outline-none"
Kind = Literal["text", "email", "password", "search", "number", "date", "url"]


def field(
    label: Text,
    control: rx.Component,
    *,
    name: str,
    hint: Text = "",
    error: Text = "",
    optional: bool = False,
) -> rx.Component:
    """A labelled control. `name` ties label, hint and error to it; an error takes the hint's place."""
    return rx.el.div(
        rx.el.label(
            label,
            rx.el.span(" (optional)", class_name="font-normal text-muted") if optional else rx.fragment(),
            html_for=name,
            class_name=LABEL,
        ),
        control,
        field_note(name, hint, error),
        class_name="flex min-w-0 flex-col gap-1.5",
    )


def text_field(  # noqa: PLR0913 - a component's properties are its interface
    label: Text,
    name: str,
    *,
    kind: Kind = "text",
    hint: Text = "",
    error: Text = "",
    prefix: Child = "",
    suffix: Child = "",
    optional: bool = False,
    on_change: Handler = None,
    on_blur: Handler = None,
    **props: Any,
) -> rx.Component:
    """One line of text, with what stands before and behind it inside the box ("€", "days after purchase")."""
    control = _box(
        _affix(prefix),
        rx.el.input(
            id=name,
            name=name,
            type=kind,
            class_name=CONTROL,
            custom_attrs=described(name, hint, error),
            **handlers(on_change=on_change, on_blur=on_blur),
            **props,
        ),
        _affix(suffix),
    )
    return field(label, control, name=name, hint=hint, error=error, optional=optional)


def group(label: Text, *controls: rx.Component, name: str, error: Text = "") -> rx.Component:
    """Controls that answer one question: radio cards and the field of the chosen one, named for screen readers only."""
    return rx.el.div(
        rx.el.p(label, class_name=LABEL),
        *controls,
        field_note(name, "", error),
        class_name="flex min-w-0 flex-col gap-2 [&_label]:sr-only",
    )


def text_area(
    label: Text,
    name: str,
    *,
    rows: int = 4,
    hint: Text = "",
    error: Text = "",
    optional: bool = False,
    on_change: Handler = None,
    **props: Any,
) -> rx.Component:
    """Several lines of text; grows with what is written where the browser can."""
    control = _box(
        rx.el.textarea(
            id=name,
            name=name,
            rows=str(rows),
            class_name=(
                "w-full min-w-0 resize-y border-0 bg-transparent py-2 leading-[21px] outline-none "
                "[field-sizing:content]"
            ),
            style={"minHeight": f"{rows * 21 + 18}px"},
            custom_attrs=described(name, hint, error),
            **handlers(on_change=on_change),
            **props,
        ),
        line=False,
    )
    return field(label, control, name=name, hint=hint, error=error, optional=optional)


def select_field(
    label: Text,
    name: str,
    options: list[tuple[str, str]] | rx.Var[list[tuple[str, str]]],
    *,
    hint: Text = "",
    error: Text = "",
    on_change: Handler = None,
    **props: Any,
) -> rx.Component:
    """A native select of (value, words)."""
    control = _box(_select(name, options, on_change, custom_attrs=described(name, hint, error), **props), _chevron())
    return field(label, control, name=name, hint=hint, error=error)


def select_in_field(
    name: str,
    label: Text,
    options: list[tuple[str, str]] | rx.Var[list[tuple[str, str]]],
    on_change: Handler = None,
    *,
    shown: Text | None = None,
    **props: Any,
) -> rx.Component:
    """A small select for a field's `suffix`, such as the currency behind a price. `label` names it for screen readers.

    With `shown` the closed select says only that, such as "EUR" where the list says "EUR, Euro".
    """
    if shown is not None:
        return rx.el.span(
            rx.el.span(shown, class_name="font-medium text-text", custom_attrs={"aria-hidden": "true"}),
            icon("chevron-down", "s"),
            _select(
                name,
                options,
                on_change,
                custom_attrs={"aria-label": label},
                style={"opacity": "0", "position": "absolute", "inset": "0"},
                **props,
            ),
            class_name="relative flex h-full min-w-14 items-center justify-end gap-1",
        )
    return rx.el.span(
        _select(name, options, on_change, custom_attrs={"aria-label": label}, **props),
        icon("chevron-down", "s"),
        class_name="flex h-full items-center gap-1",
    )


def show_button() -> rx.Component:
    """Shows the password beside it; behaviours.js does it."""
    return rx.el.button(
        icon("eye"),
        type="button",
        class_name=(
            "-mr-2 grid size-9 shrink-0 place-items-center rounded-[8px] text-muted hover:text-text "
            "aria-pressed:text-accent"
        ),
        custom_attrs={"aria-label": "Show password", "aria-pressed": "false", "data-show-password": ""},
    )


def search_field(label: Text, name: str, on_change: Handler = None, **props: Any) -> rx.Component:
    """A page's search box: its label only screen readers get, and "/" leads to it from anywhere on the page."""
    entry = rx.el.input(
        id=name,
        name=name,
        type="search",
        placeholder=label,
        class_name=joined(CONTROL, "peer [&::-webkit-search-cancel-button]:hidden"),
        custom_attrs={"aria-label": label, "data-search": "", "aria-keyshortcuts": "/"},
        **handlers(on_change=on_change),
        **props,
    )
    hint = rx.el.span(
        key_cap("/"), class_name="peer-focus:invisible peer-not-placeholder-shown:invisible max-md:hidden"
    )
    return rx.el.div(
        rx.el.span(icon("search"), class_name="text-muted"),
        entry,
        hint,
        class_name=joined(BOX, "h-9 pr-2! max-sm:h-11 max-sm:text-lg"),
    )


def key_cap(words: str) -> rx.Component:
    """A key of the keyboard. Screen readers are told of it by `aria-keyshortcuts`."""
    return rx.el.kbd(
        words,
        class_name=(
            "inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-border bg-surface px-1.5 "
            "font-sans text-[11px] leading-none font-medium text-muted"
        ),
        custom_attrs={"aria-hidden": "true"},
    )


def day_field(label: Text, id_: str, name: str, value: Text) -> rx.Component:
    """A day to pick, whose `name` in the form is not its id: a page can have several ranges of days."""
    day = rx.el.input(id=id_, name=name, type="date", default_value=value, class_name=CONTROL)
    return field(label, _box(day), name=id_)


def browser_time_zone() -> rx.Component:
    """A field that nobody sees: as its form is sent, behaviours.js writes the browser's time zone into it."""
    return rx.el.input(type="hidden", name="time_zone", custom_attrs={"data-time-zone": ""})


def field_note(name: str, hint: Text = "", error: Text = "") -> rx.Component:
    """The line below a control: the error if there is one, else the hint."""
    wrong = rx.el.p(
        icon("circle-alert", "s", "mt-0.5"),
        rx.el.span(error),
        id=f"{name}-note",
        role="alert",
        class_name="flex items-start gap-1.5 text-sm text-danger",
    )
    help_ = rx.el.p(hint, id=f"{name}-note", class_name="text-sm text-muted") if _given(hint) else rx.fragment()
    if isinstance(error, rx.Var):
        return rx.cond(error != "", wrong, help_)
    return wrong if error else help_


def described(name: str, hint: Text, error: Text) -> dict[str, Any]:
    """What ties a control to the line below it: the note that describes it, and whether what it holds is wrong."""
    attributes: dict[str, Any] = {"aria-describedby": f"{name}-note"} if _given(hint) or _given(error) else {}
    if isinstance(error, rx.Var):
        attributes["aria-invalid"] = rx.cond(error != "", "true", "false")
    elif error:
        attributes["aria-invalid"] = "true"
    return attributes


def _given(text: Text) -> bool:
    return isinstance(text, rx.Var) or bool(text)


def _box(*children: rx.Component, line: bool = True) -> rx.Component:
    return rx.el.div(*children, class_name=joined(BOX, LINE if line else "max-sm:text-lg"))


def _affix(child: Child) -> rx.Component:
    if isinstance(child, str) and not child:
        return rx.fragment()
    return rx.el.span(child, class_name="flex h-full shrink-0 items-center whitespace-nowrap text-muted")


def _select(
    name: str,
    options: list[tuple[str, str]] | rx.Var[list[tuple[str, str]]],
    on_change: Handler,
    **props: Any,
) -> rx.Component:
    if isinstance(options, rx.Var):
        items = [rx.foreach(options, lambda option: rx.el.option(option[1], value=option[0]))]
    else:
        items = [rx.el.option(words, value=value) for value, words in options]
    return rx.el.select(
        *items,
        id=name,
        name=name,
        class_name=joined(CONTROL, "[&>option]:bg-raised [&>option]:text-text"),
        **handlers(on_change=on_change),
        **props,
    )


def _chevron() -> rx.Component:
    return rx.el.span(icon("chevron-down"), class_name="pointer-events-none -ml-6 text-muted")
