"""The creator's list of packs."""

from collections.abc import AsyncGenerator, Callable
from functools import partial

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import packs
from litesubs.domain.actors import Actor
from litesubs.domain.views.offers import PackView
from litesubs.state.blank import NO_PACK
from litesubs.state.session import SessionState, answer_error, handler, said

STATUSES = ("active", "disabled", "archived")
CHANGES: dict[str, Callable[[Actor, str], PackView]] = {
    "enable": partial(packs.set_active, active=True),
    "disable": partial(packs.set_active, active=False),
    "archive": packs.archive,
    "restore": packs.restore,
}
ASKED = ("enable", "disable", "archive")
OUTCOMES = {
    "enable": "Pack enabled. Its open links sell again.",
    "disable": "Pack disabled.",
    "archive": "Pack archived. Its holders keep their credits.",
    "restore": "Pack restored. It is off sale until you enable it.",
}


class PacksState(SessionState):
    """`stage` is loading, list or failed. `shown` are the packs of the `status` in view, `counts` how many have each.

    `asked` is the pack that the open dialog is about, and `verb` what it asks: enable, disable or archive.
    """

    stage: str = "loading"
    status: str = "active"
    shown: list[PackView] = []
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    asked: PackView = NO_PACK
    verb: str = ""
    _packs: list[PackView] = []

    @handler
    async def load(self) -> EventSpec | None:
        """All packs of the person."""
        self.verb = ""
        try:
            self._packs = await self._ask(packs.mine)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        self._arrange()
        self.stage = "list"
        return None

    @handler
    def show(self, status: str) -> None:
        """Show the packs on sale, the disabled or the archived ones."""
        if status in STATUSES:
            self.status = status
            self._arrange()

    @handler
    def ask(self, pack_id: str, verb: str) -> None:
        """Ask before a pack is enabled, disabled or archived."""
        pack = next((pack for pack in self._packs if pack.id == pack_id), None)
        if pack is not None and verb in ASKED:
            self.asked, self.verb = pack, verb

    @handler
    def forget(self) -> None:
        """Close the dialog."""
        self.verb = ""

    @handler
    async def do(self) -> EventSpec | None:
        """Do what the dialog asked. A second press finds it closed."""
        verb, self.verb = self.verb, ""
        return await self._change(self.asked.id, verb) if verb else None

    @handler
    async def restore(self, pack_id: str) -> EventSpec:
        """Bring a pack back from the archive."""
        return await self._change(pack_id, "restore")

    @handler
    async def duplicate(self, pack_id: str) -> AsyncGenerator[EventSpec, None]:
        """Copy a pack and open the copy, which nobody can buy yet."""
        copy = await self._ask(packs.duplicate, pack_id)
        yield rx.redirect(f"/dashboard/packs/{copy.id}")
        yield said("Copied. Nobody can buy the copy until you enable it.")

    async def _change(self, pack_id: str, verb: str) -> EventSpec:
        changed = await self._ask(CHANGES[verb], pack_id)
        self._packs = [changed if pack.id == changed.id else pack for pack in self._packs]
        self._arrange()
        return said(OUTCOMES[verb], undo=PacksState.restore(changed.id) if verb == "archive" else None)

    def _arrange(self) -> None:
        self.counts = {status: sum(pack.status == status for pack in self._packs) for status in STATUSES}
        self.shown = [pack for pack in self._packs if pack.status == self.status]
