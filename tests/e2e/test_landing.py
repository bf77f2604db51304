"""The landing page: its demo played by mouse and by keyboard, fed with nonsense, and read without scripts."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewPage, Site, Size
from tests.e2e.test_pages import Theme, assert_accessible, console_watched
from tests.e2e.test_public_face import SHIFTS


class Demo:
    """The demo on an open landing page."""

    def __init__(self, page: Page) -> None:
        """Open the page and wait until the demo is there to play."""
        self.page = page
        page.goto("/")
        self.name, self.credits, self.price = (
            page.get_by_label(label, exact=True) for label in ("Name", "Credits", "Price")
        )
        self.create, self.pay, self.use, self.again = (
            page.locator(f"[data-demo-do={name}]") for name in ("create", "pay", "use", "again")
        )
        expect(self.name).to_be_editable()

    def part(self, name: str) -> Locator:
        """One of the places that demo.js draws."""
        return self.page.locator(f"[data-demo-part={name}]")

    def shown(self, name: str) -> Locator:
        """Words that demo.js keeps true."""
        return self.page.locator(f"[data-demo-show={name}]")

    def holes(self, kind: str) -> Locator:
        """The ticket's holes: "a" is left, "s" is spent."""
        return self.part("holes").locator(f"i[data-k={kind}]")

    def leads_on(self, button: Locator) -> None:
        """Only this button is the primary one."""
        expect(self.page.locator("[data-next]")).to_have_count(1)
        expect(button).to_have_attribute("data-next", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_demo_is_played_from_pack_to_last_credit(new_page: NewPage, size: Size, theme: Theme) -> None:
    page = new_page(size, color_scheme=theme)
    with console_watched(page):
        demo = Demo(page)
        demo.name.fill("Three cello lessons")
        demo.credits.fill("3")
        demo.price.fill("99,50")
        expect(demo.shown("name")).to_have_text("Three cello lessons")
        expect(demo.pay).to_have_text("Pay €99.50")
        expect(demo.shown("each")).to_have_text("€33.17")
        demo.leads_on(demo.create)
        demo.create.click()
        host = page.evaluate("location.host")
        expect(demo.shown("link")).to_have_text(f"{host}/c/you/three-cello-lessons")
        demo.leads_on(demo.pay)
        demo.pay.click()
        demo.leads_on(demo.use)
        expect(demo.holes("a")).to_have_count(3)
        demo.use.click()
        expect(demo.part("say")).to_have_text("1 credit used. 2 of 3 left, as both of you can read.")
        expect(demo.holes("s")).to_have_count(1)
        assert_accessible(page)
        demo.use.click()
        demo.use.click()
        expect(demo.part("say")).to_contain_text("Nothing renews")
        expect(demo.shown("left")).to_have_text("0")
        expect(demo.part("ledger").locator("li")).to_have_text(
            [
                "Used today, with you\u221210",
                "Used today, with you\u221211",
                "Used today, with you\u221212",
                "Bought Three cello lessons+33",
            ]
        )
        demo.leads_on(demo.again)
        assert_accessible(page)
        demo.again.click()
        demo.leads_on(demo.create)
        expect(demo.name).to_have_value("10 guitar lessons")
        expect(demo.part("ledger").locator("li")).to_have_count(1)


def test_the_demo_is_played_by_keyboard_alone(page: Page) -> None:
    demo = Demo(page)
    demo.credits.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    demo.leads_on(demo.pay)
    page.keyboard.press("Tab")  # the price
    page.keyboard.press("Tab")
    expect(demo.create).to_be_focused()
    page.keyboard.press("Tab")
    expect(demo.pay).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # paid once: the second press changes nothing
    expect(demo.part("say")).to_contain_text("Nothing is charged twice")
    expect(demo.part("ledger").locator("li")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(demo.part("ledger")).to_be_focused()
    page.keyboard.press("Tab")
    for _ in range(3):
        expect(demo.use).to_be_focused()
        page.keyboard.press("Space")
    expect(demo.part("say")).to_contain_text("No credit is left")
    expect(demo.holes("s")).to_have_count(2)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(demo.again).to_be_focused()
    demo.leads_on(demo.create)


def test_a_number_of_credits_that_cannot_be_is_told_and_put_right(page: Page) -> None:
    demo = Demo(page)
    for value in ("0", "-3", "21", "ten", "1e9", "9" * 10_000, "\u0663", " "):
        demo.credits.fill(value)
        expect(demo.credits).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#demo-credits-note")).to_have_text("A number from 1 to 20")
        expect(demo.shown("credits")).to_have_text("10")
        demo.credits.blur()
        expect(demo.credits).to_have_value("10")
        expect(demo.credits).to_have_attribute("aria-invalid", "false")


def test_a_price_is_read_as_people_write_it(page: Page) -> None:
    demo = Demo(page)
    for typed, price in {
        "1,000": "€1,000",
        "0.50": "€0.50",
        "0.49": "€0.50",
        "€ 12": "€12",
        "0": "€12",
        "free": "€12",
        "99999999": "€12",
    }.items():
        demo.price.fill(typed)
        demo.create.click()
        expect(demo.pay).to_have_text(f"Pay {price}")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łódź & Çelik", "lodz-celik"),
        ("\U0001f3b8\U0001f469\u200d\U0001f3a4", "pack"),
        ("\u05e2\u05e9\u05e8\u05d4 \u05e9\u05d9\u05e2\u05d5\u05e8\u05d9\u05dd", "pack"),
        ("<img src=x onerror=alert(1)>", "img-src-x-onerror-alert-1"),
        ("W" * 10_000, "w" * 60),
        ("", "10-guitar-lessons"),
        ("\u200b \u202e", "10-guitar-lessons"),
    ],
)
def test_any_name_is_shown_as_text_and_fits(new_page: NewPage, size: Size, name: str, slug: str) -> None:
    page = new_page(size)
    demo = Demo(page)
    page.evaluate(
        """name => {
          const field = document.getElementById("demo-name");
          field.value = name;
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        name,
    )
    demo.create.click()
    demo.pay.click()
    expect(demo.shown("link")).to_have_text(f"{page.evaluate('location.host')}/c/you/{slug}")
    expect(page.locator("[data-demo] img")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for place in demo.part("use").locator("li, p").all():
        assert place.evaluate("place => place.scrollWidth <= place.clientWidth"), place.inner_text()


def test_who_has_bought_keeps_what_they_bought_when_the_pack_changes(page: Page) -> None:
    demo = Demo(page)
    demo.pay.click()  # without the first step's button: it makes the link, too
    expect(demo.shown("link")).to_contain_text("/c/you/10-guitar-lessons")
    demo.use.click()
    demo.credits.fill("5")
    expect(demo.part("say")).to_contain_text("keeps what they bought")
    expect(demo.shown("of")).to_have_text("of 10 left")
    demo.use.click()
    expect(demo.shown("left")).to_have_text("8")
    demo.leads_on(demo.create)


def test_nothing_moves_as_the_page_loads_or_the_demo_goes_on(new_page: NewPage, size: Size) -> None:
    page = new_page(size, reduced_motion="reduce")
    demo = Demo(page)
    frame = page.locator("[data-demo]")
    before = frame.bounding_box()
    assert before
    demo.credits.fill("20")
    demo.pay.click()
    for _ in range(7):
        demo.use.click()
    after = frame.bounding_box()
    assert after
    assert after["height"] - before["height"] <= 20  # the line that tells what happened may need one more on a phone
    assert page.evaluate(SHIFTS) < 0.02
    assert page.evaluate("document.getAnimations().every((one) => one.effect.getComputedTiming().duration < 1)")


def test_without_javascript_the_demo_is_an_example_and_no_button_is_dead(new_page: NewPage, size: Size) -> None:
    page = new_page(size, java_script_enabled=False)
    page.goto("/")
    demo = page.locator("[data-demo]")
    expect(demo).to_contain_text("/c/you/10-guitar-lessons")
    expect(demo).to_contain_text("of 10 left")
    assert [button for button in demo.get_by_role("button").all() if button.is_visible()] == []
    page.get_by_text("Do credits expire?").click()
    expect(page.get_by_text("Only if you say so")).to_be_visible()
    if size == "phone":
        page.get_by_label("Menu").click()
        page.get_by_role("link", name="Pricing").click()
    else:
        page.get_by_role("link", name="Pricing").click()
    expect(page.get_by_role("heading", name="What it costs")).to_be_in_viewport()
    demo.get_by_role("link", name="Make a real one").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url("/signup?next=/dashboard")


def test_no_script_of_the_framework_and_nothing_from_elsewhere_is_asked_for(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    Demo(page)
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(site.base_url) for url in asked)
    scripts = [url.removeprefix(site.base_url) for url in asked if url.endswith(".js")]
    assert sorted(scripts) == ["/behaviours.js", "/demo.js"]


def test_the_phones_menu_leads_on_and_closes(new_page: NewPage) -> None:
    page = new_page("phone")
    page.goto("/")
    page.get_by_label("Menu").click()
    expect(page.get_by_role("navigation", name="Sections")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Questions").click()
    expect(page.get_by_role("navigation", name="Sections")).to_be_hidden()
    expect(page.get_by_role("heading", name="Fair questions")).to_be_in_viewport()
