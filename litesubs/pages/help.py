"""`/help` and `/help/{slug}`: every question in one list, and each on a page of its own. Filled by api/front.py."""

import reflex as rx

from litesubs.components.boot import boot, html_slot
from litesubs.components.help import found, help_page, others, search_form, title, trail

TITLE = "Help · Litesubs"
DESCRIPTION = (
    "Answers for buyers and creators: credits, expiry, payments, refunds, share links, the ledger and the API."
)
ANSWER_TITLE = boot("question")
ANSWER_DESCRIPTION = boot("summary")


def page() -> rx.Component:
    """The search and all questions."""
    return help_page(
        title("Help", "What happens, and what to do. Short answers, one page each."),
        search_form(boot("search")),
        found(),
    )


def answer_page() -> rx.Component:
    """One question with its answer, and the others."""
    return help_page(
        trail(), title(boot("question")), html_slot("answer_html", "prose mt-5 max-w-[60ch]"), search_form(), others()
    )
