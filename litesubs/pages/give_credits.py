"""The dialog that gives credits, for whichever page of the desk has the button."""

import reflex as rx

from litesubs.components.amounts import suggestions
from litesubs.components.buttons import button, link_button
from litesubs.components.choices import checkbox, chip_button
from litesubs.components.fields import select_field, text_field
from litesubs.components.layout import pair
from litesubs.components.overlays import dialog
from litesubs.components.pickers import combobox_field
from litesubs.components.surfaces import empty_state, note
from litesubs.state.give_credits import GiveCreditsState as State

REASONS = ["Welcome", "Goodwill", "Paid by transfer"]
EXPIRIES = [("", "As the pack says"), ("never", "Never"), ("date", "On a date")]


def give_credits_button() -> rx.Component:
    """Opens the dialog for anybody."""
    return button("Give credits", on_click=State.begin, variant="primary", leading="gift")


def give_credits_dialog() -> rx.Component:
    """The dialog. A page has it once."""
    nothing_to_give = empty_state(
        "There is no pack yet",
        "Credits belong to a pack. Make one first; it need not be on sale.",
        link_button("New pack", href="/dashboard/packs/new", in_app=True, variant="primary"),
    )
    packs = rx.Var.create(State.packs).length()
    verified = rx.Var.create(State.account.verified)
    return dialog(
        rx.cond(packs == 0, nothing_to_give, rx.cond(verified, _fields(), _to_confirm())),
        open_=rx.Var.create(State.giving),
        on_close=State.close,
        title=rx.cond(State.fixed, f"Give credits to {State.known}", "Give credits"),
        name="give",
        on_submit=State.give,
        footer=[
            button("Cancel", on_click=State.close),
            button("Give credits", variant="primary", submit=True, disabled=(packs == 0) | ~verified),
        ],
    )


def _to_confirm() -> rx.Component:
    return note(
        "The mail about this goes out in your name, so confirm your own e-mail address first.",
        tone="warning",
        icon_name="mail",
        action=link_button("Confirm", href="/verify-email?next=/dashboard/customers", size="sm"),
    )


def _fields() -> rx.Component:
    errors = State.errors
    whom = combobox_field(
        "To",
        "email",
        rx.Var.create(State.matches),
        on_type=State.look,  # each in its turn: what is picked comes after what was typed
        on_pick=State.pick,
        offer="Give to",
        placeholder="Name or e-mail",
        error=errors.get("email", ""),
    )
    name = text_field("Their name", "name", error=errors.get("name", ""), max_length=80, auto_complete="off")
    tester = checkbox("A test customer: not in your figures, and sent no mail", "test", on_change=State.mark)
    stranger = State.addressed & (State.known == "")
    return rx.fragment(
        rx.cond(State.fixed, rx.fragment(), whom),
        rx.cond(stranger, name, rx.fragment()),
        rx.cond(stranger, tester, rx.fragment()),
        pair(
            select_field(
                "Pack",
                "pack",
                rx.Var.create(State.packs),
                value=State.pack,
                on_change=State.pick_pack,
                error=errors.get("pack", ""),
            ),
            text_field(
                "Credits",
                "credits",
                default_value=rx.Var.create(State.amounts).to(dict[str, str]).get(State.pack, ""),
                input_mode="numeric",
                auto_complete="off",
                max_length=9,
                error=errors.get("credits", ""),
            ),
        ),
        _expiry(),
        text_field(
            "Reason, they see this", "reason", error=errors.get("reason", ""), max_length=200, auto_complete="off"
        ),
        suggestions(*[chip_button(words, rx.set_value("reason", words)) for words in REASONS], label="Usual reasons"),
        checkbox("A present: used before credits that were paid for", "promo"),
        rx.cond(State.unwritten, note(_no_effect()), note(_effect(), icon_name="mail")),
    )


def _expiry() -> rx.Component:
    wrong = State.errors.get("expires", "")
    choice = select_field("Expire", "expires", EXPIRIES, value=State.expires, on_change=State.pick_expiry)
    on_date = text_field("Last day", "expires_on", kind="date", error=wrong)
    return rx.cond(State.expires == "date", pair(choice, on_date), choice)


def _effect() -> rx.Var[str]:
    to_claim = (
        f"{State.email} gets a mail. Whoever proves this address by signing up with it has the credits in their wallet."
    )
    return rx.cond(
        State.known != "",
        f"{State.first_name} gets a mail that says so. Nothing is charged.",
        rx.cond(State.addressed, to_claim, "They get a mail that says so. Nothing is charged."),
    )


def _no_effect() -> rx.Var[str]:
    return rx.cond(
        State.known != "",
        f"{State.first_name} is a test customer: no mail is sent, and no figure counts this.",
        "No mail is sent, and no figure counts this. Whoever proves this address has the credits in their wallet.",
    )
