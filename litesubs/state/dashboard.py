"""The creator's overview, and the first run of someone who has nothing to sell yet."""

from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import desk, profiles, prose
from litesubs.domain.errors import CreatorProfileRequiredError, ValidationFailedError
from litesubs.domain.views.desk import DeskView
from litesubs.state.forms import text
from litesubs.state.session import SessionState, answer_error, handler

SHORTEST_HANDLE, LONGEST_HANDLE = 3, 30
DATE_LENGTH, LONGEST_PERIOD = 10, 20


class DashboardState(SessionState):
    """`stage` is loading, first_run, desk or failed. `desk` is of the chosen period and currency."""

    stage: str = "loading"
    desk: DeskView = DeskView()
    period: str = "this_month"
    start: str = ""
    end: str = ""
    currency: str = ""
    errors: dict[str, str] = {}
    suggested_handle: str = ""
    _handle_typed: bool = False

    @rx.var
    def query(self) -> str:
        """What is chosen, as the query of the files to download."""
        chosen = {"period": self.period, "start": self.start, "end": self.end, "currency": self.desk.currency}
        return urlencode({name: value for name, value in chosen.items() if value})

    @handler
    async def load(self) -> EventSpec | None:
        """The numbers, or the card of the first run for someone without a selling side."""
        try:
            await self._show()
        except CreatorProfileRequiredError:
            self.stage = "first_run"
            self.errors = {}
            self._handle_typed = False
            self.suggested_handle = _handle(self.account.name)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        return None

    @handler
    async def pick_period(self, period: str) -> None:
        """Show another period."""
        await self._choose(str(period)[:LONGEST_PERIOD])

    @handler
    async def pick_dates(self, form: dict[str, str]) -> None:
        """Show the days from one date to another; without either, this month again."""
        start, end = (text(form, name)[:DATE_LENGTH] for name in ("start", "end"))
        await self._choose("custom" if start or end else "this_month", start, end)

    @handler
    async def pick_currency(self, currency: str) -> None:
        """Show the numbers of another currency."""
        self.currency = str(currency)[:3]
        await self._show()

    @handler
    def suggest(self, display_name: str) -> None:
        """Let the handle follow the name until the person writes one."""
        if not self._handle_typed:
            self.suggested_handle = _handle(str(display_name))

    @handler
    def type_handle(self, _handle: str) -> None:
        """From now on the handle is the person's own."""
        self._handle_typed = True

    @handler
    async def become_creator(self, form: dict[str, str]) -> EventSpec | None:
        """Give the person a selling side, and go on to the first pack."""
        typed = [text(form, name) for name in ("display_name", "handle", "time_zone")]
        try:
            self.account = await self._ask(profiles.become_creator, *typed)
        except ValidationFailedError as error:
            self.errors = error.fields
            return None
        return rx.redirect("/dashboard/packs/new")

    async def _choose(self, period: str, start: str = "", end: str = "") -> None:
        """Show these days, or say what is wrong with them and stay with those that are shown."""
        before = (self.period, self.start, self.end)
        self.period, self.start, self.end, self.errors = period, start, end, {}
        try:
            await self._show()
        except ValidationFailedError as error:
            self.period, self.start, self.end = before
            self.errors = error.fields

    async def _show(self) -> None:
        self.desk = await self._ask(desk.overview, self.period, self.start, self.end, self.currency)
        self.stage = "desk"


def _handle(name: str) -> str:
    """A handle that fits a name, or "" where the name has too few letters for one."""
    found = prose.slug(name[: LONGEST_HANDLE * 2])[:LONGEST_HANDLE].strip("-")
    return found if len(found) >= SHORTEST_HANDLE else ""
