"""What a creator's public page says, and every handle they ever had: it leads to them and is nobody else's."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c5f07a2e9b14"
down_revision = "9d3e6c41b8f0"
branch_labels = None
depends_on = None

# A handle is kept whoever writes it, and the primary key decides who of two that want it at the same time has it.
KEEP = """
CREATE FUNCTION keep_handle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO creator_handle (handle, creator_id) VALUES (NEW.handle, NEW.id) ON CONFLICT (handle) DO NOTHING;
  IF NOT EXISTS (SELECT FROM creator_handle WHERE handle = NEW.handle AND creator_id = NEW.id) THEN
    RAISE unique_violation USING MESSAGE = 'uq_creator_handle: another creator has or had this handle';
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER keep_handle AFTER INSERT OR UPDATE OF handle ON creator FOR EACH ROW EXECUTE FUNCTION keep_handle()
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("creator", sa.Column("bio", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "creator", sa.Column("links", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )
    op.create_table(
        "creator_handle",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_creator_handle_creator_id_creator")),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_creator_handle")),
    )
    op.execute("INSERT INTO creator_handle (handle, creator_id) SELECT handle, id FROM creator")
    op.execute(KEEP)
    op.execute(TRIGGER)


def downgrade() -> None:
    """Undo."""
    op.execute("DROP TRIGGER keep_handle ON creator")
    op.execute("DROP FUNCTION keep_handle()")
    op.drop_table("creator_handle")
    op.drop_column("creator", "links")
    op.drop_column("creator", "bio")
