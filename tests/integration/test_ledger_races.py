"""The ledger under threads that start together: nothing is spent twice, lost, or out of order."""

import contextvars
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import chain, clock, ids, ledger, verify, wallets
from litesubs.domain.errors import (
    DomainError,
    InsufficientCreditsError,
    LotOverError,
    NothingToReverseError,
    SubscriptionInactiveError,
)
from litesubs.domain.views.statements import SubscriptionView
from litesubs.models import CreditGrant, GrantSource, LedgerEntry, SubscriptionStatus
from tests import factories
from tests.factories import SYSTEM, Holding, at_once, unexpected

pytestmark = pytest.mark.usefixtures("database")
NOTE = chain.Note("correction")


def debit(held: Holding, amount: int = 1) -> UUID:
    """Spend in a transaction of its own."""
    with transaction() as session:
        return ledger.debit(session, held.wallet_id, amount, SYSTEM)


def reverse(posting_id: UUID, amount: int | None = None) -> UUID:
    """Give back in a transaction of its own."""
    with transaction() as session:
        return ledger.reverse(session, posting_id, SYSTEM, amount=amount)


def adjust(held: Holding, change: int) -> UUID:
    """Correct in a transaction of its own."""
    with transaction() as session:
        if change > 0:
            return ledger.adjust_up(session, held.subscription_id, change, SYSTEM, None, NOTE)
        return ledger.adjust_down(session, held.subscription_id, -change, SYSTEM, NOTE)


def expire(grant_id: UUID) -> UUID | None:
    """Expire in a transaction of its own."""
    with transaction() as session:
        return ledger.expire(session, grant_id, SYSTEM)


def void(grant_id: UUID) -> int:
    """Take back in a transaction of its own."""
    with transaction() as session:
        return ledger.void(session, grant_id, SYSTEM, NOTE)


def extend(grant_id: UUID, hours: int) -> str:
    """Give more time in a transaction of its own."""
    with transaction() as session:
        ledger.extend(session, grant_id, factories.later(hours=hours), SYSTEM, chain.Note("ill"))
    return "extended"


def grants(held: Holding) -> list[UUID]:
    """The wallet's lots."""
    with transaction() as session:
        return list(session.exec(select(CreditGrant.id).where(CreditGrant.wallet_id == held.wallet_id)))


def set_status(held: Holding, status: SubscriptionStatus) -> None:
    """Change the status in a transaction of its own."""
    with transaction() as session:
        ledger.set_status(session, held.subscription_id, status, "")


def succeeded(outcomes: list[Any]) -> list[Any]:
    """The outcomes that are no errors."""
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def versions(held: Holding) -> list[int]:
    """The wallet's versions in the order of the chain."""
    with transaction() as session:
        query = select(LedgerEntry.wallet_version).where(LedgerEntry.wallet_id == held.wallet_id)
        return sorted(session.exec(query))


def test_of_fifty_debits_at_once_on_twenty_credits_exactly_twenty_succeed() -> None:
    held = factories.customer_with(12, 8)
    outcomes = at_once(*[partial(debit, held)] * 50)
    assert len(succeeded(outcomes)) == 20
    assert sum(isinstance(outcome, InsufficientCreditsError) for outcome in outcomes) == 30
    assert factories.balance(held) == 0
    assert versions(held) == list(range(1, 23))
    assert verify.violations() == []


def test_debits_of_different_sizes_at_once_never_overdraw() -> None:
    held = factories.customer_with(20)
    outcomes = at_once(*[partial(debit, held, 1 + number % 5) for number in range(20)])
    assert unexpected(outcomes) == []
    with transaction() as session:
        spent = -sum(entry.posted_delta for entry in session.exec(select(LedgerEntry)) if entry.wallet_version > 1)
    assert factories.balance(held) == 20 - spent >= 0
    assert verify.violations() == []


def test_adjusting_and_spending_at_once_leaves_versions_without_gaps() -> None:
    held = factories.customer_with(10)
    calls: list[Any] = [partial(debit, held)] * 6 + [partial(adjust, held, -1)] * 6 + [partial(adjust, held, 2)] * 6
    outcomes = at_once(*calls)
    assert unexpected(outcomes) == []
    assert len(succeeded(outcomes)) == 18
    assert versions(held) == list(range(1, 20))
    assert factories.balance(held) == 10 - 6 - 6 + 12
    assert verify.violations() == []


def test_a_source_granted_many_times_at_once_is_granted_once() -> None:
    held = factories.customer_with()
    outcomes = at_once(*[partial(factories.give, held, 10, ref="once")] * 12)
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert factories.balance(held) == 10
    assert verify.violations() == []


def test_a_source_granted_at_once_to_two_customers_reaches_one() -> None:
    one, other = factories.customer_with(), factories.customer_with()
    outcomes = at_once(*[partial(factories.give, held, 10, ref="once") for held in (one, other)])
    assert factories.balance(one) + factories.balance(other) == 10
    assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 1
    assert verify.violations() == []


def test_one_debit_reversed_many_times_at_once_is_given_back_once() -> None:
    held = factories.customer_with(10)
    posting = debit(held, 7)
    outcomes = at_once(*[partial(reverse, posting)] * 10)
    assert len(succeeded(outcomes)) == 1
    assert sum(isinstance(outcome, NothingToReverseError) for outcome in outcomes) == 9
    assert factories.balance(held) == 10
    assert verify.violations() == []


def test_partial_reversals_at_once_give_back_no_more_than_was_spent() -> None:
    held = factories.customer_with(4, 6)
    posting = debit(held, 7)
    outcomes = at_once(*[partial(reverse, posting, 2)] * 8)
    assert unexpected(outcomes) == []
    assert len(succeeded(outcomes)) == 3
    assert factories.balance(held) == 9
    assert verify.violations() == []


def test_expiring_and_spending_at_once_share_the_lot() -> None:
    held = factories.customer_with()
    factories.give(held, 5, expires_at=factories.later(hours=1))
    with transaction() as session:
        grant_id = session.exec(select(CreditGrant.id)).one()
    with clock.at(factories.later(hours=2)):
        frozen = contextvars.copy_context()
    calls: list[Any] = [partial(frozen.copy().run, expire, grant_id) for _ in range(4)]
    outcomes = at_once(*calls, *[partial(debit, held)] * 4)
    assert unexpected(outcomes) == []
    assert factories.balance(held) == 0
    assert verify.violations() == []


def test_taking_back_and_spending_at_once_share_the_lot() -> None:
    held = factories.customer_with(9)
    (grant_id,) = grants(held)
    calls: list[Any] = [partial(debit, held, 2)] * 5 + [partial(void, grant_id)] * 3
    outcomes = at_once(*calls)
    assert unexpected(outcomes) == []
    spent = 2 * sum(isinstance(outcome, UUID) for outcome in outcomes)
    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [9 - spent]
    assert sum(isinstance(outcome, LotOverError) for outcome in outcomes) == 2
    assert factories.balance(held) == 0
    assert verify.violations() == []


def test_extending_and_expiring_at_once_leaves_the_lot_alive_or_over_and_never_both() -> None:
    for _ in range(5):
        held = factories.customer_with()
        factories.give(held, 5, expires_at=factories.later(hours=1))
        (grant_id,) = grants(held)
        with clock.at(factories.later(hours=2)):
            late = contextvars.copy_context()
        calls: list[Any] = [partial(extend, grant_id, hours=hours) for hours in (3, 4)]
        outcomes = at_once(*calls, *[partial(late.copy().run, expire, grant_id) for _ in range(2)])
        assert unexpected(outcomes) == []
        expired = any(isinstance(outcome, UUID) for outcome in outcomes)
        assert factories.balance(held) == (0 if expired else 5)
        if expired:
            assert sum(isinstance(outcome, LotOverError) for outcome in outcomes[:2]) == 2
    assert verify.violations() == []


def test_many_lots_granted_at_once_in_opposite_order_neither_deadlock_nor_double() -> None:
    first = factories.customer_with()
    everyone = [first, *(factories.holding(first.pack, first.creator) for _ in range(5))]

    def grant_all(refs: str, holders: list[Holding]) -> int:
        with transaction() as session:
            lots = [
                (held.subscription_id, ledger.Lot(1, GrantSource.imported, f"{refs} {held.subscription_id}"))
                for held in holders
            ]
            return ledger.grant_many(session, lots, SYSTEM)

    outcomes = at_once(*[partial(grant_all, refs, everyone[::way]) for refs in ("a", "b") for way in (1, -1, 1)])
    assert sorted(outcomes, key=str) == [0, 0, 0, 0, 6, 6]
    assert {factories.balance(held) for held in everyone} == {2}
    assert verify.violations() == []


def test_of_two_adjustments_at_once_that_together_are_too_much_one_is_refused() -> None:
    held = factories.customer_with(5)
    take = partial(wallets.adjust, held.creator, held.public_id, "-3", "correction", "")
    outcomes = at_once(partial(take, "mine"), partial(take, "my colleague's"))
    assert [str(outcome) for outcome in outcomes if isinstance(outcome, DomainError)] == [
        "This would leave \u22121 credits. Ben has 2 free."
    ]
    assert factories.balance(held) == 2


def test_no_spend_succeeds_on_a_status_it_has_lost() -> None:
    held = factories.customer_with(100)
    calls: list[Any] = [partial(debit, held)] * 8 + [partial(set_status, held, SubscriptionStatus.paused)]
    outcomes = at_once(*calls)
    assert unexpected(outcomes) == []
    with pytest.raises(SubscriptionInactiveError):
        debit(held)
    spent = sum(isinstance(outcome, UUID) for outcome in outcomes)
    assert factories.balance(held) == 100 - spent
    assert verify.violations() == []


def test_the_first_subscriptions_of_one_customer_made_at_once_do_not_deadlock() -> None:
    """Each inserts a subscription, whose foreign key shares the wallet's lock, and then wants that lock for itself."""
    held = factories.customer_with(1)
    offers = [factories.pack(held.creator) for _ in range(8)]

    def grant_new(pack_id: UUID) -> None:
        with transaction() as session:
            assert held.creator.creator_id is not None
            fresh = ledger.open_subscription(session, held.creator.creator_id, held.customer_id, pack_id)
            ledger.grant(session, fresh.id, ledger.Lot(5, GrantSource.promo, str(ids.new())), SYSTEM)

    outcomes = at_once(*[partial(grant_new, ids.read("pack", offer.id)) for offer in offers])
    assert [outcome for outcome in outcomes if outcome] == []
    assert factories.wallet(held).posted == 41
    assert verify.violations() == []


def test_one_key_used_many_times_at_once_does_the_thing_once() -> None:
    held = factories.customer_with(10)
    outcomes = at_once(*[partial(wallets.use, held.creator, held.public_id, 3, "lesson", "one click")] * 10)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert factories.balance(held) == 7
    assert verify.violations() == []


def test_each_spend_is_answered_with_itself_so_that_it_can_be_taken_back_alone() -> None:
    held = factories.customer_with(15)
    amounts = range(1, 6)
    spends = [partial(wallets.use, held.creator, held.public_id, amount, "", f"use {amount}") for amount in amounts]
    answers = at_once(*spends)
    assert unexpected(answers) == []
    with transaction() as session:
        for amount, answer in zip(amounts, answers, strict=True):
            assert not isinstance(answer, Exception)
            moved = select(LedgerEntry.posted_delta).where(LedgerEntry.posting_id == ids.read("debit", answer.spend))
            assert session.exec(moved).all() == [-amount]
    assert wallets.use(held.creator, held.public_id, 1, "", "use 1").spend == ""


def test_a_double_click_on_adjust_adjusts_once() -> None:
    held = factories.customer_with(10)
    up = partial(wallets.adjust, held.creator, held.public_id, "5", "goodwill", "", "click 1")
    down = partial(wallets.adjust, held.creator, held.public_id, "-2", "mistake", "", "click 2")
    calls: list[Any] = [up, up, up, down, down, down]
    assert unexpected(at_once(*calls)) == []
    assert factories.balance(held) == 13
    assert verify.violations() == []


def test_a_key_whose_first_use_was_refused_may_succeed_later() -> None:
    held = factories.customer_with(1)
    use = partial(wallets.use, held.creator, held.public_id, 3, "lesson", "key")
    for _ in range(2):
        with pytest.raises(DomainError):
            use()
    factories.give(held, 5)
    use()
    assert factories.balance(held) == 3


def test_many_wallets_of_one_creator_move_at_once() -> None:
    first = factories.customer_with(10)
    others = [factories.holding(first.pack, first.creator, 10) for _ in range(5)]
    calls = [partial(debit, held) for held in (first, *others) for _ in range(5)]
    outcomes = at_once(*calls)
    assert len(succeeded(outcomes)) == 30
    assert {factories.balance(held) for held in (first, *others)} == {5}
    assert verify.violations() == []


def test_a_ledger_read_while_it_grows_is_that_of_one_moment() -> None:
    held = factories.customer_with(10)
    adds = [
        partial(wallets.adjust, held.creator, held.public_id, "1", "goodwill", "never", f"key {n}") for n in range(8)
    ]
    reads = [partial(wallets.subscription, held.creator, held.public_id)] * 16
    calls: list[Any] = [*adds, *reads]
    answers = at_once(*calls)
    assert unexpected(answers) == []
    for view in (answer for answer in answers if isinstance(answer, SubscriptionView)):
        assert view.entries[0].left_after == view.posted
        assert sum(lot.remaining for lot in view.lots) == view.posted
