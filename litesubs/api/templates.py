"""Built pages with placeholders, filled by the server: the first HTML already holds the title, the tags and the words.

A page prints `%%LS_PRICE%%` where its component says `boot("price")` (see components/boot.py). The same fields go into
the page as JSON, so that the browser renders the very same text.
"""

import html
import json
import re
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote, urlencode

from reflex.utils.prerequisites import get_web_dir

from litesubs.api import first_paint
from litesubs.domain.views.offers import OfferView

LIVE_SCRIPT = re.compile(r"<script(?![^>]* src=)[^>]*>.*?</script>", re.DOTALL)
MODULE_LINK = re.compile(r'<link rel="modulepreload"[^>]*>')
FIRST_IMAGE = re.compile(r'<meta content="[^"]*" property="og:image"/>')  # Reflex's own, which knows no full address
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta content="([^"]*)" name="description"/>')
PLACEHOLDER = re.compile(r"%%LS_([A-Z_]+)%%")
MOST_HOLES = 30
NOINDEX = '<meta name="robots" content="noindex"/>'
LONG_ON_STUB = 1_000
CHEVRON = (
    '<svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="m9 18 6-6-6-6"/></svg>'
)

Boot = dict[str, str]


@dataclass(frozen=True)
class Filled:
    """A page to send. `made_from` is the page before: its inline scripts and styles are ours, and may run."""

    html: str
    made_from: str


def site_root() -> Path:
    """Where the build puts the pages."""
    return (get_web_dir() / "build" / "client").resolve()


@lru_cache
def template(name: str) -> str:
    """A built page by its path without `.html`: "login", "p/__tpl__"."""
    return FIRST_IMAGE.sub("", (site_root() / f"{name}.html").read_text(encoding="utf-8"))


def still(name: str, boot: Boot) -> Filled:
    """The page with its fields, without the scripts that would make it live; theme.js, which is ours, stays."""
    page = first_paint.hastened(_without_scripts(name), site_root())
    return Filled(PLACEHOLDER.sub(partial(_value, boot), page), page)


def fill(name: str, boot: Boot, head: str = "") -> Filled:
    """The page with its fields: escaped, except those whose name ends in `_html`.

    `boot["path"]` is the page's own path, `head` is HTML for the end of the head. A placeholder without a field stays
    visible, so that tests find it.
    """
    page = first_paint.hastened(template(name), site_root())
    filled = PLACEHOLDER.sub(partial(_value, boot), page)
    script = f'<script type="application/json" id="ls-boot">{script_json(boot)}</script>'
    return Filled(filled.replace("</head>", f"{head}{script}</head>", 1), page)


@lru_cache
def _without_scripts(name: str) -> str:
    return MODULE_LINK.sub("", LIVE_SCRIPT.sub("", template(name)))


def _value(boot: Boot, match: re.Match[str]) -> str:
    field = match[1].lower()
    if field not in boot:
        return match[0]
    return boot[field] if field.endswith("_html") else html.escape(boot[field], quote=True)


def script_json(value: object) -> str:
    """JSON that can stand inside a script element: nothing in it can end the element."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")


def canonical(url: str) -> str:
    """The link element that names a page's one address."""
    return f'<link rel="canonical" href="{html.escape(url, quote=True)}"/>'


def sharing_tags(title: str, description: str, url: str, image_url: str, image_alt: str, kind: str = "website") -> str:
    """The canonical address and what chats and feeds show of a page (https://ogp.me, X's card, oEmbed's link).

    All addresses are whole. `kind` is OpenGraph's type: website, product or profile. The picture is 1200 × 630.
    """
    properties = {
        "title": title,
        "description": description,
        "type": kind,
        "url": url,
        "site_name": "Litesubs",
        "locale": "en_US",
        "image": image_url,
        "image:width": "1200",
        "image:height": "630",
        "image:type": "image/png",
        "image:alt": image_alt,
    }
    tags = [
        f'<meta property="og:{name}" content="{html.escape(value, quote=True)}"/>' for name, value in properties.items()
    ]
    return canonical(url) + "".join(tags) + '<meta name="twitter:card" content="summary_large_image"/>'


def oembed_link(base_url: str, url: str) -> str:
    """The link element by which programs find a pack's oEmbed."""
    address = f"{base_url}/oembed?{urlencode({'url': url, 'format': 'json'})}"
    return f'<link rel="alternate" type="application/json+oembed" href="{html.escape(address, quote=True)}"/>'


def tags_of(page: str, url: str, image_url: str) -> str:
    """The tags for previews of a page that has its own title and description."""
    title, description = (
        html.unescape(found[1]) if found else "" for found in (TITLE.search(page), DESCRIPTION.search(page))
    )
    return sharing_tags(title, description, url, image_url, "Litesubs: credit packs, paid once")


def structured(data: dict[str, object]) -> str:
    """The script element with schema.org data."""
    return f'<script type="application/ld+json">{script_json(data)}</script>'


def holes(credits_: int) -> str:
    """The ticket's numbered holes; none above 30, where only the figure speaks."""
    if credits_ > MOST_HOLES:
        return ""
    numbers = "".join(f'<i data-k="a">{number}</i>' for number in range(1, credits_ + 1))
    return f'<div class="holes" role="img" aria-label="{credits_} credits">{numbers}</div>'


def offers(others: list[OfferView]) -> str:
    """The list of what else a creator sells."""
    if not others:
        return ""
    return f'<div class="offers">{"".join(_offer(offer) for offer in others)}</div>'


def face(initials: str, picture: str) -> str:
    """What a creator's disc shows (components/surfaces.disc): their picture, at once, or their initials."""
    if not picture:
        return f'<span aria-hidden="true">{html.escape(initials)}</span>'
    return f'<img src="{html.escape(picture, quote=True)}" width="256" height="256" alt="" decoding="async"/>'


def shelf(packs: list[OfferView]) -> str:
    """A creator's packs as tickets: the name leads to the pack's page, the button straight to checkout."""
    return f'<ul class="shelf">{"".join(_ticket(pack) for pack in packs)}</ul>' if packs else ""


def links(found: list[tuple[str, str]]) -> str:
    """A creator's links elsewhere, marked as theirs."""
    items = "".join(
        f'<li><a href="{html.escape(address, quote=True)}" rel="me nofollow ugc noopener noreferrer">'
        f"{html.escape(label)}</a></li>"
        for address, label in found
    )
    return f'<ul class="elsewhere">{items}</ul>' if found else ""


def lead_and_rest(description_html: str) -> tuple[str, str]:
    """A description's first paragraph, which stands above the ticket on a phone, and what follows it.

    Its headings (h3 in the domain) become h2: on this page they stand right under the title.
    """
    description_html = description_html.replace("<h3>", "<h2>").replace("</h3>", "</h2>")
    end = description_html.find("</p>") + len("</p>")
    if not description_html.startswith("<p>"):
        return "", description_html
    return description_html[:end], description_html[end:].strip()


def refusal(sentence: str) -> str:
    """What a form says above its fields; nothing where there is nothing to say."""
    return f'<div class="flash" role="alert"><span>{html.escape(sentence)}</span></div>' if sentence else ""


def field_note(hint: str, error: str) -> str:
    """The line below a field: the error if there is one, else the hint."""
    return f'<p class="wrong" role="alert">{html.escape(error)}</p>' if error else html.escape(hint)


def _ticket(pack: OfferView) -> str:
    word = "credit" if pack.credits == 1 else "credits"
    long = ' class="long"' if pack.credits >= LONG_ON_STUB else ""
    summary = f"<p>{html.escape(pack.summary)}</p>" if pack.summary else ""
    name, address = html.escape(pack.name, quote=True), html.escape(pack.url, quote=True)
    terms = html.escape(f"{pack.credits:,} {word} · {pack.unit_price} each · {pack.expiry}")
    return (
        f'<li><div class="stub" aria-hidden="true"><b{long}>{pack.credits:,}</b><span>{word}</span></div>'
        f'<div class="body"><h3><a href="{address}">{name}</a></h3>{summary}'
        f'<p class="terms">{terms}</p>'
        f'<form method="post" action="/p/{quote(pack.token, safe="")}/buy" data-once><b>{html.escape(pack.price)}</b>'
        f'<input type="hidden" name="seen" value="{html.escape(pack.terms, quote=True)}"/>'
        f'<button type="submit" aria-label="Buy {name}">Buy</button></form></div></li>'
    )


def _offer(offer: OfferView) -> str:
    return (
        f'<a href="{html.escape(offer.url, quote=True)}"><span class="chip" aria-hidden="true">{offer.credits:,}</span>'
        f'<span class="name">{html.escape(offer.name)}<small>{html.escape(offer.unit_price)} per credit</small></span>'
        f"<b>{html.escape(offer.price)}</b>{CHEVRON}</a>"
    )
