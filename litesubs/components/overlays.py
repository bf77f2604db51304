"""What floats: dialogs, menus, toasts; and the copy field."""

from typing import Any

import reflex as rx
from reflex.event import no_args_event_spec
from reflex_components_core.el.elements.base import BaseHTML

from litesubs.components.boot import KIT
from litesubs.components.buttons import button, copy_button, icon_button, look
from litesubs.components.icons import icon
from litesubs.components.values import Child, Flag, Handler, Text, handlers, joined

ITEM = (
    "flex h-[34px] w-full items-center gap-2.5 rounded-[8px] px-2.5 text-left text-base whitespace-nowrap max-sm:h-11 "
    "hover:bg-sunken focus:bg-sunken focus:outline-none disabled:text-subtle"
)


class ModalDialog(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """A native dialog that opens while `open` is true; kit.jsx."""

    library = KIT
    tag = "ModalDialog"

    open: rx.Var[bool]
    on_close: rx.EventHandler[no_args_event_spec]  # type: ignore[type-arg, valid-type]  # for pyright


def dialog(
    *children: Child,
    open_: rx.Var[bool],
    on_close: Handler,
    title: Text,
    footer: list[rx.Component] | None = None,
    on_submit: Handler = None,
    name: str = "dialog",
) -> rx.Component:
    """A dialog, 480 wide, a bottom sheet on phones. Its content is made anew at each opening.

    Focus is trapped and returned; Escape and a press beside it call `on_close`. With `on_submit` the content is a form
    and the footer's `button(submit=True)` sends it. `name` must be unique on the page.
    """
    header = rx.el.header(
        rx.el.h2(
            title, id=f"{name}-title", class_name="min-w-0 flex-1 text-xl leading-6 font-semibold tracking-[-.01em]"
        ),
        icon_button("x", "Close", on_close),
        class_name="flex items-center gap-3 pt-5 pr-5 pl-6 max-sm:pt-2 max-sm:pr-4 max-sm:pl-5",
    )
    body = rx.el.div(*children, class_name="grid gap-4 px-6 pt-4 pb-5 max-sm:px-5 max-sm:pt-3 max-sm:pb-[18px]")
    foot = rx.el.footer(
        *(footer or []),
        class_name=(
            "sticky bottom-0 flex justify-end gap-2.5 border-t border-border bg-raised px-6 py-3.5 "
            "max-sm:px-5 max-sm:pb-[calc(16px+env(safe-area-inset-bottom))] max-sm:[&>*]:min-h-12 max-sm:[&>*]:flex-1"
        ),
    )
    grab = rx.el.div(class_name="mx-auto mt-2.5 h-1 w-9 rounded-full bg-border-strong sm:hidden")
    parts = [grab, header, body, *([foot] if footer else [])]
    content = rx.el.form(*parts, on_submit=on_submit) if on_submit is not None else rx.el.div(*parts)
    return ModalDialog.create(
        content,
        open=open_,
        on_close=on_close,
        class_name=(
            "sheet m-auto max-h-[90dvh] w-[480px] max-w-[calc(100vw-48px)] overflow-auto rounded-[18px] border "
            "border-border "
            "bg-raised p-0 text-text shadow-lg max-sm:mb-0 max-sm:w-full max-sm:max-w-full max-sm:rounded-b-none "
            "max-sm:border-b-0"
        ),
        custom_attrs={"aria-labelledby": f"{name}-title"},
    )


def confirm(  # noqa: PLR0913 - a component's properties are its interface
    *,
    open_: rx.Var[bool],
    on_close: Handler,
    on_confirm: Handler,
    title: Text,
    text: Text,
    verb: Text,
    danger: Flag = False,
    busy: Flag = False,
    name: str = "confirm",
) -> rx.Component:
    """A dialog that asks once: what will happen in a sentence, and a button that says the verb."""
    return dialog(
        rx.el.p(text, class_name="text-muted"),
        open_=open_,
        on_close=on_close,
        title=title,
        name=name,
        footer=[
            button("Cancel", on_click=on_close),
            rx.cond(
                danger,
                button(verb, on_click=on_confirm, variant="danger", loading=busy),
                button(verb, on_click=on_confirm, variant="primary", loading=busy),
            ),
        ],
    )


def menu(name: Text, label: Text, *items: rx.Component, trigger_icon: str = "ellipsis") -> rx.Component:
    """A button with three dots and what it opens. `name` must be unique on the page, as an id: `f"menu-{item.id}"`."""
    trigger = rx.el.button(
        icon(trigger_icon),
        type="button",
        title=label,
        class_name=look("ghost", "sm", more="w-[30px] px-0! max-sm:min-w-11"),
        custom_attrs={"popoverTarget": name, "aria-label": label, "aria-haspopup": "menu"},
    )
    return rx.el.span(
        trigger,
        rx.el.div(
            *items,
            id=name,
            role="menu",
            class_name=(
                "fixed inset-auto m-0 min-w-[200px] rounded-[12px] border border-border bg-raised p-[5px] text-text "
                "shadow-lg enter"
            ),
            custom_attrs={"popover": "auto", "aria-label": label},
        ),
        class_name="inline-flex",
    )


def menu_item(
    words: Child, icon_name: str, on_click: Handler, *, danger: bool = False, disabled: Flag = False
) -> rx.Component:
    """A line of a menu."""
    return rx.el.button(
        icon(icon_name),
        words,
        type="button",
        role="menuitem",
        disabled=disabled,
        class_name=joined(ITEM, "text-danger" if danger else ""),
        **handlers(on_click=on_click),
    )


def menu_rule() -> rx.Component:
    """The rule before what cannot be undone."""
    return rx.el.hr(class_name="my-[5px] border-t border-border")


def toaster() -> rx.Component:
    """Where toasts appear. The shells hold it; states send them with `state.session.said`."""
    return rx.toast.provider(
        position="bottom-center",
        rich_colors=False,
        expand=False,
        toast_options=rx.toast.options(duration=6000),
    )


def copy_field(value: Text, label: str) -> rx.Component:
    """A value to take along: sunken, mono, with a copy button."""
    return rx.el.div(
        rx.el.span(value, class_name="min-w-0 flex-1 truncate", title=value),
        copy_button(value),
        role="group",
        class_name=(
            "flex h-10 min-w-0 items-center gap-2 rounded-md border border-border bg-sunken pr-[5px] pl-3 font-mono "
            "text-sm "
            "max-sm:h-12 [&>button]:font-sans"
        ),
        custom_attrs={"aria-label": label},
    )


def announcer() -> rx.Component:
    """An invisible line whose changes screen readers say: "Copied"."""
    return rx.el.div(id="announcer", role="status", class_name="sr-only")


def form(*children: Child, on_submit: Handler, class_name: str = "grid gap-4", **props: Any) -> rx.Component:
    """A form whose fields go to a handler as a dictionary by name."""
    return rx.el.form(*children, class_name=class_name, **handlers(on_submit=on_submit), **props)


class NativeForm(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """A form that the browser itself posts, also without JavaScript (Reflex's own form never posts)."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


def native_search(*children: Child, action: Text, class_name: str = "") -> rx.Component:
    """A form that asks for a page with what was typed in its address."""
    return NativeForm.create(*children, action=action, method="get", class_name=class_name, role="search")


def native_form(*children: Child, action: Text, class_name: str = "", **props: Any) -> rx.Component:
    """A form that posts to a route of the server; a second press does not send it twice."""
    attributes = {"data-once": "", **props.pop("custom_attrs", {})}
    return NativeForm.create(
        *children, action=action, method="post", class_name=class_name, custom_attrs=attributes, **props
    )
