"""The state of the page for API keys: what it makes of arguments that any client could send."""

from dataclasses import replace
from typing import Any

from litesubs.domain.api_keys import SCOPES, KeyDraft
from litesubs.domain.views.developers import NewKeyView
from litesubs.state import forms
from litesubs.state.blank import NO_KEY, NO_NEW_KEY
from litesubs.state.developers import SCOPE_FIELDS, DevelopersState, _draft

NOT_TEXT: Any = {"not": "text"}


def test_only_boxes_that_are_ticked_are_scopes() -> None:
    form: dict[str, Any] = {
        "key_name": "Bot",
        "key_read": True,
        "key_debits_write": False,
        "key_credits_write": "False",
    }
    assert _draft(form).scopes == ("read",)
    assert _draft(form | {"key_debits_write": "on"}).scopes == ("read", "debits:write")
    assert len(set(SCOPE_FIELDS.values())) == len(SCOPES)


def test_a_box_is_ticked_by_true_alone_or_as_a_browser_says_it() -> None:
    for value in (True, "on"):
        assert forms.ticked({"box": value}, "box")
    nonsense: Any
    for nonsense in (False, None, "", "False", "off", "true", [], NOT_TEXT):
        assert not forms.ticked({"box": nonsense}, "box")
        assert not forms.ticked(nonsense, "box")


def test_the_form_gives_text_only() -> None:
    form: dict[str, Any] = {"key_name": None, "key_networks": 5, "key_cap_credits": [], "creator_id": "me"}
    assert _draft(form) == KeyDraft("None", (), "", "5", "[]", "")
    assert _draft(NOT_TEXT).name == ""
    assert _draft("no form") == KeyDraft("", cap_period="")


def test_a_day_that_is_to_be_chosen_is_not_never() -> None:
    assert _draft({"key_expires": "date"}).expires == "no date"
    assert _draft({"key_expires": "date", "key_expires_on": "2027-06-30"}).expires == "2027-06-30"
    assert _draft({"key_expires": "30_days", "key_expires_on": "2027-06-30"}).expires == "30_days"


def test_asking_about_what_is_not_in_the_list_or_cannot_be_done_opens_nothing() -> None:
    state = _made()
    nonsense: Any
    for nonsense in ("key_of_somebody_else", "", None, NOT_TEXT):
        DevelopersState.ask.fn(state, nonsense, "revoke")
        DevelopersState.ask.fn(state, "key_1", nonsense)
    assert (state.dialog, state.asked) == ("", NO_KEY)
    DevelopersState.ask.fn(state, "key_1", "rotate")
    assert (state.dialog, state.asked.name) == ("rotate", "Bot")


def test_done_lets_go_of_the_key() -> None:
    state = _made()
    state.made = NewKeyView("Bot", "ls_test_secret", "curl")
    DevelopersState.done.fn(state)
    assert state.made == NO_NEW_KEY


def _made() -> DevelopersState:
    state = DevelopersState(_reflex_internal_init=True)  # type: ignore[call-arg]
    state.keys = [replace(NO_KEY, id="key_1", name="Bot")]
    return state
