"""The ticket: the one warm object, wherever a pack appears."""

from typing import Any

import reflex as rx

from litesubs.components.values import Child, Flag, Number, Text, grouped, joined, plural

NUMBERED_TO = 30
IN_A_ROW = 10  # as theme.css has it


def holes(total: Number, spent: Number = 0, *, plain: bool = False) -> rx.Component:
    """Numbered holes, ten a row, the spent ones hollow; nothing above 30, where only the figure speaks.

    `plain` leaves the numbers out, for holes under 20 px.
    """
    count = rx.Var.create(total)
    dots = rx.el.div(
        rx.foreach(
            rx.Var.range(1, count.to(int) + 1),
            lambda number: rx.el.i(number, custom_attrs={"data-k": rx.cond(number <= rx.Var.create(spent), "s", "a")}),
        ),
        role="img",
        class_name="holes mt-[22px]",
        custom_attrs={
            "aria-label": f"{count.to(int) - rx.Var.create(spent).to(int)} of {count} credits",
            **({"data-plain": ""} if plain else {}),
        },
    )
    return rx.cond(count.to(int) <= NUMBERED_TO, dots, rx.fragment())


def still_holes(total: int, spent: int = 0, *, columns: int = IN_A_ROW, plain: bool = False) -> rx.Component:
    """Holes whose numbers are known when the page is built, for pages that are drawn once."""
    return rx.el.div(
        *[rx.el.i(str(n), custom_attrs={"data-k": "s" if n <= spent else "a"}) for n in range(1, total + 1)],
        role="img",
        class_name="holes" if columns == IN_A_ROW else f"holes grid-cols-{columns}",
        custom_attrs={
            "aria-label": f"{total - spent} of {total} credits left",
            **({"data-plain": ""} if plain else {}),
        },
    )


def ticket(*children: Child, notch_y: str = "62%", class_name: str = "", **props: Any) -> rx.Component:
    """The saffron shape with its two bites at `notch_y`, and its shadow. Put a `perforation()` inside."""
    notches = f"[--notch-y:{notch_y.replace(' ', '_')}]"  # a style would be an element of its own in the page
    return rx.el.div(
        rx.el.div(*children, class_name=joined("ticket relative", notches, class_name), **props),
        class_name="ticket-shadow",
    )


def perforation() -> rx.Component:
    """The dotted line between a ticket's bites."""
    return rx.el.div(class_name="perforation", custom_attrs={"aria-hidden": "true"})


def small_ticket(*, name: Text, dots: rx.Component, price: Text, unit_price: Text) -> rx.Component:
    """A ticket for beside a form: name, holes, price."""
    return ticket(
        rx.el.p(name, class_name="font-medium [overflow-wrap:anywhere]"),
        dots,
        perforation(),
        rx.el.div(
            rx.el.b(price, class_name="text-[32px] leading-[38px] font-bold tracking-[-.03em]"),
            rx.el.span(unit_price, " each, paid once", class_name="ticket-soft text-sm font-medium"),
            class_name="mt-[46px] flex items-baseline justify-between gap-4",
        ),
        notch_y="calc(100% - 84px)",
        class_name="w-full px-[26px] pt-6 pb-[26px]",
    )


def preview_ticket(*, credits_: Number, price: Text, unit_price: Text) -> rx.Component:
    """The ticket as the editor previews it."""
    return ticket(
        rx.el.div(
            rx.el.b(grouped(credits_), class_name="text-[44px] leading-[38px] font-bold tracking-[-.05em]"),
            rx.el.p(
                plural(credits_, "credit", "credits"),
                rx.el.br(),
                rx.cond(rx.Var.create(unit_price) != "", f"{unit_price} each", ""),
                class_name="ticket-soft min-h-9 text-right text-sm font-medium",
            ),
            class_name="flex items-end justify-between gap-4",
        ),
        holes(credits_, plain=True),
        perforation(),
        rx.el.div(
            rx.el.b(price, class_name="min-h-8 text-[24px] leading-8 font-bold tracking-[-.03em]"),
            rx.el.span("paid once", class_name="ticket-soft text-sm font-medium"),
            class_name="mt-9 flex items-baseline justify-between gap-4",
        ),
        notch_y="calc(100% - 70px)",
        class_name="px-5 pt-[18px] pb-5",
    )


def ticket_stub(figure: Number, of: Text, *children: Child, off: Flag = False) -> rx.Component:
    """A ticket in the wallet: what is left on its stub, the pack on the body. `off` makes it grey."""
    stub = (
        "ticket-stub flex flex-col justify-between px-5 py-[18px] max-sm:justify-start max-sm:gap-2 "
        "max-sm:px-3.5 max-sm:py-4"
    )
    return rx.el.article(
        rx.el.div(
            rx.el.b(
                figure,
                class_name=(
                    "text-[60px] leading-[52px] font-bold tracking-[-.05em] tabular-nums max-sm:text-[44px] "
                    "max-sm:leading-10"
                ),
            ),
            rx.el.span(of, class_name="text-sm font-medium"),
            class_name=rx.cond(off, f"{stub} bg-sunken text-muted", f"{stub} bg-ticket text-ticket-ink"),
        ),
        rx.el.div(
            *children,
            class_name=(
                "grid min-w-0 content-start gap-3 rounded-r-[18px] border border-l-2 border-border bg-surface px-5 "
                "py-[18px] max-sm:p-4 "
                "[border-left-style:dotted] [border-left-color:color-mix(in_oklab,var(--ticket-ink)_30%,var(--border))]"
            ),
        ),
        class_name="grid grid-cols-[148px_minmax(0,1fr)] max-sm:grid-cols-[96px_minmax(0,1fr)] [&+&]:mt-3",
    )


def ticket_chip(figure: Number | Text, *, off: Flag = False) -> rx.Component:
    """A pack in a list: its number of credits on a scrap of ticket."""
    base = "grid h-10 min-w-13 shrink-0 place-items-center rounded-[9px] px-2 text-[17px] font-bold tabular-nums"
    return rx.el.span(
        figure,
        class_name=rx.cond(off, f"{base} bg-sunken text-muted", f"{base} bg-ticket text-ticket-ink"),
    )
