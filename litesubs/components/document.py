"""What every document's head holds besides Reflex's own: icon, font, and the script that sets the theme before first paint."""

import reflex as rx

FONT = "/fonts/instrument-sans-latin-wght-normal.woff2"


def head() -> list[rx.Component]:
    """Components for the head, in order."""
    return [
        rx.el.script(src="/theme.js"),
        rx.el.link(rel="preload", href=FONT, type="font/woff2", custom_attrs={"as": "font", "crossOrigin": "anonymous"}),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.meta(name="color-scheme", content="light dark"),
    ]
