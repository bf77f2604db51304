"""What other sites and programs read of ours: pictures for previews, the site map, oEmbed and the buy button."""

from collections import Counter
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from litesubs.api import guide
from litesubs.api.deps import READ
from litesubs.api.pictures import FOR_GOOD
from litesubs.domain import cards, clock, links, prose, sharing, storefront
from litesubs.domain.cards import Card
from litesubs.domain.errors import DomainError, NotFoundError
from litesubs.domain.sharing import Address
from litesubs.domain.views.offers import StorefrontView
from litesubs.settings import settings

router = APIRouter(include_in_schema=False)

FOR_NOW = "public, max-age=300"
AN_HOUR = "public, max-age=3600"
BUTTON_CACHE = "public, max-age=86400, stale-while-revalidate=604800"  # its address is for all of version 1
BUTTON = Path(__file__).resolve().parents[2] / "assets" / "embed" / "v1.js"
FOR_OTHER_SITES = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
OEMBED_WIDTH, OEMBED_HEIGHT = 600, 80
MOST_WAITING = 20  # pictures that are to be drawn: two seconds' work
SITE_MAP_SECONDS = 300

mapping = CapacityLimiter(1)  # who asks while the site map is made waits for it
drawing = CapacityLimiter(1)  # who waits for a picture waits here, and takes no thread from others
waiting: Counter[Card] = Counter()  # requests for each picture that is not drawn yet


class OembedFormatError(DomainError):
    """Litesubs answers oEmbed in JSON only: ask with format=json."""

    status = 501
    code = "format_not_supported"


class TooManyPicturesError(DomainError):
    """Many pictures are being drawn. Ask again in a moment."""

    status = 503
    code = "unavailable"


@router.api_route("/og/p/{token}.png", methods=READ)
async def picture_of_pack(token: str, v: str = "") -> Response:
    """The picture for previews of a pack's page. At the address with its version it never changes."""
    return await _picture(sharing.pack_card(await to_thread.run_sync(storefront.open_link, token)), v)


@router.api_route("/og/c/{handle}.png", methods=READ)
async def picture_of_creator(handle: str, v: str = "") -> Response:
    """The same of a creator's public page."""
    return await _picture(sharing.creator_card(await to_thread.run_sync(storefront.profile, handle)), v)


@router.api_route("/robots.txt", methods=READ)
def robots() -> Response:
    """Everything may be read. What is not to be found says so itself (X-Robots-Tag), which must be read to be seen."""
    text = f"User-agent: *\nAllow: /\n\nSitemap: {settings().base_url}/sitemap.xml\n"
    return PlainTextResponse(text, headers={"cache-control": AN_HOUR})


@router.api_route("/sitemap.xml", methods=READ)
async def sitemap() -> Response:
    """Every page for everybody (https://www.sitemaps.org/protocol.html), as it was at most five minutes ago."""
    period = int(clock.now().timestamp() // SITE_MAP_SECONDS)
    text = await to_thread.run_sync(_site_map, settings().base_url, period, limiter=mapping)
    return Response(text, media_type="application/xml", headers={"cache-control": AN_HOUR})


@router.api_route("/oembed", methods=READ)
def oembed(url: str, format: str = "json", maxwidth: int = OEMBED_WIDTH, maxheight: int = OEMBED_HEIGHT) -> Response:
    """A buy button for a pack's address (https://oembed.com). 404 for any other address, 501 for XML."""
    if format != "json":
        raise OembedFormatError
    view = _pack_at(url)
    if view.state != "open":
        raise NotFoundError
    body = {
        "version": "1.0",
        "type": "rich",
        "title": view.pack.name,
        "author_name": view.creator_name,
        "provider_name": "Litesubs",
        "provider_url": settings().base_url,
        "cache_age": 3600,
        "thumbnail_url": sharing.pack_image(view),
        "thumbnail_width": cards.WIDTH,
        "thumbnail_height": cards.HEIGHT,
        "html": sharing.button(links.url(view.token), _offered(view)),
        "width": max(1, min(maxwidth, OEMBED_WIDTH)),
        "height": max(1, min(maxheight, OEMBED_HEIGHT)),
    }
    return JSONResponse(body, headers={"cache-control": FOR_NOW, "access-control-allow-origin": "*"})


@router.api_route("/embed/v1.js", methods=READ)
def buy_button() -> Response:
    """The script of the buy button, for any site."""
    headers = {"cache-control": BUTTON_CACHE, **FOR_OTHER_SITES}
    return Response(BUTTON.read_bytes(), media_type="text/javascript; charset=utf-8", headers=headers)


async def _picture(card: Card, version: str) -> Response:
    cache = FOR_GOOD if version == card.version else FOR_NOW
    content = cards.kept(card) or await _drawn(card)
    return Response(content, media_type="image/png", headers={"cache-control": cache, **FOR_OTHER_SITES})


async def _drawn(card: Card) -> bytes:
    """The picture when its turn has come. However many wait for the same one, it is drawn once and counts once."""
    if len(waiting) > MOST_WAITING and card not in waiting:
        raise TooManyPicturesError
    waiting[card] += 1
    try:
        return await to_thread.run_sync(cards.png, card, limiter=drawing)
    finally:
        waiting[card] -= 1
        if not waiting[card]:
            del waiting[card]


@lru_cache(1)
def _site_map(base_url: str, _period: int) -> bytes:
    pages = [*map(Address, ["/", *guide.addresses()]), *sharing.addresses()]
    body = "".join(_entry(base_url, page) for page in pages)
    head = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}{body}</urlset>".encode()


def _entry(base_url: str, page: Address) -> str:
    changed = f"<lastmod>{page.changed:%Y-%m-%dT%H:%M:%S+00:00}</lastmod>" if page.changed else ""
    return f"<url><loc>{escape(base_url + page.path)}</loc>{changed}</url>"


def _pack_at(url: str) -> StorefrontView:
    """What is sold at an address here. NotFoundError for one where nothing is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise NotFoundError from None
    if f"{parts.scheme}://{parts.netloc}" != settings().base_url:
        raise NotFoundError
    match parts.path.strip("/").split("/"):
        case ["p", token]:
            return storefront.open_link(token)
        case ["c", handle, slug]:
            return storefront.listed_pack(handle, slug)
    raise NotFoundError


def _offered(view: StorefrontView) -> str:
    return f"{prose.count(view.pack.credits, 'credit')} with {view.creator_name} for {view.pack.price}"
