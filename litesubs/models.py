"""Tables and constraints. The rules live in `domain`; what the database can enforce itself is enforced here."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from litesubs import db

metadata = db.metadata

HOT = {  # rows that change with every spend: room for heap-only updates, vacuumed early
    "postgresql_with": {
        "fillfactor": "50",
        "autovacuum_vacuum_scale_factor": "0.02",
        "autovacuum_vacuum_threshold": "200",
        "autovacuum_vacuum_cost_delay": "0",
    }
}


class PackStatus(StrEnum):
    """Whether a pack can be bought."""

    active = "active"
    disabled = "disabled"


class ExpiryKind(StrEnum):
    """The rule a pack has for when its credits expire."""

    never = "never"
    on_date = "on_date"
    after_days = "after_days"


class SubscriptionStatus(StrEnum):
    """Whether a customer's credits of one pack can be spent."""

    active = "active"
    paused = "paused"
    disabled = "disabled"


class PurchaseStatus(StrEnum):
    """How far one attempt to buy has come. `pending` includes a bank debit that has not cleared."""

    pending = "pending"
    paid = "paid"
    failed = "failed"
    expired = "expired"


class GrantSource(StrEnum):
    """Where a lot of credits came from."""

    purchase = "purchase"
    manual = "manual"
    promo = "promo"
    imported = "import"


class EntryType(StrEnum):
    """What a ledger entry records."""

    grant = "grant"
    debit = "debit"
    reversal = "reversal"
    adjustment = "adjustment"
    expiry = "expiry"
    hold = "hold"
    release = "release"
    capture = "capture"
    refund = "refund"


class HoldStatus(StrEnum):
    """How far a hold has come."""

    open = "open"
    captured = "captured"
    released = "released"
    expired = "expired"


def _enum(kind: type[StrEnum], name: str) -> Enum:
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def _time(*, nullable: bool = False) -> Column[Any]:
    return Column(DateTime(timezone=True), nullable=nullable)


def _count(default: int | None = None) -> Column[Any]:
    return Column(BigInteger, nullable=False, server_default=None if default is None else text(str(default)))


class User(SQLModel, table=True):
    """A person with a sign-in. `email` is as they wrote it, `email_normalized` is what identifies them."""

    __tablename__ = "app_user"

    id: UUID = Field(primary_key=True)
    email: str = Field(sa_column=Column(Text, nullable=False))
    email_normalized: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    password_hash: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=_time())


class UserSession(SQLModel, table=True):
    """A signed-in browser. Only the SHA-256 of its cookie is kept."""

    __tablename__ = "user_session"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    user_id: UUID = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(sa_column=_time())
    seen_at: datetime = Field(sa_column=_time())
    expires_at: datetime = Field(sa_column=_time())


class Creator(SQLModel, table=True):
    """A user's selling side."""

    __tablename__ = "creator"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="app_user.id", unique=True)
    display_name: str = Field(sa_column=Column(Text, nullable=False))
    handle: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    created_at: datetime = Field(sa_column=_time())


class ExpiryRule(SQLModel):
    """The columns of an expiry rule, shared by a pack and the snapshot that a purchase keeps of it."""

    expiry_kind: ExpiryKind
    expiry_date: date | None = None
    expiry_days: int | None = None


EXPIRY_RULE_IS_WHOLE = """(expiry_kind = 'never' AND expiry_date IS NULL AND expiry_days IS NULL)
 OR (expiry_kind = 'on_date' AND expiry_date IS NOT NULL AND expiry_days IS NULL)
 OR (expiry_kind = 'after_days' AND expiry_date IS NULL AND expiry_days > 0)"""


class CreditPack(ExpiryRule, table=True):
    """The offer."""

    __tablename__ = "credit_pack"
    __table_args__ = (
        UniqueConstraint("creator_id", "slug"),
        UniqueConstraint("id", "creator_id"),
        CheckConstraint("price_minor > 0", name="price_positive"),
        CheckConstraint("credits > 0", name="credits_positive"),
        CheckConstraint(EXPIRY_RULE_IS_WHOLE, name="expiry_rule_is_whole"),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(foreign_key="creator.id")
    name: str = Field(sa_column=Column(Text, nullable=False))
    slug: str = Field(sa_column=Column(Text, nullable=False))
    description: str = Field(sa_column=Column(Text, nullable=False))
    price_minor: int = Field(sa_column=_count())
    currency: str = Field(max_length=3)
    credits: int = Field(sa_column=_count())
    expiry_kind: ExpiryKind = Field(sa_column=Column(_enum(ExpiryKind, "expiry_kind"), nullable=False))
    listed: bool
    status: PackStatus = Field(sa_column=Column(_enum(PackStatus, "status"), nullable=False))
    created_at: datetime = Field(sa_column=_time())
    updated_at: datetime = Field(sa_column=_time())


class ShareLink(SQLModel, table=True):
    """A token URL to one pack. `uses` counts reserved and finished uses; the CHECK is what ends a race for the last."""

    __tablename__ = "share_link"
    __table_args__ = (
        ForeignKeyConstraint(["pack_id", "creator_id"], ["credit_pack.id", "credit_pack.creator_id"]),
        CheckConstraint("max_uses > 0", name="max_uses_positive"),
        CheckConstraint("uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name="uses_within_limit"),
        Index("uq_share_link_default", "pack_id", unique=True, postgresql_where=text("is_default")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID
    pack_id: UUID = Field(index=True)
    token: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    is_default: bool
    max_uses: int | None = None
    uses: int = Field(default=0, sa_column=_count(0))
    expires_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    created_at: datetime = Field(sa_column=_time())


class Customer(SQLModel, table=True):
    """A person as one creator knows them."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("creator_id", "email_normalized"), UniqueConstraint("id", "creator_id"))

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(foreign_key="creator.id")
    user_id: UUID | None = Field(default=None, foreign_key="app_user.id", index=True)
    email: str = Field(sa_column=Column(Text, nullable=False))
    email_normalized: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=_time())


class Purchase(ExpiryRule, table=True):
    """One attempt to buy one pack, with what the pack was at that moment."""

    __tablename__ = "purchase"
    __table_args__ = (
        ForeignKeyConstraint(["pack_id", "creator_id"], ["credit_pack.id", "credit_pack.creator_id"]),
        ForeignKeyConstraint(["customer_id", "creator_id"], ["customer.id", "customer.creator_id"]),
        CheckConstraint("price_minor > 0 AND credits > 0", name="amounts_positive"),
        CheckConstraint("refunded_minor >= 0", name="refunded_not_negative"),
        CheckConstraint("status <> 'paid' OR (paid_at IS NOT NULL AND customer_id IS NOT NULL)", name="paid_is_whole"),
        CheckConstraint(EXPIRY_RULE_IS_WHOLE, name="expiry_rule_is_whole"),
        Index("ix_purchase_creator", "creator_id", "created_at"),
        Index("ix_purchase_open", "created_at", postgresql_where=text("status = 'pending'")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID
    pack_id: UUID = Field(index=True)
    link_id: UUID | None = Field(default=None, foreign_key="share_link.id", index=True)
    user_id: UUID = Field(foreign_key="app_user.id", index=True)
    customer_id: UUID | None = Field(default=None, index=True)
    status: PurchaseStatus = Field(sa_column=Column(_enum(PurchaseStatus, "status"), nullable=False))
    pack_name: str = Field(sa_column=Column(Text, nullable=False))
    price_minor: int = Field(sa_column=_count())
    currency: str = Field(max_length=3)
    credits: int = Field(sa_column=_count())
    expiry_kind: ExpiryKind = Field(sa_column=Column(_enum(ExpiryKind, "expiry_kind"), nullable=False))
    holds_link_use: bool = False
    stripe_account: str | None = None
    stripe_session_id: str | None = Field(default=None, unique=True)
    stripe_session_url: str | None = None
    stripe_payment_intent_id: str | None = Field(default=None, index=True)
    awaiting_bank: bool = False
    refunded_minor: int = Field(default=0, sa_column=_count(0))
    dispute_status: str | None = None
    needs_review: bool = False
    review_reason: str | None = None
    created_at: datetime = Field(sa_column=_time())
    paid_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Wallet(SQLModel, table=True):
    """One customer's credits with their creator. Its row is the lock, and the head of the hash chain."""

    __tablename__ = "wallet"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "creator_id"], ["customer.id", "customer.creator_id"]),
        UniqueConstraint("creator_id", "customer_id"),
        CheckConstraint("held >= 0 AND held <= posted", name="held_within_posted"),
        CheckConstraint("version >= 0", name="version_not_negative"),
        HOT,
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID
    customer_id: UUID = Field(unique=True)
    posted: int = Field(default=0, sa_column=_count(0))
    held: int = Field(default=0, sa_column=_count(0))
    version: int = Field(default=0, sa_column=_count(0))
    last_hash: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    updated_at: datetime = Field(sa_column=_time())


class Subscription(SQLModel, table=True):
    """One customer's standing with one pack."""

    __tablename__ = "subscription"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "creator_id"], ["customer.id", "customer.creator_id"]),
        ForeignKeyConstraint(["pack_id", "creator_id"], ["credit_pack.id", "credit_pack.creator_id"]),
        UniqueConstraint("customer_id", "pack_id"),
        UniqueConstraint("id", "wallet_id"),
        CheckConstraint("held >= 0 AND held <= posted", name="held_within_posted"),
        HOT,
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(index=True)
    wallet_id: UUID = Field(foreign_key="wallet.id", index=True)
    customer_id: UUID
    pack_id: UUID = Field(index=True)
    status: SubscriptionStatus = Field(sa_column=Column(_enum(SubscriptionStatus, "status"), nullable=False))
    status_note: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    posted: int = Field(default=0, sa_column=_count(0))
    held: int = Field(default=0, sa_column=_count(0))
    created_at: datetime = Field(sa_column=_time())


class CreditGrant(SQLModel, table=True):
    """A lot of credits. `closed` mirrors `remaining = 0` so that the index of open lots can be partial and cheap."""

    __tablename__ = "credit_grant"
    __table_args__ = (
        ForeignKeyConstraint(["subscription_id", "wallet_id"], ["subscription.id", "subscription.wallet_id"]),
        UniqueConstraint("source", "source_ref"),
        UniqueConstraint("id", "subscription_id", "wallet_id"),
        CheckConstraint("amount > 0 AND remaining >= 0 AND remaining <= amount", name="remaining_within_amount"),
        CheckConstraint("held >= 0 AND held <= remaining", name="held_within_remaining"),
        CheckConstraint("closed = (remaining = 0)", name="closed_means_empty"),
        CheckConstraint(
            "(paid_minor IS NULL) = (paid_currency IS NULL) AND (source = 'purchase') = (purchase_id IS NOT NULL)",
            name="paid_is_whole",
        ),
        Index("ix_credit_grant_open", "wallet_id", postgresql_where=text("NOT closed")),
        Index("ix_credit_grant_expiring", "expires_at", postgresql_where=text("NOT closed AND expires_at IS NOT NULL")),
        HOT,
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(index=True)
    wallet_id: UUID
    subscription_id: UUID = Field(index=True)
    source: GrantSource = Field(sa_column=Column(_enum(GrantSource, "source"), nullable=False))
    source_ref: str = Field(sa_column=Column(Text, nullable=False))
    purchase_id: UUID | None = Field(default=None, foreign_key="purchase.id")
    amount: int = Field(sa_column=_count())
    remaining: int = Field(sa_column=_count())
    held: int = Field(default=0, sa_column=_count(0))
    closed: bool = False
    priority: int = Field(default=100, sa_column=Column(SmallInteger, nullable=False, server_default=text("100")))
    promo: bool = False
    paid_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    paid_currency: str | None = Field(default=None, max_length=3)
    expires_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    created_at: datetime = Field(sa_column=_time())


class PostingNote(SQLModel, table=True):
    """The free text of a posting, erasable.

    Its entries carry a salted commitment to it, so the chain survives erasure.
    """

    __tablename__ = "posting_note"

    posting_id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(index=True)
    reason: str = Field(sa_column=Column(Text, nullable=False))
    details: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    salt: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LedgerEntry(SQLModel, table=True):
    """One immutable movement on one grant. A trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["grant_id", "subscription_id", "wallet_id"],
            ["credit_grant.id", "credit_grant.subscription_id", "credit_grant.wallet_id"],
        ),
        CheckConstraint("wallet_version > 0", name="version_positive"),
        CheckConstraint("posted_delta <> 0 OR held_delta <> 0", name="moves_something"),
        CheckConstraint("held_after >= 0 AND held_after <= posted_after", name="held_within_posted"),
        CheckConstraint("octet_length(hash) = 32", name="hash_is_sha256"),
        Index("ix_ledger_entry_subscription", "subscription_id", "wallet_version"),
        Index("ix_ledger_entry_creator", "creator_id", "at"),
        Index("ix_ledger_entry_reverses", "reverses", postgresql_where=text("reverses IS NOT NULL")),
        {"postgresql_with": {"autovacuum_vacuum_insert_scale_factor": "0.1"}},
    )

    wallet_id: UUID = Field(primary_key=True)
    wallet_version: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    creator_id: UUID
    posting_id: UUID = Field(index=True)
    subscription_id: UUID
    grant_id: UUID = Field(index=True)
    type: EntryType = Field(sa_column=Column(_enum(EntryType, "type"), nullable=False))
    posted_delta: int = Field(sa_column=_count())
    held_delta: int = Field(sa_column=_count())
    posted_after: int = Field(sa_column=_count())
    held_after: int = Field(sa_column=_count())
    reverses: UUID | None = None
    actor: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=_time())
    note_commitment: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    prev_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Hold(SQLModel, table=True):
    """Credits reserved, not yet spent."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("amount > 0 AND captured >= 0 AND captured <= amount", name="captured_within_amount"),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled_once"),
        Index("ix_hold_open", "expires_at", postgresql_where=text("status = 'open'")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(index=True)
    wallet_id: UUID = Field(foreign_key="wallet.id", index=True)
    amount: int = Field(sa_column=_count())
    captured: int = Field(default=0, sa_column=_count(0))
    status: HoldStatus = Field(sa_column=Column(_enum(HoldStatus, "status"), nullable=False))
    expires_at: datetime = Field(sa_column=_time())
    created_at: datetime = Field(sa_column=_time())
    settled_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class HoldLot(SQLModel, table=True):
    """How much of which grant a hold has reserved."""

    __tablename__ = "hold_lot"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    hold_id: UUID = Field(foreign_key="hold.id", primary_key=True)
    grant_id: UUID = Field(foreign_key="credit_grant.id", primary_key=True)
    amount: int = Field(sa_column=_count())


class IdempotencyKey(SQLModel, table=True):
    """A caller's key with the fingerprint of its request and the stored answer.

    Kept as text so it replays byte for byte.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (
        CheckConstraint("length(key) BETWEEN 1 AND 255", name="key_length"),
        Index("ix_idempotency_key_age", "created_at", postgresql_using="brin"),
    )

    creator_id: UUID = Field(primary_key=True)
    key: str = Field(sa_column=Column(Text, primary_key=True))
    request_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int = Field(sa_column=Column(SmallInteger, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=_time())


class StripeEvent(SQLModel, table=True):
    """An inbound event, stored before it is acted on. `outcome` says in one sentence what came of it."""

    __tablename__ = "stripe_event"
    __table_args__ = (Index("ix_stripe_event_open", "received_at", postgresql_where=text("processed_at IS NULL")),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    type: str = Field(sa_column=Column(Text, nullable=False))
    account: str | None = None
    livemode: bool
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    received_at: datetime = Field(sa_column=_time())
    processed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    outcome: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
