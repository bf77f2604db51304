"""Migrations build exactly what the models say, from nothing, and can be taken back."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from psycopg2 import sql
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from litesubs import db, migrations, models
from litesubs.db import transaction
from litesubs.domain import ledger, sums, verify, wallets
from litesubs.settings import settings
from tests import factories
from tests.factories import SYSTEM

INI = Path(__file__).parents[2] / "alembic.ini"
FIRST = "a7a0e256058f"  # the revision that was released without the desk


@pytest.fixture
def empty_database(database: str) -> Iterator[str]:
    """A database without anything in it, on the tests' server."""
    name = f"empty_{secrets.token_hex(8)}"

    def administer(statement: str) -> None:
        with closing(psycopg2.connect(database)) as connection:
            connection.autocommit = True
            connection.cursor().execute(sql.SQL(statement).format(sql.Identifier(name)))

    administer("CREATE DATABASE {}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", make_url(database).set(database=name).render_as_string(hide_password=False))
        settings.cache_clear()
        db.reset()
        yield name
        db.reset()
    settings.cache_clear()
    administer("DROP DATABASE {} WITH (FORCE)")


def tables() -> set[str]:
    """Our tables, Alembic's aside."""
    return set(inspect(db.engine()).get_table_names()) - {"alembic_version"}


def differences() -> list[object]:
    """What autogenerate would write."""
    with db.engine().connect() as connection:
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _parents: kind != "table" or not str(name).startswith("procrastinate_"),
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), models.metadata))


@pytest.mark.usefixtures("empty_database")
def test_an_empty_database_is_brought_to_what_the_models_say() -> None:
    assert migrations.missing()
    migrations.upgrade()
    assert not migrations.missing()
    assert differences() == []
    assert {"wallet", "ledger_entry", "procrastinate_jobs"} <= tables()
    migrations.upgrade()
    assert factories.balance(factories.customer_with(5)) == 5


@pytest.mark.usefixtures("database")
def test_a_downgrade_leaves_nothing_and_an_upgrade_brings_it_back() -> None:
    factories.customer_with(5)
    command.downgrade(Config(INI), "base")
    assert tables() == set()
    with db.engine().connect() as connection:
        leftovers = connection.execute(
            text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS"
                 " (SELECT 1 FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')"
                 " UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'")
        ).all()  # fmt: skip
    assert leftovers == []
    migrations.upgrade()
    assert differences() == []
    assert factories.balance(factories.customer_with(5)) == 5


@pytest.mark.usefixtures("database")
def test_the_books_of_an_earlier_version_are_right_after_the_upgrade() -> None:
    held = factories.customer_with(10)
    assert held.creator.creator_id
    bought = [factories.bought(held, 1001, 7, expires_at=factories.later(days=9)) for _ in range(3)]
    elsewhere = factories.holding(factories.pack(held.creator, currency="USD", price="100"), held.creator, 5)
    factories.bought(elsewhere, 4000, 3)
    lot = wallets.subscription(held.creator, held.public_id).lots[1]
    wallets.extend(held.creator, held.public_id, lot.id, "never", "Ill in spring", "k1")
    with transaction() as session:
        ledger.reverse(session, ledger.debit(session, held.wallet_id, 12, SYSTEM), SYSTEM, amount=4)
    for minor, purchase_id in zip((1001, 400), bought, strict=False):
        command.downgrade(Config(INI), FIRST)
        refund = text("UPDATE purchase SET refunded_minor = :minor WHERE id = :id")
        with transaction() as session:
            session.execute(refund, {"minor": minor, "id": purchase_id})
        migrations.upgrade()
        assert verify.violations() == []
        sums.fold_all()
        assert verify.violations() == []
    with transaction() as session:
        refunds = session.execute(
            text("SELECT sum(number), sum(amount_minor) FROM insight_day WHERE measure = 'refund'")
        ).one()
        assert tuple(refunds) == (2, 1401)
        sums.rebuild(session, held.creator.creator_id)
    assert verify.violations() == []
    assert factories.balance(held) == 23


@pytest.mark.usefixtures("empty_database")
def test_a_downgrade_leaves_an_extension_that_was_there_before() -> None:
    with db.engine().begin() as connection:
        connection.execute(text("CREATE EXTENSION pg_trgm"))
    migrations.upgrade()
    command.downgrade(Config(INI), "base")
    with db.engine().connect() as connection:
        assert connection.execute(text("SELECT similarity('ticket', 'ticket')")).scalar_one() == 1


@pytest.mark.usefixtures("empty_database")
def test_processes_that_start_together_migrate_once() -> None:
    command_line = [sys.executable, "-W", "ignore", "-c", "from litesubs import migrations; migrations.upgrade()"]
    started = [subprocess.Popen(command_line, cwd=INI.parent) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert differences() == []
