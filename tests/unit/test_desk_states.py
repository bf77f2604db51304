"""The desk's states: what they make of arguments that any client could send."""

import asyncio
from typing import Any, TypeVar

import pytest

from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.views.desk import DeskView
from litesubs.state.dashboard import DashboardState
from litesubs.state.session import SessionState
from litesubs.state.settings import SettingsState

State = TypeVar("State", bound=SessionState)


def test_the_handle_follows_the_name_until_one_is_typed() -> None:
    state = _made(DashboardState)
    DashboardState.suggest.fn(state, "Mara Lindqvist")
    assert state.suggested_handle == "mara-lindqvist"
    DashboardState.type_handle.fn(state, "mara")
    DashboardState.suggest.fn(state, "Somebody Else")
    assert state.suggested_handle == "mara-lindqvist"


def test_a_name_too_short_or_too_long_for_a_handle_still_gives_a_usable_suggestion() -> None:
    state = _made(DashboardState)
    DashboardState.suggest.fn(state, "Bo")
    assert state.suggested_handle == ""
    DashboardState.suggest.fn(state, "a" * 100_000)
    assert state.suggested_handle == "a" * 30


def test_a_period_that_is_none_is_refused_and_the_chosen_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    async def ask(_state: SessionState, _use_case: object, *request: object) -> DeskView:
        asked.append(request)
        if request[0] == "nonsense":
            raise ValidationFailedError({"period": "Choose a period."})
        return DeskView(currency="EUR")

    monkeypatch.setattr(SessionState, "_ask", ask)
    state = _made(DashboardState)
    asyncio.run(DashboardState.pick_period.fn(state, "last_month"))
    asyncio.run(DashboardState.pick_period.fn(state, "nonsense"))
    assert (state.period, state.errors) == ("last_month", {"period": "Choose a period."})
    asyncio.run(DashboardState.pick_dates.fn(state, {"start": "2026-11-01" * 9, "end": "2026-11-20"}))
    assert asked[-1] == ("custom", "2026-11-01", "2026-11-20", "")
    assert state.errors == {}


def test_what_a_browser_says_of_a_picture_that_was_sent_is_believed_only_where_it_is_text() -> None:
    state = _made(SettingsState)
    answers: list[Any] = [None, [], "x", {"problem": ["<b>"]}, {"picture": 1}, {}]
    for answer in answers:
        assert asyncio.run(SettingsState.picture_sent.fn(state, answer)) is None
        assert (state.errors, state.saving) == ({}, "")
    asyncio.run(SettingsState.picture_sent.fn(state, {"problem": "This file is empty."}))
    assert state.errors == {"picture": "This file is empty."}


def _made(state: type[State]) -> State:
    return state(_reflex_internal_init=True)  # type: ignore[call-arg]
