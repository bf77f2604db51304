"""Where things stand: stacks, rows, pairs, and running text."""

from typing import Literal

import reflex as rx

from litesubs.components.boot import raw_html
from litesubs.components.icons import icon
from litesubs.components.values import Child, Text, joined

Gap = Literal["sm", "md", "lg"]
GAPS: dict[Gap, str] = {"sm": "gap-2", "md": "gap-4", "lg": "gap-7"}


def stack(*children: Child, gap: Gap = "md") -> rx.Component:
    """One below the other."""
    return rx.el.div(*children, class_name=joined("grid min-w-0 content-start", GAPS[gap]))


def row(*children: Child, gap: Gap = "sm", end: bool = False) -> rx.Component:
    """One beside the other, wrapping where there is no room; `end` moves them right."""
    return rx.el.div(
        *children, class_name=joined("flex flex-wrap items-center", GAPS[gap], "justify-end" if end else "")
    )


def pair(left: Child, right: Child) -> rx.Component:
    """Two fields that belong together, beside each other also on phones."""
    return rx.el.div(left, right, class_name="grid grid-cols-2 items-start gap-4 max-sm:gap-3")


def wide_and_narrow(wide: Child, narrow: Child) -> rx.Component:
    """Two thirds and one third; one below the other under 900 px."""
    return rx.el.div(
        wide, narrow, class_name="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)] items-start gap-4 max-md:grid-cols-1"
    )


def halves(*children: Child) -> rx.Component:
    """Cards two in a row; one below the other under 900 px."""
    return rx.el.div(*children, class_name="grid grid-cols-2 items-stretch gap-4 max-md:grid-cols-1 *:min-w-0")


def with_preview(form: Child, preview: Child) -> rx.Component:
    """A card with a form and, on a sunken ground beside it, what the form makes."""
    return rx.el.section(
        rx.el.div(form, class_name="min-w-0 px-6 pt-[22px] pb-6 max-sm:px-4 max-sm:py-[18px]"),
        rx.el.div(
            preview,
            class_name=(
                "grid min-w-0 content-start gap-4 border-l border-border bg-sunken px-6 pt-[22px] pb-6 "
                "max-md:border-t max-md:border-l-0 max-sm:px-4 max-sm:py-[18px]"
            ),
        ),
        class_name=(
            "grid grid-cols-[minmax(0,1fr)_364px] overflow-hidden rounded-lg border border-border bg-surface "
            "max-md:grid-cols-1"
        ),
    )


def sheet(*children: Child) -> rx.Component:
    """A small page on the page, as buyers would see it."""
    return rx.el.div(*children, class_name="grid min-w-0 gap-2.5 rounded-[16px] border border-border bg-bg p-5")


def narrow(child: Child) -> rx.Component:
    """Something that need not be wide: a search box above a table. As wide as the page on phones."""
    return rx.el.div(child, class_name="w-full max-w-[320px] max-sm:max-w-none")


def centred(*children: Child) -> rx.Component:
    """In the middle of the page, below what it belongs to."""
    return rx.el.div(*children, class_name="flex justify-center py-4")


def heading(words: Text, level: Literal["page", "section", "card", "small"] = "section") -> rx.Component:
    """A heading inside a card or sheet; `card` is as large as `card_header`, `small` stands below another heading."""
    if level == "card":
        return rx.el.h2(words, class_name="text-[15px] leading-5 font-semibold [overflow-wrap:anywhere]")
    if level == "page":
        return rx.el.h2(words, class_name="text-2xl font-semibold [overflow-wrap:anywhere]")
    if level == "section":
        return rx.el.h2(words, class_name="text-xl leading-6 font-semibold [overflow-wrap:anywhere]")
    return rx.el.h3(words, class_name="text-[15px] leading-5 font-semibold [overflow-wrap:anywhere]")


def muted(*children: Child, small: bool = True) -> rx.Component:
    """A second line."""
    return rx.el.p(*children, class_name=joined("text-muted [overflow-wrap:anywhere]", "text-sm" if small else ""))


def strong(*children: Child) -> rx.Component:
    """Words that count in running text."""
    return rx.el.b(*children, class_name="font-semibold text-text")


def prose(html: Text, *, small: bool = False) -> rx.Component:
    """A creator's Markdown as HTML that the domain has sanitised."""
    return raw_html(html, class_name="prose prose-sm" if small else "prose")


def wide_only(*children: Child) -> rx.Component:
    """Words for which a phone has no room."""
    return rx.el.span(*children, class_name="max-sm:hidden")


def phone_only(*children: Child) -> rx.Component:
    """Words that a wide page says elsewhere."""
    return rx.el.span(*children, class_name="sm:hidden")


def anchor(name: str, *children: Child) -> rx.Component:
    """A part of a page that a link can lead to: `/dashboard/packs/…#links`."""
    return rx.el.div(*children, id=name, class_name="scroll-mt-4")


def with_face(face: Child, *children: Child) -> rx.Component:
    """A large face beside what changes it."""
    return rx.el.div(
        face, rx.el.div(*children, class_name="grid min-w-0 flex-1 gap-2.5"), class_name="flex items-start gap-5"
    )


def action_row(*children: Child) -> rx.Component:
    """What a form ends with: its buttons, which share the width on phones."""
    return rx.el.div(*children, class_name="mt-1 flex flex-wrap gap-2.5 max-sm:[&>*]:flex-1")


def iconed(name: str, *children: Child) -> rx.Component:
    """A line of words behind an icon."""
    return rx.el.div(icon(name, class_name="mt-px text-muted"), *children, class_name="flex items-start gap-2")


def spaced(*children: Child) -> rx.Component:
    """A little more room above and below, for what stands out in running text."""
    return rx.el.div(*children, class_name="my-1.5 min-w-0")
