"""`/p/{token}` and `/c/{handle}/{pack_slug}`: what a buyer gets, from whom, for how much, and what happens then.

Filled by api/fields.py.
"""

import reflex as rx

from litesubs.components.boot import boot, html_slot
from litesubs.components.storefront import (
    about_creator,
    answers,
    buy_bar,
    buy_ticket,
    closed_card,
    creators_words,
    facts,
    holding_line,
    section,
    steps,
    storefront_page,
    title_and_lead,
    when,
)

TITLE = boot("title")
DESCRIPTION = boot("description")
IMAGE = boot("image")


def page() -> rx.Component:
    """The page of a pack, the same at both of its addresses."""
    return storefront_page(
        title_and_lead(),
        creators_words(),
        when("open_class", _how_it_works()),
        section("Who sells it", about_creator()),
        when("open_class", section("Questions", _questions())),
        when("others_class", section(boot("also_from"), html_slot("others_html"), name="others")),
        aside=rx.fragment(
            html_slot("form_error_html", "mb-4 empty:hidden"),
            when("open_class", _offer()),
            when("closed_class", closed_card()),
            when("holding_class", holding_line()),
        ),
        bar=buy_bar(),
    )


def _offer() -> rx.Component:
    promises = facts(
        ("calendar-clock", boot("expiry_promise")),
        ("repeat-1", "Paid once, nothing renews"),
        ("undo-2", boot("refund_note")),
        ("lock", "Checkout by Stripe"),
    )
    return rx.fragment(buy_ticket(), promises)


def _how_it_works() -> rx.Component:
    return section(
        "How it works",
        steps(
            ("Pay once", "Through Stripe. You come straight back here, with your credits."),
            ("Use your credits", boot("use_credits")),
            ("See every movement", boot("see_movements")),
        ),
    )


def _questions() -> rx.Component:
    return answers(
        (
            "When do I have my credits?",
            "As soon as the payment is through: a card at once, a bank debit when the bank has confirmed it.",
        ),
        (
            "Does it renew?",
            "No. You pay once, and nothing is charged again. When the credits are used, buy again or do not.",
        ),
        ("What happens to credits I do not use?", boot("answer_expiry")),
        ("Can I get a refund?", boot("answer_refund")),
        ("Who sees what I use?", boot("answer_privacy")),
    )
