"""Mail as people live it: an address confirmed by link and by code, credits given to an address, a link for one."""

import re

from playwright.sync_api import Page, expect

from litesubs.domain import gifts, links, packs
from litesubs.domain.actors import Actor
from litesubs.domain.gifts import Gift
from tests import factories
from tests.e2e import people
from tests.e2e.conftest import NewPage, Site, Size

REMINDER = "Confirm your e-mail."


def link_in(site: Site, email: str) -> str:
    """The link of the newest mail that asks to confirm."""
    mail = site.inbox.mail(email, "Confirm")
    return next(str(link) for link in mail["links"] if "token=" in link)


def code_in(site: Site, email: str) -> str:
    """The code of the same mail."""
    found = re.search(r"^\d{3} \d{3}$", site.inbox.mail(email, "Confirm")["text"], re.MULTILINE)
    assert found is not None
    return found[0]


def sign_up(page: Page, email: str, next_path: str = "/wallet") -> None:
    page.goto(f"/signup?next={next_path}")
    people.sign_up(page, "Jonas Weber", email)
    page.wait_for_url(f"**{next_path}")


def no_reminder(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your wallet")).to_be_visible()
    expect(page.get_by_text("No credits yet").or_(people.credits_shown(page)).first).to_be_visible()
    expect(page.get_by_text(REMINDER)).to_have_count(0)


def creator() -> Actor:
    return factories.creator("Mara Lindqvist")


class TestConfirming:
    def test_the_link_of_the_mail_confirms_in_the_same_browser_and_leads_on(
        self, new_page: NewPage, site: Site, size: Size
    ) -> None:
        email, page = people.fresh_email("jonas"), new_page(size)
        sign_up(page, email)
        expect(page.get_by_text(REMINDER)).to_be_visible()
        page.goto(link_in(site, email))
        page.wait_for_url("**/wallet")
        no_reminder(page)

    def test_in_another_browser_its_reader_chooses_a_password_and_nobody_else_is_signed_in(
        self, new_page: NewPage, site: Site, size: Size
    ) -> None:
        email, page = people.fresh_email("jonas"), new_page()
        sign_up(page, email)
        elsewhere = new_page(size)
        elsewhere.goto(link_in(site, email))
        expect(elsewhere.get_by_role("heading", name="Choose a password")).to_be_visible()
        expect(elsewhere.get_by_text(f"For {email}.")).to_be_visible()
        page.reload()
        expect(page.get_by_text(REMINDER)).to_be_visible()  # opening alone confirms nothing
        elsewhere.get_by_label("Password", exact=True).fill("short")
        elsewhere.get_by_role("button", name="Confirm this address").click()
        expect(elsewhere.get_by_text("Use 12 characters or more.")).to_be_visible()
        elsewhere.get_by_label("Password", exact=True).fill("a sentence that nobody has said")
        elsewhere.get_by_role("button", name="Confirm this address").click()
        elsewhere.wait_for_url("**/wallet")
        no_reminder(elsewhere)
        page.reload()
        page.wait_for_url("**/login?next=*")

    def test_in_another_browser_who_signs_in_keeps_the_password(self, new_page: NewPage, site: Site) -> None:
        email, page = people.fresh_email("jonas"), new_page()
        sign_up(page, email)
        elsewhere = new_page("phone")
        elsewhere.goto(link_in(site, email))
        elsewhere.get_by_role("link", name="Sign in and keep your password").click()
        elsewhere.get_by_label("E-mail").fill(email)
        elsewhere.get_by_label("Password", exact=True).fill(people.PASSWORD)
        elsewhere.locator("main form button[type=submit]").click()
        elsewhere.wait_for_url("**/wallet")
        no_reminder(elsewhere)
        page.reload()
        no_reminder(page)

    def test_a_link_that_was_used_says_so_wherever_it_is_opened(self, new_page: NewPage, site: Site) -> None:
        email, page = people.fresh_email("jonas"), new_page()
        sign_up(page, email)
        link = link_in(site, email)
        page.goto(link)
        page.wait_for_url("**/wallet")
        elsewhere = new_page("phone")
        elsewhere.goto(link)
        expect(elsewhere.get_by_role("heading", name="Confirmed")).to_be_visible()
        expect(elsewhere.get_by_role("link", name="Sign in to go on")).to_be_visible()

    def test_the_sixth_digit_sends_the_code(self, new_page: NewPage, site: Site, size: Size) -> None:
        email, page = people.fresh_email("jonas"), new_page(size)
        sign_up(page, email)
        page.get_by_role("link", name="Confirm").click()
        entry = page.get_by_label("Code from the mail")
        entry.fill("12345")
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("Write the six digits of the mail.")).to_be_visible()
        entry.fill(f"{(int(code_in(site, email).replace(' ', '')) + 1) % 1_000_000:06d}")
        expect(page.get_by_text("4 tries left.")).to_be_visible()
        entry.fill(code_in(site, email))
        page.wait_for_url("**/wallet")
        no_reminder(page)

    def test_another_mail_has_to_wait_its_minute(self, new_page: NewPage) -> None:
        page = new_page()
        sign_up(page, people.fresh_email("jonas"))
        page.goto("/verify-email")
        page.get_by_role("button", name="send another").click()
        expect(page.get_by_text(re.compile(r"You can send another in \d+ seconds\."))).to_be_visible()

    def test_a_link_that_is_no_good_says_so_and_offers_a_new_mail(self, new_page: NewPage) -> None:
        page = new_page()
        page.goto("/verify-email?token=made-up")
        expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
        page.get_by_role("main").get_by_role("link", name="Sign in").click()
        expect(page).to_have_url(re.compile("next=%2Fverify-email"))
        sign_up(page, people.fresh_email("jonas"))
        page.goto("/verify-email?token=made-up")
        expect(page.get_by_role("button", name="send another")).to_be_visible()


def test_credits_given_to_an_address_wait_for_whoever_proves_it(new_page: NewPage, site: Site) -> None:
    mara, email = creator(), people.fresh_email("Jonas.W")
    given = gifts.give(
        mara, Gift("Jonas", email.upper(), factories.pack(mara).id, "3", reason="Paid in cash"), factories.PASSWORD
    )
    invitation = site.inbox.mail(email.upper(), "gave you")
    assert invitation["subject"] == "Mara gave you 3 credits"
    page = new_page()
    page.goto(next(link for link in invitation["links"] if "/signup" in link))
    people.sign_up(page, "Jonas Weber", email)
    expect(page.get_by_role("heading", name="Confirm your e-mail")).to_be_visible()
    page.goto("/wallet")
    expect(page.get_by_text("No credits yet")).to_be_visible()
    page.goto(link_in(site, email))
    page.wait_for_url("**/wallet")
    expect(page.get_by_text("of 3 left")).to_be_visible()
    page.goto(f"/wallet/{given}")
    expect(page.get_by_text("10 coaching sessions").first).to_be_visible()


class TestALinkForOneAddress:
    def test_works_for_its_proven_owner_alone(self, new_page: NewPage, site: Site) -> None:
        mara, email = creator(), people.fresh_email("Jonas")
        token = links.create(mara, factories.pack(mara).id, "For Jonas", email=email.upper()).token
        path = f"/p/{token}"

        other = new_page()
        sign_up(other, people.fresh_email("ida"))
        other.goto(path)
        expect(other.get_by_text("This link was for another e-mail address, J•••@")).to_be_visible()
        expect(other.get_by_role("button", name=re.compile("^Buy"))).to_have_count(0)
        other.get_by_role("button", name="Sign in as somebody else").click()
        other.wait_for_url(f"**{path}")
        expect(other.get_by_text("This link is for one person")).to_be_visible()

        owner = new_page()
        owner.goto(path)
        owner.get_by_role("main").get_by_role("link", name="Sign in").click()
        owner.get_by_role("link", name="Create one").click()
        people.sign_up(owner, "Jonas Weber", email)
        owner.wait_for_url(f"**{path}")
        owner.get_by_role("link", name="Confirm your e-mail").click()
        owner.get_by_label("Code from the mail").fill(code_in(site, email))
        owner.wait_for_url(f"**{path}")
        people.press_buy(owner)
        people.pay_with_card(owner)
        expect(owner.get_by_role("heading", name="They are yours")).to_be_visible()


def test_whoever_buys_with_an_address_that_is_known_is_told_to_confirm_it(new_page: NewPage, site: Site) -> None:
    """Credits wait for the address already, so what is bought with it waits too."""
    mara, email = creator(), people.fresh_email("jonas")
    offer = factories.pack(mara)
    gifts.give(mara, Gift("Jonas", email, offer.id, "1", reason="Welcome"), factories.PASSWORD)
    page = new_page()
    page.goto(f"/p/{factories.token_of(packs.one(mara, offer.id))}")
    people.press_buy(page)
    people.sign_up(page, "Jonas Weber", email)
    people.pay_with_card(page)
    expect(page.get_by_role("heading", name="Paid. Confirm your e-mail")).to_be_visible()
    page.goto("/wallet")
    expect(page.get_by_text("Credits bought with this address wait until you confirm it.")).to_be_visible()
    page.goto("/verify-email?next=/wallet")
    page.get_by_label("Code from the mail").fill(code_in(site, email))
    page.wait_for_url("**/wallet")
    expect(page.get_by_text("of 11 left")).to_be_visible()
