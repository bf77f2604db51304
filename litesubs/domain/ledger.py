"""The only writer of wallets, subscriptions' balances, grants and entries.

Every operation joins the caller's transaction, locks the wallet row first, takes its time after the lock, and writes
entries that chain to the wallet's last hash. The rules are those of the domain: burn order is priority, soonest
expiry (none last), promo before paid, oldest, id; a reversal goes back to the very lots that were drawn.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from litesubs.domain import clock, ids
from litesubs.domain.actors import Actor
from litesubs.domain.chain import NO_NOTE, Note, entry_hash
from litesubs.domain.errors import (
    InsufficientCreditsError,
    NotFoundError,
    NothingToReverseError,
    SubscriptionDisabledError,
    SubscriptionInactiveError,
)
from litesubs.models import (
    CreditGrant,
    CreditPack,
    EntryType,
    GrantSource,
    LedgerEntry,
    PostingNote,
    Subscription,
    SubscriptionStatus,
    Wallet,
)

SALT_BYTES = 16


@dataclass(frozen=True)
class Lot:
    """What a new grant is: `amount` credits from `source`, once for each (source, ref), expiring at `expires_at`."""

    amount: int
    source: GrantSource
    ref: str
    expires_at: datetime | None = None
    purchase_id: UUID | None = None
    paid_minor: int | None = None
    paid_currency: str | None = None


def open_subscription(session: Session, creator_id: UUID, customer_id: UUID, pack_id: UUID) -> Subscription:
    """The customer's subscription to the pack, made (with their wallet) if there is none. Safe to race."""
    at = clock.now()
    wallet = {"id": ids.new(), "creator_id": creator_id, "customer_id": customer_id, "last_hash": b"", "updated_at": at}
    session.execute(insert(Wallet).values(wallet).on_conflict_do_nothing())
    # Locked before the insert below, whose foreign key takes a shared lock: two of those cannot both become exclusive.
    wallet_id = session.exec(select(Wallet.id).where(Wallet.customer_id == customer_id).with_for_update()).one()
    subscription = {
        "id": ids.new(),
        "creator_id": creator_id,
        "wallet_id": wallet_id,
        "customer_id": customer_id,
        "pack_id": pack_id,
        "status": SubscriptionStatus.active,
        "created_at": at,
    }
    session.execute(insert(Subscription).values(subscription).on_conflict_do_nothing())
    found = select(Subscription).where(Subscription.customer_id == customer_id, Subscription.pack_id == pack_id)
    return session.exec(found).one()


def lock_wallet(session: Session, wallet_id: UUID) -> Wallet:
    """The wallet's row, locked until the transaction ends. Lock several wallets in id order."""
    query = select(Wallet).where(Wallet.id == wallet_id).with_for_update().execution_options(populate_existing=True)
    wallet = session.exec(query).one_or_none()
    if wallet is None:
        raise NotFoundError
    return wallet


def grant(session: Session, subscription_id: UUID, lot: Lot, actor: Actor, note: Note = NO_NOTE) -> UUID | None:
    """Add a lot. Returns its posting id, or None where this (source, ref) was granted before."""
    return _add_lot(session, subscription_id, lot, EntryType.grant, actor, note)


def debit(
    session: Session, wallet_id: UUID, amount: int, actor: Actor, *, pack_id: UUID | None = None, note: Note = NO_NOTE
) -> UUID:
    """Spend `amount` ≥ 1 credits in burn order, from one pack or from all. Returns the posting id.

    Raises SubscriptionInactiveError where the wanted pack, or every lot that still has credits, cannot be spent, and
    otherwise InsufficientCreditsError with `available`, `required` and `held`.
    """
    wallet = lock_wallet(session, wallet_id)
    subscriptions = _subscriptions(session, wallet_id, pack_id)
    posting = _Posting(session, wallet, EntryType.debit, actor, note)
    lots = [lot for lot in _open_lots(session, subscriptions) if lot.expires_at is None or lot.expires_at > posting.at]
    spendable = [lot for lot in lots if subscriptions[lot.subscription_id].status is SubscriptionStatus.active]
    available = _free(spendable)
    if available < amount:
        wanted_inactive = pack_id and any(s.status is not SubscriptionStatus.active for s in subscriptions.values())
        if wanted_inactive or (lots and not spendable):
            raise SubscriptionInactiveError
        raise InsufficientCreditsError(available=available, required=amount, held=wallet.held)
    return posting.draw(spendable, subscriptions, amount)


def reverse(
    session: Session, posting_id: UUID, actor: Actor, *, amount: int | None = None, note: Note = NO_NOTE
) -> UUID:
    """Give back a debit, or `amount` credits of it, to the lots it drew from, the last drawn first.

    Returns the posting id.

    Raises NotFoundError for a posting that is not a debit and NothingToReverseError for more than is left to give back.
    """
    drawn = session.exec(select(LedgerEntry).where(LedgerEntry.posting_id == posting_id)).all()
    if not drawn or drawn[0].type is not EntryType.debit:
        raise NotFoundError
    wallet = lock_wallet(session, drawn[0].wallet_id)
    subscriptions = _subscriptions(session, wallet.id)
    _refuse_disabled(subscriptions[entry.subscription_id] for entry in drawn)
    left = _not_yet_reversed(session, drawn)
    need = sum(left.values()) if amount is None else amount
    if need < 1 or need > sum(left.values()):
        raise NothingToReverseError
    posting = _Posting(session, wallet, EntryType.reversal, actor, note, reverses=posting_id)
    lots = session.exec(
        select(CreditGrant).where(col(CreditGrant.id).in_(left)).execution_options(populate_existing=True)
    )
    by_id = {lot.id: lot for lot in lots}
    for entry in sorted(drawn, key=lambda entry: -entry.wallet_version):
        take = min(need, left[entry.grant_id])
        if take:
            posting.move(by_id[entry.grant_id], subscriptions[entry.subscription_id], posted=take)
            need -= take
    return posting.close()


def adjust_up(
    session: Session, subscription_id: UUID, amount: int, actor: Actor, expires_at: datetime | None, note: Note
) -> UUID:
    """Add `amount` credits as a new manual lot. Raises SubscriptionDisabledError on a disabled subscription."""
    lot = Lot(amount=amount, source=GrantSource.manual, ref=str(ids.new()), expires_at=expires_at)
    posting_id = _add_lot(session, subscription_id, lot, EntryType.adjustment, actor, note)
    if posting_id is None:
        msg = "a fresh reference was granted before"
        raise RuntimeError(msg)
    return posting_id


def adjust_down(session: Session, subscription_id: UUID, amount: int, actor: Actor, note: Note) -> UUID:
    """Take `amount` credits in burn order from this subscription, never what is held.

    Works while paused. Raises SubscriptionDisabledError, or InsufficientCreditsError with `available` and `held`.
    """
    subscription = _subscription(session, subscription_id)
    wallet = lock_wallet(session, subscription.wallet_id)
    subscriptions = _subscriptions(session, wallet.id, subscription.pack_id)
    _refuse_disabled(subscriptions.values())
    posting = _Posting(session, wallet, EntryType.adjustment, actor, note)
    lots = [lot for lot in _open_lots(session, subscriptions) if lot.expires_at is None or lot.expires_at > posting.at]
    if _free(lots) < amount:
        held = subscriptions[subscription_id].held
        raise InsufficientCreditsError(available=_free(lots), required=amount, held=held)
    return posting.draw(lots, subscriptions, amount)


def expire(session: Session, grant_id: UUID, actor: Actor) -> UUID | None:
    """Write off what is left of a lot, less what is held, once its `expires_at` has come.

    None if there is nothing to do.
    """
    lot = session.get(CreditGrant, grant_id)
    if lot is None:
        raise NotFoundError
    wallet = lock_wallet(session, lot.wallet_id)
    session.refresh(lot)
    posting = _Posting(session, wallet, EntryType.expiry, actor, NO_NOTE)
    if lot.expires_at is None or lot.expires_at > posting.at or lot.remaining == lot.held:
        return None
    subscription = _subscriptions(session, wallet.id)[lot.subscription_id]
    posting.move(lot, subscription, posted=lot.held - lot.remaining)
    return posting.close()


def set_status(session: Session, subscription_id: UUID, status: SubscriptionStatus, status_note: str) -> None:
    """Pause, disable or enable. Locks the wallet, so that no spend decides on the status it is about to lose."""
    subscription = _subscription(session, subscription_id)
    lock_wallet(session, subscription.wallet_id)
    session.refresh(subscription)
    subscription.status = status
    subscription.status_note = status_note


class _Posting:
    """The entries of one operation, to be appended to a locked wallet."""

    def __init__(
        self, session: Session, wallet: Wallet, kind: EntryType, actor: Actor, note: Note, reverses: UUID | None = None
    ) -> None:
        self.id = ids.new()
        self.at = max(clock.now(), wallet.updated_at)
        self._session, self._wallet, self._kind, self._actor, self._reverses = (session, wallet, kind, actor, reverses)
        self._entries: list[LedgerEntry] = []
        self._note: PostingNote | None = None
        self._commitment: bytes | None = None
        if note != NO_NOTE:
            salt = secrets.token_bytes(SALT_BYTES)
            self._commitment = note.commitment(salt)
            self._note = PostingNote(
                posting_id=self.id, creator_id=wallet.creator_id, reason=note.reason, details=note.details, salt=salt
            )

    def draw(self, lots: list[CreditGrant], subscriptions: dict[UUID, Subscription], amount: int) -> UUID:
        """Take `amount` ≥ 1 from the lots in the order given."""
        if amount < 1:
            raise ValueError(amount)
        need = amount
        for lot in lots:
            take = min(need, lot.remaining - lot.held)
            if take > 0:
                self.move(lot, subscriptions[lot.subscription_id], posted=-take)
                need -= take
        return self.close()

    def close(self) -> UUID:
        """Write the balances, then the entries that refer to them. Returns the posting's id."""
        if self._note:
            self._session.add(self._note)
        self._session.flush()
        self._session.add_all(self._entries)
        self._session.flush()
        return self.id

    def move(self, lot: CreditGrant, subscription: Subscription, *, posted: int = 0, held: int = 0) -> None:
        """Change one lot, its subscription and its wallet by the same amounts, and note the entry that says so."""
        lot.remaining += posted
        lot.held += held
        lot.closed = lot.remaining == 0
        subscription.posted += posted
        subscription.held += held
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
            subscription_id=subscription.id,
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
        self._entries.append(entry)


def _add_lot(
    session: Session, subscription_id: UUID, lot: Lot, kind: EntryType, actor: Actor, note: Note
) -> UUID | None:
    subscription = _subscription(session, subscription_id)
    wallet = lock_wallet(session, subscription.wallet_id)
    session.refresh(subscription)
    if kind is EntryType.adjustment:
        _refuse_disabled([subscription])
    same = select(CreditGrant.id).where(CreditGrant.source == lot.source, CreditGrant.source_ref == lot.ref)
    if session.exec(same).first() is not None:
        return None
    posting = _Posting(session, wallet, kind, actor, note)
    row = CreditGrant(
        id=ids.new(),
        creator_id=wallet.creator_id,
        wallet_id=wallet.id,
        subscription_id=subscription.id,
        source=lot.source,
        source_ref=lot.ref,
        purchase_id=lot.purchase_id,
        amount=lot.amount,
        remaining=0,
        promo=lot.source is GrantSource.promo,
        paid_minor=lot.paid_minor,
        paid_currency=lot.paid_currency,
        currency=lot.paid_currency or session.get_one(CreditPack, subscription.pack_id).currency,
        expires_at=lot.expires_at,
        created_at=posting.at,
    )
    session.add(row)
    posting.move(row, subscription, posted=lot.amount)
    return posting.close()


def _subscription(session: Session, subscription_id: UUID) -> Subscription:
    subscription = session.get(Subscription, subscription_id)
    if subscription is None:
        raise NotFoundError
    return subscription


def _subscriptions(session: Session, wallet_id: UUID, pack_id: UUID | None = None) -> dict[UUID, Subscription]:
    query = select(Subscription).where(Subscription.wallet_id == wallet_id).execution_options(populate_existing=True)
    if pack_id is not None:
        query = query.where(Subscription.pack_id == pack_id)
    return {subscription.id: subscription for subscription in session.exec(query)}


def _open_lots(session: Session, subscriptions: Iterable[UUID]) -> list[CreditGrant]:
    """Lots with credits, in burn order, read after the wallet's lock."""
    order = (
        col(CreditGrant.priority),
        col(CreditGrant.expires_at).asc().nulls_last(),
        col(CreditGrant.promo).desc(),
        col(CreditGrant.created_at),
        col(CreditGrant.id),
    )
    wanted = select(CreditGrant).where(
        col(CreditGrant.subscription_id).in_(list(subscriptions)), ~col(CreditGrant.closed)
    )
    return list(session.exec(wanted.order_by(*order).execution_options(populate_existing=True)))


def _free(lots: Iterable[CreditGrant]) -> int:
    return sum(lot.remaining - lot.held for lot in lots)


def _not_yet_reversed(session: Session, drawn: Iterable[LedgerEntry]) -> dict[UUID, int]:
    """For each lot of a debit, how many of its credits have not been given back."""
    left: dict[UUID, int] = {}
    posting_id = None
    for entry in drawn:
        posting_id = entry.posting_id
        left[entry.grant_id] = left.get(entry.grant_id, 0) - entry.posted_delta
    given_back = (
        select(LedgerEntry.grant_id, func.sum(LedgerEntry.posted_delta))
        .where(LedgerEntry.reverses == posting_id)
        .group_by(col(LedgerEntry.grant_id))
    )
    for grant_id, credits_back in session.exec(given_back):
        left[grant_id] -= int(credits_back)
    return left


def _refuse_disabled(subscriptions: Iterable[Subscription]) -> None:
    if any(subscription.status is SubscriptionStatus.disabled for subscription in subscriptions):
        raise SubscriptionDisabledError
