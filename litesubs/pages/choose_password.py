"""`/choose-password`: a mail's link, opened where its person is not signed in. A native form, filled by fields.py."""

import reflex as rx

from litesubs.components.auth import beside_the_form, form_foot, form_head
from litesubs.components.boot import boot
from litesubs.components.buttons import button
from litesubs.components.overlays import native_form
from litesubs.components.posted import posted_field, posted_value
from litesubs.components.shell import auth_page

DESCRIPTION = "Choose a password for your sign-in at Litesubs."


def page() -> rx.Component:
    """One password, which takes the place of the one from sign-up."""
    return auth_page(
        form_head("Choose a password"),
        native_form(
            posted_value("token"),
            posted_value("next"),
            posted_field("Password", "password", kind="password", auto_complete="new-password"),
            button(boot("action_label"), variant="primary", size="lg", trailing="arrow-right", submit=True, wide=True),
            action="/auth/confirm",
            class_name="grid gap-4",
        ),
        form_foot("Signed up yourself?", "Sign in and keep your password", "login_href"),
        rx.el.p("Not your address? Close this page. Nothing happens without you.", class_name="text-sm text-muted"),
        aside=beside_the_form(),
    )
