"""`verify` proves the invariants from raw rows: whoever tampers with the books is found out."""

import pytest
from sqlalchemy import text

from litesubs.db import transaction
from litesubs.domain import chain, ids, ledger, verify
from litesubs.models import LedgerEntry
from tests import factories
from tests.factories import SYSTEM, Holding

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def held(database: object) -> Holding:  # noqa: ARG001 - the database comes first
    """A customer with five entries: a grant, a debit with a note, half of it given back, another grant and debit."""
    customer = factories.customer_with(10)
    with transaction() as session:
        posting = ledger.debit(session, customer.wallet_id, 4, SYSTEM, note=chain.Note("lesson"))
        ledger.reverse(session, posting, SYSTEM, amount=2)
    factories.give(customer, 5)
    with transaction() as session:
        ledger.debit(session, customer.wallet_id, 1, SYSTEM)
    assert verify.violations() == []
    return customer


def tamper(*statements: str) -> None:
    """Change the books as somebody with the database's password could: triggers and foreign keys are off."""
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            assert session.execute(text(statement)).rowcount  # type: ignore[attr-defined]


def found() -> str:
    """All violations as one text."""
    return "\n".join(verify.violations())


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE ledger_entry SET posted_delta = -3 WHERE wallet_version = 2", "hash chain broken"),
        ("UPDATE ledger_entry SET posted_after = 7 WHERE wallet_version = 2", "not the sum so far"),
        ("UPDATE ledger_entry SET actor = 'user:x' WHERE wallet_version = 2", "hash chain broken"),
        ("UPDATE ledger_entry SET at = at - interval '1 microsecond' WHERE wallet_version = 5", "hash chain broken"),
        ("UPDATE ledger_entry SET type = 'expiry' WHERE wallet_version = 5", "hash chain broken"),
        ("UPDATE ledger_entry SET note_commitment = NULL WHERE wallet_version = 2", "hash chain broken"),
        ("UPDATE ledger_entry SET reverses = NULL WHERE wallet_version = 3", "hash chain broken"),
        ("UPDATE ledger_entry SET hash = sha256('x') WHERE wallet_version = 5", "hash chain broken"),
        ("UPDATE ledger_entry SET prev_hash = sha256('x') WHERE wallet_version = 1", "hash chain broken"),
        ("DELETE FROM ledger_entry WHERE wallet_version = 1", "gap in the ledger"),
        ("DELETE FROM ledger_entry WHERE wallet_version = 3", "gap in the ledger"),
        ("DELETE FROM ledger_entry WHERE wallet_version = 5", "wallet's last hash is not its last entry's"),
        ("DELETE FROM ledger_entry", "wallet differs from its entries"),
        ("UPDATE posting_note SET reason = 'another lesson'", "note differs from what was committed"),
        ("UPDATE posting_note SET details = '{\"a\": 1}'", "note differs from what was committed"),
        ("UPDATE posting_note SET salt = 'pepper'", "note differs from what was committed"),
        ("UPDATE wallet SET posted = posted + 1", "wallet differs from its entries"),
        ("UPDATE wallet SET held = 1", "wallet differs from its grants"),
        ("UPDATE wallet SET version = 4", "wallet differs from its entries"),
        ("UPDATE wallet SET last_hash = sha256('x')", "wallet's last hash is not its last entry's"),
        ("UPDATE ledger_entry SET subscription_id = wallet_id", "subscription differs from its entries"),
        ("UPDATE credit_grant SET remaining = 9 WHERE amount = 10", "grant differs from its entries"),
        ("UPDATE credit_grant SET amount = 20 WHERE amount = 10", "grant differs from its first entry"),
        ("UPDATE credit_grant SET held = 1 WHERE amount = 10", "grant differs from its entries"),
        ("DELETE FROM credit_grant WHERE amount = 5", "wallet differs from its grants"),
        ("UPDATE subscription SET creator_id = id", "points at another's"),
        ("UPDATE credit_grant SET creator_id = id", "points at another's"),
        ("UPDATE customer SET user_id = NULL", "nobody has claimed though the address is proven"),
        ("UPDATE share_link SET uses = uses + 1", "share link's uses differ"),
    ],
)
def test_tampering_is_found(held: Holding, statement: str, said: str) -> None:  # noqa: ARG001
    tamper(statement)
    assert said in found()


def test_two_entries_that_trade_their_hashes_are_found(held: Holding) -> None:  # noqa: ARG001
    tamper(
        """UPDATE ledger_entry e SET hash = o.hash FROM ledger_entry o
        WHERE e.wallet_version IN (2, 3) AND o.wallet_version IN (2, 3) AND o.wallet_version <> e.wallet_version"""
    )
    assert found().count("hash chain broken") >= 2


def test_an_entry_rewritten_with_a_fitting_hash_still_breaks_the_next(held: Holding) -> None:
    with transaction() as session:
        entry = session.get_one(LedgerEntry, (held.wallet_id, 2))
        session.expunge(entry)
    entry.actor = "user:somebody-else"
    fitting = chain.entry_hash(entry).hex()
    tamper(f"UPDATE ledger_entry SET actor = '{entry.actor}', hash = '\\x{fitting}' WHERE wallet_version = 2")  # noqa: S608
    assert "hash chain broken" in found()
    assert "version 3" in found()


def test_a_reversal_of_more_than_was_debited_is_found(held: Holding) -> None:  # noqa: ARG001
    tamper("UPDATE ledger_entry SET posted_delta = 5 WHERE wallet_version = 3")
    assert "reversed more than was debited" in found()


def test_a_reversal_of_nothing_is_found(held: Holding) -> None:  # noqa: ARG001
    tamper(f"UPDATE ledger_entry SET reverses = '{ids.new()}' WHERE wallet_version = 3")  # noqa: S608
    assert "reversal of something that is not a spend" in found()


def test_an_erased_note_is_no_violation(held: Holding) -> None:  # noqa: ARG001
    tamper("DELETE FROM posting_note")
    assert verify.violations() == []


def test_every_violation_names_its_row(held: Holding) -> None:
    tamper("UPDATE wallet SET posted = posted + 1")
    assert all(str(held.wallet_id) in line for line in verify.violations())


def test_an_empty_instance_is_right() -> None:
    assert verify.violations() == []
