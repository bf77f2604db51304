"""Public ids: a prefix and a UUIDv7 in Crockford base32, as the TypeID specification 0.3 writes them."""

import re
from typing import Literal
from uuid import UUID

import uuid_utils

from litesubs.domain.errors import NotFoundError

Prefix = Literal[
    "usr", "cre", "pack", "link", "cus", "sub", "pur", "grant", "debit", "rev", "adj", "post", "hold", "imp", "key"
]
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_UNSPELLED = re.compile(r"\b([a-z]+)_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")


def new() -> UUID:
    """A fresh UUIDv7: sorts by time, reveals no count."""
    return UUID(int=uuid_utils.uuid7().int)


def show(prefix: Prefix, value: UUID) -> str:
    """`show("cus", uuid)` → `cus_01jd…`, 26 characters after the underscore."""
    return f"{prefix}_{_digits(value.int)}"


def spelled(text: str) -> str:
    """The text with each `grant_<uuid>` in it as a public id: how answers that the database writes leave it."""
    return _UNSPELLED.sub(lambda found: f"{found[1]}_{_digits(int(found[2].replace('-', ''), 16))}", text)


def read(prefix: Prefix, text: object) -> UUID:
    """The UUID in a public id. Raises NotFoundError for anything else, since a malformed id names nothing."""
    head, _, digits = text.rpartition("_") if isinstance(text, str) else ("", "", "")
    if head != prefix or len(digits) != _LENGTH or digits[0] > "7" or not set(digits) <= set(_ALPHABET):
        raise NotFoundError
    number = 0
    for digit in digits:
        number = number << 5 | _ALPHABET.index(digit)
    return UUID(int=number)


def _digits(number: int) -> str:
    return "".join(_PAIRS[(number >> place) & 1023] for place in range(120, -1, -10))
