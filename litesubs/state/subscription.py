"""A customer's credits of one pack, for their creator: use, adjust, give back, pause."""

import re
import secrets
from dataclasses import replace

import reflex as rx

from litesubs.domain import prose, wallets
from litesubs.domain.errors import DomainError, NotFoundError, ValidationFailedError
from litesubs.domain.views import EntryView, SubscriptionView
from litesubs.state.blank import NO_SUBSCRIPTION
from litesubs.state.session import SessionState, answer_error, said

Answer = list[rx.event.EventSpec | rx.event.EventCallback] | rx.event.EventSpec | None


class SubscriptionState(SessionState):
    """One subscription and its ledger. Whatever is done, what shows afterwards is what the domain answered."""

    view: SubscriptionView = NO_SUBSCRIPTION
    entries: list[EntryView] = []
    first_name: str = ""
    loaded: bool = False
    missing: bool = False
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
        plain = self.change.strip().replace("\u2212", "-")
        return int(plain) if re.fullmatch(r"[+-]?[0-9]{1,7}", plain) else 0

    @rx.event
    async def load(self) -> None:
        """Show the subscription of this address, or that there is none."""
        try:
            self._show(await self._ask(wallets.subscription, _id_in(self.router.url.path)))
        except NotFoundError:
            self.missing = True
        self.loaded = True

    @rx.event
    def leave(self) -> None:
        """Forget it, so that the next one does not begin with this one's numbers."""
        self.reset()

    @rx.event
    async def show_older(self) -> None:
        """Add a page to the end of the ledger."""
        if not self.view.more_before:
            return
        older = await self._ask(wallets.subscription, self.view.id, self.view.more_before)
        self.entries.extend(older.entries)
        self.view = replace(older, entries=[])

    @rx.event
    async def use_one(self, key: str) -> Answer:
        """Spend one credit. `key` came with the button, so the second press of a double click does nothing more."""
        if key != self.use_key:
            return None
        try:
            view = await self._ask(wallets.use, self.view.id, 1, "", key)
        except DomainError as error:
            return self._refusal(error)
        self._show(view)
        spent = next((entry.id for entry in view.entries if entry.reversible), "")
        return said(f"1 credit used. {self._has()}", undo=SubscriptionState.give_back(view.id, spent))

    @rx.event
    async def give_back(self, subscription_id: str, entry_id: str) -> Answer:
        """Give back what is left of a spend, from its line or from the toast, which outlives the page."""
        try:
            view = await self._ask(wallets.reverse, subscription_id, entry_id, f"give back {entry_id}")
        except DomainError as error:
            return self._refusal(error)
        if view.id == self.view.id:
            self._show(view)
        return said(f"Given back. {_has(view)}")

    @rx.event
    def open_adjust(self) -> None:
        """Begin an adjustment; its key makes sure that it happens once."""
        self.adjusting, self.change, self.lot_expiry, self.errors = True, "+1", "", {}
        self._key = secrets.token_urlsafe()

    @rx.event
    def write_change(self, text: str) -> None:
        """Follow what is written into the amount."""
        self.change, self.errors = str(text)[:10], {}

    @rx.event
    def pick_change(self, text: str) -> rx.event.EventSpec:
        """Take one of the usual amounts."""
        self.change, self.errors = str(text)[:10], {}
        return rx.set_value("amount", self.change)

    @rx.event
    def pick_expiry(self, choice: str) -> None:
        """Choose when added credits expire."""
        self.lot_expiry = str(choice)[:10]

    @rx.event
    async def adjust(self, form: dict[str, str]) -> Answer:
        """Add or take credits, as the dialog says."""
        if not self.adjusting:
            return None
        amount, reason, expires = _text(form, "amount"), _text(form, "reason"), _text(form, "expires")
        expires = _text(form, "expires_on") or "no date" if expires == "date" else expires
        try:
            view = await self._ask(wallets.adjust, self.view.id, amount, reason, expires, self._key)
        except ValidationFailedError as error:
            self.errors = error.fields
            return None
        except DomainError as error:
            return self._refusal(error)
        verb = "taken" if _planned(amount) < 0 else "added"
        self._show(view)
        return said(f"{prose.count(abs(_planned(amount)), 'credit')} {verb}. {self._has()}")

    @rx.event
    def ask_stop(self, status: str) -> None:
        """Ask before pausing or disabling."""
        self.stopping, self.errors = str(status)[:10], {}

    @rx.event
    async def stop(self, form: dict[str, str]) -> Answer:
        """Pause or disable, with a note for the customer."""
        if not self.stopping:
            return None
        return await self._set_status(self.stopping, _text(form, "note"))

    @rx.event
    async def enable(self) -> Answer:
        """Let the customer use the credits again."""
        return await self._set_status("active", "")

    @rx.event
    def close(self) -> None:
        """Close whichever dialog is open."""
        self.adjusting, self.stopping, self.errors = False, "", {}
