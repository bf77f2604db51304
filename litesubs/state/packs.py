"""The creator's list of packs."""

from reflex.event import EventSpec

from litesubs.domain import packs
from litesubs.domain.views.offers import PackView
from litesubs.state.session import SessionState, answer_error, handler, said


class PacksState(SessionState):
    """`stage` is loading, list or failed. `asked_*` is the pack that the open dialog is about."""

    stage: str = "loading"
    packs: list[PackView] = []
    asked_id: str = ""
    asked_name: str = ""
    asked_active: bool = False

    @handler
    async def load(self) -> EventSpec | None:
        """All packs of the person."""
        self.asked_id = ""
        try:
            self.packs = await self._ask(packs.mine)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        self.stage = "list"
        return None

    @handler
    def ask(self, pack_id: str) -> None:
        """Ask whether to take this pack off sale, or to put it back."""
        pack = next((pack for pack in self.packs if pack.id == pack_id), None)
        if pack is not None:
            self.asked_id, self.asked_name, self.asked_active = pack.id, pack.name, pack.active

    @handler
    def forget(self) -> None:
        """Close the dialog."""
        self.asked_id = ""

    @handler
    async def switch(self) -> EventSpec | None:
        """Do what the dialog asked. A second press finds it closed."""
        asked, self.asked_id = self.asked_id, ""
        if not asked:
            return None
        changed = await self._ask(packs.set_active, asked, active=not self.asked_active)
        self.packs = [changed if pack.id == changed.id else pack for pack in self.packs]
        return said("Pack enabled. Its open links sell again." if changed.active else "Pack disabled.")
