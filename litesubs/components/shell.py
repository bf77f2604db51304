"""Page shells: public pages, the two-column sign-in, the wallet, and the creator's desk."""

from dataclasses import dataclass
from typing import Literal

import reflex as rx
from reflex.vars import BooleanVar
from reflex_components_core.core.banner import has_too_many_connection_errors

from litesubs.components.brand import wordmark
from litesubs.components.buttons import button, icon_button, link_button
from litesubs.components.choices import link_segments
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.navigation import breadcrumb
from litesubs.components.overlays import announcer, native_form, toaster
from litesubs.components.surfaces import avatar
from litesubs.components.values import Child, Text, joined

Section = Literal["overview", "packs", "customers", "links", "settings"]
SECTIONS: list[tuple[Section, str, str, str]] = [
    ("overview", "Overview", "layout-dashboard", "/dashboard"),
    ("packs", "Packs", "ticket", "/dashboard/packs"),
    ("customers", "Customers", "users", "/dashboard/customers"),
]
SIDES = [("/dashboard", "Selling"), ("/wallet", "Buying")]
NAV = (
    "flex h-[34px] items-center gap-2.5 rounded-[8px] px-2.5 font-medium text-muted max-md:h-11 hover:text-text "
    "aria-[current=page]:bg-raised aria-[current=page]:font-semibold aria-[current=page]:text-text "
    "aria-[current=page]:shadow-[var(--shadow-1),inset_0_0_0_1px_var(--border)] [&[aria-current=page]>svg]:text-accent"
)
GUTTER = "mx-auto w-full max-w-[1120px] px-8 max-sm:px-5"


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the shells show them."""

    name: Text
    email: Text
    initials: Text


def theme_toggle() -> rx.Component:
    """Follows the system, or light, or dark, in turn. Needs no state: theme.js does it."""
    faces = [
        rx.el.span(icon(name), custom_attrs={"data-when": choice})
        for choice, name in (("system", "sun-moon"), ("light", "sun"), ("dark", "moon"))
    ]
    return rx.el.button(
        *faces,
        type="button",
        title="Switch theme",
        class_name=(
            "grid size-[30px] place-items-center rounded-[8px] text-muted hover:bg-sunken hover:text-text "
            "max-sm:size-11"
        ),
        custom_attrs={"data-theme-toggle": "", "aria-label": "Switch theme"},
    )


def sign_out_button(*, wide: bool = False) -> rx.Component:
    """Signs out with a native form, so that nothing private stays in the page."""
    return native_form(
        button("Sign out", variant="ghost", size="sm", leading="log-out", submit=True, wide=wide),
        action="/auth/sign-out",
    )


def public_page(*children: rx.Component, header: rx.Component | None = None) -> rx.Component:
    """A page anyone can open."""
    return rx.el.div(header or public_header(), *children, announcer(), class_name="flex min-h-dvh flex-col")


def public_header(
    *links: rx.Component, home: rx.Component | None = None, actions: list[rx.Component] | None = None
) -> rx.Component:
    """The line on top of public pages: home on the left, then links; actions on the right."""
    right = actions if actions is not None else [link_button("Sign in", href="/login", size="sm")]
    return rx.el.header(
        home or wordmark(),
        rx.el.nav(*links, class_name="flex gap-[26px] font-medium text-muted max-sm:hidden")
        if links
        else rx.fragment(),
        rx.el.div(class_name="flex-1"),
        theme_toggle(),
        *right,
        class_name=joined(GUTTER, "flex min-h-16 items-center gap-6 max-sm:min-h-14 max-sm:gap-2"),
    )


def public_footer() -> rx.Component:
    """The last line of public pages."""
    return rx.el.footer(
        wordmark(),
        rx.el.span(class_name="flex-1"),
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
        _face_menu(person),
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
) -> rx.Component:
    """The creator's side: sidebar (a drawer under 900 px), top bar with the trail, content to 1200."""
    top = rx.el.header(
        rx.el.div(
            icon_button("menu", "Open menu", custom_attrs={"data-opens": "drawer"}),
            class_name="md:hidden",
        ),
        rx.el.div(breadcrumb(trail or [], title), class_name="min-w-0 flex-1"),
        theme_toggle(),
        rx.el.div(sign_out_button(), class_name="max-sm:hidden"),
        class_name="flex h-14 items-center gap-3 border-b border-border px-8 max-md:px-5 max-sm:gap-1 max-sm:px-2",
    )
    side = rx.el.aside(
        *_sidebar(section, person),
        class_name="sticky top-0 flex h-dvh flex-col gap-0.5 border-r border-border px-3 py-4 max-md:hidden",
    )
    drawer = rx.el.dialog(
        rx.el.div(*_sidebar(section, person, drawer=True), class_name="flex min-h-full flex-col gap-0.5 px-3 py-4"),
        id="drawer",
        class_name=(
            "drawer m-0 h-dvh max-h-none w-[280px] max-w-[85vw] border-r border-border bg-bg p-0 text-text shadow-lg"
        ),
        custom_attrs={"aria-label": "Main menu"},
    )
    content = rx.el.main(
        *children, class_name="mx-auto w-full max-w-[1264px] min-w-0 px-8 pb-24 max-md:px-5 max-sm:px-4"
    )
    return rx.el.div(
        side,
        drawer,
        rx.el.div(top, connection_note(), content, class_name="min-w-0"),
        toaster(),
        announcer(),
        class_name="grid min-h-dvh grid-cols-[236px_minmax(0,1fr)] max-md:block",
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


def _sidebar(section: Section, person: Person, *, drawer: bool = False) -> list[rx.Component]:
    head = rx.el.div(wordmark("/dashboard"), class_name="px-2 pb-2")
    close = rx.el.div(
        icon_button("x", "Close menu", custom_attrs={"data-closes": ""}), class_name="absolute top-4 right-3"
    )
    links = [_nav_link(key == section, words, name, href) for key, words, name, href in SECTIONS]
    who = rx.el.div(
        avatar(person.initials, "sm", strong=True),
        rx.el.div(
            rx.el.p(person.name, class_name="truncate font-medium"),
            rx.el.p(person.email, class_name="truncate text-sm text-muted"),
            class_name="min-w-0",
        ),
        class_name="flex items-center gap-2.5 px-2.5 py-2",
    )
    return [
        head,
        *([close] if drawer else []),
        rx.el.div(link_segments(SIDES, "/dashboard", label="Selling or buying", wide=True), class_name="mb-2.5 grid"),
        rx.el.nav(*links, class_name="grid gap-0.5", custom_attrs={"aria-label": "Main"}),
        rx.el.div(class_name="flex-1"),
        who,
        *([sign_out_button(wide=True)] if drawer else []),
    ]


def _nav_link(current: bool, words: Child, name: str, href: str) -> rx.Component:  # noqa: FBT001 - read by one caller
    return anchor(
        icon(name),
        words,
        href=href,
        in_app=True,
        class_name=NAV,
        custom_attrs={"aria-current": "page"} if current else {},
    )


def _face_menu(person: Person) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            avatar(person.initials, "sm", strong=True),
            class_name="grid size-9 place-items-center rounded-full max-sm:size-11",
            custom_attrs={"aria-label": "Your sign-in"},
        ),
        rx.el.div(
            rx.el.p(person.name, class_name="truncate px-2.5 pt-1.5 font-medium"),
            rx.el.p(person.email, class_name="truncate px-2.5 pb-1.5 text-sm text-muted"),
            sign_out_button(wide=True),
            class_name=(
                "absolute right-0 z-10 mt-1 w-[240px] rounded-[12px] border border-border bg-raised p-[5px] "
                "shadow-lg enter"
            ),
        ),
        class_name="relative",
    )
