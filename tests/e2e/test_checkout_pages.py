"""The pages after Stripe's, whichever way the buyer comes back: what became of the checkout and the one way on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from litesubs.domain import accounts, ids, purchases
from tests import factories
from tests.e2e.conftest import NewPage, Site
from tests.e2e.test_pages import look_at
from tests.factories import pay, purchase_of, session_id, token_of


@dataclass
class Checkout:
    """A buyer's open checkout: their page, its address at Stripe, and the sandbox's controls."""

    page: Page
    url: str
    stripe: httpx.Client

    def cancelled(self) -> str:
        """Where Stripe sends a buyer who turns back."""
        return f"/checkout/cancelled?purchase={ids.show('pur', purchase_of(self.url).id)}"

    def success(self) -> str:
        """Where Stripe sends a buyer who is done."""
        return f"/checkout/success?session_id={session_id(self.url)}"

    def control(self, action: str, **how: Any) -> None:
        """Have the sandbox do something to the session."""
        self.stripe.post(f"/_test/sessions/{session_id(self.url)}/{action}", json=how).raise_for_status()


@pytest.fixture
def checkout(new_page: NewPage, site: Site) -> Iterator[Checkout]:
    """A checkout that was just opened. The sandbox tells us nothing by itself, so that only the pages ask."""
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    page = new_page()
    token = accounts.sign_in(buyer.email, factories.PASSWORD, f"test of {buyer.email}")
    page.context.add_cookies([{"name": accounts.cookie_name(), "value": token, "url": site.base_url}])
    with httpx.Client(base_url=site.sandbox_url, trust_env=False) as controls:
        controls.post("/_test/webhooks/pause").raise_for_status()
        yield Checkout(page, url, controls)
        controls.post("/_test/webhooks/resume").raise_for_status()


def says(page: Page, title: str, way_on: str) -> None:
    """What stands on the page, and its main action."""
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("main").get_by_role("link", name=way_on)).to_be_visible()


def test_who_turned_back_finds_a_checkout_that_is_still_open(checkout: Checkout) -> None:
    look_at(checkout.page, checkout.cancelled())
    says(checkout.page, "Nothing was charged", "Back to the pack")


def test_who_turned_back_after_paying_in_another_tab_has_their_credits(checkout: Checkout) -> None:
    pay(checkout.stripe, checkout.url)
    look_at(checkout.page, checkout.cancelled())
    says(checkout.page, "They are yours", "Open your wallet")


def test_who_turned_back_from_a_bank_debit_is_told_that_it_is_under_way(checkout: Checkout) -> None:
    pay(checkout.stripe, checkout.url, bank="waits")
    look_at(checkout.page, checkout.cancelled())
    says(checkout.page, "Waiting for the bank", "Open your wallet")
    checkout.control("settle", outcome="fail")
    look_at(checkout.page, checkout.cancelled())
    says(checkout.page, "The payment was declined", "Try again")


def test_who_comes_back_to_a_checkout_that_ended_can_start_another(checkout: Checkout) -> None:
    checkout.control("expire")
    look_at(checkout.page, checkout.cancelled())
    says(checkout.page, "This checkout has ended", "Try again")


@pytest.mark.parametrize("way_back", [Checkout.cancelled, Checkout.success])
def test_a_payment_that_does_not_fit_is_said_to_be_looked_at(
    checkout: Checkout, way_back: Callable[[Checkout], str]
) -> None:
    pay(checkout.stripe, checkout.url)
    checkout.stripe.patch(f"/_test/sessions/{session_id(checkout.url)}", json={"amount_subtotal": 1}).raise_for_status()
    look_at(checkout.page, way_back(checkout))
    says(checkout.page, "We are checking this payment", "Open your wallet")


@pytest.mark.parametrize("way_back", [Checkout.cancelled, Checkout.success])
def test_while_stripe_does_not_answer_the_page_says_so_and_tries_again(
    checkout: Checkout, way_back: Callable[[Checkout], str]
) -> None:
    pay(checkout.stripe, checkout.url)
    checkout.stripe.post("/_test/outage", json={"calls": 1_000, "status": 500}).raise_for_status()
    look_at(checkout.page, way_back(checkout))
    expect(checkout.page.get_by_role("heading", name="Stripe does not answer")).to_be_visible()
    checkout.stripe.post("/_test/outage", json={"calls": 0, "status": 500}).raise_for_status()
    checkout.page.get_by_role("button", name="Try again").click()
    says(checkout.page, "They are yours", "Open your wallet")


def test_a_purchase_of_somebody_else_is_not_spoken_of(checkout: Checkout) -> None:
    look_at(checkout.page, "/checkout/cancelled?purchase=pur_somebody")
    says(checkout.page, "No such purchase here", "Open your wallet")


def test_copying_works_where_the_browser_has_no_clipboard_for_pages(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto("/nothing-here")  # a page that no framework renders anew
    page.evaluate(
        """() => {
            const button = "<button data-copy='the text'>Copy</button>";
            document.querySelector("main").insertAdjacentHTML("beforeend", button);
            addEventListener("copy", () => { window.copied = document.activeElement.value; });
        }"""
    )
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copy")).to_have_attribute("data-copied", "")
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    assert page.evaluate("copied") == "the text"
