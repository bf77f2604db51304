"""One change for many customers at once: credits added or taken, or a pause. All of them, or nobody and why."""

import re
import secrets
from dataclasses import dataclass

import reflex as rx
from reflex.event import EventCallback, EventSpec, EventType

from litesubs.domain import bulk
from litesubs.domain.errors import BulkRefusedError, ValidationFailedError
from litesubs.domain.views.customers import BulkView, PackStanding, RefusalView
from litesubs.state import forms
from litesubs.state.customer import CustomerState
from litesubs.state.customers import CustomersState
from litesubs.state.session import SessionState, handler, said


@dataclass(frozen=True)
class Change:
    """What the open dialog would do for one customer: their credits of the pack before and after, if they have it."""

    customer_id: str
    name: str
    holds: bool
    before: int
    after: int


class ChangeManyState(SessionState):
    """The dialogs. `doing` is adjust, pause or "" while none is open; `pack_names` are those of packs they hold."""

    doing: str = ""
    changes: list[Change] = []
    pack_names: list[tuple[str, str]] = []
    pack: str = ""
    change: str = ""
    lot_expiry: str = ""
    errors: dict[str, str] = {}
    refused: str = ""
    refusals: list[RefusalView] = []
    _people: list[tuple[str, str, list[PackStanding]]] = []
    _key: str = ""

    @rx.var
    def planned(self) -> int:
        """What the amount in the dialog would add or take for each; 0 while it is no number."""
        plain = self.change.strip().replace("\u2212", "-")
        return int(plain) if re.fullmatch(r"[+-]?[0-9]{1,7}", plain) else 0

    @rx.var
    def pack_name(self) -> str:
        """The pack that the change is about."""
        return dict(self.pack_names).get(self.pack, "")

    @handler
    async def begin_adjusting(self) -> None:
        """Open the dialog for the customers who are selected in the list."""
        self._begin("adjust", await self._selected())

    @handler
    async def begin_pausing(self) -> None:
        """Open the other dialog for them."""
        self._begin("pause", await self._selected())

    @handler
    async def begin_one(self, subscription_id: str) -> None:
        """Adjust one pack of the customer whose page this is."""
        view = (await self.get_state(CustomerState)).view
        packs = [pack for pack in view.packs if pack.subscription_id == subscription_id]
        self._begin("adjust", [(view.id, view.name, packs)] if packs else [])

    @handler
    def pick_pack(self, pack_id: str) -> None:
        """Choose the pack."""
        if pack_id in [known for known, _ in self.pack_names]:
            self.pack = pack_id
            self._plan()

    @handler
    def write_change(self, text: str) -> None:
        """Follow what is written into the amount."""
        self.change = str(text)[:10]
        self._plan()

    @handler
    def pick_change(self, text: str) -> EventSpec:
        """Take one of the usual amounts."""
        self.change = str(text)[:10]
        self._plan()
        return rx.set_value("other", "")

    @handler
    def pick_expiry(self, choice: str) -> None:
        """Choose when added credits expire."""
        self.lot_expiry = str(choice)[:10]

    @handler
    async def adjust(self, form: dict[str, str]) -> EventType[()] | None:
        """Add or take credits, as the dialog says."""
        if self.doing != "adjust":
            return None
        amount = forms.text(form, "other") or forms.text(form, "amount")
        ids = [change.customer_id for change in self.changes]
        try:
            made = await self._ask(
                bulk.adjust_all, ids, self.pack, amount, forms.text(form, "reason"), forms.expiry(form), self._key
            )
        except (ValidationFailedError, BulkRefusedError) as error:
            return self._explain(error)
        return self._made(made)

    @handler
    async def pause(self, form: dict[str, str]) -> EventType[()] | None:
        """Pause every pack of theirs, with a note that they read."""
        if self.doing != "pause":
            return None
        ids = [change.customer_id for change in self.changes]
        try:
            made = await self._ask(bulk.pause_all, ids, forms.text(form, "note"), self._key)
        except (ValidationFailedError, BulkRefusedError) as error:
            return self._explain(error)
        return self._made(made)

    @handler
    def close(self) -> None:
        """Close whichever dialog is open."""
        self.doing = ""

    async def _selected(self) -> list[tuple[str, str, list[PackStanding]]]:
        listed = await self.get_state(CustomersState)
        return [
            (row.customer_id, row.name, row.packs) for row in listed.shown.rows if row.customer_id in listed.selected
        ]

    def _begin(self, doing: str, people: list[tuple[str, str, list[PackStanding]]]) -> None:
        if not people:
            return
        self._people, self._key = people, secrets.token_urlsafe()
        self.pack_names = list({pack.pack_id: pack.pack_name for _, _, packs in people for pack in packs}.items())
        self.pack = self.pack_names[0][0] if self.pack_names else ""
        self.change, self.lot_expiry, self.doing = "+1", "", doing
        self._plan()

    def _plan(self) -> None:
        self.changes = []
        for customer_id, name, packs in self._people:
            held = [pack.left for pack in packs if pack.pack_id == self.pack]
            before = sum(held)
            self.changes.append(Change(customer_id, name, bool(held), before, before + self.planned))
        self.errors, self.refused, self.refusals = {}, "", []

    def _explain(self, error: ValidationFailedError | BulkRefusedError) -> EventType[()] | None:
        """Say why nothing was changed, for the field or by name."""
        self.errors, self.refused, self.refusals = {}, "", []
        if isinstance(error, BulkRefusedError):
            self.refused, self.refusals = error.message, error.refusals
            return self._behind()
        self.errors = error.fields
        return forms.unshown(error, "amount", "reason", "expires", "note")

    def _made(self, made: BulkView) -> EventType[()]:
        self.doing = ""
        return [said(made.words), CustomersState.select_none, self._behind()]

    def _behind(self) -> EventCallback[()]:
        """What reads the page behind the dialog anew."""
        on_list = self.router.url.path.rstrip("/") == "/dashboard/customers"
        return CustomersState.refresh if on_list else CustomerState.load
