"""Every page, on both sizes, light and dark.

No script error, nothing for axe to find, nothing that scrolls sideways.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect
from sqlmodel import select

from litesubs import db, demo
from litesubs.api import templates
from litesubs.domain import accounts, api_keys, customers, packs, verification, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.models import EmailVerification
from litesubs.settings import settings
from tests import factories
from tests.e2e.conftest import NewPage, Site, Size

Theme = Literal["light", "dark"]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CREATOR, BUYER = "mara@example.com", "jonas.weber@example.com"

# Every page that is built, and an address to see it at.
PUBLIC = {
    "index": "/",
    "p/__tpl__": "/p/{token}",
    "c/__tpl__": "/c/{handle}",
    "c/__tpl__/__tpl__": "/c/{handle}/{slug}",
    "signup": "/signup?pack={token}",
    "login": "/login",
    "choose-password": "/choose-password?token={link}",
    "verify-email": "/verify-email",
    "checkout/success": "/checkout/success",
    "checkout/cancelled": "/checkout/cancelled",
    "help": "/help",
    "help/answer": "/help/does-it-renew",
}
DESK = {
    "dashboard": "/dashboard",
    "dashboard/packs": "/dashboard/packs",
    "dashboard/packs/new": "/dashboard/packs/new",
    "dashboard/packs/__tpl__": "/dashboard/packs/{pack}",
    "dashboard/links": "/dashboard/links",
    "dashboard/developers": "/dashboard/developers",
    "dashboard/settings": "/dashboard/settings",
    "dashboard/customers": "/dashboard/customers",
    "dashboard/customers/import": "/dashboard/customers/import",
    "dashboard/customers/__tpl__": "/dashboard/customers/{customer}",
    "dashboard/subscriptions/__tpl__": "/dashboard/subscriptions/{held}",
}
INVENTORY = pytest.StashKey[dict[str, Any]]()


@pytest.fixture
def filled(site: Site, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:  # noqa: ARG001
    """The demo's inventory; the demo runs once for all tests here."""
    if INVENTORY not in request.config.stash:
        demo.run(as_json=True)
        request.config.stash[INVENTORY] = json.loads(capsys.readouterr().out)
    return request.config.stash[INVENTORY]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_public_pages(new_page: NewPage, size: Size, theme: Theme, filled: dict[str, Any]) -> None:
    page = new_page(size, color_scheme=theme)
    pack = filled["packs"][0]
    token = filled["links"][0]["token"]
    for path in PUBLIC.values():
        look_at(page, path.format(token=token, handle=pack["handle"], slug=pack["slug"], link=mailed_link()))
    look_at(page, "/signup")  # without a pack


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_that_say_why_not(new_page: NewPage, size: Size, theme: Theme, filled: dict[str, Any]) -> None:
    page = new_page(size, color_scheme=theme)
    seller = factories.creator()
    gone = factories.pack(seller)
    link = factories.token_of(gone)
    packs.archive(seller, gone.id)
    assert filled["creators"]
    look_at(page, "/nowhere", 404)
    look_at(page, f"/p/{link}", 410)
    look_at(page, "/oembed", 422)  # any address that cannot be read gives this page


def test_every_page_that_is_built_is_looked_at(site: Site) -> None:
    assert site.base_url
    root = templates.site_root()
    built = {file.relative_to(root).as_posix().removesuffix(".html") for file in root.rglob("*.html")}
    pages = {name for name in built if name == "index" or not name.endswith("/index")}
    assert pages == set(PUBLIC) | set(DESK) | {
        "wallet",
        "wallet/__tpl__",
        "not-found",
        "error",
        "404",
        "__spa-fallback",
    }


def test_the_demo_prints_keys_that_work_and_prints_them_again(
    filled: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    demo.run(as_json=True)
    again = json.loads(capsys.readouterr().out)
    assert again["creators"] == filled["creators"]
    for creator in filled["creators"]:
        key = api_keys.authenticate(creator["api_key"], "192.0.2.7")
        assert key.scopes == set(api_keys.SCOPES)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk(new_page: NewPage, size: Size, theme: Theme, filled: dict[str, Any]) -> None:
    page = new_page(size, color_scheme=theme)
    creator = sign_in(page, CREATOR)
    jonas = customers.page(creator, CustomerQuery(search="jonas")).rows[0]
    ids = {"pack": packs.mine(creator)[0].id, "customer": jonas.customer_id, "held": jonas.packs[0].subscription_id}
    assert filled["creators"]
    for path in DESK.values():
        look_at(page, path.format(**ids))
    page.goto(DESK["dashboard/subscriptions/__tpl__"].format(**ids))
    page.get_by_role("button", name="Adjust credits").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_wallet(new_page: NewPage, size: Size, theme: Theme, filled: dict[str, Any]) -> None:
    page = new_page(size, color_scheme=theme)
    buyer = sign_in(page, BUYER)
    assert filled["buyers"]
    look_at(page, "/wallet")
    for group in wallets.mine(buyer).groups:
        for held in group.subscriptions:
            look_at(page, f"/wallet/{held.id}")


def test_ids_of_others_and_addresses_that_do_not_exist_answer_404(page: Page, filled: dict[str, Any]) -> None:
    other = next(pack["id"] for pack in filled["packs"] if pack["handle"] == "kofi")
    sign_in(page, CREATOR)
    for path in (
        "/p/neverexisted",
        "/nowhere",
        "/c/neverexisted",
        "/c/mara/neverexisted",
        f"/dashboard/packs/{other}",
        "/dashboard/packs/pack_00000000000000000000000000",
        "/dashboard/customers/cus_00000000000000000000000000",
        "/dashboard/subscriptions/sub_00000000000000000000000000",
        "/wallet/sub_00000000000000000000000000",
        "/dashboard/subscriptions/x",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404, path
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing left at this address")


def test_private_pages_ask_a_visitor_to_sign_in_and_lead_back(page: Page, filled: dict[str, Any]) -> None:
    assert filled["creators"]
    page.goto("/dashboard/customers?search=x")
    expect(page).to_have_url("/login?next=%2Fdashboard%2Fcustomers%3Fsearch%3Dx")
    page.get_by_label("E-mail").fill(CREATOR)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    page.get_by_label("Password", exact=True).fill(demo.PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url("/dashboard/customers?search=x")
    page.goto("/dashboard")
    before = page.wait_for_function("sessionStorage.getItem('token')").json_value()
    page.locator("summary:visible").first.click()
    page.get_by_role("button", name="Sign out").locator("visible=true").first.click()
    expect(page).to_have_url("/")
    assert page.evaluate("sessionStorage.getItem('token')") != before  # the next person's connection is their own
    page.goto("/dashboard")
    expect(page).to_have_url("/login?next=%2Fdashboard")


def mailed_link() -> str:
    """The token in the mail to somebody who has not proven their address."""
    owner = factories.person(verified=False)
    verification.resend(owner)
    with db.transaction() as session:
        asked = session.exec(select(EmailVerification.id).where(EmailVerification.user_id == owner.user_id)).first()
    assert asked
    return verification.link_token(asked)


def look_at(page: Page, path: str, status: int = 200) -> None:
    """Open a page, wait until it shows what it has, and look for everything that must not be."""
    with console_watched(page, "" if status == 200 else f"responded with a status of {status}"):
        answer = page.goto(path)
        assert answer
        assert answer.status == status, path
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"


def assert_accessible(page: Page) -> None:
    """Nothing that axe finds, once everything that fades in is there."""
    page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => 0)))")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"


def sign_in(page: Page, email: str) -> Actor:
    """A session cookie, as the sign-in form sets it."""
    token = accounts.sign_in(email, demo.PASSWORD, f"test of {email}")
    cookie: Any = {
        "name": accounts.cookie_name(),
        "value": token,
        "url": settings().base_url,
        "httpOnly": True,
    }
    page.context.add_cookies([cookie])
    return accounts.actor_for(token)


@contextmanager
def console_watched(page: Page, but: str = "") -> Iterator[None]:
    """Fails if the block made the browser's console say an error or a warning; `but` is in the one that it must say."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if but and but in message.text and message.location["url"] == page.url:
            return
        if message.type in {"error", "warning"}:
            said.append(f"{message.text} {message.location}")

    page.on("console", hear)
    yield
    page.remove_listener("console", hear)
    assert said == [], page.url
