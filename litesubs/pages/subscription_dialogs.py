"""What is asked before a customer's credits of one pack are changed."""

from typing import Any

import reflex as rx

from litesubs.components.amounts import amount_picker, suggestions
from litesubs.components.buttons import button
from litesubs.components.choices import chip_button
from litesubs.components.fields import select_field, text_area, text_field
from litesubs.components.overlays import dialog
from litesubs.components.standing import free_of
from litesubs.components.surfaces import before_after, note
from litesubs.components.values import plural
from litesubs.state.subscription import SubscriptionState as State

PICKS = ["\u22121", "+1", "+5", "+10"]
REASONS = {
    "adjust": ["Goodwill", "Missed session", "Correction"],
    "void": ["Added by mistake", "Agreed with them"],
    "extend": ["Goodwill", "Illness", "Holiday"],
}


def subscription_dialogs() -> rx.Component:
    """All of them; the state says which one is open."""
    return rx.fragment(_adjust(), _void(), _extend(), _return(), _stop())


def _adjust() -> rx.Component:
    planned: Any = State.planned
    free = free_of(State.view)
    size = rx.cond(planned < 0, -planned, planned)
    verb = rx.match(
        planned,
        (0, "Adjust credits"),
        rx.cond(planned < 0, f"Take {_credits(size)}", f"Add {_credits(size)}"),
    )
    ink = rx.cond(planned > 0, "text-success", rx.cond(free + planned < 0, "text-danger", ""))
    stays = rx.cond(State.view.held > 0, f"{State.view.held} held stays held. ", "")
    return _dialog(
        "adjust",
        "Adjust credits",
        State.adjust,
        button(verb, variant="primary", submit=True, disabled=planned == 0),
        amount_picker(
            PICKS,
            State.change,
            on_pick=State.pick_change,
            on_type=State.write_change.debounce(150),
            error=State.errors.get("amount", ""),
        ),
        before_after("Available now", free, "After", _signed(free + planned), ink),
        *_reason("adjust"),
        rx.cond(planned > 0, rx.fragment(*_expiry("New credits expire", State.expiries)), rx.fragment()),
        note(stays, "This adds a line to the ledger; lines are never changed.", icon_name="lock"),
    )


def _void() -> rx.Component:
    lot: Any = State.lot
    free = free_of(State.view)
    taken = _credits(lot.free)
    held = rx.cond(lot.held > 0, f" {lot.held} held stays held.", "")
    return _dialog(
        "void",
        f"Take back {lot.label}",
        State.void,
        button(f"Take back {taken}", variant="danger", submit=True),
        rx.el.p(f"What is left of {lot.label} is taken: {taken} of {lot.amount}.", held),
        before_after("Available now", free, "After", _signed(free - lot.free)),
        *_reason("void"),
    )


def _extend() -> rx.Component:
    lot: Any = State.lot
    kept = _credits(lot.remaining)
    return _dialog(
        "extend",
        f"Extend {lot.label}",
        State.extend,
        button("Extend", variant="primary", submit=True),
        rx.el.p(f"{kept} of {lot.label} can be used until the end of {lot.ends}. Choose a later day."),
        *_expiry("They expire", [("date", "On a date"), ("never", "Never")]),
        *_reason("extend"),
    )


def _return() -> rx.Component:
    entry: Any = State.entry
    lapsed = f"{_credits(entry.lapsed)} of it expired and cannot come back."
    return _dialog(
        "return",
        "Give back",
        State.give_part_back,
        button("Give back", variant="primary", submit=True),
        rx.el.p(f"{entry.title}, {entry.at}: {entry.amount}."),
        text_field(
            "Credits to give back",
            "credits",
            kind="number",
            default_value=entry.returnable.to_string(),
            min=1,
            max=entry.returnable,
            error=State.errors.get("amount", ""),
        ),
        *_reason("return", optional=True),
        rx.cond(entry.lapsed > 0, note(lapsed, icon_name="info"), rx.fragment()),
    )


def _stop() -> rx.Component:
    name, pausing = State.first_name, State.dialog == "paused"
    effect = rx.cond(
        pausing,
        f"{name} keeps the credits and cannot use them until you enable them. Expiry dates stay.",
        f"{name} keeps the credits. They can be neither used nor adjusted until you enable them. Expiry dates stay.",
    )
    return dialog(
        rx.el.p(effect),
        text_area(
            "Note",
            "note",
            rows=2,
            optional=True,
            hint=f"{name} sees this.",
            error=State.errors.get("note", ""),
            max_length=200,
        ),
        open_=rx.Var.create(pausing | (State.dialog == "disabled")),
        on_close=State.close,
        title=rx.cond(pausing, f"Pause {State.view.pack_name}", f"Disable {State.view.pack_name}"),
        name="stop",
        on_submit=State.stop,
        footer=[
            button("Cancel", on_click=State.close),
            rx.cond(
                pausing,
                button("Pause", variant="primary", submit=True),
                button("Disable", variant="danger", submit=True),
            ),
        ],
    )


def _dialog(name: str, title: Any, on_submit: Any, act: rx.Component, *children: rx.Component) -> rx.Component:
    return dialog(
        *children,
        open_=rx.Var.create(State.dialog == name),
        on_close=State.close,
        title=title,
        name=name,
        on_submit=on_submit,
        footer=[button("Cancel", on_click=State.close), act],
    )


def _reason(dialog_name: str, *, optional: bool = False) -> list[rx.Component]:
    """Why, in words that the customer reads, with the usual ones to pick."""
    name = f"{dialog_name}_reason"
    written = text_field(
        f"Reason, {State.first_name} sees this",
        name,
        optional=optional,
        error=State.errors.get("reason", ""),
        max_length=200,
        auto_complete="off",
    )
    usual = [chip_button(words, rx.set_value(name, words)) for words in REASONS.get(dialog_name, [])]
    return [written, suggestions(*usual, label="Usual reasons")] if usual else [written]


def _expiry(label: str, options: Any) -> list[rx.Component]:
    wrong = State.errors.get("expires", "")
    dated = State.lot_expiry == "date"
    choice = select_field(
        label,
        "expires",
        options,
        value=State.lot_expiry,
        on_change=State.pick_expiry,
        error=rx.cond(dated, "", wrong),
    )
    return [choice, rx.cond(dated, text_field("Last day", "expires_on", kind="date", error=wrong), rx.fragment())]


def _credits(number: Any) -> str:
    return f"{number} {plural(number, 'credit', 'credits')}"


def _signed(number: Any) -> rx.Var[str]:
    """A number that may be below zero, with the minus of print."""
    return rx.cond(number < 0, f"\u2212{-number}", f"{number}")
