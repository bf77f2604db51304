"""Customers in lists: who they are, what they hold."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from litesubs.components.badges import badge, status_badge, test_badge
from litesubs.components.credits import amount, credit_meter
from litesubs.components.icons import icon
from litesubs.components.layout import halves, wide_only
from litesubs.components.ledger import movement_icon
from litesubs.components.standing import with_badge
from litesubs.components.surfaces import avatar, note, skeleton, stat, stat_strip
from litesubs.components.tables import cell, row_link, stacked, two_lines
from litesubs.components.values import Child, Text

AFTER = "min-w-7 text-right font-semibold tabular-nums"


def face_and_name(customer: Any, href: Text) -> rx.Component:
    """A customer's face, name and address in a table, as a link that fills the row.

    That an address is not proven is said only where credits wait for its owner. A test customer is marked as one.
    """
    unproven = rx.cond(
        ~customer.confirmed & (customer.left > 0),
        rx.el.span(" · not confirmed", class_name="text-subtle"),
        rx.fragment(),
    )
    name = row_link(customer.name, href)
    return two_lines(
        rx.cond(customer.is_test, _marked(name, test_badge()), name),
        rx.fragment(customer.email, unproven),
        leading=wide_only(avatar(customer.initials, "sm")),
    )


def _marked(name: rx.Component, mark: rx.Component) -> rx.Component:
    """A name that is cut where there is no room for it and its badge."""
    return rx.el.span(rx.el.span(name, class_name="truncate"), mark, class_name="flex min-w-0 items-center gap-2")


def packs_held(packs: Any) -> rx.Component:
    """One pack by its name; several as "2 packs" above what is left of each. Says only exceptional status."""
    first = packs[0]
    exceptional = rx.cond(first.status == "active", rx.fragment(), status_badge(first.status))
    each = rx.Var(
        f"({packs}).map((pack) => `${{pack.pack_name}} ${{pack.left}}` + "
        "(pack.status === 'active' ? '' : ` (${pack.status})`)).join(', ')",
        _var_data=packs._get_all_var_data(),  # noqa: SLF001 - Reflex has no other way
    ).to(str)
    several = rx.el.div(
        rx.el.p(f"{packs.length()} packs"),
        rx.el.p(each, title=each, class_name="truncate text-sm text-muted"),
        class_name="min-w-0",
    )
    return rx.match(
        packs.length(),
        (0, rx.el.span("None", class_name="text-subtle")),
        (1, with_badge(first.pack_name, exceptional)),
        several,
    )


def meter_of(customer: Any) -> rx.Component:
    """All a customer's credits, ten dots a line in a table."""
    return credit_meter(
        customer.meter,
        available=customer.left,
        held=customer.held,
        granted=customer.granted,
        size="sm",
        class_name="sm:w-[118px]",
    )


def exceptions(customer: Any) -> rx.Component:
    """Before the figure: what is set aside, on phones, and that the one pack is paused, where its column is away."""
    held = rx.el.span(badge(f"{customer.held} held", "lock"), class_name="mr-2 font-normal sm:hidden")
    status = rx.el.span(status_badge(customer.packs[0].status), class_name="mr-2 font-normal lg:hidden")
    halted = (customer.packs.length() == 1) & (customer.packs[0].status != "active")
    return rx.fragment(
        rx.cond(customer.held > 0, held, rx.fragment()),
        rx.cond(halted, status, rx.fragment()),
    )


def joined_line(*parts: Any) -> rx.Component:
    """Short facts on one line with room between; they wrap on phones."""
    return rx.el.div(*[rx.el.span(part) for part in parts], class_name="flex flex-wrap items-center gap-x-3 gap-y-1.5")


def amounts_of(amounts: Any) -> rx.Component:
    """What was spent: the first currency as a figure, each other one below it; "Nothing" without any."""
    line = rx.foreach(
        amounts, lambda each: rx.el.span(each, class_name="block not-first:text-base not-first:leading-5")
    )
    return rx.cond(amounts.length() > 0, rx.el.span(line), "Nothing")


def change_list(label: str, changes: Any, line: Callable[[Any], rx.Component]) -> rx.Component:
    """The customers a dialog is about, one a line, in a well that scrolls."""
    return rx.el.ul(
        rx.foreach(changes, lambda each: rx.el.li(line(each), class_name="px-3.5 py-2 first:pt-3 last:pb-3")),
        class_name="max-h-44 divide-y divide-border overflow-y-auto rounded-md bg-sunken",
        tab_index=0,
        custom_attrs={"aria-label": label},
    )


def change_line(name: Text, before: Any, after: Text, *, holds: Any, wrong: Any) -> rx.Component:
    """Whose credits, how many before, how many after; or that they do not have the pack."""
    figures = rx.fragment(
        rx.el.span(before, class_name="text-muted tabular-nums"),
        icon("arrow-right", "s", "text-muted"),
        rx.el.span("then", class_name="sr-only"),
        rx.el.b(after, class_name=rx.cond(wrong, f"{AFTER} text-danger", AFTER)),
    )
    return rx.el.div(
        rx.el.span(name, class_name="min-w-0 flex-1 truncate"),
        rx.cond(holds, figures, rx.el.span("does not have it", class_name="text-sm text-danger")),
        class_name="flex items-center gap-2",
    )


def refusal_list(title: Text, refusals: Any, line: Callable[[Any], rx.Component]) -> rx.Component:
    """That nothing was done, and because of whom."""
    items = rx.foreach(refusals, lambda each: rx.el.li(line(each)))
    return note(
        rx.el.p(title, class_name="font-semibold"),
        rx.el.ul(items, class_name="mt-1 grid max-h-36 gap-1 overflow-y-auto"),
        tone="danger",
    )


def terms(title: str, pairs: list[tuple[str, str]]) -> rx.Component:
    """What the columns of a file mean."""
    lines = [
        rx.el.div(
            rx.el.dt(rx.el.code(word, class_name="font-mono text-sm font-medium")),
            rx.el.dd(meaning, class_name="text-sm text-muted"),
            class_name="grid grid-cols-[72px_minmax(0,1fr)] items-baseline gap-3",
        )
        for word, meaning in pairs
    ]
    return rx.el.div(rx.el.p(title, class_name="text-sm font-medium"), rx.el.dl(*lines, class_name="mt-2 grid gap-1.5"))


def fate(kind: Text, words: Text, line: Any) -> rx.Component:
    """What becomes of a row of a file: an icon and a sentence, on phones with its line number."""
    sign = rx.match(
        kind,
        ("new", icon("user-plus", "s", "mt-0.5 text-success")),
        ("more", icon("plus", "s", "mt-0.5 text-success")),
        ("before", icon("check", "s", "mt-0.5 text-subtle")),
        icon("circle-alert", "s", "mt-0.5 text-danger"),
    )
    return rx.el.div(
        sign,
        rx.el.span(
            rx.el.span(f"Line {line}: ", class_name="sm:hidden"),
            words,
            class_name=rx.cond(kind == "error", "min-w-0 text-danger", "min-w-0 text-muted"),
        ),
        class_name="flex items-start gap-2 text-sm [overflow-wrap:anywhere]",
    )


def quiet(words: Any) -> rx.Component:
    """A second-rate fact in a table, on one line."""
    return rx.el.span(words, class_name="whitespace-nowrap text-muted")


def stubs(packs: Any, render: Callable[[Any], rx.Component]) -> rx.Component:
    """A customer's packs as ticket stubs, two beside each other where there is room."""
    return halves(rx.foreach(packs, lambda pack: rx.el.div(render(pack), class_name="grid")))


def movement(entry: Any, pack: Child) -> list[rx.Component]:
    """The cells of a movement: what, of which pack, when and who, how many. Phones have all but the number in one."""
    second = rx.el.p(
        rx.el.span(entry.reason, class_name="max-sm:block"),
        rx.el.span(f"{entry.pack_name} \u00b7 {entry.at}", class_name="sm:hidden"),
        rx.cond(entry.who != "", rx.el.span(f" \u00b7 {entry.who}", class_name="sm:hidden"), rx.fragment()),
        class_name="text-sm text-muted [overflow-wrap:anywhere]",
    )
    what = rx.el.div(
        movement_icon(entry.kind),
        rx.el.div(
            rx.el.p(entry.title, class_name="font-medium [overflow-wrap:anywhere]"), second, class_name="min-w-0"
        ),
        class_name="flex min-w-0 items-start gap-3 sm:items-center",
    )
    return [
        cell(what, place="name"),
        cell(pack, place="away"),
        cell(stacked(entry.at, entry.who), place="away"),
        cell(amount(entry.amount, adds=entry.adds), place="number", right=True),
    ]


def customer_skeleton() -> rx.Component:
    """The shape of a customer's page while it loads."""
    head = rx.el.div(
        skeleton("size-14 rounded-full max-sm:hidden"),
        rx.el.div(skeleton("h-7 w-56"), skeleton("mt-2.5 h-3 w-72 max-w-full")),
        class_name="flex h-[108px] items-center gap-4 max-sm:h-[196px] max-sm:items-start max-sm:pt-5",
    )
    figure = stat(skeleton("mt-1 h-3 w-16"), skeleton("mt-2 h-6 w-20"), skeleton("mt-2 h-3 w-24"))
    stub = skeleton("h-[150px] rounded-[18px]")
    return rx.el.div(
        rx.el.h1("Loading", class_name="sr-only"),
        head,
        stat_strip(figure, figure, figure, figure),
        skeleton("mt-7 mb-3 h-6 w-20"),
        halves(stub, stub),
        custom_attrs={"aria-busy": "true"},
    )
