"""/dashboard/subscriptions/{subscription_id}: a customer's credits of one pack, and what can be done with them."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.amounts import amount_picker, suggestions
from litesubs.components.buttons import button, link_button
from litesubs.components.choices import chip_button
from litesubs.components.fields import select_field, text_area, text_field
from litesubs.components.layout import centred
from litesubs.components.ledger import ledger
from litesubs.components.navigation import page_header
from litesubs.components.overlays import dialog, menu, menu_item
from litesubs.components.shell import Person, desk_shell
from litesubs.components.standing import (
    free_of,
    notice,
    standing_figures,
    standing_header,
    standing_lots,
    standing_skeleton,
)
from litesubs.components.surfaces import before_after, card, empty_state, failed_state, note, section_header
from litesubs.components.values import plural
from litesubs.domain.views.statements import EntryView
from litesubs.state.subscription import SubscriptionState as State

ONE_ACT = 1_000
PICKS = ["\u22121", "+1", "+5", "+10"]
REASONS = ["Goodwill", "Missed session", "Correction"]
EXPIRIES = [("", "As the pack says"), ("never", "Never"), ("date", "On a date")]


def page() -> rx.Component:
    """One customer with one pack."""
    account = State.account
    return desk_shell(
        rx.el.div(
            rx.match(
                State.stage,
                ("shown", _standing()),
                ("missing", _nothing()),
                ("failed", failed_state("This customer", State.load)),
                standing_skeleton(),
            ),
            on_unmount=State.leave,
        ),
        _adjust_dialog(),
        _stop_dialog(),
        section="customers",
        title=rx.match(State.stage, ("shown", State.view.customer_name), ("missing", "Not found"), "…"),
        person=Person(account.name, account.email, account.initials),
        trail=[("Customers", "/dashboard/customers")],
    )


def _nothing() -> rx.Component:
    way_on = link_button("Your customers", href="/dashboard/customers", in_app=True, variant="primary")
    return rx.fragment(
        page_header("No such customer"),
        card(
            empty_state("Nothing at this address, or it is not yours", "Find the person in your list.", way_on),
            padded=False,
        ),
    )


def _standing() -> rx.Component:
    view: Any = State.view
    return rx.fragment(
        standing_header(
            view.customer_initials,
            view.pack_name,
            view.status,
            f"{view.customer_name} · {view.customer_email}",
            rx.cond(
                view.status == "disabled",
                rx.fragment(),
                button("Adjust credits", on_click=State.open_adjust, leading="diff"),
            ),
            rx.cond(view.status == "active", _use_button(), _enable_button()),
            rx.cond(view.status == "disabled", rx.fragment(), _more()),
        ),
        _explained(),
        standing_figures(view),
        standing_lots(view),
        section_header("Ledger"),
        card(ledger(rx.Var.create(State.entries), actions=_entry_action), padded=False),
        rx.cond(view.older != "", centred(button("Show older", on_click=State.show_older)), rx.fragment()),
    )


def _use_button() -> rx.Component:
    return button(
        "Use 1",
        on_click=State.use_one(State.use_key).throttle(ONE_ACT),
        variant="primary",
        leading="minus",
        disabled=free_of(State.view) <= 0,
    )


def _enable_button() -> rx.Component:
    return button("Enable", on_click=State.enable.throttle(ONE_ACT), variant="primary", leading="check")


def _more() -> rx.Component:
    pause = menu_item("Pause", "pause", State.ask_stop("paused"))
    return menu(
        "more",
        "More actions",
        rx.cond(State.view.status == "active", pause, rx.fragment()),
        menu_item("Disable", "ban", State.ask_stop("disabled"), danger=True),
    )


def _entry_action(entry: ObjectVar[EntryView]) -> rx.Component:
    act = button(
        "Give back",
        on_click=State.give_back(State.view.id, entry.id).throttle(ONE_ACT),
        size="sm",
        variant="ghost",
        leading="undo-2",
        custom_attrs={"aria-label": f"Give back: {entry.title}, {entry.at}"},
    )
    return rx.cond(entry.returnable > 0, act, rx.fragment())


def _explained() -> rx.Component:
    """What a status keeps from happening, and the words the customer reads."""
    view: Any = State.view
    name = State.first_name
    words = rx.cond(
        view.status == "paused",
        f"{name} keeps these credits and cannot use them until you enable them.",
        f"{name} keeps these credits. While disabled, they can be neither used nor adjusted: enable them first.",
    )
    quoted = rx.cond(view.status_note != "", f" {name} reads: “{view.status_note}”", "")
    return rx.cond(view.status != "active", notice(words, quoted), rx.fragment())


def _adjust_dialog() -> rx.Component:
    planned: Any = State.planned
    free = free_of(State.view)
    size = rx.cond(planned < 0, -planned, planned)
    verb = rx.match(
        planned,
        (0, "Adjust credits"),
        rx.cond(planned < 0, "Take ", "Add ") + f"{size} " + plural(size, "credit", "credits"),
    )
    ink = rx.cond(planned > 0, "text-success", rx.cond(free + planned < 0, "text-danger", ""))
    stays = rx.cond(State.view.held > 0, f"{State.view.held} held stays held. ", "")
    return dialog(
        amount_picker(
            PICKS,
            State.change,
            on_pick=State.pick_change,
            on_type=State.write_change.debounce(150),
            error=State.errors.get("amount", ""),
        ),
        before_after("Available now", free, "After", _signed(free + planned), ink),
        text_field(
            f"Reason, {State.first_name} sees this",
            "reason",
            error=State.errors.get("reason", ""),
            max_length=200,
            auto_complete="off",
        ),
        suggestions(*[chip_button(words, rx.set_value("reason", words)) for words in REASONS], label="Usual reasons"),
        rx.cond(planned > 0, _expiry_fields(), rx.fragment()),
        note(stays, "This adds a line to the ledger; lines are never changed.", icon_name="lock"),
        open_=rx.Var.create(State.adjusting),
        on_close=State.close,
        title="Adjust credits",
        name="adjust",
        on_submit=State.adjust,
        footer=[
            button("Cancel", on_click=State.close),
            button(verb, variant="primary", submit=True, disabled=planned == 0),
        ],
    )


def _signed(number: Any) -> rx.Var[str]:
    """A number that may be below zero, with the minus of print."""
    return rx.cond(number < 0, f"\u2212{-number}", f"{number}")


def _expiry_fields() -> rx.Component:
    wrong = State.errors.get("expires", "")
    on_date = text_field("Last day", "expires_on", kind="date", error=wrong)
    return rx.fragment(
        select_field("New credits expire", "expires", EXPIRIES, value=State.lot_expiry, on_change=State.pick_expiry),
        rx.cond(State.lot_expiry == "date", on_date, rx.fragment()),
    )


def _stop_dialog() -> rx.Component:
    name, pausing = State.first_name, State.stopping == "paused"
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
        open_=rx.Var.create(State.stopping) != "",
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
