"""API keys, test customers, and holds whose lots are their entries."""

import sqlalchemy as sa
from alembic import op

revision = "5c1f0a9d77b2"
down_revision = "b6f1d7a40c52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("networks", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("cap_credits", sa.BigInteger(), nullable=True),
        sa.Column(
            "cap_period",
            sa.Enum("day", "month", name="cap_period", native_enum=False, create_constraint=True, length=20),
            nullable=True,
        ),
        sa.Column("cap_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotated_to", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(cap_credits IS NULL) = (cap_period IS NULL)", name=op.f("ck_api_key_cap_is_whole")),
        sa.CheckConstraint("cap_credits > 0", name=op.f("ck_api_key_cap_positive")),
        sa.ForeignKeyConstraint(["cap_id"], ["api_key.id"], name=op.f("fk_api_key_cap_id")),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_api_key_created_by")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_api_key_creator_id")),
        sa.ForeignKeyConstraint(["rotated_to"], ["api_key.id"], name=op.f("fk_api_key_rotated_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
    )
    op.create_index(op.f("ix_api_key_creator_id"), "api_key", ["creator_id"], unique=False)
    op.create_table(
        "api_key_spend",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("spent >= 0", name=op.f("ck_api_key_spend_spent_not_negative")),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_api_key_spend_key_id")),
        sa.PrimaryKeyConstraint("key_id", "period", name=op.f("pk_api_key_spend")),
    )
    op.add_column("customer", sa.Column("is_test", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("hold", sa.Column("key_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_hold_key_id"), "hold", "api_key", ["key_id"], ["id"])
    op.drop_table("hold_lot")


def downgrade() -> None:
    """Undo."""
    op.create_table(
        "hold_lot",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_hold_lot_amount_positive")),
        sa.ForeignKeyConstraint(["grant_id"], ["credit_grant.id"], name=op.f("fk_hold_lot_grant_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_lot_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", "grant_id", name=op.f("pk_hold_lot")),
    )
    op.drop_constraint(op.f("fk_hold_key_id"), "hold", type_="foreignkey")
    op.drop_column("hold", "key_id")
    op.drop_column("customer", "is_test")
    op.drop_table("api_key_spend")
    op.drop_index(op.f("ix_api_key_creator_id"), table_name="api_key")
    op.drop_table("api_key")
