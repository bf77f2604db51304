"""The parts of the sign-in and sign-up pages."""

import reflex as rx

from litesubs.components.boot import boot, html_slot
from litesubs.components.buttons import text_link
from litesubs.components.storefront import creator_face, when
from litesubs.components.tickets import small_ticket, still_holes
from litesubs.components.values import Child, Text


def form_head(title: Text) -> rx.Component:
    """On phones the pack that is being bought; then the title and where this leads."""
    return rx.el.div(
        when("pack_class", _mini_ticket()),
        rx.el.h1(title, class_name="text-3xl font-semibold max-sm:text-[24px] max-sm:leading-[30px]"),
        rx.el.p(boot("lead"), class_name="mt-1 text-lg text-muted [overflow-wrap:anywhere]"),
        html_slot("form_error_html", "mt-4 empty:hidden"),
    )


def form_foot(question: str, words: str, href_field: str) -> rx.Component:
    """The way to the other form, with pack and destination kept."""
    return rx.el.p(question, " ", text_link(words, href=boot(href_field)), class_name="text-sm text-muted")


def beside_the_form() -> rx.Component:
    """The pack that is being bought with its creator, or what Litesubs is."""
    buying = small_ticket(
        name=boot("pack_name"),
        dots=html_slot("holes_html", "mt-5 empty:hidden"),
        price=boot("price"),
        unit_price=boot("unit_price"),
    )
    creator = rx.el.div(
        creator_face(),
        rx.el.p(boot("creator_name"), class_name="truncate text-[15px] font-semibold"),
        class_name="mt-[22px] flex items-center gap-3",
    )
    return rx.el.div(
        when("pack_class", buying, creator), when("plain_class", *_what_it_is()), class_name="w-[360px] max-w-full"
    )


def _what_it_is() -> list[Child]:
    sample = small_ticket(
        name="10 guitar lessons",
        dots=rx.el.div(still_holes(10, 3), class_name="mt-5"),
        price="€380",
        unit_price="€38.00",
    )
    words = rx.el.p(
        "Ten lessons, paid once. Every credit that moves leaves a line that both sides can read.",
        class_name="mt-[22px] text-lg text-muted",
    )
    return [sample, words]


def _mini_ticket() -> rx.Component:
    return rx.el.div(
        rx.el.b(boot("credits"), class_name="text-[26px] leading-7 font-bold tracking-[-.04em]"),
        rx.el.div(
            rx.el.p(boot("pack_name"), class_name="truncate"),
            rx.el.p("from ", rx.el.span(boot("creator_name")), class_name="truncate"),
            class_name="min-w-0 flex-1 text-sm leading-[17px] font-medium",
        ),
        rx.el.b(boot("price"), class_name="font-semibold"),
        class_name="mb-4 flex items-center gap-3 rounded-[12px] bg-ticket px-3.5 py-3 text-ticket-ink md:hidden",
    )
