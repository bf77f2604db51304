"""The states of the customers' pages: what they make of addresses and of arguments that any client could send."""
# ruff: noqa: SLF001, FBT003 - helpers are tried as such, rows are written as rows

import asyncio
from typing import Any, TypeVar

import pytest

from litesubs.domain.views.customers import CustomerPage, CustomerRow, CustomerView, PackStanding
from litesubs.state import forms
from litesubs.state.blank import NO_CUSTOMER
from litesubs.state.change_many import ChangeManyState
from litesubs.state.customer import CustomerState
from litesubs.state.customer_import import CustomerImportState
from litesubs.state.customers import CustomersState
from litesubs.state.give_credits import GiveCreditsState
from litesubs.state.session import SessionState

State = TypeVar("State", bound=SessionState)
ODD: list[Any] = [None, 7, {"not": "text"}, ["not", "text"], "\0", "x" * 100_000]
HELD = PackStanding("sub_1", "pack_1", "Voice reset", "active", "", 3, 3, 0, 0, 5, "ssaaa", "Never expires", False)


class TestTheAddressOfTheList:
    def test_it_says_only_what_differs_from_the_whole_list(self) -> None:
        state = _listed()
        assert state._said() == {}
        state.query, state.only, state.sort = "tom & co", ["low"], "-spent"
        assert state.export_href == "/dashboard/customers.csv?search=tom+%26+co&low=1&sort=-spent"

    def test_what_it_says_is_read_back(self) -> None:
        state = _listed()
        state._read({"search": " tom ", "pack": "pack_1", "status": "paused", "low": "1", "sort": "name"})
        assert state._said() == {"search": "tom", "pack": "pack_1", "status": "paused", "low": "1", "sort": "name"}
        asked = state._asked()
        assert (asked.search, list(asked.statuses), asked.low, asked.sort) == ("tom", ["paused"], True, "name")
        assert not asked.descending

    def test_what_is_not_there_is_left_out(self) -> None:
        state = _listed()
        state._read({"pack": "pack_of_somebody_else", "status": "\0", "sort": "height", "only": "x"})
        assert state._said() == {}

    def test_the_same_list_keeps_its_page_and_another_begins_anew(self) -> None:
        state = _listed()
        state._read({"low": "1"})
        state._cursors = ["cursor"]
        state._read({"low": "1"})
        state._read({})
        assert state._cursors == ["cursor"]
        state._read({"low": "1", "sort": "name"})
        assert state._cursors == []

    def test_a_choice_that_was_faster_than_the_page_is_not_undone_by_its_address(self) -> None:
        state = _listed()
        state._read({"sort": "name"})
        state._choose()
        state.only = ["low"]
        state._choose()
        state.status = "paused"
        state._arrive({"sort": "name"})
        assert state._said() == {"low": "1", "status": "paused", "sort": "name"}
        state._arrive({"sort": "name"})
        assert state._said() == {"sort": "name"}

    def test_an_address_that_is_opened_anew_is_followed_whatever_was_chosen_before(self) -> None:
        state = _listed()
        state._choose()
        state.only = ["low"]
        state._connection = "of the page before"
        state._arrive({"sort": "name"})
        assert state._said() == {"sort": "name"}

    def test_test_customers_are_asked_for_only_where_there_are_any(self) -> None:
        state = _listed()
        state._read({"expiring": "1", "test": "without"})
        assert state._said() == {"expiring": "1"}
        state.has_tests = True
        state._read({"expiring": "1", "test": "without"})
        assert state._said() == {"expiring": "1", "test": "without"}
        assert (state._asked().test, state.narrowed) == ("without", True)
        state._read({"expiring": "1", "test": "some"})
        assert state._said() == {"expiring": "1"}


class TestTurningPages:
    def test_a_page_that_everybody_has_left_gives_way_to_the_last_one_with_somebody(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = _asking(monkeypatch, {"": 25, "second": 25})
        state._cursors = ["second", "third", "fourth"]
        asyncio.run(CustomersState.refresh.fn(state))
        assert (state.words, state._cursors, state.at_start) == ("26\u201350 of 50", ["second"], False)

    def test_a_list_that_everybody_has_left_is_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        state = _asking(monkeypatch, {})
        state._cursors = ["second"]
        asyncio.run(CustomersState.refresh.fn(state))
        assert (state.words, state._cursors, state.at_start, state.shown.rows) == ("", [], True, [])

    def test_a_cursor_that_is_refused_shows_the_first_page_as_such(self, monkeypatch: pytest.MonkeyPatch) -> None:
        state = _asking(monkeypatch, {"": 25, "second": 25}, refused="stale")
        state._cursors = ["second", "stale"]
        asyncio.run(CustomersState.refresh.fn(state))
        assert (state.words, state._cursors, state.at_start) == ("1\u201325 of 50", [], True)


class TestSelecting:
    def test_only_who_is_on_the_page_can_be_selected(self) -> None:
        state = _listed()
        for odd in ODD:
            CustomersState.select.fn(state, odd)
        assert state.selected == []
        CustomersState.select.fn(state, "cus_1")
        assert state.selected == ["cus_1"]
        assert state.export_selected_href == "/dashboard/customers.csv?customers=cus_1"
        CustomersState.select.fn(state, "cus_1")
        assert state.selected == []

    def test_all_are_selected_or_nobody(self) -> None:
        state = _listed()
        CustomersState.select.fn(state, "cus_2")
        CustomersState.select_all.fn(state)
        assert state.selected == ["cus_1", "cus_2"]
        CustomersState.select_all.fn(state)
        assert state.selected == []


class TestDialogs:
    def test_a_change_shows_before_and_after_for_each_and_who_does_not_have_the_pack(self) -> None:
        state = _made(ChangeManyState)
        state._begin("adjust", [("cus_1", "Tom", [HELD]), ("cus_2", "Mei", [])])
        ChangeManyState.write_change.fn(state, "\u22125")
        assert [(each.name, each.holds, each.before, each.after) for each in state.changes] == [
            ("Tom", True, 3, -2),
            ("Mei", False, 0, -5),
        ]
        assert state.pack_names == [("pack_1", "Voice reset")]

    def test_nothing_opens_for_nobody(self) -> None:
        state = _made(ChangeManyState)
        state._begin("pause", [])
        assert state.doing == ""

    def test_odd_arguments_change_nothing(self) -> None:
        many, gift, customer = _made(ChangeManyState), _made(GiveCreditsState), _made(CustomerState)
        many._begin("adjust", [("cus_1", "Tom", [HELD])])
        customer.view = _customer()
        for odd in ODD:
            ChangeManyState.pick_pack.fn(many, odd)
            ChangeManyState.write_change.fn(many, odd)
            ChangeManyState.pick_expiry.fn(many, odd)
            GiveCreditsState.pick_pack.fn(gift, odd)
            GiveCreditsState.pick_expiry.fn(gift, odd)
            GiveCreditsState.pick.fn(gift, odd)
            GiveCreditsState.mark.fn(gift, odd)
            CustomerState.ask_pause.fn(customer, odd)
        assert not gift.marked
        assert (many.pack, many.planned, gift.pack, customer.pausing) == ("pack_1", 0, "", "")
        CustomerState.ask_pause.fn(customer, "sub_1")
        assert (customer.pausing, customer.pausing_name) == ("sub_1", "Voice reset")

    def test_a_form_is_read_whatever_it_is(self) -> None:
        for odd in ODD:
            assert forms.text(odd, "reason") == ""
            assert not forms.ticked(odd, "promo")
        assert [forms.ticked({"promo": sent}, "promo") for sent in (True, "on", False, "", None, "x")] == [
            *[True] * 2,
            *[False] * 4,
        ]
        assert forms.expiry({"expires": "never"}) == "never"
        assert forms.expiry({"expires": "date", "expires_on": "2027-01-31"}) == "2027-01-31"
        assert forms.expiry({"expires": "date"}) == "no date"


class TestAnImport:
    def test_an_answer_that_is_no_plan_says_so(self) -> None:
        for odd in [*ODD, {"found": {"rows": 1}}, {"problem": 7}]:
            state = _made(CustomerImportState)
            CustomerImportState.checked.fn(state, odd)
            assert (state.stage, state.problem) == ("choose", "The file could not be sent. Choose it again.")

    def test_why_a_file_cannot_be_read_is_shown(self) -> None:
        state = _made(CustomerImportState)
        CustomerImportState.checked.fn(state, {"problem": "The file is empty."})
        assert (state.stage, state.problem) == ("choose", "The file is empty.")

    def test_what_was_not_checked_is_not_sent(self) -> None:
        assert CustomerImportState.run.fn(_made(CustomerImportState)) is None


def _listed() -> CustomersState:
    state = _made(CustomersState)
    rows = [
        CustomerRow(
            f"cus_{number}",
            name,
            "",
            "",
            True,
            [HELD],
            3,
            3,
            0,
            5,
            "ssaaa",
            "Never expires",
            False,
            "",
            "",
        )
        for number, name in ((1, "Tom"), (2, "Mei"))
    ]
    state.shown = CustomerPage(rows=rows, total=2, count="2", after="")
    state.pack_names = [("pack_1", "Voice reset")]
    return state


def _asking(monkeypatch: pytest.MonkeyPatch, pages: dict[str, int], refused: str = "") -> CustomersState:
    """A list whose pages have that many customers, by their cursors."""
    state = _listed()
    row = state.shown.rows[0]
    total = sum(pages.values())

    async def ask(_state: SessionState, _use_case: object, _query: object = None, after: str = "") -> CustomerPage:
        start = "" if after == refused else after
        rows = [row] * pages.get(start, 0)
        return CustomerPage(rows=rows, total=total, count=str(total), after="", at_start=not start)

    monkeypatch.setattr(SessionState, "_ask", ask)
    return state


def _customer() -> CustomerView:
    fields = {**vars(NO_CUSTOMER), "id": "cus_1", "packs": [HELD]}
    return CustomerView(**fields)


def _made(kind: type[State]) -> State:
    return kind(_reflex_internal_init=True)  # type: ignore[call-arg]
