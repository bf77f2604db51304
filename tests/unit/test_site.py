"""Pages that the server fills, clean addresses, who may see what, and headers."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from starlette.responses import PlainTextResponse

from litesubs.api import fields, site, templates
from litesubs.api.asgi import App, Message, Receive, Scope, Send
from litesubs.domain.actors import VISITOR
from litesubs.domain.views.offers import OfferView, PackView, StorefrontView

SHOWN = (
    "<html><head><title>%%LS_TITLE%%</title></head><body><h1>%%LS_PACK_NAME%%</h1>"
    '<div>%%LS_DESCRIPTION_HTML%%</div><a href="%%LS_ACCOUNT_HREF%%">in</a></body></html>'
)
FORM = '<html><head></head><body><input value="%%LS_EMAIL%%"/><div>%%LS_EMAIL_NOTE_HTML%%</div></body></html>'
PACK = PackView(
    id="pack_1",
    name="10 <b>sessions</b>",
    slug="sessions",
    description="Fifty minutes each.",
    description_html="<p>Fifty minutes each.</p><h3>You get</h3>",
    price_minor=45_000,
    currency="EUR",
    price="€450",
    price_input="450.00",
    unit_price="€45.00",
    credits=10,
    expiry_kind="never",
    expiry_date="",
    expiry_days=0,
    expiry="Never expires",
    expiry_promise="Credits never expire.",
    listed=True,
    active=True,
)
VIEW = StorefrontView(
    token="k7Qm2x",
    state="open",
    closed_title="",
    closed_text="",
    pack=PACK,
    creator_name='Ada "</script>" & Co',
    creator_initials="AC",
    address="/c/ada/ten",
)


@pytest.fixture(autouse=True)
def built_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small build where Reflex's would be."""
    root = tmp_path / "build" / "client"
    pages = {
        "index": "start",
        "not-found": '<link rel="modulepreload" href="/a.js"/>nothing here<script>live()</script>',
        "login": FORM,
        "signup": FORM,
        "choose-password": FORM,
        "p/__tpl__": SHOWN,
        "checkout/success": "bought",
        "dashboard": "desk",
        "dashboard/packs": "packs",
        "dashboard/packs/__tpl__": "one pack",
        "wallet": "wallet",
        "wallet/__tpl__": "one ledger",
    }
    for name, content in pages.items():
        file = root / f"{name}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    _forget()
    yield
    _forget()


def _forget() -> None:
    templates.template.cache_clear()
    templates._without_scripts.cache_clear()  # noqa: SLF001 - as below
    site._pages.cache_clear()  # noqa: SLF001 - the build does not change while a server runs, only in tests


async def _files(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for Reflex's static files: answers with the file that would be served."""
    await PlainTextResponse(scope["path"])(scope, receive, send)


def _ask(path: str, method: str = "GET", app: App | None = None) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app or site.Headers(site.Pages(_files)))
        async with httpx.AsyncClient(transport=transport, base_url="http://litesubs.test") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def _boot(page: str) -> dict[str, str]:
    found = re.search(r'<script type="application/json" id="ls-boot">(.*?)</script>', page, re.DOTALL)
    assert found
    values: dict[str, str] = json.loads(found[1])
    return values


def test_a_pack_page_is_filled_escaped_and_carries_the_same_values_as_json() -> None:
    page = bytes(site.pack_page(VIEW, VISITOR, {}).body).decode()
    assert "<h1>10 &lt;b&gt;sessions&lt;/b&gt;</h1>" in page
    assert "%%LS_" not in page
    assert page.count("</script>") == 2  # the structured data and the values, which nothing inside ends early
    assert _boot(page)["pack_name"] == PACK.name
    assert _boot(page)["creator_name"] == VIEW.creator_name
    assert '<link rel="canonical" href="' in page


def test_raw_html_stands_only_in_fields_that_say_so() -> None:
    page = bytes(site.pack_page(VIEW, VISITOR, {}).body).decode()
    assert "<div><h2>You get</h2></div>" in page  # the first paragraph goes above the ticket, headings fit this page


@pytest.mark.parametrize(
    ("state", "status"), [("open", 200), ("disabled", 200), ("used_up", 410), ("expired", 410), ("revoked", 410)]
)
def test_a_link_closed_for_good_is_gone(state: str, status: int) -> None:
    answer = site.pack_page(replace(VIEW, state=state, closed_title="Closed", closed_text="Ask."), VISITOR, {})
    assert answer.status_code == status
    assert ("noindex" in bytes(answer.body).decode()) == (state != "open")


def test_only_fields_that_may_be_empty_are() -> None:
    for view in (
        VIEW,
        replace(VIEW, state="used_up"),
        replace(VIEW, pack=replace(PACK, description_html="", description="")),
    ):
        empty = {name for name, value in fields.pack_boot(view, VISITOR, {}).items() if not value}
        assert {name for name in empty if not name.endswith(("_html", "_class"))} == set()


def test_what_else_a_creator_sells_is_escaped() -> None:
    offer = OfferView(name="<i>Voice</i>", url='/p/x"', credits=5, price="€240", unit_price="€48.00")
    assert "&lt;i&gt;Voice&lt;/i&gt;" in templates.offers([offer])
    assert 'href="/p/x&quot;"' in templates.offers([offer])
    assert templates.offers([]) == ""


def test_a_ticket_has_numbered_holes_up_to_thirty() -> None:
    assert templates.holes(30).count("<i ") == 30
    assert templates.holes(31) == ""


def test_a_refused_form_comes_back_with_what_was_typed_and_what_is_wrong() -> None:
    flash = {"email": 'a"@b', "email_error": "This address is missing its ending <."}
    page = bytes(site.auth_page("signup", flash, VIEW, "").body).decode()
    assert 'value="a&quot;@b"' in page
    assert '<p class="wrong" role="alert">This address is missing its ending &lt;.</p>' in page


def test_the_other_form_keeps_pack_and_destination() -> None:
    boot = fields.auth_boot("login", {}, VIEW, "/wallet?a=b&c=d")
    assert boot["signup_href"] == "/signup?pack=k7Qm2x&next=%2Fwallet%3Fa%3Db%26c%3Dd"
    assert boot["action_label"] == "Continue to payment"
    assert fields.auth_boot("login", {}, replace(VIEW, state="revoked"), "")["pack"] == ""


def test_pages_have_clean_addresses() -> None:
    answer = _ask("/checkout/success")
    assert (answer.status_code, answer.text) == (200, "/checkout/success.html")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/dashboard", "/wallet/sub_1", "/checkout/success", "/login", "/signup", "/choose-password"]
)
def test_search_engines_are_told_to_leave_private_pages_and_forms(path: str) -> None:
    assert _ask(path).headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize("path", ["/", "/p/k7Qm2x", "/loginx", "/assets/index-abc.js"])
def test_search_engines_may_read_the_rest(path: str) -> None:
    assert "x-robots-tag" not in _ask(path).headers


@pytest.mark.parametrize("path", ["/login.html", "/p/__tpl__", "/p/__tpl__.html", "/dashboard/packs/__tpl__/"])
def test_templates_are_not_served_as_they_are(path: str) -> None:
    answer = _ask(path)
    assert (answer.status_code, answer.text) == (404, "nothing here")


def test_a_slash_too_many_leads_to_the_one_address() -> None:
    answer = _ask("/checkout/success/?session_id=cs_1")
    assert (answer.status_code, answer.headers["location"]) == (308, "/checkout/success?session_id=cs_1")


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/packs/pack_1?tab=links", "/wallet", "/wallet/sub_1"])
def test_a_visitor_of_a_private_page_signs_in_and_comes_back(path: str) -> None:
    answer = _ask(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?" + urlencode({"next": path})


def test_each_dynamic_route_has_its_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "PRIVATE", ())
    assert _ask("/dashboard/packs/pack_1").text == "/dashboard/packs/__tpl__.html"
    assert _ask("/wallet/sub_1").text == "/wallet/__tpl__.html"
    assert _ask("/wallet/sub_1/more").text == "/wallet/sub_1/more"


def test_forms_and_files_pass_through() -> None:
    assert _ask("/dashboard", "POST").text == "/dashboard"
    hashed = _ask("/assets/index-abc.js")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_every_answer_carries_security_headers() -> None:
    answer = _ask("/nope")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_headers_of_the_app_are_kept() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"no-store")]}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    assert _ask("/", app=site.Headers(app)).headers["cache-control"] == "no-store"


def test_the_404_page_is_a_404() -> None:
    assert site.not_found_page().status_code == 404
