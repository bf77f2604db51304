"""Alembic's entry: online only, on the database that the settings name, with procrastinate's own tables left alone."""

from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from litesubs import db, models

MIGRATION_LOCK = 0x6C697465  # one migration at a time, however many processes start together


def _ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether autogenerate may look at it: procrastinate ships and migrates its own schema."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write SQLModel's own string type as the plain one, so that a migration imports nothing but SQLAlchemy."""
    return f"sa.String({item.length or ''})" if kind == "type" and isinstance(item, AutoString) else False


def run() -> None:
    """Upgrade in one transaction, so that a failed migration leaves nothing behind."""
    with db.engine().connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=models.metadata,
            include_name=_ours,
            compare_type=True,
            render_item=_render,
        )
        with context.begin_transaction():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            context.run_migrations()


run()
