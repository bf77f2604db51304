"""API keys on the desk: made, shown once, renamed, replaced, revoked."""

import reflex as rx
from reflex.event import EventSpec, EventType

from litesubs.domain import api_keys
from litesubs.domain.api_keys import SCOPES, KeyDraft
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.views.developers import KeyView, NewKeyView
from litesubs.state import forms
from litesubs.state.blank import NO_KEY, NO_NEW_KEY
from litesubs.state.session import SessionState, answer_error, handler, said

FIELDS = ("name", "scopes", "expires", "networks", "cap_credits")
DIALOGS = ("rename", "rotate", "revoke")
SCOPE_FIELDS = {scope: f"key_{scope.replace(':', '_')}" for scope in SCOPES}
# The dialog gives the focus back to its button first.
TO_THE_KEY = "setTimeout(() => document.getElementById('new-key')?.focus(), 50)"


class DevelopersState(SessionState):
    """`stage` is loading, list or failed. `dialog` is new, rename, rotate, revoke or "" for none.

    `asked` is the key that the dialog is about. `made` is the key that was made last, until its person is done with it
    or the page is opened anew; `call` is a call to begin with, without a key in it.
    """

    stage: str = "loading"
    keys: list[KeyView] = []
    call: str = ""
    dialog: str = ""
    expires: str = ""
    errors: dict[str, str] = {}
    asked: KeyView = NO_KEY
    made: NewKeyView = NO_NEW_KEY

    @handler
    async def load(self) -> EventSpec | None:
        """Every key, and the first call."""
        self.stage, self.made = "loading", NO_NEW_KEY
        if self.dialog != "new":  # who is quick may have opened that before this event
            self.dialog = ""
        try:
            self.keys = await self._ask(api_keys.mine)
            self.call = await self._ask(api_keys.first_call, api_keys.placeholder(), list(SCOPES))
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        self.stage = "list"
        return None

    @handler
    def add(self) -> None:
        """Open the dialog for a new key."""
        self.dialog, self.expires, self.errors = "new", "", {}

    @handler
    def pick_expiry(self, choice: str) -> None:
        """Choose when the key ends."""
        self.expires = str(choice)[:10]

    @handler
    def ask(self, key_id: str, dialog: str) -> None:
        """Open a dialog about one of the keys."""
        key = next((key for key in self.keys if key.id == key_id), None)
        if key is not None and dialog in DIALOGS:
            self.asked, self.dialog, self.errors = key, dialog, {}

    @handler
    def forget(self) -> None:
        """Close whichever dialog is open."""
        self.dialog = ""

    @handler
    def done(self) -> None:
        """Let go of the key that was made: nobody can see it again."""
        self.made = NO_NEW_KEY

    @handler
    async def create(self, form: dict[str, str]) -> EventType[()] | None:
        """Make a key. A second press finds the dialog closed."""
        if self.dialog != "new":
            return None
        try:
            view, token = await self._ask(api_keys.create, _draft(form))
        except ValidationFailedError as error:
            return self._refused(error)
        return await self._show(view, token)

    @handler
    async def rename(self, form: dict[str, str]) -> EventType[()] | None:
        """Give the key another name."""
        if self.dialog != "rename":
            return None
        try:
            await self._ask(api_keys.rename, self.asked.id, forms.text(form, "key_name"))
        except ValidationFailedError as error:
            return self._refused(error)
        self.dialog = ""
        self.keys = await self._ask(api_keys.mine)
        return said("Key renamed.")

    @handler
    async def rotate(self, form: dict[str, str]) -> EventType[()] | None:
        """Replace the key by a new one. A second press finds the dialog closed."""
        dialog, self.dialog = self.dialog, ""
        if dialog != "rotate":
            return None
        view, token = await self._ask(api_keys.rotate, self.asked.id, forms.text(form, "key_overlap"))
        return await self._show(view, token)

    @handler
    async def revoke(self) -> EventSpec | None:
        """End the key. A second press finds the dialog closed."""
        dialog, self.dialog = self.dialog, ""
        if dialog != "revoke":
            return None
        await self._ask(api_keys.revoke, self.asked.id)
        self.keys = await self._ask(api_keys.mine)
        return said("Key revoked. It stopped working at once.")

    async def _show(self, view: KeyView, token: str) -> EventSpec:
        """Show a key for the only time, above the list that has it, too."""
        self.dialog = ""
        self.keys = await self._ask(api_keys.mine)
        call = await self._ask(api_keys.first_call, token, view.scopes)
        self.made = NewKeyView(view.name, token, call)
        return rx.call_script(TO_THE_KEY)

    def _refused(self, error: ValidationFailedError) -> EventType[()] | None:
        """Errors beside their fields, with the first of them in focus."""
        self.errors = error.fields
        first = next((field for field in FIELDS if field in error.fields), "name")
        place = SCOPE_FIELDS["read"] if first == "scopes" else f"key_{first}"
        shown = rx.call_script(f"document.getElementById('{place}')?.focus()")
        elsewhere = forms.unshown(error, *FIELDS)
        return [shown, elsewhere] if elsewhere else shown


def _draft(form: object) -> KeyDraft:
    expires = forms.text(form, "key_expires")
    return KeyDraft(
        name=forms.text(form, "key_name"),
        scopes=tuple(scope for scope, field in SCOPE_FIELDS.items() if forms.ticked(form, field)),
        expires=forms.text(form, "key_expires_on") or "no date" if expires == "date" else expires,
        networks=forms.text(form, "key_networks"),
        cap_credits=forms.text(form, "key_cap_credits"),
        cap_period=forms.text(form, "key_cap_period"),
    )
