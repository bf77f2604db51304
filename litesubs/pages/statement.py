"""The ledger of a subscription as both sides show it: what narrows it, its lines, and the way to older ones."""

from typing import Any

import reflex as rx

from litesubs.components.buttons import button, link_button
from litesubs.components.filters import date_chip
from litesubs.components.layout import centred
from litesubs.components.ledger import Actions, ledger, ledger_clocks, ledger_header, ledger_skeleton
from litesubs.components.standing import standing_skeleton
from litesubs.components.surfaces import card, empty_state, section_header
from litesubs.components.values import Text

KINDS = [
    ("purchase", "Bought and received"),
    ("debit", "Used"),
    ("reversal", "Given back"),
    ("adjustment", "Adjustments"),
    ("hold", "Held and released"),
    ("expiry", "Expired"),
    ("refund", "Refunds"),
]


def statement_skeleton() -> rx.Component:
    """The shape of a page with a standing and its ledger while it loads."""
    return rx.fragment(standing_skeleton(), section_header("Ledger"), card(ledger_skeleton(), padded=False))


def ledger_section(state: Any, file: Text, *, actions: Actions | None = None) -> rx.Component:
    """The ledger of a StatementState's subscription, and its lines as a CSV file at the address `file`."""
    view = state.view
    nothing = empty_state(
        "Nothing of this kind in these days",
        "Other lines of the ledger are hidden.",
        button("Show all", on_click=state.show_all),
    )
    return rx.fragment(
        ledger_header(
            KINDS,
            state.kind,
            state.pick_kind,
            date_chip("ledger-days", state.since, state.until, state.pick_days, shown=state.days),
            link_button("CSV", href=f"{file}{state.export_query}", size="sm", leading="download"),
        ),
        card(
            rx.cond(
                state.narrowed & (state.entries.length() == 0),
                nothing,
                ledger(rx.Var.create(state.entries), actions=actions),
            ),
            padded=False,
        ),
        ledger_clocks(view.clocks),
        rx.cond(view.older != "", centred(button("Show older", on_click=state.show_older)), rx.fragment()),
    )
