"""Queries that are planned once: right from many threads, after the database was started again, and in another one."""

from functools import partial
from typing import Any

import psycopg2
import pytest

from litesubs import db
from litesubs.db import Prepared, transaction
from litesubs.domain import storefront
from litesubs.settings import settings
from tests.conftest import cloned_database
from tests.factories import at_once
from tests.sandbox_process import free_port

pytestmark = pytest.mark.usefixtures("shared_database")


@pytest.fixture
def query() -> Prepared:
    """Adds, and says which connection it was asked on, in which database."""
    return Prepared("bigint, bigint", "SELECT $1 + $2, pg_backend_pid(), current_database()")


def test_many_threads_share_one_connection_and_each_gets_its_own_answer(query: Prepared) -> None:
    answers: list[Any] = at_once(*[partial(query.row, number, 1000) for number in range(20)])
    assert [answer[0] for answer in answers] == [number + 1000 for number in range(20)]
    assert len({answer[1] for answer in answers}) == 1


def test_no_row_is_none() -> None:
    assert Prepared("text", "SELECT 1 WHERE $1 = 'there'").row("not there") is None


def test_a_lost_connection_is_made_again(query: Prepared) -> None:
    first = query.row(1, 2)
    assert first
    with transaction() as session:
        session.connection().exec_driver_sql("SELECT pg_terminate_backend(%s, 5000)", (first[1],))
    answers: list[Any] = at_once(*[partial(query.row, 1, 2)] * 8)
    assert [answer[0] for answer in answers] == [3] * 8
    assert first[1] not in {answer[1] for answer in answers}


def test_a_query_that_took_too_long_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "STATEMENT_TIMEOUT_SECONDS", "0.1")
    slow = Prepared("bigint", "SELECT CASE WHEN $1 = 0 THEN pg_backend_pid()::text ELSE pg_sleep($1)::text END")
    before = slow.row(0)
    with pytest.raises(psycopg2.OperationalError, match="statement timeout"):
        slow.row(60)
    assert slow.row(0) == before  # on the same connection: a second try would have made another


def test_other_settings_ask_the_other_database(
    query: Prepared, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = query.row(1, 2)
    assert first
    with cloned_database(request.config) as url, monkeypatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        second = query.row(1, 2)
    settings.cache_clear()
    assert second
    assert (second[2] != first[2], url.partition("?")[0].endswith(second[2])) == (True, True)
    assert query.row(1, 2)


def test_a_database_that_does_not_answer_is_an_outage_and_later_it_is_asked_again(
    query: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/none")
        settings.cache_clear()
        with pytest.raises(psycopg2.OperationalError):
            query.row(1, 2)
    settings.cache_clear()
    db.reset()
    assert query.row(1, 2)


@pytest.mark.parametrize("version", [storefront.LINK_VERSION, storefront.CREATOR_VERSION])
def test_the_version_of_a_page_is_read_with_indexes_whatever_the_tables_held_when_it_was_planned(
    version: Prepared,
) -> None:
    connection = version._connected()  # noqa: SLF001 - whose plan is looked at
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN EXECUTE it ('any', now())")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
