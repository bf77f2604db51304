"""People: who signs in, who sells, and whom a creator knows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from litesubs.models.columns import time


class User(SQLModel, table=True):
    """A person with a sign-in. `email` is as they wrote it, `email_normalized` is what identifies them."""

    __tablename__ = "app_user"

    id: UUID = Field(primary_key=True)
    email: str = Field(sa_column=Column(Text, nullable=False))
    email_normalized: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    password_hash: str = Field(sa_column=Column(Text, nullable=False))
    email_verified_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    created_at: datetime = Field(sa_column=time())


class UserSession(SQLModel, table=True):
    """A signed-in browser. Only the SHA-256 of its cookie is kept."""

    __tablename__ = "user_session"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    user_id: UUID = Field(foreign_key="app_user.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(sa_column=time())
    seen_at: datetime = Field(sa_column=time())
    expires_at: datetime = Field(sa_column=time())


class Creator(SQLModel, table=True):
    """A user's selling side."""

    __tablename__ = "creator"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="app_user.id", unique=True)
    display_name: str = Field(sa_column=Column(Text, nullable=False))
    handle: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    time_zone: str = Field(default="UTC", sa_column=Column(Text, nullable=False, server_default="UTC"))
    currency: str = Field(default="EUR", sa_column=Column(String(3), nullable=False, server_default="EUR"))
    bio: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    links: list[str] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    picture: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    created_at: datetime = Field(sa_column=time())


class CreatorPicture(SQLModel, table=True):
    """A creator's own picture. `creator.picture` is its digest, too: pages need no more than that."""

    __tablename__ = "creator_picture"
    __table_args__ = (CheckConstraint("octet_length(webp) <= 30000", name="small"),)

    creator_id: UUID = Field(primary_key=True, foreign_key="creator.id")
    digest: str = Field(sa_column=Column(Text, nullable=False, index=True))
    webp: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    updated_at: datetime = Field(sa_column=time())


class CreatorHandle(SQLModel, table=True):
    """Every handle that a creator has or had, written by a trigger: it leads to them and is nobody else's."""

    __tablename__ = "creator_handle"

    handle: str = Field(sa_column=Column(Text, primary_key=True))
    creator_id: UUID = Field(foreign_key="creator.id")


class EmailVerification(SQLModel, table=True):
    """One mail that asks a person to prove their address. Its link and code are derived from the id, never stored."""

    __tablename__ = "email_verification"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index("ix_email_verification_user", "user_id", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="app_user.id", ondelete="CASCADE")
    email_normalized: str = Field(sa_column=Column(Text, nullable=False))
    attempts: int = 0
    created_at: datetime = Field(sa_column=time())
    used_at: datetime | None = Field(default=None, sa_column=time(nullable=True))


class Customer(SQLModel, table=True):
    """A person as one creator knows them. One who `is_test` is left out of every figure."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("creator_id", "email_normalized"),
        UniqueConstraint("id", "creator_id"),
        Index("ix_customer_unclaimed", "email_normalized", postgresql_where=text("user_id IS NULL")),
        Index("ix_customer_test", "creator_id", "id", postgresql_where=text("is_test")),
    )

    id: UUID = Field(primary_key=True)
    creator_id: UUID = Field(foreign_key="creator.id")
    user_id: UUID | None = Field(default=None, foreign_key="app_user.id", index=True)
    email: str = Field(sa_column=Column(Text, nullable=False))
    email_normalized: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    is_test: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    created_at: datetime = Field(sa_column=time())
