"""API keys: what a creator's software signs in with, and what it may do."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

from litesubs.models.columns import count, enum, time


class CapPeriod(StrEnum):
    """After which time a key's spend cap begins anew, by the creator's clocks."""

    day = "day"
    month = "month"


class ApiKey(SQLModel, table=True):
    """A key of one creator. Only the SHA-256 of the key is kept; `prefix` is its readable beginning.

    What it may do is fixed when it is made: a key that shall do something else is another key. `rotated_to` is the key
    that takes over from it, until `expires_at`. Keys that took over from each other share one cap, that of the first,
    which is `cap_id` of the others.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("(cap_credits IS NULL) = (cap_period IS NULL)", name="cap_is_whole"),
        CheckConstraint("cap_credits > 0", name="cap_positive"),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(foreign_key="creator.id", index=True)
    name: str = Field(sa_column=Column(Text, nullable=False))
    prefix: str = Field(sa_column=Column(Text, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    networks: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))  # CIDR; none: from anywhere
    cap_credits: int | None = Field(default=None, sa_column=Column(BigInteger))
    cap_period: CapPeriod | None = Field(default=None, sa_column=Column(enum(CapPeriod, "cap_period")))
    cap_id: UUID | None = Field(default=None, foreign_key="api_key.id")
    created_by: UUID = Field(foreign_key="app_user.id")
    created_at: datetime = Field(sa_column=time())
    expires_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    last_used_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    rotated_to: UUID | None = Field(default=None, foreign_key="api_key.id")


class ApiKeySpend(SQLModel, table=True):
    """What has been spent or held of a cap in a period, which begins on `period`. Its row is the lock on the cap.

    `key_id` is the first of the keys that share the cap.
    """

    __tablename__ = "api_key_spend"
    __table_args__ = (CheckConstraint("spent >= 0", name="spent_not_negative"),)

    key_id: UUID = Field(foreign_key="api_key.id", primary_key=True)
    period: date = Field(primary_key=True)
    spent: int = Field(default=0, sa_column=count(0))
