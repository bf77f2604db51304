"""What a creator does with a customer's credits, and what both read of it, step by step."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from litesubs.domain import clock, verify, wallets
from tests import factories
from tests.e2e.conftest import NewPage, Size
from tests.e2e.people import sign_in_as
from tests.e2e.test_offers_desk import row_of
from tests.e2e.test_pages import assert_accessible
from tests.factories import Holding, later


def opened(new_page: NewPage, size: Size, *amounts: int) -> tuple[Page, Holding]:
    """The desk's page of a customer with lots of these sizes."""
    held = factories.customer_with(*amounts)
    page = new_page(size)
    sign_in_as(page, held.creator)
    page.goto(f"/dashboard/subscriptions/{held.public_id}")
    expect(page.get_by_role("heading", name="10 coaching sessions", level=1)).to_be_visible()
    return page, held


def as_buyer(new_page: NewPage, size: Size, held: Holding) -> Page:
    """The wallet's page of the same pack."""
    page = new_page(size)
    sign_in_as(page, held.buyer)
    page.goto(f"/wallet/{held.public_id}")
    expect(page.get_by_role("heading", name="10 coaching sessions", level=1)).to_be_visible()
    return page


def choose(page: Page, opener: str, item: str) -> Locator:
    """Open a menu, take one of its lines: the dialog that it opens, if it does."""
    page.get_by_role("button", name=opener).click()
    page.get_by_role("menuitem", name=item).click()
    return page.get_by_role("dialog")


def narrow(page: Page, before: str, kind: str) -> None:
    """Choose what kind of movement the ledger shows."""
    page.get_by_role("button", name=before).click()
    page.get_by_role("menuitemradio", name=kind).click()


def ledger(page: Page) -> Locator:
    """The ledger's lines."""
    return page.get_by_role("table", name="Ledger, newest first").get_by_role("row")


def test_credits_are_added_and_taken_and_never_below_zero(new_page: NewPage, size: Size) -> None:
    page, held = opened(new_page, size, 5)
    page.get_by_role("button", name="Adjust credits").click()
    dialog = page.get_by_role("dialog", name="Adjust credits")
    dialog.get_by_label("Other amount").fill("-7")
    expect(dialog.get_by_text("\u22122", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Correction").click()
    dialog.get_by_role("button", name="Take 7 credits").click()
    expect(dialog.get_by_role("alert")).to_have_text("This would leave \u22122 credits. Ben has 5 free.")
    dialog.get_by_role("button", name="+5").click()
    dialog.get_by_role("button", name="Add 5 credits").click()
    expect(page.get_by_text("5 credits added. Ben has 10.")).to_be_visible()
    expect(ledger(page).nth(1)).to_contain_text("Correction")
    assert factories.balance(held) == 10


def test_a_lot_is_extended_and_another_taken_back_and_the_buyer_reads_why(new_page: NewPage, size: Size) -> None:
    page, held = opened(new_page, size, 4)
    factories.give(held, 3, expires_at=later(days=3))
    page.reload()
    dialog = choose(page, "Actions for Lot B", "Extend…")
    dialog.get_by_label("Last day").fill(str(clock.now().date()))
    dialog.get_by_label("Reason, Ben sees this").fill("Ill in spring")
    dialog.get_by_role("button", name="Extend", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a later day")
    dialog.get_by_label("Last day").fill(str(clock.now().date() + timedelta(days=20)))
    dialog.get_by_role("button", name="Extend", exact=True).click()
    expect(page.get_by_text("Lot B lasts longer now.")).to_be_visible()
    expect(row_of(page, "Lot B").first).to_contain_text("20 days left")

    dialog = choose(page, "Actions for Lot A", "Take back…")
    dialog.get_by_role("button", name="Added by mistake").click()
    dialog.get_by_role("button", name="Take back 4 credits").click()
    expect(page.get_by_text("4 credits taken back. Ben has 3.")).to_be_visible()
    expect(page.get_by_role("button", name="Actions for Lot A")).to_have_count(0)

    buyer = as_buyer(new_page, size, held)
    expect(ledger(buyer).nth(1)).to_contain_text("Added by mistake")
    expect(ledger(buyer).nth(2)).to_contain_text("Ill in spring")
    expect(ledger(buyer).nth(2)).to_contain_text("Ada Byron")
    assert verify.violations() == []


def test_a_spend_is_given_back_in_part_and_then_whole(new_page: NewPage, size: Size) -> None:
    page, held = opened(new_page, size, 9)
    wallets.use(held.creator, held.public_id, 4, "Double lesson", "k")
    page.reload()
    dialog = choose(page, "Actions for Double lesson", "Give back…")
    dialog.get_by_label("Credits to give back").fill("3")
    dialog.get_by_label("Reason, Ben sees this").fill("Half was cancelled")
    dialog.get_by_role("button", name="Give back").click()
    expect(page.get_by_text("Given back. Ben has 8.")).to_be_visible()
    choose(page, "Actions for Double lesson", "Give back")
    expect(page.get_by_text("Given back. Ben has 9.")).to_be_visible()
    expect(page.get_by_role("button", name="Actions for Double lesson")).to_have_count(0)
    assert factories.balance(held) == 9


def test_one_credit_is_used_at_the_press_and_given_back_by_undo(new_page: NewPage, size: Size) -> None:
    page, held = opened(new_page, size, 9)
    page.get_by_role("button", name="Use 1").click()
    expect(page.get_by_text("1 credit used. Ben has 8.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Given back. Ben has 9.")).to_be_visible()
    assert factories.balance(held) == 9


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_ledger_is_narrowed_by_type_and_days_and_exported_as_it_shows(
    new_page: NewPage, size: Size, theme: str
) -> None:
    held = factories.customer_with(9)
    for number in range(3):
        with clock.at(later(days=number)):
            wallets.use(held.creator, held.public_id, 1, f"Lesson {number}", f"k{number}")
    page = new_page(size, color_scheme=theme)
    sign_in_as(page, held.creator)
    page.goto(f"/dashboard/subscriptions/{held.public_id}")
    expect(ledger(page)).to_have_count(5)
    narrow(page, "All types", "Used")
    expect(ledger(page)).to_have_count(4)
    page.get_by_role("button", name="Any date").click()
    tomorrow = str(later(days=1).date())
    page.get_by_label("From").fill(tomorrow)
    page.get_by_label("To", exact=True).fill(tomorrow)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(ledger(page)).to_have_count(2)
    expect(ledger(page).nth(1)).to_contain_text("Lesson 1")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert [line.split(",")[2] for line in lines] == ["what", "Lesson 1"]

    narrow(page, "Used", "Expired")
    expect(page.get_by_text("Nothing of this kind in these days")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Show all").click()
    expect(ledger(page)).to_have_count(5)


def test_older_lines_come_by_the_page_under_a_filter(page: Page) -> None:
    held = factories.customer_with(70)
    for number in range(60):
        wallets.use(held.creator, held.public_id, 1, f"Lesson {number}.", f"k{number}")
    sign_in_as(page, held.buyer)
    page.goto(f"/wallet/{held.public_id}")
    narrow(page, "All types", "Used")
    expect(ledger(page)).to_have_count(51)
    page.get_by_role("button", name="Show older").click()
    expect(ledger(page)).to_have_count(61)
    expect(ledger(page).last).to_contain_text("Lesson 0.")
    expect(ledger(page).last).to_contain_text("69")


def test_a_buyer_reads_why_their_pack_is_paused(new_page: NewPage, size: Size) -> None:
    page, held = opened(new_page, size, 5)
    dialog = choose(page, "More actions", "Pause…")
    dialog.get_by_label("Note").fill("Back on 7 January.")
    dialog.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("Ben reads: “Back on 7 January.”")).to_be_visible()
    expect(page.get_by_role("button", name="Use 1")).to_have_count(0)

    buyer = as_buyer(new_page, size, held)
    why = "Ada Byron paused this pack: “Back on 7 January.” Your credits stay yours."
    expect(buyer.get_by_text(why)).to_be_visible()
    buyer.goto("/wallet")
    expect(buyer.get_by_text("Back on 7 January.").first).to_be_visible()

    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_text("Enabled. Ben can use these credits again.")).to_be_visible()
    buyer.goto(f"/wallet/{held.public_id}")
    expect(buyer.get_by_text("Back on 7 January.")).to_have_count(0)


def test_a_disabled_pack_stands_still_until_it_is_enabled(new_page: NewPage, size: Size) -> None:
    page, held = opened(new_page, size, 5)
    wallets.use(held.creator, held.public_id, 1, "Lesson", "k")
    choose(page, "More actions", "Disable…").get_by_role("button", name="Disable", exact=True).click()
    expect(page.get_by_text("Disabled. Ben keeps the credits.")).to_be_visible()
    for name in ("Adjust credits", "Use 1", "Actions for Lot A", "More actions"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("button", name="Actions for Lot A")).to_be_visible()
    assert wallets.subscription(held.creator, held.public_id).status == "active"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_dialog_of_the_ledger_is_accessible(new_page: NewPage, size: Size, theme: str) -> None:
    held = factories.customer_with()
    factories.give(held, 9, expires_at=later(days=3))
    wallets.use(held.creator, held.public_id, 4, "Double lesson", "k")
    page = new_page(size, color_scheme=theme)
    sign_in_as(page, held.creator)
    page.goto(f"/dashboard/subscriptions/{held.public_id}")
    for opener, item in (
        ("Actions for Lot A", "Extend…"),
        ("Actions for Lot A", "Take back…"),
        ("Actions for Double lesson", "Give back…"),
        ("More actions", "Pause…"),
    ):
        dialog = choose(page, opener, item)
        expect(dialog).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("button", name=opener)).to_be_visible()
