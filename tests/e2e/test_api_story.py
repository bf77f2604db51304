"""A developer's first minutes: a key made in the browser, a spend with it, and the buyer's wallet that shows it."""

import httpx
from playwright.sync_api import expect

from litesubs.domain import ids, verify
from tests import factories
from tests.e2e.conftest import NewPage, Site
from tests.e2e.people import sign_in_as


def test_a_key_made_in_the_browser_spends_and_the_buyer_sees_it(new_page: NewPage, site: Site) -> None:
    held = factories.customer_with(5)
    page = new_page("desktop")
    sign_in_as(page, held.creator)
    page.goto("/dashboard/developers")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name").fill("Render farm")
    dialog.get_by_role("button", name="Create key").click()
    token = page.locator("#new-key-token").inner_text().strip()

    order = {"customer": held.buyer.email, "amount": 2, "reason": "Rendered a scene"}
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "scene-7"}
    url = f"{site.base_url}/api/v1/debits"
    first, again = (httpx.post(url, json=order, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert first.json()["balance"] == {"posted": 3, "held": 0, "available": 3}

    wallet = new_page("phone")
    sign_in_as(wallet, held.buyer)
    wallet.goto(f"/wallet/{held.public_id}")
    expect(wallet.get_by_text("Rendered a scene")).to_be_visible()
    expect(wallet.get_by_text("Render farm")).to_have_count(0)  # the key's name is the creator's own
    page.goto(f"/dashboard/subscriptions/{held.public_id}")
    expect(page.get_by_role("row").filter(has_text="Rendered a scene")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Rendered a scene")).to_contain_text("Render farm")
    assert ids.read("debit", first.json()["id"]).version == 7
    assert verify.violations() == []
