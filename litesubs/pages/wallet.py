"""/wallet: everything a buyer holds, as tickets, by creator."""

from typing import Any

import reflex as rx

from litesubs.components.badges import expiry_chip, status_badge
from litesubs.components.buttons import link_button, text_link
from litesubs.components.credits import credit_meter
from litesubs.components.layout import muted, stack
from litesubs.components.shell import wallet_shell
from litesubs.components.signed_in import Person
from litesubs.components.standing import creator_heading, free_of, held_note, stub_actions, stub_title, wallet_header
from litesubs.components.surfaces import card, empty_state, failed_state, note, skeleton
from litesubs.components.tickets import ticket_stub
from litesubs.pages.verify_email import confirm_reminder
from litesubs.state.wallet import WalletState as State


def page() -> rx.Component:
    """The wallet: a summary, what expires next, and the tickets."""
    account = State.account
    return wallet_shell(
        wallet_header(
            "Your wallet",
            rx.cond(
                State.stage == "shown",
                rx.cond(State.view.summary != "", State.view.summary, "What you buy is kept here."),
                "…",
            ),
        ),
        rx.match(
            State.stage,
            ("shown", _tickets()),
            ("failed", failed_state("Your wallet", State.load)),
            _loading(),
        ),
        confirm_reminder("/wallet"),
        rx.el.p(text_link("Help with your credits", href="/help#for-buyers"), class_name="mt-9 text-sm"),
        person=Person(account.name, account.email, account.initials, account.picture),
    )


def _tickets() -> rx.Component:
    nothing = card(
        empty_state("No credits yet", "Open a creator's link to buy some. What you buy shows up here."), padded=False
    )
    expiring = rx.cond(
        State.view.expiring != "",
        note(State.view.expiring, tone="warning", icon_name="clock-alert"),
        rx.fragment(),
    )
    waiting = rx.cond(
        State.view.waiting, note("Credits bought with this address wait until you confirm it."), rx.fragment()
    )
    groups = rx.foreach(State.view.groups, _group)
    return rx.cond(
        rx.Var.create(State.view.groups).length() > 0,
        rx.el.div(waiting, expiring, groups),
        rx.cond(State.view.waiting, rx.el.div(waiting, class_name="mt-8"), nothing),
    )


def _group(group: Any) -> rx.Component:
    return rx.el.section(
        creator_heading(group.creator_initials, group.creator_name, group.creator_picture),
        rx.foreach(group.subscriptions, _ticket),
    )


def _ticket(held: Any) -> rx.Component:
    active = held.status == "active"
    why = rx.cond(held.status_note != "", f"“{held.status_note}”", "Your credits stay yours.")
    return ticket_stub(
        free_of(held),
        f"of {held.granted} left",
        stub_title(held.pack_name, rx.cond(active, _expiry(held), status_badge(held.status))),
        credit_meter(held.meter, available=free_of(held), held=held.held, granted=held.granted),
        held_note(held.held),
        rx.cond(active, rx.fragment(), muted(why)),
        stub_actions(
            link_button(
                "See ledger",
                href=f"/wallet/{held.id}",
                in_app=True,
                size="sm",
                custom_attrs={"aria-label": f"See ledger of {held.pack_name}"},
            ),
            rx.cond(held.buy_again_url != "", _buy_again(held), rx.fragment()),
        ),
        off=(held.status != "active") | (held.posted == 0),
    )


def _expiry(held: Any) -> rx.Component:
    return rx.cond(held.posted > 0, expiry_chip(held.expires, soon=held.expires_soon), rx.fragment())


def _buy_again(held: Any) -> rx.Component:
    return link_button(f"Buy again · {held.buy_again_price}", href=held.buy_again_url, size="sm", variant="ghost")


def _loading() -> rx.Component:
    return stack(
        skeleton("mt-8 h-9 w-44 rounded-md"),
        skeleton("h-[142px] w-full rounded-[18px]"),
        skeleton("h-[142px] w-full rounded-[18px]"),
    )
