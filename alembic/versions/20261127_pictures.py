"""A creator's own picture, in a table of its own so that the rows of creators stay light."""

import sqlalchemy as sa
from alembic import op

revision = "e1d94b07c3a6"
down_revision = "c5f07a2e9b14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("creator", sa.Column("picture", sa.Text(), nullable=True))
    op.create_table(
        "creator_picture",
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("webp", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(webp) <= 30000", name=op.f("ck_creator_picture_small")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_creator_picture_creator_id_creator")),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_creator_picture")),
    )
    op.create_index("ix_creator_picture_digest", "creator_picture", ["digest"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("creator_picture")
    op.drop_column("creator", "picture")
