"""What a creator does with packs, links and settings, step by step."""

import re
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from litesubs.domain import accounts, links, packs
from tests import factories
from tests.e2e import people
from tests.e2e.conftest import NewPage, Size
from tests.e2e.people import sign_in_as

PERSON = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)


def row_of(page: Page, name: str) -> Locator:
    """The row of a table that has this in it."""
    return page.get_by_role("row").filter(has_text=name)


def test_a_locked_link_is_made_drawn_and_revoked(new_page: NewPage, size: Size) -> None:
    seller = factories.creator()
    offer = factories.pack(seller, name="Ten lessons", slug="ten")
    page = new_page(size)
    sign_in_as(page, seller)
    page.goto("/dashboard/links")
    page.get_by_role("button", name="New link").click()
    dialog = page.get_by_role("dialog", name="New link")
    dialog.get_by_label("Name").fill("For Anna")
    dialog.get_by_label("Only for").fill("anna@")
    dialog.get_by_role("button", name="Create link").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not an e-mail address")
    expect(dialog.get_by_label("Only for")).to_be_focused()
    dialog.get_by_label("Only for").fill("Anna@example.com")
    dialog.get_by_role("button", name="Create link").click()
    expect(dialog).to_be_hidden()
    expect(row_of(page, "For Anna")).to_contain_text("Only Anna@example.com")
    made = next(link for link in links.of_pack(seller, offer.id) if link.name == "For Anna")
    assert made.email == "Anna@example.com"

    page.get_by_role("button", name="Actions for For Anna").click()
    page.get_by_role("menuitem", name="QR code").click()
    drawn = page.get_by_role("dialog", name="QR code of “For Anna”")
    picture = drawn.get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    with page.expect_download() as download:
        drawn.get_by_role("link", name="Download PNG").click()
    assert download.value.suggested_filename == "ten-for-anna.png"
    assert struct.unpack(">I", Path(download.value.path()).read_bytes()[16:20])[0] >= 800
    drawn.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Actions for For Anna").click()
    page.get_by_role("menuitem", name="Revoke").click()
    page.get_by_role("button", name="Revoke link").click()
    expect(row_of(page, "For Anna")).to_contain_text("Revoked")
    stranger = new_page(size)
    answer = stranger.goto(f"/p/{made.token}")
    assert answer is not None
    assert answer.status == 410


def test_a_pack_is_copied_archived_and_restored(new_page: NewPage, size: Size) -> None:
    seller = factories.creator()
    offer = factories.pack(seller, name="Ten lessons")
    factories.holding(offer, seller, 7)
    page = new_page(size)
    sign_in_as(page, seller)
    page.goto("/dashboard/packs")
    page.get_by_role("button", name="Actions for Ten lessons").click()
    page.get_by_role("menuitem", name="Duplicate").click()
    expect(page.get_by_role("heading", name="Ten lessons copy", level=1)).to_be_visible()
    expect(page.get_by_text("Nobody can buy this pack until you enable it.")).to_be_visible()
    expect(row_of(page, "Main link")).to_contain_text("Pack off sale")
    page.get_by_role("button", name="Enable").click()
    page.get_by_role("button", name="Enable pack").click()
    expect(page.get_by_text("Pack enabled.")).to_be_visible()
    expect(row_of(page, "Main link")).not_to_contain_text("Pack off sale")
    assert [pack.status for pack in packs.mine(seller)] == ["active", "active"]

    page.goto("/dashboard/packs")
    page.get_by_role("button", name="Actions for Ten lessons", exact=True).click()
    page.get_by_role("menuitem", name="Archive").click()
    expect(page.get_by_text("1 person keeps 7 credits.")).to_be_visible()
    page.get_by_role("button", name="Archive pack").click()
    expect(page.get_by_text("Pack archived.")).to_be_visible()
    answer = page.request.get(f"/p/{factories.token_of(offer)}")
    assert answer.status == 410
    page.get_by_role("button", name=re.compile("^Archived")).click()
    page.get_by_role("button", name="Actions for Ten lessons").click()
    page.get_by_role("menuitem", name="Restore").click()
    expect(page.get_by_text("Nothing archived")).to_be_visible()
    assert packs.one(seller, offer.id).status == "disabled"


def test_a_visitor_counts_and_the_creator_does_not(new_page: NewPage) -> None:
    seller = factories.creator()
    offer = factories.pack(seller, name="Ten lessons")
    page, visitor = new_page(user_agent=PERSON), new_page(user_agent=PERSON)
    sign_in_as(page, seller)
    for opened in (page, page, visitor, visitor):
        opened.goto(f"/p/{factories.token_of(offer)}")
        expect(opened.get_by_role("heading", level=1)).to_be_visible()
    url = f"/p/{factories.token_of(offer)}"
    other = {"user-agent": PERSON.replace("120", "121")}
    visitor.request.head(url, headers=other)
    visitor.request.get(url, headers=other | {"sec-purpose": "prefetch"})
    visitor.request.get(url, headers={"user-agent": "WhatsApp/2.23.20.0 A"})
    page.goto("/dashboard/links")
    seen = row_of(page, "Main link").get_by_role("cell").nth(2)
    expect(seen).to_have_text("1")
    visitor.request.get(url, headers=other)
    page.reload()
    expect(seen).to_have_text("2")


def test_links_are_searched_filtered_and_sorted(page: Page) -> None:
    seller = factories.creator()
    offer = factories.pack(seller, name="Ten lessons")
    for name in ("Newsletter", "Window"):
        links.create(seller, offer.id, name)
    links.revoke(seller, links.create(seller, offer.id, "Old fair").id)
    sign_in_as(page, seller)
    page.goto("/dashboard/links")
    names = page.locator("tbody tr td:first-child")
    expect(names).to_have_count(4)
    page.get_by_role("button", name="Link", exact=True).click()
    expect(names).to_contain_text(["Main link", "Newsletter", "Old fair", "Window"])
    page.keyboard.press("/")
    page.keyboard.type("letter")
    expect(names).to_contain_text(["Newsletter"])
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="State: all").click()
    page.get_by_role("menuitemradio", name="Revoked").click()
    expect(names).to_contain_text(["Old fair"])
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_text("No link matches")).to_be_visible()
    page.get_by_role("button", name="Clear search and filters").click()
    expect(names).to_have_count(4)


def test_settings_are_saved_and_what_is_wrong_is_said(new_page: NewPage, size: Size) -> None:
    seller, other = factories.creator("Ada Byron"), factories.creator()
    taken, old = accounts.account(other).handle, accounts.account(seller).handle
    page = new_page(size)
    sign_in_as(page, seller)
    page.goto("/dashboard/settings")
    handle = page.get_by_label("Handle")
    expect(handle).to_have_value(old)
    handle.fill(taken)
    handle.blur()
    expect(page.get_by_text("Somebody has this handle.")).to_be_visible()
    handle.fill(f"{old}-new")
    handle.blur()
    expect(page.get_by_text(f"“{old}” leads here, too.")).to_be_visible()
    page.get_by_label("Display name").fill("Ada's Studio")
    zone = page.get_by_role("combobox", name="Time zone")
    zone.fill("copenh")
    page.get_by_role("option", name="Copenhagen").click()
    page.get_by_label("Main currency").select_option("DKK")
    page.get_by_role("button", name="Save profile").click()
    expect(page.get_by_text("Profile saved.")).to_be_visible()
    saved = accounts.account(seller)
    assert (saved.display_name, saved.handle, saved.time_zone, saved.currency) == (
        "Ada's Studio",
        f"{old}-new",
        "Europe/Copenhagen",
        "DKK",
    )
    page.get_by_role("button", name="Save profile").click()
    expect(page.get_by_text("Profile saved.").last).to_be_visible()
    assert accounts.account(seller).time_zone == "Europe/Copenhagen"

    page.get_by_label("Your name").fill(" ")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Your name is empty.")).to_be_visible()
    page.get_by_label("Your name").fill("Augusta Ada")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Name saved.")).to_be_visible()


def test_a_creator_begins_in_the_time_zone_of_their_browser(new_page: NewPage) -> None:
    page = new_page(timezone_id="Asia/Kolkata")
    people.become_creator(page, "Priya Rao")
    expect(page.get_by_role("heading", name="New pack")).to_be_visible()
    page.goto("/dashboard/settings")
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Kolkata, India")


@pytest.mark.parametrize("leave", [False, True])
def test_what_is_typed_is_not_lost_without_asking(page: Page, leave: bool) -> None:  # noqa: FBT001 - a parameter
    seller = factories.creator()
    sign_in_as(page, seller)
    page.goto("/dashboard/settings")
    page.get_by_label("Display name").fill("Something else")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("link", name="Packs").first.click()
    expect(page).to_have_url("/dashboard/packs" if leave else "/dashboard/settings")
    assert asked == ["Leave without saving what you changed?"]
