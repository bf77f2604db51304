"""Share links as rows, and the dialogs for a new one, its QR code, its buy button and revoking one.

A pack's page shows its own.
"""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.buttons import button, copy_button, link_button
from litesubs.components.developers import code_block
from litesubs.components.fields import select_field, text_field
from litesubs.components.layout import muted, pair
from litesubs.components.offers import (
    counted,
    cut,
    link_end,
    link_name,
    link_uses,
    or_none,
    phone_line,
    qr_picture,
    until_wide,
)
from litesubs.components.overlays import confirm, dialog, menu, menu_item, menu_rule
from litesubs.components.surfaces import card, failed_state, section_header
from litesubs.components.tables import Column, Place, Sorting, cell, cell_actions, row, table, table_skeleton
from litesubs.components.values import grouped, plural
from litesubs.domain.views.offers import LinkView
from litesubs.state.links import LinksState

S = LinksState
LINK = Column("Link", sort="name")
PACK = Column("Pack", sort="pack", width=146, wide=True)
FIGURES = [
    Column("Views", right=True, sort="views", width=66),
    Column("Sign-ups", right=True, sort="sign_ups", width=84, wide=True),
    Column("Sales", right=True, sort="sales", width=66),
    Column("Rate", right=True, sort="rate", width=68, wide=True),
    Column("Uses", right=True, sort="uses", width=84),
    Column("Open until", sort="ends", width=128, wide=True),
    Column("Actions", hidden=True, width=142),
]
OF_ALL, OF_PACK = [LINK, PACK, *FIGURES], [LINK, *FIGURES]
PLACES: list[Place] = ["name", "wide", "away", "wide", "number", "wide", "away", "wide", "below"]


def links_section() -> rx.Component:
    """Every link of the pack, and the way to one more."""
    return rx.fragment(
        section_header("Share links", button("New link", on_click=S.add, leading="plus")),
        rx.match(
            S.stage,
            ("list", link_table(of_pack=True)),
            ("failed", failed_state("The links", S.load_of_pack)),
            link_skeleton(of_pack=True),
        ),
        link_dialogs(of_pack=True),
    )


def link_table(*, of_pack: bool) -> rx.Component:
    """The links that are shown, with what came of each."""
    return card(
        table(
            OF_PACK if of_pack else OF_ALL,
            rx.Var.create(S.shown),
            lambda link: _row(link, of_pack=of_pack),
            label="Share links",
            sorting=Sorting(S.sort, S.sort_by),
        ),
        padded=False,
    )


def link_skeleton(*, of_pack: bool) -> rx.Component:
    """The table while it loads."""
    places = [place for at, place in enumerate(PLACES) if at != 1] if of_pack else PLACES
    columns = OF_PACK if of_pack else OF_ALL
    return card(table_skeleton(columns, places, label="Share links", count=2 if of_pack else 8), padded=False)


def link_dialogs(*, of_pack: bool) -> rx.Component:
    """A new link, a link's QR code and buy button, and the question before one is revoked."""
    return rx.fragment(_new_link(of_pack=of_pack), _qr(), _buy_button(), _revoke())


def _row(link: ObjectVar[LinkView], *, of_pack: bool) -> rx.Component:
    figures: Any = link.figures
    second = rx.fragment() if of_pack else until_wide(link.pack_name)
    most: Any = link.most
    views = f"{grouped(figures.views)} {plural(figures.views, 'view', 'views')}"
    limit = rx.cond(most > 0, f"{grouped(link.used)} of {grouped(most)} used", "")
    in_short = phone_line(views, limit, rx.cond(link.ends == "", "", link.expires))
    return row(
        cell(link_name(link, second), place="name"),
        *([] if of_pack else [cell(cut(link.pack_name), place="wide")]),
        cell(grouped(figures.views), place="away", right=True),
        cell(grouped(figures.sign_ups), place="wide", right=True),
        cell(counted(figures.sales, "sale", "sales"), place="number", right=True),
        cell(or_none(figures.conversion), place="wide", right=True),
        cell(link_uses(link), place="away", right=True),
        cell(link_end(link), place="wide"),
        cell(
            cell_actions(rx.cond(link.state == "revoked", "", copy_button(link.url)), _menu(link), on_phones=in_short),
            place="below",
        ),
        key=link.id,
    )


def _menu(link: ObjectVar[LinkView]) -> rx.Component:
    return menu(
        f"menu-{link.id}",
        f"Actions for {link.name}",
        menu_item("QR code", "qr-code", S.ask(link.id, "qr")),
        menu_item("Buy button", "code", S.ask(link.id, "button")),
        menu_item("Open as a buyer", "external-link", rx.redirect(link.url, is_external=True)),
        rx.cond(
            link.state == "revoked",
            rx.fragment(),
            rx.fragment(menu_rule(), menu_item("Revoke", "ban", S.ask(link.id, "revoke"), danger=True)),
        ),
    )


def _showing(dialog_name: str) -> rx.Var[bool]:
    return rx.Var.create(S.dialog) == dialog_name


def _new_link(*, of_pack: bool) -> rx.Component:
    pack = select_field("Pack", "link_pack", rx.Var.create(S.choices), error=S.errors.get("pack", ""))
    uses = text_field(
        "Most uses",
        "link_max_uses",
        optional=True,
        error=S.errors.get("max_uses", ""),
        input_mode="numeric",
        placeholder="No limit",
    )
    expires = text_field("Last day", "link_expires", kind="date", optional=True, error=S.errors.get("expires", ""))
    return dialog(
        *([] if of_pack else [pack]),
        text_field(
            "Name",
            "link_name",
            hint="Only you see it: where you share the link, or with whom.",
            error=S.errors.get("name", ""),
            placeholder="Newsletter",
            auto_complete="off",
        ),
        text_field(
            "Only for",
            "link_email",
            optional=True,
            hint="An e-mail address. Nobody else can buy with this link, even if they have it.",
            error=S.errors.get("email", ""),
            placeholder="jonas@example.com",
            input_mode="email",
            auto_complete="off",
            auto_capitalize="none",
        ),
        pair(uses, expires),
        open_=_showing("new"),
        on_close=S.forget,
        title="New link",
        on_submit=S.create,
        footer=[button("Cancel", on_click=S.forget), button("Create link", variant="primary", submit=True)],
        name="new-link",
    )


def _qr() -> rx.Component:
    file = f"/dashboard/links/{S.asked.id}"
    return dialog(
        qr_picture(f"{file}.svg", f"QR code of {S.asked.url}"),
        muted(S.asked.url),
        muted("PNG for slides and messages, SVG for print at any size."),
        open_=_showing("qr"),
        on_close=S.forget,
        title=f"QR code of “{S.asked.name}”",
        footer=[
            link_button("Download SVG", href=f"{file}.svg", leading="download"),
            link_button("Download PNG", href=f"{file}.png", leading="download", variant="primary"),
        ],
        name="qr",
    )


def _buy_button() -> rx.Component:
    return dialog(
        muted("Paste this into your site where the button should be. It opens the pack in a window of its own."),
        code_block(S.button_code[0], "HTML of the buy button", beside=False),
        muted("Where scripts are not allowed, in a mail for instance, a plain link does the same."),
        code_block(S.button_code[1], "HTML of a plain link", beside=False),
        open_=_showing("button"),
        on_close=S.forget,
        title=f"Buy button of “{S.asked.name}”",
        footer=[button("Done", on_click=S.forget, variant="primary")],
        name="buy-button",
    )


def _revoke() -> rx.Component:
    return confirm(
        open_=_showing("revoke"),
        on_close=S.forget,
        on_confirm=S.revoke,
        title=f"Revoke “{S.asked.name}”?",
        text="Nobody can buy with this link again, and that cannot be undone. Credits already sold stay good.",
        verb="Revoke link",
        danger=True,
        name="revoke",
    )
