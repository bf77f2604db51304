"""The ledger's operations: burn order, reversal to the very lots, adjustments, expiry, status, append-only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import chain, clock, ids, ledger, verify
from litesubs.domain.errors import (
    InsufficientCreditsError,
    NotFoundError,
    NothingToReverseError,
    SubscriptionDisabledError,
    SubscriptionInactiveError,
)
from litesubs.models import CreditGrant, EntryType, GrantSource, LedgerEntry, PostingNote, SubscriptionStatus
from tests import factories
from tests.factories import SYSTEM, Holding, later

pytestmark = pytest.mark.usefixtures("database")
NOTE = chain.Note("a reason", {"booking": "b1"})


def debit(held: Holding, amount: int, pack_id: UUID | None = None, note: chain.Note = chain.NO_NOTE) -> UUID:
    """Spend in a transaction of its own."""
    with transaction() as session:
        return ledger.debit(session, held.wallet_id, amount, SYSTEM, pack_id=pack_id, note=note)


def reverse(posting_id: UUID, amount: int | None = None) -> UUID:
    """Give back in a transaction of its own."""
    with transaction() as session:
        return ledger.reverse(session, posting_id, SYSTEM, amount=amount)


def set_status(held: Holding, status: SubscriptionStatus) -> None:
    """Change the status in a transaction of its own."""
    with transaction() as session:
        ledger.set_status(session, held.subscription_id, status, "")


def expire_all() -> None:
    """Expire every lot, each in a transaction of its own."""
    with transaction() as session:
        grant_ids = session.exec(select(CreditGrant.id)).all()
    for grant_id in grant_ids:
        with transaction() as session:
            ledger.expire(session, grant_id, SYSTEM)


def entries(posting_id: UUID) -> list[LedgerEntry]:
    """The entries of a posting in order."""
    with transaction() as session:
        query = select(LedgerEntry).where(LedgerEntry.posting_id == posting_id)
        return sorted(session.exec(query), key=lambda entry: entry.wallet_version)


def lots(held: Holding) -> list[tuple[int, int]]:
    """(amount, remaining) of each lot, in order of arrival."""
    with transaction() as session:
        query = select(CreditGrant).where(CreditGrant.wallet_id == held.wallet_id)
        return [(lot.amount, lot.remaining) for lot in sorted(session.exec(query), key=lambda lot: lot.id)]


def test_a_grant_adds_a_lot_and_one_entry() -> None:
    held = factories.customer_with()
    posting = factories.give(held, 10)
    assert posting is not None
    (entry,) = entries(posting)
    assert (entry.type, entry.posted_delta, entry.posted_after, entry.wallet_version) == (EntryType.grant, 10, 10, 1)
    assert entry.actor == "system:tests"
    assert factories.wallet(held).last_hash == entry.hash
    assert verify.violations() == []


def test_the_same_source_is_granted_once() -> None:
    held = factories.customer_with()
    assert factories.give(held, 10, ref="once") is not None
    assert factories.give(held, 10, ref="once") is None
    assert factories.give(held, 10, ref="once", source=GrantSource.manual) is not None
    assert factories.balance(held) == 20


def test_a_source_granted_to_one_customer_is_not_granted_to_another() -> None:
    held = factories.customer_with()
    other = factories.holding(held.pack, held.creator)
    assert factories.give(held, 10, ref="once") is not None
    assert factories.give(other, 10, ref="once") is None


def test_credits_burn_soonest_expiry_first_then_promo_then_oldest() -> None:
    held = factories.customer_with()
    factories.give(held, 1, source=GrantSource.manual)
    factories.give(held, 2)
    factories.give(held, 4, expires_at=later(days=30))
    factories.give(held, 8, expires_at=later(days=10), source=GrantSource.manual)
    factories.give(held, 16)
    taken = [-entry.posted_delta for entry in entries(debit(held, 31))]
    assert taken == [8, 4, 2, 16, 1]


def test_priority_comes_before_expiry() -> None:
    held = factories.customer_with()
    factories.give(held, 1, expires_at=later(days=1))
    factories.give(held, 2)
    with transaction() as session:
        session.execute(text("UPDATE credit_grant SET priority = 1 WHERE amount = 2"))
    assert [-entry.posted_delta for entry in entries(debit(held, 3))] == [2, 1]


def test_a_debit_over_several_lots_is_one_posting_with_its_note() -> None:
    held = factories.customer_with(3, 4)
    posting = debit(held, 5, note=NOTE)
    assert [(entry.posted_delta, entry.posted_after) for entry in entries(posting)] == [(-3, 4), (-2, 2)]
    assert len({entry.note_commitment for entry in entries(posting)}) == 1
    with transaction() as session:
        note = session.get_one(PostingNote, posting)
        assert (note.reason, note.details) == ("a reason", {"booking": "b1"})
    assert lots(held) == [(3, 0), (4, 2)]
    assert verify.violations() == []


def test_a_debit_of_one_pack_leaves_the_others_alone() -> None:
    held = factories.customer_with(5)
    second = factories.holding(factories.pack(held.creator), held.creator, 5, buyer=held.buyer)
    assert second.wallet_id == held.wallet_id
    debit(held, 5, pack_id=ids.read("pack", second.pack.id))
    assert (factories.balance(held), factories.balance(second)) == (5, 0)
    with pytest.raises(InsufficientCreditsError):
        debit(held, 1, pack_id=ids.read("pack", second.pack.id))


def test_a_debit_without_a_pack_burns_across_packs() -> None:
    held = factories.customer_with(5)
    second = factories.holding(factories.pack(held.creator), held.creator, 5, buyer=held.buyer)
    posting = debit(held, 8)
    assert {entry.subscription_id for entry in entries(posting)} == {held.subscription_id, second.subscription_id}
    reverse(posting)
    assert (factories.balance(held), factories.balance(second)) == (5, 5)
    assert verify.violations() == []


def test_too_large_a_debit_changes_nothing_and_says_what_there_is() -> None:
    held = factories.customer_with(3)
    with pytest.raises(InsufficientCreditsError) as refused:
        debit(held, 4, note=NOTE)
    assert refused.value.data == {"available": 3, "required": 4, "held": 0}
    assert (factories.balance(held), factories.wallet(held).version) == (3, 1)
    with transaction() as session:
        assert session.exec(select(PostingNote)).all() == []


def test_a_debit_of_nobody_is_not_found() -> None:
    with transaction() as session, pytest.raises(NotFoundError):
        ledger.debit(session, ids.new(), 1, SYSTEM)


def test_a_reversal_goes_back_to_the_very_lots_last_drawn_first() -> None:
    held = factories.customer_with(3, 4)
    posting = debit(held, 5)
    factories.give(held, 10)
    back = reverse(posting, 3)
    assert [entry.posted_delta for entry in entries(back)] == [2, 1]
    assert {entry.reverses for entry in entries(back)} == {posting}
    assert lots(held) == [(3, 1), (4, 4), (10, 10)]
    reverse(posting)
    assert lots(held) == [(3, 3), (4, 4), (10, 10)]
    assert verify.violations() == []


def test_no_more_is_given_back_than_was_spent() -> None:
    held = factories.customer_with(5)
    posting = debit(held, 4)
    reverse(posting, 3)
    for amount in (2, 0, -1):
        with pytest.raises(NothingToReverseError):
            reverse(posting, amount)
    reverse(posting)
    with pytest.raises(NothingToReverseError):
        reverse(posting)
    assert factories.balance(held) == 5


def test_only_a_debit_can_be_reversed() -> None:
    held = factories.customer_with()
    granted = factories.give(held, 5)
    assert granted is not None
    posting = debit(held, 2)
    for wrong in (granted, reverse(posting), ids.new()):
        with pytest.raises(NotFoundError):
            reverse(wrong)


def test_nothing_is_given_back_to_a_lot_whose_time_is_over() -> None:
    held = factories.customer_with(3)
    factories.give(held, 5, expires_at=later(days=1))
    posting = debit(held, 7)
    with clock.at(later(days=2)):
        with pytest.raises(NothingToReverseError) as refused:
            reverse(posting, 3)
        assert refused.value.data == {"left": 2, "lapsed": 5}
        assert [entry.posted_delta for entry in entries(reverse(posting))] == [2]
        with pytest.raises(NothingToReverseError):
            reverse(posting)
    assert lots(held) == [(3, 3), (5, 0)]
    assert verify.violations() == []


def test_an_adjustment_up_is_a_new_lot_and_down_burns() -> None:
    held = factories.customer_with(3)
    with transaction() as session:
        ledger.adjust_up(session, held.subscription_id, 4, SYSTEM, later(days=9), NOTE)
        ledger.adjust_down(session, held.subscription_id, 5, SYSTEM, NOTE)
    assert lots(held) == [(3, 2), (4, 0)]
    assert verify.violations() == []


def test_an_adjustment_down_takes_only_from_its_own_pack_and_never_below_zero() -> None:
    held = factories.customer_with(3)
    factories.holding(factories.pack(held.creator), held.creator, 5, buyer=held.buyer)
    with transaction() as session, pytest.raises(InsufficientCreditsError):
        ledger.adjust_down(session, held.subscription_id, 4, SYSTEM, NOTE)
    assert factories.balance(held) == 3


def test_paused_credits_can_be_adjusted_and_given_back_but_not_spent() -> None:
    held = factories.customer_with(3)
    posting = debit(held, 1)
    set_status(held, SubscriptionStatus.paused)
    for pack_id in (None, ids.read("pack", held.pack.id)):
        with pytest.raises(SubscriptionInactiveError):
            debit(held, 1, pack_id=pack_id)
    with transaction() as session:
        ledger.adjust_up(session, held.subscription_id, 4, SYSTEM, None, NOTE)
        ledger.adjust_down(session, held.subscription_id, 1, SYSTEM, NOTE)
        ledger.reverse(session, posting, SYSTEM)
    assert factories.balance(held) == 6
    set_status(held, SubscriptionStatus.active)
    debit(held, 6)


def test_disabled_credits_stand_still_and_are_not_lost() -> None:
    held = factories.customer_with(3)
    posting = debit(held, 1)
    set_status(held, SubscriptionStatus.disabled)
    with pytest.raises(SubscriptionInactiveError):
        debit(held, 1)
    with transaction() as session:
        changes: list[Callable[[], UUID]] = [
            lambda: ledger.adjust_up(session, held.subscription_id, 4, SYSTEM, None, NOTE),
            lambda: ledger.adjust_down(session, held.subscription_id, 1, SYSTEM, NOTE),
            lambda: ledger.reverse(session, posting, SYSTEM),
        ]
        for change in changes:
            with pytest.raises(SubscriptionDisabledError):
                change()
    assert factories.balance(held) == 2
    set_status(held, SubscriptionStatus.active)
    debit(held, 2)


def test_an_inactive_pack_is_named_only_where_it_is_the_reason() -> None:
    held = factories.customer_with(3)
    second = factories.holding(factories.pack(held.creator), held.creator, 5, buyer=held.buyer)
    set_status(held, SubscriptionStatus.paused)
    debit(held, 5)
    with pytest.raises(SubscriptionInactiveError):
        debit(held, 1)
    factories.give(second, 1)
    with pytest.raises(InsufficientCreditsError) as refused:
        debit(held, 2)
    assert refused.value.data["available"] == 1


def test_credits_are_spendable_until_just_before_they_expire_and_not_at_it() -> None:
    held = factories.customer_with()
    end = later(days=1)
    factories.give(held, 2, expires_at=end)
    with clock.at(end - timedelta(microseconds=1)):
        debit(held, 1)
    with clock.at(end), pytest.raises(InsufficientCreditsError) as refused:
        debit(held, 1)
    assert refused.value.data["available"] == 0
    with clock.at(end), transaction() as session, pytest.raises(InsufficientCreditsError):
        ledger.adjust_down(session, held.subscription_id, 1, SYSTEM, NOTE)
    assert factories.balance(held) == 1, "the job has not run: the credits are still recorded"


def test_expiring_is_an_entry_written_once_and_not_before_its_time() -> None:
    held = factories.customer_with(4)
    end = later(days=1)
    factories.give(held, 3, expires_at=end)
    expire_all()
    assert factories.balance(held) == 7
    with clock.at(end):
        expire_all()
        expire_all()
    assert factories.balance(held) == 4
    with transaction() as session:
        (entry,) = session.exec(select(LedgerEntry).where(LedgerEntry.type == EntryType.expiry)).all()
    assert (entry.posted_delta, entry.at) == (-3, end)
    assert verify.violations() == []


def test_what_is_held_does_not_expire() -> None:
    held = factories.customer_with()
    factories.give(held, 3, expires_at=later(days=1))
    with transaction() as session:
        ledger.hold(session, held.wallet_id, 2, SYSTEM, 7 * 24 * 3600)
    with clock.at(later(days=2)):
        expire_all()
    assert lots(held) == [(3, 2)]


def test_time_never_runs_backwards_in_a_ledger() -> None:
    held = factories.customer_with(5)
    with clock.at(later(days=3)):
        first = debit(held, 1)
    second = debit(held, 1)
    assert entries(first)[0].at <= entries(second)[0].at
    assert verify.violations() == []


def test_the_hash_covers_every_field_of_an_entry() -> None:
    held = factories.customer_with(5)
    entry = entries(debit(held, 1, note=NOTE))[0]
    other: dict[str, object] = {
        "wallet_id": ids.new(),
        "wallet_version": 99,
        "creator_id": ids.new(),
        "posting_id": ids.new(),
        "subscription_id": ids.new(),
        "grant_id": ids.new(),
        "type": EntryType.expiry,
        "posted_delta": -2,
        "held_delta": 1,
        "posted_after": 99,
        "held_after": 1,
        "reverses": ids.new(),
        "actor": "user:somebody",
        "at": entry.at + timedelta(microseconds=1),
        "note_commitment": None,
        "prev_hash": b"x" * 32,
    }
    assert set(other) == set(LedgerEntry.model_fields) - {"hash"}
    hashes = {chain.entry_hash(LedgerEntry(**(entry.model_dump() | {name: value}))) for name, value in other.items()}
    assert chain.entry_hash(entry) == entry.hash
    assert len(hashes | {entry.hash}) == len(other) + 1


def test_the_commitment_to_a_note_depends_on_its_salt_and_all_of_its_content() -> None:
    salted = {
        note.commitment(salt)
        for salt in (b"1", b"2")
        for note in (
            NOTE,
            chain.Note("a reason"),
            chain.Note("", {"booking": "b1"}),
            chain.Note("a reaso", {"n": ""}),
        )
    }
    assert len(salted) == 8


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET posted_delta = 1000",
        "UPDATE ledger_entry SET actor = actor",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "TRUNCATE wallet CASCADE",
        "DELETE FROM credit_grant",
        "DELETE FROM wallet",
    ],
)
def test_the_database_refuses_to_change_or_forget_entries(statement: str) -> None:
    factories.customer_with(5)
    with pytest.raises(DBAPIError, match=r"append-only|foreign key"), transaction() as session:
        session.execute(text(statement))
    assert verify.violations() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet SET posted = -1",
        "UPDATE wallet SET held = posted + 1",
        "UPDATE wallet SET version = -1",
        "UPDATE subscription SET status = 'gone'",
        "UPDATE credit_grant SET source = 'theft'",
        "UPDATE credit_grant SET source = 'purchase'",
        "UPDATE credit_grant SET paid_minor = 900",
        "UPDATE credit_grant SET paid_minor = 900, paid_currency = 'XXX'",
        "UPDATE credit_grant SET amount = 0, remaining = 0, held = 0, closed = true",
        "UPDATE credit_grant SET held = -1",
        "UPDATE credit_grant SET remaining = -1",
        "UPDATE credit_grant SET remaining = amount + 1",
        "UPDATE credit_grant SET held = remaining + 1",
        "UPDATE credit_grant SET remaining = 0",
        "UPDATE credit_grant SET closed = true",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry",
    ],
)
def test_the_database_itself_holds_the_bounds(statement: str) -> None:
    factories.customer_with(5)
    with pytest.raises(DBAPIError, match=r"check constraint|unique constraint"), transaction() as session:
        session.execute(text(statement))


def test_rules_that_triggers_keep_hold_where_other_triggers_do_not_run() -> None:
    """As in a replica, or while a dump is restored."""
    factories.customer_with(5)
    both = "SET LOCAL session_replication_role = replica; UPDATE credit_grant SET paid_minor = 900"
    with pytest.raises(DBAPIError, match="check constraint"), transaction() as session:
        session.execute(text(both))


def test_an_entry_cannot_point_at_another_wallets_grant() -> None:
    held = factories.customer_with(5)
    factories.customer_with(5)
    forged = """INSERT INTO ledger_entry SELECT wallet_id, 2, creator_id, posting_id, subscription_id,
        (SELECT g.id FROM credit_grant g WHERE g.wallet_id <> e.wallet_id), type, 1, 0, 6, 0, NULL, actor, at, NULL,
        hash, hash
        FROM ledger_entry e WHERE wallet_id = :wallet"""
    with pytest.raises(DBAPIError, match="foreign key"), transaction() as session:
        session.execute(text(forged), {"wallet": held.wallet_id})


def test_an_undone_transaction_leaves_no_trace() -> None:
    held = factories.customer_with(5)
    before = factories.wallet(held)

    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), transaction() as session:  # noqa: PT012 - what is raised undoes what went before
        ledger.debit(session, held.wallet_id, 3, SYSTEM, note=NOTE)
        raise UndoneError
    assert factories.wallet(held) == before
    assert verify.violations() == []


def test_a_second_operation_in_one_transaction_builds_on_the_first() -> None:
    held = factories.customer_with(5)
    with transaction() as session:
        posting = ledger.debit(session, held.wallet_id, 3, SYSTEM)
        ledger.reverse(session, posting, SYSTEM, amount=2)
        ledger.debit(session, held.wallet_id, 4, SYSTEM)
    assert factories.balance(held) == 0
    assert verify.violations() == []


def test_entries_are_dated_by_the_clock_after_the_lock() -> None:
    held = factories.customer_with(5)
    moment = datetime.fromisoformat("2030-01-02T03:04:05.678901+00:00")
    with clock.at(moment):
        assert entries(debit(held, 1))[0].at == moment
