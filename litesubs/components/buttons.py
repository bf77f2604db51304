"""Buttons and links."""

from typing import Any, Literal

import reflex as rx

from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.values import Child, Flag, Handler, Text, handlers, joined

Variant = Literal["primary", "secondary", "ghost", "danger", "ink"]
Size = Literal["sm", "md", "lg"]

BASE = (
    "inline-flex items-center justify-center whitespace-nowrap border font-medium no-underline select-none "
    "transition-[background-color,border-color,transform] duration-[120ms] active:translate-y-px "
    "disabled:cursor-not-allowed disabled:active:translate-y-0 disabled:not-aria-busy:border-border "
    "disabled:not-aria-busy:bg-sunken disabled:not-aria-busy:text-subtle disabled:not-aria-busy:shadow-none"
)
VARIANTS: dict[Variant, str] = {
    "primary": (
        "border-transparent bg-accent text-accent-contrast enabled:hover:bg-accent-hover [a]:hover:bg-accent-hover"
    ),
    "secondary": "border-border bg-control text-text shadow-sm enabled:hover:bg-sunken [a]:hover:bg-sunken",
    "ghost": (
        "border-transparent text-muted enabled:hover:bg-sunken enabled:hover:text-text [a]:hover:bg-sunken "
        "[a]:hover:text-text"
    ),
    "danger": (
        "border-transparent bg-danger text-danger-contrast enabled:hover:bg-danger-hover [a]:hover:bg-danger-hover"
    ),
    "ink": "border-transparent bg-ticket-ink text-ticket hover:opacity-95",
}
SIZES: dict[Size, str] = {
    "sm": "h-[30px] gap-1.5 rounded-[8px] px-2.5 text-sm max-sm:min-h-11",
    "md": "h-9 gap-2 rounded-md px-3.5 text-base max-sm:min-h-11",
    "lg": "h-12 gap-2 rounded-[12px] px-[22px] text-lg",
}
SQUARE: dict[Size, str] = {
    "sm": "w-[30px] px-0! max-sm:min-w-11",
    "md": "w-9 px-0! max-sm:min-w-11",
    "lg": "w-12 px-0!",
}
LINK = "rounded-sm font-medium text-accent underline-soft hover:text-accent-hover"


def look(variant: Variant, size: Size, *, wide: bool = False, more: str = "") -> str:
    """The class names of a button, for whatever element wears them."""
    return joined(BASE, VARIANTS[variant], SIZES[size], "w-full" if wide else "", more)


def button(  # noqa: PLR0913 - a component's properties are its interface
    *children: Child,
    on_click: Handler = None,
    variant: Variant = "secondary",
    size: Size = "md",
    leading: str = "",
    trailing: str = "",
    loading: Flag = False,
    disabled: Flag = False,
    submit: bool = False,
    wide: bool = False,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """A button. `leading` and `trailing` name icons; while `loading` it keeps its label and cannot be pressed."""
    return rx.el.button(
        *_content(children, leading, trailing, loading),
        type="submit" if submit else "button",
        disabled=_either(loading, disabled),
        class_name=look(variant, size, wide=wide, more=class_name),
        custom_attrs={"aria-busy": loading, **props.pop("custom_attrs", {})},
        **handlers(on_click=on_click),
        **props,
    )


def link_button(
    *children: Child,
    href: Text,
    variant: Variant = "secondary",
    size: Size = "md",
    leading: str = "",
    trailing: str = "",
    in_app: bool = False,
    wide: bool = False,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """A link that looks like a button. `in_app` changes the page without a load: only for desk and wallet pages."""
    return anchor(
        *_content(children, leading, trailing, loading=False),
        href=href,
        in_app=in_app,
        class_name=look(variant, size, wide=wide, more=class_name),
        **props,
    )


def icon_button(
    name: str,
    label: Text,
    on_click: Handler = None,
    variant: Variant = "ghost",
    size: Size = "sm",
    **props: Any,
) -> rx.Component:
    """A square button with an icon; `label` is its name for screen readers and its tooltip."""
    return rx.el.button(
        icon(name),
        type="button",
        title=label,
        class_name=look(variant, size, more=SQUARE[size]),
        custom_attrs={"aria-label": label, **props.pop("custom_attrs", {})},
        **handlers(on_click=on_click),
        **props,
    )


def text_link(*children: Child, href: Text, in_app: bool = False, class_name: str = "", **props: Any) -> rx.Component:
    """A link in running text. `in_app` as for `link_button`."""
    return anchor(*children, href=href, in_app=in_app, class_name=joined(LINK, class_name), **props)


def copy_button(value: Text, label: str = "Copy", variant: Variant = "secondary", size: Size = "sm") -> rx.Component:
    """Copies a value and says "Copied" for two seconds. Needs no state: behaviours.js does it."""
    return rx.el.button(
        rx.el.span(
            icon("copy"), label, class_name="inline-flex items-center gap-1.5", custom_attrs={"data-when": "rest"}
        ),
        rx.el.span(icon("check"), "Copied", class_name="items-center gap-1.5", custom_attrs={"data-when": "copied"}),
        type="button",
        class_name=look(variant, size, more="copies"),
        custom_attrs={"data-copy": value},
    )


def _content(children: tuple[Child, ...], leading: str, trailing: str, loading: Flag) -> list[Child]:
    parts: list[Child] = []
    if isinstance(loading, rx.Var):
        parts.append(rx.cond(loading, _spinner(), icon(leading) if leading else rx.fragment()))
    elif loading:
        parts.append(_spinner())
    elif leading:
        parts.append(icon(leading))
    parts.extend(children)
    if trailing:
        parts.append(icon(trailing))
    return parts


def _spinner() -> rx.Component:
    return rx.el.span(class_name="spinner size-3.5", custom_attrs={"aria-hidden": "true"})


def _either(loading: Flag, disabled: Flag) -> Flag:
    if isinstance(loading, bool) and isinstance(disabled, bool):
        return loading or disabled
    return rx.Var.create(loading).to(bool) | rx.Var.create(disabled).to(bool)
