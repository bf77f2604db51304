"""Rows that every spend changes carry less: PostgreSQL reads a table's CHECKs from text, in every statement, for each.

So rules on what no spend changes are kept by triggers, which an UPDATE of other columns does not start; two CHECKs that
said the same in part are one; and an index that nothing reads is gone.
"""

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
        "(NEW.paid_minor IS NULL) = (NEW.paid_currency IS NULL)"
        " AND (NEW.source = 'purchase') = (NEW.purchase_id IS NOT NULL)",
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
    RAISE EXCEPTION 'row of % breaks the rule %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_ARGV[0];
END $$;
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
    for table, name, _, _ in RULES:
        op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f("ck_credit_grant_balance_within_amount"), "credit_grant", BALANCE)
    op.drop_constraint(op.f("ck_credit_grant_remaining_within_amount"), "credit_grant", type_="check")
    op.drop_constraint(op.f("ck_credit_grant_held_within_remaining"), "credit_grant", type_="check")
    op.drop_index(op.f("ix_ledger_entry_grant_id"), table_name="ledger_entry")


def downgrade() -> None:
    """Undo."""
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
