"""What came of a checkout, for the page after it and the page of someone who turned back."""

import logging
from collections.abc import AsyncIterator, Callable

from litesubs.domain import purchases
from litesubs.domain.actors import Actor
from litesubs.domain.errors import NotFoundError, PaymentProviderError, SignInRequiredError
from litesubs.domain.views.checkout import CheckoutResult
from litesubs.state.session import SessionState, handler

NOTHING = CheckoutResult(state="", pack_name="", credits=0, price="", creator_name="", subscription_id="", retry_url="")

logger = logging.getLogger(__name__)


class CheckoutState(SessionState):
    """The buyer's purchase.

    `outcome` is "" while it is looked up, then a CheckoutResult's state, or unknown (not theirs), unreachable (Stripe
    does not answer) or broken (we failed).
    """

    outcome: str = ""
    result: CheckoutResult = NOTHING
    trouble: str = ""

    @handler
    async def load(self) -> AsyncIterator[None]:
        """Settle the purchase of Stripe's session id and say what came of it."""
        self.outcome = ""
        yield
        await self._look_up(purchases.result, self.router.url.query_parameters.get("session_id", ""))

    @handler
    async def load_cancelled(self) -> AsyncIterator[None]:
        """Settle the purchase that the buyer walked away from and say what came of it."""
        self.outcome = ""
        yield
        await self._look_up(purchases.cancelled, self.router.url.query_parameters.get("purchase", ""))

    async def _look_up(self, use_case: Callable[[Actor, str], CheckoutResult], which: str) -> None:
        try:
            self.result = await self._ask(use_case, which)
        except SignInRequiredError:
            raise
        except NotFoundError:
            self.outcome = "unknown"
        except PaymentProviderError as error:
            self.outcome, self.trouble = "unreachable", error.message
        except Exception:
            logger.exception("a checkout could not be looked up")
            self.outcome = "broken"
        else:
            self.outcome = self.result.state
