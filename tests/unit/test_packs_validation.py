"""What a pack may be. The preview and the form share these rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litesubs.domain import clock, packs
from litesubs.domain.actors import VISITOR
from litesubs.domain.packs import PackDraft
from litesubs.models import ExpiryKind
from tests.factories import draft

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANYTHING = st.one_of(
    st.text(max_size=40),
    st.none(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.none(), max_size=2),
)


def wrong(field: str, *values: Any) -> list[tuple[str, Any]]:
    """(field, value) for each."""
    return [(field, value) for value in values]


def errors(**changes: Any) -> dict[str, str]:
    """What is wrong with an otherwise right pack."""
    with clock.at(NOON):
        return packs.preview(VISITOR, draft(**changes)).errors


def test_a_right_pack_has_no_errors_and_shows_what_buyers_see() -> None:
    with clock.at(NOON):
        shown = packs.preview(VISITOR, draft(expiry_kind="after_days", expiry_days="365", description="**Hi**"))
    assert shown.errors == {}
    assert (shown.price, shown.unit_price, shown.credits) == ("€450", "€45.00", 10)
    assert shown.expiry_promise == "Credits last 1 year: buy today and they are good until 23 Nov 2027."
    assert shown.description_html == "<p><strong>Hi</strong></p>\n"


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        *wrong("price", "", "0.49", "0.001", "NaN", "nan", "-5", str(10**12), "inf", "1e5", "0", None, []),
        *wrong("credits", "", "0", "1.5", str(10**10), "-1", "1e3", "NaN", "١٠", "ten", None, 1.5, []),
        *wrong("name", "", " ", "\u200b", "x" * 100_000, "a\x00b", "a\u202eb", "a\u200fb", None, 5, []),
        *wrong("description", "x" * 100_000, "a\x00b", "a\u202eb", None, 5, []),
        *wrong("currency", "", "XXX", "EURO", "euro", "€", None, 5, [], "E\x00R"),
        *wrong("slug", "a b", "a/b", "../x", "-a", "a-", "x" * 61, "ä", "a\x00", "a_b", []),
        *wrong("expiry_kind", "", "sometimes", None, 5, [], {}),
    ],
)
def test_a_wrong_value_is_named_with_one_sentence(field: str, bad: Any) -> None:
    found = errors(**{field: bad})
    assert set(found) == {field}
    assert found[field].endswith(".")


@pytest.mark.parametrize("bad", ["", "2026-11-22", "2026-11-23", "2026-02-30", "tomorrow", "9999-12-31", None, 5, []])
def test_an_expiry_date_must_lie_ahead_within_ten_years(bad: Any) -> None:
    assert set(errors(expiry_kind="on_date", expiry_date=bad)) == {"expiry_date"}
    assert errors(expiry_kind="on_date", expiry_date="2026-11-24") == {}


@pytest.mark.parametrize("bad", ["", "0", "-1", "3651", "1.5", str(10**30), "soon", None, []])
def test_days_until_expiry_are_a_whole_number_within_ten_years(bad: Any) -> None:
    assert set(errors(expiry_kind="after_days", expiry_days=bad)) == {"expiry_days"}
    assert errors(expiry_kind="after_days", expiry_days="3650") == {}


def test_html_in_a_name_is_only_text_and_in_a_description_it_is_disarmed() -> None:
    shown = packs.preview(VISITOR, draft(name="<b>Bold</b>", description="<script>x</script>"))
    assert shown.name == "<b>Bold</b>"
    assert "<script" not in shown.description_html


def test_several_wrong_fields_are_all_named() -> None:
    assert set(errors(name="", price="x", credits="x", currency="EUR", expiry_kind="x")) == {
        "name", "price", "credits", "expiry_kind",
    }  # fmt: skip


@given(st.builds(PackDraft, *[ANYTHING] * 10))
def test_no_draft_whatever_its_types_breaks_the_preview(anything: PackDraft) -> None:
    assert isinstance(packs.preview(VISITOR, anything).errors, dict)


@given(st.integers(1, 3650), st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001 - UTC is added
def test_credits_last_to_the_end_of_the_last_day(days: int, bought_at: datetime) -> None:
    bought = bought_at.replace(tzinfo=UTC)
    expires_at = packs.expires_at(ExpiryKind.after_days, None, days, bought)
    assert expires_at is not None
    assert expires_at.time() == datetime.min.time()
    assert timedelta(days=days) < expires_at - bought <= timedelta(days=days + 1)


def test_credits_of_a_dated_pack_last_through_that_day() -> None:
    expires_at = packs.expires_at(ExpiryKind.on_date, NOON.date(), None, NOON)
    assert expires_at == datetime(2026, 11, 24, tzinfo=UTC)
    assert packs.expires_at(ExpiryKind.never, None, None, NOON) is None
