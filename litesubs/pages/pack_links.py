"""The share links of a pack: a section of the pack's page, with the dialogs for a new link and for revoking one."""

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.badges import link_badge
from litesubs.components.buttons import button, copy_button
from litesubs.components.fields import text_field
from litesubs.components.layout import pair, phone_only, wide_only
from litesubs.components.overlays import confirm, dialog
from litesubs.components.surfaces import card, section_header, skeleton_rows
from litesubs.components.tables import Column, cell, cell_actions, row, table, two_lines
from litesubs.domain.views.offers import LinkView
from litesubs.state.pack_links import PackLinksState

S = PackLinksState
COLUMNS = [
    Column("Link"),
    Column("Uses", right=True),
    Column("Expires"),
    Column("Status"),
    Column("Actions", hidden=True),
]


def links_section() -> rx.Component:
    """Every link of the pack, and the way to one more."""
    rows = table(COLUMNS, rx.Var.create(S.links), _row, label="Share links")
    return rx.fragment(
        section_header("Share links", button("New link", on_click=S.add, leading="plus")),
        card(rx.cond(S.loaded, rows, skeleton_rows(2)), padded=False),
        _new_link(),
        _revoke(),
    )


def _row(link: ObjectVar[LinkView]) -> rx.Component:
    return row(
        cell(two_lines(link.name, rx.fragment(wide_only(link.url), phone_only(link.expires))), place="name"),
        cell(link.uses, place="number", right=True, class_name="whitespace-nowrap"),
        cell(link.expires, place="away", class_name="whitespace-nowrap"),
        cell(link_badge(link.state), place="away"),
        cell(
            cell_actions(
                rx.cond(
                    link.state == "revoked",
                    rx.fragment(),
                    rx.fragment(
                        copy_button(link.url, "Copy link"),
                        button("Revoke", on_click=S.ask(link.id), size="sm", variant="ghost"),
                    ),
                ),
                on_phones=link_badge(link.state),
            ),
            place="below",
        ),
    )


def _new_link() -> rx.Component:
    uses = text_field(
        "Most uses",
        "link_uses",
        optional=True,
        error=S.errors.get("max_uses", ""),
        input_mode="numeric",
        placeholder="No limit",
    )
    expires = text_field("Last day", "link_expires", kind="date", optional=True, error=S.errors.get("expires", ""))
    return dialog(
        text_field(
            "Name",
            "link_name",
            hint="Only you see it: where you share the link, or with whom.",
            error=S.errors.get("name", ""),
            placeholder="Newsletter",
            auto_complete="off",
        ),
        pair(uses, expires),
        open_=rx.Var.create(S.adding),
        on_close=S.forget,
        title="New link",
        on_submit=S.create,
        footer=[button("Cancel", on_click=S.forget), button("Create link", variant="primary", submit=True)],
        name="new-link",
    )


def _revoke() -> rx.Component:
    return confirm(
        open_=rx.Var.create(S.asked_id) != "",
        on_close=S.forget,
        on_confirm=S.revoke,
        title=f"Revoke “{S.asked_name}”?",
        text="Nobody can buy with this link again, and that cannot be undone. Credits already sold stay good.",
        verb="Revoke link",
        danger=True,
        name="revoke",
    )
