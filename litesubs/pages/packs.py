"""The creator's packs: what sells, to how many, and the link to share."""

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.badges import active_badge
from litesubs.components.buttons import copy_button, link_button
from litesubs.components.layout import phone_only, wide_only
from litesubs.components.navigation import page_header
from litesubs.components.overlays import confirm, menu, menu_item, menu_rule
from litesubs.components.shell import Person, desk_shell
from litesubs.components.surfaces import card, empty_state, failed_state, skeleton_rows
from litesubs.components.tables import Column, cell, cell_actions, row, stacked, table, two_lines_link
from litesubs.components.tickets import ticket_chip
from litesubs.components.values import Flag, Handler, Text, grouped
from litesubs.domain.views.offers import PackView
from litesubs.state.packs import PacksState

S = PacksState
COLUMNS = [
    Column("Pack"),
    Column("Price", right=True),
    Column("Sold", right=True),
    Column("Holders", right=True),
    Column("Unused", right=True),
    Column("Status"),
    Column("Actions", hidden=True),
]


def page() -> rx.Component:
    """/dashboard/packs."""
    new = link_button("New pack", href="/dashboard/packs/new", in_app=True, variant="primary", leading="plus")
    return desk_shell(
        page_header("Packs", "What you sell. An edit never changes what was already sold.", new),
        rx.match(
            S.stage,
            ("list", rx.cond(rx.Var.create(S.packs).length() > 0, _list(), _none_yet())),
            ("failed", failed_state("Your packs", S.load)),
            card(skeleton_rows(4), padded=False),
        ),
        switch_dialog(
            open_=rx.Var.create(S.asked_id) != "",
            active=S.asked_active,
            name=S.asked_name,
            on_close=S.forget,
            on_confirm=S.switch,
        ),
        section="packs",
        title="Packs",
        person=Person(S.account.name, S.account.email, S.account.initials),
    )


def switch_dialog(
    *, open_: rx.Var[bool], active: Flag, name: Text, on_close: Handler, on_confirm: Handler
) -> rx.Component:
    """Asks before a pack goes off sale or back on it, and says what that means."""
    return confirm(
        open_=open_,
        on_close=on_close,
        on_confirm=on_confirm,
        title=rx.cond(active, f"Disable “{name}”?", f"Enable “{name}”?"),
        text=rx.cond(
            active,
            "Nobody can buy it until you enable it again, and checkouts that are open now are closed. "
            "Credits already sold stay good.",
            "Its open share links sell again at once, for the price and terms it has now.",
        ),
        verb=rx.cond(active, "Disable pack", "Enable pack"),
        danger=active,
        name="switch",
    )


def _list() -> rx.Component:
    return card(table(COLUMNS, rx.Var.create(S.packs), _row, label="Your packs"), padded=False)


def _row(pack: ObjectVar[PackView]) -> rx.Component:
    page_of = f"/dashboard/packs/{pack.id}"
    chip = ticket_chip(grouped(pack.credits), off=~pack.active)
    per_credit = rx.fragment(wide_only(pack.unit_price, " each"), phone_only(grouped(pack.figures.sales), " sold"))
    return row(
        cell(two_lines_link(pack.name, pack.expiry, page_of, leading=chip), place="name"),
        cell(stacked(pack.price, per_credit), place="number", right=True),
        cell(grouped(pack.figures.sales), place="away", right=True),
        cell(grouped(pack.figures.holders), place="away", right=True),
        cell(grouped(pack.figures.unused), place="away", right=True),
        cell(active_badge(pack.active), place="away"),
        cell(
            cell_actions(copy_button(pack.link_url, "Copy link"), _menu(pack), on_phones=active_badge(pack.active)),
            place="below",
        ),
    )


def _menu(pack: ObjectVar[PackView]) -> rx.Component:
    page_of = f"/dashboard/packs/{pack.id}"
    return menu(
        f"menu-{pack.id}",
        f"Actions for {pack.name}",
        menu_item("Edit", "pencil", rx.redirect(page_of)),
        menu_item("Links", "link", rx.redirect(f"{page_of}#links")),
        menu_rule(),
        rx.cond(
            pack.active,
            menu_item("Disable", "ban", S.ask(pack.id), danger=True),
            menu_item("Enable", "check", S.ask(pack.id)),
        ),
    )


def _none_yet() -> rx.Component:
    return card(
        empty_state(
            "No packs yet",
            "Choose what you sell, how many credits and the price. Its link is ready the moment you save it.",
            link_button("Make your first pack", href="/dashboard/packs/new", in_app=True, leading="plus"),
        )
    )
