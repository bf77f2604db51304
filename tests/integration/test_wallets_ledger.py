"""The ledger as both sides read it: filters, pages, extensions in their place, balances, and the file."""

import contextlib
import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import chain, clock, history, ids, ledger, sheets, wallets
from litesubs.domain.errors import NotFoundError, ValidationFailedError
from litesubs.domain.history import LedgerFilter
from litesubs.domain.views.statements import EntryView, SubscriptionView
from litesubs.models import Creator, CreditGrant
from tests import factories
from tests.factories import HOSTILE, SYSTEM, Holding, later

pytestmark = pytest.mark.usefixtures("shared_database")
START = datetime(2027, 3, 1, 12, tzinfo=UTC)


def read(held: Holding, after: str = "", **only: Any) -> SubscriptionView:
    """A page as the creator reads it."""
    return wallets.subscription(held.creator, held.public_id, after, LedgerFilter(**only))


def every_line(held: Holding, **only: Any) -> list[EntryView]:
    """All pages of a filter."""
    lines, after = [], ""
    while True:
        view = read(held, after, **only)
        lines += view.entries
        after = view.older
        if not after:
            return lines


def use(held: Holding, amount: int = 1, at: datetime | None = None) -> None:
    """Spend, at some time."""
    with clock.at(at or clock.now()):
        wallets.use(held.creator, held.public_id, amount, "", str(ids.new()))


def extend(held: Holding, number: int = 0, **span: int) -> None:
    """Give one of the lots more time."""
    lot = read(held).lots[number]
    last_day = str((clock.now() + timedelta(**span)).date())
    wallets.extend(held.creator, held.public_id, lot.id, last_day, "Ill in spring", str(ids.new()))


def lives_in(held: Holding, time_zone: str) -> None:
    """Set the creator's time zone."""
    with transaction() as session:
        session.exec(select(Creator).where(Creator.id == held.creator.creator_id)).one().time_zone = time_zone


def as_rows(held: Holding, **only: Any) -> list[list[str]]:
    """The rows of the creator's file, as a spreadsheet reads them."""
    text = "".join(sheets.lines(wallets.ledger_of(held.creator, held.public_id, LedgerFilter(**only))))
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_an_extension_stands_between_the_movements_before_and_after_it() -> None:
    held = factories.customer_with()
    factories.give(held, 5, expires_at=later(days=3))
    first_end = read(held).lots[0].ends
    use(held)
    extend(held, days=9)
    extend(held, days=12)
    use(held)
    lines = read(held).entries
    assert [line.kind for line in lines] == ["debit", "extension", "extension", "debit", "grant"]
    assert [line.left_after for line in lines] == [3, 4, 4, 4, 5]
    assert (lines[1].title, lines[1].who, lines[1].lot, lines[1].amount) == ("Ill in spring", "You", "Lot A", "")
    ends = [f"{(clock.now() + timedelta(days=days)).date():%-d %b %Y}" for days in (12, 9)]
    assert lines[1].reason == f"More time: until {ends[0]} instead of {ends[1]}"
    assert wallets.one_of_mine(held.buyer, held.public_id).entries[1].who == "Ada Byron"
    lot = read(held).lots[0]
    assert (lot.expires, lot.ends, lot.extended_from) == ("12 days left", ends[0], first_end)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("purchase", ["grant"]),
        ("debit", ["debit", "debit"]),
        ("reversal", ["reversal"]),
        ("adjustment", ["adjustment", "extension", "adjustment_up"]),
        ("hold", []),
        ("expiry", []),
        ("refund", []),
    ],
)
def test_a_ledger_shows_one_kind_of_movement_with_the_balances_it_had(kind: str, shown: list[str]) -> None:
    held = factories.customer_with(expiry_kind="after_days", expiry_days="10")
    factories.give(held, 5)
    use(held, 2)
    wallets.adjust(held.creator, held.public_id, "3", "goodwill", "", "k1")
    wallets.reverse(held.creator, held.public_id, read(held).entries[1].id, "k2")
    extend(held, 1, days=20)
    wallets.adjust(held.creator, held.public_id, "-1", "correction", "", "k3")
    use(held)
    lines = read(held, types=(kind,)).entries
    assert [line.kind for line in lines] == shown
    everything = {line.id: line.left_after for line in read(held).entries}
    assert {line.id: line.left_after for line in lines}.items() <= everything.items()


def test_several_kinds_can_be_asked_for() -> None:
    held = factories.customer_with(5)
    use(held)
    assert [line.kind for line in read(held, types=("debit", "purchase")).entries] == ["debit", "grant"]


@pytest.mark.usefixtures("database")
def test_days_begin_and_end_by_the_creators_clocks_and_both_count() -> None:
    with clock.at(START):
        held = factories.customer_with(10)
        lives_in(held, "Pacific/Auckland")
    zone = ZoneInfo("Pacific/Auckland")
    for at in (
        datetime(2027, 3, 7, 23, 59, 59, 999_999, zone),
        datetime(2027, 3, 8, 0, 0, tzinfo=zone),
        datetime(2027, 3, 9, 23, 59, 59, 999_999, zone),
        datetime(2027, 3, 10, 0, 0, tzinfo=zone),
    ):
        use(held, at=at.astimezone(UTC))
    both = read(held, since="2027-03-08", until="2027-03-09").entries
    assert [(line.at, line.left_after) for line in both] == [("9 Mar 2027, 23:59", 7), ("8 Mar 2027, 00:00", 8)]
    assert [line.left_after for line in read(held, since="2027-03-10").entries] == [6]
    assert [line.left_after for line in read(held, until="2027-03-07").entries] == [9, 10]
    assert read(held, since="2027-03-08", until="2027-03-08").entries[0].left_after == 8
    assert read(held).clocks == "Auckland time"
    assert wallets.one_of_mine(held.buyer, held.public_id).entries[0].at == "10 Mar 2027, 00:00"


@pytest.mark.parametrize("day", ["2027-02-30", "tomorrow", "9999-12-31", "2027-01-01\x00", "x" * 10_000, None, 5, []])
def test_a_day_that_is_none_is_said_at_its_field(day: Any) -> None:
    held = factories.customer_with(5)
    for field in ("since", "until"):
        if (field, day) != ("since", "9999-12-31"):
            with pytest.raises(ValidationFailedError) as refused:
                read(held, **{field: day})
            assert set(refused.value.fields) == {field}


def test_a_range_that_ends_before_it_begins_and_an_unknown_kind_are_refused() -> None:
    held = factories.customer_with(5)
    with pytest.raises(ValidationFailedError) as refused:
        read(held, since="2027-03-02", until="2027-03-01")
    assert set(refused.value.fields) == {"until"}
    with pytest.raises(ValidationFailedError) as refused:
        read(held, types=("grant",))
    assert set(refused.value.fields) == {"types"}


def test_pages_are_right_under_every_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LINES_PER_PAGE", 3)
    held = factories.customer_with()
    other = factories.holding(factories.pack(held.creator), held.creator, 9, buyer=held.buyer)
    factories.give(held, 20, expires_at=later(days=2))
    for number in range(6):
        use(held)
        use(other)
        extend(held, days=3 + number)
        wallets.adjust(held.creator, held.public_id, "1", "goodwill", "never", f"k{number}")
    whole = every_line(held)
    assert len(whole) == 19
    assert [line.left_after for line in whole[::3]] == [20, 20, 20, 20, 20, 20, 20]
    debits = every_line(held, types=("debit",))
    assert [line.left_after for line in debits] == [19] * 6
    adjustments = every_line(held, types=("adjustment",))
    assert [line.kind for line in adjustments] == ["adjustment_up", "extension"] * 6
    assert [line for line in whole if line.kind != "debit"][:-1] == adjustments


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(st.sampled_from(["use", "add", "take", "extend", "other", "back"]), max_size=14),
    types=st.lists(st.sampled_from(sorted(history.TYPES)), max_size=3, unique=True),
    size=st.integers(1, 4),
)
def test_whatever_happened_pages_of_a_filter_are_the_lines_of_the_whole_that_match(
    acts: list[str], types: list[str], size: int
) -> None:
    held = factories.customer_with()
    other = factories.holding(factories.pack(held.creator), held.creator, 30, buyer=held.buyer)
    factories.give(held, 20, expires_at=later(days=2))
    for number, act in enumerate(acts):
        do(held, other, act, number)
    whole = read(held).entries
    kinds = {entry_type.value for name in types for entry_type in history.TYPES[name]}
    kinds |= {"adjustment_up", "extension"} if "adjustment" in types else set()
    wanted = [line for line in whole if not types or line.kind in kinds]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "LINES_PER_PAGE", size)
        patch.setattr(history, "LINES_PER_BATCH", size)
        assert every_line(held, types=tuple(types)) == wanted
        rows = as_rows(held, types=tuple(types))
    assert [int(row[-1]) for row in rows[1:]] == [line.left_after for line in wanted]
    balance = 0
    for line, row in zip(whole[::-1], as_rows(held)[:0:-1], strict=True):
        balance += int(row[7])
        assert line.left_after == balance


def do(held: Holding, other: Holding, act: str, number: int) -> None:
    """One act of the random history."""
    if act == "use":
        use(held)
    elif act == "other":
        use(other)
    elif act == "extend":
        extend(held, days=3 + number)
    elif act == "back":
        spent = next((line for line in read(held).entries if line.returnable), None)
        if spent:
            wallets.reverse(held.creator, held.public_id, spent.id, f"b{number}")
    else:
        change = "2" if act == "add" else "-1"
        wallets.adjust(held.creator, held.public_id, change, act, "never", f"a{number}")


def test_the_file_holds_every_line_of_the_filter_and_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LINES_PER_BATCH", 2)
    held = factories.customer_with(5)
    wallets.use(held.creator, held.public_id, 2, "=cmd|' /C calc'!A0", "k1")
    wallets.adjust(held.creator, held.public_id, "-1", 'a "quoted", reason', "", "k2")
    rows = as_rows(held)
    assert rows[0] == list(history.EXPORTED)
    assert [row[1] for row in rows[1:]] == ["adjustment", "debit", "grant"]
    assert [row[2] for row in rows[1:]] == ['a "quoted", reason', "'=cmd|' /C calc'!A0", "5 credits received"]
    assert [row[5:] for row in rows[1:]] == [
        ["Lot A", "", "-1", "0", "2"],
        ["Lot A", "", "-2", "0", "3"],
        ["Lot A", "", "5", "0", "5"],
    ]
    assert datetime.fromisoformat(rows[1][0]).date() == date.fromisoformat(rows[1][0][:10])
    assert [row[1] for row in as_rows(held, types=("debit",))[1:]] == ["debit"]
    mine = list(wallets.ledger_of_mine(held.buyer, held.public_id))
    assert [row[4] for row in mine[1:]] == ["Ada Byron", "Ada Byron", "Litesubs"]


@pytest.mark.parametrize("read_before", range(5))
def test_what_comes_while_a_file_is_sent_does_not_tear_it(read_before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LINES_PER_BATCH", 2)
    held = factories.customer_with(5)
    for _ in range(3):
        use(held)
    rows = wallets.ledger_of(held.creator, held.public_id)
    read_so_far = [next(rows) for _ in range(read_before)]
    factories.give(held, 7)
    use(held)
    assert [row[-1] for row in [*read_so_far, *rows][1:]] == ["2", "3", "4", "5"]


def test_files_are_only_for_those_whose_ledger_it_is() -> None:
    held = factories.customer_with(5)
    calls: list[Callable[[], object]] = [
        lambda: wallets.ledger_of(factories.creator(), held.public_id),
        lambda: wallets.ledger_of_mine(held.creator, held.public_id),
        lambda: wallets.ledger_of_mine(factories.person(), held.public_id),
    ]
    for call in calls:
        with pytest.raises(NotFoundError):
            call()


def test_a_spend_over_two_lots_offers_to_be_given_back_once_and_says_what_is_too_late() -> None:
    held = factories.customer_with(2)
    factories.give(held, 3, expires_at=later(days=1))
    use(held, 4)
    first, second = read(held).entries[:2]
    assert [(line.returnable, line.lapsed) for line in (first, second)] == [(4, 0), (0, 0)]
    with clock.at(later(days=2)):
        assert [(line.returnable, line.lapsed) for line in read(held).entries[:2]] == [(1, 3), (0, 0)]


@pytest.mark.parametrize("bad", HOSTILE)
def test_no_filter_breaks_a_ledger(bad: Any) -> None:
    held = factories.customer_with(5)
    for only in ({"since": bad}, {"until": bad}, {"types": (str(bad),)}):
        with contextlib.suppress(ValidationFailedError):
            assert read(held, **only).posted == 5


def test_the_ledger_of_a_lot_that_was_taken_back_says_why() -> None:
    held = factories.customer_with(5)
    with transaction() as session:
        grant_id = session.exec(select(CreditGrant.id).where(CreditGrant.wallet_id == held.wallet_id)).one()
        ledger.void(session, grant_id, SYSTEM, chain.Note("Added by mistake"))
    line = read(held).entries[0]
    assert (line.title, line.reason, line.amount, line.left_after) == (
        "Added by mistake",
        "5 credits taken",
        "\u22125",
        0,
    )
