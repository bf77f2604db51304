"""Who is signed in, and what everybody has at hand: selling or buying, the theme, the way out."""

from dataclasses import dataclass

import reflex as rx

from litesubs.components.buttons import button, link_button
from litesubs.components.icons import icon
from litesubs.components.overlays import native_form
from litesubs.components.surfaces import avatar
from litesubs.components.values import Text

SIDES = [("/dashboard", "Selling"), ("/wallet", "Buying")]
PANEL = "rounded-[12px] border border-border bg-raised p-[5px] text-text shadow-lg [details[open]>&]:enter"


@dataclass(frozen=True)
class Person:
    """Who is signed in, as the shells show them."""

    name: Text
    email: Text
    initials: Text
    picture: Text


def theme_toggle() -> rx.Component:
    """Follows the system, or light, or dark, in turn. Needs no state: behaviours.js does it."""
    faces = [
        rx.el.span(icon(name), custom_attrs={"data-when": choice})
        for choice, name in (("system", "sun-moon"), ("light", "sun"), ("dark", "moon"))
    ]
    return rx.el.button(
        *faces,
        type="button",
        title="Switch theme",
        class_name=(
            "grid size-[30px] shrink-0 place-items-center rounded-[8px] text-muted hover:bg-sunken hover:text-text "
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


def face_menu(person: Person) -> rx.Component:
    """A face in a corner, and who that is with the way out behind it."""
    return rx.el.details(
        rx.el.summary(
            avatar(person.initials, "sm", strong=True, picture=person.picture),
            class_name="grid size-9 place-items-center rounded-full max-sm:size-11",
            custom_attrs={"aria-label": "Your sign-in"},
        ),
        rx.el.div(*_who_and_out(person), class_name=f"absolute right-0 z-10 mt-1 w-[240px] {PANEL}"),
        class_name="relative",
        custom_attrs={"data-menu": ""},
    )


def person_menu(person: Person) -> rx.Component:
    """The person at the foot of the sidebar, and who that is with the way out above it."""
    return rx.el.details(
        rx.el.summary(
            avatar(person.initials, "sm", strong=True, picture=person.picture),
            rx.el.span(person.name, class_name="truncate font-medium rail:sr-only"),
            rx.el.span(icon("chevrons-up-down", "s"), class_name="text-muted rail:hidden"),
            class_name=(
                "flex h-11 items-center gap-2.5 rounded-[8px] px-2 hover:bg-sunken rail:justify-center rail:px-0"
            ),
        ),
        rx.el.div(*_who_and_out(person), class_name=f"absolute bottom-full left-0 z-20 mb-1 w-[240px] {PANEL}"),
        class_name="relative",
        custom_attrs={"data-menu": ""},
    )


def _who_and_out(person: Person) -> list[rx.Component]:
    return [
        rx.el.p(person.name, class_name="truncate px-2.5 pt-1.5 font-medium"),
        rx.el.p(person.email, class_name="truncate px-2.5 pb-1.5 text-sm text-muted"),
        link_button("Help", href="/help", variant="ghost", size="sm", leading="circle-question-mark", wide=True),
        sign_out_button(wide=True),
    ]
