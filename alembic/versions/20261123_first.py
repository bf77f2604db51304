"""Everything the first sale needs."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "a7a0e256058f"
down_revision = None
branch_labels = None
depends_on = None

EXPIRY_RULE_IS_WHOLE = """(expiry_kind = 'never' AND expiry_date IS NULL AND expiry_days IS NULL)
 OR (expiry_kind = 'on_date' AND expiry_date IS NOT NULL AND expiry_days IS NULL)
 OR (expiry_kind = 'after_days' AND expiry_date IS NULL AND expiry_days > 0)"""
APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: fix a mistake with a reversal or an adjustment', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
REMOVE_QUEUE = """
DO $$ DECLARE item record; BEGIN
    FOR item IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND p.proname LIKE 'procrastinate%'
    LOOP EXECUTE 'DROP FUNCTION ' || item.name || ' CASCADE'; END LOOP;
    FOR item IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'procrastinate%'
    LOOP EXECUTE 'DROP TABLE IF EXISTS ' || item.name || ' CASCADE'; END LOOP;
    FOR item IN SELECT t.typname AS name FROM pg_type t
        WHERE t.typnamespace = current_schema()::regnamespace AND t.typname LIKE 'procrastinate%'
        AND t.typtype IN ('e', 'c')
    LOOP EXECUTE 'DROP TYPE IF EXISTS ' || quote_ident(item.name) || ' CASCADE'; END LOOP;
END $$;
"""


def run_script(sql: str) -> None:
    """Run many statements as written: a bare cursor, since a percent sign is not a placeholder here."""
    connection = op.get_bind().connection
    with connection.cursor() as cursor:
        cursor.execute(sql)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "app_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_normalized", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("email_normalized", name=op.f("uq_app_user_email_normalized")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 255", name=op.f("ck_idempotency_key_key_length")),
        sa.PrimaryKeyConstraint("creator_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_age", "idempotency_key", ["created_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "posting_note",
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_posting_note")),
    )
    op.create_index(op.f("ix_posting_note_creator_id"), "posting_note", ["creator_id"], unique=False)
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index(
        "ix_stripe_event_open",
        "stripe_event",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("processed_at IS NULL"),
    )
    op.create_table(
        "creator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_creator_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creator")),
        sa.UniqueConstraint("handle", name=op.f("uq_creator_handle")),
        sa.UniqueConstraint("user_id", name=op.f("uq_creator_user_id")),
    )
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "credit_pack",
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("expiry_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column(
            "expiry_kind",
            sa.Enum(
                "never",
                "on_date",
                "after_days",
                name="expiry_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("active", "disabled", name="status", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            EXPIRY_RULE_IS_WHOLE,
            name=op.f("ck_credit_pack_expiry_rule_is_whole"),
        ),
        sa.CheckConstraint("credits > 0", name=op.f("ck_credit_pack_credits_positive")),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_credit_pack_price_positive")),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_credit_pack_creator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_pack")),
        sa.UniqueConstraint("creator_id", "slug", name=op.f("uq_credit_pack_creator_id_slug")),
        sa.UniqueConstraint("id", "creator_id", name=op.f("uq_credit_pack_id_creator_id")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_normalized", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creator.id"], name=op.f("fk_customer_creator_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_customer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("creator_id", "email_normalized", name=op.f("uq_customer_creator_id_email_normalized")),
        sa.UniqueConstraint("id", "creator_id", name=op.f("uq_customer_id_creator_id")),
    )
    op.create_index(op.f("ix_customer_user_id"), "customer", ["user_id"], unique=False)
    op.create_table(
        "share_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("uses", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("max_uses > 0", name=op.f("ck_share_link_max_uses_positive")),
        sa.CheckConstraint(
            "uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name=op.f("ck_share_link_uses_within_limit")
        ),
        sa.ForeignKeyConstraint(
            ["pack_id", "creator_id"],
            ["credit_pack.id", "credit_pack.creator_id"],
            name=op.f("fk_share_link_pack_id_creator_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token", name=op.f("uq_share_link_token")),
    )
    op.create_index(op.f("ix_share_link_pack_id"), "share_link", ["pack_id"], unique=False)
    op.create_index(
        "uq_share_link_default", "share_link", ["pack_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "wallet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("posted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("held >= 0 AND held <= posted", name=op.f("ck_wallet_held_within_posted")),
        sa.CheckConstraint("version >= 0", name=op.f("ck_wallet_version_not_negative")),
        sa.ForeignKeyConstraint(
            ["customer_id", "creator_id"],
            ["customer.id", "customer.creator_id"],
            name=op.f("fk_wallet_customer_id_creator_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet")),
        sa.UniqueConstraint("creator_id", "customer_id", name=op.f("uq_wallet_creator_id_customer_id")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_wallet_customer_id")),
        postgresql_with={
            "fillfactor": "50",
            "autovacuum_vacuum_scale_factor": "0.02",
            "autovacuum_vacuum_threshold": "200",
            "autovacuum_vacuum_cost_delay": "0",
        },
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "captured",
                "released",
                "expired",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'open') = (settled_at IS NULL)", name=op.f("ck_hold_settled_once")),
        sa.CheckConstraint(
            "amount > 0 AND captured >= 0 AND captured <= amount", name=op.f("ck_hold_captured_within_amount")
        ),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_hold_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_creator_id"), "hold", ["creator_id"], unique=False)
    op.create_index("ix_hold_open", "hold", ["expires_at"], unique=False, postgresql_where=sa.text("status = 'open'"))
    op.create_index(op.f("ix_hold_wallet_id"), "hold", ["wallet_id"], unique=False)
    op.create_table(
        "purchase",
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("expiry_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "paid",
                "failed",
                "expired",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("pack_name", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column(
            "expiry_kind",
            sa.Enum(
                "never",
                "on_date",
                "after_days",
                name="expiry_kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("holds_link_use", sa.Boolean(), nullable=False),
        sa.Column("stripe_account", sa.String(), nullable=True),
        sa.Column("stripe_session_id", sa.String(), nullable=True),
        sa.Column("stripe_session_url", sa.String(), nullable=True),
        sa.Column("stripe_payment_intent_id", sa.String(), nullable=True),
        sa.Column("awaiting_bank", sa.Boolean(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("dispute_status", sa.String(), nullable=True),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("review_reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            EXPIRY_RULE_IS_WHOLE,
            name=op.f("ck_purchase_expiry_rule_is_whole"),
        ),
        sa.CheckConstraint(
            "status <> 'paid' OR (paid_at IS NOT NULL AND customer_id IS NOT NULL)",
            name=op.f("ck_purchase_paid_is_whole"),
        ),
        sa.CheckConstraint("price_minor > 0 AND credits > 0", name=op.f("ck_purchase_amounts_positive")),
        sa.CheckConstraint("refunded_minor >= 0", name=op.f("ck_purchase_refunded_not_negative")),
        sa.ForeignKeyConstraint(
            ["customer_id", "creator_id"],
            ["customer.id", "customer.creator_id"],
            name=op.f("fk_purchase_customer_id_creator_id"),
        ),
        sa.ForeignKeyConstraint(["link_id"], ["share_link.id"], name=op.f("fk_purchase_link_id")),
        sa.ForeignKeyConstraint(
            ["pack_id", "creator_id"],
            ["credit_pack.id", "credit_pack.creator_id"],
            name=op.f("fk_purchase_pack_id_creator_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_purchase_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
        sa.UniqueConstraint("stripe_session_id", name=op.f("uq_purchase_stripe_session_id")),
    )
    op.create_index("ix_purchase_creator", "purchase", ["creator_id", "created_at"], unique=False)
    op.create_index(op.f("ix_purchase_customer_id"), "purchase", ["customer_id"], unique=False)
    op.create_index(op.f("ix_purchase_link_id"), "purchase", ["link_id"], unique=False)
    op.create_index(
        "ix_purchase_open", "purchase", ["created_at"], unique=False, postgresql_where=sa.text("status = 'pending'")
    )
    op.create_index(op.f("ix_purchase_pack_id"), "purchase", ["pack_id"], unique=False)
    op.create_index(
        op.f("ix_purchase_stripe_payment_intent_id"), "purchase", ["stripe_payment_intent_id"], unique=False
    )
    op.create_index(op.f("ix_purchase_user_id"), "purchase", ["user_id"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active", "paused", "disabled", name="status", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("status_note", sa.Text(), server_default="", nullable=False),
        sa.Column("posted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("held >= 0 AND held <= posted", name=op.f("ck_subscription_held_within_posted")),
        sa.ForeignKeyConstraint(
            ["customer_id", "creator_id"],
            ["customer.id", "customer.creator_id"],
            name=op.f("fk_subscription_customer_id_creator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["pack_id", "creator_id"],
            ["credit_pack.id", "credit_pack.creator_id"],
            name=op.f("fk_subscription_pack_id_creator_id"),
        ),
        sa.ForeignKeyConstraint(["wallet_id"], ["wallet.id"], name=op.f("fk_subscription_wallet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("customer_id", "pack_id", name=op.f("uq_subscription_customer_id_pack_id")),
        sa.UniqueConstraint("id", "wallet_id", name=op.f("uq_subscription_id_wallet_id")),
        postgresql_with={
            "fillfactor": "50",
            "autovacuum_vacuum_scale_factor": "0.02",
            "autovacuum_vacuum_threshold": "200",
            "autovacuum_vacuum_cost_delay": "0",
        },
    )
    op.create_index(op.f("ix_subscription_creator_id"), "subscription", ["creator_id"], unique=False)
    op.create_index(op.f("ix_subscription_pack_id"), "subscription", ["pack_id"], unique=False)
    op.create_index(op.f("ix_subscription_wallet_id"), "subscription", ["wallet_id"], unique=False)
    op.create_table(
        "credit_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "purchase",
                "manual",
                "promo",
                "import",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source_ref", sa.Text(), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("100"), nullable=False),
        sa.Column("promo", sa.Boolean(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("paid_currency", sa.String(length=3), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(paid_minor IS NULL) = (paid_currency IS NULL) AND (source = 'purchase') = (purchase_id IS NOT NULL)",
            name=op.f("ck_credit_grant_paid_is_whole"),
        ),
        sa.CheckConstraint(
            "amount > 0 AND remaining >= 0 AND remaining <= amount",
            name=op.f("ck_credit_grant_remaining_within_amount"),
        ),
        sa.CheckConstraint("closed = (remaining = 0)", name=op.f("ck_credit_grant_closed_means_empty")),
        sa.CheckConstraint("held >= 0 AND held <= remaining", name=op.f("ck_credit_grant_held_within_remaining")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_credit_grant_purchase_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id", "wallet_id"],
            ["subscription.id", "subscription.wallet_id"],
            name=op.f("fk_credit_grant_subscription_id_wallet_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grant")),
        sa.UniqueConstraint(
            "id", "subscription_id", "wallet_id", name=op.f("uq_credit_grant_id_subscription_id_wallet_id")
        ),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_credit_grant_source_source_ref")),
        postgresql_with={
            "fillfactor": "50",
            "autovacuum_vacuum_scale_factor": "0.02",
            "autovacuum_vacuum_threshold": "200",
            "autovacuum_vacuum_cost_delay": "0",
        },
    )
    op.create_index(op.f("ix_credit_grant_creator_id"), "credit_grant", ["creator_id"], unique=False)
    op.create_index(
        "ix_credit_grant_expiring",
        "credit_grant",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("NOT closed AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_credit_grant_open", "credit_grant", ["wallet_id"], unique=False, postgresql_where=sa.text("NOT closed")
    )
    op.create_index(op.f("ix_credit_grant_subscription_id"), "credit_grant", ["subscription_id"], unique=False)
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
    op.create_table(
        "ledger_entry",
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "grant",
                "debit",
                "reversal",
                "adjustment",
                "expiry",
                "hold",
                "release",
                "capture",
                "refund",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("posted_delta", sa.BigInteger(), nullable=False),
        sa.Column("held_delta", sa.BigInteger(), nullable=False),
        sa.Column("posted_after", sa.BigInteger(), nullable=False),
        sa.Column("held_after", sa.BigInteger(), nullable=False),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note_commitment", sa.LargeBinary(), nullable=True),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "held_after >= 0 AND held_after <= posted_after", name=op.f("ck_ledger_entry_held_within_posted")
        ),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_ledger_entry_hash_is_sha256")),
        sa.CheckConstraint("posted_delta <> 0 OR held_delta <> 0", name=op.f("ck_ledger_entry_moves_something")),
        sa.CheckConstraint("wallet_version > 0", name=op.f("ck_ledger_entry_version_positive")),
        sa.ForeignKeyConstraint(
            ["grant_id", "subscription_id", "wallet_id"],
            ["credit_grant.id", "credit_grant.subscription_id", "credit_grant.wallet_id"],
            name=op.f("fk_ledger_entry_grant_id_subscription_id_wallet_id"),
        ),
        sa.PrimaryKeyConstraint("wallet_id", "wallet_version", name=op.f("pk_ledger_entry")),
        postgresql_with={"autovacuum_vacuum_insert_scale_factor": "0.1"},
    )
    op.create_index("ix_ledger_entry_creator", "ledger_entry", ["creator_id", "at"], unique=False)
    op.create_index(op.f("ix_ledger_entry_grant_id"), "ledger_entry", ["grant_id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_posting_id"), "ledger_entry", ["posting_id"], unique=False)
    op.create_index(
        "ix_ledger_entry_reverses",
        "ledger_entry",
        ["reverses"],
        unique=False,
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_index("ix_ledger_entry_subscription", "ledger_entry", ["subscription_id", "wallet_version"], unique=False)
    run_script(APPEND_ONLY)
    run_script(SchemaManager.get_schema())


def downgrade() -> None:
    """Undo."""
    run_script(REMOVE_QUEUE)
    op.drop_index("ix_ledger_entry_subscription", table_name="ledger_entry")
    op.drop_index(
        "ix_ledger_entry_reverses", table_name="ledger_entry", postgresql_where=sa.text("reverses IS NOT NULL")
    )
    op.drop_index(op.f("ix_ledger_entry_posting_id"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_grant_id"), table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_creator", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_table("hold_lot")
    op.drop_index(op.f("ix_credit_grant_subscription_id"), table_name="credit_grant")
    op.drop_index("ix_credit_grant_open", table_name="credit_grant", postgresql_where=sa.text("NOT closed"))
    op.drop_index(
        "ix_credit_grant_expiring",
        table_name="credit_grant",
        postgresql_where=sa.text("NOT closed AND expires_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_credit_grant_creator_id"), table_name="credit_grant")
    op.drop_table("credit_grant")
    op.drop_index(op.f("ix_subscription_wallet_id"), table_name="subscription")
    op.drop_index(op.f("ix_subscription_pack_id"), table_name="subscription")
    op.drop_index(op.f("ix_subscription_creator_id"), table_name="subscription")
    op.drop_table("subscription")
    op.drop_index(op.f("ix_purchase_user_id"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_stripe_payment_intent_id"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_pack_id"), table_name="purchase")
    op.drop_index("ix_purchase_open", table_name="purchase", postgresql_where=sa.text("status = 'pending'"))
    op.drop_index(op.f("ix_purchase_link_id"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_customer_id"), table_name="purchase")
    op.drop_index("ix_purchase_creator", table_name="purchase")
    op.drop_table("purchase")
    op.drop_index(op.f("ix_hold_wallet_id"), table_name="hold")
    op.drop_index("ix_hold_open", table_name="hold", postgresql_where=sa.text("status = 'open'"))
    op.drop_index(op.f("ix_hold_creator_id"), table_name="hold")
    op.drop_table("hold")
    op.drop_table("wallet")
    op.drop_index("uq_share_link_default", table_name="share_link", postgresql_where=sa.text("is_default"))
    op.drop_index(op.f("ix_share_link_pack_id"), table_name="share_link")
    op.drop_table("share_link")
    op.drop_index(op.f("ix_customer_user_id"), table_name="customer")
    op.drop_table("customer")
    op.drop_table("credit_pack")
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_table("creator")
    op.drop_index("ix_stripe_event_open", table_name="stripe_event", postgresql_where=sa.text("processed_at IS NULL"))
    op.drop_table("stripe_event")
    op.drop_index(op.f("ix_posting_note_creator_id"), table_name="posting_note")
    op.drop_table("posting_note")
    op.drop_index("ix_idempotency_key_age", table_name="idempotency_key", postgresql_using="brin")
    op.drop_table("idempotency_key")
    op.drop_table("app_user")
    run_script("DROP FUNCTION refuse_change()")
