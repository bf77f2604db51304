"""The command palette of the desk: Ctrl-K leads to a customer, a pack, a page, or something to do."""

from typing import Any

import reflex as rx
from reflex.event import passthrough_event_spec
from reflex_components_core.el.elements.base import BaseHTML

from litesubs.components.fields import key_cap
from litesubs.components.icons import icon
from litesubs.components.values import Handler, Text, handlers
from litesubs.domain.views.customers import JumpView

Place = dict[str, str | bool]
PLACES: list[Place] = [
    {"kind": "action", "sign": "new", "label": "New pack", "href": "/dashboard/packs/new", "words": "create add"},
    {
        "kind": "action",
        "sign": "give",
        "label": "Give credits",
        "href": "/dashboard/customers?give=1",
        "words": "grant add gift customer",
    },
    {
        "kind": "action",
        "sign": "import",
        "label": "Import customers",
        "href": "/dashboard/customers/import",
        "words": "csv upload file",
    },
    {
        "kind": "action",
        "sign": "export",
        "label": "Export customers",
        "href": "/dashboard/customers.csv",
        "words": "csv download file",
        "file": True,
    },
    {"kind": "page", "sign": "overview", "label": "Overview", "href": "/dashboard", "words": "home revenue charts"},
    {"kind": "page", "sign": "packs", "label": "Packs", "href": "/dashboard/packs", "words": "offers"},
    {"kind": "page", "sign": "customers", "label": "Customers", "href": "/dashboard/customers", "words": "people"},
    {"kind": "page", "sign": "links", "label": "Share links", "href": "/dashboard/links", "words": "qr views"},
    {
        "kind": "page",
        "sign": "developers",
        "label": "Developers",
        "href": "/dashboard/developers",
        "words": "api keys curl",
    },
    {
        "kind": "page",
        "sign": "settings",
        "label": "Settings",
        "href": "/dashboard/settings",
        "words": "profile handle time zone currency",
    },
]


class Palette(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """The dialog with its field and rows; palette.jsx."""

    library = "$/public/palette.jsx"
    tag = "Palette"

    places: rx.Var[list[Any]]
    found: rx.Var[list[Any]]
    found_for: rx.Var[str]
    on_type: rx.EventHandler[passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]  # for pyright


def palette(found: list[JumpView] | rx.Var[list[JumpView]], found_for: Text, on_type: Handler) -> rx.Component:
    """The palette. `found` are JumpViews for the text `found_for`, which `on_type` asks for."""
    return Palette.create(places=PLACES, found=found, found_for=found_for, **handlers(on_type=on_type))


def palette_button() -> rx.Component:
    """What opens the palette: a field to press, or an icon where there is no room."""
    keys = rx.el.span(
        rx.el.span(key_cap("Ctrl K"), custom_attrs={"data-when": "pc"}),
        rx.el.span(key_cap("\u2318 K"), custom_attrs={"data-when": "mac"}),
        class_name="ml-auto max-md:hidden",
    )
    return rx.el.button(
        icon("search"),
        rx.el.span("Jump to…", class_name="max-md:sr-only"),
        keys,
        type="button",
        class_name=(
            "flex h-8 w-[250px] items-center gap-2 rounded-[8px] border border-border bg-raised pr-1.5 pl-2.5 text-sm "
            "text-muted hover:border-border-strong max-md:size-11 max-md:justify-center max-md:border-0 "
            "max-md:bg-transparent max-md:p-0 max-md:hover:bg-sunken max-lg:w-[200px]"
        ),
        custom_attrs={"data-opens": "palette", "aria-keyshortcuts": "Control+K Meta+K", "aria-haspopup": "dialog"},
    )
