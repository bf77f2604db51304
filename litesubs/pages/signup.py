"""`/signup`: a native form, filled by api/fields.py, with the pack that is being bought beside it."""

import reflex as rx

from litesubs.components.auth import beside_the_form, form_foot, form_head
from litesubs.components.boot import boot
from litesubs.components.buttons import button
from litesubs.components.overlays import native_form
from litesubs.components.posted import posted_field, posted_value
from litesubs.components.shell import auth_page

DESCRIPTION = "Create your sign-in: for the credits you buy, and for the packs you sell."


def page() -> rx.Component:
    """Name, e-mail and password."""
    return auth_page(
        form_head("Create your sign-in"),
        native_form(
            posted_value("pack"),
            posted_value("next"),
            posted_field("Your name", "name", auto_complete="name"),
            posted_field("E-mail", "email", kind="email", auto_complete="email"),
            posted_field("Password", "password", kind="password", auto_complete="new-password"),
            button(boot("action_label"), variant="primary", size="lg", trailing="arrow-right", submit=True, wide=True),
            action="/auth/sign-up",
            class_name="grid gap-4",
        ),
        form_foot("Have a sign-in already?", "Sign in", "login_href"),
        aside=beside_the_form(),
    )
