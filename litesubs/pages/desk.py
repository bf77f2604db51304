"""The frame of every page of the desk: who is signed in, what the sidebar counts, and the palette."""

import reflex as rx

from litesubs.components.palette import palette
from litesubs.components.shell import desk_shell
from litesubs.components.sidebar import Counts, Section
from litesubs.components.signed_in import Person
from litesubs.components.values import Text
from litesubs.pages.verify_email import confirm_reminder
from litesubs.state.frame import FrameState as State


def desk_page(
    *children: rx.Component, section: Section, title: Text, trail: list[tuple[Text, Text]] | None = None
) -> rx.Component:
    """A page of the creator's desk. `title` is the breadcrumb's last step, `trail` (words, href) what is above it."""
    account, nav = State.account, State.nav
    return rx.fragment(
        desk_shell(
            *children,
            section=section,
            title=title,
            trail=trail,
            person=Person(account.name, account.email, account.initials, account.picture),
            counts=Counts(nav.packs, nav.customers, nav.setup),
            palette=palette(State.found, State.found_for, State.find.debounce(150)),
            foot=confirm_reminder("/dashboard"),
        ),
        on_mount=State.count,
    )
