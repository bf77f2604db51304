"""Confirming an e-mail address: the form for the code, and the reminder for who has not done it yet."""

import reflex as rx

from litesubs.components.buttons import LINK, button, link_button
from litesubs.components.fields import text_field
from litesubs.components.icons import icon
from litesubs.components.overlays import form
from litesubs.components.surfaces import note
from litesubs.components.values import Flag, Handler, Text, handlers


def code_form(
    *, error: Text, sent: Flag, trouble: Text, on_type: Handler, on_submit: Handler, on_resend: Handler
) -> rx.Component:
    """Six digits, and below them another mail for who got none: that it is sent, or when the next one can go."""
    code = text_field(
        "Code from the mail",
        "code",
        hint="Six digits. The last one sends it.",
        error=error,
        on_change=on_type,
        placeholder="000 000",
        input_mode="numeric",
        auto_complete="one-time-code",
        max_length=12,
    )
    answer = rx.el.div(
        rx.cond(
            sent,
            note("Sent. The code of the newest mail counts.", tone="success"),
            rx.cond(trouble != "", note(trouble), rx.fragment()),
        ),
        role="status",
        class_name="min-h-[62px]",
    )
    another = rx.el.p(
        "No mail after a minute? Look under spam, or ",
        rx.el.button("send another", type="button", class_name=LINK, **handlers(on_click=on_resend)),
        ".",
        class_name="text-sm text-muted",
    )
    return rx.el.div(
        form(code, button("Confirm", variant="primary", size="lg", submit=True, wide=True), on_submit=on_submit),
        another,
        answer,
        class_name="mx-auto mt-7 grid max-w-[360px] gap-4 text-left",
    )


def reminder(email: Text, verified: Flag, href: Text) -> rx.Component:
    """One line at the foot of the window until the address is confirmed. It covers nothing: pages end above it."""
    return rx.cond(
        verified,
        rx.fragment(),
        rx.el.aside(
            rx.el.div(
                icon("mail", class_name="text-muted max-sm:hidden"),
                rx.el.p(
                    rx.el.b("Confirm your e-mail. ", class_name="font-semibold"),
                    rx.el.span(
                        "Then credits given to ",
                        email,
                        " reach you, and you can give some.",
                        class_name="text-muted max-sm:hidden",
                    ),
                    class_name="min-w-0 flex-1 truncate",
                ),
                link_button("Confirm", href=href, size="sm"),
                class_name="mx-auto flex max-w-[860px] items-center gap-3 px-8 max-sm:px-4",
            ),
            class_name=(
                "fixed inset-x-0 bottom-0 z-10 border-t border-border bg-raised pt-2 [.desk_&]:sticky "
                "pb-[calc(8px+env(safe-area-inset-bottom))]"
            ),
            custom_attrs={"aria-label": "Confirm your e-mail", "data-foot": ""},
        ),
    )
