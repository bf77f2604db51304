"""What makes a ledger's history checkable: the hash of an entry, and the commitment to its note."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from litesubs.models import LedgerEntry

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Note:
    """The free text of a posting. It is kept beside the entries, where it can be erased."""

    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def commitment(self, salt: bytes) -> bytes:
        """What the chain keeps of the note: SHA-256 of the salt and the note's canonical JSON."""
        canonical = json.dumps([self.reason, self.details], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(salt + canonical.encode()).digest()


NO_NOTE = Note()


def entry_hash(entry: LedgerEntry) -> bytes:
    """SHA-256 over the previous hash and every field of the entry, each preceded by its length so that none can blur.

    A field is its text in UTF-8 after a 4-byte big-endian length; an absent one is the length 0xFFFFFFFF. Time counts
    in microseconds since 1970.
    """
    fields = (
        entry.wallet_id,
        entry.wallet_version,
        entry.creator_id,
        entry.posting_id,
        entry.subscription_id,
        entry.grant_id,
        entry.type.value,
        entry.posted_delta,
        entry.held_delta,
        entry.posted_after,
        entry.held_after,
        entry.reverses,
        entry.actor,
        _microseconds(entry.at),
        None if entry.note_commitment is None else entry.note_commitment.hex(),
    )
    return hashlib.sha256(entry.prev_hash + b"".join(_framed(value) for value in fields)).digest()


def _microseconds(at: datetime) -> int:
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _framed(value: object) -> bytes:
    if value is None:
        return b"\xff\xff\xff\xff"
    encoded = str(value).encode()
    return len(encoded).to_bytes(4, "big") + encoded
