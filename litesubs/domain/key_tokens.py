"""The text of an API key: `ls_live_` or `ls_test_`, 32 random characters, and a checksum over all of it.

Whoever scans code for secrets can recognise a key and tell it from look-alikes without asking us, and what was cut off
or mistyped is refused without a look into the database. The layout follows GitHub's: CRC32 in base62, six characters
(github.blog, "Behind GitHub's new authentication token formats", 2021).
"""

import hashlib
import re
import secrets
import string
import zlib

from litesubs.settings import settings

LIVE, TEST = "ls_live_", "ls_test_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 32  # 62^32, 190 bits: cannot be guessed, so a hash without salt or stretching keeps it
CHECKSUM_LENGTH = 6  # 62^6 is more than 2^32
SHOWN_LENGTH = 12  # of a key in lists: the kind, and four characters to tell it from others
TOKEN = re.compile(rf"({LIVE}|{TEST})[0-9A-Za-z]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII)


def new() -> str:
    """A fresh key for this kind of instance: live in production, test elsewhere."""
    return _written("".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH)))


def derived(seed: bytes) -> str:
    """The same key for the same seed, which must be as secret as a key."""
    number = int.from_bytes(hashlib.sha256(seed).digest()) % 62**RANDOM_LENGTH
    return _written(_base62(number, RANDOM_LENGTH))


def sound(token: object) -> bool:
    """Whether this can be a key of this kind of instance: its beginning, its length and its checksum are right."""
    if not isinstance(token, str) or not TOKEN.fullmatch(token) or not token.startswith(kind()):
        return False
    return token[-CHECKSUM_LENGTH:] == checksum(token[:-CHECKSUM_LENGTH])


def kind() -> str:
    """What the keys of this instance begin with."""
    return LIVE if settings().production else TEST


def checksum(text: str) -> str:
    """The six characters that end a key which begins with `text`."""
    return _base62(zlib.crc32(text.encode()), CHECKSUM_LENGTH)


def digest(token: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(token.encode()).digest()


def _written(random: str) -> str:
    body = kind() + random
    return body + checksum(body)


def _base62(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
