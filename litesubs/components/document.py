"""What every document's head holds besides Reflex's own: icon, font, and the script that sets the theme in time."""

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary

from litesubs.components.buttons import look
from litesubs.components.links import anchor

FONT = "/fonts/instrument-sans-latin-wght-normal.woff2"


def head() -> list[rx.Component]:
    """Components for the head, in order."""
    return [
        rx.el.script(src="/theme.js"),
        rx.el.script(src="/behaviours.js", defer=True),
        rx.el.link(
            rel="preload", href=FONT, type="font/woff2", custom_attrs={"as": "font", "crossOrigin": "anonymous"}
        ),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/apple-touch-icon.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.meta(name="color-scheme", content="light dark"),
    ]


def error_boundary(_stateful: bool) -> rx.Component:  # noqa: FBT001 - Reflex calls it with one argument
    """Around every page: where drawing one fails, words and a way on instead of a blank screen."""
    words = rx.el.main(
        rx.el.h1("This page broke", class_name="text-2xl font-semibold"),
        rx.el.p("Nothing you did is lost. Load it again, or go back.", class_name="mt-2 text-lg text-muted"),
        anchor("Load again", href="", class_name=look("primary", "lg", more="mt-6")),
        class_name="grid min-h-dvh place-content-center justify-items-start p-8",
    )
    return ErrorBoundary.create(fallback_render=words)
