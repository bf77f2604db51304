"""`/`: what Litesubs is, tried out on the spot."""

import reflex as rx

from litesubs.components.buttons import button, icon_button, link_button
from litesubs.components.credits import credit_dots
from litesubs.components.fields import text_field
from litesubs.components.landing import (
    band,
    big_figure,
    demo,
    demo_step,
    hero,
    last_call,
    pairs,
    prices,
    questions,
    receipt,
    sample_ledger,
    small_ledger,
    small_ledger_line,
    split,
)
from litesubs.components.layout import muted, pair, row
from litesubs.components.links import anchor
from litesubs.components.shell import public_footer, public_header, public_page
from litesubs.state.landing import START_CREDITS, START_EUROS, START_NAME, DemoState

DESCRIPTION = (
    "Sell packs of credits by link: set a price, share it, get paid once. You and your buyer read the same ledger."
)
START = "/signup?next=/dashboard"
SELLERS = [
    ("Coaches", "10 sessions, one credit each"),
    ("Tutors", "20 lessons a family shares over a school year"),
    ("Studios", "Class cards that stop at zero, not at a renewal"),
    ("Consultants", "A block of hours with an honest running total"),
    ("Reviewers", "5 portfolio reviews, good for six months"),
    ("Workshops", "Bench days, used whenever there is something to build"),
]
LEDGER = [
    ("23 Nov", "Lesson", "Kofi", "\u22121", "8"),
    ("16 Nov", "Cancelled in time", "reversal", "+1", "9"),
    ("12 Nov", "Lesson", "Kofi", "\u22121", "8"),
    ("2 Nov", "Double lesson", "Kofi", "\u22122", "9"),
    ("26 Oct", "Thanks for waiting", "adjustment", "+1", "11"),
    ("4 Oct", "Bought 10 lessons", "€380.00", "+10", "10"),
]
COSTS = [
    ("Litesubs", "0%", "Any number of packs and buyers. You pay Stripe's fee on each sale and nothing to us."),
    ("Your own server", "Free", "MIT licence, one command to run, your database."),
]
QUESTIONS = [
    (
        "Is this a subscription?",
        "No. A pack is bought once and never renews. When the credits run out, the buyer decides whether to buy again.",
    ),
    (
        "Where does the money go?",
        "Through Stripe's checkout to a Stripe account. Litesubs keeps count of credits, not of your cash.",
    ),
    (
        "Do credits expire?",
        "Only if you say so: on a date, or a number of days after purchase. Buyers see it before they pay.",
    ),
    (
        "What if I take one too many?",
        "Give it back with one press. The line stays, and a new one puts the credit where it came from.",
    ),
]


def page() -> rx.Component:
    """The landing page."""
    return public_page(
        rx.el.main(
            hero(
                "Sell it by the ten.",
                "Credit packs for people who sell their time",
                "Ten lessons, five reviews, a month of studio hours. Set a price, share one link, get paid once. "
                "You and your buyer read the same ledger until the last credit is used.",
                "Free to use. Nothing renews, for you or for them.",
                link_button("Create your first pack", href=START, variant="primary", size="lg"),
                link_button("Try it here", href="#try", size="lg"),
            ),
            band(_demo(), title="Try it here, from pack to first credit", lead=TRY_LEAD, raised=True, name="try"),
            band(pairs(SELLERS), title="For anything you count", name="who"),
            band(split("One ledger, two readers", LEDGER_TEXT, sample_ledger(LEDGER)), raised=True, name="ledger"),
            band(prices(COSTS), title="What it costs", name="costs"),
            band(questions(QUESTIONS), title="Fair questions", raised=True, name="questions"),
            band(last_call("What do you sell ten of?", "Create your first pack", START)),
        ),
        public_footer(),
        header=_header(),
    )


TRY_LEAD = "Change a value. The payment and the wallet follow."
LEDGER_TEXT = (
    "Every credit that moves leaves a line: who, why, when, and what was left after. Nobody can edit a line, not "
    "even you. "
    "Mistakes are fixed with a new one."
)


def _header() -> rx.Component:
    return public_header(
        anchor("How it works", href="#try"),
        anchor("Pricing", href="#costs"),
        actions=[
            link_button("Sign in", href="/login", variant="ghost"),
            link_button("Start selling", href=START, variant="primary"),
        ],
    )


def _demo() -> rx.Component:
    state = DemoState
    return demo(
        demo_step(
            1,
            "You make a pack",
            text_field(
                "Name", "demo-name", default_value=START_NAME, max_length=60, on_change=state.rename.debounce(150)
            ),
            pair(
                text_field(
                    "Credits",
                    "demo-credits",
                    default_value=str(START_CREDITS),
                    input_mode="numeric",
                    hint="1 to 24",
                    on_change=state.set_credits.debounce(150),
                ),
                text_field(
                    "Price",
                    "demo-price",
                    prefix="€",
                    default_value=str(START_EUROS),
                    input_mode="numeric",
                    on_change=state.set_price.debounce(150),
                ),
            ),
        ),
        demo_step(
            2,
            "They pay once",
            receipt(
                state.name,
                ("Per credit", state.each),
                ("Renews", "Never"),
                total=state.price,
                button=button("Pay ", state.price, variant="primary", on_click=state.start_again),
            ),
            muted("A demo: no money moves on this page."),
        ),
        demo_step(3, "Credits get used", *_wallet()),
    )


def _wallet() -> list[rx.Component]:
    state = DemoState
    uses = rx.foreach(state.uses, lambda left: small_ledger_line("Used, today", "\u22121", left, adds=False))
    bought = small_ledger_line(
        rx.fragment("Bought ", state.name), rx.fragment("+", state.credits), state.credits, adds=True
    )
    return [
        big_figure(state.left, rx.fragment("of ", state.credits, " left with Kofi")),
        credit_dots(state.meter, state.left, "lg"),
        small_ledger(rx.fragment(uses, bought)),
        row(
            button("Use a credit", on_click=state.use_one, disabled=state.left == 0),
            icon_button("rotate-ccw", "Start again", state.start_again, size="md"),
        ),
    ]
