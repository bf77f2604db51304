"""The creator's packs: what sells, to how many, and the link to share."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.buttons import copy_button, link_button
from litesubs.components.choices import segmented
from litesubs.components.layout import wide_only
from litesubs.components.navigation import page_header
from litesubs.components.offers import or_none, pack_name, phone_line, views_above
from litesubs.components.overlays import confirm, menu, menu_item, menu_rule
from litesubs.components.surfaces import card, empty_state, failed_state
from litesubs.components.tables import (
    Column,
    Place,
    cell,
    cell_actions,
    row,
    stacked,
    table,
    table_skeleton,
)
from litesubs.components.values import Handler, Text, grouped, plural
from litesubs.domain.views.offers import PackView
from litesubs.pages.desk import desk_page
from litesubs.state.packs import PacksState

S = PacksState
COLUMNS = [
    Column("Pack"),
    Column("Price", right=True, width=112),
    Column("Sales", right=True, width=66),
    Column("Revenue", right=True, width=124, wide=True),
    Column("Holders", right=True, width=76, wide=True),
    Column("Unused", right=True, width=100),
    Column("Actions", hidden=True, width=176),
]
PLACES: list[Place] = ["name", "number", "away", "wide", "wide", "away", "below"]


def page() -> rx.Component:
    """/dashboard/packs."""
    new = link_button("New pack", href="/dashboard/packs/new", in_app=True, variant="primary", leading="plus")
    return desk_page(
        page_header("Packs", "What you sell. An edit never changes what was already sold.", new),
        rx.match(
            S.stage,
            ("list", rx.cond(_count("") == 0, _none_yet(), rx.fragment(_tabs(), _list()))),
            ("failed", failed_state("Your packs", S.load)),
            rx.fragment(_tabs(), card(table_skeleton(COLUMNS, PLACES, label="Your packs", count=4), padded=False)),
        ),
        pack_dialog(S.asked, S.verb, on_close=S.forget, on_confirm=S.do),
        section="packs",
        title="Packs",
    )


def pack_dialog(pack: Any, verb: Text, *, on_close: Handler, on_confirm: Handler) -> rx.Component:
    """Asks before a pack is enabled, disabled or archived, and says what that means."""
    asked = rx.Var.create(verb).to(str)
    named = rx.match(asked, ("enable", "Enable"), ("archive", "Archive"), "Disable")
    people = f"{grouped(pack.figures.holders)} {plural(pack.figures.holders, 'person keeps', 'people keep')}"
    keep = f"{people} {grouped(pack.figures.unused)} {plural(pack.figures.unused, 'credit', 'credits')}"
    stays = rx.cond(pack.figures.holders > 0, f"{keep}.", "Nobody holds credits of it.")
    return confirm(
        open_=asked != "",
        on_close=on_close,
        on_confirm=on_confirm,
        title=f"{named} “{pack.name}”?",
        text=rx.match(
            asked,
            ("enable", "Its open share links sell again at once, for the price and terms it has now."),
            (
                "archive",
                f"It goes off sale and out of the way, and checkouts that are open now are closed. {stays}",
            ),
            f"Nobody can buy it until you enable it again, and checkouts that are open now are closed. {stays}",
        ),
        verb=f"{named} pack",
        danger=asked != "enable",
        name="change-pack",
    )


def _count(status: str) -> Any:
    counts: Any = S.counts
    return counts[status] if status else counts["active"] + counts["disabled"] + counts["archived"]


def _tabs() -> rx.Component:
    views = [("active", "On sale"), ("disabled", "Disabled"), ("archived", "Archived")]
    return views_above(
        segmented(
            [(status, rx.fragment(words, " ", wide_only(grouped(_count(status))))) for status, words in views],
            S.status,
            S.show,
            label="Which packs",
        )
    )


def _list() -> rx.Component:
    rows = table(COLUMNS, rx.Var.create(S.shown), _row, label="Your packs")
    return card(rx.cond(rx.Var.create(S.shown).length() > 0, rows, _none_here()), padded=False)


def _row(pack: ObjectVar[PackView]) -> rx.Component:
    figures: Any = pack.figures
    sales = f"{grouped(figures.sales)} {plural(figures.sales, 'sale', 'sales')}"
    in_short = phone_line(sales, figures.revenue, f"{grouped(figures.unused)} unused")
    return row(
        cell(pack_name(pack, f"/dashboard/packs/{pack.id}"), place="name"),
        cell(stacked(pack.price, rx.fragment(pack.unit_price, wide_only(" each"))), place="number", right=True),
        cell(grouped(figures.sales), place="away", right=True),
        cell(or_none(figures.revenue), place="wide", right=True),
        cell(grouped(figures.holders), place="wide", right=True),
        cell(stacked(grouped(figures.unused), figures.owed), place="away", right=True),
        cell(cell_actions(copy_button(pack.link_url, "Copy link"), _menu(pack), on_phones=in_short), place="below"),
        key=pack.id,
    )


def _menu(pack: ObjectVar[PackView]) -> rx.Component:
    page_of = f"/dashboard/packs/{pack.id}"
    switch = rx.cond(
        pack.active,
        menu_item("Disable", "ban", S.ask(pack.id, "disable")),
        menu_item("Enable", "check", S.ask(pack.id, "enable")),
    )
    return menu(
        f"menu-{pack.id}",
        f"Actions for {pack.name}",
        menu_item("Edit", "pencil", rx.redirect(page_of)),
        menu_item("Links", "link", rx.redirect(f"{page_of}#links")),
        menu_item("Duplicate", "copy", S.duplicate(pack.id)),
        menu_rule(),
        rx.cond(
            pack.status == "archived",
            menu_item("Restore", "archive-restore", S.restore(pack.id)),
            rx.fragment(switch, menu_item("Archive", "archive", S.ask(pack.id, "archive"), danger=True)),
        ),
    )


def _none_here() -> rx.Component:
    return rx.match(
        S.status,
        ("active", empty_state("Nothing is on sale", "Enable a pack that you disabled, or make a new one.")),
        ("disabled", empty_state("No disabled packs", "A pack that you disable waits here until you enable it.")),
        empty_state("Nothing archived", "A pack that you archive is kept here, and its holders keep their credits."),
    )


def _none_yet() -> rx.Component:
    return card(
        empty_state(
            "No packs yet",
            "Choose what you sell, how many credits and the price. Its link is ready the moment you save it.",
            link_button("Make your first pack", href="/dashboard/packs/new", in_app=True, leading="plus"),
        )
    )
