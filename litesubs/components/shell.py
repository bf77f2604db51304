"""Page shells: public pages, the two-column sign-in, the wallet, and the creator's desk."""

import reflex as rx
from reflex.vars import BooleanVar
from reflex_components_core.core.banner import has_too_many_connection_errors

from litesubs.components.brand import wordmark
from litesubs.components.buttons import icon_button, link_button
from litesubs.components.choices import link_segments
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.navigation import breadcrumb
from litesubs.components.overlays import announcer, toaster
from litesubs.components.palette import palette_button
from litesubs.components.sidebar import Counts, Section, drawer, sidebar
from litesubs.components.signed_in import PANEL, SIDES, Person, face_menu, sign_out_button, theme_toggle
from litesubs.components.values import Text, joined

GUTTER = "mx-auto w-full max-w-[1120px] px-8 max-sm:px-5"


def public_page(*children: rx.Component, header: rx.Component | None = None) -> rx.Component:
    """A page anyone can open."""
    return rx.el.div(header or public_header(), *children, announcer(), class_name="flex min-h-dvh flex-col")


def public_header(
    *links: rx.Component,
    home: rx.Component | None = None,
    actions: list[rx.Component] | None = None,
    more: list[rx.Component] | None = None,
) -> rx.Component:
    """The line on top of public pages: home on the left, then links; actions on the right.

    On phones the links are in a menu at the end, which works without scripts, with what there is `more`.
    """
    right = actions if actions is not None else [link_button("Sign in", href="/login", size="sm")]
    return rx.el.header(
        home or wordmark(),
        rx.el.nav(*links, class_name="flex gap-[26px] font-medium text-muted max-sm:hidden [&>a]:hover:text-text")
        if links
        else rx.fragment(),
        rx.el.div(class_name="flex-1"),
        theme_toggle(),
        *right,
        _section_menu([*links, *(more or [])]) if links else rx.fragment(),
        class_name=joined(GUTTER, "flex min-h-16 items-center gap-6 max-sm:min-h-14 max-sm:gap-2"),
    )


def _section_menu(links: list[rx.Component]) -> rx.Component:
    entries = (
        "[&>a]:flex [&>a]:min-h-11 [&>a]:items-center [&>a]:rounded-[8px] [&>a]:px-3 [&>a]:text-lg "
        "[&>a]:hover:bg-sunken"
    )
    return rx.el.details(
        rx.el.summary(
            icon("menu"),
            class_name="grid size-11 place-items-center rounded-[8px] text-muted hover:bg-sunken",
            custom_attrs={"aria-label": "Menu"},
        ),
        rx.el.nav(
            *links,
            class_name=f"absolute right-0 z-10 mt-1 w-[220px] {PANEL} {entries}",
            custom_attrs={"aria-label": "Sections"},
        ),
        class_name="relative -mr-3 sm:hidden",
        custom_attrs={"data-menu": ""},
    )


def public_footer() -> rx.Component:
    """The last line of public pages."""
    return rx.el.footer(
        wordmark(),
        rx.el.span(class_name="flex-1"),
        anchor("Help", href="/help", class_name="rounded-sm font-medium hover:text-text"),
        rx.el.span("Paid once. Nothing renews.", class_name="text-sm"),
        class_name=joined(GUTTER, "flex flex-wrap items-center gap-5 pt-7 pb-10 text-muted"),
    )


def auth_page(*form: rx.Component, aside: rx.Component) -> rx.Component:
    """Two columns: the form, and what it is for. Phones show the form alone."""
    return rx.el.div(
        rx.el.main(
            rx.el.div(wordmark(), rx.el.div(class_name="flex-1"), theme_toggle(), class_name="flex items-center"),
            rx.el.div(
                *form, class_name="m-auto grid w-full max-w-[400px] gap-4 max-sm:mx-auto max-sm:mt-5 max-sm:max-w-none"
            ),
            class_name="flex min-h-dvh flex-col px-16 pt-7 pb-12 max-md:px-8 max-sm:px-5 max-sm:pt-2 max-sm:pb-8",
        ),
        rx.el.aside(aside, class_name="grid place-items-center border-l border-border bg-sunken p-12 max-md:hidden"),
        announcer(),
        class_name="grid min-h-dvh grid-cols-2 max-md:grid-cols-1",
    )


def centred_page(*children: rx.Component) -> rx.Component:
    """A public page with one thing in its middle: a result, or nothing at all."""
    return public_page(
        rx.el.main(
            rx.el.div(*children, class_name="w-full max-w-[520px] text-center"),
            class_name="grid flex-1 place-items-center px-6 pt-8 pb-24",
        ),
        header=public_header(actions=[link_button("Your wallet", href="/wallet", size="sm")]),
    )


def wallet_shell(*children: rx.Component, person: Person) -> rx.Component:
    """The buyer's side: a top bar and one column of 860."""
    top = rx.el.header(
        wordmark("/wallet"),
        rx.el.div(class_name="flex-1"),
        link_segments(SIDES, "/wallet", label="Selling or buying"),
        theme_toggle(),
        rx.el.div(sign_out_button(), class_name="max-sm:hidden"),
        face_menu(person),
        class_name="flex h-[60px] items-center gap-4 border-b border-border px-8 max-sm:h-14 max-sm:gap-2 max-sm:px-4",
    )
    column = rx.el.main(*children, class_name="mx-auto w-full max-w-[860px] px-8 pt-9 pb-24 max-sm:px-4 max-sm:pt-5")
    return rx.el.div(top, connection_note(), column, toaster(), announcer(), class_name="min-h-dvh")


def desk_shell(
    *children: rx.Component,
    section: Section,
    title: Text,
    person: Person,
    trail: list[tuple[Text, Text]] | None = None,
    counts: Counts | None = None,
    palette: rx.Component | None = None,
    foot: rx.Component | None = None,
) -> rx.Component:
    """The creator's side: sidebar (a drawer under 900 px), top bar with the trail, content to 1200, and a `foot`."""
    counted = counts or Counts()
    top = rx.el.header(
        rx.el.div(
            icon_button("menu", "Open menu", custom_attrs={"data-opens": "drawer"}),
            class_name="md:hidden",
        ),
        rx.el.div(breadcrumb(trail or [], title), class_name="min-w-0 flex-1"),
        palette_button() if palette else rx.fragment(),
        rx.el.div(theme_toggle(), class_name="max-sm:hidden"),
        rx.el.div(face_menu(person), class_name="md:hidden"),
        class_name="flex h-14 items-center gap-3 border-b border-border px-8 max-md:px-5 max-sm:gap-1 max-sm:px-2",
    )
    content = rx.el.main(
        *children, class_name="mx-auto w-full max-w-[1264px] min-w-0 flex-1 px-8 pb-24 max-md:px-5 max-sm:px-4"
    )
    return rx.el.div(
        sidebar(section, person, counted),
        drawer(section, person, counted),
        rx.el.div(top, connection_note(), content, foot or rx.fragment(), class_name="flex min-h-dvh min-w-0 flex-col"),
        palette or rx.fragment(),
        toaster(),
        announcer(),
        class_name="desk grid min-h-dvh grid-cols-[236px_minmax(0,1fr)] max-md:block",
    )


def connection_note() -> rx.Component:
    """Says when the live connection is down: what is on the page may be old."""
    lost: BooleanVar = has_too_many_connection_errors
    return rx.cond(
        lost,
        rx.el.p(
            icon("wifi-off"),
            "The connection is down. Trying again; what you see may be old.",
            role="status",
            class_name="flex items-center justify-center gap-2.5 bg-warning-soft px-4 py-2 text-sm",
        ),
        rx.fragment(),
    )
