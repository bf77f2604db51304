"""Whole lots: added by the thousand, taken back, given more time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import chain, clock, ids, ledger, locked, verify, wallets
from litesubs.domain.errors import (
    InsufficientCreditsError,
    LotOverError,
    NotFoundError,
    SubscriptionDisabledError,
    ValidationFailedError,
)
from litesubs.domain.ledger import Lot
from litesubs.models import (
    CreditGrant,
    EntryType,
    GrantExtension,
    GrantSource,
    LedgerEntry,
    PostingNote,
    SubscriptionStatus,
)
from tests import factories
from tests.factories import SYSTEM, Holding, later

pytestmark = pytest.mark.usefixtures("database")
NOTE = chain.Note("Imported from customers.csv")


def lots_of(held: Holding) -> list[CreditGrant]:
    """The wallet's lots in order of arrival."""
    with transaction() as session:
        query = select(CreditGrant).where(CreditGrant.wallet_id == held.wallet_id)
        return sorted(session.exec(query), key=lambda lot: lot.id)


def void(grant_id: UUID) -> int:
    """Take back a lot in a transaction of its own."""
    with transaction() as session:
        return ledger.void(session, grant_id, SYSTEM, NOTE)


def extend(grant_id: UUID, **span: int) -> None:
    """Give a lot time until that much after now, or for ever, in a transaction of its own."""
    with transaction() as session:
        ledger.extend(session, grant_id, later(**span) if span else None, SYSTEM, chain.Note("Ill in spring"))


def imported(amount: int, ref: str) -> Lot:
    """A lot as an import makes it."""
    return Lot(amount, GrantSource.imported, ref)


def test_many_lots_reach_many_wallets_as_one_posting_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locked, "WALLETS_AT_ONCE", 3)
    first = factories.customer_with(1)
    everyone = [first, *(factories.holding(first.pack, first.creator) for _ in range(7))]
    wanted = [(held.subscription_id, imported(n + 1, f"{n} {m}")) for n, held in enumerate(everyone) for m in (1, 2)]
    with transaction() as session:
        assert ledger.grant_many(session, wanted, SYSTEM, NOTE) == 16
    assert [factories.balance(held) for held in everyone] == [3, 4, 6, 8, 10, 12, 14, 16]
    with transaction() as session:
        written = session.exec(select(LedgerEntry.posting_id).where(LedgerEntry.type == EntryType.grant)).all()
    assert len(set(written)) == 8 + 1
    assert verify.violations() == []


def test_lots_that_were_granted_before_are_left_out() -> None:
    held = factories.customer_with()
    factories.give(held, 5, source=GrantSource.imported, ref="a")
    with transaction() as session:
        wanted = [(held.subscription_id, imported(5, "a")), (held.subscription_id, imported(6, "b"))]
        assert ledger.grant_many(session, wanted, SYSTEM) == 1
        assert ledger.grant_many(session, wanted, SYSTEM) == 0
        assert ledger.grant_many(session, [], SYSTEM) == 0
    assert factories.balance(held) == 11
    assert verify.violations() == []


def test_many_lots_are_all_or_none() -> None:
    held = factories.customer_with()
    with pytest.raises(NotFoundError), transaction() as session:
        ledger.grant_many(session, [(held.subscription_id, imported(5, "a")), (ids.new(), imported(5, "b"))], SYSTEM)
    assert factories.balance(held) == 0


def test_subscriptions_are_opened_once_however_often_they_are_asked_for() -> None:
    held = factories.customer_with()
    offers = [ids.read("pack", factories.pack(held.creator).id) for _ in range(2)]
    assert held.creator.creator_id is not None
    pairs = [(held.customer_id, offer) for offer in (*offers, offers[0], ids.read("pack", held.pack.id))]
    with transaction() as session:
        opened = ledger.open_subscriptions(session, held.creator.creator_id, pairs)
        assert ledger.open_subscriptions(session, held.creator.creator_id, pairs) == opened
        assert ledger.open_subscriptions(session, held.creator.creator_id, []) == {}
    assert len(opened) == 3
    assert opened[held.customer_id, ids.read("pack", held.pack.id)].id == held.subscription_id


def test_a_lot_taken_back_leaves_what_was_used_and_the_other_lots() -> None:
    held = factories.customer_with(5, 7)
    with transaction() as session:
        ledger.debit(session, held.wallet_id, 2, SYSTEM)
    assert void(lots_of(held)[0].id) == 3
    assert [lot.remaining for lot in lots_of(held)] == [0, 7]
    with transaction() as session:
        last = session.exec(select(LedgerEntry).where(LedgerEntry.wallet_version == 4)).one()
    assert (last.type, last.posted_delta, last.posted_after) == (EntryType.adjustment, -3, 7)
    assert verify.violations() == []


def test_of_a_lot_that_is_held_in_part_the_rest_is_taken_back() -> None:
    held = factories.customer_with(5)
    with transaction() as session:
        ledger.hold(session, held.wallet_id, 2, SYSTEM, 3600)
    assert void(lots_of(held)[0].id) == 3
    with pytest.raises(LotOverError):
        void(lots_of(held)[0].id)
    assert factories.balance(held) == 2


def test_nothing_is_taken_back_of_a_lot_that_is_empty_expired_or_disabled() -> None:
    held = factories.customer_with(5)
    factories.give(held, 3, expires_at=later(days=1))
    used, short = lots_of(held)
    void(used.id)
    with pytest.raises(LotOverError):
        void(used.id)
    with pytest.raises(LotOverError):
        void(ids.new())
    with clock.at(later(days=1)), pytest.raises(LotOverError):
        void(short.id)
    with transaction() as session:
        ledger.set_status(session, held.subscription_id, SubscriptionStatus.disabled, "")
    with pytest.raises(SubscriptionDisabledError):
        void(short.id)
    assert factories.balance(held) == 3


def test_many_lots_of_many_wallets_are_taken_back_together() -> None:
    first = factories.customer_with(5, 6)
    second = factories.holding(first.pack, first.creator, 7)
    with transaction() as session:
        taken = ledger.void_many(session, [lot.id for lot in lots_of(first) + lots_of(second)], SYSTEM, NOTE)
    assert taken == 18
    assert (factories.balance(first), factories.balance(second)) == (0, 0)
    assert verify.violations() == []


def test_a_lot_given_more_time_is_spendable_until_its_new_end_and_no_longer() -> None:
    held = factories.customer_with()
    factories.give(held, 2, expires_at=later(days=1))
    (lot,) = lots_of(held)
    extend(lot.id, days=3)
    with clock.at(later(days=2)), transaction() as session:
        assert ledger.expire(session, lot.id, SYSTEM) is None
        ledger.debit(session, held.wallet_id, 1, SYSTEM)
    with clock.at(later(days=3)), transaction() as session, pytest.raises(InsufficientCreditsError):
        ledger.debit(session, held.wallet_id, 1, SYSTEM)
    assert verify.violations() == []


def test_an_extension_says_from_when_to_when_who_and_why_and_where_in_the_ledger() -> None:
    held = factories.customer_with(1)
    factories.give(held, 2, expires_at=later(days=1))
    lot = lots_of(held)[1]
    extend(lot.id, days=3)
    extend(lot.id)
    with transaction() as session:
        first, second = session.exec(select(GrantExtension).order_by("at")).all()
        reasons = [session.get_one(PostingNote, row.id).reason for row in (first, second)]
    assert (first.previous_expires_at, second.previous_expires_at) == (lot.expires_at, first.expires_at)
    assert (second.expires_at, lots_of(held)[1].expires_at) == (None, None)
    assert {(row.wallet_version, row.actor) for row in (first, second)} == {(2, "system:tests")}
    assert reasons == ["Ill in spring"] * 2
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text("UPDATE grant_extension SET actor = ''"))


def test_why_a_lot_lasts_longer_can_be_erased_but_not_changed() -> None:
    held = factories.customer_with()
    factories.give(held, 2, expires_at=later(days=1))
    (lot,) = lots_of(held)
    extend(lot.id, days=3)
    assert wallets.subscription(held.creator, held.public_id).entries[0].title == "Ill in spring"
    with transaction() as session:
        session.execute(text("UPDATE posting_note SET reason = 'Well in spring'"))
    assert [found.split(":")[0] for found in verify.violations()] == ["note differs from what was committed"]
    with transaction() as session:
        session.execute(text("DELETE FROM posting_note"))
    assert verify.violations() == []
    line = wallets.subscription(held.creator, held.public_id).entries[0]
    assert line.title.startswith("More time")


def test_time_is_only_ever_added() -> None:
    held = factories.customer_with()
    factories.give(held, 2, expires_at=later(days=9))
    (lot,) = lots_of(held)
    for span in ({"days": 8}, {"days": -1}):
        with pytest.raises(ValidationFailedError, match="later day"):
            extend(lot.id, **span)
    with transaction() as session, pytest.raises(ValidationFailedError):
        ledger.extend(session, lot.id, lot.expires_at, SYSTEM, NOTE)
    assert lots_of(held)[0].expires_at == lot.expires_at


def test_a_lot_that_is_over_or_disabled_gets_no_more_time() -> None:
    held = factories.customer_with(3)
    factories.give(held, 2, expires_at=later(days=1))
    factories.give(held, 2, expires_at=later(days=2))
    endless, short, used = lots_of(held)
    void(used.id)
    for over in (endless, used):
        with pytest.raises(LotOverError):
            extend(over.id, days=9)
    with clock.at(later(days=1)), pytest.raises(LotOverError):
        extend(short.id, days=9)
    with pytest.raises(NotFoundError):
        extend(ids.new(), days=9)
    with transaction() as session:
        ledger.set_status(session, held.subscription_id, SubscriptionStatus.disabled, "")
    with pytest.raises(SubscriptionDisabledError):
        extend(short.id, days=9)


def test_what_follows_an_extension_is_dated_no_earlier() -> None:
    held = factories.customer_with()
    factories.give(held, 2, expires_at=later(days=9))
    (lot,) = lots_of(held)
    with clock.at(later(days=2)):
        extend(lot.id, days=19)
    with transaction() as session:
        extended = session.exec(select(GrantExtension.at)).one()
        posting = ledger.debit(session, held.wallet_id, 1, SYSTEM)
        spent = session.exec(select(LedgerEntry.at).where(LedgerEntry.posting_id == posting)).one()
    assert spent >= extended >= clock.now() + timedelta(days=1)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE credit_grant SET expires_at = expires_at + interval '1 day'",
        "UPDATE credit_grant SET expires_at = NULL",
        "UPDATE grant_extension SET expires_at = expires_at + interval '1 hour'",
        "UPDATE grant_extension SET expires_at = NULL WHERE id = (SELECT min(id::text)::uuid FROM grant_extension)",
        "DELETE FROM grant_extension WHERE id = (SELECT max(id::text)::uuid FROM grant_extension)",
        "UPDATE grant_extension SET wallet_version = 9",
        "UPDATE grant_extension SET creator_id = id",
    ],
)
def test_an_end_that_the_extensions_do_not_lead_to_is_found(tampering: str) -> None:
    held = factories.customer_with()
    factories.give(held, 2, expires_at=later(days=1))
    (lot,) = lots_of(held)
    extend(lot.id, days=3)
    extend(lot.id, days=5)
    assert verify.violations() == []
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(tampering))
    assert any(found.startswith("lot's end is not the one its extensions lead to") for found in verify.violations())
