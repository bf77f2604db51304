"""What a page says when it has one thing to say: paid, not paid, nothing here."""

import reflex as rx

from litesubs.components.surfaces import skeleton
from litesubs.components.tickets import still_holes, ticket
from litesubs.components.values import Child, Number, Text


def result_text(title: Text, text: Child, *actions: rx.Component, foot: Child = "") -> rx.Component:
    """A large heading, a sentence or two, and the ways on."""
    return rx.el.div(
        rx.el.h1(title, class_name="text-4xl font-semibold text-balance max-sm:text-[32px] max-sm:leading-9"),
        rx.el.p(text, class_name="mx-auto mt-3.5 max-w-[44ch] text-lg text-pretty text-muted [overflow-wrap:anywhere]"),
        rx.el.div(
            *actions,
            class_name="mt-[26px] flex justify-center gap-3 max-sm:flex-col max-sm:items-stretch empty:hidden",
        ),
        rx.el.p(foot, class_name="mt-[22px] text-sm text-muted empty:hidden"),
        class_name="enter",
    )


def used_up_ticket() -> rx.Component:
    """A ticket with every credit used, a little tilted."""
    line = rx.el.div(
        rx.el.div(class_name="perforation !top-1/2 !-right-2 !-left-2"),
        class_name="relative h-[26px]",
        custom_attrs={"aria-hidden": "true"},
    )
    return rx.el.div(
        ticket(
            rx.el.div(still_holes(4, 4, columns=4, plain=True), custom_attrs={"aria-hidden": "true"}),
            line,
            rx.el.div(still_holes(4, 4, columns=4, plain=True), custom_attrs={"aria-hidden": "true"}),
            notch_y="50%",
            class_name="px-[34px] py-[30px] [&_.holes]:gap-3",
        ),
        class_name="mx-auto mb-9 w-[340px] -rotate-2 max-sm:w-[290px]",
    )


def credits_ticket(credits_: Number, name: Text) -> rx.Component:
    """How many credits of what, on a ticket a little tilted."""
    return rx.el.div(
        ticket(
            rx.el.b(credits_, class_name="block text-[72px] leading-[60px] font-bold tracking-[-.05em]"),
            rx.el.div(
                rx.el.div(class_name="perforation !top-1/2 !-right-2 !-left-2"),
                class_name="relative h-10",
                custom_attrs={"aria-hidden": "true"},
            ),
            rx.el.p(name, class_name="font-medium [overflow-wrap:anywhere]"),
            notch_y="calc(100% - 72px)",
            class_name="px-[34px] pt-[30px] pb-8 text-left",
        ),
        class_name="mx-auto mb-9 w-[340px] -rotate-2 max-sm:w-[290px]",
    )


class TellOpener(rx.Component):
    """Tells the page whose buy button opened this window that the checkout is done; opener.jsx."""

    library = "$/public/opener.jsx"
    tag = "TellOpener"


def waiting_for_result(words: Text) -> rx.Component:
    """Until the result is known."""
    return rx.el.div(
        skeleton("mx-auto mb-9 h-[172px] w-[340px] rounded-xl max-sm:w-[290px]"),
        rx.el.p(words, role="status", class_name="text-lg text-muted"),
    )


def waiting_for_words(words: Text) -> rx.Component:
    """Until it is known what there is to say."""
    return rx.el.div(
        skeleton("mx-auto h-11 w-[300px] rounded-md max-sm:w-[240px]"),
        rx.el.p(words, role="status", class_name="mt-3.5 text-lg text-muted"),
    )
