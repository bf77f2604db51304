"""The creator's overview, and the first run of someone who has nothing to sell yet."""

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import accounts, insights, prose
from litesubs.domain.errors import CreatorProfileRequiredError, ValidationFailedError
from litesubs.domain.views.desk import CurrencyFigures, OverviewView
from litesubs.state.session import SessionState, answer_error, handler

NOTHING = CurrencyFigures("", "", 0, 0, 0, 0, 0, "")
SHORTEST_HANDLE, LONGEST_HANDLE = 3, 30


class DashboardState(SessionState):
    """`stage` is loading, first_run, desk or failed. `figures` are those of the chosen currency."""

    stage: str = "loading"
    desk: OverviewView = OverviewView(figures=[], activity=[], packs=0, customers=0)
    currencies: list[str] = []
    figures: CurrencyFigures = NOTHING
    errors: dict[str, str] = {}
    suggested_handle: str = ""
    _handle_typed: bool = False

    @handler
    async def load(self) -> EventSpec | None:
        """The numbers, or the card of the first run for someone without a selling side."""
        try:
            self._show(await self._ask(insights.desk))
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
    def pick(self, currency: str) -> None:
        """Show the numbers of another currency."""
        self.figures = next((found for found in self.desk.figures if found.currency == currency), self.figures)

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
        display_name, handle = (str(form.get(name, "")) for name in ("display_name", "handle"))
        try:
            self.account = await self._ask(accounts.become_creator, display_name, handle)
        except ValidationFailedError as error:
            self.errors = error.fields
            return None
        return rx.redirect("/dashboard/packs/new")

    def _show(self, desk: OverviewView) -> None:
        self.desk, self.stage = desk, "desk"
        self.currencies = [figures.currency for figures in desk.figures]
        chosen = self.figures.currency
        first = next(iter(desk.figures), NOTHING)
        self.figures = next((figures for figures in desk.figures if figures.currency == chosen), first)


def _handle(name: str) -> str:
    """A handle that fits a name, or "" where the name has too few letters for one."""
    found = prose.slug(name[: LONGEST_HANDLE * 2])[:LONGEST_HANDLE].strip("-")
    return found if len(found) >= SHORTEST_HANDLE else ""
