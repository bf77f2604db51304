"""The creator's customers: found, narrowed, ordered and turned through a page at a time, and some of them selected."""

import json
from urllib.parse import parse_qsl, urlencode

import reflex as rx
from reflex.event import EventSpec, EventType

from litesubs.domain import customers, packs
from litesubs.domain.customers import CustomerQuery
from litesubs.domain.views.customers import CustomerPage
from litesubs.state.blank import NO_CUSTOMERS
from litesubs.state.session import SessionState, answer_error, handler

PATH = "/dashboard/customers"
FLAGS = ("expiring", "low", "inactive")
STATUSES = ("active", "paused", "disabled")
TESTS = ("only", "without")
TEXTS = ("search", "pack", "status", "test", "sort")
NEWEST_FIRST = "-active"
OVERTAKEN_AT_MOST = 20


class CustomersState(SessionState):
    """The list. Its address says what narrows and orders it, so that it can be shared and the back button works.

    An address that says nothing shows the list as it was left. `stage` is loading, shown or failed; `sort` is the key
    of a column, with "-" before it where the largest comes first; `only` holds some of FLAGS. `_overtaken` is what the
    address said, on this connection, before the choices that were made since the page was opened.
    """

    shown: CustomerPage = NO_CUSTOMERS
    stage: str = "loading"
    query: str = ""
    pack: str = ""
    status: str = ""
    test: str = ""
    has_tests: bool = False
    only: list[str] = []
    sort: str = NEWEST_FIRST
    pack_names: list[tuple[str, str]] = []
    selected: list[str] = []
    at_start: bool = True
    words: str = ""
    _cursors: list[str] = []
    _overtaken: list[dict[str, str]] = []
    _connection: str = ""

    @rx.var
    def narrowed(self) -> bool:
        """Whether a search or a filter is in force."""
        return bool(self.query or self.pack or self.status or self.test or self.only)

    @rx.var
    def export_href(self) -> str:
        """The file of everybody the list finds."""
        return _address(f"{PATH}.csv", self._said())

    @rx.var
    def export_selected_href(self) -> str:
        """The file of those who are selected."""
        return _address(f"{PATH}.csv", {"customers": ",".join(self.selected)})

    @handler
    async def load(self) -> EventType[()] | None:
        """Show what the address asks for, else the list as it was left."""
        try:
            self.pack_names = await self._ask(packs.names, archived=True)
            await self._look_for_tests()
            self._arrive(dict(parse_qsl(self.router.url.query)))
            await self._turn()
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        return self._address_shown()

    @handler
    async def search(self, text: str) -> EventType[()] | None:
        """Show whoever matches."""
        self._choose()
        self.query = str(text).strip()[: customers.SEARCH_LENGTH]
        return await self._first_page()

    @handler
    async def pick_pack(self, pack_id: str) -> EventType[()] | None:
        """Show who holds this pack; "" for all."""
        self._choose()
        self._take(pack=pack_id, status=self.status, test=self.test)
        return await self._first_page()

    @handler
    async def pick_status(self, status: str) -> EventType[()] | None:
        """Show those with a pack of this status; "" for all."""
        self._choose()
        self._take(pack=self.pack, status=status, test=self.test)
        return await self._first_page()

    @handler
    async def pick_test(self, test: str) -> EventType[()] | None:
        """Show "only" test customers or the list "without" them; "" for all."""
        self._choose()
        self._take(pack=self.pack, status=self.status, test=test)
        return await self._first_page()

    @handler
    async def flip(self, flag: str) -> EventType[()] | None:
        """Put one of FLAGS in force, or out of it."""
        self._choose()
        held = {*self.only} ^ {str(flag)}
        self.only = [flag for flag in FLAGS if flag in held]
        return await self._first_page()

    @handler
    async def sort_by(self, sort: str) -> EventType[()] | None:
        """Order the list by a column; "-" before its key for the largest first."""
        self._choose()
        self.sort = _order(sort)
        return await self._first_page()

    @handler
    async def clear(self) -> EventType[()] | None:
        """Show everybody."""
        self._choose()
        self.query, self.pack, self.status, self.test, self.only = "", "", "", "", []
        shown = await self._first_page()
        return [rx.set_value("search", ""), shown]

    @handler
    async def next_page(self) -> None:
        """The page behind this one."""
        if self.shown.after:
            self._cursors.append(self.shown.after)
            await self._turn()

    @handler
    async def previous_page(self) -> None:
        """The page before this one."""
        if self._cursors:
            self._cursors.pop()
            await self._turn()

    @handler
    async def refresh(self) -> None:
        """Show this page as it is now: something was given or changed."""
        await self._look_for_tests()
        await self._turn()

    @handler
    def select(self, customer_id: str) -> None:
        """Select a customer of this page, or no longer."""
        chosen = {*self.selected} ^ {str(customer_id)}
        self.selected = [row.customer_id for row in self.shown.rows if row.customer_id in chosen]

    @handler
    def select_all(self) -> None:
        """Select the whole page; where it is selected, nobody."""
        everybody = [row.customer_id for row in self.shown.rows]
        self.selected = [] if self.selected == everybody else everybody

    @handler
    def select_none(self) -> None:
        """Select nobody."""
        self.selected = []

    async def _look_for_tests(self) -> None:
        self.has_tests = await self._ask(customers.any_test)
        self._take(pack=self.pack, status=self.status, test=self.test)

    async def _first_page(self) -> EventSpec:
        self._cursors = []
        await self._turn()
        return self._address_shown()

    async def _turn(self) -> None:
        """Show the page behind the last cursor; where everybody has left it since, the one before."""
        shown = await self._page()
        while self._cursors and not shown.rows:
            self._cursors.pop()
            shown = await self._page()
        if shown.at_start:  # a cursor that is none any more
            self._cursors = []
        skipped = len(self._cursors) * customers.ROWS_PER_PAGE
        self.shown, self.stage, self.at_start = shown, "shown", not self._cursors
        self.words = f"{skipped + 1:,}\u2013{skipped + len(shown.rows):,} of {shown.count}" if shown.rows else ""
        self.selected = [row.customer_id for row in shown.rows if row.customer_id in self.selected]

    async def _page(self) -> CustomerPage:
        return await self._ask(customers.page, self._asked(), self._cursors[-1] if self._cursors else "")

    def _asked(self) -> CustomerQuery:
        return CustomerQuery(
            search=self.query,
            pack=self.pack,
            statuses=[self.status] if self.status else [],
            expiring="expiring" in self.only,
            low="low" in self.only,
            inactive="inactive" in self.only,
            test=self.test,
            sort=self.sort.removeprefix("-"),
            descending=self.sort.startswith("-"),
        )

    def _choose(self) -> None:
        """A choice is about to be made: what the address says until now is overtaken."""
        self._overtaken = [*self._overtaken, self._said()][-OVERTAKEN_AT_MOST:]
        self._connection = self.router.session.session_id

    def _arrive(self, address: dict[str, str]) -> None:
        """Take over the address the page was opened with, unless choices made since, faster than this, overtook it."""
        if self._connection != self.router.session.session_id or address not in self._overtaken:
            self._read(address)
        self._overtaken = []

    def _read(self, address: dict[str, str]) -> None:
        """Take over what the address asks for. Where that is what is shown already, its page stays open."""
        if not address.keys() & {*TEXTS, *FLAGS}:
            return
        before = self._said()
        self.query = address.get("search", "").strip()[: customers.SEARCH_LENGTH]
        self._take(pack=address.get("pack", ""), status=address.get("status", ""), test=address.get("test", ""))
        self.only = [flag for flag in FLAGS if flag in address]
        self.sort = _order(address.get("sort", NEWEST_FIRST))
        if self._said() != before:
            self._cursors = []

    def _take(self, *, pack: str, status: str, test: str) -> None:
        """Narrow by a pack, a status and whether a customer is a test one, each if there is such a one."""
        self.pack = pack if pack in [pack_id for pack_id, _ in self.pack_names] else ""
        self.status = status if status in STATUSES else ""
        self.test = test if self.has_tests and test in TESTS else ""

    def _said(self) -> dict[str, str]:
        """What the address says: only what differs from the whole list in its usual order."""
        texts = {"search": self.query, "pack": self.pack, "status": self.status, "test": self.test}
        order = {} if self.sort == NEWEST_FIRST else {"sort": self.sort}
        return {name: text for name, text in texts.items() if text} | dict.fromkeys(self.only, "1") | order

    def _address_shown(self) -> EventSpec:
        address = json.dumps(_address(PATH, self._said()))
        script = f"if (location.pathname === '{PATH}') history.replaceState(history.state, '', {address})"
        return rx.call_script(script)


def _address(path: str, said: dict[str, str]) -> str:
    return f"{path}?{urlencode(said)}" if said else path


def _order(sort: object) -> str:
    return sort if isinstance(sort, str) and sort.removeprefix("-") in customers.SORTS else NEWEST_FIRST
