"""How columns are declared: enums, times with a zone, counts."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Enum, text


def enum(kind: type[StrEnum], name: str, *, by_trigger: bool = False) -> Enum:
    """A text column that takes the values of `kind` and no others, by a CHECK or by a trigger of a migration."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=not by_trigger,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def native_enum(kind: type[StrEnum], name: str) -> Enum:
    """The same as a type of the database: for rows that every spend writes, since it needs no CHECK."""
    return Enum(kind, name=name, values_callable=lambda members: [member.value for member in members])


def time(*, nullable: bool = False) -> Column[Any]:
    """A moment, aware."""
    return Column(DateTime(timezone=True), nullable=nullable)


def count(default: int | None = None) -> Column[Any]:
    """A whole number: credits, minor units, versions."""
    return Column(BigInteger, nullable=False, server_default=None if default is None else text(str(default)))
