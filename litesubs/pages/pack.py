"""`/p/{token}`: what a buyer gets, from whom, for how much, and what happens after paying. Filled by api/site.py."""

import reflex as rx

from litesubs.components.boot import boot, html_slot
from litesubs.components.storefront import (
    buy_bar,
    buy_ticket,
    closed_card,
    creators_words,
    facts,
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
    """The page behind a share link."""
    return storefront_page(
        title_and_lead(),
        creators_words(),
        when("open_class", _how_it_works()),
        when("others_class", section(boot("also_from"), html_slot("others_html"), name="others")),
        aside=rx.fragment(
            html_slot("form_error_html", "mb-4 empty:hidden"),
            when("open_class", _offer()),
            when("closed_class", closed_card()),
        ),
        bar=buy_bar(),
    )


def _offer() -> rx.Component:
    promises = facts(
        ("calendar-clock", boot("expiry_promise")),
        ("repeat-1", "Paid once, nothing renews"),
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
