"""The parts of the help. The server writes the questions; help.js narrows them while somebody types."""

import reflex as rx

from litesubs.components.boot import boot, html_slot
from litesubs.components.buttons import button
from litesubs.components.fields import BOX, CONTROL
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.overlays import native_search
from litesubs.components.shell import public_footer, public_page
from litesubs.components.values import Text

HEADING = "text-4xl font-semibold text-balance [overflow-wrap:anywhere] max-sm:text-[32px] max-sm:leading-9"


def help_page(*children: rx.Component) -> rx.Component:
    """One column to read in."""
    column = rx.el.main(
        *children, class_name="mx-auto w-full max-w-[760px] flex-1 px-8 pt-10 pb-18 max-sm:px-5 max-sm:pt-4"
    )
    return public_page(column, public_footer())


def title(words: Text, lead: str = "") -> rx.Component:
    """What the page is about."""
    return rx.el.div(
        rx.el.h1(words, class_name=HEADING), rx.el.p(lead, class_name="mt-3 text-lg text-muted empty:hidden")
    )


def search_form(value: Text = "") -> rx.Component:
    """A search that is a form, so that it works without scripts, too."""
    field = rx.el.input(
        type="search",
        name="q",
        default_value=value,
        placeholder="Search the help",
        auto_complete="off",
        max_length=100,
        class_name=CONTROL,
        custom_attrs={"aria-label": "Search the help", "data-help-search": ""},
    )
    return native_search(
        rx.el.div(icon("search", class_name="text-muted"), field, class_name=f"{BOX} h-12 text-lg"),
        button("Search", size="lg", submit=True),
        action="/help",
        class_name="mt-6 flex gap-3 [&>button]:max-sm:hidden",
    )


def found() -> rx.Component:
    """How many answers a search has, and the words for none; the questions below."""
    return rx.el.div(
        rx.el.p(
            boot("found"),
            role="status",
            class_name="mt-3 min-h-[18px] text-sm text-muted",
            custom_attrs={"data-help-found": ""},
        ),
        rx.el.div(
            rx.el.p("No answer has these words. Try fewer, or other ones.", class_name="mt-4 text-lg text-muted"),
            class_name=boot("none_class"),
            custom_attrs={"data-help-none": ""},
        ),
        html_slot("listing_html", "help-list"),
    )


def trail() -> rx.Component:
    """The way back to all questions, and to those of the same kind."""
    link = "rounded-sm hover:text-text underline-soft"
    return rx.el.nav(
        anchor("Help", href="/help", class_name=link),
        icon("chevron-right", "s"),
        anchor(boot("group"), href=boot("group_href"), class_name=link),
        class_name="mb-4 flex min-h-11 items-center gap-2 font-medium text-muted",
        custom_attrs={"aria-label": "Breadcrumb"},
    )


def others() -> rx.Component:
    """The other questions of the same kind."""
    return rx.el.section(
        rx.el.h2(boot("more"), class_name="text-2xl font-semibold"),
        html_slot("others_html", "mt-3"),
        class_name="mt-13 border-t border-border pt-8",
    )
