"""Pictures for previews: whatever a pack is called, the picture is small and has no empty boxes."""

from dataclasses import replace
from typing import Any

import pytest

from litesubs.domain import cards, money
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
        figure, spelled = money.show(123_456, code), f"{money.show_input(123_456, code)} {code}"
        assert cards.png(replace(PLAIN, figure=figure, spelled=spelled)) != empty


def test_words_of_a_right_to_left_name_stand_from_right_to_left() -> None:
    runs = [letters.strip() for letters, _ in cards._runs("נועה 10 לוי") if letters.strip()]  # noqa: SLF001
    assert runs == ["לוי", "10", "נועה"]
    assert [letters.strip() for letters, _ in cards._runs("Ten נועה לוי sessions") if letters.strip()] == [  # noqa: SLF001
        "Ten",
        "לוי",
        "נועה",
        "sessions",
    ]
