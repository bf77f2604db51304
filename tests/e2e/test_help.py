"""The help in a browser: found by typing, opened by keyboard, and whole without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage, Size
from tests.e2e.test_pages import Theme, look_at


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_pages_are_accessible_and_quiet(new_page: NewPage, size: Size, theme: Theme) -> None:
    page = new_page(size, color_scheme=theme)
    for path in ("/help", "/help?q=zzz", "/help/ledger"):
        look_at(page, path)


def test_typing_narrows_and_the_keyboard_opens(page: Page) -> None:
    page.goto("/help")
    page.get_by_role("searchbox").fill("renews")
    expect(page.locator("[data-help]:visible")).to_have_count(1)
    expect(page.locator("[data-help-found]")).to_have_text("1 answer")
    expect(page.get_by_role("heading", name="For creators")).to_be_hidden()
    page.get_by_text("Will I be charged again?").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="This answer as a page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Will I be charged again?")
    page.go_back()
    expect(page.locator("[data-help]:visible")).to_have_count(1)
    page.get_by_role("searchbox").fill("zzz")
    expect(page.get_by_text("No answer has these words")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_text("No answer has these words")).to_be_hidden()


def test_without_javascript_the_form_searches(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/help")
    page.get_by_role("searchbox").fill("renews")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("[data-help]:visible")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("renews")
