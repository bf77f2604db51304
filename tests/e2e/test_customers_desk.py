"""The creator's customers on the screen: found, changed many at once, given credits, imported, looked at one by one."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from litesubs.db import transaction
from litesubs.domain import customers, imports, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.domain.views.customers import CustomerRow
from litesubs.domain.views.offers import PackView
from litesubs.models import CreditGrant, GrantSource
from tests import factories
from tests.e2e import people
from tests.e2e.conftest import NewPage, Site, Size
from tests.e2e.test_pages import Theme, assert_accessible

HEAD = "name,email,pack,credits,expires"


def shop(*people_and_credits: tuple[str, int]) -> tuple[Actor, PackView]:
    """A creator with a pack, and customers who hold so many credits of it."""
    creator = factories.creator("Mara Lindqvist")
    pack = factories.pack(creator, name="Voice reset", credits="5")
    if people_and_credits:
        rows = [f"{name},{address(name)},Voice reset,{credits_}," for name, credits_ in people_and_credits]
        bring(creator, "\n".join([HEAD, *rows]).encode())
    return creator, pack


def address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@example.com"


def bring(creator: Actor, data: bytes) -> None:
    imports.run(creator, "before.csv", data, imports.check(creator, "before.csv", data).digest)


def opened(page: Page, creator: Actor, path: str = "/dashboard/customers") -> Page:
    people.sign_in_as(page, creator)
    page.goto(path)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return page


def row_of(creator: Actor, name: str) -> CustomerRow:
    return customers.page(creator, CustomerQuery(search=name)).rows[0]


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def last_source() -> str:
    """What the newest lot came from."""
    with transaction() as session:
        newest = select(CreditGrant.source).order_by(col(CreditGrant.created_at).desc())
        return session.exec(newest.limit(1)).one()


def toast(page: Page, words: str) -> None:
    expect(page.get_by_text(words)).to_be_visible()


class TestTheList:
    def test_it_is_searched_narrowed_sorted_and_turned_and_its_address_says_so(self, page: Page) -> None:
        creator, pack = shop(*[(f"Person {number:02}", number) for number in range(1, 31)])
        opened(page, creator)
        expect(page.get_by_text("30 people hold or have held your credits")).to_be_visible()
        expect(page.get_by_text("1–25 of 30")).to_be_visible()
        page.get_by_role("button", name="Customer").click()
        expect(page.get_by_role("columnheader", name="Customer")).to_have_attribute("aria-sort", "ascending")
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text("26–30 of 30")).to_be_visible()
        expect(page.get_by_role("link", name="Person 26")).to_be_visible()
        page.get_by_role("link", name="Person 26").click()
        expect(page.get_by_role("heading", name="Person 26")).to_be_visible()
        page.go_back()
        expect(page.get_by_text("26–30 of 30")).to_be_visible()
        page.get_by_role("button", name="3 or fewer left").click()
        expect(page.get_by_text("1–3 of 3")).to_be_visible()
        page.get_by_role("button", name="Pack: all").click()
        page.get_by_role("menuitemradio", name="Voice reset").click()
        expect(page).to_have_url(re.compile(rf"\?pack={pack.id}&low=1&sort=name$"))
        page.keyboard.press("/")
        page.keyboard.type("person 02")
        expect(page.get_by_text("1–1 of 1")).to_be_visible()
        expect(page).to_have_url(re.compile("search=person\\+02"))
        page.reload()
        expect(page.get_by_label("Name or e-mail")).to_have_value("person 02")
        expect(page.get_by_text("1–1 of 1")).to_be_visible()
        page.get_by_label("Name or e-mail").fill("nobody at all")
        expect(page.get_by_text("Nobody matches “nobody at all”")).to_be_visible()
        page.get_by_role("button", name="Clear search and filters").first.click()
        expect(page.get_by_text("1–25 of 30")).to_be_visible()
        expect(page.get_by_label("Name or e-mail")).to_have_value("")

    def test_an_address_that_asks_for_what_is_not_there_shows_everybody(self, page: Page) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        opened(page, creator, "/dashboard/customers?pack=pack_x&status=%00&sort=height&low=&search=%20")
        expect(page.get_by_role("link", name="Tom Okafor")).to_be_visible()

    def test_a_phone_has_two_lines_for_each_and_its_own_way_to_sort(self, new_page: NewPage) -> None:
        creator, _ = shop(("Aiko Brandt", 1), ("Tom Okafor", 3))
        page = opened(new_page("phone"), creator)
        expect(page.get_by_label("Select Tom Okafor")).to_be_hidden()
        page.get_by_role("button", name=re.compile("^Sort")).click()
        page.get_by_role("menuitemradio", name="Available, most first").click()
        expect(page.locator("tbody tr").first).to_contain_text("Tom Okafor")
        expect(page).to_have_url(re.compile(r"\?sort=-credits$"))

    def test_who_has_no_customers_is_shown_three_ways_to_have_some(self, new_page: NewPage, size: Size) -> None:
        creator, _ = shop()
        page = opened(new_page(size), creator)
        expect(page.get_by_text("No customers yet")).to_be_visible()
        main = page.get_by_role("main")
        expect(main.get_by_role("link", name="Share a link")).to_be_visible()
        expect(main.get_by_role("link", name="Import a list")).to_be_visible()
        expect(main.get_by_role("button", name="Give credits")).to_be_visible()


class TestManyAtOnce:
    def test_all_are_adjusted_or_those_who_cannot_be_are_named(self, page: Page) -> None:
        creator, _ = shop(("Aiko Brandt", 1), ("Mei Tanaka", 8), ("Tom Okafor", 3))
        opened(page, creator)
        page.get_by_label("Select all on this page").check()
        expect(page.get_by_text("3 selected")).to_be_visible()
        page.get_by_role("button", name="Adjust").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Other amount").fill("-2")
        expect(dialog.get_by_role("listitem").filter(has_text="Mei Tanaka")).to_contain_text("6")
        dialog.get_by_label("Reason, they see this").fill("Workshop moved")
        dialog.get_by_role("button", name="Take 2 credits each").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Nothing was changed: 1 of 3 cannot be.")
        expect(dialog.get_by_role("alert")).to_contain_text("Aiko Brandt has 1 free: this would leave −1.")
        dialog.get_by_role("button", name="+1", exact=True).click()
        expect(dialog.get_by_role("alert")).to_have_count(0)
        dialog.get_by_role("button", name="Add 1 credit each").click()
        toast(page, "1 credit added to 3 customers.")
        expect(dialog).to_be_hidden()
        assert [row_of(creator, name).left for name in ("Aiko", "Mei", "Tom")] == [2, 9, 4]
        expect(row(page, "Mei Tanaka")).to_contain_text("9")
        expect(page.get_by_text("selected", exact=False)).to_have_count(0)

    def test_several_are_paused_with_a_note(self, page: Page) -> None:
        creator, _ = shop(("Aiko Brandt", 1), ("Mei Tanaka", 8), ("Tom Okafor", 3))
        opened(page, creator)
        page.get_by_label("Select Aiko Brandt").check()
        page.get_by_label("Select Mei Tanaka").check()
        page.get_by_role("button", name="Pause").click()
        page.get_by_label("Note").fill("Back on 7 January")
        page.get_by_role("button", name="Pause 2 customers").click()
        toast(page, "2 customers paused.")
        expect(row(page, "Mei Tanaka")).to_contain_text("Paused")
        notes = [row_of(creator, name).packs[0].status_note for name in ("Aiko", "Mei", "Tom")]
        assert notes == ["Back on 7 January", "Back on 7 January", ""]

    def test_two_windows_take_from_one_customer_and_the_second_is_told(self, new_page: NewPage) -> None:
        creator, _ = shop(("Tom Okafor", 5))
        customer = row_of(creator, "Tom").customer_id
        windows = [opened(new_page(), creator, f"/dashboard/customers/{customer}") for _ in range(2)]
        for window in windows:
            window.get_by_role("button", name="Adjust Voice reset").click()
            window.get_by_label("Other amount").fill("-3")
            window.get_by_label("Reason, they see this").fill("Correction")
            expect(window.get_by_role("button", name="Take 3 credits")).to_be_enabled()
        for window in windows:
            window.get_by_role("button", name="Take 3 credits").click()
        told = [window.get_by_text("Tom Okafor has 2 free: this would leave −1.") for window in windows]
        expect(told[0].or_(windows[0].get_by_text("3 credits taken from 1 customer."))).to_be_visible()
        expect(told[1].or_(windows[1].get_by_text("3 credits taken from 1 customer."))).to_be_visible()
        assert sum(words.count() for words in told) == 1
        assert row_of(creator, "Tom").left == 2


class TestGivingCredits:
    def test_a_customer_is_found_by_a_few_letters(self, new_page: NewPage, size: Size) -> None:
        creator, _ = shop(("Aiko Brandt", 1), ("Tom Okafor", 3))
        page = opened(new_page(size), creator)
        page.get_by_role("button", name="Give credits").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("To", exact=True).fill("oka")
        dialog.get_by_role("option", name="Tom Okafor").click()
        expect(dialog.get_by_text("Tom gets a mail that says so.")).to_be_visible()
        dialog.get_by_label("Credits", exact=True).fill("4")
        dialog.get_by_role("button", name="Goodwill").click()
        dialog.get_by_role("button", name="Give credits").click()
        toast(page, "4 credits given to Tom. They get a mail.")
        expect(row(page, "Tom Okafor")).to_contain_text("7")
        assert row_of(creator, "Tom").left == 7
        assert last_source() == GrantSource.manual

    def test_a_present_is_one_where_its_box_is_ticked(self, page: Page) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        opened(page, creator, f"/dashboard/customers/{row_of(creator, 'Tom').customer_id}")
        page.get_by_role("button", name="Give credits").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason, they see this").fill("Welcome")
        dialog.get_by_label("A present").check()
        dialog.get_by_role("button", name="Give credits").click()
        toast(page, "5 credits given to Tom. They get a mail.")
        assert last_source() == GrantSource.promo

    def test_an_address_that_is_nobodys_waits_for_its_owner(self, page: Page, site: Site) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        new = people.fresh_email("lena")
        opened(page, creator)
        page.get_by_role("button", name="Give credits").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Give credits").click()
        expect(dialog.get_by_role("alert").first).to_be_visible()
        dialog.get_by_label("To", exact=True).fill(new)
        dialog.get_by_role("option", name=f"Give to {new}").click()
        expect(dialog.get_by_text("signing up with it")).to_be_visible()
        dialog.get_by_label("Their name").fill("Lena Maurer")
        dialog.get_by_label("Reason, they see this").fill("Paid by transfer")
        dialog.get_by_role("button", name="Give credits").click()
        toast(page, f"5 credits given to {new}. They get a mail.")
        expect(row(page, "Lena Maurer")).to_contain_text("not confirmed")
        assert site.inbox.mail(new)
        row(page, "Lena Maurer").get_by_role("link").click()
        expect(page.get_by_text("Not signed up yet")).to_be_visible()

    def test_on_a_customers_page_it_is_for_them(self, page: Page) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        opened(page, creator, f"/dashboard/customers/{row_of(creator, 'Tom').customer_id}")
        page.get_by_role("button", name="Give credits").click()
        dialog = page.get_by_role("dialog", name="Give credits to Tom Okafor")
        dialog.get_by_label("Expire", exact=True).select_option("date")
        dialog.get_by_label("Last day").fill("2020-01-01")
        dialog.get_by_label("Reason, they see this").fill("Welcome")
        dialog.get_by_role("button", name="Give credits").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        dialog.get_by_label("Last day").fill("2030-12-31")
        dialog.get_by_role("button", name="Give credits").click()
        toast(page, "5 credits given to Tom. They get a mail.")
        expect(page.get_by_text("of 8 left")).to_be_visible()


class TestTestCustomers:
    def test_one_is_marked_on_their_page_left_out_of_the_figures_and_counted_again(
        self, new_page: NewPage, size: Size
    ) -> None:
        creator, pack = shop(("Aiko Brandt", 4))
        tom = factories.holding(pack, creator, buyer=factories.person("Tom Okafor"))
        factories.bought(tom, 9_000, 6)
        page = opened(new_page(size), creator, f"/dashboard/customers/{row_of(creator, 'Tom').customer_id}")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Mark as test customer…").click()
        dialog = page.get_by_role("dialog", name="Mark Tom as a test customer")
        expect(dialog.get_by_text("Tom has paid you. That leaves your figures too.")).to_be_visible()
        dialog.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("Test", exact=True)).to_have_count(0)
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Mark as test customer…").click()
        dialog.get_by_role("button", name="Mark as test").click()
        toast(page, "Tom is a test customer now, in none of your figures.")
        expect(dialog).to_be_hidden()
        expect(page.get_by_text("Test", exact=True)).to_be_visible()
        page.get_by_role("link", name=re.compile("^Ledger of")).click()
        expect(page.get_by_role("heading", name=pack.name).first).to_be_visible()
        expect(page.get_by_text("Test", exact=True)).to_be_visible()

        page.goto("/dashboard")
        owed = page.locator("dl").filter(has=page.get_by_text("You still owe", exact=True))
        expect(owed).to_contain_text("4 credits")
        expect(page.locator("dl").filter(has=page.get_by_text("Revenue", exact=True))).to_contain_text("€0")

        page.goto("/dashboard/customers")
        expect(row(page, "Tom Okafor").get_by_text("Test", exact=True)).to_be_visible()
        expect(row(page, "Aiko Brandt").get_by_text("Test", exact=True)).to_have_count(0)
        row(page, "Tom Okafor").get_by_role("link").click()
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Count again…").click()
        page.get_by_role("dialog", name="Count Tom again").get_by_role("button", name="Count again").click()
        toast(page, "Tom is in your figures again.")
        expect(page.get_by_text("Test", exact=True)).to_have_count(0)

    def test_somebody_new_is_made_one_with_the_first_credits_and_the_list_narrowed_to_them(
        self, page: Page, site: Site
    ) -> None:
        creator, _ = shop(("Aiko Brandt", 4))
        new = people.fresh_email("robot")
        opened(page, creator)
        expect(page.get_by_role("button", name="Test customers: all")).to_have_count(0)
        page.get_by_role("button", name="Give credits").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("To", exact=True).fill(new)
        dialog.get_by_role("option", name=f"Give to {new}").click()
        expect(dialog.get_by_text("gets a mail")).to_be_visible()
        dialog.get_by_label("A test customer").check()
        expect(dialog.get_by_text("No mail is sent, and no figure counts this.")).to_be_visible()
        dialog.get_by_label("A test customer").uncheck()
        expect(dialog.get_by_text("gets a mail")).to_be_visible()
        dialog.get_by_label("A test customer").check()
        dialog.get_by_label("Their name").fill("Robot")
        dialog.get_by_label("Reason, they see this").fill("Trying the API")
        dialog.get_by_role("button", name="Give credits").click()
        toast(page, f"5 credits given to {new}. Nobody is written to.")
        expect(row(page, "Robot").get_by_text("Test", exact=True)).to_be_visible()
        expect(page.get_by_text("1 person holds or has held your credits")).to_be_visible()
        page.get_by_role("button", name="Test customers: all").click()
        page.get_by_role("menuitemradio", name="Without test customers").click()
        expect(page.get_by_text("1–1 of 1")).to_be_visible()
        expect(row(page, "Aiko Brandt")).to_be_visible()
        expect(page).to_have_url(re.compile(r"\?test=without$"))
        page.reload()
        expect(page.get_by_text("1–1 of 1")).to_be_visible()
        page.get_by_role("button", name="Test customers: without test customers").click()
        page.get_by_role("menuitemradio", name="Only test customers").click()
        expect(row(page, "Robot")).to_be_visible()
        page.get_by_role("button", name="Give credits").click()
        dialog.get_by_label("To", exact=True).fill("robot")
        dialog.get_by_role("option", name="Robot").click()
        expect(dialog.get_by_text("Robot is a test customer: no mail is sent")).to_be_visible()
        expect(dialog.get_by_label("A test customer")).to_have_count(0)
        assert site.inbox.messages(new) == []


class TestImporting:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "customers.csv"

    def choose(self, page: Page, file: Path, content: str | bytes) -> None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        page.get_by_label("CSV file").set_input_files(file)

    def test_a_file_that_cannot_be_read_says_why(self, page: Page, file: Path) -> None:
        creator, _ = shop()
        opened(page, creator, "/dashboard/customers/import")
        self.choose(page, file, f"{HEAD}\nJosé,jose@example.com,Voice reset,7,".encode("latin-1"))
        expect(page.get_by_role("alert")).to_contain_text("UTF-8")
        self.choose(page, file, "name,email,pack\nTom,tom@example.com,Voice reset")
        expect(page.get_by_role("alert")).to_contain_text("credits")
        self.choose(page, file, b"name,email,pack,credits,expires\n" + b"x" * 10_000_000)
        expect(page.get_by_role("alert")).to_contain_text("larger than 10 MB")
        assert imports.mine(creator) == []

    def test_rows_that_are_wrong_come_first_and_keep_all_from_being_imported(
        self, new_page: NewPage, file: Path, size: Size
    ) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        page = opened(new_page(size), creator, "/dashboard/customers/import")
        self.choose(
            page,
            file,
            f"{HEAD}\n"
            "Ada Quist,ada@example.com,Voice reset,7,\n"
            "=cmd|' /C calc'!A0,eve@example.com,Voice reset,7,\n"
            "Ben Ali,ben@example.com,Voice reset,2.5,\n"
            "Cem Kaya,cem@example.com,Yoga,-1,\n",
        )
        expect(page.get_by_text("3 rows cannot be imported, so nothing is.")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="formula")).to_contain_text("=cmd|' /C calc'!A0")
        expect(page.get_by_label("Rows of the file").locator("tbody tr").last).to_contain_text("New customer")
        expect(page.get_by_role("button", name=re.compile("^Import "))).to_have_count(0)

    def test_it_is_checked_and_imported_once_and_stays_where_it_was_used(self, page: Page, file: Path) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        opened(page, creator, "/dashboard/customers/import")
        good = (
            f"{HEAD}\nAda Quist,ada@example.com,Voice reset,7,2030-12-31\nTOM,TOM.Okafor@example.com,voice reset,2,\n"
        )
        self.choose(page, file, good)
        page.get_by_role("button", name="Import 2 customers, 9 credits").click()
        expect(page.get_by_text("customers.csv is imported: 9 credits.")).to_be_visible()
        assert (row_of(creator, "Ada").left, row_of(creator, "Tom").left) == (7, 5)
        page.get_by_role("button", name="Import another file").click()
        self.choose(page, file, good)
        expect(page.get_by_text("Everything in this file was imported before.")).to_be_visible()
        wallets.use(creator, row_of(creator, "Ada").packs[0].subscription_id, 1, "", "one")
        page.get_by_role("button", name="Undo the import of customers.csv").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Undo import").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Ada Quist")
        dialog.get_by_role("button", name="Keep").click()
        assert row_of(creator, "Tom").left == 5

    def test_an_import_that_nobody_used_is_undone_as_a_whole(self, page: Page, file: Path) -> None:
        creator, _ = shop()
        opened(page, creator, "/dashboard/customers/import")
        self.choose(page, file, f"{HEAD}\nAda Quist,ada@example.com,Voice reset,7,\n")
        page.get_by_role("button", name="Import 1 customer, 7 credits").click()
        page.get_by_role("button", name="Undo", exact=True).first.click()
        page.get_by_role("dialog").get_by_role("button", name="Undo import").click()
        toast(page, "customers.csv is undone.")
        expect(page.get_by_text("Undone", exact=True)).to_be_visible()
        assert row_of(creator, "Ada").left == 0

    def test_a_file_that_changed_since_it_was_checked_is_not_imported(self, page: Page, file: Path) -> None:
        creator, _ = shop()
        opened(page, creator, "/dashboard/customers/import")
        self.choose(page, file, f"{HEAD}\nAda Quist,ada@example.com,Voice reset,7,\n")
        expect(page.get_by_role("button", name="Import 1 customer, 7 credits")).to_be_visible()
        file.write_text(f"{HEAD}\nAda Quist,ada@example.com,Voice reset,7000,\n")
        page.get_by_role("button", name="Import 1 customer, 7 credits").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert imports.mine(creator) == []

    def test_the_sample_can_be_imported_as_it_is(self, page: Page, file: Path) -> None:
        creator, _ = shop()
        opened(page, creator, "/dashboard/customers/import")
        with page.expect_download() as sample:
            page.get_by_role("link", name="Download a sample").click()
        sample.value.save_as(file)
        page.get_by_label("CSV file").set_input_files(file)
        expect(page.get_by_role("button", name="Import 2 customers, 10 credits")).to_be_visible()


class TestOneCustomer:
    def test_they_are_renamed_paused_and_enabled_again(self, new_page: NewPage, size: Size) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        page = opened(new_page(size), creator, f"/dashboard/customers/{row_of(creator, 'Tom').customer_id}")
        expect(page.get_by_role("navigation", name="Breadcrumb").get_by_text("Tom Okafor")).to_be_visible()
        page.get_by_role("button", name="Rename").click()
        page.get_by_label("Name", exact=True).fill("Thomas Okafor")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(page.get_by_role("heading", name="Thomas Okafor")).to_be_visible()
        page.get_by_role("button", name="More for Voice reset").click()
        page.get_by_role("menuitem", name="Pause").click()
        page.get_by_label("Note").fill("Summer break")
        page.get_by_role("dialog").get_by_role("button", name="Pause").click()
        expect(page.get_by_text("“Summer break”")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        toast(page, "Voice reset is enabled.")
        expect(page.get_by_text("“Summer break”")).to_have_count(0)
        assert row_of(creator, "Thomas").packs[0].status == "active"

    def test_their_packs_lead_to_the_ledgers(self, page: Page) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        opened(page, creator, f"/dashboard/customers/{row_of(creator, 'Tom').customer_id}")
        expect(page.get_by_role("row").filter(has_text="Opening balance")).to_contain_text("+3")
        page.get_by_role("link", name="Ledger of Voice reset").click()
        expect(page).to_have_url(re.compile("/dashboard/subscriptions/sub_"))

    def test_another_creators_customer_is_not_there(self, page: Page) -> None:
        creator, _ = shop(("Tom Okafor", 3))
        other, _ = shop(("Aiko Brandt", 3))
        people.sign_in_as(page, creator)
        for path in (row_of(other, "Aiko").customer_id, "cus_00000000000000000000000000", "x"):
            answer = page.goto(f"/dashboard/customers/{path}")
            assert answer is not None
            assert answer.status == 404


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_on_these_pages_is_accessible(new_page: NewPage, size: Size, theme: Theme, tmp_path: Path) -> None:
    creator, _ = shop(("Aiko Brandt", 1), ("Tom Okafor", 3))
    page = opened(new_page(size, color_scheme=theme), creator)
    page.get_by_role("button", name="Give credits").click()
    page.get_by_role("dialog").get_by_label("To", exact=True).fill("lena@example.com")
    expect(page.get_by_role("option", name="Give to lena@example.com")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close").click()
    if size == "desktop":
        page.get_by_label("Select all on this page").check()
        expect(page.get_by_text("2 selected")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("button", name="Adjust").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert_accessible(page)
    page.goto("/dashboard/customers/import")
    (tmp_path / "some.csv").write_text(
        f"{HEAD}\nAda,ada@example.com,Voice reset,2.5,\nBen,ben@example.com,Voice reset,2,"
    )
    page.get_by_label("CSV file").set_input_files(tmp_path / "some.csv")
    expect(page.get_by_text("1 row cannot be imported")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_exports_have_what_the_list_shows(page: Page) -> None:
    creator, _ = shop(("Aiko Brandt", 1), ("Mei Tanaka", 8), ("Tom Okafor", 3))
    opened(page, creator, "/dashboard/customers?low=1&sort=name")
    assert len(exported(page, "Export CSV")) == 2
    page.get_by_label("Select Tom Okafor").check()
    [only] = exported(page, "Export")
    assert "tom.okafor@example.com" in only


def exported(page: Page, button: str) -> list[str]:
    """The lines of a file behind a link, without its heads."""
    with page.expect_download() as download:
        page.get_by_role("link", name=button, exact=True).click()
    return Path(download.value.path()).read_text("utf-8-sig").splitlines()[1:]
