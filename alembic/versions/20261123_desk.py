"""What the creator's desk needs: sums beside the ledger, extensions, imports, proven addresses, link visits."""

import sqlalchemy as sa
from alembic import op

revision = "e3b3397f0e71"
down_revision = "a7a0e256058f"
branch_labels = None
depends_on = None

PACK_STATUSES = "status IN ('active', 'disabled'{})"
FUNCTIONS = """
CREATE FUNCTION lot_value(credits bigint, paid_minor bigint, amount bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN paid_minor IS NULL THEN 0 ELSE round(credits::numeric * paid_minor / amount)::bigint END;

-- Notes what the entries of these postings change in what is owed. Whoever writes entries calls it in the same
-- transaction; a trigger would cost a spend as much as the two rows it notes.
-- The lots hold their balance after the last of the entries already, so the balance after each is that, less what the
-- later ones moved.
CREATE FUNCTION note_entries(p_postings uuid[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, credits, amount_minor,
        lot_created_at, lot_expires_at)
    SELECT m.creator_id, s.customer_id, m.at,
        CASE WHEN m.posted_delta = 0 THEN 'touched'::insight_measure
            WHEN m.type = 'grant' AND m.source = 'purchase' THEN 'sold'
            WHEN m.type IN ('grant', 'adjustment') AND m.posted_delta > 0 THEN 'given'
            WHEN m.type = 'adjustment' THEN 'taken'
            WHEN m.type = 'expiry' THEN 'expired'
            WHEN m.type = 'refund' THEN 'refunded'
            ELSE 'used' END,
        s.pack_id, m.currency, m.posted_delta,
        lot_value(m.after, m.paid_minor, m.amount) - lot_value(m.after - m.posted_delta, m.paid_minor, m.amount),
        m.lot_created_at, m.expires_at
    FROM (
        SELECT e.*, g.source, g.currency, g.paid_minor, g.amount, g.created_at AS lot_created_at, g.expires_at,
            (g.remaining - coalesce(sum(e.posted_delta) OVER (PARTITION BY e.grant_id ORDER BY e.wallet_version DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint AS after
        FROM ledger_entry e JOIN credit_grant g ON g.id = e.grant_id WHERE e.posting_id = ANY(p_postings)
    ) m JOIN subscription s ON s.id = m.subscription_id
$$;

-- What is left of a lot moves from the day it would have expired on to the new one.
CREATE FUNCTION note_extension() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE worth bigint := lot_value(OLD.remaining, OLD.paid_minor, OLD.amount);
BEGIN
    INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, credits, amount_minor,
        lot_created_at, lot_expires_at)
    SELECT NEW.creator_id, s.customer_id, now(), 'moved', s.pack_id, NEW.currency, part.credits, part.worth,
        NEW.created_at, part.expires_at
    FROM subscription s, (VALUES (-OLD.remaining, -worth, OLD.expires_at), (OLD.remaining, worth, NEW.expires_at))
        AS part (credits, worth, expires_at)
    WHERE s.id = NEW.subscription_id;
    RETURN NULL;
END $$;
CREATE TRIGGER insights AFTER UPDATE OF expires_at ON credit_grant FOR EACH ROW
    WHEN (OLD.expires_at IS DISTINCT FROM NEW.expires_at) EXECUTE FUNCTION note_extension();

-- refunded_minor is cumulative: what counts is by how much it changed.
CREATE FUNCTION note_purchase() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid bigint := 0;
    refunded bigint := NEW.refunded_minor;
BEGIN
    IF NEW.status = 'paid' AND (TG_OP = 'INSERT' OR OLD.status <> 'paid') THEN
        paid := NEW.price_minor;
        INSERT INTO purchase_movement (purchase_id, creator_id, at, paid_minor)
            VALUES (NEW.id, NEW.creator_id, NEW.paid_at, paid);
        INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, number, amount_minor)
            VALUES (NEW.creator_id, NEW.customer_id, NEW.paid_at, 'sale', NEW.pack_id, NEW.currency, 1, paid);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        refunded := NEW.refunded_minor - OLD.refunded_minor;
    END IF;
    IF refunded <> 0 THEN
        INSERT INTO purchase_movement (purchase_id, creator_id, at, refunded_minor)
            VALUES (NEW.id, NEW.creator_id, NEW.refunded_at, refunded);
        INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, number, amount_minor)
            VALUES (NEW.creator_id, NEW.customer_id, NEW.refunded_at, 'refund', NEW.pack_id, NEW.currency,
                CASE WHEN refunded = NEW.refunded_minor THEN 1 WHEN NEW.refunded_minor = 0 THEN -1 ELSE 0 END,
                refunded);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER insights AFTER INSERT OR UPDATE OF status, refunded_minor ON purchase
    FOR EACH ROW EXECUTE FUNCTION note_purchase();

CREATE FUNCTION note_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO insight_delta (creator_id, customer_id, at, measure)
        VALUES (NEW.creator_id, NEW.id, NEW.created_at, 'touched');
    RETURN NULL;
END $$;
CREATE TRIGGER insights AFTER INSERT OR UPDATE OF name, email ON customer
    FOR EACH ROW EXECUTE FUNCTION note_customer();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON grant_extension FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON purchase_movement FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
# What was there before anything was noted.
HISTORY = """
INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, credits, amount_minor,
    lot_created_at, lot_expires_at)
SELECT m.creator_id, s.customer_id, m.at,
    CASE WHEN m.type = 'grant' AND m.source = 'purchase' THEN 'sold'::insight_measure
        WHEN m.type IN ('grant', 'adjustment') AND m.posted_delta > 0 THEN 'given'
        WHEN m.type = 'adjustment' THEN 'taken'
        WHEN m.type = 'expiry' THEN 'expired'
        WHEN m.type = 'refund' THEN 'refunded'
        ELSE 'used' END,
    s.pack_id, m.currency, m.posted_delta,
    lot_value(m.after, m.paid_minor, m.amount) - lot_value(m.after - m.posted_delta, m.paid_minor, m.amount),
    m.lot_created_at, m.expires_at
FROM (
    SELECT e.*, g.source, g.currency, g.paid_minor, g.amount, g.created_at AS lot_created_at, g.expires_at,
        (sum(e.posted_delta) OVER (PARTITION BY e.grant_id ORDER BY e.wallet_version))::bigint AS after
    FROM ledger_entry e JOIN credit_grant g ON g.id = e.grant_id
) m JOIN subscription s ON s.id = m.subscription_id
WHERE m.posted_delta <> 0;
INSERT INTO purchase_movement (purchase_id, creator_id, at, paid_minor)
    SELECT id, creator_id, paid_at, price_minor FROM purchase WHERE status = 'paid';
INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, number, amount_minor)
    SELECT creator_id, customer_id, paid_at, 'sale', pack_id, currency, 1, price_minor FROM purchase
    WHERE status = 'paid';
-- When a refund was made is not known: it counts on the day of the payment.
UPDATE purchase SET refunded_at = coalesce(paid_at, created_at) WHERE refunded_minor > 0;
INSERT INTO purchase_movement (purchase_id, creator_id, at, refunded_minor)
    SELECT id, creator_id, refunded_at, refunded_minor FROM purchase WHERE refunded_minor > 0;
INSERT INTO insight_delta (creator_id, customer_id, at, measure, pack_id, currency, number, amount_minor)
    SELECT creator_id, customer_id, refunded_at, 'refund', pack_id, currency, 1, refunded_minor FROM purchase
    WHERE refunded_minor > 0;
INSERT INTO insight_delta (creator_id, customer_id, at, measure)
    SELECT creator_id, id, created_at, 'touched' FROM customer;
UPDATE creator SET currency = first.currency FROM (
    SELECT DISTINCT ON (creator_id) creator_id, currency FROM credit_pack ORDER BY creator_id, created_at
) first WHERE first.creator_id = creator.id;
"""
REMOVE = """
DROP TRIGGER insights ON credit_grant;
DROP TRIGGER insights ON purchase;
DROP TRIGGER insights ON customer;
DROP FUNCTION note_entries(uuid[]);
DROP FUNCTION note_extension();
DROP FUNCTION note_purchase();
DROP FUNCTION note_customer();
DROP FUNCTION lot_value(bigint, bigint, bigint);
UPDATE credit_pack SET status = 'disabled' WHERE status = 'archived';
DELETE FROM posting_note n USING grant_extension x WHERE x.id = n.posting_id;
"""


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "customer_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_import")),
    )
    op.create_index(
        "ix_customer_unclaimed",
        "customer",
        ["email_normalized"],
        unique=False,
        postgresql_where=sa.text("user_id IS NULL"),
    )
    op.create_index("ix_customer_import_creator", "customer_import", ["creator_id", "created_at"], unique=False)
    op.create_table(
        "insight_day",
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "sale",
                "refund",
                "sold",
                "given",
                "used",
                "expired",
                "taken",
                "refunded",
                "moved",
                "touched",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("creator_id", "day", "pack_id", "currency", "measure", name=op.f("pk_insight_day")),
    )
    op.create_table(
        "insight_delta",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "sale",
                "refund",
                "sold",
                "given",
                "used",
                "expired",
                "taken",
                "refunded",
                "moved",
                "touched",
                name="insight_measure",
            ),
            nullable=False,
        ),
        sa.Column("pack_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("number", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("credits", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lot_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lot_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("creator_id", "id", name=op.f("pk_insight_delta")),
    )
    op.create_table(
        "insight_lot",
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("pack_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "creator_id", "pack_id", "currency", "created_on", "expires_on", name=op.f("pk_insight_lot")
        ),
    )
    op.create_table(
        "email_verification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email_normalized", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_email_verification_attempts_not_negative")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_email_verification_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_verification")),
    )
    op.create_index("ix_email_verification_user", "email_verification", ["user_id", "created_at"], unique=False)
    op.create_table(
        "customer_summary",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "creator_id"],
            ["customer.id", "customer.creator_id"],
            name=op.f("fk_customer_summary_customer_id_creator_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_summary")),
    )
    op.create_index(
        "ix_customer_summary_active", "customer_summary", ["creator_id", "active_at", "customer_id"], unique=False
    )
    op.create_index(
        "ix_customer_summary_credits", "customer_summary", ["creator_id", "credits", "customer_id"], unique=False
    )
    op.create_index(
        "ix_customer_summary_expires", "customer_summary", ["creator_id", "expires_on", "customer_id"], unique=False
    )
    op.create_index("ix_customer_summary_joined", "customer_summary", ["creator_id", "customer_id"], unique=False)
    op.create_index(
        "ix_customer_summary_name", "customer_summary", ["creator_id", "name_key", "customer_id"], unique=False
    )
    op.create_index(
        "ix_customer_summary_search",
        "customer_summary",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_customer_summary_spent", "customer_summary", ["creator_id", "spent_minor", "customer_id"], unique=False
    )
    op.create_table(
        "link_day",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("views", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sign_ups", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("views >= 0 AND sign_ups >= 0", name=op.f("ck_link_day_counts_not_negative")),
        sa.ForeignKeyConstraint(["link_id"], ["share_link.id"], name=op.f("fk_link_day_link_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link_id", "day", name=op.f("pk_link_day")),
    )
    op.create_index("ix_link_day_creator", "link_day", ["creator_id", "day"], unique=False)
    op.create_table(
        "link_visit",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visitor", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["share_link.id"], name=op.f("fk_link_visit_link_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link_id", "day", "visitor", name=op.f("pk_link_visit")),
    )
    op.create_index(op.f("ix_link_visit_day"), "link_visit", ["day"], unique=False)
    op.create_table(
        "purchase_movement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("purchase_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "paid_minor >= 0 AND (paid_minor > 0) <> (refunded_minor <> 0)",
            name=op.f("ck_purchase_movement_moves_one_thing"),
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name=op.f("fk_purchase_movement_purchase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_movement")),
    )
    op.create_index("ix_purchase_movement_creator", "purchase_movement", ["creator_id", "at"], unique=False)
    op.create_index(op.f("ix_purchase_movement_purchase_id"), "purchase_movement", ["purchase_id"], unique=False)
    op.create_table(
        "grant_extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_version", sa.BigInteger(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("previous_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note_commitment", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "expires_at IS NULL OR expires_at > previous_expires_at", name=op.f("ck_grant_extension_later_than_before")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id", "subscription_id", "wallet_id"],
            ["credit_grant.id", "credit_grant.subscription_id", "credit_grant.wallet_id"],
            name=op.f("fk_grant_extension_grant_id_subscription_id_wallet_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_extension")),
    )
    op.create_index(op.f("ix_grant_extension_grant_id"), "grant_extension", ["grant_id"], unique=False)
    op.create_index(
        "ix_grant_extension_subscription", "grant_extension", ["subscription_id", "wallet_version"], unique=False
    )
    op.add_column("app_user", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("creator", sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False))
    op.add_column("creator", sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False))
    op.add_column("credit_grant", sa.Column("currency", sa.String(3), nullable=True))
    op.execute(
        "UPDATE credit_grant g SET currency = coalesce(g.paid_currency, p.currency) "
        "FROM subscription s JOIN credit_pack p ON p.id = s.pack_id WHERE s.id = g.subscription_id"
    )
    op.alter_column("credit_grant", "currency", nullable=False)
    op.create_check_constraint(
        op.f("ck_credit_grant_currency_is_what_was_paid"),
        "credit_grant",
        "paid_currency IS NULL OR paid_currency = currency",
    )
    op.add_column("credit_grant", sa.Column("import_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_credit_grant_import",
        "credit_grant",
        ["import_id"],
        unique=False,
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_foreign_key(op.f("fk_credit_grant_import_id"), "credit_grant", "customer_import", ["import_id"], ["id"])
    op.add_column("purchase", sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_purchase_paid",
        "purchase",
        ["creator_id", "paid_at"],
        unique=False,
        postgresql_where=sa.text("status = 'paid'"),
    )
    op.create_index(
        "ix_purchase_review", "purchase", ["creator_id"], unique=False, postgresql_where=sa.text("needs_review")
    )
    op.add_column("share_link", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("share_link", sa.Column("email_normalized", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_share_link_email_is_whole"), "share_link", "(email IS NULL) = (email_normalized IS NULL)"
    )
    op.drop_constraint(op.f("ck_credit_pack_status"), "credit_pack")
    op.create_check_constraint(op.f("ck_credit_pack_status"), "credit_pack", PACK_STATUSES.format(", 'archived'"))
    op.create_index("ix_share_link_creator", "share_link", ["creator_id", "created_at"], unique=False)
    op.create_index(
        "ix_subscription_inactive",
        "subscription",
        ["creator_id", "status"],
        unique=False,
        postgresql_where=sa.text("status <> 'active'"),
    )
    op.execute(FUNCTIONS)
    op.execute(HISTORY)


def downgrade() -> None:
    """Undo."""
    op.execute(REMOVE)
    op.drop_constraint(op.f("ck_credit_pack_status"), "credit_pack")
    op.create_check_constraint(op.f("ck_credit_pack_status"), "credit_pack", PACK_STATUSES.format(""))
    op.drop_index("ix_subscription_inactive", table_name="subscription", postgresql_where=sa.text("status <> 'active'"))
    op.drop_index("ix_share_link_creator", table_name="share_link")
    op.drop_column("share_link", "email_normalized")
    op.drop_column("share_link", "email")
    op.drop_index("ix_purchase_review", table_name="purchase", postgresql_where=sa.text("needs_review"))
    op.drop_index("ix_purchase_paid", table_name="purchase", postgresql_where=sa.text("status = 'paid'"))
    op.drop_column("purchase", "refunded_at")
    op.drop_constraint(op.f("fk_credit_grant_import_id"), "credit_grant", type_="foreignkey")
    op.drop_index(
        "ix_credit_grant_import", table_name="credit_grant", postgresql_where=sa.text("import_id IS NOT NULL")
    )
    op.drop_column("credit_grant", "import_id")
    op.drop_column("credit_grant", "currency")
    op.drop_column("creator", "currency")
    op.drop_column("creator", "time_zone")
    op.drop_column("app_user", "email_verified_at")
    op.drop_index("ix_grant_extension_subscription", table_name="grant_extension")
    op.drop_index(op.f("ix_grant_extension_grant_id"), table_name="grant_extension")
    op.drop_table("grant_extension")
    op.drop_index(op.f("ix_purchase_movement_purchase_id"), table_name="purchase_movement")
    op.drop_index("ix_purchase_movement_creator", table_name="purchase_movement")
    op.drop_table("purchase_movement")
    op.drop_index(op.f("ix_link_visit_day"), table_name="link_visit")
    op.drop_table("link_visit")
    op.drop_index("ix_link_day_creator", table_name="link_day")
    op.drop_table("link_day")
    op.drop_index("ix_customer_summary_spent", table_name="customer_summary")
    op.drop_index(
        "ix_customer_summary_search",
        table_name="customer_summary",
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.drop_index("ix_customer_summary_name", table_name="customer_summary")
    op.drop_index("ix_customer_summary_joined", table_name="customer_summary")
    op.drop_index("ix_customer_summary_expires", table_name="customer_summary")
    op.drop_index("ix_customer_summary_credits", table_name="customer_summary")
    op.drop_index("ix_customer_summary_active", table_name="customer_summary")
    op.drop_table("customer_summary")
    op.drop_index("ix_email_verification_user", table_name="email_verification")
    op.drop_table("email_verification")
    op.drop_table("insight_lot")
    op.drop_table("insight_delta")
    op.execute("DROP TYPE insight_measure")
    op.drop_table("insight_day")
    op.drop_index("ix_customer_unclaimed", table_name="customer", postgresql_where=sa.text("user_id IS NULL"))
    op.drop_index("ix_customer_import_creator", table_name="customer_import")
    op.drop_table("customer_import")
    # pg_trgm stays: it may have been there before, for somebody else.
