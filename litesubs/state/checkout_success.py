"""What came of a checkout, for the page after it and the page of someone who turned back."""

from litesubs.domain import purchases
from litesubs.domain.errors import NotFoundError, PaymentProviderError
from litesubs.domain.views.checkout import CheckoutResult
from litesubs.state.session import SessionState, handler

NOTHING = CheckoutResult(state="", pack_name="", credits=0, price="", creator_name="", subscription_id="", retry_url="")


class CheckoutState(SessionState):
    """The buyer's purchase. `outcome` is "" at first, then a CheckoutResult's state, "unknown" or "unreachable"."""

    outcome: str = ""
    result: CheckoutResult = NOTHING
    trouble: str = ""

    @handler
    async def load(self) -> None:
        """Settle the purchase of Stripe's session id and say what came of it."""
        self.outcome = ""
        try:
            self.result = await self._ask(purchases.result, self.router.url.query_parameters.get("session_id", ""))
        except NotFoundError:
            self.outcome = "unknown"
        except PaymentProviderError as error:
            self.outcome, self.trouble = "unreachable", error.message
        else:
            self.outcome = self.result.state

    @handler
    async def load_cancelled(self) -> None:
        """The purchase that the buyer walked away from."""
        self.outcome = ""
        try:
            self.result = await self._ask(purchases.cancelled, self.router.url.query_parameters.get("purchase", ""))
        except NotFoundError:
            self.outcome = "unknown"
        else:
            self.outcome = self.result.state
