"""The desk's states: what they make of arguments that any client could send."""

from typing import Any, TypeVar

from litesubs.domain.views.desk import CurrencyFigures, OverviewView
from litesubs.state.dashboard import DashboardState
from litesubs.state.session import SessionState

State = TypeVar("State", bound=SessionState)
NOT_TEXT: Any = {"not": "text"}
EUROS = CurrencyFigures("EUR", "€450", 1, 10, 2, 0, 8, "€360")
DOLLARS = CurrencyFigures("USD", "$20", 1, 5, 0, 0, 5, "$20")


def test_picking_a_currency_shows_its_figures() -> None:
    state = _overview()
    DashboardState.pick.fn(state, "USD")
    assert state.figures == DOLLARS


def test_an_unknown_currency_changes_nothing() -> None:
    state = _overview()
    DashboardState.pick.fn(state, NOT_TEXT)
    assert state.figures == EUROS


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


def _overview() -> DashboardState:
    state = _made(DashboardState)
    state.desk, state.figures = OverviewView(figures=[EUROS, DOLLARS], activity=[], packs=1, customers=1), EUROS
    return state
