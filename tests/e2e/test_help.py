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


def test_the_address_follows_when_typing_rests_and_keeps_its_place(page: Page) -> None:
    """Not with every key, which browsers refuse after a while. Half a letter, which none can have, is replaced."""
    page.clock.install()
    page.goto("/help#place")
    page.evaluate(
        "window.told = []; const was = history.replaceState.bind(history);"
        "history.replaceState = (...what) => { told.push(what[2]); was(...what); }; 0"
    )
    field = page.get_by_role("searchbox")
    field.press_sequentially("renews it")
    assert page.evaluate("told") == []
    page.clock.run_for(250)
    assert page.evaluate("told") == ["?q=renews+it#place"]
    field.press("!")
    field.blur()  # as who follows a link does
    assert page.evaluate("told.slice(1)") == ["?q=renews+it%21#place"]
    field.evaluate("field => { field.value = 'x\\ud800'; field.dispatchEvent(new Event('input')); }")
    page.clock.run_for(250)
    assert page.evaluate("told.slice(2)") == ["?q=x%EF%BF%BD#place"]
    field.fill("")
    page.clock.run_for(250)
    assert page.evaluate("told.slice(3)") == ["/help#place"]


def test_without_javascript_the_form_searches(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/help")
    page.get_by_role("searchbox").fill("renews")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("[data-help]:visible")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("renews")
