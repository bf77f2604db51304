"""Whether this process can do its work."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from litesubs.db import DatabaseNotConfiguredError, transaction


def ready() -> bool:
    """Whether the database answers and is migrated."""
    try:
        with transaction() as session:
            session.execute(text("SELECT 1 FROM alembic_version"))
    except (SQLAlchemyError, DatabaseNotConfiguredError):
        return False
    return True
