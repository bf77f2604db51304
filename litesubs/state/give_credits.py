"""Giving credits to a customer, or to an e-mail address that is nobody's yet."""

import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl

import reflex as rx
from reflex.event import EventCallback, EventSpec, EventType

from litesubs.domain import customers, gifts, packs, prose
from litesubs.domain.customers import CustomerQuery
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.gifts import Gift
from litesubs.state import forms
from litesubs.state.customer import CustomerState
from litesubs.state.customers import CustomersState
from litesubs.state.frame import FrameState
from litesubs.state.session import SessionState, handler, said

MOST_MATCHES = 6


@dataclass(frozen=True)
class Match:
    """A customer whom the field of the dialog offers."""

    value: str
    label: str
    hint: str
    is_test: bool = False


NOBODY = Match("", "", "")


class GiveCreditsState(SessionState):
    """The dialog. `email` is whom the credits are for so far, `known` their name where they are a customer.

    `known_test` says that they are a test customer, `marked` that somebody new is to be one.
    """

    giving: bool = False
    fixed: bool = False
    packs: list[tuple[str, str]] = []
    pack: str = ""
    amounts: dict[str, str] = {}
    matches: list[Match] = []
    email: str = ""
    known: str = ""
    known_test: bool = False
    marked: bool = False
    expires: str = ""
    errors: dict[str, str] = {}
    _key: str = ""

    @rx.var
    def addressed(self) -> bool:
        """Whether it says whom, as far as one can tell while it is written."""
        return "@" in self.email[1:-1]

    @rx.var
    def unwritten(self) -> bool:
        """Whether nobody is written to: they are a test customer, or will be one."""
        return self.known_test if self.known else self.marked

    @rx.var
    def first_name(self) -> str:
        """What to call them."""
        return prose.first_name(self.known)

    @handler
    async def begin(self) -> None:
        """Open the dialog for anybody."""
        await self._begin()

    @handler
    async def begin_if_asked(self) -> None:
        """Open the dialog where the address asks for it, as the palette's does: `?give=1`."""
        if dict(parse_qsl(self.router.url.query)).get("give"):
            await self._begin()

    @handler
    async def begin_here(self) -> None:
        """Open the dialog for the customer whose page this is."""
        shown = (await self.get_state(CustomerState)).view
        await self._begin(shown.email, shown.name, test=shown.is_test)

    @handler
    async def look(self, text: str) -> None:
        """Offer the customers whom the words may mean."""
        self.email = str(text).strip()[: customers.SEARCH_LENGTH]
        self.known, self.known_test = "", False
        self.errors = {}
        await self._find()

    @handler
    def pick(self, email: str) -> None:
        """Take one of those offered, or the new address."""
        self.email = str(email).strip()[: customers.SEARCH_LENGTH]
        found = next((match for match in self.matches if match.value == self.email), NOBODY)
        self._take(found)
        self.errors = {}

    @handler
    def mark(self, marked: bool) -> None:  # noqa: FBT001 - what the box sends
        """Make somebody new a test customer, or not."""
        self.marked = marked is True

    @handler
    def pick_pack(self, pack_id: str) -> EventSpec | None:
        """Choose the pack, and with it how many credits are usual."""
        amount = self.amounts.get(str(pack_id))
        if amount is None:
            return None
        self.pack = str(pack_id)
        return rx.set_value("credits", amount)

    @handler
    def pick_expiry(self, choice: str) -> None:
        """Choose when the credits expire."""
        self.expires = str(choice)[:10]

    @handler
    async def give(self, form: dict[str, str]) -> EventType[()] | None:
        """Give them. The same dialog sent twice gives once."""
        if not self.giving:
            return None
        gift = self._gift(form)
        try:
            await self._ask(gifts.give, gift, self._key)
        except ValidationFailedError as error:
            self.errors = error.fields
            named = () if self.known else ("name",)
            return forms.unshown(error, "email", "pack", "credits", "expires", "reason", *named)
        self.giving = False
        told = "Nobody is written to." if self.unwritten else "They get a mail."
        whom = self.first_name if self.known and gift.email == self.email else gift.email
        return [
            said(f"{prose.count(int(gift.credits), 'credit')} given to {whom}. {told}"),
            *self._refreshed(),
        ]

    @handler
    def close(self) -> None:
        """Close the dialog."""
        self.giving = False

    async def _begin(self, email: str = "", name: str = "", *, test: bool = False) -> None:
        offered = [pack for pack in await self._ask(packs.mine) if pack.status != "archived"]
        self.packs = [(pack.id, pack.name) for pack in offered]
        self.amounts = {pack.id: str(pack.credits) for pack in offered}
        self.pack = offered[0].id if offered else ""
        self.email, self.known, self.fixed = email, name, bool(email)
        self.expires, self.errors, self._key = "", {}, secrets.token_urlsafe()
        self.known_test, self.marked, self.matches = test, False, []
        if not email:
            await self._find()
        self.giving = True

    async def _find(self) -> None:
        found = await self._ask(customers.page, CustomerQuery(search=self.email))
        people = [Match(row.email, row.name, row.email, row.is_test) for row in found.rows]
        self.matches = people[:MOST_MATCHES]
        exact = next((match for match in people if match.value.casefold() == self.email.casefold()), NOBODY)
        self._take(exact)

    def _take(self, found: Match) -> None:
        self.known, self.known_test = found.label, found.is_test
        self.marked = self.marked and not self.known  # its box is gone, and comes back empty

    def _gift(self, form: object) -> Gift:
        return Gift(
            name=self.known or forms.text(form, "name"),
            email=self.email if self.fixed else forms.text(form, "email"),
            pack_id=forms.text(form, "pack"),
            credits=forms.text(form, "credits"),
            expires=forms.expiry(form),
            reason=forms.text(form, "reason"),
            promo=forms.ticked(form, "promo"),
            test=forms.ticked(form, "test") and not self.known,
        )

    def _refreshed(self) -> list[EventCallback[()]]:
        """What the page behind the dialog has to read anew."""
        path = self.router.url.path.rstrip("/")
        if path == "/dashboard/customers":
            return [CustomersState.refresh, FrameState.count]
        return [CustomerState.load] if path.startswith("/dashboard/customers/") else []
