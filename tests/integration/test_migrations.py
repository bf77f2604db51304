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
from litesubs.settings import settings
from tests import factories

INI = Path(__file__).parents[2] / "alembic.ini"


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
            text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                 " UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'")
        ).all()  # fmt: skip
    assert leftovers == []
    migrations.upgrade()
    assert differences() == []
    assert factories.balance(factories.customer_with(5)) == 5


@pytest.mark.usefixtures("empty_database")
def test_processes_that_start_together_migrate_once() -> None:
    command_line = [sys.executable, "-W", "ignore", "-c", "from litesubs import migrations; migrations.upgrade()"]
    started = [subprocess.Popen(command_line, cwd=INI.parent) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert differences() == []
