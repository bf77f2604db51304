"""The state of a customer's credits of one pack: what its Undo takes back."""

import asyncio
from dataclasses import replace

import pytest

from litesubs.domain.views.statements import SubscriptionView
from litesubs.state.blank import NO_ENTRY, NO_SUBSCRIPTION
from litesubs.state.session import SessionState
from litesubs.state.subscription import SubscriptionState


@pytest.mark.parametrize("spend", ["debit_own", ""])
def test_undo_takes_back_the_spend_it_came_with_and_no_newer_one(spend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    newer, own = (replace(NO_ENTRY, id=name, returnable=1) for name in ("debit_newer", "debit_own"))
    answer = replace(NO_SUBSCRIPTION, id="sub_1", customer_name="Tom", entries=[newer, own], spend=spend)

    async def ask(*_request: object) -> SubscriptionView:
        return answer

    monkeypatch.setattr(SessionState, "_ask", ask)
    state = SubscriptionState(_reflex_internal_init=True)  # type: ignore[call-arg]
    toast = str(asyncio.run(SubscriptionState.use_one.fn(state, state.use_key)))
    assert ("debit_own" in toast, "give_back" in toast) == (bool(spend), bool(spend))
    assert "debit_newer" not in toast
    assert "1 credit used." in toast
