"""Who bought on which day, to count new, returning and best customers; sums of days are found by currency."""

import sqlalchemy as sa
from alembic import op

revision = "b6f1d7a40c52"
down_revision = "e3b3397f0e71"
branch_labels = None
depends_on = None

IN_CURRENCY = ["creator_id", "currency", "day"]  # as figures are asked for
HISTORY = """
INSERT INTO insight_buyer (customer_id, currency, day, creator_id, previous_day, paid_minor)
SELECT customer_id, currency, day, creator_id, lag(day) OVER (PARTITION BY customer_id, currency ORDER BY day), paid
FROM (
    SELECT p.customer_id, p.currency, (p.paid_at AT TIME ZONE c.time_zone)::date AS day, p.creator_id,
        sum(p.price_minor - p.refunded_minor)::bigint AS paid
    FROM purchase p JOIN creator c ON c.id = p.creator_id WHERE p.status = 'paid' GROUP BY 1, 2, 3, 4
) bought
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "insight_buyer",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("previous_day", sa.Date(), nullable=True),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "currency", "day", name=op.f("pk_insight_buyer")),
    )
    op.create_index(
        "ix_insight_buyer_day",
        "insight_buyer",
        IN_CURRENCY,
        unique=False,
        postgresql_include=["previous_day", "customer_id", "paid_minor"],
    )
    op.execute(HISTORY)
    op.drop_constraint(op.f("pk_insight_day"), "insight_day")
    op.create_primary_key(op.f("pk_insight_day"), "insight_day", [*IN_CURRENCY, "pack_id", "measure"])


def downgrade() -> None:
    """Undo."""
    op.drop_constraint(op.f("pk_insight_day"), "insight_day")
    op.create_primary_key(
        op.f("pk_insight_day"), "insight_day", ["creator_id", "day", "pack_id", "currency", "measure"]
    )
    op.drop_table("insight_buyer")
