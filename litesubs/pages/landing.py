"""`/`: what Litesubs is, tried out on the spot."""

from typing import Any

import reflex as rx

from litesubs.components.boot import boot
from litesubs.components.buttons import link_button, text_link
from litesubs.components.fields import text_field
from litesubs.components.landing import (
    band,
    demo,
    demo_button,
    demo_form,
    demo_ledger,
    demo_step,
    demo_ticket,
    hero,
    last_call,
    link_line,
    pairs,
    prices,
    questions,
    sample_ledger,
    shown,
    small_shop,
    split,
)
from litesubs.components.layout import pair, row, wide_only
from litesubs.components.links import anchor
from litesubs.components.shell import public_footer, public_header, public_page

DESCRIPTION = (
    "Sell packs of credits by link: set a price, share it, get paid once. You and your buyer read the same ledger."
)
START = "/signup?next=/dashboard"
NAME = "10 guitar lessons"
FIELD: dict[str, Any] = {"read_only": True, "auto_complete": "off", "dir": "auto"}  # demo.js opens the fields
SELLERS = [
    ("Coaches", "6", "Sessions, one credit each"),
    ("Tutors", "20", "Lessons a family shares over a school year"),
    ("Studios", "8", "Class cards that stop at zero, not at a renewal"),
    ("Consultants", "40", "Hours with an honest running total"),
    ("Reviewers", "5", "Portfolio reviews, good for six months"),
    ("Workshops", "12", "Bench days, used when there is something to build"),
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
        "What a buyer can rely on",
        "/help/does-it-renew",
    ),
    (
        "Where does the money go?",
        "Through Stripe's checkout to a Stripe account. Litesubs keeps count of credits, not of your cash.",
        "More on payouts",
        "/help/payouts",
    ),
    (
        "Do credits expire?",
        "Only if you say so: on a date, or a number of days after purchase. Buyers see it before they pay.",
        "How expiry works",
        "/help/expiry",
    ),
    (
        "What if I take one too many?",
        "Give it back, whole or in part. The line stays, and a new one puts the credit where it came from.",
        "Undoing a use",
        "/help/undo",
    ),
    (
        "What does my buyer have to do?",
        "Open the link, press Buy, sign up on the way with name and e-mail, and pay on Stripe's page. That is all.",
        "Buying, step by step",
        "/help/how-to-buy",
    ),
    (
        "Can I bring the customers I have?",
        "Yes, from a CSV file with what each has left. You see what every row would do before anything happens.",
        "Importing customers",
        "/help/import",
    ),
    (
        "Can my own software use credits?",
        "Yes. A REST API takes, holds and gives back credits, and a retry never takes one twice.",
        "About the API",
        "/help/api",
    ),
    (
        "Can I leave, and take my data?",
        "Yes. Customers and ledgers are exported as CSV, and the whole of Litesubs can run on a server of yours.",
        "What can be exported",
        "/help/export",
    ),
]


def page() -> rx.Component:
    """The landing page."""
    return public_page(
        rx.el.main(
            hero(
                "Sell it by the ten.",
                "Credit packs for people who sell their time",
                "Litesubs sells packs of credits by link: ten lessons, five reviews, a month of studio hours, paid "
                "once and used one by one, in a ledger that you and your buyer both read.",
                "Free to use. Nothing renews, for you or for them.",
                link_button("Create your first pack", href=START, variant="primary", size="lg"),
                link_button("Try it here", href="#try", size="lg"),
            ),
            band(_demo(), title="Try it here, from pack to first credit", lead=TRY_LEAD, raised=True, name="try"),
            band(pairs(SELLERS), title="For anything you count", name="who"),
            band(
                split("One ledger, two readers", LEDGER_TEXT, LEDGER_MORE, sample_ledger(LEDGER)),
                raised=True,
                name="ledger",
            ),
            band(prices(COSTS), title="What it costs", name="costs"),
            band(questions(QUESTIONS), title="Fair questions", raised=True, name="questions"),
            band(last_call("What do you sell ten of?", "Create your first pack", START)),
        ),
        public_footer(),
        header=_header(),
    )


TRY_LEAD = "Make the link, pay as the buyer, use up the credits. No money moves here."
LEDGER_TEXT = (
    "Every credit that moves leaves a line: who, why, when, and what was left after. Nobody can edit a line, not "
    "even you. "
    "Mistakes are fixed with a new one."
)


LEDGER_MORE = text_link("How the ledger works", href="/help/ledger")


def _header() -> rx.Component:
    return public_header(
        anchor("How it works", href="#try"),
        anchor("Pricing", href="#costs"),
        anchor("Questions", href="#questions"),
        anchor("Developers", href="/api/docs"),
        anchor("Help", href="/help"),
        actions=[
            wide_only(link_button("Sign in", href="/login", variant="ghost")),
            link_button("Start selling", href=START, variant="primary"),
        ],
        more=[anchor("Sign in", href="/login")],
    )


def _demo() -> rx.Component:
    """The example that demo.js plays; its values are the ones that the fields start with."""
    link = boot("demo_link")
    return demo(
        demo_step(1, "You make a pack", _form(), link_line(link), name="create"),
        demo_step(
            2,
            "Your buyer pays once",
            small_shop(
                link,
                NAME,
                ("Credits", shown("credits", "10")),
                ("Price", shown("price", "€380")),
                ("Per credit", shown("each", "€38.00")),
                ("Renews", rx.el.span("Never")),
                pay=demo_button(shown("pay", "Pay €380"), "pay"),
            ),
            name="pay",
        ),
        demo_step(
            3,
            "Credits get used",
            demo_ticket(NAME, 10),
            demo_ledger(f"Bought {NAME}", "+10", "10"),
            row(
                demo_button("Use a credit", "use", leading="ticket"),
                demo_button("Start again", "again", leading="rotate-ccw"),
            ),
            name="use",
        ),
        start=START,
    )


def _form() -> rx.Component:
    return demo_form(
        text_field("Name", "demo-name", hint="What the buyer reads", default_value=NAME, max_length=60, **FIELD),
        pair(
            text_field(
                "Credits",
                "demo-credits",
                hint="1 to 20 in this demo",
                default_value="10",
                input_mode="numeric",
                **FIELD,
            ),
            text_field(
                "Price",
                "demo-price",
                hint="For all of them",
                prefix="€",
                default_value="380",
                input_mode="decimal",
                **FIELD,
            ),
        ),
        rx.el.div(demo_button("Create link", "create", submit=True), class_name="flex"),
        action="/signup",
    )
