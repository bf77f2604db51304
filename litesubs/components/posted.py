"""Fields of forms that the browser itself posts, on pages that the server fills: value, error and hint are its."""

from typing import Any

import reflex as rx

from litesubs.components.boot import boot, html_slot
from litesubs.components.fields import BOX, CONTROL, LABEL, LINE, Kind, show_button
from litesubs.components.values import Text, joined


def posted_field(label: Text, name: str, *, kind: Kind = "text", auto_complete: str, **props: Any) -> rx.Component:
    """A field that keeps what was typed when the form comes back: `name`, `name_note_html`, `name_invalid` in boot."""
    secret = kind == "password"
    entry = rx.el.input(
        id=name,
        name=name,
        type=kind,
        auto_complete=auto_complete,
        required=True,
        class_name=CONTROL,
        custom_attrs={"aria-describedby": f"{name}-note", "aria-invalid": boot(f"{name}_invalid")},
        **({} if secret else {"default_value": boot(name)}),
        **props,
    )
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name=LABEL),
        rx.el.div(entry, show_button() if secret else rx.fragment(), class_name=joined(BOX, LINE)),
        html_slot(f"{name}_note_html", "text-sm text-muted empty:hidden", id=f"{name}-note"),
        class_name="flex min-w-0 flex-col gap-1.5",
    )


def posted_value(name: str) -> rx.Component:
    """A hidden field with a value of the server."""
    return rx.el.input(type="hidden", name=name, default_value=boot(name))
