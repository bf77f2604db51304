"""A creator's page and a pack's: bought from without a script, and what a script adds for who has bought before."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from litesubs.domain import accounts, profiles
from litesubs.domain.actors import Actor
from tests import factories
from tests.e2e import people
from tests.e2e.conftest import NewPage, Size
from tests.e2e.people import sign_in_as
from tests.pictures import file, plain

SHIFTS = """new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const shift of list.getEntries()) sum += shift.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def shop() -> tuple[Actor, str, str]:
    """A creator with one listed pack: the creator, the path of their page, and the pack's share link."""
    seller = factories.creator("Mara Lindqvist")
    pack = factories.pack(seller, name="Ten sessions", slug="ten")
    return seller, f"/c/{accounts.account(seller).handle}", f"/p/{factories.token_of(pack)}"


def sign_up_and_pay(page: Page) -> None:
    """From the sign-up form on: straight to checkout, and paid."""
    expect(page).to_have_url(re.compile("/signup"))
    people.sign_up(page, "Jonas Weber", people.fresh_email("jonas"))
    people.pay_with_card(page)
    page.wait_for_url(re.compile("/checkout/success"))


def bought(new_page: NewPage, page: Page) -> None:
    """The same person, now with scripts, finds the credits in the wallet."""
    again = new_page(storage_state=page.context.storage_state())
    again.goto(page.url)
    expect(again.get_by_role("heading", name="They are yours")).to_be_visible()
    again.goto("/wallet")
    expect(people.credits_shown(again)).to_have_text("of 10 left")


def test_a_pack_is_bought_from_its_creators_page_without_javascript(new_page: NewPage, size: Size) -> None:
    _, home, _ = shop()
    page = new_page(size, java_script_enabled=False)
    page.goto(home)
    expect(page.get_by_role("heading", name="Mara Lindqvist")).to_be_visible()
    page.get_by_role("button", name="Buy Ten sessions").click()
    sign_up_and_pay(page)
    bought(new_page, page)


def test_a_pack_is_read_and_bought_from_its_own_page_without_javascript(new_page: NewPage, size: Size) -> None:
    _, home, link = shop()
    page = new_page(size, java_script_enabled=False)
    page.goto(link)
    page.get_by_role("link", name="See Mara's page").click()
    expect(page).to_have_url(home)
    page.get_by_role("link", name="Ten sessions").click()
    expect(page).to_have_url(f"{home}/ten")
    answer = page.get_by_text("nothing is charged again")
    expect(answer).to_be_hidden()
    page.get_by_text("Does it renew?").click()
    expect(answer).to_be_visible()
    people.press_buy(page)
    sign_up_and_pay(page)
    bought(new_page, page)


def test_who_has_credits_of_a_pack_is_told_without_anything_moving(new_page: NewPage, size: Size) -> None:
    seller, home, _ = shop()
    held = factories.holding(factories.pack(seller, slug="five"), seller, 5, 2)
    page = new_page(size)
    page.goto(f"{home}/five")
    expect(page.get_by_role("link", name="Bought it before? Sign in")).to_be_visible()
    sign_in_as(page, held.buyer)
    page.goto(f"{home}/five")
    told = page.get_by_role("link", name="You have 7 credits of this pack")
    expect(told).to_have_attribute("href", f"/wallet/{held.public_id}")
    assert page.evaluate(SHIFTS) < 0.02


def test_a_creator_has_a_picture_of_their_own(new_page: NewPage, size: Size, tmp_path: Path) -> None:
    seller, home, link = shop()
    good, bad = tmp_path / "me.png", tmp_path / "notes.png"
    good.write_bytes(file(plain()))
    bad.write_text("no picture at all")
    page, visitor = new_page(size), new_page(size)

    def faces(path: str) -> Locator:
        visitor.goto(path)
        return visitor.locator(".face:visible img")

    expect(faces(home)).to_have_count(0)
    sign_in_as(page, seller)
    page.goto("/dashboard/settings")
    page.get_by_label("Bio").fill("Not saved yet")
    choose = page.get_by_label("Picture")
    choose.set_input_files(bad)
    expect(page.get_by_text("This is not a PNG, JPEG, WebP or GIF picture.")).to_be_visible()
    choose.set_input_files(good)
    expect(page.get_by_text("Picture saved.")).to_be_visible()
    expect(page.get_by_text("This is not a PNG, JPEG, WebP or GIF picture.")).to_be_hidden()
    expect(page.locator("main .face img")).to_have_js_property("naturalWidth", 256)
    expect(page.get_by_text("me.png")).to_be_hidden()
    expect(page.get_by_label("Bio")).to_have_value("Not saved yet")
    for path in (home, link):
        shown = faces(path).first
        expect(shown).to_have_js_property("naturalWidth", 256)
        assert visitor.evaluate(SHIFTS) < 0.02
    page.get_by_role("button", name="Remove picture").click()
    expect(page.get_by_text("Picture removed.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove picture")).to_be_hidden()
    expect(faces(home)).to_have_count(0)
    expect(visitor.get_by_text("ML", exact=True)).to_be_visible()


def test_a_creator_writes_what_the_public_page_says(new_page: NewPage, size: Size) -> None:
    seller, home, _ = shop()
    page = new_page(size)
    sign_in_as(page, seller)
    page.goto("/dashboard/settings")
    page.get_by_label("Bio").fill("Voice coach.\n\nFifteen **years**.")
    page.get_by_label("Links").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save page").click()
    expect(page.get_by_text("“javascript:alert(1)” is no address of a page.")).to_be_visible()
    assert profiles.introduction(seller).bio == ""
    page.get_by_label("Links").fill("example.com/mara")
    page.get_by_role("button", name="Save page").click()
    expect(page.get_by_text("Page saved.")).to_be_visible()
    expect(page.get_by_label("Links")).to_have_value("https://example.com/mara")
    page.get_by_role("link", name="See your public page").click()
    expect(page).to_have_url(home)
    expect(page.locator("strong").filter(has_text="years")).to_be_visible()
    expect(page.get_by_role("link", name="example.com/mara")).to_be_visible()
