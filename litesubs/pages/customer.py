"""/dashboard/customers/{customer_id}: one customer, with everything they hold, bought and used."""

from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.badges import badge, expiry_chip, status_badge
from litesubs.components.buttons import button, link_button, text_link
from litesubs.components.credits import credit_meter
from litesubs.components.fields import text_area, text_field
from litesubs.components.layout import muted
from litesubs.components.navigation import page_header
from litesubs.components.overlays import dialog, menu, menu_item
from litesubs.components.people import amounts_of, customer_skeleton, joined_line, movement, quiet, stubs
from litesubs.components.standing import held_note, standing_header, stub_actions, stub_title
from litesubs.components.surfaces import card, empty_state, failed_state, note, section_header, stat, stat_strip
from litesubs.components.tables import Column, cell, row, table, two_lines
from litesubs.components.tickets import ticket_stub
from litesubs.components.values import plural
from litesubs.domain.views.customers import MovementView, PackStanding, PurchaseLine
from litesubs.pages.change_many import change_many_dialogs
from litesubs.pages.desk import desk_page
from litesubs.pages.give_credits import give_credits_dialog
from litesubs.state.change_many import ChangeManyState
from litesubs.state.customer import CustomerState as State
from litesubs.state.give_credits import GiveCreditsState

PURCHASES = [Column("Pack"), Column("Bought"), Column("Status"), Column("Price", right=True)]
MOVEMENTS = [Column("What"), Column("Pack"), Column("When and who"), Column("Credits", right=True)]
ONE_ACT = 1_000


def page() -> rx.Component:
    """The person, their packs, their purchases, what moved last."""
    return desk_page(
        rx.el.div(
            rx.match(
                State.stage,
                ("shown", _customer()),
                ("missing", _nobody()),
                ("failed", failed_state("This customer", State.load)),
                customer_skeleton(),
            ),
            on_unmount=State.leave,
        ),
        give_credits_dialog(),
        change_many_dialogs(),
        _rename_dialog(),
        _pause_dialog(),
        _test_dialog(),
        section="customers",
        title=rx.match(State.stage, ("shown", State.view.name), ("missing", "Not found"), "…"),
        trail=[("Customers", "/dashboard/customers")],
    )


def _nobody() -> rx.Component:
    way_on = link_button("Your customers", href="/dashboard/customers", in_app=True, variant="primary")
    return rx.fragment(
        page_header("No such customer"),
        card(
            empty_state("Nobody at this address, or not yours", "Find the person in your list.", way_on),
            padded=False,
        ),
    )


def _customer() -> rx.Component:
    view: Any = State.view
    return rx.fragment(
        standing_header(
            view.initials,
            view.name,
            "",
            joined_line(view.email, _proof(view), f"Customer since {view.since}"),
            button("Rename", on_click=State.begin_renaming, leading="pencil"),
            button("Give credits", on_click=GiveCreditsState.begin_here, variant="primary", leading="gift"),
            _more(view),
            is_test=view.is_test,
        ),
        _totals(view),
        section_header("Packs"),
        stubs(view.packs, _pack),
        section_header("Purchases"),
        card(
            rx.cond(
                view.purchases.length() > 0,
                table(PURCHASES, view.purchases, _purchase, label="Purchases, newest first"),
                empty_state("Nothing bought yet", "What they hold was given or imported."),
            ),
            padded=False,
        ),
        section_header("Latest movements"),
        card(table(MOVEMENTS, view.movements, _movement, label="Latest movements of all packs"), padded=False),
    )


def _more(view: Any) -> rx.Component:
    mark = menu_item("Mark as test customer…", "flask-conical", State.ask_test)
    return menu(
        "more", "More actions", rx.cond(view.is_test, menu_item("Count again…", "chart-line", State.ask_test), mark)
    )


def _proof(view: Any) -> rx.Component:
    """Whether the address is theirs, as far as we know."""
    return rx.cond(
        view.confirmed,
        badge("Confirmed", "check", "success"),
        rx.cond(view.has_account, badge("Not confirmed", "mail-question"), badge("Not signed up yet", "user-x")),
    )


def _totals(view: Any) -> rx.Component:
    held = rx.cond(view.held > 0, f"{view.held} more held", "None held")
    return stat_strip(
        stat("Available", view.left, held),
        stat("Expires next", _plain_expiry(view), _how_many_expire()),
        stat("Last activity", view.last_activity, _ago(view.last_activity)),
        stat("Spent", amounts_of(view.spent), "refunds taken off"),
    )


def _ago(words: Any) -> rx.Var[str]:
    return rx.cond(words.endswith(" min") | words.endswith(" h"), "ago", "")


def _how_many_expire() -> rx.Var[str]:
    soon: Any = State.expiring
    return rx.cond(soon > 0, f"{soon} {plural(soon, 'credit', 'credits')} within 30 days", "")


def _plain_expiry(view: Any) -> rx.Var[str]:
    return rx.match(
        view.expires,
        ("Never expires", "Never"),
        ("", "Never"),
        view.expires.replace("Until ", ""),
    )


def _pack(held: ObjectVar[PackStanding]) -> rx.Component:
    pack: Any = held
    ledger = f"/dashboard/subscriptions/{pack.subscription_id}"
    active = pack.status == "active"
    adjust = button(
        "Adjust",
        on_click=ChangeManyState.begin_one(pack.subscription_id),
        size="sm",
        variant="ghost",
        leading="diff",
        custom_attrs={"aria-label": f"Adjust {pack.pack_name}"},
    )
    enable = button(
        "Enable",
        on_click=State.enable(pack.subscription_id).throttle(ONE_ACT),
        size="sm",
        variant="ghost",
        leading="check",
        custom_attrs={"aria-label": f"Enable {pack.pack_name}"},
    )
    more = menu(
        f"more-{pack.subscription_id}",
        f"More for {pack.pack_name}",
        menu_item("Pause", "pause", State.ask_pause(pack.subscription_id)),
    )
    why = rx.cond(pack.status_note != "", muted(f"“{pack.status_note}”"), rx.fragment())
    soon = f"{pack.expiring} {plural(pack.expiring, 'credit expires', 'credits expire')} within 30 days."
    return ticket_stub(
        pack.left,
        f"of {pack.granted} left",
        stub_title(pack.pack_name, rx.cond(active, _expiry(pack), status_badge(pack.status))),
        credit_meter(pack.meter, available=pack.left, held=pack.held, granted=pack.granted),
        held_note(pack.held),
        rx.cond(active & (pack.expiring > 0) & (pack.expiring < pack.left), muted(soon), rx.fragment()),
        rx.cond(active, rx.fragment(), why),
        stub_actions(
            link_button(
                "Ledger",
                href=ledger,
                in_app=True,
                size="sm",
                custom_attrs={"aria-label": f"Ledger of {pack.pack_name}"},
            ),
            rx.cond(active, adjust, enable),
            rx.cond(active, more, rx.fragment()),
        ),
        off=~active | (pack.left + pack.held == 0),
    )


def _expiry(pack: Any) -> rx.Component:
    return rx.cond(pack.left + pack.held > 0, expiry_chip(pack.expires, soon=pack.expires_soon), rx.fragment())


def _purchase(line: ObjectVar[PurchaseLine]) -> rx.Component:
    bought: Any = line
    credits_ = f"{bought.credits} {plural(bought.credits, 'credit', 'credits')}"
    pack = rx.cond(
        bought.subscription_id != "",
        text_link(bought.pack_name, href=f"/dashboard/subscriptions/{bought.subscription_id}", in_app=True),
        bought.pack_name,
    )
    refunded = rx.cond(bought.refunded != "", muted(f"{bought.refunded} refunded"), rx.fragment())
    return row(
        cell(two_lines(pack, credits_), place="name"),
        cell(quiet(bought.at), place="left"),
        cell(_purchase_status(bought), place="right"),
        cell(bought.price, refunded, place="number", right=True),
    )


def _purchase_status(bought: Any) -> rx.Component:
    """How a purchase stands. One that a person must look at says why on hover, to screen readers, and in its ledger."""
    look = rx.el.span(badge("Needs a look", "triangle-alert", "warning"), title=bought.review_reason)
    return rx.match(
        bought.status,
        ("paid", badge("Paid", "check", "success")),
        ("refunded", badge("Refunded", "undo-2")),
        ("partly_refunded", badge("Partly refunded", "undo-2")),
        ("waiting", badge("Waiting for the bank", "clock")),
        ("review", look),
        rx.fragment(),
    )


def _movement(moved: ObjectVar[MovementView]) -> rx.Component:
    entry: Any = moved
    pack = text_link(entry.pack_name, href=f"/dashboard/subscriptions/{entry.subscription_id}", in_app=True)
    return row(*movement(entry, pack))


def _rename_dialog() -> rx.Component:
    return dialog(
        text_field(
            "Name",
            "name",
            default_value=State.view.name,
            hint="Only you see this name. Theirs, in their own account, stays.",
            error=State.errors.get("name", ""),
            max_length=80,
            auto_complete="off",
        ),
        open_=rx.Var.create(State.renaming),
        on_close=State.close,
        title="Rename",
        name="rename",
        on_submit=State.rename,
        footer=[button("Cancel", on_click=State.close), button("Rename", variant="primary", submit=True)],
    )


def _pause_dialog() -> rx.Component:
    name = State.first_name
    return dialog(
        rx.el.p(f"{name} keeps the credits and cannot use them until you enable them. Expiry dates stay."),
        text_area(
            "Note",
            "note",
            rows=2,
            optional=True,
            hint=f"{name} sees this.",
            error=State.errors.get("note", ""),
            max_length=200,
        ),
        open_=rx.Var.create(State.pausing) != "",
        on_close=State.close,
        title=f"Pause {State.pausing_name}",
        name="pause",
        on_submit=State.pause,
        footer=[button("Cancel", on_click=State.close), button("Pause", variant="primary", submit=True)],
    )


def _test_dialog() -> rx.Component:
    name = State.first_name
    view: Any = State.view
    leaves = (
        f"{name} is left out of every figure, with all that was bought, given and used until now. Credits and ledger "
        "stay as they are and can be spent. No mail tells them of credits you give."
    )
    counts = (
        f"{name} counts in every figure again, with all that was bought, given and used until now. Credits and ledger "
        "stay as they are."
    )
    paid = note(f"{name} has paid you. That leaves your figures too.", tone="warning")
    return dialog(
        rx.el.p(rx.cond(view.is_test, counts, leaves)),
        rx.cond(~view.is_test & (view.spent.length() > 0), paid, rx.fragment()),
        open_=rx.Var.create(State.asking_test),
        on_close=State.close,
        title=rx.cond(view.is_test, f"Count {name} again", f"Mark {name} as a test customer"),
        name="test",
        footer=[
            button("Cancel", on_click=State.close),
            button(
                rx.cond(view.is_test, "Count again", "Mark as test"),
                on_click=State.change_test.throttle(ONE_ACT),
                variant="primary",
            ),
        ],
    )
