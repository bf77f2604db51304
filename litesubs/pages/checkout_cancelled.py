"""`/checkout/cancelled`: the buyer turned back at Stripe."""

import reflex as rx

from litesubs.components.results import credits_ticket, result_text
from litesubs.pages.checkout_success import RESULT, back_to_pack, outcomes
from litesubs.state.checkout_success import CheckoutState


def page() -> rx.Component:
    """The way back to the pack, or what became of the checkout meanwhile: paid in another tab, ended, under way."""
    return outcomes("Asking Stripe what became of your checkout.", _left(), CheckoutState.load_cancelled)


def _left() -> rx.Component:
    return rx.fragment(
        credits_ticket(RESULT.credits, RESULT.pack_name),
        result_text(
            "Nothing was charged",
            rx.fragment(
                "You left the checkout for ", RESULT.price, ". It stays open for half an hour if you change your mind."
            ),
            back_to_pack("Back to the pack"),
        ),
    )
