"""`/verify-email`: prove that an address is one's own, by the link or the code of the mail."""

import reflex as rx

from litesubs.components.buttons import button, link_button
from litesubs.components.results import result_text, waiting_for_words
from litesubs.components.shell import centred_page
from litesubs.components.verification import code_form, reminder
from litesubs.state.session import SessionState
from litesubs.state.verify_email import VerifyEmailState as State

DESCRIPTION = "Confirm your e-mail address at Litesubs."


def page() -> rx.Component:
    """What is known of the address, and the one thing to do next."""
    return centred_page(
        rx.match(
            State.stage,
            ("", waiting_for_words("Looking up your address.")),
            ("code", _code()),
            ("done", _done()),
            ("stale", _stale()),
            ("broken", _broken()),
            _visitor(),
        )
    )


def confirm_reminder(back: str) -> rx.Component:
    """On pages of signed-in people: the way here and `back` again, until the address is confirmed."""
    account = SessionState.account
    return reminder(account.email, account.verified, f"/verify-email?next={back}")


def _code() -> rx.Component:
    return rx.fragment(
        result_text(
            "Confirm your e-mail",
            rx.fragment("A mail to ", State.email, " has a link and a code. Open the link, or type the code here."),
        ),
        _form(),
    )


def _form() -> rx.Component:
    return code_form(
        error=State.error,
        sent=State.sent,
        trouble=State.trouble,
        on_type=State.typed,
        on_submit=State.submit,
        on_resend=State.resend,
    )


def _done() -> rx.Component:
    where = rx.cond(State.next_path != "", State.next_path, "/wallet")
    words = rx.cond(State.next_path != "", "Go on", "Open your wallet")
    return result_text(
        "Confirmed",
        rx.fragment(State.email, " is yours. What was given to this address is in your wallet."),
        rx.cond(
            State.here,
            link_button(words, href=where, variant="primary", size="lg", trailing="arrow-right"),
            link_button("Sign in to go on", href=State.sign_in_href, variant="primary", size="lg"),
        ),
    )


def _stale() -> rx.Component:
    """The link is of no use any more: another mail for who is signed in, the way to sign in for others."""
    return rx.cond(
        State.here,
        rx.fragment(
            result_text(
                "This link has ended",
                rx.fragment("Send another mail to ", State.email, ", then open its link or type its code here."),
            ),
            _form(),
        ),
        result_text(
            "This link has ended",
            "A link works for 24 hours. Sign in to have a new mail sent.",
            link_button("Sign in", href=State.sign_in_href, variant="primary", size="lg"),
        ),
    )


def _visitor() -> rx.Component:
    return result_text(
        "Confirm your e-mail",
        "Open the link in the mail we sent you, or sign in to type its code.",
        link_button("Sign in", href=State.sign_in_href, variant="primary", size="lg"),
    )


def _broken() -> rx.Component:
    return result_text(
        "Something went wrong on our side",
        "Nothing was changed. Try again.",
        button("Try again", on_click=State.load, variant="primary", size="lg"),
    )
