"""Words: what people may write, what Markdown may become, and how dates and counts read."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litesubs.domain import prose

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NOT_TEXT: list[Any] = [None, 3, 1.5, True, b"bytes", ["a"], {"a": 1}]


def test_a_line_is_tidied_and_keeps_letters_of_every_script() -> None:
    assert prose.line("  Ada \n\t Byron ", "The name", 80) == "Ada Byron"
    assert prose.line("Zoë Åström 李 👩‍🏫 محمد", "The name", 80) == "Zoë Åström 李 👩‍🏫 محمد"
    assert prose.line("Zoe\u0308", "The name", 80) == "Zoë"


@pytest.mark.parametrize(
    "bad",
    [
        "a\x00b",
        "a\x07b",
        "a\x1b[31mb",
        "a\x7fb",
        "a\x85b",
        "a\ud800b",
        *(f"a{mark}b" for mark in sorted(prose.BIDI_CONTROLS)),
    ],
)
def test_control_characters_and_direction_marks_are_refused(bad: str) -> None:
    for check in (prose.line, prose.block):
        with pytest.raises(prose.TextError, match="control characters"):
            check(bad, "The name", 80)


@pytest.mark.parametrize("bad", NOT_TEXT)
def test_what_is_not_text_is_refused(bad: Any) -> None:
    for check in (prose.line, prose.block):
        with pytest.raises(prose.TextError):
            check(bad, "The name", 80)
    assert not prose.storable(bad)


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", "\u200b", "\u00ad\u2060", "\u0301", "\ufeff \u200d"])
def test_a_line_that_shows_nothing_is_empty(blank: str) -> None:
    with pytest.raises(prose.TextError, match="is empty"):
        prose.line(blank, "The name", 80)
    assert not prose.line(blank, "The name", 80, required=False).strip("\u200b\u00ad\u2060\u0301\ufeff\u200d ")


def test_a_name_of_a_hundred_thousand_characters_is_refused_with_its_length() -> None:
    with pytest.raises(prose.TextError, match=r"100,000 characters\. Shorten it to 80"):
        prose.line("x" * 100_000, "The name", 80)
    assert prose.line("x" * 80, "The name", 80) == "x" * 80


def test_a_block_keeps_its_lines() -> None:
    assert prose.block(" one\r\ntwo\rthree \n", "The description", 80) == "one\ntwo\nthree"


@given(st.text(max_size=300))
def test_a_line_that_is_accepted_can_be_stored_and_fits(text: str) -> None:
    try:
        cleaned = prose.line(text, "The name", 80)
    except prose.TextError:
        return
    assert prose.storable(cleaned)
    assert 0 < len(cleaned) <= 80
    assert cleaned == prose.line(cleaned, "The name", 80)


@given(st.text(max_size=300))
def test_what_cannot_be_stored_is_known(text: str) -> None:
    broken = "\x00" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text)
    assert prose.storable(text) is not broken


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](https://evil.example/x.png)",
        "<a href='javascript:alert(1)'>a</a>",
        "<svg/onload=alert(1)>",
        "<iframe src=//evil.example>",
        '[a](https://ok.example "onmouseover=alert(1)")',
        "<!-- --><style>*{display:none}</style>",
    ],
)
def test_markdown_gives_no_way_in(attack: str) -> None:
    rendered = prose.markdown(attack)
    assert {tag.lower() for tag in re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", rendered)} <= prose.TAGS
    assert all(re.fullmatch(r"https?:.*|mailto:.*", href) for href in re.findall(r'href="([^"]*)"', rendered))
    assert not re.search(r"<[^>]*\son\w+=", rendered)


@given(st.text(max_size=200))
def test_markdown_of_anything_has_only_the_tags_we_style(text: str) -> None:
    rendered = prose.markdown(text)
    assert {tag.lower() for tag in re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", rendered)} <= prose.TAGS
    assert "<" not in re.sub(r"</?[a-z0-9]+[^<>]*>", "", rendered)


def test_markdown_formats_what_people_write() -> None:
    assert prose.markdown("# Hi\n\n**You** get\n- one") == (
        "<h3>Hi</h3>\n<p><strong>You</strong> get</p>\n<ul>\n<li>one</li>\n</ul>\n"
    )
    assert 'rel="nofollow ugc noopener noreferrer"' in prose.markdown("[a](https://a.example)")


def test_a_summary_is_plain_text_that_ends_at_a_word() -> None:
    assert prose.summary("**Six** sessions &amp; <b>more</b>") == "Six sessions & <b>more</b>"
    assert prose.summary("word " * 100, 20) == "word word word…"


@given(st.text(max_size=200))
def test_a_slug_is_safe_in_an_address(text: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", prose.slug(text))
    assert len(prose.slug(text)) <= 60


def test_slugs_are_readable() -> None:
    assert prose.slug("Stage fright, 6 sessions") == "stage-fright-6-sessions"
    assert prose.slug("Über Zoë") == "uber-zoe"
    assert prose.slug("李") == ""


def test_initials_of_any_name() -> None:
    assert prose.initials("Ada Byron King") == "AK"
    assert prose.initials("ada") == "A"
    assert prose.initials("") == prose.initials("«» …") == "?"


@given(st.text(max_size=50))
def test_initials_and_first_names_never_fail(name: str) -> None:
    assert prose.initials(name)
    assert prose.first_name(name) in name


def test_expiry_in_words_counts_whole_days() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert prose.expiry(None, NOW) == "Never expires"
    assert prose.expiry(midnight, NOW) == "Last day"
    assert prose.expiry(midnight + timedelta(days=1), NOW) == "1 day left"
    assert prose.expiry(midnight + timedelta(days=30), NOW) == "30 days left"
    assert prose.expiry(midnight + timedelta(days=31), NOW) == "Until 24 Dec 2026"
    assert prose.expiry(NOW, NOW) == "Expired"
    assert prose.last_day(midnight) == date(2026, 11, 23)


def test_credits_expire_soon_only_until_they_have() -> None:
    assert prose.soon(NOW + timedelta(days=30), NOW)
    assert not prose.soon(NOW + timedelta(days=30, seconds=1), NOW)
    assert not prose.soon(NOW, NOW)
    assert not prose.soon(None, NOW)


def test_numbers_read_well() -> None:
    assert prose.count(1, "credit") == "1 credit"
    assert prose.count(2_000, "credit") == "2,000 credits"
    assert prose.signed(10) == "+10"
    assert prose.signed(-1_000) == "−1,000"
    assert prose.moment(NOW) == "23 Nov 2026, 15:00"
