"""The product's main job as two people live it: a creator makes a pack, a stranger buys it, both read the ledger."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from playwright.sync_api import Page, expect
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import verify
from litesubs.models import StripeEvent
from tests.e2e import people
from tests.e2e.conftest import NewPage, Site, Size
from tests.sandbox_process import eventually


def bought(page: Page) -> None:
    expect(page.get_by_role("heading", name="They are yours")).to_be_visible()


def credits_in_wallet(page: Page) -> list[str]:
    """What the wallet says when opened anew."""
    page.goto("/wallet")
    expect(people.credits_shown(page).or_(page.get_by_text("No credits yet")).first).to_be_visible()
    return people.credits_shown(page).all_inner_texts()


def buy_as_stranger(page: Page, link: str) -> None:
    """Open the link, press Buy and sign up: the checkout page is next."""
    page.goto(link)
    people.press_buy(page)
    people.sign_up(page, "Jonas Weber", people.fresh_email("jonas"))


def open_pack(new_page: NewPage, *, credits_: int = 10, price: str = "450") -> tuple[Page, str]:
    """A creator with one pack: their page, and the pack's share link."""
    creator = new_page()
    people.become_creator(creator, "Mara Lindqvist")
    return creator, people.make_pack(creator, name="Ten sessions", credits_=credits_, price=price)


def test_a_stranger_buys_a_pack_and_both_sides_read_the_ledger(new_page: NewPage, size: Size) -> None:
    creator = new_page(size)
    people.become_creator(creator, "Mara Lindqvist")
    link = people.make_pack(creator, name="Ten sessions", credits_=10, price="450")

    buyer = new_page(size)
    buyer.goto(link)
    expect(buyer.get_by_role("heading", name="Ten sessions")).to_be_visible()
    expect(buyer.get_by_text("€45.00").locator("visible=true").first).to_be_visible()
    people.press_buy(buyer)
    expect(buyer).to_have_url(re.compile("/signup"))
    people.sign_up(buyer, "Jonas Weber", people.fresh_email("jonas"))
    people.pay_with_card(buyer)
    bought(buyer)
    buyer.get_by_role("link", name="Open your wallet").click()
    expect(buyer.get_by_role("heading", name="Your wallet")).to_be_visible()
    expect(people.credits_shown(buyer)).to_have_text("of 10 left")

    creator.goto("/dashboard/customers")
    creator.get_by_role("link", name="Jonas Weber").click()
    creator.get_by_role("link", name="Ledger of Ten sessions").click()
    creator.get_by_role("button", name="Use 1").click()
    expect(creator.get_by_text("1 credit used. Jonas has 9.")).to_be_visible()
    creator.get_by_role("button", name="Adjust credits").click()
    creator.get_by_label("Reason, Jonas sees this").fill("Two make-up sessions")
    creator.get_by_label("Other amount").fill("2")
    creator.get_by_role("button", name="Add 2 credits").click()
    expect(creator.get_by_text("2 credits added. Jonas has 11.")).to_be_visible()

    buyer.get_by_role("link", name="See ledger of Ten sessions").click()
    ledger = buyer.get_by_role("table").last
    expect(ledger).to_contain_text("Two make-up sessions")
    expect(ledger).to_contain_text("1 credit used")
    expect(ledger).to_contain_text("Bought Ten sessions")
    expect(buyer.get_by_text("Mara Lindqvist").first).to_be_visible()

    creator.goto("/dashboard")
    expect(creator.get_by_role("definition").filter(has_text="€450").first).to_be_visible()
    assert verify.violations() == []


def test_a_declined_card_charges_nothing_and_another_one_works(new_page: NewPage) -> None:
    _, link = open_pack(new_page)
    buyer = new_page("phone")
    buy_as_stranger(buyer, link)
    people.pay_with_card(buyer, people.DECLINED)
    expect(buyer.get_by_text("declined", exact=False).first).to_be_visible()
    people.pay_with_card(buyer)
    bought(buyer)
    buyer.goto("/wallet")
    expect(people.credits_shown(buyer)).to_have_count(1)
    expect(people.credits_shown(buyer)).to_have_text("of 10 left")


def test_three_d_secure_is_passed_on_the_banks_page(new_page: NewPage) -> None:
    _, link = open_pack(new_page)
    buyer = new_page()
    buy_as_stranger(buyer, link)
    people.pay_with_card(buyer, people.THREE_D_SECURE)
    buyer.get_by_role("button", name="Complete").click()
    bought(buyer)


def test_a_bank_debit_grants_when_it_clears_and_not_before(new_page: NewPage, site: Site) -> None:
    _, link = open_pack(new_page)
    buyer = new_page()
    buy_as_stranger(buyer, link)
    people.pay_from_bank(buyer, people.BANK_THAT_WAITS)
    expect(buyer.get_by_role("heading", name="Waiting for the bank")).to_be_visible()
    session = re.search(r"session_id=(\w+)", buyer.url)
    assert session
    buyer.goto("/wallet")
    expect(buyer.get_by_text("No credits yet")).to_be_visible()

    httpx.post(f"{site.sandbox_url}/_test/sessions/{session[1]}/settle", json={"outcome": "succeed"}).raise_for_status()
    eventually(lambda: credits_in_wallet(buyer) == ["of 10 left"])


def test_the_success_page_settles_when_the_webhook_has_not_come(new_page: NewPage, site: Site) -> None:
    _, link = open_pack(new_page)
    buyer = new_page()
    with webhooks_paused(site):
        buy_as_stranger(buyer, link)
        people.pay_with_card(buyer)
        bought(buyer)
        assert credits_in_wallet(buyer) == ["of 10 left"]
    eventually(events_processed)
    assert credits_in_wallet(buyer) == ["of 10 left"]


def test_the_webhook_settles_when_the_buyer_never_comes_back(new_page: NewPage, site: Site) -> None:
    _, link = open_pack(new_page)
    buyer = new_page()
    buy_as_stranger(buyer, link)
    session = re.search(r"/c/pay/(\w+)", buyer.url)
    assert session
    httpx.post(f"{site.sandbox_url}/_test/sessions/{session[1]}/pay", json={}).raise_for_status()
    eventually(lambda: credits_in_wallet(buyer) == ["of 10 left"])
    buyer.goto(f"/checkout/success?session_id={session[1]}")
    bought(buyer)
    assert credits_in_wallet(buyer) == ["of 10 left"]


def test_a_buyer_who_is_signed_in_goes_straight_to_checkout_and_keeps_both_packs(new_page: NewPage) -> None:
    _, link = open_pack(new_page)
    buyer = new_page("phone")
    buy_as_stranger(buyer, link)
    people.pay_with_card(buyer)
    bought(buyer)
    buyer.goto(link)
    people.press_buy(buyer)
    people.pay_with_card(buyer)
    bought(buyer)
    assert credits_in_wallet(buyer) == ["of 20 left"]


def test_cancelling_leads_back_to_the_pack_and_a_double_click_opens_one_checkout(new_page: NewPage) -> None:
    _, link = open_pack(new_page)
    buyer = new_page()
    buy_as_stranger(buyer, link)
    first = buyer.url
    buyer.get_by_role("link", name=re.compile("back|cancel", re.IGNORECASE)).first.click()
    expect(buyer.get_by_role("heading", name="Nothing was charged")).to_be_visible()
    buyer.goto(link)
    buyer.get_by_role("button", name=re.compile(r"^Buy")).locator("visible=true").first.dblclick()
    expect(buyer).to_have_url(first)


def test_two_buyers_race_for_the_last_use_of_a_link_and_one_gets_it(new_page: NewPage) -> None:
    creator, _ = open_pack(new_page)
    creator.get_by_role("link", name="make more links").click()
    creator.get_by_role("button", name="New link").first.click()
    dialog = creator.get_by_role("dialog", name="New link")  # the page behind has a field "Name" of its own
    dialog.get_by_label("Name").fill("For one buyer")
    dialog.get_by_label("Most uses").fill("1")
    dialog.get_by_role("button", name="Create link").click()
    row = creator.get_by_role("row").filter(has_text="For one buyer")
    link = re.search(r"/p/\w+", row.inner_html())
    assert link
    buyers = [new_page(), new_page()]
    for buyer in buyers:
        buyer.goto(f"/signup?next={link[0]}")
        people.sign_up(buyer, "Jonas Weber", people.fresh_email("jonas"))
        expect(buyer).to_have_url(re.compile(link[0]))
    answers = race([(buyer, f"{link[0]}/buy") for buyer in buyers])
    assert sorted("/c/pay/" in answer for answer in answers) == [False, True]
    loser = buyers[["/c/pay/" in answer for answer in answers].index(False)]
    loser.goto(link[0])
    expect(loser.get_by_text("This link has been used").first).to_be_visible()
    winner = buyers[["/c/pay/" in answer for answer in answers].index(True)]
    winner.goto(next(answer for answer in answers if "/c/pay/" in answer))
    people.pay_with_card(winner)
    bought(winner)


def race(tries: list[tuple[Page, str]]) -> list[str]:
    """Press Buy in all these browsers at once (with their cookies, from threads): where each was sent."""
    jars = [{cookie["name"]: cookie["value"] for cookie in page.context.cookies()} for page, _ in tries]
    base = re.match(r"https?://[^/]+", tries[0][0].url)
    assert base
    gate = threading.Barrier(len(tries))

    def press(path: str, jar: dict[str, str]) -> str:
        gate.wait()
        return httpx.post(base[0] + path, cookies=jar, timeout=30).headers["location"]

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(press, [path for _, path in tries], jars))


@contextmanager
def webhooks_paused(site: Site) -> Iterator[None]:
    """Stripe delivers nothing for as long as the block runs."""
    httpx.post(f"{site.sandbox_url}/_test/webhooks/pause").raise_for_status()
    try:
        yield
    finally:
        httpx.post(f"{site.sandbox_url}/_test/webhooks/resume").raise_for_status()


def events_processed() -> bool:
    """Whether every stored event was acted on, and there is one."""
    with transaction() as session:
        events = session.exec(select(StripeEvent)).all()
    return bool(events) and all(event.processed_at for event in events)
