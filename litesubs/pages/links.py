"""/dashboard/links: every share link, how many opened it, and what came of that."""

import reflex as rx

from litesubs.components.buttons import button, link_button
from litesubs.components.fields import search_field
from litesubs.components.filters import filter_menu, filter_row, sort_chip
from litesubs.components.layout import centred
from litesubs.components.navigation import page_header
from litesubs.components.surfaces import card, empty_state, failed_state
from litesubs.pages.desk import desk_page
from litesubs.pages.pack_links import OF_ALL, link_dialogs, link_skeleton, link_table
from litesubs.state.links import LinksState

S = LinksState
STATES = [
    ("open", "Open"),
    ("off_sale", "Pack off sale"),
    ("used_up", "Used up"),
    ("expired", "Expired"),
    ("revoked", "Revoked"),
]


def page() -> rx.Component:
    """The table, what narrows and orders it, and the dialogs of its rows."""
    new = button(
        "New link", on_click=S.add, variant="primary", leading="plus", disabled=rx.Var.create(S.choices).length() == 0
    )
    return desk_page(
        page_header(
            "Share links", "Where you share your packs. Views leave out bots, link previews and yourself.", new
        ),
        rx.match(
            S.stage,
            ("list", rx.cond(S.total == 0, _none_yet(), rx.fragment(_filters(), _list()))),
            ("failed", failed_state("Your links", S.load)),
            rx.fragment(_filters(), link_skeleton(of_pack=False)),
        ),
        link_dialogs(of_pack=False),
        section="links",
        title="Share links",
    )


def _filters() -> rx.Component:
    search = search_field(
        "Name, pack or e-mail",
        "search",
        S.find.debounce(200),
        default_value=S.search,
        auto_complete="off",
        key=S.stage,
    )
    return filter_row(
        search,
        filter_menu("of-pack", "Pack", S.pack_names, S.pack, S.pick_pack, every="All packs"),
        filter_menu("of-state", "State", STATES, S.status, S.pick_status, every="Any state"),
        sort_chip("order", OF_ALL, S.sort, S.sort_by),
        rx.cond(S.narrowed, button("Clear", on_click=S.clear, variant="ghost", size="sm"), rx.fragment()),
    )


def _list() -> rx.Component:
    more = centred(button(f"Show more of {S.found}", on_click=S.show_more))
    return rx.cond(
        S.found > 0,
        rx.fragment(
            link_table(of_pack=False),
            rx.cond(rx.Var.create(S.found) > rx.Var.create(S.shown).length(), more, rx.fragment()),
        ),
        _no_match(),
    )


def _no_match() -> rx.Component:
    again = button("Clear search and filters", on_click=S.clear)
    return card(empty_state("No link matches", "Try a part of its name, or fewer filters.", again), padded=False)


def _none_yet() -> rx.Component:
    return card(
        empty_state(
            "No links yet",
            "Each pack comes with a link. Make your first pack, and its link shows up here.",
            link_button("Make your first pack", href="/dashboard/packs/new", in_app=True, leading="plus"),
        ),
        padded=False,
    )
