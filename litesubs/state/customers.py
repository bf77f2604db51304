"""The creator's customers: a page of them at a time, found by name or e-mail."""

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import customers
from litesubs.domain.views.customers import CustomerPage
from litesubs.state.blank import NO_CUSTOMERS
from litesubs.state.session import SessionState, answer_error, handler


class CustomersState(SessionState):
    """The list as it was left: its search and page are still there when a person comes back from a customer.

    `stage` is loading, shown or failed.
    """

    shown: CustomerPage = NO_CUSTOMERS
    stage: str = "loading"
    query: str = ""
    at_start: bool = True
    words: str = ""
    _cursors: list[str] = []

    @handler
    async def load(self) -> EventSpec | None:
        """Show the page of customers that was open last."""
        try:
            await self._turn()
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        return None

    @handler
    async def search(self, text: str) -> None:
        """Show the first page of whoever matches."""
        self.query = str(text).strip()[: customers.SEARCH_LENGTH]
        self._cursors = []
        await self._turn()

    @handler
    async def clear(self) -> EventSpec:
        """Empty the search and show everybody."""
        self.query, self._cursors = "", []
        await self._turn()
        return rx.set_value("search", "")

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

    async def _turn(self) -> None:
        after = self._cursors[-1] if self._cursors else ""
        shown = await self._ask(customers.page, self.query, after)
        skipped = len(self._cursors) * customers.ROWS_PER_PAGE
        self.shown, self.stage, self.at_start = shown, "shown", not self._cursors
        self.words = f"{skipped + 1:,}\u2013{skipped + len(shown.rows):,} of {shown.total:,}" if shown.rows else ""
