"""The parts of the landing page."""

from collections.abc import Sequence

import reflex as rx

from litesubs.components.buttons import link_button
from litesubs.components.shell import GUTTER
from litesubs.components.tickets import perforation, still_holes, ticket
from litesubs.components.values import Child, Text, joined

HEADING = "text-4xl font-semibold text-balance max-sm:text-[32px] max-sm:leading-9"


def hero(title: str, eyebrow: str, lead: str, foot: str, *actions: rx.Component) -> rx.Component:
    """The first screen: what it is, what to do, and the ticket."""
    words = rx.el.div(
        rx.el.p(eyebrow, class_name="mb-[18px] font-medium text-muted"),
        rx.el.h1(title, class_name="text-5xl font-semibold text-balance max-sm:text-[44px] max-sm:leading-[46px]"),
        rx.el.p(lead, class_name="mt-[22px] mb-[30px] max-w-[46ch] text-xl text-muted"),
        rx.el.div(*actions, class_name="flex flex-wrap gap-3 max-sm:[&>*]:w-full"),
        rx.el.p(foot, class_name="mt-4 text-sm text-muted"),
    )
    return rx.el.div(
        words,
        _sample_ticket(),
        class_name=joined(
            GUTTER,
            (
                "grid grid-cols-[minmax(0,1fr)_430px] items-center gap-14 py-18 pb-21 max-md:grid-cols-1 max-sm:gap-13 "
                "max-sm:pt-7 max-sm:pb-12"
            ),
        ),
    )


def band(
    *children: rx.Component, title: str = "", lead: str = "", raised: bool = False, name: str = ""
) -> rx.Component:
    """A section across the page; every other one raised."""
    head = rx.el.div(
        rx.el.h2(title, class_name=HEADING),
        rx.el.p(lead, class_name="mt-3 text-lg text-muted empty:hidden"),
        class_name="mb-9 max-w-[640px] max-sm:mb-6",
    )
    return rx.el.section(
        rx.el.div(*([head] if title else []), *children, class_name=GUTTER),
        class_name=joined("scroll-mt-4 py-16 max-sm:py-13", "border-y border-border bg-surface" if raised else ""),
        **({"id": name} if name else {}),
    )


def demo(*columns: rx.Component) -> rx.Component:
    """Three steps side by side in one frame."""
    return rx.el.div(
        *columns,
        class_name=(
            "grid grid-cols-3 divide-x divide-border overflow-hidden rounded-xl border border-border bg-raised "
            "max-md:grid-cols-1 max-md:divide-x-0 max-md:divide-y"
        ),
    )


def demo_step(number: int, title: str, *children: rx.Component) -> rx.Component:
    """One step of the demo."""
    return rx.el.div(
        rx.el.h3(
            rx.el.span(
                str(number),
                class_name="grid size-[22px] place-items-center rounded-full bg-text text-xs font-semibold text-bg",
                custom_attrs={"aria-hidden": "true"},
            ),
            title,
            class_name="flex items-center gap-2.5 text-[15px] leading-5 font-semibold",
        ),
        *children,
        class_name="flex min-w-0 flex-col gap-3.5 px-6 pt-[22px] pb-[26px] max-sm:px-4",
    )


def receipt(name: Text, *lines: tuple[Text, Text], total: Text, button: rx.Component) -> rx.Component:
    """What a buyer sees at the checkout, in small."""
    return rx.el.div(
        rx.el.p(
            rx.el.span(name, class_name="min-w-0 flex-1 truncate"),
            rx.el.b(total, class_name="font-semibold tabular-nums"),
            class_name="flex gap-3",
        ),
        *[
            rx.el.p(
                rx.el.span(label, class_name="flex-1"),
                rx.el.span(value, class_name="tabular-nums"),
                class_name="flex text-muted",
            )
            for label, value in lines
        ],
        button,
        class_name="flex flex-col gap-3.5 rounded-lg border border-border bg-bg p-5",
    )


def big_figure(figure: Child, words: Child) -> rx.Component:
    """A number first, and what it means beside it."""
    return rx.el.p(
        rx.el.b(figure, class_name="text-[44px] leading-[44px] font-semibold tracking-[-.03em] tabular-nums"),
        rx.el.span(words, class_name="text-muted"),
        class_name="flex items-baseline gap-2",
    )


def small_ledger(lines: rx.Component) -> rx.Component:
    """A few lines of a ledger under a rule."""
    return rx.el.ul(lines, class_name="grid gap-2 border-t border-border pt-2.5 text-sm")


def small_ledger_line(what: Child, amount: Child, left: Child, *, adds: bool | rx.Var[bool]) -> rx.Component:
    """What, how much, what was left."""
    ink = rx.cond(adds, "font-semibold tabular-nums text-success", "font-semibold tabular-nums")
    return rx.el.li(
        rx.el.span(what, class_name="min-w-0 flex-1 truncate"),
        rx.el.b(amount, class_name=ink),
        rx.el.span(left, class_name="w-6 text-right text-muted tabular-nums"),
        class_name="flex gap-2",
    )


def pairs(items: Sequence[tuple[str, str]]) -> rx.Component:
    """Who, and what they sell: two columns of lines."""
    return rx.el.ul(
        *[
            rx.el.li(
                rx.el.b(who, class_name="font-semibold"),
                rx.el.span(what, class_name="text-muted"),
                class_name=(
                    "grid grid-cols-[140px_1fr] gap-4 border-t border-border py-[18px] text-lg leading-6 "
                    "max-sm:grid-cols-[104px_1fr]"
                ),
            )
            for who, what in items
        ],
        class_name="grid grid-cols-2 gap-x-16 max-md:grid-cols-1",
    )


def split(title: str, text: str, picture: rx.Component) -> rx.Component:
    """Words on the left, what they describe on the right."""
    words = rx.el.div(rx.el.h2(title, class_name=HEADING), rx.el.p(text, class_name="mt-3.5 text-lg text-muted"))
    return rx.el.div(
        words,
        picture,
        class_name="grid grid-cols-[minmax(0,5fr)_minmax(0,6fr)] items-center gap-16 max-md:grid-cols-1 max-md:gap-7",
    )


def sample_ledger(lines: Sequence[tuple[str, str, str, str, str]]) -> rx.Component:
    """A ledger as a picture: day, what, who, amount, left."""
    return rx.el.ul(
        *[
            rx.el.li(
                rx.el.span(day, class_name="text-sm text-muted tabular-nums"),
                rx.el.span(
                    rx.el.span(what, class_name="font-medium"),
                    rx.el.span(f" · {who}", class_name="text-muted max-sm:hidden"),
                ),
                rx.el.b(
                    amount,
                    class_name=joined(
                        "text-right font-semibold tabular-nums", "text-success" if amount[0] == "+" else ""
                    ),
                ),
                rx.el.span(left, class_name="text-right text-muted tabular-nums"),
                class_name=(
                    "grid grid-cols-[64px_1fr_44px_48px] items-center gap-3 border-t border-border py-3 "
                    "first:border-t-0"
                ),
            )
            for day, what, who, amount, left in lines
        ],
        class_name="rounded-lg border border-border bg-surface px-5 py-1.5 max-sm:px-4",
    )


def prices(items: Sequence[tuple[str, str, str]]) -> rx.Component:
    """What it costs: for whom, how much, what that means."""
    return rx.el.div(
        *[
            rx.el.div(
                rx.el.h3(name, class_name="text-xl leading-6 font-semibold"),
                rx.el.p(price, class_name="my-2 text-[48px] leading-[56px] font-semibold tracking-[-.03em]"),
                rx.el.p(text, class_name="text-lg text-muted"),
                class_name="rounded-lg border border-border bg-surface p-7 max-sm:p-5",
            )
            for name, price, text in items
        ],
        class_name="grid grid-cols-2 gap-4 max-md:grid-cols-1 max-md:gap-3",
    )


def questions(items: Sequence[tuple[str, str]]) -> rx.Component:
    """Questions with their answers, all open."""
    return rx.el.dl(
        *[
            rx.el.div(
                rx.el.dt(question, class_name="mb-1.5 text-lg leading-6 font-semibold"),
                rx.el.dd(answer, class_name="text-[15px] leading-6 text-muted"),
            )
            for question, answer in items
        ],
        class_name="grid grid-cols-2 gap-x-16 gap-y-7 max-md:grid-cols-1 max-md:gap-y-[22px]",
    )


def last_call(title: str, words: str, href: str) -> rx.Component:
    """The closing ticket with its one button."""
    return ticket(
        rx.el.h2(title, class_name=HEADING),
        link_button(words, href=href, variant="ink", size="lg", trailing="arrow-right"),
        notch_y="50%",
        class_name=(
            "flex items-center justify-between gap-8 px-16 py-14 max-md:flex-col max-md:items-start max-sm:px-7 "
            "max-sm:py-9"
        ),
    )


def _sample_ticket() -> rx.Component:
    back = rx.el.div(
        class_name="absolute inset-0 translate-x-[18px] translate-y-2.5 rotate-[5deg] rounded-xl bg-ticket-2"
    )
    front = ticket(
        rx.el.p(
            rx.el.span("10 guitar lessons", class_name="font-medium"),
            rx.el.span("Kofi Mensah", class_name="ticket-soft text-sm"),
            class_name="mb-[22px] flex justify-between gap-3",
        ),
        still_holes(10, 3),
        perforation(),
        rx.el.p(
            rx.el.span(
                rx.el.b("7", class_name="text-[56px] leading-[48px] font-bold tracking-[-.04em]"),
                rx.el.span(" left of 10", class_name="font-medium"),
            ),
            rx.el.span("until 4 Jun 2027", class_name="ticket-soft text-sm font-medium"),
            class_name="mt-14 flex items-end justify-between gap-3",
        ),
        notch_y="58%",
        class_name="px-7 py-[26px] max-sm:px-5",
    )
    return rx.el.div(
        back,
        rx.el.div(front, class_name="relative -rotate-3"),
        class_name="relative max-md:mx-auto max-md:w-[min(430px,100%-20px)]",
    )
