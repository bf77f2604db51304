"""`/checkout/success`: the buyer is back from Stripe."""

import reflex as rx

from litesubs.components.buttons import button, link_button
from litesubs.components.results import credits_ticket, result_text, waiting_for_result
from litesubs.components.shell import centred_page
from litesubs.components.values import plural
from litesubs.state.checkout_success import CheckoutState

RESULT = CheckoutState.result


def page() -> rx.Component:
    """Paid, waiting for the bank, not finished, or failed: each says what happened and the way on."""
    return centred_page(
        rx.match(
            CheckoutState.outcome,
            ("", waiting_for_result("Asking Stripe what became of your payment.")),
            ("paid", _paid()),
            ("waiting", _waiting()),
            ("review", _review()),
            ("open", _not_finished()),
            ("failed", _failed("The payment was declined", "Nothing was charged. Try again, or try another card.")),
            ("expired", _failed("This checkout has ended", "It was open for half an hour. Nothing was charged.")),
            ("unreachable", _unreachable()),
            _unknown(),
        )
    )


def _paid() -> rx.Component:
    amount = rx.fragment(RESULT.credits, " ", plural(RESULT.credits, "credit", "credits"))
    return rx.fragment(
        credits_ticket(RESULT.credits, RESULT.pack_name),
        result_text(
            plural(RESULT.credits, "It is yours", "They are yours"),
            rx.fragment(amount, " with ", RESULT.creator_name, " for ", RESULT.price, ", paid once. Nothing renews."),
            link_button("Open your wallet", href="/wallet", variant="primary", size="lg", trailing="arrow-right"),
            link_button("See the ledger", href=f"/wallet/{RESULT.subscription_id}", size="lg"),
        ),
    )


def _waiting() -> rx.Component:
    return rx.fragment(
        credits_ticket(RESULT.credits, RESULT.pack_name),
        result_text(
            "Waiting for the bank",
            (
                "A bank debit takes a few days to clear. Your credits arrive in your wallet by themselves; there is "
                "nothing to do."
            ),
            link_button("Open your wallet", href="/wallet", variant="primary", size="lg"),
        ),
    )


def _review() -> rx.Component:
    return result_text(
        "We are checking this payment",
        (
            "Stripe's amount differs from the price of the pack. No credits were given yet. Write to the creator with "
            "the date of your payment."
        ),
        link_button("Open your wallet", href="/wallet", variant="primary", size="lg"),
    )


def _not_finished() -> rx.Component:
    return result_text(
        "Not paid yet",
        "The checkout is still open and nothing was charged. Finish it, or leave it: it ends by itself.",
        button("Look again", on_click=CheckoutState.load, variant="primary", size="lg"),
        _back_to_pack("Back to the pack"),
    )


def _failed(title: str, text: str) -> rx.Component:
    return result_text(
        title,
        text,
        _back_to_pack("Try again", primary=True),
        link_button("Open your wallet", href="/wallet", size="lg"),
    )


def _unreachable() -> rx.Component:
    return result_text(
        "Stripe does not answer",
        CheckoutState.trouble,
        button("Look again", on_click=CheckoutState.load, variant="primary", size="lg"),
        link_button("Open your wallet", href="/wallet", size="lg"),
    )


def _unknown() -> rx.Component:
    return result_text(
        "No such purchase here",
        "This address belongs to another purchase or another sign-in. If you paid, your credits are in your wallet.",
        link_button("Open your wallet", href="/wallet", variant="primary", size="lg"),
    )


def _back_to_pack(words: str, *, primary: bool = False) -> rx.Component:
    link = link_button(words, href=RESULT.retry_url, variant="primary" if primary else "secondary", size="lg")
    return rx.cond(RESULT.retry_url != "", link, rx.fragment())
