"""What figures and lists are read from: sums kept beside the ledger and the purchases, which stay the truth.

Whoever writes a movement of credits writes a delta for it in the same transaction, and triggers do for all else;
`domain.sums.fold` adds the deltas to the sums. So no two spends ever wait for one sum, nothing is counted twice, and
`verify` recomputes all of it from the ledger.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Identity, Index, Text
from sqlmodel import Field, SQLModel

from litesubs.models.columns import count, enum, native_enum, time

NEVER = date(9999, 12, 31)  # sorts behind every real date


class Measure(StrEnum):
    """What a movement counts as. `moved` (a lot got another expiry) and `touched` change no figure of a day."""

    sale = "sale"
    refund = "refund"
    sold = "sold"
    given = "given"
    used = "used"
    expired = "expired"
    taken = "taken"
    refunded = "refunded"
    moved = "moved"
    touched = "touched"


class InsightDelta(SQLModel, table=True):
    """One movement that is not in the sums yet. Sale and refund move money; the others credits and what they are worth.

    `credits` and `amount_minor` are signed: what the creator owes grows or shrinks by them.
    """

    __tablename__ = "insight_delta"

    creator_id: UUID = Field(primary_key=True)
    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    customer_id: UUID
    at: datetime = Field(sa_column=time())
    measure: Measure = Field(sa_column=Column(native_enum(Measure, "insight_measure"), nullable=False))
    pack_id: UUID | None = None
    currency: str | None = Field(default=None, max_length=3)
    number: int = Field(default=0, sa_column=count(0))
    credits: int = Field(default=0, sa_column=count(0))
    amount_minor: int = Field(default=0, sa_column=count(0))
    lot_created_at: datetime | None = Field(default=None, sa_column=time(nullable=True))
    lot_expires_at: datetime | None = Field(default=None, sa_column=time(nullable=True))


class InsightDay(SQLModel, table=True):
    """The sum of one measure of one pack in one currency over one day in the creator's time zone."""

    __tablename__ = "insight_day"

    creator_id: UUID = Field(primary_key=True)
    currency: str = Field(primary_key=True, max_length=3)
    day: date = Field(primary_key=True)
    pack_id: UUID = Field(primary_key=True)
    measure: Measure = Field(sa_column=Column(enum(Measure, "measure"), primary_key=True))
    number: int = Field(sa_column=count())
    credits: int = Field(sa_column=count())
    amount_minor: int = Field(sa_column=count())


class InsightLot(SQLModel, table=True):
    """What is left, and its worth, of the lots of one pack that were born and expire on the same days (UTC)."""

    __tablename__ = "insight_lot"

    creator_id: UUID = Field(primary_key=True)
    pack_id: UUID = Field(primary_key=True)
    currency: str = Field(primary_key=True, max_length=3)
    created_on: date = Field(primary_key=True)
    expires_on: date = Field(primary_key=True)  # the last day; NEVER where there is none
    credits: int = Field(sa_column=count())
    amount_minor: int = Field(sa_column=count())


class InsightBuyer(SQLModel, table=True):
    """That a customer bought on a day (in the creator's time zone), and on which day they did before, in that currency.

    So those who bought in a period, each once, are the rows whose `previous_day` lies before it. `paid_minor` is what
    was paid that day, less what was refunded of it since.
    """

    __tablename__ = "insight_buyer"
    __table_args__ = (
        Index(
            "ix_insight_buyer_day",
            "creator_id",
            "currency",
            "day",
            postgresql_include=["previous_day", "customer_id", "paid_minor"],
        ),
    )

    customer_id: UUID = Field(primary_key=True)
    currency: str = Field(primary_key=True, max_length=3)
    day: date = Field(primary_key=True)
    creator_id: UUID
    previous_day: date | None = None
    paid_minor: int = Field(sa_column=count())


class CustomerSummary(SQLModel, table=True):
    """What the list of customers sorts and searches by; what it shows is read from the ledger itself.

    `credits` is posted less held; `spent_minor` is in the creator's main currency, refunds taken off; `expires_on` is
    the soonest last day of a lot with credits, NEVER where there is none; `search` is name and e-mail in lower case.
    """

    __tablename__ = "customer_summary"
    __table_args__ = (
        ForeignKeyConstraint(["customer_id", "creator_id"], ["customer.id", "customer.creator_id"]),
        Index("ix_customer_summary_joined", "creator_id", "customer_id"),
        Index("ix_customer_summary_name", "creator_id", "name_key", "customer_id"),
        Index("ix_customer_summary_credits", "creator_id", "credits", "customer_id"),
        Index("ix_customer_summary_expires", "creator_id", "expires_on", "customer_id"),
        Index("ix_customer_summary_active", "creator_id", "active_at", "customer_id"),
        Index("ix_customer_summary_spent", "creator_id", "spent_minor", "customer_id"),
        Index(
            "ix_customer_summary_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
        ),
    )

    customer_id: UUID = Field(primary_key=True)
    creator_id: UUID
    name_key: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    search: str = Field(sa_column=Column(Text, nullable=False))
    credits: int = Field(sa_column=count())
    expires_on: date
    active_at: datetime = Field(sa_column=time())
    spent_minor: int = Field(sa_column=count())
