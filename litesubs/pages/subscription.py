"""/dashboard/subscriptions/{subscription_id}: a customer's credits of one pack, and what can be done with them."""

from typing import Any

import reflex as rx

from litesubs.components.buttons import button, link_button, text_link
from litesubs.components.credits import OneLess
from litesubs.components.navigation import page_header
from litesubs.components.overlays import menu, menu_item
from litesubs.components.people import joined_line
from litesubs.components.standing import (
    free_of,
    notice,
    standing_figures,
    standing_header,
    standing_lots,
)
from litesubs.components.surfaces import card, empty_state, failed_state
from litesubs.pages.desk import desk_page
from litesubs.pages.statement import ledger_section, statement_skeleton
from litesubs.pages.subscription_dialogs import subscription_dialogs
from litesubs.state.subscription import SubscriptionState as State

ONE_ACT = 1_000
USE = "use-one"


def page() -> rx.Component:
    """One customer with one pack."""
    view: Any = State.view
    shown = State.stage == "shown"
    return desk_page(
        rx.el.div(
            rx.match(
                State.stage,
                ("shown", _standing()),
                ("missing", _nothing()),
                ("failed", failed_state("This customer", State.load)),
                statement_skeleton(),
            ),
            on_unmount=State.leave,
        ),
        subscription_dialogs(),
        section="customers",
        title=rx.match(State.stage, ("shown", view.pack_name), ("missing", "Not found"), "…"),
        trail=[
            ("Customers", "/dashboard/customers"),
            (
                rx.cond(shown, view.customer_name, "…"),
                rx.cond(shown, f"/dashboard/customers/{view.customer_id}", "/dashboard/customers"),
            ),
        ],
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
    person = text_link(view.customer_name, href=f"/dashboard/customers/{view.customer_id}", in_app=True)
    enabled = view.status != "disabled"
    return rx.fragment(
        standing_header(
            view.customer_initials,
            view.pack_name,
            view.status,
            joined_line(person, view.customer_email),
            rx.cond(view.status == "active", _use_button(), _enable_button()),
            rx.cond(enabled, button("Adjust credits", on_click=State.open_adjust, variant="primary", leading="diff")),
            rx.cond(enabled, _more()),
            is_test=view.is_test,
        ),
        _explained(),
        standing_figures(view, OneLess(USE, settled=rx.Var.create(State.use_key), every=ONE_ACT)),
        standing_lots(view, actions=_lot_actions),
        ledger_section(State, f"/dashboard/subscriptions/{view.id}.csv", actions=_entry_actions),
    )


def _use_button() -> rx.Component:
    return button(
        "Use 1",
        on_click=State.use_one(State.use_key).throttle(ONE_ACT),
        leading="minus",
        disabled=free_of(State.view) <= 0,
        custom_attrs={"data-foreseen": USE},
    )


def _enable_button() -> rx.Component:
    return button("Enable", on_click=State.enable.throttle(ONE_ACT), leading="check")


def _more() -> rx.Component:
    pause = menu_item("Pause…", "pause", State.ask_stop("paused"))
    return menu(
        "more",
        "More actions",
        rx.cond(State.view.status == "active", pause, rx.fragment()),
        menu_item("Disable…", "ban", State.ask_stop("disabled"), danger=True),
    )


def _lot_actions(lot: Any) -> rx.Component:
    changeable = (State.view.status != "disabled") & ((lot.free > 0) | lot.extendable)
    acts = menu(
        f"menu-{lot.id}",
        f"Actions for {lot.label}",
        rx.cond(lot.extendable, menu_item("Extend…", "calendar-plus", State.ask_lot("extend", lot.id))),
        rx.cond(lot.free > 0, menu_item("Take back…", "undo-2", State.ask_lot("void", lot.id), danger=True)),
    )
    return rx.cond(changeable, acts)


def _entry_actions(entry: Any) -> rx.Component:
    whole = menu_item("Give back", "undo-2", State.give_back(State.view.id, entry.id).throttle(ONE_ACT))
    part = menu_item("Give back…", "undo-2", State.ask_return(entry.id))
    acts = menu(
        f"menu-{entry.id}", f"Actions for {entry.title}, {entry.at}", rx.cond(entry.returnable > 1, part, whole)
    )
    return rx.cond((State.view.status != "disabled") & (entry.returnable > 0), acts)


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
