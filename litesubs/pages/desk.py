"""The frame of every page of the desk: who is signed in, what the sidebar counts, and the palette."""

import reflex as rx

from litesubs.components.shell import Person, Section, desk_shell
from litesubs.components.values import Text
from litesubs.state.session import SessionState


def desk_page(
    *children: rx.Component, section: Section, title: Text, trail: list[tuple[Text, Text]] | None = None
) -> rx.Component:
    """A page of the creator's desk. `title` is the breadcrumb's last step, `trail` (words, href) what is above it."""
    account = SessionState.account
    return desk_shell(
        *children,
        section=section,
        title=title,
        trail=trail,
        person=Person(account.name, account.email, account.initials),
    )
