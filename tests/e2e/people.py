"""What a creator and a buyer do on the screen, step by step, so that stories read as stories."""

import re
import secrets

from playwright.sync_api import Locator, Page, expect

from litesubs.domain import accounts
from litesubs.domain.actors import Actor
from litesubs.settings import settings
from tests import factories

PASSWORD = "a long enough sentence"
CARD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"
THREE_D_SECURE = "4000 0000 0000 3220"
BANK_THAT_WAITS = "000000000000"


def fresh_email(name: str) -> str:
    """An address nobody has."""
    return f"{name.lower()}-{secrets.token_hex(4)}@example.com"


def sign_up(page: Page, name: str, email: str) -> None:
    """Fill in the sign-up form that the page shows."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button[type=submit]").click()


def sign_in_as(page: Page, actor: Actor) -> None:
    """Give the page this person's session."""
    token = accounts.sign_in(actor.email, factories.PASSWORD, actor.email)
    page.context.add_cookies([{"name": accounts.cookie_name(), "value": token, "url": settings().base_url}])


def become_creator(page: Page, name: str) -> None:
    """Sign up from nowhere and give the selling side its name and handle."""
    page.goto("/signup?next=/dashboard")
    sign_up(page, name, fresh_email(name.split(maxsplit=1)[0]))
    expect(page.get_by_role("heading", name="Start selling")).to_be_visible()
    page.get_by_label("Display name").fill(name)
    page.get_by_label("Handle").fill(f"{name.split(maxsplit=1)[0].lower()}-{secrets.token_hex(4)}")
    page.get_by_role("button", name="Continue to your first pack").click()


def make_pack(page: Page, *, name: str, credits_: int, price: str) -> str:
    """Fill in the form of a new pack and save it: its share link."""
    expect(page.get_by_role("heading", name="New pack")).to_be_visible()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("What the buyer gets").fill("Fifty minutes each.\n\n- **Notes** after every session")
    page.get_by_label("Credits", exact=True).fill(str(credits_))
    page.get_by_label("Price", exact=True).fill(price)
    expect(page.get_by_text("each", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Create pack and link").click()
    expect(page.get_by_role("heading", name="Share this link")).to_be_visible()
    return str(page.get_by_role("link", name="See it as a buyer").get_attribute("href"))


def press_buy(page: Page) -> None:
    """The Buy button that this screen shows: in the ticket, or in the bar at the bottom."""
    page.get_by_role("button", name=re.compile(r"^Buy")).locator("visible=true").first.click()


def pay_with_card(page: Page, number: str = CARD) -> None:
    """Fill in the sandbox's checkout page and pay."""
    expect(page.get_by_text("no money moves", exact=False).first).to_be_visible()
    page.locator("#number").fill(number)
    page.locator("#expiry").fill("12 / 34")
    page.locator("#cvc").fill("123")
    page.locator("#name").fill("Jonas Weber")
    page.locator("form button[type=submit]").first.click()


def pay_from_bank(page: Page, account: str) -> None:
    """Choose the bank debit and an account that decides what becomes of it."""
    page.locator("#method-bank").check(force=True)
    page.locator(f"input[name=account][value='{account}']").check(force=True)
    page.locator("form button[type=submit]").first.click()


def credits_shown(page: Page) -> Locator:
    """The tickets of the wallet."""
    return page.get_by_text(re.compile(r"^of \d+ left$"))
