"""How a customer stands with a pack, as both sides see it: who, how many, until when, from which lots."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.badges import expiry_words, status_badge, test_badge
from litesubs.components.buttons import link_button
from litesubs.components.credits import OneLess, credit_figure, credit_meter
from litesubs.components.surfaces import avatar, card, card_header, note, skeleton, stat
from litesubs.components.tables import Column, cell, row, table
from litesubs.components.values import Child, Flag, Number, Text
from litesubs.domain.views.statements import LotView

LOTS = [Column("Lot"), Column("Came from"), Column("Expires"), Column("Left", right=True)]
FIGURES = (
    "grid grid-cols-[minmax(0,1.6fr)_repeat(3,minmax(0,1fr))] gap-px overflow-hidden rounded-lg border border-border "
    "bg-border max-sm:grid-cols-3"
)
WIDE = "min-w-0 bg-surface px-5 pt-[18px] pb-5 max-sm:col-span-3 max-sm:px-4 max-sm:pt-3.5 max-sm:pb-4"


def free_of(view: Any) -> Any:
    """Credits that are not held, also while the pack is paused."""
    return view.posted - view.held


def standing_header(
    initials: Text,
    title: Text,
    status: Text,
    line: Child,
    *actions: rx.Component,
    is_test: Flag = False,
    picture: Text = "",
) -> rx.Component:
    """Whose credits, of which pack, and what can be done: right, or beneath on phones."""
    name = rx.el.div(
        rx.el.h1(
            title, class_name="text-3xl font-semibold [overflow-wrap:anywhere] max-sm:text-[24px] max-sm:leading-[30px]"
        ),
        status_badge(status),
        rx.cond(is_test, test_badge(), rx.fragment()),
        class_name="flex flex-wrap items-center gap-x-2.5 gap-y-1",
    )
    who = rx.el.div(
        rx.el.div(avatar(initials, "lg", picture=picture), class_name="max-sm:hidden"),
        rx.el.div(
            name, rx.el.div(line, class_name="mt-[3px] text-muted [overflow-wrap:anywhere]"), class_name="min-w-0"
        ),
        class_name="flex min-w-0 flex-1 basis-[300px] items-center gap-4",
    )
    return rx.el.header(
        who,
        rx.el.div(
            *actions,
            class_name=(
                "flex flex-wrap items-center gap-2.5 max-sm:w-full max-sm:[&>a]:flex-1 max-sm:[&>button]:flex-1 "
                "max-sm:[&_[popovertarget]]:size-11!"
            ),
        ),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-3.5 pt-7 pb-5 max-sm:pt-5 max-sm:pb-4",
    )


def standing_figures(view: Any, one_less: OneLess | None = None) -> rx.Component:
    """Available with its meter, held, expiry and price, in one card split by hairlines.

    With `one_less` a press that uses a credit is seen at once, see there.
    """
    available = rx.el.div(
        rx.el.p("Available", class_name="text-sm text-muted"),
        rx.el.div(
            credit_figure(
                free_of(view),
                one_less=one_less,
                class_name="text-[52px] leading-[52px] font-semibold tracking-[-.035em] tabular-nums",
            ),
            rx.el.div(
                credit_meter(
                    view.meter,
                    available=free_of(view),
                    held=view.held,
                    granted=view.granted,
                    one_less=one_less,
                ),
                rx.cond(
                    view.meter != "",
                    rx.el.p(f"of {view.granted} in all", class_name="mt-2 text-sm text-muted"),
                    rx.fragment(),
                ),
                class_name="min-w-0 flex-1",
            ),
            class_name="mt-2 flex items-center gap-5",
        ),
        class_name=WIDE,
    )
    return rx.el.section(
        available,
        stat("Held", view.held, "set aside"),
        stat("Expires", _short(view.expires), _which(view)),
        stat("Paid", rx.cond(view.paid != "", view.paid, "Nothing"), view.unit_cost),
        class_name=FIGURES,
        custom_attrs={"aria-label": "Credits of this pack"},
    )


def standing_lots(view: Any, *, actions: Callable[[Any], rx.Component] | None = None) -> rx.Component:
    """The lots credits came in, each with its own expiry; a single one shows only where something can be done with it.

    `actions` makes the last cell of a lot, such as a menu.
    """
    columns = [*LOTS, Column("Actions", hidden=True)] if actions else LOTS
    lots = card(
        card_header("Lots, the first to expire is used first"),
        table(columns, view.lots, lambda lot: _lot(lot, actions), label="Lots"),
        padded=False,
    )
    return rx.cond(view.lots.length() > (0 if actions else 1), rx.el.div(lots, class_name="mt-4"), rx.fragment())


def standing_skeleton() -> rx.Component:
    """The shape of such a page while it loads."""
    figure = rx.el.div(
        skeleton("h-3 w-16"),
        skeleton("mt-3 h-7 w-24"),
        class_name="h-[106px] bg-surface p-5 max-sm:h-[98px] max-sm:p-4",
    )
    wide = rx.el.div(
        skeleton("h-3 w-16"),
        skeleton("mt-3 h-11 w-48"),
        class_name="h-[122px] bg-surface p-5 max-sm:col-span-3 max-sm:p-4",
    )
    head = rx.el.div(
        skeleton("size-14 rounded-full max-sm:hidden"),
        rx.el.div(skeleton("h-7 w-64"), skeleton("mt-2 h-3 w-44")),
        class_name="flex items-center gap-4 pt-7 pb-5 max-sm:pt-5 max-sm:pb-4",
    )
    return rx.el.div(
        head,
        rx.el.div(wide, figure, figure, figure, class_name=FIGURES),
        custom_attrs={"aria-busy": "true", "aria-label": "Loading"},
    )


def creator_heading(initials: Text, name: Text, picture: Text) -> rx.Component:
    """Whose tickets follow, in the wallet."""
    return rx.el.div(
        avatar(initials, picture=picture),
        rx.el.h2(name, class_name="min-w-0 truncate text-[15px] leading-5 font-semibold"),
        class_name="mt-8 mb-3 flex items-center gap-3 max-sm:mt-7",
    )


def wallet_header(title: Text, line: Child) -> rx.Component:
    """The wallet's own header: the shell has left room above."""
    return rx.el.header(
        rx.el.h1(title, class_name="text-3xl font-semibold max-sm:text-[24px] max-sm:leading-[30px]"),
        rx.el.p(line, class_name="mt-1 text-lg text-muted"),
        class_name="pb-5",
    )


def notice(words: Child, quoted: Child = "") -> rx.Component:
    """Why something cannot be done here now, above the figures."""
    return rx.el.div(note(words, quoted, tone="warning", icon_name="info"), class_name="mb-4")


def back_link(words: Text, href: Text) -> rx.Component:
    """The way back to the list a page was opened from."""
    return rx.el.nav(
        link_button(
            words,
            href=href,
            in_app=True,
            size="sm",
            variant="ghost",
            leading="arrow-left",
            class_name="max-sm:min-h-11",
        ),
        class_name="-mt-2 -mb-4 -ml-2.5",
        custom_attrs={"aria-label": "Back"},
    )


def with_badge(words: Child, badge: rx.Component) -> rx.Component:
    """A pack's name and, where it is exceptional, its status."""
    return rx.el.span(words, badge, class_name="inline-flex max-w-full flex-wrap items-center gap-x-2 gap-y-0.5")


def figure(number: Number | Any) -> rx.Component:
    """What is left, in a list: larger on phones, where it has no heading."""
    return rx.el.b(number, class_name="text-[15px] font-semibold max-sm:text-[20px] max-sm:leading-6")


def stub_title(name: Text, chip: rx.Component) -> rx.Component:
    """A ticket's pack and, right or beneath, until when."""
    return rx.el.div(
        rx.el.h3(name, class_name="min-w-0 text-[17px] leading-6 font-semibold [overflow-wrap:anywhere]"),
        chip,
        class_name="flex flex-wrap items-center justify-between gap-x-2.5 gap-y-1.5",
    )


def stub_actions(*actions: rx.Component) -> rx.Component:
    """A ticket's buttons: as wide as their words, or as the ticket on phones."""
    return rx.el.div(
        *actions, class_name="mt-0.5 flex flex-wrap items-center gap-2 max-sm:[&>a]:min-h-11 max-sm:[&>a]:flex-1"
    )


def held_note(held: Any) -> rx.Component:
    """What of these credits is held, in words, where any is."""
    words = rx.cond(held == 1, "1 credit is held.", f"{held} credits are held.")
    return rx.cond(held > 0, rx.el.p(words, class_name="text-sm text-muted"), rx.fragment())


def _lot(lot: ObjectVar[LotView], actions: Callable[[Any], rx.Component] | None) -> rx.Component:
    remaining: Any = lot.remaining
    held: Any = lot.held
    expiry = expiry_words(rx.cond(remaining > 0, lot.expires, "None left"), soon=lot.expires_soon & (remaining > 0))
    was = rx.el.p(f"instead of {lot.extended_from}", class_name="text-sm text-muted")
    cells = [
        cell(rx.el.span(lot.label, class_name="font-medium"), place="name"),
        cell(lot.source, place="left", class_name="text-muted max-sm:text-sm"),
        cell(expiry, rx.cond(lot.extended_from != "", was, rx.fragment()), place="right"),
        cell(
            rx.el.b(lot.remaining, class_name="font-semibold"),
            rx.el.span(f" of {lot.amount}", class_name="font-normal text-muted"),
            rx.cond(held > 0, rx.el.p(f"{held} held", class_name="text-sm text-muted"), rx.fragment()),
            place="number",
            right=True,
        ),
    ]
    if actions:
        cells.append(cell(actions(lot), place="menu", right=True))
    return row(*cells)


def _which(view: Any) -> rx.Var[str]:
    """How many of them expire soon, where some do."""
    return rx.cond(view.expires_soon, f"{view.expiring} of {free_of(view)}", "")


def _short(expires: Text) -> rx.Component:
    """The expiry as a figure: small enough for its column, without the words that the label says."""
    words = rx.match(expires, ("Never expires", "Never"), rx.Var.create(expires).to(str).replace("Until ", ""))
    return rx.el.span(
        words,
        class_name=(
            "text-[22px] whitespace-nowrap max-sm:block max-sm:pt-1 max-sm:text-[17px] max-sm:leading-[22px] "
            "max-sm:whitespace-normal"
        ),
    )
