"""What is for sale: packs and the share links to them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from litesubs.models.columns import count, enum, time


class PackStatus(StrEnum):
    """Whether a pack can be bought. An archived one is off sale and out of the way; its holders keep their credits."""

    active = "active"
    disabled = "disabled"
    archived = "archived"


class ExpiryKind(StrEnum):
    """The rule a pack has for when its credits expire."""

    never = "never"
    on_date = "on_date"
    after_days = "after_days"


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
    price_minor: int = Field(sa_column=count())
    currency: str = Field(max_length=3)
    credits: int = Field(sa_column=count())
    expiry_kind: ExpiryKind = Field(sa_column=Column(enum(ExpiryKind, "expiry_kind"), nullable=False))
    listed: bool
    status: PackStatus = Field(sa_column=Column(enum(PackStatus, "status"), nullable=False))
    created_at: datetime = Field(sa_column=time())
    updated_at: datetime = Field(sa_column=time())


class ShareLink(SQLModel, table=True):
    """A token URL to one pack. `uses` counts reserved and finished uses; the CHECK is what ends a race for the last."""

    __tablename__ = "share_link"
    __table_args__ = (
        ForeignKeyConstraint(["pack_id", "creator_id"], ["credit_pack.id", "credit_pack.creator_id"]),
        CheckConstraint("max_uses > 0", name="max_uses_positive"),
        CheckConstraint("(email IS NULL) = (email_normalized IS NULL)", name="email_is_whole"),
        Index("ix_share_link_creator", "creator_id", "created_at"),
        CheckConstraint("uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)", name="uses_within_limit"),
        Index("uq_share_link_default", "pack_id", unique=True, postgresql_where=text("is_default")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID
    pack_id: UUID = Field(index=True)
    token: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    is_default: bool
    email: str | None = Field(default=None, sa_column=Column(Text))
    email_normalized: str | None = Field(default=None, sa_column=Column(Text))
    max_uses: int | None = None
    uses: int = Field(default=0, sa_column=count(0))
    expires_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    created_at: datetime = Field(sa_column=time())


class LinkVisit(SQLModel, table=True):
    """That somebody opened a link on a day, known by a hash that changes daily. Kept two days, so as to count once."""

    __tablename__ = "link_visit"

    link_id: UUID = Field(foreign_key="share_link.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True, index=True)
    visitor: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))


class LinkDay(SQLModel, table=True):
    """How often a link was opened by a person, and led to a sign-up, on one day of its creator."""

    __tablename__ = "link_day"
    __table_args__ = (
        CheckConstraint("views >= 0 AND sign_ups >= 0", name="counts_not_negative"),
        Index("ix_link_day_creator", "creator_id", "day"),
    )

    link_id: UUID = Field(foreign_key="share_link.id", primary_key=True, ondelete="CASCADE")
    day: date = Field(primary_key=True)
    creator_id: UUID
    views: int = Field(default=0, sa_column=count(0))
    sign_ups: int = Field(default=0, sa_column=count(0))
