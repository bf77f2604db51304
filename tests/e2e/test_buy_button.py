"""The buy button on a site that is not ours: from its page to the pack, to the payment, and the word back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Page, expect

from litesubs.domain.views.offers import PackView
from tests import factories
from tests.e2e import people
from tests.e2e.conftest import NewPage, Site, Size
from tests.e2e.test_pages import assert_accessible, console_watched

PAGE = """<!doctype html><html lang="en"><head><title>A shop</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"></head><body style="color-scheme: light dark"><main><h1>A shop</h1>{buttons}</main>
<script>
  window.told = [];
  addEventListener("litesubs:checkout.completed", (event) => told.push(event.target.id));
</script>{script}</body></html>"""


@contextmanager
def foreign_page(body: str) -> Iterator[str]:
    """A page of another origin: its address."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = body.encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_what: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def offer(site: Site) -> PackView:  # noqa: ARG001 - the site's database comes first
    """A pack on sale."""
    return factories.pack(factories.creator("Mara Lindqvist"), name="Ten sessions")


@pytest.fixture
def shop(site: Site, offer: PackView) -> Iterator[str]:
    """A page with all forms of the button, whose script it loads twice."""
    token = factories.token_of(offer)
    buttons = (
        f'<p><a id="link" href="{offer.link_url}" data-litesubs-button>Buy ten</a></p>'
        f'<p><litesubs-buy-button id="element" pack="{token}">Buy sessions</litesubs-buy-button></p>'
        f'<p><litesubs-buy-button id="address" href="{offer.link_url}" theme="dark"></litesubs-buy-button></p>'
        '<p><litesubs-buy-button id="elsewhere" href="https://elsewhere.example/p/x">Nowhere</litesubs-buy-button></p>'
    )
    script = f'<script async src="{site.base_url}/embed/v1.js"></script>' * 2
    with foreign_page(PAGE.format(buttons=buttons, script=script)) as address:
        yield address


def opened_by(page: Page, keys: str) -> Page:
    """The window that pressing a key opens."""
    with page.expect_popup() as popup:
        page.keyboard.press(keys)
    return popup.value


def wait_for_button(page: Page) -> None:
    page.wait_for_function("Boolean(customElements.get('litesubs-buy-button'))")


def test_a_buyer_gets_from_a_foreign_page_to_the_pack_by_keyboard(new_page: NewPage, shop: str, size: Size) -> None:
    for scheme in ("light", "dark"):
        page = new_page(size, color_scheme=scheme)
        with console_watched(page):
            page.goto(shop)
            wait_for_button(page)
        assert_accessible(page)
        for number, name in enumerate(("Buy ten", "Buy sessions", "Buy credits")):
            page.keyboard.press("Tab")
            expect(page.get_by_role("link", name=name)).to_be_focused()
            window = opened_by(page, "Enter")
            expect(window.get_by_role("heading", name="Ten sessions")).to_be_visible()
            assert "#" not in window.url  # where the button was is not for the address bar
            assert window.evaluate("sessionStorage.getItem('buy-button')") == shop.rstrip("/"), number
            window.close()
            page.bring_to_front()
        assert page.locator("#elsewhere a").get_attribute("href") is None


def test_the_script_may_be_a_module_and_runs_once(new_page: NewPage, site: Site, offer: PackView) -> None:
    """By an element, by an import, after another site's script of the same name, and beside one that is no module."""
    script = f"{site.base_url}/embed/v1.js"
    others = '<script type="text/plain" src="/embed/v1.js"></script>'  # the shop's own, which is no script of ours
    forms = (
        f'<script type="module" src="{script}"></script>',
        f'<script type="module">import "{script}?1";</script>',
        f'<script type="module" src="{script}"></script><script async src="{script}"></script>',
    )
    for form in forms:
        button = f'<litesubs-buy-button pack="{factories.token_of(offer)}"></litesubs-buy-button>'
        link = f'<a href="{offer.link_url}" data-litesubs-button>Buy ten</a>'
        with foreign_page(PAGE.format(buttons=button + link, script=others + form)) as address:
            page = new_page()
            page.goto(address)
            wait_for_button(page)
            page.wait_for_load_state()
            for name in ("Buy credits", "Buy ten"):
                with page.expect_popup() as popup:
                    page.get_by_role("link", name=name).click()
                expect(popup.value.get_by_role("heading", name="Ten sessions")).to_be_visible()
                popup.value.close()
            assert len(page.context.pages) == 1


def test_the_page_is_told_once_the_checkout_is_done(new_page: NewPage, shop: str) -> None:
    page = new_page()
    page.goto(shop)
    wait_for_button(page)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Buy sessions").click()
    window = popup.value
    people.press_buy(window)
    people.sign_up(window, "Jonas Weber", people.fresh_email("jonas"))
    people.pay_with_card(window)
    expect(window.get_by_role("heading", name="They are yours")).to_be_visible()
    page.wait_for_function("told.length > 0")
    assert page.evaluate("told") == ["element"]
    assert window.evaluate("sessionStorage.getItem('buy-button')") is None


def test_other_pages_and_other_words_are_not_believed(new_page: NewPage, shop: str) -> None:
    page = new_page()
    page.goto(shop)
    wait_for_button(page)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Buy ten").click()
    window = popup.value
    expect(window.get_by_role("heading", name="Ten sessions")).to_be_visible()
    page.evaluate("postMessage({source: 'litesubs', type: 'checkout.completed'}, '*')")
    window.evaluate("opener.postMessage({source: 'litesubs', type: 'checkout.something'}, '*')")
    window.evaluate("opener.postMessage('checkout.completed', '*')")
    page.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert page.evaluate("told") == []


@pytest.mark.parametrize("origin", ["javascript:alert(1)", "https://a.example/path", "*", "null", "%E0%A4%A"])
def test_a_window_keeps_no_origin_that_is_none(page: Page, offer: PackView, origin: str) -> None:
    page.goto("/")
    with page.expect_popup() as popup:
        page.evaluate("address => void open(address)", f"{offer.link_url}#buy-button={origin}")
    expect(popup.value.get_by_role("heading", name="Ten sessions")).to_be_visible()
    assert popup.value.evaluate("sessionStorage.getItem('buy-button')") is None


def test_without_a_script_the_button_is_a_link(new_page: NewPage, shop: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(shop)
    page.get_by_role("link", name="Buy ten").click()
    expect(page.get_by_role("heading", name="Ten sessions")).to_be_visible()


def test_a_creator_copies_the_button_beside_the_link(new_page: NewPage, size: Size) -> None:
    seller = factories.creator("Mara Lindqvist")
    pack = factories.pack(seller, name="Ten <b>sessions</b>")
    page = new_page(size)
    people.sign_in_as(page, seller)
    page.goto(f"/dashboard/packs/{pack.id}")
    page.get_by_role("button", name="Actions for Main link").click()
    page.get_by_role("menuitem", name="Buy button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Buy button of “Main link”")
    code = dialog.get_by_role("region", name="HTML of the buy button").inner_text()
    assert f'<a href="{pack.link_url}" data-litesubs-button>Buy Ten &lt;b&gt;sessions&lt;/b&gt;</a>' in code
    assert "/embed/v1.js" in code
    assert "script" not in dialog.get_by_role("region", name="HTML of a plain link").inner_text()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_heads_of_built_pages_hold_what_other_programs_read(site: Site, offer: PackView) -> None:
    """The pages as they are built, asked for without a browser."""
    for path, image in (("/", "/og.png"), (f"/p/{factories.token_of(offer)}", "/og/p/")):
        text = httpx.get(f"{site.base_url}{path}").text
        assert text.count('property="og:image"') == 1, path
        assert f'property="og:image" content="{site.base_url}{image}' in text
        for tag in ('rel="manifest"', 'rel="apple-touch-icon"', 'rel="canonical"', "<title>", 'property="og:title"'):
            assert text.count(tag) == 1, (path, tag)
    for path, kind in (
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/icons/icon-192.png", "image/png"),
        ("/og.png", "image/png"),
        ("/embed/v1.js", "text/javascript; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/sitemap.xml", "application/xml"),
    ):
        answer = httpx.get(f"{site.base_url}{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind), path
