"""/dashboard/customers: everybody who holds or has held the creator's credits."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.badges import expiry_words, status_badge
from litesubs.components.buttons import button, link_button
from litesubs.components.credits import credit_meter
from litesubs.components.fields import search_field
from litesubs.components.layout import narrow, phone_only, stack, wide_only
from litesubs.components.navigation import page_header, pagination
from litesubs.components.shell import Person, desk_shell
from litesubs.components.standing import figure, with_badge
from litesubs.components.surfaces import avatar, card, empty_state, failed_state, skeleton_rows
from litesubs.components.tables import Column, cell, row, row_link, table, two_lines
from litesubs.domain.views.customers import CustomerRow
from litesubs.state.customers import CustomersState as State

COLUMNS = [
    Column("Customer"),
    Column("Pack"),
    Column("Available", right=True),
    Column("Credits", hidden=True),
    Column("Expires"),
    Column("Last activity"),
    Column("Spent", right=True),
]


def page() -> rx.Component:
    """The list, its search and its pages."""
    account = State.account
    return desk_shell(
        page_header("Customers", "Everybody who holds or has held your credits, the newest first."),
        _list(),
        section="customers",
        title="Customers",
        person=Person(account.name, account.email, account.initials),
    )


def _list() -> rx.Component:
    nobody_yet = card(
        empty_state(
            "No customers yet",
            "Share a link; the first buyer shows up here.",
            link_button("Your packs", href="/dashboard/packs", in_app=True, variant="primary"),
        ),
        padded=False,
    )
    no_match = card(
        empty_state(
            f"Nobody matches “{State.query}”",
            "Try a part of the name or of the e-mail address.",
            button("Clear search", on_click=State.clear),
        ),
        padded=False,
    )
    found = rx.fragment(
        card(table(COLUMNS, rx.Var.create(State.shown.rows), _row, label="Customers"), padded=False),
        pagination(
            State.words,
            on_previous=State.previous_page,
            on_next=State.next_page,
            at_start=State.at_start,
            at_end=State.shown.after == "",
        ),
    )
    search = narrow(
        search_field(
            "Name or e-mail",
            "search",
            State.search.debounce(300),
            default_value=State.query,
            auto_complete="off",
            key=State.stage,
        )
    )
    waiting = card(skeleton_rows(6), padded=False)
    rows = rx.match(
        State.stage,
        ("shown", rx.cond(State.shown.total > 0, found, no_match)),
        ("failed", failed_state("Your customers", State.load)),
        waiting,
    )
    shown: Any = State.shown
    nobody = (rx.Var.create(State.stage) == "shown") & (shown.total == 0) & (rx.Var.create(State.query) == "")
    return rx.cond(nobody, nobody_yet, stack(search, rows))


def _row(customer: ObjectVar[CustomerRow]) -> rx.Component:
    packs: Any = customer.packs
    pack = packs[0]
    standing = rx.cond(pack.status == "active", rx.fragment(), status_badge(pack.status))
    name = row_link(customer.name, f"/dashboard/subscriptions/{pack.subscription_id}")
    second = rx.fragment(wide_only(customer.email), phone_only(with_badge(pack.pack_name, standing)))
    return row(
        cell(two_lines(name, second, leading=wide_only(avatar(customer.initials, "sm"))), place="name"),
        cell(with_badge(pack.pack_name, standing), place="away"),
        cell(figure(customer.available), place="number", right=True),
        cell(
            credit_meter(pack.meter, available=customer.available, held=customer.held, granted=pack.granted, size="sm"),
            place="left",
        ),
        cell(expiry_words(customer.expires, soon=customer.expires_soon), place="right"),
        cell(customer.last_activity, place="away"),
        cell(rx.cond(customer.spent != "", customer.spent, "None"), place="away", right=True),
    )
