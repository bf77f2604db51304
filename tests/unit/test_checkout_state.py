"""The page after checkout ends with an answer, whatever happens to its question."""

import asyncio

from reflex.istate.data import RouterData

from litesubs.domain import accounts, purchases
from litesubs.state.checkout_success import CheckoutState


def test_an_error_that_nobody_expected_ends_in_an_answer() -> None:
    state = CheckoutState(_reflex_internal_init=True)  # type: ignore[call-arg]
    state.router = RouterData.from_router_data({"headers": {"cookie": f"{accounts.cookie_name()}=somebody"}})
    # There is no database to ask who somebody is.
    asyncio.run(state._look_up(purchases.result, "cs_1"))  # noqa: SLF001 - what `load` does after saying that it looks
    assert state.outcome == "broken"
