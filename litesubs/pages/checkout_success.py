"""`/checkout/success`: the buyer is back from Stripe."""

import reflex as rx
from reflex.event import EventCallback

from litesubs.components.buttons import Variant, button, link_button
from litesubs.components.results import TellOpener, credits_ticket, result_text, waiting_for_result
from litesubs.components.shell import centred_page
from litesubs.components.values import Text, plural
from litesubs.state.checkout_success import CheckoutState

RESULT = CheckoutState.result
PAID_ALL_THE_SAME = "If you paid, your credits arrive by themselves."


def page() -> rx.Component:
    """Paid, waiting for the bank, not finished, or failed: each says what happened and the way on."""
    return outcomes("Asking Stripe what became of your payment.", _not_finished(), CheckoutState.load)


def outcomes(looking: str, still_open: rx.Component, look_again: EventCallback[()]) -> rx.Component:
    """A page with what came of a checkout. `looking` is said meanwhile, `still_open` where it can still be paid."""
    return centred_page(
        rx.match(
            CheckoutState.outcome,
            ("", waiting_for_result(looking)),
            ("paid", _paid()),
            ("unproven", _unproven()),
            ("waiting", _waiting()),
            ("review", _review()),
            ("open", still_open),
            ("failed", _failed("The payment was declined", "Nothing was charged. Try again, or try another card.")),
            ("expired", _failed("This checkout has ended", "It was open for half an hour. Nothing was charged.")),
            ("unreachable", _no_answer("Stripe does not answer", CheckoutState.trouble, look_again)),
            ("broken", _no_answer("Something went wrong on our side", PAID_ALL_THE_SAME, look_again)),
            _unknown(),
        )
    )


def _paid() -> rx.Component:
    amount = rx.fragment(RESULT.credits, " ", plural(RESULT.credits, "credit", "credits"))
    return rx.fragment(
        TellOpener.create(),
        credits_ticket(RESULT.credits, RESULT.pack_name),
        result_text(
            plural(RESULT.credits, "It is yours", "They are yours"),
            rx.fragment(amount, " with ", RESULT.creator_name, " for ", RESULT.price, ", paid once. Nothing renews."),
            link_button("Open your wallet", href="/wallet", variant="primary", size="lg", trailing="arrow-right"),
            link_button("See the ledger", href=f"/wallet/{RESULT.subscription_id}", size="lg"),
        ),
    )


def _unproven() -> rx.Component:
    return rx.fragment(
        TellOpener.create(),
        credits_ticket(RESULT.credits, RESULT.pack_name),
        result_text(
            "Paid. Confirm your e-mail",
            "Your credits wait until you confirm your address: open the link in the mail we sent, or type its code.",
            link_button("Confirm your e-mail", href="/verify-email?next=/wallet", variant="primary", size="lg"),
        ),
    )


def _waiting() -> rx.Component:
    return rx.fragment(
        TellOpener.create(),
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
            "What Stripe says does not fit this purchase, so no credits were given yet. Write to the creator with the "
            "date of your payment."
        ),
        link_button("Open your wallet", href="/wallet", variant="primary", size="lg"),
    )


def _not_finished() -> rx.Component:
    return result_text(
        "Not paid yet",
        "The checkout is still open and nothing was charged. Finish it, or leave it: it ends by itself.",
        button("Look again", on_click=CheckoutState.load, variant="primary", size="lg"),
        back_to_pack("Back to the pack", "secondary"),
    )


def _failed(title: str, text: str) -> rx.Component:
    return result_text(title, text, back_to_pack("Try again"))


def _no_answer(title: str, text: Text, look_again: EventCallback[()]) -> rx.Component:
    return result_text(
        title,
        text,
        button("Try again", on_click=look_again, variant="primary", size="lg"),
        link_button("Open your wallet", href="/wallet", size="lg"),
    )


def _unknown() -> rx.Component:
    return result_text(
        "No such purchase here",
        "This address belongs to another purchase or another sign-in. If you paid, your credits are in your wallet.",
        link_button("Open your wallet", href="/wallet", variant="primary", size="lg"),
    )


def back_to_pack(words: str, variant: Variant = "primary") -> rx.Component:
    """To the pack's page, or to the wallet where the link is gone."""
    return rx.cond(
        RESULT.retry_url != "",
        link_button(words, href=RESULT.retry_url, variant=variant, size="lg"),
        link_button("Open your wallet", href="/wallet", variant=variant, size="lg"),
    )
