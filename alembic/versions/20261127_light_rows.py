"""A spend writes less, and what it writes is checked with less: PostgreSQL reads CHECKs from text in every statement.

So rules on what no spend changes are kept by triggers, which an UPDATE of other columns does not start; two CHECKs that
said the same in part are one; what an entry's type may be is a type; what a subscription holds is the sum of its lots;
and an index that nothing reads is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "7f3b2c915d40"
down_revision = "5c1f0a9d77b2"
branch_labels = None
depends_on = None

# The rules that are a trigger's now: table, name, columns that it looks at, what must hold.
RULES = [
    (
        "credit_grant",
        "ck_credit_grant_source",
        "source",
        "NEW.source IN ('purchase', 'manual', 'promo', 'import')",
    ),
    (
        "credit_grant",
        "ck_credit_grant_paid_is_whole",
        "paid_minor, paid_currency, source, purchase_id",
        """(NEW.paid_minor IS NULL) = (NEW.paid_currency IS NULL)
            AND (NEW.source = 'purchase') = (NEW.purchase_id IS NOT NULL)""",
    ),
    (
        "credit_grant",
        "ck_credit_grant_currency_is_what_was_paid",
        "paid_currency, currency",
        "NEW.paid_currency IS NULL OR NEW.paid_currency = NEW.currency",
    ),
    ("subscription", "ck_subscription_status", "status", "NEW.status IN ('active', 'paused', 'disabled')"),
]
POSITIVE = ("credit_grant", "ck_credit_grant_amount_positive", "amount", "NEW.amount > 0")
REFUSE = """
-- For triggers whose WHEN says what is wrong, and whose argument is the name of the rule.
CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'new row for relation "%" violates check constraint "%"', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_ARGV[0];
END $$;
"""
HOT = (
    "fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200,"
    " autovacuum_vacuum_cost_delay = 0"
)
ENTRY_TYPES = "'grant', 'debit', 'reversal', 'adjustment', 'expiry', 'hold', 'release', 'capture', 'refund'"
BALANCES = """
UPDATE subscription s SET posted = x.posted, held = x.held FROM (
    SELECT subscription_id, sum(remaining) AS posted, sum(held) AS held FROM credit_grant GROUP BY 1
) x WHERE x.subscription_id = s.id
"""
WITHIN_AMOUNT = "amount > 0 AND remaining >= 0 AND remaining <= amount"
BALANCE = "0 <= held AND held <= remaining AND remaining <= amount"


def upgrade() -> None:
    """Apply."""
    op.execute(REFUSE)
    for table, name, columns, rule in [*RULES, POSITIVE]:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {columns} ON {table}"
            f" FOR EACH ROW WHEN (NOT ({rule})) EXECUTE FUNCTION refuse_row('{name}')"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")  # as a CHECK: in replicas and restores, too
    for table, name, _, _ in RULES:
        op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f("ck_credit_grant_balance_within_amount"), "credit_grant", BALANCE)
    op.drop_constraint(op.f("ck_credit_grant_remaining_within_amount"), "credit_grant", type_="check")
    op.drop_constraint(op.f("ck_credit_grant_held_within_remaining"), "credit_grant", type_="check")
    op.drop_index(op.f("ix_ledger_entry_grant_id"), table_name="ledger_entry")
    op.drop_constraint(op.f("ck_ledger_entry_type"), "ledger_entry", type_="check")
    op.execute(f"CREATE TYPE entry_type AS ENUM ({ENTRY_TYPES})")
    op.execute("ALTER TABLE ledger_entry ALTER type TYPE entry_type USING type::entry_type")
    op.drop_column("subscription", "posted")
    op.drop_column("subscription", "held")
    op.execute(f"ALTER TABLE subscription RESET ({', '.join(part.split(' = ')[0].strip() for part in HOT.split(','))})")


def downgrade() -> None:
    """Undo."""
    op.execute(f"ALTER TABLE subscription SET ({HOT})")
    for column in ("posted", "held"):
        op.add_column("subscription", sa.Column(column, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.execute(BALANCES)
    op.create_check_constraint(
        op.f("ck_subscription_held_within_posted"), "subscription", "held >= 0 AND held <= posted"
    )
    op.execute("ALTER TABLE ledger_entry ALTER type TYPE varchar(20) USING type::varchar")
    op.execute("DROP TYPE entry_type")
    op.create_check_constraint(op.f("ck_ledger_entry_type"), "ledger_entry", f"type IN ({ENTRY_TYPES})")
    op.create_index(op.f("ix_ledger_entry_grant_id"), "ledger_entry", ["grant_id"], unique=False)
    op.create_check_constraint(
        op.f("ck_credit_grant_held_within_remaining"), "credit_grant", "held >= 0 AND held <= remaining"
    )
    op.create_check_constraint(op.f("ck_credit_grant_remaining_within_amount"), "credit_grant", WITHIN_AMOUNT)
    op.drop_constraint(op.f("ck_credit_grant_balance_within_amount"), "credit_grant", type_="check")
    for table, name, _, rule in RULES:
        op.create_check_constraint(op.f(name), table, rule.replace("NEW.", ""))
    for table, name, _, _ in [*RULES, POSITIVE]:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION refuse_row()")
