"""`/login`: a native form, filled by api/fields.py."""

import reflex as rx

from litesubs.components.auth import beside_the_form, form_foot, form_head
from litesubs.components.boot import boot
from litesubs.components.buttons import button
from litesubs.components.overlays import native_form
from litesubs.components.posted import posted_field, posted_value
from litesubs.components.shell import auth_page

DESCRIPTION = "Sign in to your Litesubs wallet and desk."


def page() -> rx.Component:
    """E-mail and password."""
    return auth_page(
        form_head("Sign in"),
        native_form(
            posted_value("pack"),
            posted_value("next"),
            posted_field("E-mail", "email", kind="email", auto_complete="email"),
            posted_field("Password", "password", kind="password", auto_complete="current-password"),
            button(boot("action_label"), variant="primary", size="lg", trailing="arrow-right", submit=True, wide=True),
            action="/auth/sign-in",
            class_name="grid gap-4",
        ),
        form_foot("No sign-in yet?", "Create one", "signup_href"),
        aside=beside_the_form(),
    )
