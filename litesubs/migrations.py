"""Bring the database to the version of the code, and tell whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from litesubs import db

_INI = Path(__file__).resolve().parent.parent / "alembic.ini"


def upgrade() -> None:
    """Apply every migration that is missing. Safe to call from several processes at once."""
    command.upgrade(Config(_INI), "head")


def missing() -> bool:
    """Whether migrations are missing. Raises sqlalchemy's OperationalError when there is no database to ask."""
    with db.engine().connect() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    return set(applied) != set(ScriptDirectory.from_config(Config(_INI)).get_heads())
