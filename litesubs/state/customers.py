"""The creator's customers: a page of them at a time, found by name or e-mail."""

import reflex as rx

from litesubs.domain import customers
from litesubs.domain.views import CustomerPage
from litesubs.state.blank import NO_CUSTOMERS
from litesubs.state.session import SessionState


class CustomersState(SessionState):
    """The list as it was left: its search and page are still there when a person comes back from a customer."""

    shown: CustomerPage = NO_CUSTOMERS
    loaded: bool = False
    query: str = ""
    at_start: bool = True
    words: str = ""
    _cursors: list[str] = []

    @rx.event
    async def load(self) -> None:
        """Show the page of customers that was open last."""
        await self._turn()

    @rx.event
    async def search(self, text: str) -> None:
        """Show the first page of whoever matches."""
        self.query = str(text).strip()[: customers.SEARCH_LENGTH]
        self._cursors = []
        await self._turn()

    @rx.event
    async def clear(self) -> rx.event.EventSpec:
        """Empty the search and show everybody."""
        self.query, self._cursors = "", []
        await self._turn()
        return rx.set_value("search", "")

    @rx.event
    async def next_page(self) -> None:
        """The page behind this one."""
        if self.shown.after:
            self._cursors.append(self.shown.after)
            await self._turn()

    @rx.event
    async def previous_page(self) -> None:
        """The page before this one."""
        if self._cursors:
            self._cursors.pop()
            await self._turn()

    async def _turn(self) -> None:
        after = self._cursors[-1] if self._cursors else ""
        shown = await self._ask(customers.page, self.query, after)
        skipped = len(self._cursors) * customers.ROWS_PER_PAGE
        self.shown, self.loaded, self.at_start = shown, True, not self._cursors
        self.words = f"{skipped + 1:,}\u2013{skipped + len(shown.rows):,} of {shown.total:,}" if shown.rows else ""
