"""Fields that help to find what one means: a person by a few letters, a file."""

from typing import Any

import reflex as rx
from reflex.event import passthrough_event_spec
from reflex_components_core.el.elements.base import BaseHTML

from litesubs.components.fields import BOX, CONTROL, LINE, described, field
from litesubs.components.icons import icon
from litesubs.components.values import Handler, Text, handlers, joined


class ComboBox(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """A text field with a list of what matches; combobox.jsx."""

    library = "$/public/combobox.jsx"
    tag = "Combobox"

    name: rx.Var[str]
    options: rx.Var[list[Any]]
    offer: rx.Var[str]
    initial: rx.Var[str]
    attributes: rx.Var[dict[str, Any]]
    on_type: rx.EventHandler[passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]  # for pyright
    on_pick: rx.EventHandler[passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]  # for pyright


def combobox_field(  # noqa: PLR0913 - a component's properties are its interface
    label: Text,
    name: str,
    options: rx.Var[list[Any]],
    *,
    on_type: Handler,
    on_pick: Handler = None,
    offer: str = "",
    initial: Text = "",
    hint: Text = "",
    error: Text = "",
    placeholder: str = "",
) -> rx.Component:
    """A field that lists what matches: views or dictionaries with `value`, `label` and `hint`, found by `on_type`.

    What was typed is marked in each. With `offer`, such as "Give to", an e-mail address that is in nobody's row is
    offered too. A form reads the picked value by `name`, or what is written where nothing was picked.
    """
    control = ComboBox.create(
        id=name,
        name=name,
        options=options,
        offer=offer,
        initial=initial,
        attributes={"className": CONTROL, "placeholder": placeholder, **described(name, hint, error)},
        class_name=joined(BOX, LINE, "relative"),
        **handlers(on_type=on_type, on_pick=on_pick),
    )
    return field(label, control, name=name, hint=hint, error=error)


def file_field(
    label: Text, name: str, *, accept: str, hint: Text = "", error: Text = "", sends: bool = False, **props: Any
) -> rx.Component:
    """A file to choose or to drop. It shows the file's name; with `sends` its form is sent as soon as there is one.

    The browser holds the file: use it in a `native_form(..., enc_type="multipart/form-data")`, or with `on_change`.
    """
    attributes = {"data-file": "send" if sends else "", **described(name, hint, error)}
    box = rx.el.div(
        icon("file-up", "x", "text-muted"),
        rx.el.span(
            rx.el.b("Choose a file", class_name="font-medium text-accent underline-soft"),
            rx.el.span(" or drop it here", class_name="max-sm:hidden"),
            custom_attrs={"data-when": "empty"},
        ),
        rx.el.span(class_name="font-medium [overflow-wrap:anywhere]", custom_attrs={"data-when": "chosen"}),
        rx.el.input(
            id=name,
            name=name,
            type="file",
            accept=accept,
            class_name="absolute inset-0 cursor-pointer opacity-0",
            custom_attrs=attributes,
            **props,
        ),
        class_name=(
            "file-drop relative grid min-h-32 place-items-center content-center gap-2 rounded-md border border-dashed "
            "border-border-strong bg-raised p-5 text-center hover:bg-sunken focus-within:outline-2 "
            "focus-within:outline-offset-1 focus-within:outline-ring data-[over]:border-accent "
            "data-[over]:bg-accent-soft has-[[aria-invalid=true]]:border-danger"
        ),
    )
    return field(label, box, name=name, hint=hint, error=error)
