"""What a person sees where a form or a page could not be answered. Filled by api/fields.py, and still, like the 404."""

import reflex as rx

from litesubs.components.boot import boot
from litesubs.components.buttons import link_button
from litesubs.components.results import result_text, used_up_ticket
from litesubs.components.shell import centred_page

TITLE = boot("title")


def page() -> rx.Component:
    """What happened, what to do, and the way there."""
    return centred_page(
        used_up_ticket(),
        result_text(
            TITLE,
            boot("text"),
            link_button(boot("action_label"), href=boot("action_href"), variant="primary", size="lg"),
            link_button("Search the help", href="/help", size="lg"),
            link_button("Go to the start", href="/", variant="ghost", size="lg"),
        ),
    )
