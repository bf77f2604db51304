"""The desk's states: what they make of arguments that any client could send."""

from typing import Any, TypeVar

from litesubs.domain.packs import PackDraft
from litesubs.domain.views.desk import CurrencyFigures, OverviewView
from litesubs.domain.views.offers import LinkView, PackView
from litesubs.state.dashboard import DashboardState
from litesubs.state.pack_editor import NO_PACK, PackEditorState
from litesubs.state.pack_links import PackLinksState
from litesubs.state.packs import PacksState
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


def test_asking_about_a_pack_or_link_that_is_not_in_the_list_opens_nothing() -> None:
    packs, links = _made(PacksState), _made(PackLinksState)
    PacksState.ask.fn(packs, "pack_of_somebody_else")
    PackLinksState.ask.fn(links, NOT_TEXT)
    assert packs.asked_id == links.asked_id == ""


def test_asking_about_a_pack_of_the_list_names_it() -> None:
    state = _made(PacksState)
    state.packs = [_pack("pack_1", "Voice reset")]
    PacksState.ask.fn(state, "pack_1")
    assert (state.asked_id, state.asked_name, state.asked_active) == ("pack_1", "Voice reset", True)


def test_asking_about_a_link_of_the_list_names_it() -> None:
    state = _made(PackLinksState)
    link = LinkView("link_1", "t", "http://x/p/t", "Main link", is_default=True, uses="", expires="", state="open")
    state.links = [link]
    PackLinksState.ask.fn(state, "link_1")
    assert (state.asked_id, state.asked_name) == ("link_1", "Main link")


def test_the_form_gives_text_only_and_its_choices_come_from_the_buttons() -> None:
    state = _made(PackEditorState)
    state.expiry_kind, state.listed = "never", False
    form: dict[str, Any] = {
        "name": "Voice reset",
        "credits": 5,
        "price": None,
        "listed": "yes",
        "expiry_kind": "x",
        "creator_id": "me",
    }
    draft = state._from_form(form)  # noqa: SLF001 - what `create` and `save` hand to the domain
    assert draft == PackDraft(name="Voice reset", credits="5", price="None", expiry_kind="never", listed=False)


def _made(state: type[State]) -> State:
    return state(_reflex_internal_init=True)  # type: ignore[call-arg]


def _overview() -> DashboardState:
    state = _made(DashboardState)
    state.desk, state.figures = OverviewView(figures=[EUROS, DOLLARS], activity=[], packs=1, customers=1), EUROS
    return state


def _pack(pack_id: str, name: str) -> PackView:
    return PackView(**(vars(NO_PACK) | {"id": pack_id, "name": name}))
