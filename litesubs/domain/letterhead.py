"""Letters as mail shows them: a few blocks, each written twice, as plain text and as HTML.

The HTML is for mail programs, old ones included: tables for layout, styles on each element, nothing fetched from
elsewhere. Where a program knows dark mode, the colours follow it.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 560
FONT = "'Instrument Sans',-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
# The design's tokens as sRGB, since mail programs do not know oklch(). Light is on the elements, dark in the rule.
DARK = """@media (prefers-color-scheme: dark) {
.bg { background: #0d1518 !important } .surface { background: #151e22 !important; border-color: #2d393d !important }
.text { color: #f1f0ec !important } .muted { color: #b5c0c1 !important } .sunken { background: #081012 !important }
.action { background: #73cddf !important; color: #051920 !important } .link { color: #73cddf !important }
.ticket { background: #eabe55 !important } .ink { color: #2c1c04 !important }
}"""


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    words: str

    def as_text(self) -> str:
        """For mail programs without HTML."""
        return self.words

    def as_html(self) -> str:
        """For the others."""
        return _paragraph(self.words)


@dataclass(frozen=True)
class Button:
    """The one thing to do. In plain text its address stands alone on a line."""

    words: str
    url: str

    def as_text(self) -> str:
        """For mail programs without HTML."""
        return f"{self.words}:\n{self.url}"

    def as_html(self) -> str:
        """For the others."""
        style = (
            f"display:inline-block;padding:13px 22px;border-radius:10px;background:#0d596c;color:#fcfcf9;"
            f"font:600 16px/20px {FONT};text-decoration:none"
        )
        return (
            f'<p style="margin:0 0 20px"><a class="action" href="{html.escape(self.url)}" style="{style}">'
            f"{html.escape(self.words)}</a></p>"
        )


@dataclass(frozen=True)
class Code:
    """Digits to type."""

    digits: str

    def as_text(self) -> str:
        """For mail programs without HTML."""
        return self.digits

    def as_html(self) -> str:
        """For the others."""
        style = (
            f"margin:0 0 16px;padding:14px 20px;border-radius:10px;background:#eeede7;color:#122329;"
            f"font:600 26px/32px {MONO};letter-spacing:.08em"
        )
        return f'<p class="sunken text" style="{style}">{html.escape(self.digits)}</p>'


@dataclass(frozen=True)
class Ticket:
    """The pack that the letter is about."""

    figure: str
    name: str
    line: str

    def as_text(self) -> str:
        """For mail programs without HTML."""
        return f"{self.figure} · {self.name}\n{self.line}"

    def as_html(self) -> str:
        """For the others."""
        figure = f"font:700 56px/52px {FONT};letter-spacing:-.05em"
        rule = "height:0;margin:18px 0 16px;border-top:2px dotted #8a6d2a;font-size:0;line-height:0"
        return (
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:4px 0 24px"><tr>'
            '<td class="ticket ink" style="padding:24px 26px;border-radius:20px;background:#f8c857;color:#312108">'
            f'<div class="ink" style="{figure}">{html.escape(self.figure)}</div><div style="{rule}">&nbsp;</div>'
            f'<div class="ink" style="font:600 16px/22px {FONT}">{html.escape(self.name)}</div>'
            f'<div class="ink" style="font:400 14px/20px {FONT}">{html.escape(self.line)}</div></td></tr></table>'
        )


Block = Words | Button | Code | Ticket


def as_text(title: str, blocks: Sequence[Block], foot: str, home: str) -> str:
    """The letter for mail programs without HTML; nothing is missing from it."""
    return "\n\n".join([title, *(block.as_text() for block in blocks), f"--\n{foot}\nLitesubs · {home}"]) + "\n"


def as_html(title: str, blocks: Sequence[Block], foot: str, home: str) -> str:
    """The letter as mail programs show it."""
    heading = f"margin:0 0 16px;color:#122329;font:600 24px/30px {FONT};letter-spacing:-.02em"
    brand = f"padding:0 4px 16px;color:#122329;font:650 17px/24px {FONT};letter-spacing:-.02em"
    small = f"margin:0;color:#405055;font:400 13px/19px {FONT}"
    body = "".join(block.as_html() for block in blocks)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{html.escape(title)}</title><style>:root {{ color-scheme: light dark }} {DARK}</style></head>
<body class="bg" style="margin:0;padding:0;background:#f6f5f1">
<table class="bg" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f6f5f1"><tr>
<td align="center" style="padding:32px 16px 40px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:{WIDTH}px;text-align:left">
<tr><td class="text" style="{brand}">Litesubs</td></tr><tr>
<td class="surface" style="padding:28px;background:#fdfdfa;border:1px solid #dedcd5;border-radius:18px">
<h1 class="text" style="{heading}">{html.escape(title)}</h1>{body}</td></tr>
<tr><td style="padding:18px 4px 0"><p class="muted" style="{small}">{html.escape(foot)}<br>
<a class="link" href="{html.escape(home)}" style="color:#0d596c">Litesubs</a></p></td></tr>
</table></td></tr></table></body></html>
"""


def _paragraph(words: str) -> str:
    style = f"margin:0 0 16px;color:#122329;font:400 16px/25px {FONT};overflow-wrap:anywhere"
    return f'<p class="text" style="{style}">{html.escape(words)}</p>'
