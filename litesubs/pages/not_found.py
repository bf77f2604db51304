"""A real 404, for addresses, links and ids that lead nowhere."""

import reflex as rx

from litesubs.components.buttons import link_button
from litesubs.components.results import result_text, used_up_ticket
from litesubs.components.shell import centred_page


def page() -> rx.Component:
    """Says what may have happened, and three ways on."""
    return centred_page(
        used_up_ticket(),
        result_text(
            "Nothing left at this address",
            (
                "The link may be mistyped, used up or switched off by its creator. Credits you already hold are not "
                "affected."
            ),
            link_button("Open your wallet", href="/wallet", variant="primary", size="lg"),
            link_button("Search the help", href="/help", size="lg"),
            link_button("Go to the start", href="/", variant="ghost", size="lg"),
            foot="Got the link from someone? Ask them for a fresh one.",
        ),
    )
