"""Public ids: a prefix and a UUIDv7 in Crockford base32, as the TypeID specification 0.3 writes them."""

from typing import Literal
from uuid import UUID

import uuid_utils

from litesubs.domain.errors import NotFoundError

Prefix = Literal[
    "usr", "cre", "pack", "link", "cus", "sub", "pur", "grant", "debit", "rev", "adj", "post", "hold", "imp", "key"
]
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26


def new() -> UUID:
    """A fresh UUIDv7: sorts by time, reveals no count."""
    return UUID(int=uuid_utils.uuid7().int)


def show(prefix: Prefix, value: UUID) -> str:
    """`show("cus", uuid)` → `cus_01jd…`, 26 characters after the underscore."""
    number = value.int
    digits = [_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(_LENGTH))]
    return f"{prefix}_{''.join(digits)}"


def read(prefix: Prefix, text: object) -> UUID:
    """The UUID in a public id. Raises NotFoundError for anything else, since a malformed id names nothing."""
    head, _, digits = text.rpartition("_") if isinstance(text, str) else ("", "", "")
    if head != prefix or len(digits) != _LENGTH or digits[0] > "7" or not set(digits) <= set(_ALPHABET):
        raise NotFoundError
    number = 0
    for digit in digits:
        number = number << 5 | _ALPHABET.index(digit)
    return UUID(int=number)
