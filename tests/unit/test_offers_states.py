"""The states of packs, links and settings: what they make of arguments that any client could send."""

import asyncio
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from reflex.istate.data import RouterData

from litesubs.domain import profiles
from litesubs.domain.packs import PackDraft
from litesubs.domain.views.desk import LinkFigures
from litesubs.domain.views.offers import LinkView, PackView
from litesubs.state.blank import NO_LINK, NO_PACK
from litesubs.state.links import LinksState
from litesubs.state.pack_editor import PackEditorState
from litesubs.state.packs import PacksState
from litesubs.state.session import SessionState
from litesubs.state.settings import SettingsState

State = TypeVar("State", bound=SessionState)
NOT_TEXT: Any = {"not": "text"}


def test_asking_about_what_is_not_in_the_list_opens_nothing() -> None:
    packs, links = _packs(_pack("pack_1", "Voice reset")), _links(_link("link_1"))
    PacksState.ask.fn(packs, "pack_of_somebody_else", "disable")
    LinksState.ask.fn(links, NOT_TEXT, "revoke")
    assert packs.verb == links.dialog == ""


def test_asking_for_what_cannot_be_done_opens_nothing() -> None:
    packs, links, editor = _packs(_pack("pack_1", "Voice reset")), _links(_link("link_1")), _made(PackEditorState)
    nonsense: Any
    for nonsense in ("restore", "delete", "", None, NOT_TEXT):
        PacksState.ask.fn(packs, "pack_1", nonsense)
        LinksState.ask.fn(links, "link_1", nonsense)
        PackEditorState.ask.fn(editor, nonsense)
    assert packs.verb == links.dialog == editor.verb == ""


def test_asking_about_a_pack_or_link_of_the_list_names_it() -> None:
    packs, links = _packs(_pack("pack_1", "Voice reset")), _links(_link("link_1", name="Newsletter"))
    PacksState.ask.fn(packs, "pack_1", "archive")
    LinksState.ask.fn(links, "link_1", "qr")
    assert (packs.asked.name, packs.verb) == ("Voice reset", "archive")
    assert (links.asked.name, links.dialog) == ("Newsletter", "qr")


def test_who_asks_for_a_new_link_before_the_page_has_loaded_keeps_the_dialog(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def none(*_: Any) -> list[LinkView]:
        return []

    monkeypatch.setattr(LinksState, "_ask", none)
    state = _links(_link("link_1"))
    state.router = RouterData.from_router_data({"asPath": "/dashboard/packs/pack_1#links"})
    LinksState.add.fn(state)
    asyncio.run(LinksState.load_of_pack.fn(state))
    assert (state.dialog, state.pack_id, state.stage) == ("new", "pack_1", "list")
    state.dialog = "revoke"
    asyncio.run(LinksState.load_of_pack.fn(state))
    assert state.dialog == ""
    state.router = RouterData.from_router_data({"asPath": "/dashboard/packs/pack_2"})
    asyncio.run(LinksState.load_of_pack.fn(state))
    assert (state.dialog, state.pack_id) == ("", "pack_2")


def test_packs_are_shown_by_what_they_are() -> None:
    state = _packs(_pack("pack_1", "One"), _pack("pack_2", "Two", status="archived"))
    assert state.counts == {"active": 1, "disabled": 0, "archived": 1}
    PacksState.show.fn(state, "archived")
    assert [pack.name for pack in state.shown] == ["Two"]
    PacksState.show.fn(state, NOT_TEXT)
    assert state.status == "archived"


def test_links_are_found_by_name_pack_and_address_and_narrowed_by_pack_and_state() -> None:
    state = _links(
        _link("link_1", name="Newsletter", pack_id="pack_1", pack_name="Voice reset"),
        _link("link_2", name="Anna", pack_id="pack_2", pack_name="Ten lessons", email="anna@example.com"),
        _link("link_3", name="Fair", pack_id="pack_2", pack_name="Ten lessons", state="revoked"),
    )
    state.pack_names = [("pack_1", "Voice reset"), ("pack_2", "Ten lessons")]
    for text, found in (("VOICE", ["link_1"]), ("anna@", ["link_2"]), ("", ["link_1", "link_2", "link_3"])):
        LinksState.find.fn(state, text)
        assert [link.id for link in state.shown] == found
    LinksState.pick_pack.fn(state, "pack_2")
    LinksState.pick_status.fn(state, "revoked")
    assert [link.id for link in state.shown] == ["link_3"]
    nonsense: Any
    for nonsense in (NOT_TEXT, None, "pack_of_somebody_else"):
        LinksState.pick_pack.fn(state, nonsense)
        LinksState.pick_status.fn(state, nonsense)
        LinksState.sort_by.fn(state, nonsense)
        assert (state.pack, state.status, state.sort) == ("", "", "")
    assert state.found == 3


def test_links_are_ordered_by_every_column_both_ways() -> None:
    first = _link("a", name="anna", pack_name="A", used=1, ends="2027-01-01")
    second = _link("b", name="Bert", pack_name="b", used=2, ends="")
    state = _links(
        replace(second, figures=LinkFigures(8, 4, 3, "37.5%")), replace(first, figures=LinkFigures(4, 1, 1, "25%"))
    )
    for key in ("name", "pack", "views", "sign_ups", "sales", "rate", "uses", "ends"):
        LinksState.sort_by.fn(state, key)
        assert [link.id for link in state.shown] == ["a", "b"], key
        LinksState.sort_by.fn(state, f"-{key}")
        assert [link.id for link in state.shown] == ["b", "a"], key


def test_a_long_list_of_links_is_shown_in_parts() -> None:
    state = _links(*[_link(f"link_{number}") for number in range(120)])
    assert (len(state.shown), state.found) == (50, 120)
    LinksState.show_more.fn(state)
    LinksState.show_more.fn(state)
    assert len(state.shown) == 120


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


def test_zones_are_found_while_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "_counted", lambda: {"Europe/Copenhagen", "UTC"})  # else it asks PostgreSQL
    state = _made(SettingsState)
    SettingsState.find_zone.fn(state, "copenh")
    assert [zone.value for zone in state.zones] == ["Europe/Copenhagen"]
    SettingsState.pick_zone.fn(state, "Europe/Copenhagen")
    assert len(state.clock) == len("14:05")
    SettingsState.find_zone.fn(state, NOT_TEXT)
    SettingsState.pick_zone.fn(state, NOT_TEXT)


def _made(state: type[State]) -> State:
    return state(_reflex_internal_init=True)  # type: ignore[call-arg]


def _packs(*packs: PackView) -> PacksState:
    state = _made(PacksState)
    state._packs = list(packs)  # noqa: SLF001 - what `load` fills
    PacksState.show.fn(state, "active")
    return state


def _links(*links: LinkView) -> LinksState:
    state = _made(LinksState)
    state._links = list(links)  # noqa: SLF001 - what `load` fills
    LinksState.clear.fn(state)
    return state


def _pack(pack_id: str, name: str, status: str = "active") -> PackView:
    return replace(NO_PACK, id=pack_id, name=name, status=status)


def _link(link_id: str, **more: Any) -> LinkView:
    return replace(NO_LINK, id=link_id, **({"state": "open"} | more))
