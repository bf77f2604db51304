"""How the sandbox's pages look: one style, one header that says what this is, and the product's own font."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from markupsafe import Markup

FONT_NAME = "instrument-sans-latin-wght-normal.woff2"
ASSETS = Path(__file__).parents[1] / "assets"
STYLE = Markup((Path(__file__).parent / "look.css").read_text())  # noqa: S704 - our own file
ICONS = {
    "alert": '<circle cx="12" cy="12" r="10"/><path d="M12 8v4M12 16h.01"/>',
    "back": '<path d="m12 19-7-7 7-7M19 12H5"/>',
    "check": '<circle cx="12" cy="12" r="10"/><path d="m8.5 12 2.5 2.5 4.5-5"/>',
    "clock": '<circle cx="12" cy="12" r="10"/><path d="M12 6v6l4 2"/>',
    "flask": '<path d="M14 2v6a2 2 0 0 0 .25.96l5.5 10.08A2 2 0 0 1 18 22H6a2 2 0 0 1-1.75-2.96'
    "l5.5-10.08A2 2 0 0 0 10 8V2"
    'M6.5 15h11M8.5 2h7"/>',
    "lock": '<rect width="18" height="11" x="3" y="11" rx="2"/><path d="M7 11V7a5 5 0 0 1 10 0v4"/>',
    "shield": '<path d="M20 13c0 5-3.5 7.5-7.7 8.9a1 1 0 0 1-.6 0C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2'
    ' 6.2-2.7a1.2 1.2 0 0 1 1.5 0C14.5 3.8 17 5 19 5a1 1 0 0 1 1 1zM9 12l2 2 4-4"/>',
}
LOGO = Markup(
    '<svg viewBox="0 0 32 32" aria-hidden="true"><path fill="#f0c24b" d="M6.5 0h19A6.5 6.5 0 0 1 32 6.5v6.25'
    "a3.25 3.25 0 0 0 0 6.5v6.25a6.5 6.5 0 0 1-6.5 6.5h-19A6.5 6.5 0 0 1 0 25.5v-6.25a3.25 3.25 0 0 0"
    ' 0-6.5V6.5A6.5 6.5 0 0 1 6.5 0Z"/><g fill="#30210b"><circle cx="10.5" cy="9.5" r="4"/><circle cx="10.5"'
    ' cy="22.5" r="4"/><circle cx="21.5" cy="22.5" r="4"/></g><circle cx="21.5" cy="9.5" r="3.2" fill="none"'
    ' stroke="#30210b" stroke-width="1.6"/></svg>'
)
PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>{title} · Litesubs sandbox</title><link rel="icon" href="data:,">
<style>{style}</style></head><body>
<header class="banner">{flask}<span><b>{headline}</b> {explanation}</span></header>
{body}</body></html>""")

router = APIRouter()


@router.get("/font.woff2")
def font() -> Response:
    """The product's font, where it is there; the page falls back to the system's."""
    found = next(ASSETS.rglob(FONT_NAME), None)
    return FileResponse(found, headers={"Cache-Control": "max-age=86400"}) if found else Response(status_code=404)


def page(title: str, body: Markup, *, style: Markup, headline: str, explanation: str) -> str:
    """A whole page. `Markup.format` escapes every value that is not markup itself."""
    return PAGE.format(
        title=title,
        style=STYLE + style,
        flask=icon("flask"),
        headline=headline,
        explanation=explanation,
        body=body,
    )


def icon(name: str, style: str = "") -> Markup:
    """One of the icons, which say nothing to a screen reader."""
    shape = Markup(ICONS[name])  # noqa: S704 - our own shapes
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(style, shape)
