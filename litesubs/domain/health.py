"""Whether this process can do its work."""

import psycopg2
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from litesubs.db import DatabaseNotConfiguredError, transaction

# What a use case raises while the database cannot be reached or has no connection left.
OUTAGE = (
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
)


def ready() -> bool:
    """Whether the database answers and is migrated."""
    try:
        with transaction() as session:
            session.execute(text("SELECT 1 FROM alembic_version"))
    except (SQLAlchemyError, DatabaseNotConfiguredError):
        return False
    return True
