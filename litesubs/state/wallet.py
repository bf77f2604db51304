"""What a buyer holds, by creator."""

from reflex.event import EventSpec

from litesubs.domain import wallets
from litesubs.domain.views.statements import WalletView
from litesubs.state.blank import NO_WALLET
from litesubs.state.session import SessionState, answer_error, handler


class WalletState(SessionState):
    """The wallet of whoever is signed in. `stage` is loading, shown or failed."""

    view: WalletView = NO_WALLET
    stage: str = "loading"

    @handler
    async def load(self) -> EventSpec | None:
        """Show the wallet."""
        try:
            self.view, self.stage = await self._ask(wallets.mine), "shown"
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        return None
