"""What a creator reads on the overview: the numbers of a period, what they come from, and what waits for them."""

import csv
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from litesubs.db import transaction
from litesubs.domain import purchases, wallets
from litesubs.models import Purchase
from tests import factories
from tests.e2e.conftest import NewPage, Site, Size
from tests.e2e.people import become_creator, sign_in_as


@pytest.fixture
def payments(site: Site) -> Iterator[httpx.Client]:
    """The site's payment sandbox."""
    with httpx.Client(base_url=site.sandbox_url) as client:
        yield client


def figure(page: Page, label: str) -> Locator:
    """A figure of the strip with its meaning."""
    return page.locator("dl").filter(has=page.get_by_text(label, exact=True))


def chart(page: Page, title: str) -> Locator:
    """A chart's card."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_a_period_says_what_it_brought_as_figures_charts_tables_and_files(
    new_page: NewPage, size: Size, payments: httpx.Client
) -> None:
    seller, buyer = factories.creator(), factories.person("Jonas Weber")
    offer = factories.pack(seller)
    factories.paid_purchase(payments, offer, buyer)
    held = wallets.mine(buyer).groups[0].subscriptions[0]
    wallets.use(seller, held.id, 2, "Double session", "two")
    page = new_page(size)
    sign_in_as(page, seller)
    page.goto("/dashboard")
    expect(figure(page, "Revenue")).to_contain_text("€450")
    expect(figure(page, "Sales")).to_contain_text("1")
    expect(figure(page, "Customers")).to_contain_text("1 new")
    expect(figure(page, "Credits used")).to_contain_text("2")
    expect(figure(page, "You still owe")).to_contain_text("8 credits")
    expect(figure(page, "You still owe")).to_contain_text("€360")

    over_time = chart(page, "Revenue by day")
    over_time.get_by_role("button", name="Table").click()
    expect(over_time.get_by_role("row").filter(has_text="€450")).to_be_visible()
    with page.expect_download() as download:
        over_time.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert [row for row in rows[1:] if "450.00" in row]

    page.get_by_role("button", name="Chosen days: This month").click()
    page.get_by_role("menuitemradio", name="Last month").click()
    expect(figure(page, "Revenue")).to_contain_text("€0")
    expect(figure(page, "You still owe")).to_contain_text("8 credits")


def test_days_that_make_no_sense_are_refused_and_the_numbers_stay(page: Page, payments: httpx.Client) -> None:
    seller = factories.creator()
    factories.paid_purchase(payments, factories.pack(seller), factories.person())
    sign_in_as(page, seller)
    page.goto("/dashboard")
    page.get_by_role("button", name="Other days").click()
    page.get_by_label("From").fill("2026-11-20")
    page.get_by_label("To", exact=True).fill("2026-11-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(figure(page, "Revenue")).to_contain_text("€450")


def test_currencies_are_shown_one_at_a_time(page: Page, payments: httpx.Client) -> None:
    seller = factories.creator()
    factories.paid_purchase(payments, factories.pack(seller), factories.person())
    factories.paid_purchase(payments, factories.pack(seller, price="30", currency="USD"), factories.person())
    sign_in_as(page, seller)
    page.goto("/dashboard")
    expect(figure(page, "Revenue")).to_contain_text("€450")
    page.get_by_role("button", name="USD").click()
    expect(figure(page, "Revenue")).to_contain_text("$30")
    expect(figure(page, "Sales")).to_contain_text("1")


def test_the_way_to_a_first_sale_is_shown_until_it_is_made(new_page: NewPage, size: Size) -> None:
    page = new_page(size)
    become_creator(page, "Ada Byron")
    expect(page.get_by_role("heading", name="New pack")).to_be_visible()
    page.goto("/dashboard")
    steps = chart(page, "From here to your first sale")
    expect(steps.get_by_role("listitem")).to_have_count(5)
    steps.get_by_role("link", name="Make your first pack").click()
    expect(page.get_by_role("heading", name="New pack")).to_be_visible()


def test_a_payment_that_needs_a_person_is_shown(page: Page, payments: httpx.Client) -> None:
    seller, buyer = factories.creator(), factories.person("Jonas Weber")
    offer = factories.pack(seller)
    url = purchases.start(buyer, factories.token_of(offer))
    with transaction() as session:
        session.get_one(Purchase, factories.purchase_of(url).id).price_minor = 44_000
    factories.pay(payments, url)
    purchases.settle(factories.purchase_of(url).id)
    sign_in_as(page, seller)
    page.goto("/dashboard")
    notice = page.get_by_role("note").filter(has_text="A payment needs a look")
    expect(notice).to_contain_text("Jonas Weber")
    expect(notice).to_contain_text(offer.name)
