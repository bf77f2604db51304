"""The overview: what a period brought, what is still owed, and who. Before that, the two questions of the first run."""

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.buttons import button, link_button, text_link
from litesubs.components.charts import (
    bar_chart,
    chart_card,
    chart_skeleton,
    funnel,
    legend,
    line_chart,
    points_table,
    share_bars,
    shares_table,
)
from litesubs.components.choices import segmented
from litesubs.components.fields import browser_time_zone, text_field
from litesubs.components.figures import checklist, compared, meanings, people, unfinished
from litesubs.components.filters import choice_button, date_chip
from litesubs.components.layout import (
    action_row,
    halves,
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
from litesubs.components.surfaces import (
    avatar,
    card,
    card_header,
    empty_state,
    failed_state,
    note,
    person,
    skeleton,
    skeleton_rows,
    stat,
    stat_strip,
)
from litesubs.components.tickets import preview_ticket
from litesubs.components.values import grouped, plural
from litesubs.domain import periods
from litesubs.domain.views.checkout import ReviewView
from litesubs.domain.views.desk import FigureView, TopCustomer
from litesubs.pages.desk import desk_page
from litesubs.state.dashboard import DashboardState
from litesubs.state.frame import FrameState

S = DashboardState
SHOWN_LINES = 5  # as tall as the chart beside them
PERIODS = [(key, words) for key, words in periods.PERIODS.items() if key != "custom"]


def page() -> rx.Component:
    """/dashboard."""
    return desk_page(
        rx.match(
            S.stage,
            ("first_run", _first_run()),
            ("failed", rx.fragment(page_header("Overview"), failed_state("Your numbers", S.load))),
            ("desk", _desk()),
            _loading(),
        ),
        section="overview",
        title="Overview",
    )


def _desk() -> rx.Component:
    currencies = rx.Var.create(S.desk.currencies)
    several = rx.cond(
        currencies.length() > 1,
        segmented(currencies, S.desk.currency, S.pick_currency, label="Currency"),
        rx.fragment(),
    )
    custom = S.desk.period == "custom"
    actions = row(
        several,
        choice_button("period", "Chosen days", PERIODS, S.period, S.pick_period, icon_name="calendar"),
        date_chip("dates", S.start, S.end, S.pick_dates, shown=rx.cond(custom, "Chosen days", ""), label="Other days"),
        end=True,
    )
    wrong = rx.cond(S.errors.length() > 0, note(S.errors.values()[0], tone="danger"), rx.fragment())  # type: ignore[index, attr-defined]
    sold_something = currencies.length() > 0
    return rx.fragment(
        page_header("Overview", S.desk.days, actions),
        stack(wrong, _reviews(), _setup(), rx.cond(sold_something, _numbers(), _nothing_yet())),
    )


def _numbers() -> rx.Component:
    return stack(
        _strip(),
        wide_and_narrow(_revenue(), _recent()),
        halves(_credits(), _by_expiry()),
        halves(_by_pack(), _by_age()),
        halves(_funnel(), _top()),
    )


def _strip() -> rx.Component:
    figures, versus = S.desk.figures, S.desk.versus

    def of(figure: FigureView, one: str, many: str) -> rx.Component:
        return rx.fragment(figure.words, " ", plural(figure.number, one, many))

    owed = rx.fragment(grouped(figures.owed), " ", plural(figures.owed, "credit", "credits"))
    return stat_strip(
        stat("Revenue", figures.revenue.words, meanings(compared(figures.revenue, versus), _net())),
        stat("Sales", figures.sales.words, compared(figures.sales, versus)),
        stat(
            "Refunded",
            figures.refunded.words,
            rx.cond(
                figures.refunded.number == 0,
                "Nothing was refunded",
                rx.fragment(
                    of(figures.refunds, "purchase", "purchases"),
                    ", ",
                    of(figures.refunded_credits, "credit", "credits"),
                    " back",
                ),
            ),
        ),
        stat(
            "Customers",
            rx.fragment(figures.new_customers.words, " new"),
            meanings(
                rx.fragment(figures.returning_customers.words, " came back"), compared(figures.new_customers, versus)
            ),
        ),
        stat("Credits sold", figures.sold.words, rx.fragment(figures.given.words, " given away")),
        stat("Credits used", figures.used.words, meanings(compared(figures.used, versus))),
        stat("Credits expired", figures.expired.words, rx.fragment(figures.taken.words, " taken back by hand")),
        stat("You still owe", owed, rx.fragment("worth ", strong(figures.owed_value), " at unit cost")),
    )


def _net() -> rx.Component:
    figures = S.desk.figures
    return rx.cond(figures.refunded.number > 0, rx.fragment(figures.net.words, " after refunds"), rx.fragment())


def _revenue() -> rx.Component:
    chart = bar_chart(
        S.desk.revenue,
        S.desk.revenue_sentence,
        currency=S.desk.currency,
        digits=S.desk.digits,
        names=["", "", "refunded"],
    )
    title = rx.match(S.desk.step, ("week", "Revenue by week"), ("month", "Revenue by month"), "Revenue by day")
    numbers = points_table(S.desk.revenue, ["When", "Revenue", "Sales", "Refunded"], label="Revenue")
    return chart_card(title, chart, numbers, csv_href=_csv("revenue"))


def _credits() -> rx.Component:
    names = ["Sold", "Used"]
    return chart_card(
        "Credits sold and used",
        line_chart(S.desk.credits, S.desk.credits_sentence, names),
        points_table(S.desk.credits, ["When", *names], label="Credits sold and used"),
        csv_href=_csv("credits"),
        legend_=legend(*names),
    )


def _by_expiry() -> rx.Component:
    expiring = S.desk.expiring_customers
    who = text_link(
        rx.fragment(expiring, " ", rx.cond(expiring == "1", "customer has", "customers have")),
        href="/dashboard/customers?expiring=1&test=without",
        in_app=True,
    )
    told = rx.cond(expiring == "", rx.fragment(), muted(who, " credits that expire within 30 days."))
    return chart_card(
        "When what you owe expires",
        stack(share_bars(S.desk.owed_by_expiry), told),
        shares_table(S.desk.owed_by_expiry, ["Expires", "Credits", "Worth"], label="When what you owe expires"),
        csv_href=_csv("expiry"),
    )


def _by_age() -> rx.Component:
    return chart_card(
        "How old what you owe is",
        share_bars(S.desk.owed_by_age),
        shares_table(S.desk.owed_by_age, ["Sold or given", "Credits", "Worth"], label="How old what you owe is"),
        csv_href=_csv("age"),
    )


def _by_pack() -> rx.Component:
    bars = rx.cond(
        rx.Var.create(S.desk.used_by_pack).length() > 0,
        share_bars(S.desk.used_by_pack),
        muted("Nothing was used in this time.", small=False),
    )
    return chart_card(
        "Credits used by pack",
        bars,
        shares_table(S.desk.used_by_pack, ["Pack", "Credits", "Share"], label="Credits used by pack"),
        csv_href=_csv("packs"),
    )


def _funnel() -> rx.Component:
    return chart_card(
        "Share links",
        stack(funnel(S.desk.funnel), muted(text_link("All links", href="/dashboard/links", in_app=True))),
        shares_table(S.desk.funnel, ["Step", "People", "Of those who opened"], label="Share links"),
        csv_href=_csv("links"),
    )


def _top() -> rx.Component:
    rows = rx.cond(
        rx.Var.create(S.desk.top).length() > 0,
        people(S.desk.top, _customer),
        muted("Nobody bought anything in this time.", small=False),
    )
    return chart_card("Top customers", rows, csv_href=_csv("customers"))


def _customer(customer: ObjectVar[TopCustomer]) -> tuple[rx.Component, ...]:
    return (
        avatar(customer.initials, "sm"),
        text_link(customer.name, href=f"/dashboard/customers/{customer.customer_id}", in_app=True),
        rx.fragment(grouped(customer.left), " left"),
        strong(customer.paid),
    )


def _recent() -> rx.Component:
    latest = rx.Var.create(S.desk.activity)
    lines = activity_list(latest[:SHOWN_LINES], lambda line: f"/dashboard/subscriptions/{line.subscription_id}")
    return card(
        card_header("Recent activity"),
        rx.cond(
            latest.length() > 0,
            lines,
            empty_state("Nothing yet", "What happens shows up here."),
        ),
        padded=False,
    )


def _reviews() -> rx.Component:
    """Payments that differ from what was agreed: nothing was granted, and a person must look."""

    def line(purchase: ObjectVar[ReviewView]) -> rx.Component:
        return rx.el.p(
            strong(purchase.buyer_name),
            f" ({purchase.buyer_email}), {purchase.pack_name}, {purchase.amount}, ",
            purchase.at,
            ": ",
            purchase.reason,
        )

    waiting = note(
        strong("A payment needs a look. No credits were granted for it."),
        rx.foreach(S.desk.to_review, line),
        "Compare it in Stripe, then give the credits by hand or refund it there.",
        tone="warning",
    )
    return rx.cond(rx.Var.create(S.desk.to_review).length() > 0, waiting, rx.fragment())


def _setup() -> rx.Component:
    """The way to a first sale, until it is gone."""
    steps = rx.Var.create(FrameState.nav.setup)
    todo = card(card_header("From here to your first sale"), checklist(steps), padded=False)
    return rx.cond(unfinished(steps), todo, rx.fragment())


def _nothing_yet() -> rx.Component:
    return card(
        empty_state(
            "No sales yet",
            "Share a link; the first buyer shows up here, with your numbers.",
            link_button("Your packs and links", href="/dashboard/packs", in_app=True, leading="link"),
        )
    )


def _csv(chart: str) -> rx.Var[str]:
    return rx.Var.create(f"/dashboard/figures.csv?chart={chart}&{S.query}").to(str)


def _loading() -> rx.Component:
    one = stat(skeleton("h-3.5 w-16"), skeleton("h-7 w-24"), skeleton("h-3.5 w-28"))
    return rx.fragment(
        page_header("Overview", skeleton("mt-1 h-3.5 w-56")),
        stack(
            stat_strip(*[one] * 8),
            wide_and_narrow(chart_skeleton(), card(skeleton_rows(5), padded=False)),
            halves(chart_skeleton(), chart_skeleton()),
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
        browser_time_zone(),
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
