"""How a movement is written: balances first, then entries that chain to the wallet's last hash.

Only the ledger writes postings, each onto a wallet that it has locked.
"""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from litesubs.domain import clock, ids
from litesubs.domain.actors import Actor
from litesubs.domain.chain import NO_NOTE, Note, entry_hash
from litesubs.models import CreditGrant, EntryType, LedgerEntry, PostingNote, Wallet

SALT_BYTES = 16
# For the figures: what the entries of these postings change in what is owed.
NOTE = text("SELECT note_entries(CAST(:postings AS uuid[]))")


class Posting:
    """The entries of one operation, to be appended to a locked wallet."""

    def __init__(
        self, wallet: Wallet, kind: EntryType, actor: Actor, note: Note = NO_NOTE, reverses: UUID | None = None
    ) -> None:
        """Begin it now, or at the wallet's last time where that is later. Nothing is written before `close`."""
        self.id = ids.new()
        self.at = max(clock.now(), wallet.updated_at)
        self.entries: list[LedgerEntry] = []
        self.note: PostingNote | None = None
        self._wallet, self._kind, self._actor, self._reverses = wallet, kind, actor, reverses
        self._commitment: bytes | None = None
        if note != NO_NOTE:
            self.note, self._commitment = kept(note, self.id, wallet.creator_id)

    def draw(self, lots: Sequence[CreditGrant], amount: int) -> None:
        """Take `amount` ≥ 1 from the lots in the order given."""
        if amount < 1:
            raise ValueError(amount)
        need = amount
        for lot in lots:
            take = min(need, lot.remaining - lot.held)
            if take > 0:
                self.move(lot, posted=-take)
                need -= take

    def move(self, lot: CreditGrant, *, posted: int = 0, held: int = 0) -> None:
        """Change one lot and its wallet by the same amounts, and note the entry that says so."""
        lot.remaining += posted
        lot.held += held
        lot.closed = lot.remaining == 0
        wallet = self._wallet
        wallet.posted += posted
        wallet.held += held
        wallet.version += 1
        wallet.updated_at = self.at
        entry = LedgerEntry(
            wallet_id=wallet.id,
            wallet_version=wallet.version,
            creator_id=wallet.creator_id,
            posting_id=self.id,
            subscription_id=lot.subscription_id,
            grant_id=lot.id,
            type=self._kind,
            posted_delta=posted,
            held_delta=held,
            posted_after=wallet.posted,
            held_after=wallet.held,
            reverses=self._reverses,
            actor=self._actor.ledger_id,
            at=self.at,
            note_commitment=self._commitment,
            prev_hash=wallet.last_hash,
            hash=b"",
        )
        entry.hash = wallet.last_hash = entry_hash(entry)
        self.entries.append(entry)


def kept(note: Note, posting_id: UUID, creator_id: UUID) -> tuple[PostingNote, bytes]:
    """The row that keeps a note where it can be erased, and the commitment to it that stays."""
    salt, commitment = sealed(note)
    row = PostingNote(posting_id=posting_id, creator_id=creator_id, reason=note.reason, details=note.details, salt=salt)
    return row, commitment


def sealed(note: Note) -> tuple[bytes, bytes]:
    """A fresh salt, and the commitment to the note with it."""
    salt = secrets.token_bytes(SALT_BYTES)
    return salt, note.commitment(salt)


def close(session: Session, *postings: Posting) -> None:
    """Write the balances, then the entries that refer to them. A lot moves in one of these postings only, and once."""
    moved = [posting for posting in postings if posting.entries]
    if not moved:
        return
    session.add_all(posting.note for posting in moved if posting.note)
    session.flush()
    session.add_all(entry for posting in moved for entry in posting.entries)
    session.flush()
    session.execute(NOTE, {"postings": [posting.id for posting in moved]})
