"""/dashboard/customers: everybody who holds or has held the creator's credits."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.badges import expiry_words
from litesubs.components.buttons import button, icon_button, link_button
from litesubs.components.fields import search_field
from litesubs.components.filters import filter_chip, filter_menu, filter_row, sort_chip
from litesubs.components.layout import row as beside
from litesubs.components.layout import wide_only
from litesubs.components.navigation import page_header, pagination
from litesubs.components.people import exceptions, face_and_name, meter_of, packs_held, quiet
from litesubs.components.selection import Selecting, selectable
from litesubs.components.standing import figure
from litesubs.components.surfaces import card, empty_state, failed_state
from litesubs.components.tables import Column, Place, Sorting, cell, row, select_cell, table, table_skeleton
from litesubs.domain.views.customers import CustomerRow
from litesubs.pages.change_many import change_many_dialogs
from litesubs.pages.desk import desk_page
from litesubs.pages.give_credits import give_credits_button, give_credits_dialog
from litesubs.state.change_many import ChangeManyState
from litesubs.state.customers import CustomersState as State
from litesubs.state.frame import FrameState

COLUMNS = [
    Column("Customer", sort="name"),
    Column("Pack", wide=True, width=156),
    Column("Available", right=True, sort="credits", width=96),
    Column("Credits", hidden=True, width=136),
    Column("Expires", sort="expires", width=116),
    Column("Last activity", sort="active", width=108),
    Column("Spent", right=True, sort="spent", wide=True, width=88),
]
PLACES: list[Place] = ["name", "wide", "number", "left", "right", "away", "wide"]
TESTS = [("without", "Without test customers"), ("only", "Only test customers")]
STATUSES = [("active", "Active"), ("paused", "Paused"), ("disabled", "Disabled")]


def page() -> rx.Component:
    """The list, what narrows and orders it, and what can be done with many at once."""
    return desk_page(
        page_header(
            "Customers",
            _how_many(),
            wide_only(
                beside(
                    link_button("Import", href="/dashboard/customers/import", in_app=True, leading="upload"),
                    link_button("Export CSV", href=State.export_href, leading="download", download=True),
                )
            ),
            give_credits_button(),
        ),
        rx.match(
            State.stage,
            ("shown", rx.cond((State.shown.total == 0) & ~State.narrowed, _nobody_yet(), _list())),
            ("failed", failed_state("Your customers", State.load)),
            rx.fragment(
                _filters(),
                card(
                    table_skeleton(COLUMNS, PLACES, label="Customers", count=10, ticks=True),
                    padded=False,
                ),
            ),
        ),
        give_credits_dialog(),
        change_many_dialogs(),
        section="customers",
        title="Customers",
    )


def _how_many() -> rx.Var[str]:
    count: Any = FrameState.nav.customers
    return rx.match(
        count,
        ("", "Everybody who holds or has held your credits"),
        ("0", "Everybody who holds or has held your credits"),
        ("1", "1 person holds or has held your credits"),
        f"{count} people hold or have held your credits",
    )


def _filters() -> rx.Component:
    def flag(words: str, name: str, icon_name: str = "") -> rx.Component:
        return filter_chip(words, State.flip(name), on=rx.Var.create(State.only).contains(name), icon_name=icon_name)

    search = search_field(
        "Name or e-mail",
        "search",
        State.search.debounce(250),
        default_value=State.query,
        auto_complete="off",
        key=State.stage,
    )
    return filter_row(
        search,
        flag("Expires in 30 days", "expiring", "clock-alert"),
        filter_menu("of-pack", "Pack", State.pack_names, State.pack, State.pick_pack, every="All packs"),
        filter_menu("of-status", "Status", STATUSES, State.status, State.pick_status, every="Any status"),
        flag("3 or fewer left", "low", "battery-low"),
        flag("Inactive 60 days", "inactive"),
        rx.cond(
            State.has_tests,
            filter_menu("of-test", "Test customers", TESTS, State.test, State.pick_test, every="With test customers"),
            rx.fragment(),
        ),
        sort_chip("order", COLUMNS, State.sort, State.sort_by),
        rx.cond(State.narrowed, icon_button("x", "Clear search and filters", State.clear), rx.fragment()),
    )


def _list() -> rx.Component:
    shown: Any = State.shown
    selected: Any = State.selected
    listed = selectable(
        card(
            table(
                COLUMNS,
                rx.Var.create(State.shown.rows),
                _row,
                label="Customers",
                sorting=Sorting(State.sort, State.sort_by),
                selecting=Selecting(selected.length(), shown.rows.length(), State.select_all),
            ),
            padded=False,
        ),
        button("Adjust", on_click=ChangeManyState.begin_adjusting, size="sm", leading="diff"),
        button("Pause", on_click=ChangeManyState.begin_pausing, size="sm", leading="pause"),
        link_button("Export", href=State.export_selected_href, size="sm", leading="download", download=True),
        count=selected.length(),
        on_clear=State.select_none,
    )
    pages = pagination(
        State.words,
        on_previous=State.previous_page,
        on_next=State.next_page,
        at_start=State.at_start,
        at_end=State.shown.after == "",
    )
    return rx.fragment(_filters(), rx.cond(State.shown.total > 0, rx.fragment(listed, pages), _no_match()))


def _nobody_yet() -> rx.Component:
    ways_in = beside(
        link_button("Share a link", href="/dashboard/links", in_app=True, variant="primary"),
        link_button("Import a list", href="/dashboard/customers/import", in_app=True),
    )
    text = "Share a link, and the first buyer shows up here. Who holds credits with you already can be imported."
    return card(empty_state("No customers yet", text, ways_in), padded=False)


def _no_match() -> rx.Component:
    title = rx.cond(State.query != "", f"Nobody matches “{State.query}”", "Nobody matches these filters")
    again = button("Clear search and filters", on_click=State.clear)
    return card(empty_state(title, "Try a part of the name or e-mail address, or fewer filters.", again), padded=False)


def _row(customer: ObjectVar[CustomerRow]) -> rx.Component:
    chosen = rx.Var.create(State.selected).contains(customer.customer_id)
    return row(
        select_cell(
            chosen,
            State.select(customer.customer_id),
            f"Select {customer.name}",
        ),
        cell(face_and_name(customer, f"/dashboard/customers/{customer.customer_id}"), place="name"),
        cell(packs_held(customer.packs), place="wide"),
        cell(exceptions(customer), figure(customer.left), place="number", right=True),
        cell(meter_of(customer), place="left"),
        cell(expiry_words(customer.expires, soon=customer.expires_soon), place="right"),
        cell(quiet(customer.last_activity), place="away"),
        cell(rx.cond(customer.spent != "", customer.spent, "None"), place="wide", right=True),
        selected=chosen,
    )
