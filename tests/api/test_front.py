"""Landing page and help as the server fills them: readable without scripts, each with its tags, no link to nowhere."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from litesubs import frontend
from litesubs.api import guide, templates
from litesubs.api.app import api
from litesubs.settings import settings

SOURCES = Path(guide.__file__).parent.parent
PERSON = {"accept": "text/html"}
PAGES = ["/", *guide.addresses()]


@pytest.fixture(scope="module", autouse=True)
def built_pages() -> None:
    """The pages as they are built."""
    frontend.build()


def raw(path: str) -> str:
    """The first HTML of a page."""
    answer = TestClient(api).get(path, headers=PERSON)
    assert answer.status_code == 200
    return answer.text


def test_there_are_questions_for_both_and_each_has_an_address() -> None:
    assert {answer.group for answer in guide.answers().values()} == {"For buyers", "For creators"}
    assert guide.addresses()[0] == "/help"
    assert len(guide.addresses()) == len(set(guide.addresses())) == len(guide.answers()) + 1


def test_every_answer_is_in_the_first_html_of_the_help_and_in_its_structured_data() -> None:
    page = raw("/help")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["@type"] == "FAQPage"
    assert [entry["name"] for entry in data["mainEntity"]] == [a.question for a in guide.answers().values()]
    assert all(answer.html in page for answer in guide.answers().values())
    assert "%%LS_" not in page
    assert "modulepreload" not in page


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_a_title_a_description_and_an_address_of_its_own(path: str) -> None:
    page = raw(path)
    assert f'<link rel="canonical" href="{settings().base_url}{path}"/>' in page
    assert page.count("<title>") == page.count('name="description"') == page.count("<h1") == 1
    assert f'<meta property="og:url" content="{settings().base_url}{path}"/>' in page
    assert page.count('property="og:image"') == page.count('property="og:title"') == page.count('"twitter:card"') == 1
    assert f'property="og:image" content="{settings().base_url}/og.png"' in page
    assert "%%LS_" not in page


def test_no_two_pages_share_a_title_or_a_description() -> None:
    pages = [raw(path) for path in PAGES]
    for pattern in (
        r"<title>(.*?)</title>",
        r'content="([^"]*)" name="description"|name="description" content="([^"]*)"',
    ):
        said = [unescape("".join(re.findall(pattern, page)[0])) for page in pages]
        assert all(said)
        assert len(said) == len(set(said))


def test_every_link_to_the_help_leads_to_a_page() -> None:
    texts = [file.read_text() for kind in ("*.py", "*.md") for file in SOURCES.rglob(kind)]
    linked = {path for text in texts for path in re.findall(r'["(](/help/[a-z-]+)[")#?]', text)} - {"/help/answer"}
    assert linked
    assert linked <= set(guide.addresses())


@pytest.mark.parametrize("slug", ["no-such-question", "answer", "%00", "a" * 5_000, "..%2fbuyers"])
def test_a_question_that_does_not_exist_is_a_404_that_helps(slug: str) -> None:
    answer = TestClient(api).get(f"/help/{slug}", headers=PERSON)
    assert answer.status_code == 404
    assert 'href="/help"' in answer.text


def test_a_search_hides_what_does_not_match_and_is_not_for_search_engines() -> None:
    page = raw("/help?q=SHA-256 gaps")
    assert page.count("<details data-help>") == len(guide.matching("SHA-256 gaps")) == 1
    assert '<meta name="robots" content="noindex"/>' in page
    assert "application/ld+json" not in page


def test_a_search_for_anything_is_answered_and_escaped() -> None:
    page = raw('/help?q="><script>alert(1)</script>')
    assert "<script>alert" not in page
    assert "No answer has these words" in page
    assert guide.matching("  ") == set(guide.answers())
    assert raw(f"/help?q={'x' * 5_000}")


def test_the_landing_page_is_whole_before_any_script_runs() -> None:
    page = raw("/")
    host = settings().base_url.split("//")[1]
    text = unescape(re.sub(r"<[^>]+>", " ", page))
    for words in (
        "Sell it by the ten.",
        "Litesubs sells packs of credits by link",
        f"{host}/c/you/10-guitar-lessons",
        "Pay €380",
        "€38.00",
        "Bought 10 guitar lessons",
        "0%",
        "Where does the money go?",
        "What do you sell ten of?",
    ):
        assert words in text
    assert page.count("<summary") == page.count("<details") == 9  # eight questions and the phone's menu
    assert 'value="10 guitar lessons"' in page


def test_every_place_that_the_landing_page_links_to_within_itself_is_there() -> None:
    page = raw("/")
    assert (
        {"try", "costs", "questions"}
        <= set(re.findall(r'href="#([^"]+)"', page))
        <= set(re.findall(r'id="([^"]+)"', page))
    )


def test_the_landing_page_says_to_search_engines_what_it_is_and_costs() -> None:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', raw("/"), re.DOTALL)
    assert found
    things = {thing["@type"]: thing for thing in json.loads(found[1])["@graph"]}
    assert set(things) == {"Organization", "WebSite", "SoftwareApplication"}
    assert things["SoftwareApplication"]["offers"] == {"@type": "Offer", "price": "0", "priceCurrency": "EUR"}
    assert things["WebSite"]["publisher"]["@id"] == things["Organization"]["@id"]


@pytest.mark.parametrize("path", ["/", "/help", "/nowhere"])
def test_a_still_page_runs_nothing_inline_but_its_theme_and_its_policy_allows_the_styles_that_it_has(path: str) -> None:
    answer = TestClient(api).get(path, headers=PERSON)
    policy = answer.headers["content-security-policy"]
    theme = (templates.site_root() / "theme.js").read_text()
    scripts = re.findall(
        r'<script(?![^>]* src=)(?![^>]*type="application/)[^>]*>(.*?)</script>', answer.text, re.DOTALL
    )
    assert scripts == [theme]
    assert f"script-src 'self' 'sha256-{b64encode(sha256(theme.encode()).digest()).decode()}';" in policy
    assert "modulepreload" not in answer.text
    assert "style=" not in re.sub(r"<style.*?</style>", "", answer.text)
    for style in re.findall(r"<style[^>]*>(.*?)</style>", answer.text, re.DOTALL):
        assert b64encode(sha256(style.encode()).digest()).decode() in policy
