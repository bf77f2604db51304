"""Password hashing: argon2id through passlib's interface (the maintained `libpass`)."""

import unicodedata

from passlib.hash import argon2

SHORTEST = 12
LONGEST = 128
_hasher = argon2.using(type="ID")  # type: ignore[no-untyped-call]
_NOBODY = _hasher.hash("a password that belongs to nobody")


def hashed(password: str) -> str:
    """The hash to keep. Takes about 0.1 s of a processor: call it in a thread."""
    return str(_hasher.hash(_normalized(password)))


def matches(password: object, kept: str | None) -> bool:
    """Whether the password is the one kept. With `kept=None` (no such person) it takes the same time and says no."""
    given = password if isinstance(password, str) and len(password) <= LONGEST else ""
    right = _hasher.verify(_normalized(given), kept or _NOBODY)
    return bool(right) and kept is not None


def _normalized(password: str) -> str:
    """NFKC, so that the same characters typed on another keyboard give the same hash (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode(errors="replace").decode()
