"""Attempts to buy, and the events Stripe sends about them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from litesubs.models.columns import count, enum, time
from litesubs.models.offers import EXPIRY_RULE_IS_WHOLE, ExpiryKind, ExpiryRule


class PurchaseStatus(StrEnum):
    """How far one attempt to buy has come. `pending` includes a bank debit that has not cleared."""

    pending = "pending"
    paid = "paid"
    failed = "failed"
    expired = "expired"


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
        Index("ix_purchase_paid", "creator_id", "paid_at", postgresql_where=text("status = 'paid'")),
        Index("ix_purchase_review", "creator_id", postgresql_where=text("needs_review")),
        Index("ix_purchase_open", "created_at", postgresql_where=text("status = 'pending'")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID
    pack_id: UUID = Field(index=True)
    link_id: UUID | None = Field(default=None, foreign_key="share_link.id", index=True)
    user_id: UUID = Field(foreign_key="app_user.id", index=True)
    customer_id: UUID | None = Field(default=None, index=True)
    status: PurchaseStatus = Field(sa_column=Column(enum(PurchaseStatus, "status"), nullable=False))
    pack_name: str = Field(sa_column=Column(Text, nullable=False))
    price_minor: int = Field(sa_column=count())
    currency: str = Field(max_length=3)
    credits: int = Field(sa_column=count())
    expiry_kind: ExpiryKind = Field(sa_column=Column(enum(ExpiryKind, "expiry_kind"), nullable=False))
    holds_link_use: bool = False
    stripe_account: str | None = None
    stripe_session_id: str | None = Field(default=None, unique=True)
    stripe_session_url: str | None = None
    stripe_payment_intent_id: str | None = Field(default=None, index=True)
    awaiting_bank: bool = False
    refunded_minor: int = Field(default=0, sa_column=count(0))
    refunded_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    dispute_status: str | None = None
    needs_review: bool = False
    review_reason: str | None = None
    created_at: datetime = Field(sa_column=time())
    paid_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=time(nullable=True))


class PurchaseMovement(SQLModel, table=True):
    """Money that came in for a purchase or went back, and when. Append-only, written by a trigger on `purchase`."""

    __tablename__ = "purchase_movement"
    __table_args__ = (
        CheckConstraint("paid_minor >= 0 AND (paid_minor > 0) <> (refunded_minor <> 0)", name="moves_one_thing"),
        Index("ix_purchase_movement_creator", "creator_id", "at"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    purchase_id: UUID = Field(foreign_key="purchase.id", index=True)
    creator_id: UUID
    at: datetime = Field(sa_column=time())
    paid_minor: int = Field(default=0, sa_column=count(0))
    refunded_minor: int = Field(default=0, sa_column=count(0))


class StripeEvent(SQLModel, table=True):
    """An inbound event, stored before it is acted on. `outcome` says in one sentence what came of it."""

    __tablename__ = "stripe_event"
    __table_args__ = (Index("ix_stripe_event_open", "received_at", postgresql_where=text("processed_at IS NULL")),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    type: str = Field(sa_column=Column(Text, nullable=False))
    account: str | None = None
    livemode: bool
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    received_at: datetime = Field(sa_column=time())
    processed_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    outcome: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
