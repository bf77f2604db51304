"""Pictures for previews: whatever a pack is called, the picture is small and has no empty boxes."""

from dataclasses import replace
from typing import Any

import pytest

from litesubs.domain import cards, money, sharing
from litesubs.domain.views.offers import OfferView, ProfileView
from tests.cards import AWKWARD, PLAIN

MOST_BYTES = 300_000


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_packs_are_drawn_small(name: str) -> None:
    picture = cards.png(AWKWARD[name])
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < MOST_BYTES


def test_a_name_without_letters_that_can_be_drawn_gives_way_to_the_credits() -> None:
    """What is drawn for a script that no font has, and for signs alone, is what is drawn for "10 credits"."""
    plain = cards.png(replace(PLAIN, title=PLAIN.instead))
    for title in ("เรียนเปียโน", "🔥🔥🔥", "10 เรียน", "𒀀", "", "\u200b"):
        assert cards.png(replace(PLAIN, title=title)) == plain


def test_signs_that_cannot_be_drawn_are_left_out() -> None:
    assert cards.png(replace(PLAIN, title="🎹 Piano ❤️ 1️⃣ 🔥")) == cards.png(replace(PLAIN, title="Piano ❤ 1"))


@pytest.mark.parametrize("title", ["Zażółć", "tiếng Việt", "Ωμέγα", "Ёлка", "نور", "נועה", "ピアノ個人", "गुरु"])
def test_these_scripts_are_drawn_as_they_are(title: str) -> None:
    assert cards.png(replace(PLAIN, title=title)) != cards.png(replace(PLAIN, title=PLAIN.instead))


def test_every_letter_of_a_name_counts() -> None:
    """The version of the picture's address changes with all that is drawn."""
    changes: dict[str, Any] = {"above": "Mara", "title": "Ten", "figure": "€451", "note": "x", "credits": 11}
    versions = {replace(PLAIN, **{field: value}).version for field, value in changes.items()}
    assert len(versions | {PLAIN.version}) == len(changes) + 1


def test_a_price_can_be_drawn_in_every_currency() -> None:
    """With its sign where a font has it, else spelled with the currency's code."""
    empty = cards.png(replace(PLAIN, figure=""))
    for code, _ in money.currencies():
        figure, spelled = money.show(123_456, code), money.spell(123_456, code)
        assert cards.png(replace(PLAIN, figure=figure, spelled=spelled)) != empty


def test_a_creator_with_hundreds_of_packs_costs_no_more_than_one_with_few() -> None:
    """Only the first packs are named, texts are cut, and finding what fits takes few measurements."""
    offers = [
        OfferView(f"A pack with a long name, number {number} " + "x" * 30, "/", 1, "€1", "€1") for number in range(200)
    ]
    few, many = (
        sharing.creator_card(ProfileView("mara", "Mara", "M", "", "", [], shown)) for shown in (offers[:6], offers)
    )
    assert many.figure == "200 packs"
    assert many.middle == few.middle
    assert len(many.middle) <= cards.LONGEST_TEXT
    before = cards._runs.cache_info().misses  # noqa: SLF001 - how many texts were measured
    cards._shortened("every letter of this is measured " * 200, 40, 600, 976)  # noqa: SLF001
    assert cards._runs.cache_info().misses - before < 20  # noqa: SLF001


@pytest.mark.parametrize("field", ["above", "title", "instead", "figure", "spelled", "note", "middle"])
def test_no_text_of_a_card_is_longer_than_any_line(field: str) -> None:
    changes: dict[str, Any] = {field: "x" * 100_000}
    assert len(getattr(replace(PLAIN, **changes), field)) == cards.LONGEST_TEXT


def test_what_was_drawn_is_there_while_another_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of so many only the last ones stay in memory."""
    monkeypatch.setattr(cards, "_kept", {})
    monkeypatch.setattr(cards, "MOST_KEPT", 2)
    one, two, three = (replace(PLAIN, title=title) for title in ("One", "Two", "Three"))
    assert cards.kept(one) is None
    drawn = [cards.png(card) for card in (one, two, three)]
    with cards._drawing:  # noqa: SLF001 - as if one were drawn
        assert [cards.kept(card) for card in (one, two, three)] == [None, *drawn[1:]]
        assert cards.png(two) == drawn[1]


@pytest.mark.parametrize("word", ["गुरु", "हिन्दी", "कक्षाएँ"])
def test_vowels_of_devanagari_stand_on_their_letters(word: str) -> None:
    """A face that has not the mark would draw a dotted circle and an empty box for it."""
    assert cards._runs(word) == ((word, "noto-sans-devanagari-600"),)  # noqa: SLF001


def test_words_of_a_right_to_left_name_stand_from_right_to_left() -> None:
    runs = [letters.strip() for letters, _ in cards._runs("נועה 10 לוי") if letters.strip()]  # noqa: SLF001
    assert runs == ["לוי", "10", "נועה"]
    assert [letters.strip() for letters, _ in cards._runs("Ten נועה לוי sessions") if letters.strip()] == [  # noqa: SLF001
        "Ten",
        "לוי",
        "נועה",
        "sessions",
    ]
