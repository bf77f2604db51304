"""A buyer's credits of one pack, with every movement."""

from dataclasses import replace

from reflex.event import EventSpec

from litesubs.domain import wallets
from litesubs.domain.errors import NotFoundError
from litesubs.domain.views.statements import EntryView, SubscriptionView
from litesubs.state.blank import NO_SUBSCRIPTION
from litesubs.state.session import SessionState, answer_error, handler


class WalletSubscriptionState(SessionState):
    """One pack in the buyer's wallet. Nothing can be done here but read and buy again.

    `stage` is loading, shown, missing or failed.
    """

    view: SubscriptionView = NO_SUBSCRIPTION
    entries: list[EntryView] = []
    stage: str = "loading"

    @handler
    async def load(self) -> EventSpec | None:
        """Show the pack of this address, or that there is none."""
        subscription_id = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        try:
            view = await self._ask(wallets.one_of_mine, subscription_id)
        except NotFoundError:
            self.stage = "missing"
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        else:
            self.view, self.entries, self.stage = replace(view, entries=[]), view.entries, "shown"
        return None

    @handler
    def leave(self) -> None:
        """Forget it, so that the next one does not begin with this one's numbers."""
        self.reset()  # type: ignore[no-untyped-call]

    @handler
    async def show_older(self) -> None:
        """Add a page to the end of the ledger."""
        if not self.view.older:
            return
        older = await self._ask(wallets.one_of_mine, self.view.id, self.view.older)
        self.entries.extend(older.entries)
        self.view = replace(older, entries=[])
