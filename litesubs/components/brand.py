"""The mark and the wordmark."""

import reflex as rx

from litesubs.components.links import anchor

TICKET = (
    "M6.5 0h19A6.5 6.5 0 0 1 32 6.5v6.25a3.25 3.25 0 0 0 0 6.5v6.25a6.5 6.5 0 0 1-6.5 6.5h-19"
    "A6.5 6.5 0 0 1 0 25.5v-6.25a3.25 3.25 0 0 0 0-6.5V6.5A6.5 6.5 0 0 1 6.5 0Z"
)
SAFFRON = "#f0c24b"
INK = "#30210b"


def mark(size: int = 24) -> rx.Component:
    """The logo: a ticket with three credits left of four. Its colours never change with the theme."""
    ring = {"fill": "none", "stroke": INK, "strokeWidth": "1.6"}
    spent = rx.el.svg.circle(cx="21.5", cy="9.5", r="3.2", custom_attrs=ring)
    left = [
        rx.el.svg.circle(cx=x, cy=y, r="4", custom_attrs={"fill": INK})
        for x, y in (("10.5", "9.5"), ("10.5", "22.5"), ("21.5", "22.5"))
    ]
    return rx.el.svg(
        rx.el.svg.path(d=TICKET, custom_attrs={"fill": SAFFRON}),
        *left,
        spent,
        width=str(size),
        height=str(size),
        view_box="0 0 32 32",
        class_name="shrink-0",
        custom_attrs={"aria-hidden": "true"},
    )


def wordmark(href: str = "/") -> rx.Component:
    """The mark and the name, as a link home."""
    return anchor(
        mark(),
        rx.el.span("Litesubs"),
        href=href,
        class_name="inline-flex min-h-11 items-center gap-[9px] rounded-sm text-lg font-bold tracking-[-.02em]",
    )
