"""The engine and the one way to open a transaction."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg2
from psycopg2.errors import QueryCanceled
from sqlalchemy import Engine, MetaData, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session, SQLModel

from litesubs.settings import settings

POOL_SIZE = 10
POOL_OVERFLOW = 30
POOL_TIMEOUT_SECONDS = 20
CONNECT_TIMEOUT_SECONDS = 10
KEEPALIVE_SECONDS = 15
LOCK_TIMEOUT_SECONDS = 2
STATEMENT_TIMEOUT_SECONDS = 5
# Plans are made once: one that was made while a table was empty would read all of it, however large it has become.
FIXED_PLANS = "-c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off"

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING_CONVENTION


class DatabaseNotConfiguredError(RuntimeError):
    """No database: start with `make run`, or set DATABASE_URL."""


def database_url() -> URL:
    """DATABASE_URL with the driver pinned to psycopg2.

    SQLAlchemy 2.1 maps a bare `postgresql://` to psycopg 3.
    """
    secret = settings().database_url
    if secret is None:
        raise DatabaseNotConfiguredError(DatabaseNotConfiguredError.__doc__)
    return make_url(secret.get_secret_value()).set(drivername="postgresql+psycopg2")


@lru_cache
def engine() -> Engine:
    """One engine a process, made at first use so that importing the models needs no database."""
    return create_engine(
        database_url(),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "application_name": "litesubs",
            "options": "-c timezone=UTC",
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        },
    )


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work commits when the block ends and is undone when it raises."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session for reading: all its queries see the database as it is at the first, whatever commits meanwhile."""
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def give_up_soon(session: Session) -> None:
    """In this transaction a statement, or a lock that another one holds, ends in OperationalError when it takes long.

    For callers who wait for an answer and can ask again.
    """
    limits = {"statement": f"{STATEMENT_TIMEOUT_SECONDS}s", "lock": f"{LOCK_TIMEOUT_SECONDS}s"}
    set_both = "SELECT set_config('statement_timeout', :statement, true), set_config('lock_timeout', :lock, true)"
    session.execute(text(set_both), limits)


def dedicated(options: str) -> psycopg2.extensions.connection:
    """A connection outside the pool that commits each statement, for a thread that keeps it, and closes it.

    `options` are PostgreSQL's, as "-c name=value".
    """
    url = database_url().set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg2.connect(
        url,
        application_name="litesubs",
        options=f"-c timezone=UTC {options}",
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        keepalives_idle=KEEPALIVE_SECONDS,
        tcp_user_timeout=KEEPALIVE_SECONDS * 1000,
    )
    connection.autocommit = True
    return connection


class Prepared:
    """A query for one row that is asked all the time: planned once, on one connection, kept, that all threads share.

    The same query in a transaction of the pool takes ten times as long. `kinds` are the types of $1, $2 and so on.
    """

    def __init__(self, kinds: str, query: str) -> None:
        """Nothing is connected yet."""
        count = kinds.count(",") + 1
        self._prepare = f"PREPARE it ({kinds}) AS {query}"
        self._execute = f"EXECUTE it ({', '.join(['%s'] * count)})"
        self._connection: psycopg2.extensions.connection | None = None
        self._url: URL | None = None
        self._connecting = threading.Lock()

    def row(self, *values: object) -> tuple[Any, ...] | None:
        """The row, as the database is now. Raises psycopg2's OperationalError or InterfaceError in an outage."""
        connection = self._connected()
        try:
            return self._asked(connection, values)
        except QueryCanceled:  # it took too long, and would again
            raise
        except (psycopg2.OperationalError, psycopg2.InterfaceError):  # the database was started again, perhaps
            return self._asked(self._connected(lost=connection), values)

    def _asked(self, connection: psycopg2.extensions.connection, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(self._execute, values)
            return cursor.fetchone()

    def _connected(self, lost: psycopg2.extensions.connection | None = None) -> psycopg2.extensions.connection:
        """The connection; another one in place of `lost`, or where the settings name another database."""
        url = database_url()
        if not self._connecting.acquire(timeout=CONNECT_TIMEOUT_SECONDS):
            message = "somebody else has waited for a connection as long"
            raise psycopg2.OperationalError(message)
        try:
            if self._connection is None or self._connection is lost or self._url != url:
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                connection = dedicated(f"{FIXED_PLANS} -c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s")
                with connection.cursor() as cursor:
                    cursor.execute(self._prepare)
                self._connection, self._url = connection, url
            return self._connection
        finally:
            self._connecting.release()


def reset() -> None:
    """Forget the engine, closing its connections, so that the next use reads the settings again."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
