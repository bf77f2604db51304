"""What stands around every page of the desk: the sidebar's counts, the way to a first sale, and the palette."""

from litesubs.domain import customers, desk
from litesubs.domain.errors import CreatorProfileRequiredError
from litesubs.domain.views.customers import JumpView
from litesubs.domain.views.desk import NavView
from litesubs.state.session import SessionState, handler


class FrameState(SessionState):
    """`found` are the places the palette found for the text `found_for`."""

    nav: NavView = NavView()
    found: list[JumpView] = []
    found_for: str = ""

    @handler
    async def count(self) -> None:
        """Bring the sidebar up to date. Who does not sell yet has nothing to count."""
        try:
            self.nav = await self._ask(desk.nav)
        except CreatorProfileRequiredError:
            self.nav = NavView()

    @handler
    async def find(self, text: str) -> None:
        """Look for customers and packs; with no text there is nothing to look for."""
        wanted = str(text).strip()[: customers.SEARCH_LENGTH]
        try:
            self.found = await self._ask(customers.jump, wanted) if wanted else []
        except CreatorProfileRequiredError:
            self.found = []
        self.found_for = wanted
