"""The dialogs that change many customers at once, or one of a customer's packs from their page."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.amounts import amount_picker, suggestions
from litesubs.components.buttons import button
from litesubs.components.choices import chip_button
from litesubs.components.fields import select_field, text_area, text_field
from litesubs.components.layout import muted
from litesubs.components.overlays import dialog
from litesubs.components.people import change_line, change_list, refusal_list
from litesubs.components.surfaces import before_after
from litesubs.components.values import plural
from litesubs.domain.views.customers import RefusalView
from litesubs.state.change_many import Change
from litesubs.state.change_many import ChangeManyState as State

PICKS = ["\u22121", "+1", "+5", "+10"]
REASONS = ["Goodwill", "Missed session", "Correction"]
EXPIRIES = [("", "As the pack says"), ("never", "Never"), ("date", "On a date")]


def change_many_dialogs() -> rx.Component:
    """Both dialogs. A page has them once."""
    return rx.fragment(_adjust_dialog(), _pause_dialog())


def _people() -> rx.Var[str]:
    changes: Any = State.changes
    return rx.cond(changes.length() == 1, changes[0].name, f"{changes.length()} customers")


def _adjust_dialog() -> rx.Component:
    planned: Any = State.planned
    size = rx.cond(planned < 0, -planned, planned)
    credits_ = f"{size} {plural(size, 'credit', 'credits')}"
    verb = rx.cond(planned == 0, "Adjust credits", rx.cond(planned < 0, "Take ", "Add ") + credits_)
    each = rx.cond(rx.Var.create(State.changes).length() > 1, " each", "")
    wrong = State.errors
    return dialog(
        rx.cond(
            rx.Var.create(State.pack_names).length() > 1,
            select_field(
                "Pack",
                "pack",
                rx.Var.create(State.pack_names),
                value=State.pack,
                on_change=State.pick_pack,
            ),
            muted(State.pack_name, small=False),
        ),
        amount_picker(
            PICKS,
            State.change,
            on_pick=State.pick_change,
            on_type=State.write_change.debounce(150),
            error=wrong.get("amount", ""),
        ),
        _before_and_after(planned),
        _refused(),
        text_field(
            "Reason, they see this", "reason", error=wrong.get("reason", ""), max_length=200, auto_complete="off"
        ),
        suggestions(*[chip_button(words, rx.set_value("reason", words)) for words in REASONS], label="Usual reasons"),
        rx.cond(planned > 0, _expiry_fields(), rx.fragment()),
        open_=rx.Var.create(State.doing) == "adjust",
        on_close=State.close,
        title=f"Adjust credits of {_people()}",
        name="adjust",
        on_submit=State.adjust,
        footer=[
            button("Cancel", on_click=State.close),
            button(verb, each, variant="primary", submit=True, disabled=planned == 0),
        ],
    )


def _before_and_after(planned: Any) -> rx.Component:
    only: Any = State.changes[0]
    ink = rx.cond(planned > 0, "text-success", rx.cond(only.after < 0, "text-danger", ""))
    return rx.cond(
        rx.Var.create(State.changes).length() == 1,
        before_after("Available now", only.before, "After", _signed(only.after), ink),
        change_list("Before and after", rx.Var.create(State.changes), _line),
    )


def _line(change: ObjectVar[Change]) -> rx.Component:
    each: Any = change
    return change_line(each.name, each.before, _signed(each.after), holds=each.holds, wrong=each.after < 0)


def _refused() -> rx.Component:
    """Whose credits could not be changed, and that therefore nobody's were."""

    def line(refusal: ObjectVar[RefusalView]) -> rx.Component:
        return rx.el.span(refusal.sentence)

    shown = refusal_list(State.refused, rx.Var.create(State.refusals), line)
    return rx.cond(State.refused != "", shown, rx.fragment())


def _expiry_fields() -> rx.Component:
    wrong = State.errors.get("expires", "")
    on_date = text_field("Last day", "expires_on", kind="date", error=wrong)
    return rx.fragment(
        select_field("New credits expire", "expires", EXPIRIES, value=State.lot_expiry, on_change=State.pick_expiry),
        rx.cond(State.lot_expiry == "date", on_date, rx.fragment()),
    )


def _pause_dialog() -> rx.Component:
    return dialog(
        rx.el.p("They keep their credits of every pack and cannot use them until you enable them. Expiry dates stay."),
        change_list("Who", rx.Var.create(State.changes), lambda each: rx.el.span(each.name)),
        _refused(),
        text_area(
            "Note",
            "note",
            rows=2,
            optional=True,
            hint="They see this.",
            error=State.errors.get("note", ""),
            max_length=200,
        ),
        open_=rx.Var.create(State.doing) == "pause",
        on_close=State.close,
        title=f"Pause {_people()}",
        name="pause-many",
        on_submit=State.pause,
        footer=[
            button("Cancel", on_click=State.close),
            button(f"Pause {_people()}", variant="primary", submit=True),
        ],
    )


def _signed(number: Any) -> rx.Var[str]:
    """A number that may be below zero, with the minus of print."""
    return rx.cond(number < 0, f"\u2212{-number}", f"{number}")
