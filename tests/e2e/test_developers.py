"""What a creator does with API keys, step by step."""

import json
import re
import shlex

import pytest
from playwright.sync_api import Locator, Page, expect

from litesubs.domain import api_keys, ids
from litesubs.domain.errors import InvalidApiKeyError
from tests import factories
from tests.e2e.conftest import NewPage, Size
from tests.e2e.people import sign_in_as
from tests.e2e.test_pages import assert_accessible

HERE = "192.0.2.7"


def row_of(page: Page, name: str) -> Locator:
    """The row of the key that is called this."""
    return page.get_by_role("row").filter(has_text=name)


def shown_token(page: Page) -> str:
    """The key that the page shows this once."""
    token = page.get_by_role("region", name="Your new key").locator("#new-key-token").text_content()
    assert token is not None
    return token


def act(page: Page, name: str, item: str) -> None:
    """Choose from the menu of a key."""
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name=item).click()


def test_a_key_is_made_and_shown_once(new_page: NewPage, size: Size) -> None:
    held = factories.customer_with(5)
    page = new_page(size)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in_as(page, held.creator)
    page.goto("/dashboard/developers")
    expect(page.get_by_text("No keys yet")).to_be_visible()
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name").fill("Booking bot")
    dialog.get_by_label("Only from").fill("192.0.2.0/24")
    dialog.get_by_label("Spends at most").fill("500")
    dialog.get_by_label("Expires").select_option("In 90 days")
    dialog.get_by_role("button", name="Create key").click()
    expect(dialog).to_be_hidden()

    shown = page.get_by_role("region", name="Your new key")
    expect(shown).to_be_focused()
    expect(shown).to_contain_text("Booking bot is ready")
    assert_accessible(page)
    token = shown_token(page)
    shown.get_by_role("button", name="Copy key").click()
    assert page.evaluate("navigator.clipboard.readText()") == token
    key = api_keys.authenticate(token, HERE)
    assert (key.creator_id, key.scopes) == (held.creator.creator_id, frozenset({"read", "debits:write"}))
    shown.get_by_role("button", name="Copy", exact=True).click()
    words = shlex.split(page.evaluate("navigator.clipboard.readText()").replace("\\\n", " "))
    assert f"Authorization: Bearer {token}" in words
    assert json.loads(words[-1])["customer"] == held.buyer.email
    shown.get_by_role("button", name="Done").click()
    expect(shown).to_be_hidden()
    expect(page.get_by_text(token)).to_have_count(0)
    assert token not in page.content()
    page.reload()
    kept = row_of(page, "Booking bot")
    expect(kept).to_contain_text(token[:12])
    expect(kept).to_contain_text("debits:write")
    assert_accessible(page)


def test_what_is_wrong_with_a_key_is_said_beside_its_field(new_page: NewPage, size: Size) -> None:
    page = new_page(size)
    sign_in_as(page, factories.creator())
    page.goto("/dashboard/developers")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog", name="New key")
    expect(dialog.get_by_label("Name")).to_be_focused()
    for scope in ("read", "debits:write"):
        dialog.get_by_role("checkbox", name=re.compile(f"^{scope}")).uncheck()
    dialog.get_by_label("Only from").fill("example.com")
    dialog.get_by_label("Spends at most").fill("none")
    dialog.get_by_label("Expires").select_option("On a date")
    dialog.get_by_role("button", name="Create key").click()
    expect(dialog.get_by_role("alert")).to_have_count(5)
    expect(dialog.get_by_label("Name")).to_be_focused()
    assert_accessible(page)
    dialog.get_by_label("Name").fill("Booking bot")
    dialog.get_by_role("button", name="Create key").click()
    expect(dialog.get_by_role("alert")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("No keys yet")).to_be_visible()


def test_a_key_is_renamed_replaced_and_revoked(new_page: NewPage, size: Size) -> None:
    seller = factories.creator()
    _, token = api_keys.create(seller, api_keys.KeyDraft("Booking bot", ("read",)))
    page = new_page(size)
    sign_in_as(page, seller)
    page.goto("/dashboard/developers")
    act(page, "Booking bot", "Rename")
    page.get_by_role("dialog").get_by_label("Name").fill("Calendar")
    page.get_by_role("button", name="Save name").click()
    expect(row_of(page, "Calendar")).to_be_visible()

    act(page, "Calendar", "Replace")
    page.get_by_label("The old key works for").select_option("1 more hour")
    page.get_by_role("button", name="Replace key").click()
    expect(page.get_by_role("region", name="Your new key")).to_be_visible()
    following = shown_token(page)
    assert following != token
    expect(row_of(page, "Ending")).to_contain_text(token[:12])
    for works in (token, following):
        assert api_keys.authenticate(works, HERE).creator_id == seller.creator_id

    page.get_by_role("button", name="Actions for Calendar").first.click()
    page.get_by_role("menuitem", name="Revoke").locator("visible=true").click()
    page.get_by_role("button", name="Revoke key").click()
    expect(row_of(page, "Revoked")).to_have_count(1)
    with pytest.raises(InvalidApiKeyError):
        api_keys.authenticate(following, HERE)
    api_keys.authenticate(token, HERE)


def test_a_key_that_is_not_needed_any_more_leaves_nothing_on_the_screen(page: Page) -> None:
    seller = factories.creator()
    factories.pack(seller, name="Ten lessons")
    sign_in_as(page, seller)
    page.goto("/dashboard/developers")
    page.get_by_role("button", name="Make your first key").press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    page.keyboard.type("Back office")
    page.keyboard.press("Enter")
    token = shown_token(page)
    page.get_by_role("link", name=re.compile("^Packs")).first.click()
    expect(row_of(page, "Ten lessons")).to_be_visible()
    page.get_by_role("link", name="Developers").first.click()
    expect(page.get_by_text(token)).to_have_count(0)
    expect(row_of(page, "Back office")).to_be_visible()
    assert token not in page.content()


def test_the_keys_of_others_are_not_in_the_list(page: Page) -> None:
    seller, other = factories.creator(), factories.creator()
    name = f"Secret {ids.new().hex}"
    api_keys.create(other, api_keys.KeyDraft(name, ("read",)))
    sign_in_as(page, seller)
    page.goto("/dashboard/developers")
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert name not in page.content()
