"""A customer's credits of one pack, for their creator: use, adjust, give back, take back, extend, pause."""

import re
import secrets
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeAlias

import reflex as rx
from reflex.event import EventSpec, EventType

from litesubs.domain import prose, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.errors import DomainError, ValidationFailedError
from litesubs.domain.views.statements import EntryView, LotView, SubscriptionView
from litesubs.state.blank import NO_ENTRY, NO_LOT
from litesubs.state.session import SessionState, answer_error, handler, said
from litesubs.state.statement import Read, StatementState, text_in

STATUS_WORDS = {
    "active": "Enabled. {name} can use these credits again.",
    "paused": "Paused. {name} keeps the credits.",
    "disabled": "Disabled. {name} keeps the credits.",
}
FIELDS = frozenset({"amount", "reason", "expires", "note"})  # that the dialogs have
LONGEST_AMOUNT = 10
Answer: TypeAlias = EventType[()] | None
Given = ParamSpec("Given")


class SubscriptionState(StatementState, SessionState):
    """One subscription. Whatever is done, what shows afterwards is what the domain answered.

    `dialog` is which one is open: adjust, paused, disabled, void, extend, return or "". `lot` and `entry` are what it
    is about. `use_key` comes with the "Use 1" button and changes with each answer.
    """

    first_name: str = ""
    use_key: str = ""
    dialog: str = ""
    lot: LotView = NO_LOT
    entry: EntryView = NO_ENTRY
    change: str = ""
    lot_expiry: str = ""
    errors: dict[str, str] = {}
    _key: str = ""

    @rx.var
    def planned(self) -> int:
        """What the amount in the dialog would add or take; 0 while it is no number."""
        return _whole(self.change)

    @rx.var
    def expiries(self) -> list[tuple[str, str]]:
        """When added credits can expire. The pack's rule is no choice once its last day has passed."""
        by_rule = [("", f"As the pack says, {self.view.by_rule}")] if self.view.by_rule else []
        return [*by_rule, ("never", "Never"), ("date", "On a date")]

    @handler
    async def use_one(self, key: str) -> Answer:
        """Spend one credit. `key` came with the button, so the second press of a double click does nothing more."""
        if key != self.use_key:
            return None
        try:
            view = await self._ask(wallets.use, self.view.id, 1, "", key)
        except DomainError as error:
            return self._refusal(error)
        await self._shown_again(view)
        undo = SubscriptionState.give_back(view.id, view.spend) if view.spend else None
        return said(f"1 credit used. {_has(view)}", undo=undo)

    @handler
    async def give_back(self, subscription_id: str, entry_id: str) -> Answer:
        """Give back what is left of a spend, from its line or from the toast, which outlives the page."""
        return await self._returned(subscription_id, entry_id, f"give back {entry_id}")

    @handler
    def ask_return(self, entry_id: str) -> None:
        """Ask how much of a spend to give back."""
        found = next((entry for entry in self.entries if entry.id == entry_id), None)
        if found is not None and found.returnable:
            self.entry = found
            self._open("return")

    @handler
    async def give_part_back(self, form: dict[str, str]) -> Answer:
        """Give back as much as the dialog says."""
        if self.dialog != "return":
            return None
        amount, reason = text_in(form, "credits") or "0", self._reason(form)
        return await self._returned(self.view.id, self.entry.id, self._key, amount, reason)

    @handler
    def open_adjust(self) -> None:
        """Begin an adjustment."""
        self.change, self.lot_expiry = "+1", "" if self.view.by_rule else "date"
        self._open("adjust")

    @handler
    def write_change(self, text: str) -> None:
        """Follow what is written into the amount."""
        self.change, self.errors = str(text)[:LONGEST_AMOUNT], {}

    @handler
    def pick_change(self, text: str) -> EventSpec:
        """Take one of the usual amounts."""
        self.change, self.errors = str(text)[:LONGEST_AMOUNT], {}
        return rx.set_value("other", "")

    @handler
    def pick_expiry(self, choice: str) -> None:
        """Choose when added credits expire."""
        self.lot_expiry = str(choice)[:10]

    @handler
    async def adjust(self, form: dict[str, str]) -> Answer:
        """Add or take credits, as the dialog says."""
        if self.dialog != "adjust":
            return None
        amount, reason = text_in(form, "other") or text_in(form, "amount"), self._reason(form)
        return await self._act(
            lambda view: f"{_moved(amount)} {_has(view)}",
            wallets.adjust,
            self.view.id,
            amount,
            reason,
            _end(form),
            self._key,
        )

    @handler
    def ask_lot(self, dialog: str, lot_id: str) -> None:
        """Ask before a lot is taken back ("void") or how long it shall last ("extend")."""
        found = next((lot for lot in self.view.lots if lot.id == lot_id), None)
        if found is not None and ((dialog == "void" and found.free) or (dialog == "extend" and found.extendable)):
            self.lot, self.lot_expiry = found, "date"
            self._open(dialog)

    @handler
    async def void(self, form: dict[str, str]) -> Answer:
        """Take back what is left of the lot."""
        if self.dialog != "void":
            return None
        free, reason = self.lot.free, self._reason(form)
        return await self._act(
            lambda view: f"{prose.count(free, 'credit')} taken back. {_has(view)}",
            wallets.void,
            self.view.id,
            self.lot.id,
            reason,
            self._key,
        )

    @handler
    async def extend(self, form: dict[str, str]) -> Answer:
        """Give the lot more time."""
        if self.dialog != "extend":
            return None
        label, reason = self.lot.label, self._reason(form)
        return await self._act(
            lambda _: f"{label} lasts longer now.",
            wallets.extend,
            self.view.id,
            self.lot.id,
            _end(form),
            reason,
            self._key,
        )

    @handler
    def ask_stop(self, status: str) -> None:
        """Ask before pausing or disabling."""
        if str(status) in {"paused", "disabled"}:
            self._open(str(status))

    @handler
    async def stop(self, form: dict[str, str]) -> Answer:
        """Pause or disable, with a note for the customer."""
        if self.dialog not in {"paused", "disabled"}:
            return None
        return await self._set_status(self.dialog, text_in(form, "note"))

    @handler
    async def enable(self) -> Answer:
        """Let the customer use the credits again."""
        return await self._set_status("active", "")

    @handler
    def close(self) -> None:
        """Close whichever dialog is open."""
        self.dialog, self.errors = "", {}

    def _source(self) -> Read:
        return wallets.subscription

    def _open(self, dialog: str) -> None:
        """Open a dialog; its key makes sure that what it is for happens once."""
        self.dialog, self.errors, self._key = dialog, {}, secrets.token_urlsafe()

    def _reason(self, form: object) -> str:
        return text_in(form, f"{self.dialog}_reason")

    async def _set_status(self, status: str, note: str) -> Answer:
        return await self._act(
            lambda view: STATUS_WORDS[view.status].format(name=prose.first_name(view.customer_name)),
            wallets.set_status,
            self.view.id,
            status,
            note,
        )

    async def _returned(
        self, subscription_id: str, entry_id: str, key: str, amount: str = "", reason: str = ""
    ) -> Answer:
        lapsed = next((entry.lapsed for entry in self.entries if entry.id == entry_id), 0)
        late = f" {prose.count(lapsed, 'credit')} of it expired and cannot come back." if lapsed else ""
        return await self._act(
            lambda view: f"Given back.{late} {_has(view)}",
            wallets.reverse,
            subscription_id,
            entry_id,
            key,
            amount,
            reason,
        )

    async def _act(
        self,
        words: Callable[[SubscriptionView], str],
        use_case: Callable[Concatenate[Actor, Given], SubscriptionView],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Answer:
        """Do it and say so. What is wrong with a field shows there; another refusal shows how things stand now."""
        try:
            view = await self._ask(use_case, *args, **kwargs)
        except ValidationFailedError as error:
            if not self.dialog or not FIELDS.issuperset(error.fields):
                return self._refusal(error)
            self.errors = error.fields
            return None
        except DomainError as error:
            return self._refusal(error)
        if view.id == self.view.id:
            await self._shown_again(view)
        return said(words(view))

    async def _shown_again(self, view: SubscriptionView) -> None:
        """What an act answered is the whole ledger's first page; a narrowed one is read anew."""
        self._show(await self._read(view.id, self._only()) if self.narrowed else view)

    def _show(self, view: SubscriptionView) -> None:
        super()._show(view)
        self.first_name = prose.first_name(view.customer_name)
        self.use_key = secrets.token_urlsafe()
        self.dialog, self.errors = "", {}

    def _refusal(self, error: DomainError) -> Answer:
        """Say why not, and show how things stand now: another window may have been quicker."""
        self.dialog = ""
        said_why = answer_error(error)
        return [said_why, SubscriptionState.load] if said_why and self.view.id else said_why


def _end(form: object) -> str:
    """When credits shall expire, as the form says: "" by the pack's rule, "never" or a date."""
    choice = text_in(form, "expires")
    return text_in(form, "expires_on") or "no date" if choice == "date" else choice


def _whole(text: str) -> int:
    plain = text.strip().replace("\u2212", "-")
    return int(plain) if re.fullmatch(r"[+-]?[0-9]{1,7}", plain) else 0


def _moved(amount: str) -> str:
    change = _whole(amount)
    return f"{prose.count(abs(change), 'credit')} {'taken' if change < 0 else 'added'}."


def _has(view: SubscriptionView) -> str:
    return f"{prose.first_name(view.customer_name)} has {view.posted - view.held:,}."
