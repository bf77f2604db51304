"""The parts of the landing page."""

from collections.abc import Sequence

import reflex as rx

from litesubs.components.buttons import button, link_button, text_link
from litesubs.components.icons import icon
from litesubs.components.overlays import NativeForm
from litesubs.components.shell import GUTTER
from litesubs.components.tickets import perforation, still_holes, ticket, ticket_chip
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


def demo(*steps: rx.Component, start: str) -> rx.Component:
    """Three steps side by side in one frame, played by demo.js; without it they are an example to read.

    Below them stays what just happened, which screen readers say, and the way to a pack of one's own (`start`).
    """
    told = rx.el.div(
        rx.el.p(
            "Change a value, or create the link as it is.",
            role="status",
            class_name="with-script min-h-10 max-sm:min-h-15 min-w-0 flex-1 content-center [overflow-wrap:anywhere]",
            custom_attrs={"data-demo-part": "say"},
        ),
        rx.el.p("An example. With JavaScript it can be played through.", class_name="without-script flex-1"),
        link_button("Make a real one", href=start, trailing="arrow-right"),
        class_name=("flex items-center gap-4 border-t border-border px-6 py-3 max-sm:px-4"),
    )
    return rx.el.div(
        rx.el.ol(
            *steps,
            class_name=(
                "grid grid-cols-[1fr_1fr_1.15fr] divide-x divide-border max-md:grid-cols-1 max-md:divide-x-0 "
                "max-md:divide-y"
            ),
        ),
        told,
        class_name="overflow-hidden rounded-xl border border-border bg-raised",
        custom_attrs={"data-demo": ""},
    )


def demo_step(number: int, title: str, *children: rx.Component, name: str) -> rx.Component:
    """One step of the demo, by the `name` that demo.js knows it by."""
    return rx.el.li(
        rx.el.h3(
            rx.el.span(
                str(number),
                class_name=(
                    "grid size-[22px] place-items-center rounded-full bg-text text-xs font-semibold text-bg "
                    "transition-colors duration-[120ms] group-data-done:bg-accent group-data-done:text-accent-contrast"
                ),
                custom_attrs={"aria-hidden": "true"},
            ),
            title,
            class_name="flex items-center gap-2.5 text-[15px] leading-5 font-semibold",
        ),
        *children,
        class_name="group flex min-w-0 flex-col gap-3.5 px-6 pt-[22px] pb-[26px] max-sm:px-4",
        custom_attrs={"data-demo-part": name},
    )


def demo_form(*children: rx.Component, action: str) -> rx.Component:
    """The first step's fields. Without a script sending it leads on to the real thing."""
    return NativeForm.create(*children, action=action, method="get", class_name="flex flex-col gap-3.5")


def demo_button(words: Child, does: str, *, submit: bool = False, leading: str = "") -> rx.Component:
    """A button that is quiet until it is what leads on. It keeps the focus where there is nothing to do any more."""
    return button(
        words,
        submit=submit,
        leading=leading,
        class_name=(
            "with-script flex-1 data-next:border-transparent data-next:bg-accent data-next:text-accent-contrast "
            "data-next:enabled:hover:bg-accent-hover aria-disabled:cursor-default "
            "aria-disabled:bg-sunken aria-disabled:text-subtle aria-disabled:shadow-none"
        ),
        custom_attrs={"data-demo-do": does},
    )


def shown(name: str, words: Child, class_name: str = "") -> rx.Component:
    """Words that demo.js keeps true; each in its own direction."""
    return rx.el.bdi(words, class_name=class_name, custom_attrs={"data-demo-show": name})


def link_line(link: Text) -> rx.Component:
    """The share link, in its place also while there is none."""
    return rx.el.div(
        rx.el.p("Share link", class_name="text-sm font-medium"),
        rx.el.p(
            icon("link", "s"),
            shown("link", link, "line-clamp-2 min-w-0 [overflow-wrap:anywhere]"),
            class_name=(
                "mt-1.5 flex h-[58px] items-center gap-3 rounded-md border border-border bg-sunken px-3.5 font-mono "
                "text-sm text-muted"
            ),
        ),
        class_name="mt-auto",
    )


def small_shop(address: Text, name: Text, *lines: tuple[str, rx.Component], pay: rx.Component) -> rx.Component:
    """The pack's page as the buyer sees it, in small."""
    return rx.el.div(
        rx.el.p(
            icon("lock", "s"),
            shown("address", address, "min-w-0 truncate"),
            class_name=(
                "flex h-9 items-center gap-2 border-b border-border bg-sunken px-4 font-mono text-xs text-muted"
            ),
        ),
        rx.el.div(
            rx.el.p(
                shown("name", name, "block truncate text-xl leading-7 font-semibold tracking-[-.01em]"),
                rx.el.span("from you", class_name="text-muted"),
            ),
            rx.el.dl(
                *[
                    rx.el.div(
                        rx.el.dt(label, class_name="flex-1 text-muted"),
                        rx.el.dd(value, class_name="font-medium tabular-nums"),
                        class_name="flex py-2.5",
                    )
                    for label, value in lines
                ],
                class_name="divide-y divide-border border-y border-border",
            ),
            rx.el.div(pay, class_name="flex"),
            class_name="flex flex-1 flex-col justify-between gap-3.5 p-4",
        ),
        class_name="flex flex-1 flex-col overflow-hidden rounded-lg border border-border bg-bg",
    )


def demo_ticket(name: Text, credits_: int) -> rx.Component:
    """What was bought, with room for two rows of holes. demo.js punches them; grey until it is paid."""
    return rx.el.div(
        ticket(
            rx.el.p(
                shown("bought", name, "min-w-0 truncate font-medium"),
                rx.el.span("with you", class_name="ticket-soft text-sm whitespace-nowrap"),
                class_name="mb-4 flex items-baseline justify-between gap-3",
            ),
            rx.el.div(
                still_holes(credits_),
                class_name="aspect-[10/2.1] [&_.holes]:gap-1.5 [&_i]:text-[10px]",
                custom_attrs={"data-demo-part": "holes"},
            ),
            perforation(),
            rx.el.p(
                shown("left", str(credits_), "text-[44px] leading-10 font-bold tracking-[-.04em] tabular-nums "),
                shown("of", f"of {credits_} left", "font-medium"),
                class_name="mt-7 flex items-baseline gap-2",
            ),
            notch_y="calc(100% - 76px)",
            class_name="px-5 pt-[18px] pb-5",
        ),
        class_name="demo-ticket",
        custom_attrs={"data-demo-part": "ticket"},
    )


def demo_ledger(what: Text, amount: str, left: str) -> rx.Component:
    """The ledger below the ticket. It keeps its height, and what does not fit is scrolled to, also by keyboard."""
    line = rx.el.li(
        rx.el.span(what, class_name="min-w-0 flex-1 truncate"),
        rx.el.b(amount, class_name="font-semibold text-success tabular-nums"),
        rx.el.span(left, class_name="w-6 text-right text-muted tabular-nums"),
        class_name="flex gap-2 py-1",
    )
    return rx.el.ul(
        line,
        tab_index=0,
        class_name="h-[106px] overflow-y-auto rounded-sm text-sm",
        custom_attrs={"aria-label": "Ledger, newest first", "data-demo-part": "ledger"},
    )


def pairs(items: Sequence[tuple[str, str, str]]) -> rx.Component:
    """Who, how many, and of what: two columns of lines, each with its scrap of ticket."""
    return rx.el.ul(
        *[
            rx.el.li(
                ticket_chip(figure),
                rx.el.b(who, class_name="font-semibold"),
                rx.el.span(what, class_name="text-muted max-sm:col-start-2"),
                class_name=(
                    "grid grid-cols-[56px_108px_1fr] items-center gap-x-4 border-t border-border py-[18px] text-lg "
                    "leading-6 max-sm:grid-cols-[56px_1fr] max-sm:[&>:first-child]:row-span-2"
                ),
            )
            for who, figure, what in items
        ],
        class_name="grid grid-cols-2 gap-x-16 max-md:grid-cols-1",
    )


def split(title: str, text: str, more: rx.Component, picture: rx.Component) -> rx.Component:
    """Words with a way to more on the left, what they describe on the right."""
    words = rx.el.div(
        rx.el.h2(title, class_name=HEADING),
        rx.el.p(text, class_name="mt-3.5 text-lg text-muted"),
        rx.el.p(more, class_name="mt-[18px]"),
    )
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


def questions(items: Sequence[tuple[str, str, str, str]]) -> rx.Component:
    """Questions that open on their answers, each with a way to more: its words and address."""
    half = (len(items) + 1) // 2
    return rx.el.div(
        *[
            rx.el.div(*[_question(*item) for item in column], class_name="border-b border-border max-md:border-b-0")
            for column in (items[:half], items[half:])
        ],
        class_name="grid grid-cols-2 items-start gap-x-16 max-md:grid-cols-1",
    )


def _question(question: str, answer: str, more: str, href: str) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            question,
            rx.el.span(icon("plus"), class_name="turns text-muted transition-transform duration-[120ms]"),
            class_name="flex items-center justify-between gap-4 rounded-sm py-4 text-lg leading-6 font-medium",
        ),
        rx.el.p(answer, class_name="max-w-[54ch] text-lg text-muted"),
        rx.el.p(text_link(more, href=href), class_name="pt-2 pb-5"),
        class_name="border-t border-border",
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
        class_name="absolute inset-0 translate-x-[18px] translate-y-2.5 rotate-[5deg] rounded-xl bg-ticket-2 fan"
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
                rx.el.span(" left of 10", class_name="ml-1 font-medium"),
            ),
            rx.el.span("until 4 Jun 2027", class_name="ticket-soft text-sm font-medium"),
            class_name="mt-14 flex items-end justify-between gap-3",
        ),
        notch_y="58%",
        class_name="px-7 py-[26px] max-sm:px-5",
    )
    return rx.el.div(
        back,
        rx.el.div(front, class_name="relative -rotate-3 fan"),
        class_name="relative max-md:mx-auto max-md:w-[min(430px,100%-20px)]",
    )
