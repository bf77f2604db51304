"""The share links of one pack: a section of the pack's page."""

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import links
from litesubs.domain.errors import NotFoundError, ValidationFailedError
from litesubs.domain.views.offers import LinkView
from litesubs.state.session import SessionState, handler, said

# The section is drawn after the address was read, so the browser could not scroll to it by itself.
TO_LINKS = "location.hash === '#links' && setTimeout(() => document.getElementById('links')?.scrollIntoView(), 50)"


class PackLinksState(SessionState):
    """`adding` opens the dialog for a new link, `asked_id` the one that asks whether to revoke."""

    links: list[LinkView] = []
    loaded: bool = False
    adding: bool = False
    errors: dict[str, str] = {}
    asked_id: str = ""
    asked_name: str = ""

    @handler
    async def load(self) -> EventSpec | None:
        """The links of the pack in the address. An unknown pack has none; the page says what is wrong."""
        self.loaded, self.adding, self.asked_id = False, False, ""
        try:
            self.links = await self._ask(links.of_pack, self._pack_id())
        except NotFoundError:
            self.links = []
            return None
        self.loaded = True
        return rx.call_script(TO_LINKS)

    @handler
    def add(self) -> None:
        """Open the dialog for a new link."""
        self.adding, self.errors = True, {}

    @handler
    async def create(self, form: dict[str, str]) -> EventSpec | None:
        """Make one more link. A second press finds the dialog closed."""
        if not self.adding:
            return None
        name, uses, expires = (str(form.get(field, "")) for field in ("link_name", "link_uses", "link_expires"))
        try:
            made = await self._ask(links.create, self._pack_id(), name, uses, expires)
        except ValidationFailedError as error:
            self.errors = error.fields
            return None
        self.adding = False
        self.links = [*self.links[:1], made, *self.links[1:]]
        return said("Link made. Copy it from the list.")

    @handler
    def ask(self, link_id: str) -> None:
        """Ask whether to revoke this link."""
        link = next((link for link in self.links if link.id == link_id), None)
        if link is not None:
            self.asked_id, self.asked_name = link.id, link.name

    @handler
    def forget(self) -> None:
        """Close whichever dialog is open."""
        self.adding, self.asked_id = False, ""

    @handler
    async def revoke(self) -> EventSpec | None:
        """Close the link for good. A second press finds the dialog closed."""
        asked, self.asked_id = self.asked_id, ""
        if not asked:
            return None
        revoked = await self._ask(links.revoke, asked)
        self.links = [revoked if link.id == revoked.id else link for link in self.links]
        return said("Link revoked.")

    def _pack_id(self) -> str:
        return self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
