"""Random operations against a plain Python model of a wallet: the books agree with it at every step."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import chain, clock, ids, ledger, verify
from litesubs.domain.errors import (
    DomainError,
    HoldNotOpenError,
    InsufficientCreditsError,
    LotOverError,
    NothingToReverseError,
    SubscriptionDisabledError,
    SubscriptionInactiveError,
    ValidationFailedError,
)
from litesubs.models import CreditGrant, GrantSource, SubscriptionStatus
from tests import factories
from tests.factories import SYSTEM, Holding

START = datetime(2027, 1, 1, tzinfo=UTC)
PACKS = 2
AMOUNTS = st.integers(1, 12)
WHICH = st.integers(0, PACKS - 1)


@dataclass
class Lot:
    """A lot as the model knows it. `arrived` breaks ties as creation time and id do."""

    pack: int
    remaining: int
    expires_at: datetime | None
    promo: bool
    arrived: int
    held: int = 0

    @property
    def free(self) -> int:
        """What is not held."""
        return self.remaining - self.held


@dataclass
class Held:
    """A hold that is open: what it took from which lot, and until when."""

    drawn: list[list[Any]]
    until: datetime

    @property
    def amount(self) -> int:
        """All that it holds."""
        return sum(taken for _lot, taken in self.drawn)


@dataclass
class Model:
    """What a wallet should be, without a database."""

    now: datetime = START
    lots: list[Lot] = field(default_factory=list)
    status: dict[int, SubscriptionStatus] = field(
        default_factory=lambda: dict.fromkeys(range(PACKS), SubscriptionStatus.active)
    )
    holds: dict[UUID, Held] = field(default_factory=dict)
    settled: list[UUID] = field(default_factory=list)
    debits: dict[UUID, list[list[Any]]] = field(default_factory=dict)  # [lot, credits not yet given back], as drawn

    def alive(self, pack: int | None) -> list[Lot]:
        """Lots that have credits and time, in burn order."""
        end = datetime.max.replace(tzinfo=UTC)
        found = [lot for lot in self.lots if pack in (None, lot.pack) and self.living(lot)]
        return sorted(found, key=lambda lot: (lot.expires_at or end, not lot.promo, lot.arrived))

    def over(self, lot: Lot) -> bool:
        """Whether the lot's time has come."""
        return lot.expires_at is not None and lot.expires_at <= self.now

    def living(self, lot: Lot) -> bool:
        """Whether the lot has credits and time."""
        return lot.remaining > 0 and not self.over(lot)

    def draw(self, lots: list[Lot], amount: int) -> list[list[Any]]:
        """Take credits in order; what was taken from which lot."""
        drawn = []
        for lot in lots:
            if take := min(amount, lot.free):
                lot.remaining -= take
                amount -= take
                drawn.append([lot, take])
        return drawn

    def free(self, hold: Held, captured: int = 0) -> list[list[Any]]:
        """End a hold; what was captured is spent, the first reserved first. What was taken from which lot."""
        drawn = []
        for lot, taken in hold.drawn:
            lot.held -= taken
            if take := min(captured, taken):
                lot.remaining -= take
                captured -= take
                drawn.append([lot, take])
        return drawn

    def debit_error(self, pack: int | None, amount: int) -> type[DomainError] | None:
        """Why a debit must be refused, if it must."""
        lots = self.alive(pack)
        spendable = [lot for lot in lots if self.status[lot.pack] is SubscriptionStatus.active]
        if sum(lot.free for lot in spendable) >= amount:
            return None
        wanted_inactive = pack is not None and self.status[pack] is not SubscriptionStatus.active
        return SubscriptionInactiveError if wanted_inactive or (lots and not spendable) else InsufficientCreditsError


class LedgerMachine(RuleBasedStateMachine):
    """One wallet with two packs."""

    @initialize()
    def open(self) -> None:
        """A fresh customer in the same database: verify looks at all that went before, too."""
        self.model = Model()
        with clock.at(START):
            first = factories.customer_with()
            second = factories.holding(factories.pack(first.creator), first.creator, buyer=first.buyer)
        self.held: list[Holding] = [first, second]
        self.refs: list[str] = []
        self.imported: list[str] = []

    def act(self, operation: Callable[[Any], Any], expected: type[DomainError] | None) -> Any:
        """Run one operation at the model's time, in a transaction; the error must be the model's."""
        refusal: Any = pytest.raises(expected) if expected else contextlib.nullcontext()
        with clock.at(self.model.now), refusal, transaction() as session:
            return operation(session)
        return None

    @rule(
        which=WHICH,
        amount=AMOUNTS,
        days=st.none() | st.integers(1, 5),
        source=st.sampled_from([GrantSource.promo, GrantSource.imported]),
    )
    def grant(self, which: int, amount: int, days: int | None, source: GrantSource) -> None:
        """A new lot; also into packs that are paused or disabled, as a payment would."""
        expires_at = self.model.now + timedelta(days=days) if days else None
        self.refs.append(str(ids.new()))
        lot = ledger.Lot(amount, source, self.refs[-1], expires_at)
        self.act(lambda session: ledger.grant(session, self.held[which].subscription_id, lot, SYSTEM), None)
        self.model.lots.append(Lot(which, amount, expires_at, source is GrantSource.promo, len(self.model.lots)))

    @rule(
        lots=st.lists(st.tuples(WHICH, AMOUNTS, st.none() | st.integers(1, 5)), max_size=4),
        again=st.integers(0, 2),
    )
    def grant_many(self, lots: list[tuple[int, int, int | None]], again: int) -> None:
        """Several lots at once, among them some that were granted before, whose turn passes without effect."""
        known = [
            (self.held[0].subscription_id, ledger.Lot(1, GrantSource.imported, ref)) for ref in self.imported[:again]
        ]
        fresh = []
        for which, amount, days in lots:
            expires_at = self.model.now + timedelta(days=days) if days else None
            self.refs.append(str(ids.new()))
            self.imported.append(self.refs[-1])
            lot = ledger.Lot(amount, GrantSource.imported, self.refs[-1], expires_at)
            fresh.append((self.held[which].subscription_id, lot))
            self.model.lots.append(Lot(which, amount, expires_at, promo=False, arrived=len(self.model.lots)))
        added = self.act(lambda session: ledger.grant_many(session, known + fresh, SYSTEM), None)
        assert added == len(fresh)

    @precondition(lambda self: self.model.lots)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        """Take back what is left of a lot that still has time."""
        number = data.draw(st.integers(0, len(self.model.lots) - 1))
        lot = self.model.lots[number]
        grant_id = self.grant_ids()[number]
        error: type[DomainError] | None = None
        if not self.model.living(lot) or not lot.free:
            error = LotOverError
        elif self.model.status[lot.pack] is SubscriptionStatus.disabled:
            error = SubscriptionDisabledError
        taken = self.act(lambda session: ledger.void(session, grant_id, SYSTEM, chain.Note("a mistake")), error)
        if error is None:
            assert taken == lot.free
            lot.remaining = lot.held

    @precondition(lambda self: self.model.lots)
    @rule(data=st.data(), days=st.none() | st.integers(1, 9))
    def extend(self, data: st.DataObject, days: int | None) -> None:
        """More time for a lot that has credits and an end, perhaps one that is not later."""
        number = data.draw(st.integers(0, len(self.model.lots) - 1))
        lot = self.model.lots[number]
        grant_id = self.grant_ids()[number]
        end = self.model.now + timedelta(days=days) if days else None
        error: type[DomainError] | None = None
        if self.model.status[lot.pack] is SubscriptionStatus.disabled:
            error = SubscriptionDisabledError
        elif lot.expires_at is None or not self.model.living(lot):
            error = LotOverError
        elif end is not None and end <= lot.expires_at:
            error = ValidationFailedError
        self.act(lambda session: ledger.extend(session, grant_id, end, SYSTEM, chain.Note("ill")), error)
        if error is None:
            lot.expires_at = end

    @precondition(lambda self: self.refs)
    @rule(which=WHICH, amount=AMOUNTS, data=st.data())
    def grant_again(self, which: int, amount: int, data: st.DataObject) -> None:
        """A source that was granted already, under whichever pack and amount: nothing happens."""
        with transaction() as session:
            known = session.exec(select(CreditGrant.source, CreditGrant.source_ref)).all()
        ref = data.draw(st.sampled_from(self.refs))
        source = next(source for source, known_ref in known if known_ref == ref)
        again = ledger.Lot(amount, GrantSource(source), ref)
        subscription_id = self.held[which].subscription_id
        assert self.act(lambda session: ledger.grant(session, subscription_id, again, SYSTEM), None) is None

    @rule(amount=AMOUNTS, which=st.none() | WHICH)
    def debit(self, amount: int, which: int | None) -> None:
        """Spend from one pack or from all."""
        pack_id = None if which is None else ids.read("pack", self.held[which].pack.id)
        error = self.model.debit_error(which, amount)
        wallet_id = self.held[0].wallet_id
        posting = self.act(lambda session: ledger.debit(session, wallet_id, amount, SYSTEM, pack_id=pack_id), error)
        if error is None:
            active = [
                lot for lot in self.model.alive(which) if self.model.status[lot.pack] is SubscriptionStatus.active
            ]
            self.model.debits[posting] = self.model.draw(active, amount)

    @rule(amount=AMOUNTS, which=st.none() | WHICH, hours=st.integers(1, 100))
    def hold(self, amount: int, which: int | None, hours: int) -> None:
        """Reserve from one pack or from all."""
        pack_id = None if which is None else ids.read("pack", self.held[which].pack.id)
        error = self.model.debit_error(which, amount)
        wallet_id, seconds = self.held[0].wallet_id, hours * 3600
        hold_id = self.act(
            lambda session: ledger.hold(session, wallet_id, amount, SYSTEM, seconds, pack_id=pack_id), error
        )
        if error is None:
            need, drawn = amount, []
            for lot in self.model.alive(which):
                active = self.model.status[lot.pack] is SubscriptionStatus.active
                if active and (take := min(need, lot.free)):
                    lot.held += take
                    need -= take
                    drawn.append([lot, take])
            self.model.holds[hold_id] = Held(drawn, self.model.now + timedelta(hours=hours))

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), amount=st.none() | AMOUNTS)
    def capture(self, data: st.DataObject, amount: int | None) -> None:
        """Spend a hold, whatever has become of its lots; perhaps more than it has, or too late."""
        hold_id = data.draw(st.sampled_from(list(self.model.holds)))
        hold = self.model.holds[hold_id]
        error: type[DomainError] | None = None
        if hold.until <= self.model.now:
            error = HoldNotOpenError
        elif amount is not None and amount > hold.amount:
            error = ValidationFailedError
        posting = self.act(lambda session: ledger.capture(session, hold_id, SYSTEM, amount=amount), error)
        if error is None:
            self.model.debits[posting] = self.model.free(hold, hold.amount if amount is None else amount)
            self.model.settled.append(hold_id)
            del self.model.holds[hold_id]

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """Give up a hold, perhaps too late."""
        hold_id = data.draw(st.sampled_from(list(self.model.holds)))
        error = HoldNotOpenError if self.model.holds[hold_id].until <= self.model.now else None
        self.act(lambda session: ledger.release(session, hold_id, SYSTEM), error)
        if error is None:
            self.model.free(self.model.holds.pop(hold_id))
            self.model.settled.append(hold_id)

    @precondition(lambda self: self.model.settled)
    @rule(data=st.data())
    def settle_again(self, data: st.DataObject) -> None:
        """A hold that was captured or released is over."""
        hold_id = data.draw(st.sampled_from(self.model.settled))
        self.act(lambda session: ledger.capture(session, hold_id, SYSTEM), HoldNotOpenError)
        self.act(lambda session: ledger.release(session, hold_id, SYSTEM), HoldNotOpenError)

    @rule()
    def expire_holds(self) -> None:
        """The job runs over every hold."""
        for hold_id, hold in list(self.model.holds.items()):
            done = self.act(lambda session, key=hold_id: ledger.expire_hold(session, key, SYSTEM), None)  # type: ignore[misc]
            assert (done is not None) == (hold.until <= self.model.now)
            if done:
                self.model.free(self.model.holds.pop(hold_id))
                self.model.settled.append(hold_id)

    @precondition(lambda self: self.model.debits)
    @rule(data=st.data(), amount=st.none() | AMOUNTS)
    def reverse(self, data: st.DataObject, amount: int | None) -> None:
        """Give back a debit or part of it, perhaps more than is left of it."""
        posting = data.draw(st.sampled_from(list(self.model.debits)))
        drawn = self.model.debits[posting]
        timely = [pair for pair in drawn if not self.model.over(pair[0])]
        left = sum(credits_left for _lot, credits_left in timely)
        need = left if amount is None else amount
        error: type[DomainError] | None = None
        if any(self.model.status[lot.pack] is SubscriptionStatus.disabled for lot, _left in drawn):
            error = SubscriptionDisabledError
        elif not 1 <= need <= left:
            error = NothingToReverseError
        self.act(lambda session: ledger.reverse(session, posting, SYSTEM, amount=amount), error)
        if error is None:
            for pair in reversed(timely):
                back = min(need, pair[1])
                pair[0].remaining += back
                pair[1] -= back
                need -= back

    @rule(which=WHICH, change=st.integers(-8, 8).filter(bool), days=st.none() | st.integers(1, 5))
    def adjust(self, which: int, change: int, days: int | None) -> None:
        """Correct one pack up or down."""
        subscription_id = self.held[which].subscription_id
        note = chain.Note("correction")
        expires_at = self.model.now + timedelta(days=days) if days else None
        disabled = SubscriptionDisabledError if self.model.status[which] is SubscriptionStatus.disabled else None
        if change > 0:
            self.act(
                lambda session: ledger.adjust_up(session, subscription_id, change, SYSTEM, expires_at, note), disabled
            )
            if not disabled:
                self.model.lots.append(Lot(which, change, expires_at, promo=False, arrived=len(self.model.lots)))
            return
        lots = self.model.alive(which)
        enough = sum(lot.free for lot in lots) >= -change
        error = disabled or (None if enough else InsufficientCreditsError)
        self.act(lambda session: ledger.adjust_down(session, subscription_id, -change, SYSTEM, note), error)
        if error is None:
            self.model.draw(lots, -change)

    @rule(which=WHICH, status=st.sampled_from(SubscriptionStatus))
    def set_status(self, which: int, status: SubscriptionStatus) -> None:
        """Pause, disable or enable one pack."""
        subscription_id = self.held[which].subscription_id
        self.act(lambda session: ledger.set_status(session, subscription_id, status, ""), None)
        self.model.status[which] = status

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        """Time passes; the job that expires credits has not run."""
        self.model.now += timedelta(hours=hours)

    @rule()
    def expire(self) -> None:
        """The job runs over every lot."""
        for grant_id in self.grant_ids():
            self.act(lambda session, key=grant_id: ledger.expire(session, key, SYSTEM), None)  # type: ignore[misc]
        for lot in self.model.lots:
            if self.model.over(lot):
                lot.remaining = lot.held

    def grant_ids(self) -> list[UUID]:
        """The lots in the order in which the model has them."""
        with transaction() as session:
            query = select(CreditGrant.id).where(CreditGrant.wallet_id == self.held[0].wallet_id)
            return sorted(session.exec(query))

    @invariant()
    def the_books_agree(self) -> None:
        """Balances are the model's, lot by lot, and every invariant holds."""
        if not hasattr(self, "held"):
            return
        with transaction() as session:
            query = select(CreditGrant).where(CreditGrant.wallet_id == self.held[0].wallet_id)
            kept = sorted(session.exec(query), key=lambda lot: lot.id)
        assert [(lot.remaining, lot.held, lot.expires_at) for lot in kept] == [
            (lot.remaining, lot.held, lot.expires_at) for lot in self.model.lots
        ]
        for which, held in enumerate(self.held):
            assert factories.balance(held) == sum(lot.remaining for lot in self.model.lots if lot.pack == which)
        assert factories.wallet(self.held[0]).held == sum(hold.amount for hold in self.model.holds.values())
        assert factories.wallet(self.held[0]).posted == sum(lot.remaining for lot in self.model.lots)
        assert verify.violations() == []


@pytest.mark.usefixtures("database")
def test_the_ledger_agrees_with_a_plain_model_whatever_happens() -> None:
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
