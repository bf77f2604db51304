"""`/checkout/cancelled`: the buyer turned back at Stripe."""

import reflex as rx

from litesubs.components.buttons import link_button
from litesubs.components.results import credits_ticket, result_text, waiting_for_result
from litesubs.components.shell import centred_page
from litesubs.state.checkout_success import CheckoutState

RESULT = CheckoutState.result


def page() -> rx.Component:
    """Nothing was charged, and the way back to the pack; where it was paid after all, the wallet."""
    return centred_page(
        rx.match(
            CheckoutState.outcome,
            ("", waiting_for_result("Looking up your checkout.")),
            ("paid", _paid()),
            ("unknown", _turned_back(known=False)),
            _turned_back(known=True),
        )
    )


def _turned_back(*, known: bool) -> rx.Component:
    wallet = link_button("Open your wallet", href="/wallet", size="lg")
    if not known:
        return result_text("Nothing was charged", "You left the checkout before paying.", wallet)
    again = link_button("Back to the pack", href=RESULT.retry_url, variant="primary", size="lg")
    return rx.fragment(
        credits_ticket(RESULT.credits, RESULT.pack_name),
        result_text(
            "Nothing was charged",
            rx.fragment(
                "You left the checkout for ", RESULT.price, ". It stays open for half an hour if you change your mind."
            ),
            rx.cond(RESULT.retry_url != "", again, rx.fragment()),
            wallet,
        ),
    )


def _paid() -> rx.Component:
    return result_text(
        "This one is paid",
        "The payment went through. Your credits are in your wallet.",
        link_button("Open your wallet", href="/wallet", variant="primary", size="lg"),
    )
