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

from litesubs import demo
from litesubs.domain import accounts, api_keys, customers, packs, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.settings import settings
from tests.e2e.conftest import NewPage, Site, Size

Theme = Literal["light", "dark"]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CREATOR, BUYER = "mara@example.com", "jonas.weber@example.com"


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
    token = filled["links"][0]["token"]
    for path in (
        "/",
        f"/p/{token}",
        f"/c/{filled['packs'][0]['handle']}",
        f"/c/{filled['packs'][0]['handle']}/{filled['packs'][0]['slug']}",
        f"/signup?pack={token}",
        "/signup",
        "/login",
        "/verify-email",
        "/checkout/success",
    ):
        look_at(page, path)


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
    paths = [
        "/dashboard",
        "/dashboard/packs",
        "/dashboard/packs/new",
        f"/dashboard/packs/{packs.mine(creator)[0].id}",
        "/dashboard/links",
        "/dashboard/developers",
        "/dashboard/settings",
        "/dashboard/customers",
        "/dashboard/customers/import",
        f"/dashboard/customers/{jonas.customer_id}",
        f"/dashboard/subscriptions/{jonas.packs[0].subscription_id}",
    ]
    assert filled["creators"]
    for path in paths:
        look_at(page, path)
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


def look_at(page: Page, path: str) -> None:
    """Open a page, wait until it shows what it has, and look for everything that must not be."""
    with console_watched(page):
        page.goto(path)
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
def console_watched(page: Page) -> Iterator[None]:
    """Fails if the block made the browser's console say an error or a warning."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(f"{message.text} {message.location}")

    page.on("console", hear)
    yield
    page.remove_listener("console", hear)
    assert said == [], page.url
