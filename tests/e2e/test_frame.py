"""What stands around every page of the desk: the sidebar, the palette, the keys; and how tables and charts answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage, Size
from tests.e2e.people import become_creator, make_pack
from tests.e2e.test_pages import assert_accessible, console_watched


def test_ctrl_k_leads_to_a_pack_by_a_few_letters_and_to_pages_and_actions(page: Page) -> None:
    _creator_with_a_pack(page, "Ten tram rides")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Jump to")
    expect(palette.get_by_role("option", name="New pack")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("tram")
    page.keyboard.press("Enter")  # sooner than the answer
    expect(page.get_by_role("heading", name="Ten tram rides", level=1)).to_be_visible()
    expect(palette).to_be_hidden()

    page.keyboard.press("Control+k")  # perhaps sooner than the page
    page.keyboard.type("share")
    expect(palette.get_by_role("option", name="Share links")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/dashboard/links")


def test_the_palette_opens_the_dialog_that_gives_credits_from_any_page(page: Page) -> None:
    _creator_with_a_pack(page, "Voice reset")
    for path in ("/dashboard/packs", "/dashboard/customers"):
        page.goto(path)
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.keyboard.press("Control+k")
        page.keyboard.type("give")
        page.get_by_role("dialog", name="Jump to").get_by_role("option", name="Give credits").click()
        dialog = page.get_by_role("dialog", name="Give credits")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_palette_says_when_nothing_matches_and_gives_back_the_focus(
    new_page: NewPage, size: Size, theme: str
) -> None:
    page = new_page(size, color_scheme=theme)
    _creator_with_a_pack(page, "Voice reset")
    opener = page.get_by_role("button", name="Jump to…")
    opener.click()
    palette = page.get_by_role("dialog", name="Jump to")
    assert_accessible(page)
    with console_watched(page):
        page.keyboard.type("zebra crossing")
        expect(palette.get_by_text("Nothing matches “zebra crossing”")).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()
    expect(palette.get_by_role("combobox")).to_have_value("")


def test_the_palette_finds_nothing_of_another_creator(new_page: NewPage) -> None:
    _creator_with_a_pack(new_page(), "Somebody else's secret pack")
    page = new_page()
    _creator_with_a_pack(page, "My own pack")
    page.keyboard.press("Control+k")
    page.keyboard.type("pack")
    palette = page.get_by_role("dialog", name="Jump to")
    expect(palette.get_by_role("option", name="My own pack")).to_be_visible()
    expect(palette.get_by_role("option", name="Somebody else")).to_have_count(0)


def test_the_sidebar_stays_folded_from_page_to_page_and_after_a_reload(page: Page) -> None:
    _creator_with_a_pack(page, "Voice reset")
    page.goto("/dashboard")
    page.get_by_role("button", name="Collapse the sidebar").click()
    main = page.get_by_role("navigation", name="Main")
    assert main.bounding_box()["width"] < 64  # type: ignore[index]  # it is there
    main.get_by_role("link", name="Packs").click()  # its name is still there for screen readers
    expect(page).to_have_url("/dashboard/packs")
    page.reload()
    expect(page.get_by_role("button", name="Expand the sidebar")).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("button", name="Expand the sidebar").click()
    expect(main.get_by_text("Packs")).to_be_in_viewport()


def test_the_sidebar_counts_and_says_what_is_next(page: Page) -> None:
    _creator_with_a_pack(page, "Voice reset")
    page.goto("/dashboard/packs")
    main = page.get_by_role("navigation", name="Main")
    expect(main.get_by_role("link", name="Packs 1")).to_be_visible()
    expect(page.get_by_role("complementary", name="Desk").get_by_text("Set up ·")).to_be_visible()


def _creator_with_a_pack(page: Page, name: str) -> None:
    become_creator(page, "Mara Lindqvist")
    make_pack(page, name=name, credits_=10, price="100")
