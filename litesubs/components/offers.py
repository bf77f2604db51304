"""What packs and share links are listed with: their figures, their QR code, a form that sticks to its card."""

from typing import Any

import reflex as rx

from litesubs.components.badges import link_badge
from litesubs.components.icons import icon
from litesubs.components.layout import phone_only
from litesubs.components.tables import two_lines, two_lines_link
from litesubs.components.tickets import ticket_chip
from litesubs.components.values import Child, Text, grouped, plural


def counted(number: Any, one: str, many: str) -> rx.Component:
    """A number in a column, and on phones, which have no heads, with what it counts."""
    return rx.fragment(grouped(number), phone_only(" ", plural(number, one, many)))


def phone_line(*parts: Any) -> rx.Component:
    """What phones show of a row's figures before its buttons: "3 sales · €165". Parts that are "" are left out."""

    def another(part: Any) -> rx.Component:
        return rx.cond(part == "", rx.fragment(), rx.fragment(" · ", rx.el.span(part, class_name="whitespace-nowrap")))

    words = rx.el.span(parts[0], *[another(part) for part in parts[1:]])
    return rx.el.span(words, class_name="py-1 text-sm text-muted")


def or_none(words: Any) -> rx.Component:
    """Money, or "None" where there is none yet."""
    return rx.cond(words == "", quiet("None"), words)


def link_name(link: Any, second: Child) -> rx.Component:
    """A share link's name, whom it is locked to if it is, and until there is room beside it why it does not sell."""
    locked = rx.el.span(icon("lock", "s", "mr-1 inline align-[-2px]"), "Only ", link.email, title=link.email)
    name = rx.el.span(link.name, class_name="min-w-0 truncate", title=link.name)
    first = rx.el.span(name, until_wide(link_badge(link.state)), class_name="flex min-w-0 items-center gap-2")
    return rx.el.div(two_lines(first, rx.cond(link.email == "", second, locked)), class_name="min-w-0")


def link_end(link: Any) -> rx.Component:
    """Why a link does not sell; else its last day: "24 Dec 2026"."""
    day = rx.Var.create(link.expires).to(str).replace("Until ", "")
    until = rx.cond(link.ends == "", quiet("No end"), rx.el.span(day))
    return rx.cond(link.state == "open", until, link_badge(link.state))


def pack_name(pack: Any, href: Text) -> rx.Component:
    """A pack's ticket, name and expiry, as a link to it."""
    chip = ticket_chip(grouped(pack.credits), off=~pack.active)
    name = rx.el.span(pack.name, title=pack.name)
    return rx.el.div(two_lines_link(name, pack.expiry, href, leading=chip), class_name="min-w-0")


def link_uses(link: Any) -> rx.Component:
    """How often a link was used, and of how many if it has a limit."""
    limit = rx.cond(link.most > 0, f" of {grouped(link.most)}", "")
    return rx.fragment(grouped(link.used), limit)


def qr_picture(src: Text, label: Text) -> rx.Component:
    """A QR code on white, in both themes, since scanners want it so."""
    picture = rx.el.img(src=src, alt=label, width="240", height="240", class_name="size-60 max-w-full")
    return rx.el.div(picture, class_name="grid place-items-center rounded-md border border-border bg-[#fff] p-4")


def settings_card(title: Text, line: Text, *children: Child) -> rx.Component:
    """A part of the settings: what it is about on the left, its form on the right; below each other on phones."""
    about = rx.el.div(
        rx.el.h2(title, class_name="text-[15px] leading-5 font-semibold"),
        rx.el.p(line, class_name="mt-1 text-sm text-muted"),
    )
    return rx.el.section(
        about,
        rx.el.div(*children, class_name="grid min-w-0 gap-4"),
        class_name=(
            "mb-4 grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)] gap-x-10 gap-y-5 rounded-lg border border-border "
            "bg-surface p-6 max-md:grid-cols-1 max-sm:p-4"
        ),
    )


def views_above(control: rx.Component) -> rx.Component:
    """What picks which rows a table shows, above its card."""
    return rx.el.div(control, class_name="mb-3.5 flex")


def until_wide(words: Child) -> rx.Component:
    """What has a column of their own on wide screens."""
    return rx.el.span(words, class_name="lg:hidden")


def cut(words: Text) -> rx.Component:
    """A name in a narrow column, cut where it is too long."""
    return rx.el.span(words, title=words, class_name="block truncate")


def quiet(words: str) -> rx.Component:
    """What stands where there is nothing: "No end"."""
    return rx.el.span(words, class_name="text-subtle")
