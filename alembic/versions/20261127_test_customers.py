"""Finds a creator's few test customers, whom every figure leaves out, without reading all customers."""

import sqlalchemy as sa
from alembic import op

revision = "9d3e6c41b8f0"
down_revision = "8a41c2e6d019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_customer_test", "customer", ["creator_id", "id"], unique=False, postgresql_where=sa.text("is_test")
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_customer_test", table_name="customer", postgresql_where=sa.text("is_test"))
