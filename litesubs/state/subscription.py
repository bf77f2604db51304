"""A customer's credits of one pack, for their creator: use, adjust, give back, pause."""

import re
import secrets
from dataclasses import replace
from typing import TypeAlias

import reflex as rx
from reflex.event import EventSpec, EventType

from litesubs.domain import prose, wallets
from litesubs.domain.errors import DomainError, NotFoundError, ValidationFailedError
from litesubs.domain.views.statements import EntryView, SubscriptionView
from litesubs.state.blank import NO_SUBSCRIPTION
from litesubs.state.session import SessionState, answer_error, handler, said

STATUS_WORDS = {
    "active": "Enabled. {name} can use these credits again.",
    "paused": "Paused. {name} keeps the credits.",
    "disabled": "Disabled. {name} keeps the credits.",
}
Answer: TypeAlias = EventType[()] | None


class SubscriptionState(SessionState):
    """One subscription and its ledger. Whatever is done, what shows afterwards is what the domain answered.

    `stage` is loading, shown, missing or failed; `stopping` is the status that the open dialog is about.
    """

    view: SubscriptionView = NO_SUBSCRIPTION
    entries: list[EntryView] = []
    first_name: str = ""
    stage: str = "loading"
    use_key: str = ""
    adjusting: bool = False
    change: str = ""
    lot_expiry: str = ""
    stopping: str = ""
    errors: dict[str, str] = {}
    _key: str = ""

    @rx.var
    def planned(self) -> int:
        """What the amount in the dialog would add or take; 0 while it is no number."""
        return _whole(self.change)

    @handler
    async def load(self) -> EventSpec | None:
        """Show the subscription of this address, or that there is none."""
        try:
            self._show(await self._ask(wallets.subscription, _id_in(self.router.url.path)))
        except NotFoundError:
            self.stage = "missing"
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        return None

    @handler
    def leave(self) -> None:
        """Forget it, so that the next one does not begin with this one's numbers."""
        self.reset()  # type: ignore[no-untyped-call]

    @handler
    async def show_older(self) -> None:
        """Add a page to the end of the ledger."""
        if not self.view.older:
            return
        older = await self._ask(wallets.subscription, self.view.id, self.view.older)
        self.entries.extend(older.entries)
        self.view = replace(older, entries=[])

    @handler
    async def use_one(self, key: str) -> Answer:
        """Spend one credit. `key` came with the button, so the second press of a double click does nothing more."""
        if key != self.use_key:
            return None
        try:
            view = await self._ask(wallets.use, self.view.id, 1, "", key)
        except DomainError as error:
            return self._refusal(error)
        self._show(view)
        spent = next((entry.id for entry in view.entries if entry.returnable), "")
        return said(f"1 credit used. {_has(view)}", undo=SubscriptionState.give_back(view.id, spent))

    @handler
    async def give_back(self, subscription_id: str, entry_id: str) -> Answer:
        """Give back what is left of a spend, from its line or from the toast, which outlives the page."""
        try:
            view = await self._ask(wallets.reverse, subscription_id, entry_id, f"give back {entry_id}")
        except DomainError as error:
            return self._refusal(error)
        if view.id == self.view.id:
            self._show(view)
        return said(f"Given back. {_has(view)}")

    @handler
    def open_adjust(self) -> None:
        """Begin an adjustment; its key makes sure that it happens once."""
        self.adjusting, self.change, self.lot_expiry, self.errors = True, "+1", "", {}
        self._key = secrets.token_urlsafe()

    @handler
    def write_change(self, text: str) -> None:
        """Follow what is written into the amount."""
        self.change, self.errors = str(text)[:10], {}

    @handler
    def pick_change(self, text: str) -> EventSpec:
        """Take one of the usual amounts."""
        self.change, self.errors = str(text)[:10], {}
        return rx.set_value("other", "")

    @handler
    def pick_expiry(self, choice: str) -> None:
        """Choose when added credits expire."""
        self.lot_expiry = str(choice)[:10]

    @handler
    async def adjust(self, form: dict[str, str]) -> Answer:
        """Add or take credits, as the dialog says."""
        if not self.adjusting:
            return None
        amount, reason, expires = (
            _text(form, "other") or _text(form, "amount"),
            _text(form, "reason"),
            _text(form, "expires"),
        )
        expires = _text(form, "expires_on") or "no date" if expires == "date" else expires
        try:
            view = await self._ask(wallets.adjust, self.view.id, amount, reason, expires, self._key)
        except ValidationFailedError as error:
            self.errors = error.fields
            return None
        except DomainError as error:
            return self._refusal(error)
        self._show(view)
        return said(f"{_moved(amount)} {_has(view)}")

    @handler
    def ask_stop(self, status: str) -> None:
        """Ask before pausing or disabling."""
        self.stopping, self.errors = str(status)[:10], {}

    @handler
    async def stop(self, form: dict[str, str]) -> Answer:
        """Pause or disable, with a note for the customer."""
        if not self.stopping:
            return None
        return await self._set_status(self.stopping, _text(form, "note"))

    @handler
    async def enable(self) -> Answer:
        """Let the customer use the credits again."""
        return await self._set_status("active", "")

    @handler
    def close(self) -> None:
        """Close whichever dialog is open."""
        self.adjusting, self.stopping, self.errors = False, "", {}

    async def _set_status(self, status: str, note: str) -> Answer:
        try:
            view = await self._ask(wallets.set_status, self.view.id, status, note)
        except ValidationFailedError as error:
            self.errors = error.fields
            return None
        except DomainError as error:
            return self._refusal(error)
        self._show(view)
        return said(STATUS_WORDS[view.status].format(name=prose.first_name(view.customer_name)))

    def _show(self, view: SubscriptionView) -> None:
        self.view, self.entries = replace(view, entries=[]), view.entries
        self.first_name = prose.first_name(view.customer_name)
        self.stage, self.use_key = "shown", secrets.token_urlsafe()
        self.adjusting, self.stopping, self.errors = False, "", {}

    def _refusal(self, error: DomainError) -> Answer:
        """Say why not, and show how things stand now: another window may have been quicker."""
        self.adjusting, self.stopping = False, ""
        said_why = answer_error(error)
        return [said_why, SubscriptionState.load] if said_why and self.view.id else said_why


def _id_in(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _text(form: object, name: str) -> str:
    """A field of a form. What a client sends need not be a form."""
    return str(form.get(name, "")) if isinstance(form, dict) else ""


def _whole(text: str) -> int:
    plain = text.strip().replace("\u2212", "-")
    return int(plain) if re.fullmatch(r"[+-]?[0-9]{1,7}", plain) else 0


def _moved(amount: str) -> str:
    change = _whole(amount)
    return f"{prose.count(abs(change), 'credit')} {'taken' if change < 0 else 'added'}."


def _has(view: SubscriptionView) -> str:
    return f"{prose.first_name(view.customer_name)} has {view.posted - view.held:,}."
