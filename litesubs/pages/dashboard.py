"""The overview: what was sold, used and is still owed. Before that, the two questions of the first run."""

import reflex as rx

from litesubs.components.buttons import button, link_button, text_link
from litesubs.components.choices import segmented
from litesubs.components.fields import text_field
from litesubs.components.layout import (
    action_row,
    heading,
    muted,
    row,
    sheet,
    stack,
    strong,
    wide_and_narrow,
    with_preview,
)
from litesubs.components.ledger import activity_list
from litesubs.components.navigation import page_header
from litesubs.components.overlays import form
from litesubs.components.shell import Person, desk_shell
from litesubs.components.surfaces import (
    between_rows,
    card,
    card_header,
    empty_state,
    failed_state,
    person,
    skeleton,
    skeleton_rows,
    stat,
    stat_strip,
)
from litesubs.components.tickets import preview_ticket
from litesubs.components.values import grouped, plural
from litesubs.state.dashboard import DashboardState

S = DashboardState
LINE = "Everything sold and used so far. Times are in UTC."


def page() -> rx.Component:
    """/dashboard."""
    return desk_shell(
        rx.match(
            S.stage,
            ("first_run", _first_run()),
            ("failed", rx.fragment(page_header("Overview"), failed_state("Your numbers", S.load))),
            ("desk", _desk()),
            _loading(),
        ),
        section="overview",
        title="Overview",
        person=Person(S.account.name, S.account.email, S.account.initials),
    )


def _desk() -> rx.Component:
    several = rx.cond(
        rx.Var.create(S.currencies).length() > 1,
        segmented(rx.Var.create(S.currencies), S.figures.currency, S.pick, label="Currency"),
        rx.fragment(),
    )
    new = link_button("New pack", href="/dashboard/packs/new", in_app=True, variant="primary", leading="plus")
    return rx.fragment(
        page_header("Overview", LINE, row(several, new)),
        rx.cond(rx.Var.create(S.currencies).length() > 0, _numbers(), _nothing_yet()),
    )


def _numbers() -> rx.Component:
    figures = S.figures
    owed = rx.fragment(
        grouped(figures.outstanding_credits), " ", plural(figures.outstanding_credits, "credit", "credits")
    )
    strip = stat_strip(
        stat(
            "Revenue", figures.revenue, rx.fragment(grouped(figures.sales), " ", plural(figures.sales, "sale", "sales"))
        ),
        stat("Credits sold", grouped(figures.credits_sold), rx.fragment("paid for in ", figures.currency)),
        stat("Credits used", grouped(figures.credits_used), rx.fragment(grouped(figures.credits_expired), " expired")),
        stat("You still owe", owed, rx.fragment("worth ", strong(figures.outstanding_value), " at unit cost")),
    )
    recent = card(
        card_header("Recent activity"),
        activity_list(rx.Var.create(S.desk.activity), lambda line: f"/dashboard/subscriptions/{line.subscription_id}"),
        padded=False,
    )
    return stack(strip, wide_and_narrow(recent, _ways_on()))


def _ways_on() -> rx.Component:
    return card(
        card_header("What you sell"),
        between_rows(
            (_count(S.desk.packs, "pack", "packs"), text_link("See packs", href="/dashboard/packs", in_app=True)),
            (
                _count(S.desk.customers, "customer", "customers"),
                text_link("See customers", href="/dashboard/customers", in_app=True),
            ),
        ),
        padded=False,
    )


def _count(number: int, one: str, many: str) -> rx.Component:
    return rx.fragment(strong(grouped(number)), " ", plural(number, one, many))


def _nothing_yet() -> rx.Component:
    return card(
        rx.cond(
            rx.Var.create(S.desk.packs) > 0,
            empty_state(
                "No sales yet",
                "Share a link; the first buyer shows up here.",
                link_button("Your packs and links", href="/dashboard/packs", in_app=True, leading="link"),
            ),
            empty_state(
                "No packs yet",
                "Make one and share its link; the first buyer shows up here.",
                link_button("Make your first pack", href="/dashboard/packs/new", in_app=True, leading="plus"),
            ),
        )
    )


def _loading() -> rx.Component:
    one = stat(skeleton("h-3.5 w-16"), skeleton("h-7 w-24"), skeleton("h-3.5 w-28"))
    return rx.fragment(
        page_header("Overview", LINE),
        stack(
            stat_strip(one, one, one, one),
            wide_and_narrow(card(skeleton_rows(5), padded=False), card(skeleton_rows(2), padded=False)),
        ),
    )


def _first_run() -> rx.Component:
    questions = form(
        heading("Who is selling?"),
        muted("Buyers see this name on your packs and in their wallets.", small=False),
        text_field(
            "Display name",
            "display_name",
            hint="Your own name, or the name of your studio.",
            error=S.errors.get("display_name", ""),
            default_value=S.account.name,
            auto_complete="organization",
            on_change=S.suggest.debounce(250),
        ),
        text_field(
            "Handle",
            "handle",
            hint="3 to 30 letters a to z, digits and hyphens. It stands in your public address.",
            error=S.errors.get("handle", ""),
            prefix="/c/",
            key=S.suggested_handle,
            default_value=S.suggested_handle,
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
            on_change=S.type_handle.debounce(50),
        ),
        action_row(button("Continue to your first pack", variant="primary", submit=True, trailing="arrow-right")),
        on_submit=S.become_creator,
    )
    example = stack(
        heading("What you are about to make", "card"),
        sheet(
            person(S.account.initials, S.account.name, strong=True),
            preview_ticket(credits_=10, price="€450", unit_price="€45.00"),
        ),
        muted("A pack of credits, bought once and used one by one. Next you choose how many, and the price."),
    )
    return rx.fragment(
        page_header("Start selling", "Two things first, then your first pack."), with_preview(questions, example)
    )
