"""Wallets, subscriptions, lots and the entries that record each movement."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
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

from litesubs.models.columns import count, enum, native_enum, time

HOT = {  # rows that change with every spend: room for heap-only updates, vacuumed early
    "postgresql_with": {
        "fillfactor": "50",
        "autovacuum_vacuum_scale_factor": "0.02",
        "autovacuum_vacuum_threshold": "200",
        "autovacuum_vacuum_cost_delay": "0",
    }
}


class SubscriptionStatus(StrEnum):
    """Whether a customer's credits of one pack can be spent."""

    active = "active"
    paused = "paused"
    disabled = "disabled"


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
    posted: int = Field(default=0, sa_column=count(0))
    held: int = Field(default=0, sa_column=count(0))
    version: int = Field(default=0, sa_column=count(0))
    last_hash: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    updated_at: datetime = Field(sa_column=time())


class Subscription(SQLModel, table=True):
    """One customer's standing with one pack. What it holds is the sum of its lots, so a spend writes no row here."""

    __tablename__ = "subscription"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "creator_id"], ["customer.id", "customer.creator_id"]),
        ForeignKeyConstraint(["pack_id", "creator_id"], ["credit_pack.id", "credit_pack.creator_id"]),
        UniqueConstraint("customer_id", "pack_id"),
        UniqueConstraint("id", "wallet_id"),
        Index("ix_subscription_inactive", "creator_id", "status", postgresql_where=text("status <> 'active'")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(index=True)
    wallet_id: UUID = Field(foreign_key="wallet.id", index=True)
    customer_id: UUID
    pack_id: UUID = Field(index=True)
    status: SubscriptionStatus = Field(
        sa_column=Column(enum(SubscriptionStatus, "status", by_trigger=True), nullable=False)
    )
    status_note: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    created_at: datetime = Field(sa_column=time())


class CreditGrant(SQLModel, table=True):
    """A lot of credits. `closed` mirrors `remaining = 0` so that the index of open lots can be partial and cheap.

    Rules on what no spend changes are a trigger's: PostgreSQL reads a table's CHECKs from text in every statement.
    `currency` is the one whose figures it counts in: what was paid, or the pack's on the day it was given.
    """

    __tablename__ = "credit_grant"
    __table_args__ = (
        ForeignKeyConstraint(["subscription_id", "wallet_id"], ["subscription.id", "subscription.wallet_id"]),
        UniqueConstraint("source", "source_ref"),
        UniqueConstraint("id", "subscription_id", "wallet_id"),
        CheckConstraint("0 <= held AND held <= remaining AND remaining <= amount", name="balance_within_amount"),
        CheckConstraint("closed = (remaining = 0)", name="closed_means_empty"),
        Index("ix_credit_grant_import", "import_id", postgresql_where=text("import_id IS NOT NULL")),
        Index("ix_credit_grant_open", "wallet_id", postgresql_where=text("NOT closed")),
        Index("ix_credit_grant_expiring", "expires_at", postgresql_where=text("NOT closed AND expires_at IS NOT NULL")),
        HOT,
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(index=True)
    wallet_id: UUID
    subscription_id: UUID = Field(index=True)
    source: GrantSource = Field(sa_column=Column(enum(GrantSource, "source", by_trigger=True), nullable=False))
    source_ref: str = Field(sa_column=Column(Text, nullable=False))
    purchase_id: UUID | None = Field(default=None, foreign_key="purchase.id")
    amount: int = Field(sa_column=count())
    remaining: int = Field(sa_column=count())
    held: int = Field(default=0, sa_column=count(0))
    closed: bool = False
    priority: int = Field(default=100, sa_column=Column(SmallInteger, nullable=False, server_default=text("100")))
    promo: bool = False
    paid_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    paid_currency: str | None = Field(default=None, max_length=3)
    currency: str = Field(max_length=3)
    import_id: UUID | None = Field(default=None, foreign_key="customer_import.id")
    expires_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    created_at: datetime = Field(sa_column=time())


class GrantExtension(SQLModel, table=True):
    """That a lot was given more time, and by whom. Append-only; shown after entry `wallet_version`.

    Why stands in the posting note of its id, erasable; `note_commitment` is the salted commitment to it.
    """

    __tablename__ = "grant_extension"
    __table_args__ = (
        ForeignKeyConstraint(
            ["grant_id", "subscription_id", "wallet_id"],
            ["credit_grant.id", "credit_grant.subscription_id", "credit_grant.wallet_id"],
        ),
        CheckConstraint("expires_at IS NULL OR expires_at > previous_expires_at", name="later_than_before"),
        Index("ix_grant_extension_subscription", "subscription_id", "wallet_version"),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID
    wallet_id: UUID
    wallet_version: int = Field(sa_column=count())
    subscription_id: UUID
    grant_id: UUID = Field(index=True)
    previous_expires_at: datetime = Field(sa_column=time())
    expires_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    actor: str = Field(sa_column=Column(Text, nullable=False))
    note_commitment: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = Field(sa_column=time())


class CustomerImport(SQLModel, table=True):
    """A file of customers with opening balances that was imported as a whole, and perhaps undone as a whole."""

    __tablename__ = "customer_import"
    __table_args__ = (Index("ix_customer_import_creator", "creator_id", "created_at"),)

    id: UUID = Field(primary_key=True)
    creator_id: UUID
    file_name: str = Field(sa_column=Column(Text, nullable=False))
    rows: int
    credits: int = Field(sa_column=count())
    actor: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=time())
    undone_at: datetime | None = Field(default=None, sa_column=time(nullable=True))


class PostingNote(SQLModel, table=True):
    """The free text of a posting or of an extension, erasable.

    Its entries, or the extension, carry a salted commitment to it, so the chain survives erasure.
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
    grant_id: UUID
    type: EntryType = Field(sa_column=Column(native_enum(EntryType, "entry_type"), nullable=False))
    posted_delta: int = Field(sa_column=count())
    held_delta: int = Field(sa_column=count())
    posted_after: int = Field(sa_column=count())
    held_after: int = Field(sa_column=count())
    reverses: UUID | None = None
    actor: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=time())
    note_commitment: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    prev_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Hold(SQLModel, table=True):
    """Credits reserved, not yet spent. Its id is that of the posting whose entries say which lots it drew on.

    `key_id` is the API key that placed it. What was held and not captured goes back to that key's spend cap.
    """

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("amount > 0 AND captured >= 0 AND captured <= amount", name="captured_within_amount"),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled_once"),
        Index("ix_hold_open", "expires_at", postgresql_where=text("status = 'open'")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(index=True)
    wallet_id: UUID = Field(foreign_key="wallet.id", index=True)
    key_id: UUID | None = Field(default=None, foreign_key="api_key.id")
    amount: int = Field(sa_column=count())
    captured: int = Field(default=0, sa_column=count(0))
    status: HoldStatus = Field(sa_column=Column(enum(HoldStatus, "status"), nullable=False))
    expires_at: datetime = Field(sa_column=time())
    created_at: datetime = Field(sa_column=time())
    settled_at: datetime | None = Field(default=None, sa_column=time(nullable=True))


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
    created_at: datetime = Field(sa_column=time())
