"""What crawlers, chats and other sites read: the head of a pack's page, pictures, site map, oEmbed, manifest."""

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from litesubs.api import sharing as shared
from litesubs.api import templates
from litesubs.api.app import api
from litesubs.domain import accounts, cards, clock, links, packs, sharing, storefront
from litesubs.domain.actors import Actor
from litesubs.domain.views.offers import PackView
from litesubs.settings import settings
from tests import factories

ASSETS = Path(__file__).resolve().parents[2] / "assets"
SHELL = (
    '<html><head><title>%%LS_TITLE%%</title><meta content="%%LS_DESCRIPTION%%" name="description"/>'
    '<meta content="%%LS_IMAGE%%" property="og:image"/></head><body><h1>%%LS_PACK_NAME%%</h1></body></html>'
)
MOST_BYTES = 300_000
NASTY = 'Ten "hours" <b>&amp;</b> </script>'


class Head(HTMLParser):
    """The tags of a page's head by what they are for; a second one of a kind fails."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.title = ""
        self.product: dict[str, Any] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._inside = found.get("type", tag) if tag == "script" else tag
        if tag == "meta":
            name = found.get("property") or found["name"]
            assert name not in self.meta, name
            self.meta[name] = found["content"]
        if tag == "link":
            name = found.get("type") or found["rel"]
            assert name not in self.links, name
            self.links[name] = found["href"]

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title += data
        if self._inside == "application/ld+json":
            self.product = json.loads(data)
        self._inside = ""


@pytest.fixture
def client(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:  # noqa: ARG001
    """A crawler, and a small build where Reflex's would be."""
    root = tmp_path / "build" / "client"
    for page in ("p/__tpl__", "c/__tpl__", "c/__tpl__/__tpl__"):
        (root / f"{page}.html").parent.mkdir(parents=True, exist_ok=True)
        (root / f"{page}.html").write_text(SHELL)
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    templates.template.cache_clear()
    shared._site_map.cache_clear()  # noqa: SLF001 - of another test's database
    with TestClient(api, settings().base_url, follow_redirects=False) as client:
        yield client
    templates.template.cache_clear()


@pytest.fixture
def seller(client: TestClient) -> Actor:  # noqa: ARG001 - a database comes first
    """Somebody who sells."""
    return factories.creator("Zoë Brûlé")


def head_of(client: TestClient, offer: PackView) -> Head:
    return Head(client.get(path_of(offer)).text)


def path_of(offer: PackView) -> str:
    return f"/p/{factories.token_of(offer)}"


def own_path_of(seller: Actor, offer: PackView) -> str:
    """Of a listed pack's page below its creator's."""
    return f"/c/{accounts.account(seller).handle}/{offer.slug}"


def local(address: str) -> str:
    """The path of an address of ours, which must be whole."""
    assert address.startswith(settings().base_url)
    return address.removeprefix(settings().base_url)


def mapped(site_map: str) -> dict[str, str]:
    """When each page of a site map changed, by its path."""
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    pages = ET.fromstring(site_map).findall("s:url", names)  # noqa: S314 - our own
    return {local(page.findtext("s:loc", "", names)): page.findtext("s:lastmod", "", names) for page in pages}


def size_of(path: str) -> tuple[int, int]:
    """Of a picture among the assets."""
    with Image.open(ASSETS / path.lstrip("/")) as picture:
        return picture.size


@pytest.mark.parametrize("listed_page", [False, True])
def test_a_pack_page_says_what_chats_and_search_engines_show_of_it(
    client: TestClient, seller: Actor, *, listed_page: bool
) -> None:
    offer = factories.pack(seller, name=NASTY, description="Fifty **minutes** each.")
    own = own_path_of(seller, offer)
    head, url = Head(client.get(own if listed_page else path_of(offer)).text), settings().base_url + own
    assert head.title == f"{NASTY} · Zoë Brûlé"
    assert head.meta["description"] == head.meta["og:description"] == "Fifty minutes each."
    assert head.links["canonical"] == head.meta["og:url"] == url
    assert head.meta["og:title"] == head.title
    assert (head.meta["og:type"], head.meta["og:site_name"], head.meta["og:locale"]) == ("product", "Litesubs", "en_US")
    assert (head.meta["og:image:width"], head.meta["og:image:height"]) == ("1200", "630")
    assert head.meta["og:image:type"] == "image/png"
    assert NASTY in head.meta["og:image:alt"]
    assert head.meta["twitter:card"] == "summary_large_image"
    assert "robots" not in head.meta
    assert client.get(local(head.links["application/json+oembed"])).json()["title"] == NASTY


def test_the_structured_data_is_the_offer_as_it_is(client: TestClient, seller: Actor) -> None:
    offer = factories.pack(seller, price="1,234.50", currency="USD")
    product = head_of(client, offer).product
    assert sharing.pack_card(storefront.open_link(factories.token_of(offer))).spelled == "1,234.50 USD"
    assert (product["@type"], product["name"]) == ("Product", offer.name)
    assert (product["offers"]["price"], product["offers"]["priceCurrency"]) == ("1234.50", "USD")
    assert product["offers"]["availability"] == "https://schema.org/InStock"
    assert client.get(local(product["image"])).status_code == 200
    packs.set_active(seller, offer.id, active=False)
    assert head_of(client, offer).product["offers"]["availability"] == "https://schema.org/OutOfStock"


def test_two_packs_have_two_titles_and_two_pictures(client: TestClient, seller: Actor) -> None:
    one, two = (head_of(client, factories.pack(seller, name=name)) for name in ("Voice", "Piano"))
    assert one.title != two.title
    assert one.meta["og:image"] != two.meta["og:image"]


def test_what_is_not_for_everybody_is_kept_from_search_engines(client: TestClient, seller: Actor) -> None:
    unlisted = factories.pack(seller, listed=False)
    answer = client.get(path_of(unlisted))
    assert (answer.headers["x-robots-tag"], Head(answer.text).meta["robots"]) == ("noindex", "noindex")
    assert "x-robots-tag" not in client.get(path_of(factories.pack(seller))).headers


def test_other_links_to_a_listed_pack_are_for_those_who_have_them(client: TestClient, seller: Actor) -> None:
    offer = factories.pack(seller)
    link = links.create(seller, offer.id, "Newsletter")
    answer = client.get(f"/p/{link.token}")
    assert (answer.headers["x-robots-tag"], Head(answer.text).meta["robots"]) == ("noindex", "noindex")


def test_a_picture_is_kept_for_good_at_its_version_and_moves_when_the_pack_changes(
    client: TestClient, seller: Actor
) -> None:
    offer = factories.pack(seller)
    first = local(head_of(client, offer).meta["og:image"])
    answer = client.get(first)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert len(answer.content) < MOST_BYTES
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    packs.update(seller, offer.id, factories.draft(name="Twelve sessions", slug=offer.slug))
    second = local(head_of(client, offer).meta["og:image"])
    assert second != first
    assert client.get(second).content != answer.content
    for old in (first, first.partition("?")[0], f"{first}x"):
        assert "immutable" not in client.get(old).headers["cache-control"]


def test_the_picture_of_a_creator(client: TestClient, seller: Actor) -> None:
    factories.pack(seller, name="Voice")
    handle = accounts.account(seller).handle
    answer = client.get(local(sharing.creator_image(storefront.profile(handle))))
    assert "immutable" in answer.headers["cache-control"]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert len(answer.content) < MOST_BYTES


def test_a_creators_page_says_who_they_are(client: TestClient, seller: Actor) -> None:
    before = Head(client.get(f"/c/{accounts.account(seller).handle}").text)
    assert (before.title, before.meta["og:type"]) == ("Zoë Brûlé · Litesubs", "profile")
    assert before.meta["description"] == before.meta["og:description"] != ""
    assert before.links["canonical"] == before.meta["og:url"]
    assert before.product["mainEntity"]["name"] == "Zoë Brûlé"
    assert client.get(local(before.meta["og:image"])).status_code == 200
    factories.pack(seller, name="Voice")
    after = Head(client.get(f"/c/{accounts.account(seller).handle}").text)
    assert after.meta["og:image"] != before.meta["og:image"]


@pytest.mark.parametrize(
    "path", ["/og/p/neverexisted.png", "/og/p/%00.png", "/og/c/nobody.png", "/og/c/%00.png", "/og/c/аda.png"]
)
def test_a_picture_of_nothing_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_picture_is_drawn_once(client: TestClient, seller: Actor) -> None:
    path = local(head_of(client, factories.pack(seller, name="Drawn once")).meta["og:image"])
    first = client.get(path)
    measured = cards._run_width.cache_info()  # noqa: SLF001 - drawing it again would ask for widths
    assert client.get(path).content == first.content
    assert cards._run_width.cache_info() == measured  # noqa: SLF001


def test_a_picture_that_is_kept_is_served_while_another_is_drawn(client: TestClient, seller: Actor) -> None:
    path = local(head_of(client, factories.pack(seller, name="Kept")).meta["og:image"])
    before = client.get(path).content
    with cards._drawing:  # noqa: SLF001 - as if one were drawn
        assert client.get(path).content == before


def test_pictures_wait_for_their_turn_without_a_thread_and_not_in_a_long_queue(
    database: str,  # noqa: ARG001 - a database comes first
) -> None:
    """While one is drawn, 45 wait for it and 20 for others; the server answers, and one more is told to come back."""
    seller = factories.creator()
    offers = [factories.pack(seller, name=f"Pack {number}") for number in range(22)]
    paths = [f"/og/p/{factories.token_of(offer)}.png" for offer in offers]
    queue = [paths[0]] * 45 + paths[1:21]

    async def ask() -> tuple[list[int], httpx2.Response, httpx2.Response]:
        transport = httpx2.ASGITransport(api)
        async with httpx2.AsyncClient(transport=transport, base_url=settings().base_url) as visitor:
            with cards._drawing:  # noqa: SLF001 - the first is not done until the block ends
                asked = [asyncio.create_task(visitor.get(path)) for path in queue]
                while sum(shared.waiting.values()) < len(queue):
                    await asyncio.sleep(0)
                    assert not any(task.done() for task in asked)
                answered = await visitor.get(f"{paths[0]}x")
                refused = await visitor.get(paths[21])
            return [(await answer).status_code for answer in asked], answered, refused

    statuses, answered, refused = asyncio.run(ask())
    assert statuses == [200] * len(queue)
    assert answered.status_code == 404  # which took a thread and the database
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert not shared.waiting


def test_the_site_map_lists_what_can_be_bought_by_everybody_and_nothing_else(client: TestClient, seller: Actor) -> None:
    listed, unlisted, gone, withdrawn = (
        factories.pack(seller, name=name, listed=name != "two") for name in ("one", "two", "three", "four")
    )
    packs.archive(seller, gone.id)
    links.revoke(seller, links.of_pack(seller, withdrawn.id)[0].id)
    answer = client.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml"
    found = mapped(answer.text)
    assert {"/", own_path_of(seller, listed), f"/c/{accounts.account(seller).handle}"} <= set(found)
    assert not {own_path_of(seller, pack) for pack in (unlisted, gone, withdrawn)} & set(found)
    assert client.get(own_path_of(seller, listed)).status_code == 200
    for path in ("/", f"/c/{accounts.account(seller).handle}"):
        assert found[path] == ""  # nobody knows when it changed, so nothing is said
    assert found[own_path_of(seller, listed)].endswith("+00:00")


def test_the_site_map_is_kept_for_some_minutes(client: TestClient, seller: Actor) -> None:
    first, now = client.get("/sitemap.xml").text, clock.now().replace(minute=0, second=0, microsecond=0)
    with clock.at(now):
        before = asyncio.run(shared.sitemap()).body
    offer = factories.pack(seller)
    with clock.at(now + timedelta(seconds=299)):
        assert asyncio.run(shared.sitemap()).body == before == first.encode()
    with clock.at(now + timedelta(seconds=300)):
        after = asyncio.run(shared.sitemap()).body
    assert own_path_of(seller, offer) in mapped(bytes(after).decode())


def test_a_site_map_that_is_full_has_the_newest_packs(
    client: TestClient,  # noqa: ARG001 - a database comes first
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "MOST_MAPPED", 2)
    sellers = [factories.creator(name) for name in ("Old", "Zoë", "New")]
    offers = [factories.pack(seller) for seller in sellers]
    archived = factories.pack(sellers[2])
    packs.archive(sellers[2], archived.id)  # which takes nobody's place
    found = {address.path for address in sharing.addresses()}
    assert found == {
        path
        for seller, offer in zip(sellers[1:], offers[1:], strict=True)
        for path in (own_path_of(seller, offer), f"/c/{accounts.account(seller).handle}")
    }


@pytest.mark.parametrize("way", ["archived", "disabled", "unlisted", "revoked", "over"])
def test_what_cannot_be_bought_is_offered_nowhere(client: TestClient, seller: Actor, way: str) -> None:
    """Neither on the creator's page nor in the site map, which ask the same question. Its last day it still is."""
    last_day = clock.now().date() + timedelta(days=1)
    offer = factories.pack(seller, expiry_kind="on_date", expiry_date=last_day.isoformat(), listed=way != "unlisted")
    if way == "archived":
        packs.archive(seller, offer.id)
    elif way == "disabled":
        packs.set_active(seller, offer.id, active=False)
    elif way == "revoked":
        links.revoke(seller, links.of_pack(seller, offer.id)[0].id)
    handle = accounts.account(seller).handle
    for days, offered in ((0, way == "over"), (1, False)):
        with clock.at(datetime.combine(last_day + timedelta(days=days), time(), tzinfo=UTC)):
            assert [pack.name for pack in storefront.profile(handle).offers] == [offer.name] * offered
            assert [page.path for page in sharing.addresses()] == [f"/c/{handle}", own_path_of(seller, offer)] * offered
    assert client.get(f"/c/{handle}").status_code == 200


def test_robots_may_read_everything_and_find_the_site_map(client: TestClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Disallow" not in answer.text  # a page that must not be read cannot say noindex
    assert f"Sitemap: {settings().base_url}/sitemap.xml" in answer.text


def test_oembed_answers_with_a_button(client: TestClient, seller: Actor) -> None:
    offer = factories.pack(seller, name=NASTY)
    answer = client.get("/oembed", params={"url": offer.link_url, "maxwidth": "320"}).json()
    assert (answer["version"], answer["type"], answer["provider_name"]) == ("1.0", "rich", "Litesubs")
    assert (answer["title"], answer["author_name"], answer["width"]) == (NASTY, "Zoë Brûlé", 320)
    assert f'<a href="{offer.link_url}" data-litesubs-button>' in answer["html"]
    assert client.get(local(answer["thumbnail_url"])).status_code == 200
    own = {"url": settings().base_url + own_path_of(seller, offer), "maxwidth": "320"}
    assert client.get("/oembed", params=own).json() == answer


def test_oembed_refuses_other_formats_and_other_addresses(client: TestClient, seller: Actor) -> None:
    offer = factories.pack(seller)
    assert client.get("/oembed", params={"url": offer.link_url, "format": "xml"}).status_code == 501
    assert client.get("/oembed").status_code == 422
    token = factories.token_of(offer)
    others = (f"https://elsewhere.example/p/{token}", f"{settings().base_url}/x/{token}", "http://[", "", "p")
    for url in (*others, f"{settings().base_url}/p/neverexisted", f"{settings().base_url}/p/\0"):
        assert client.get("/oembed", params={"url": url}).status_code == 404, url
    packs.archive(seller, offer.id)
    assert client.get("/oembed", params={"url": offer.link_url}).status_code == 404


def test_the_buy_button_may_be_loaded_by_any_site(client: TestClient) -> None:
    answer = client.get("/embed/v1.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age=86400" in answer.headers["cache-control"]
    assert len(answer.content) < 8_000


def test_the_manifest_names_icons_that_are_there() -> None:
    manifest = json.loads((ASSETS / "manifest.webmanifest").read_text())
    assert {"name", "short_name", "start_url", "scope", "display", "id"} <= set(manifest)
    sizes = []
    for icon in manifest["icons"]:
        width, height = size_of(icon["src"])
        assert f"{width}x{height}" == icon["sizes"]
        sizes.append((icon["sizes"], icon.get("purpose", "any")))
    assert sizes == [("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")]
    assert size_of("/icons/apple-touch-icon.png") == (180, 180)
    assert size_of("/og.png") == (1200, 630)
