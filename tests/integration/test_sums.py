"""The sums beside the ledger: nothing is lost or counted twice, whoever folds, rebuilds or spends at one moment."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlmodel import Session, func, select

from litesubs import db, jobs, migrations
from litesubs.db import transaction
from litesubs.domain import clock, customers, desk, ledger, sums, verify, wallets
from litesubs.domain.customer_query import CustomerQuery
from litesubs.models import Creator, CustomerSummary, InsightDelta, InsightLot
from tests import factories
from tests.factories import SYSTEM, Holding, at_once, later, unexpected
from tests.integration.test_verify import found, tamper

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def held(database: object) -> Holding:  # noqa: ARG001 - the database comes first
    """A customer with a bought lot, part of it refunded, a gift and a debit over both."""
    customer = factories.customer_with(4)
    factories.bought(customer, 10_000, 3, expires_at=later(days=40))
    debit(customer, 2)
    return customer


def creator_of(customer: Holding) -> Creator:
    """The selling side's row as it is now."""
    with transaction() as session:
        return session.get_one(Creator, customer.creator.creator_id)


def fold(customer: Holding) -> None:
    """Add up all that waits."""
    sums.caught_up(creator_of(customer).id)


def rebuild(customer: Holding, zone: str = "UTC", currency: str = "EUR") -> None:
    """As the settings do when time zone or currency changes."""
    creator_id = creator_of(customer).id
    with transaction() as session:
        creator = session.get_one(Creator, creator_id, with_for_update=True)
        creator.time_zone, creator.currency = zone, currency
        sums.rebuild(session, creator_id)


def debit(customer: Holding, amount: int) -> None:
    """A spend in a transaction of its own."""
    with transaction() as session:
        ledger.debit(session, customer.wallet_id, amount, SYSTEM)


def waiting() -> int:
    """Movements that are not in the sums yet."""
    with transaction() as session:
        return session.exec(select(func.count()).select_from(InsightDelta)).one()


def owed(session: Session) -> int:
    """Credits by the sums alone."""
    return int(session.exec(select(func.coalesce(func.sum(InsightLot.credits), 0))).one())


def test_folding_adds_up_what_moved_and_nothing_twice(held: Holding) -> None:
    assert waiting() > 0
    for _ in range(2):
        fold(held)
        assert waiting() == 0
        with transaction() as session:
            assert owed(session) == 5
        assert verify.violations() == []


def test_the_job_folds_everybody(held: Holding) -> None:
    others = factories.customer_with(7)
    jobs.fold_sums(0)
    assert waiting() == 0
    with transaction() as session:
        assert owed(session) == 12
        summaries = {row.customer_id: row.credits for row in session.exec(select(CustomerSummary))}
    assert summaries == {held.customer_id: 5, others.customer_id: 7}


def test_a_creator_who_cannot_be_folded_does_not_keep_the_others(held: Holding) -> None:
    others = factories.customer_with(7)
    tamper(f"UPDATE creator SET time_zone = 'Nowhere/At_All' WHERE id = '{creator_of(held).id}'")  # noqa: S608
    sums.fold_all()
    with transaction() as session:
        assert {delta.creator_id for delta in session.exec(select(InsightDelta))} == {creator_of(held).id}
        assert session.get(CustomerSummary, others.customer_id) is not None


def test_what_was_there_before_the_sums_is_in_them(held: Holding) -> None:
    wallets.use(held.creator, held.public_id, 1, "", "1")
    before = desk.overview(held.creator, "all").figures
    alembic = Config(Path(migrations.__file__).parents[1] / "alembic.ini")
    db.reset()  # connections that remember the tables as they were
    command.downgrade(alembic, "a7a0e256058f")
    migrations.upgrade()
    assert verify.violations() == []
    after = desk.overview(held.creator, "all").figures
    assert verify.violations() == []
    assert after == before


def test_what_is_undone_leaves_no_delta(held: Holding) -> None:
    fold(held)
    with transaction() as session:
        ledger.debit(session, held.wallet_id, 1, SYSTEM)
        session.rollback()
    assert waiting() == 0


def test_an_emptied_lot_leaves_no_sum(held: Holding) -> None:
    debit(held, 5)
    fold(held)
    with transaction() as session:
        assert session.exec(select(InsightLot)).all() == []


def test_rebuilding_comes_to_the_same_as_folding(held: Holding) -> None:
    fold(held)
    before = desk.overview(held.creator, "all")
    debit(held, 1)
    rebuild(held)
    assert waiting() == 0
    assert verify.violations() == []
    after = desk.overview(held.creator, "all")
    assert (before.figures.owed, after.figures.owed, after.figures.used.number) == (5, 4, 3)
    assert after.figures.revenue == before.figures.revenue


def test_what_a_customer_spent_follows_the_main_currency(held: Holding) -> None:
    rebuild(held, currency="USD")
    with transaction() as session:
        assert session.get_one(CustomerSummary, held.customer_id).spent_minor == 0
    rebuild(held)
    with transaction() as session:
        assert session.get_one(CustomerSummary, held.customer_id).spent_minor == 10_000


@pytest.mark.parametrize("words", ["emile", "Émile", "ÉMILE", "oest", "øst", "OST", "person"])
def test_a_name_is_found_with_and_without_its_accents(words: str) -> None:
    held = factories.customer_with()
    named = factories.holding(held.pack, held.creator, 1, buyer=factories.person("Émile Øst"))
    rows = customers.page(held.creator, CustomerQuery(search=words)).rows
    assert ("Émile Øst" in {row.name for row in rows}) is (words != "oest")
    assert sums.name_key(named.buyer.name) == "emile ost"


def test_a_fold_beside_many_spends_loses_nothing() -> None:
    held = factories.customer_with(100)
    others = [factories.holding(held.pack, held.creator, 100) for _ in range(3)]
    spends = [lambda customer=customer: debit(customer, 1) for customer in [held, *others] * 2]
    for _ in range(5):
        assert unexpected(at_once(*spends, lambda: fold(held), lambda: fold(held))) == []
        assert verify.violations() == []
    fold(held)
    with transaction() as session:
        assert owed(session) == 400 - 40
    assert verify.violations() == []


def test_a_rebuild_beside_many_spends_loses_nothing() -> None:
    held = factories.customer_with(100)
    others = [factories.holding(held.pack, held.creator, 100) for _ in range(3)]
    spends = [lambda customer=customer: debit(customer, 1) for customer in [held, *others] * 2]
    for zone in ("Asia/Kathmandu", "Pacific/Auckland", "America/New_York", "UTC", "Europe/Copenhagen"):
        changes = [lambda zone=zone: rebuild(held, zone), lambda: rebuild(held, "UTC"), lambda: fold(held)]  # type: ignore[misc]
        assert unexpected(at_once(*spends, *changes)) == []
        assert verify.violations() == []
    fold(held)
    assert verify.violations() == []
    assert desk.overview(held.creator, "all").figures.owed == 400 - 40


def test_a_movement_that_commits_while_a_rebuild_waits_is_counted_once(held: Holding) -> None:
    """The rebuild's statement sees the movement and its delta, or neither."""
    creator_id = creator_of(held).id
    with transaction() as spending:
        ledger.debit(spending, held.wallet_id, 1, SYSTEM)
        rebuild(held, "Asia/Kathmandu")
        with transaction() as session:
            assert owed(session) == 5
    assert waiting() == 1
    assert verify.violations() == []
    sums.caught_up(creator_id)
    with transaction() as session:
        assert owed(session) == 4
    assert verify.violations() == []


def test_payments_of_one_customer_at_once_count_as_one_new_customer() -> None:
    held = factories.customer_with()
    pay = [lambda: factories.bought(held, 5_000)] * 4
    assert unexpected(at_once(*pay, lambda: fold(held), lambda: fold(held))) == []
    figures = desk.overview(held.creator).figures
    assert (figures.sales.number, figures.new_customers.number, figures.returning_customers.number) == (4, 1, 0)
    with clock.at(later(days=70)):
        factories.bought(held, 5_000)
        figures = desk.overview(held.creator).figures
    assert (figures.new_customers.number, figures.returning_customers.number) == (0, 1)
    assert verify.violations() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE insight_day SET credits = credits + 1 WHERE measure = 'used'", "sum of a day differs"),
        ("UPDATE insight_day SET amount_minor = 0 WHERE measure = 'sale'", "sum of a day differs"),
        ("UPDATE insight_day SET number = 2 WHERE measure = 'sale'", "sum of a day differs"),
        ("UPDATE insight_day SET day = day + 1 WHERE measure = 'sold'", "sum of a day differs"),
        ("DELETE FROM insight_day WHERE measure = 'given'", "sum of a day differs"),
        ("UPDATE insight_lot SET credits = credits + 1", "sum of lots differs"),
        ("UPDATE insight_lot SET expires_on = expires_on - 1", "sum of lots differs"),
        ("DELETE FROM insight_lot", "sum of lots differs"),
        ("UPDATE customer_summary SET credits = 9", "customer's line in the list differs"),
        ("UPDATE customer_summary SET expires_on = '2027-01-01'", "customer's line in the list differs"),
        ("UPDATE customer_summary SET spent_minor = 1", "customer's line in the list differs"),
        ("DELETE FROM customer_summary", "customer's line in the list differs"),
        ("UPDATE customer_summary SET search = 'x'", "customer is not found by their name"),
        ("UPDATE customer_summary SET name_key = 'x'", "customer is not found by their name"),
        ("UPDATE insight_buyer SET previous_day = day - 1", "days of buying differ"),
        ("UPDATE insight_buyer SET paid_minor = 1", "days of buying differ"),
        ("DELETE FROM insight_buyer", "days of buying differ"),
        ("UPDATE purchase_movement SET paid_minor = 1", "purchase differs from its movements"),
        ("DELETE FROM purchase_movement", "purchase differs from its movements"),
        ("UPDATE purchase SET refunded_minor = 1", "purchase differs from its movements"),
        ("UPDATE purchase SET paid_at = paid_at + interval '1 second'", "purchase differs from its movements"),
    ],
)
def test_tampering_with_the_sums_is_found(held: Holding, statement: str, said: str) -> None:
    fold(held)
    assert verify.violations() == []
    tamper(statement)
    assert said in found()


def test_a_delta_that_goes_missing_is_found(held: Holding) -> None:
    assert verify.violations() == []
    tamper("DELETE FROM insight_delta WHERE measure = 'used'")
    assert "sum of a day differs" in found()
    assert str(creator_of(held).id) in found()


def test_money_that_moved_cannot_be_rewritten(held: Holding) -> None:  # noqa: ARG001
    for statement in ("UPDATE purchase_movement SET paid_minor = 1", "DELETE FROM purchase_movement"):
        with pytest.raises(Exception, match="append-only"), transaction() as session:
            session.execute(text(statement))
