"""A buyer's credits of one pack, with every movement."""

from litesubs.domain import wallets
from litesubs.state.session import SessionState
from litesubs.state.statement import Read, StatementState


class WalletSubscriptionState(StatementState, SessionState):
    """One pack in the buyer's wallet. Nothing can be done here but read and buy again."""

    def _source(self) -> Read:
        return wallets.one_of_mine
