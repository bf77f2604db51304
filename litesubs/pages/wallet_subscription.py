"""/wallet/{subscription_id}: a buyer's credits of one pack, and every movement in plain words."""

from typing import Any

import reflex as rx

from litesubs.components.buttons import link_button
from litesubs.components.navigation import page_header
from litesubs.components.shell import wallet_shell
from litesubs.components.signed_in import Person
from litesubs.components.standing import (
    back_link,
    notice,
    standing_figures,
    standing_header,
    standing_lots,
)
from litesubs.components.surfaces import card, empty_state, failed_state
from litesubs.pages.statement import ledger_section, statement_skeleton
from litesubs.pages.verify_email import confirm_reminder
from litesubs.state.wallet_subscription import WalletSubscriptionState as State


def page() -> rx.Component:
    """One pack of the wallet."""
    account = State.account
    return wallet_shell(
        back_link("Your wallet", "/wallet"),
        rx.el.div(
            rx.match(
                State.stage,
                ("shown", _pack()),
                ("missing", _nothing()),
                ("failed", failed_state("This pack", State.load)),
                statement_skeleton(),
            ),
            on_unmount=State.leave,
        ),
        confirm_reminder("/wallet"),
        person=Person(account.name, account.email, account.initials, account.picture),
    )


def _nothing() -> rx.Component:
    way_on = link_button("Go to your wallet", href="/wallet", in_app=True, variant="primary")
    return rx.fragment(
        page_header("No such pack"),
        card(
            empty_state("This is not in your wallet", "Perhaps it was bought with another e-mail address.", way_on),
            padded=False,
        ),
    )


def _pack() -> rx.Component:
    view: Any = State.view
    again = link_button(f"Buy again · {view.buy_again_price}", href=view.buy_again_url, variant="primary")
    return rx.fragment(
        standing_header(
            view.creator_initials,
            view.pack_name,
            view.status,
            f"from {view.creator_name}",
            rx.cond(view.buy_again_url != "", again, rx.fragment()),
            picture=view.creator_picture,
        ),
        _explained(),
        standing_figures(view),
        standing_lots(view),
        ledger_section(State, f"/wallet/{view.id}.csv"),
    )


def _explained() -> rx.Component:
    """Why these credits cannot be used now, in the creator's words."""
    view: Any = State.view
    verb = rx.cond(view.status == "paused", "paused", "disabled")
    words = rx.cond(
        view.status_note != "",
        f"{view.creator_name} {verb} this pack: “{view.status_note}” Your credits stay yours.",
        f"{view.creator_name} {verb} this pack. Your credits stay yours.",
    )
    return rx.cond(view.status != "active", notice(words), rx.fragment())
