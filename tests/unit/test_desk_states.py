"""The desk's states: what they make of arguments that any client could send."""

from typing import TypeVar

from litesubs.state.dashboard import DashboardState
from litesubs.state.session import SessionState

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


def _made(state: type[State]) -> State:
    return state(_reflex_internal_init=True)  # type: ignore[call-arg]
