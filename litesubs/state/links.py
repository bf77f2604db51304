"""Share links: all of a creator's on a page of their own, and those of one pack on the pack's page."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import links, packs, sharing
from litesubs.domain.errors import NotFoundError, ValidationFailedError
from litesubs.domain.views.offers import LinkView
from litesubs.state.blank import NO_LINK
from litesubs.state.session import SessionState, answer_error, handler, said

ROWS = 50
FIELDS = ("pack", "name", "email", "max_uses", "expires")
STATES = ("open", "off_sale", "used_up", "expired", "revoked")
SORTS: dict[str, Callable[[LinkView], Any]] = {
    "name": lambda link: link.name.casefold(),
    "pack": lambda link: link.pack_name.casefold(),
    "views": lambda link: link.figures.views,
    "sign_ups": lambda link: link.figures.sign_ups,
    "sales": lambda link: link.figures.sales,
    "rate": lambda link: link.figures.sales / max(link.figures.views, 1),
    "uses": lambda link: link.used,
    "ends": lambda link: link.ends or "9999",
}
# The section is drawn after the address was read, so the browser could not scroll to it by itself.
TO_LINKS = "location.hash === '#links' && setTimeout(() => document.getElementById('links')?.scrollIntoView(), 50)"


class LinksState(SessionState):
    """`stage` is loading, list or failed; `shown` are those of the `found` links that have room on the page.

    `sort` is a column's key, with "-" before it where the largest comes first, and "" for the newest first. `dialog` is
    new, qr, button, revoke or "" for none, and `asked` the link that it is about. On a pack's page `pack_id` is that
    pack.
    """

    stage: str = "loading"
    shown: list[LinkView] = []
    found: int = 0
    total: int = 0
    search: str = ""
    pack: str = ""
    status: str = ""
    sort: str = ""
    pack_id: str = ""
    pack_names: list[tuple[str, str]] = []
    choices: list[tuple[str, str]] = []
    dialog: str = ""
    errors: dict[str, str] = {}
    asked: LinkView = NO_LINK
    _links: list[LinkView] = []
    _room: int = ROWS

    @rx.var
    def narrowed(self) -> bool:
        """Whether a search or a filter is in force."""
        return bool(self.search or self.pack or self.status)

    @rx.var
    def button_code(self) -> list[str]:
        """The HTML of the buy button for the link that is asked about, and that of a plain link."""
        return list(sharing.button_code(self.asked))

    @handler
    async def load(self) -> EventSpec | None:
        """Every link of the person, and the packs that a new one can lead to."""
        self._begin()
        try:
            self._links = await self._ask(links.mine)
            self.choices = await self._ask(packs.names, archived=False)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        self.pack_names = list({link.pack_id: link.pack_name for link in self._links}.items())
        self._arrange()
        self.stage = "list"
        return None

    @handler
    async def load_of_pack(self) -> EventSpec | None:
        """The links of the pack in the address. An unknown pack has none; the page says what is wrong."""
        self._begin()
        try:
            self._links = await self._ask(links.of_pack, self.pack_id)
        except NotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        self._arrange()
        self.stage = "list"
        return rx.call_script(TO_LINKS)

    @handler
    async def refresh(self) -> None:
        """Read the links of the pack anew, since the pack went on or off sale."""
        if self.pack_id:
            self._links = await self._ask(links.of_pack, self.pack_id)
            self._arrange()

    @handler
    def find(self, text: str) -> None:
        """Show the links whose name, pack or e-mail has this in it."""
        self.search = str(text).strip()[: links.NAME_LENGTH]
        self._arrange()

    @handler
    def pick_pack(self, pack_id: str) -> None:
        """Show the links of this pack; "" for all."""
        self.pack = next((key for key, _ in self.pack_names if key == pack_id), "")
        self._arrange()

    @handler
    def pick_status(self, status: str) -> None:
        """Show the links that are open, or closed in this way; "" for all."""
        self.status = status if status in STATES else ""
        self._arrange()

    @handler
    def sort_by(self, key: str) -> None:
        """Order by a column."""
        if str(key).removeprefix("-") in SORTS:
            self.sort = str(key)
            self._arrange()

    @handler
    def clear(self) -> None:
        """Show all links again."""
        self.search = self.pack = self.status = ""
        self._arrange()

    @handler
    def show_more(self) -> None:
        """Make room for more."""
        self._room += ROWS
        self._arrange()

    @handler
    def add(self) -> None:
        """Open the dialog for a new link."""
        self._follow()
        self.dialog, self.errors = "new", {}

    @handler
    async def create(self, form: dict[str, str]) -> EventSpec | None:
        """Make one more link. A second press finds the dialog closed."""
        if self.dialog != "new":
            return None
        pack_id, name, email, uses, expires = (str(form.get(f"link_{field}", "")) for field in FIELDS)
        try:
            made = await self._ask(links.create, self.pack_id or pack_id, name, uses, expires, email)
        except ValidationFailedError as error:
            self.errors = error.fields
            first = next((field for field in FIELDS if field in error.fields), FIELDS[0])
            return rx.call_script(f"document.getElementById('link_{first}')?.focus()")
        self.dialog = ""
        at = sum(link.is_default for link in self._links[:1]) if self.pack_id else 0  # a pack's own link stays first
        self._links = [*self._links[:at], made, *self._links[at:]]
        self._arrange()
        return said("Link made. Copy it from the list.")

    @handler
    def ask(self, link_id: str, dialog: str) -> None:
        """Open a link's QR code or its buy button, or ask whether to revoke it."""
        link = next((link for link in self._links if link.id == link_id), None)
        if link is not None and dialog in ("qr", "button", "revoke"):
            self.asked, self.dialog = link, dialog

    @handler
    def forget(self) -> None:
        """Close whichever dialog is open."""
        self.dialog = ""

    @handler
    async def revoke(self) -> EventSpec | None:
        """Close the link for good. A second press finds the dialog closed."""
        dialog, self.dialog = self.dialog, ""
        if dialog != "revoke":
            return None
        revoked = await self._ask(links.revoke, self.asked.id)
        self._links = [revoked if link.id == revoked.id else link for link in self._links]
        self._arrange()
        return said("Link revoked.")

    def _begin(self) -> None:
        self._follow()
        if self.dialog != "new":  # who is quick may have opened that before this event
            self.dialog = ""
        if self.pack_id:
            self.search = self.pack = self.status = self.sort = ""
        self.stage, self._links, self.shown, self._room = "loading", [], [], ROWS

    def _follow(self) -> None:
        """Forget what belongs to the page before this one. Who is quick acts here before the page's load event runs."""
        last = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        pack_id = "" if last == "links" else last
        if pack_id != self.pack_id:
            self.search = self.pack = self.status = self.sort = self.dialog = ""
            self.pack_id = pack_id

    def _arrange(self) -> None:
        wanted = self.search.casefold()
        found = [
            link
            for link in self._links
            if (not self.pack or link.pack_id == self.pack)
            and (not self.status or link.state == self.status)
            and wanted in f"{link.name}\n{link.pack_name}\n{link.email}\n{link.token}".casefold()
        ]
        if self.sort:
            found.sort(key=SORTS[self.sort.removeprefix("-")], reverse=self.sort.startswith("-"))
        self.found, self.total, self.shown = len(found), len(self._links), found[: self._room]
