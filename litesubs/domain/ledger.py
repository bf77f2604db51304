"""The only writer of wallets, grants and entries.

Debit, hold and capture are functions of the database (the migration `spends`), one round trip each; `spends` calls them
for the API, this module in a caller's transaction. Every operation joins the caller's transaction, locks the wallet row
first, takes its time after the lock, and writes entries that chain to the wallet's last hash. The rules are those of
the domain: burn order is priority, soonest expiry (none last), promo before paid, oldest, id; a reversal goes back to
the very lots that were drawn.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from litesubs.domain import clock, ids, locked
from litesubs.domain.actors import Actor
from litesubs.domain.chain import NO_NOTE, Note
from litesubs.domain.errors import (
    DomainError,
    HoldNotOpenError,
    IdempotencyKeyReusedError,
    InsufficientCreditsError,
    InvalidApiKeyError,
    LotOverError,
    NotFoundError,
    NothingToReverseError,
    SpendCapReachedError,
    SubscriptionDisabledError,
    SubscriptionInactiveError,
    ValidationFailedError,
)
from litesubs.domain.posting import Posting, close, kept, sealed
from litesubs.models import (
    CreditGrant,
    CreditPack,
    EntryType,
    GrantExtension,
    GrantSource,
    Hold,
    HoldStatus,
    LedgerEntry,
    Subscription,
    SubscriptionStatus,
    Wallet,
)

SPENDS = (EntryType.debit, EntryType.capture)
# What a hold reserved counts in the period in which it was placed, by the creator's clocks.
LESS_SPENT = text("""
    UPDATE api_key_spend s SET spent = greatest(0, s.spent - :amount) FROM api_key k
    WHERE k.id = :key_id AND s.key_id = coalesce(k.cap_id, k.id) AND s.period = cap_period_of(k.id, :at)""")
# What the functions of the database answer where they refuse.
REFUSALS: dict[str, type[DomainError]] = {
    error.code: error
    for error in (
        NotFoundError,
        InsufficientCreditsError,
        SubscriptionInactiveError,
        IdempotencyKeyReusedError,
        HoldNotOpenError,
        InvalidApiKeyError,
        SpendCapReachedError,
    )
}
SPEND = text("""
    SELECT code, body FROM post_spend(:kind, :id, :creator, :customer, NULL, NULL, NULL, NULL, :amount, :pack, :actor,
        :reason, CAST(:details AS jsonb), :salt, :commitment, :seconds, :at)""")
CAPTURE = text("""
    SELECT code, body FROM post_capture(:id, :creator, :hold, NULL, NULL, NULL, :amount, :actor, :at)""")


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
    import_id: UUID | None = None


def open_subscription(session: Session, creator_id: UUID, customer_id: UUID, pack_id: UUID) -> Subscription:
    """The customer's subscription to the pack, made (with their wallet) if there is none. Safe to race."""
    return open_subscriptions(session, creator_id, [(customer_id, pack_id)])[customer_id, pack_id]


def open_subscriptions(
    session: Session, creator_id: UUID, pairs: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Subscription]:
    """For each (customer, pack) their subscription, made where there is none. The wallets are locked, in id order."""
    if not pairs:
        return {}
    at = clock.now()
    customers, packs = sorted({customer for customer, _ in pairs}), {pack for _, pack in pairs}
    fresh = {"creator_id": creator_id, "last_hash": b"", "updated_at": at}
    session.execute(
        insert(Wallet).on_conflict_do_nothing(),
        [fresh | {"id": ids.new(), "customer_id": customer} for customer in customers],
    )
    # Locked before the insert below, whose foreign key takes a shared lock: two of those cannot both become exclusive.
    lock = select(Wallet.customer_id, Wallet.id).where(col(Wallet.customer_id).in_(customers))
    wallets = dict(session.exec(lock.order_by(col(Wallet.id)).with_for_update()).all())
    active = {"creator_id": creator_id, "status": SubscriptionStatus.active, "created_at": at}
    session.execute(
        insert(Subscription).on_conflict_do_nothing(),
        [
            active | {"id": ids.new(), "wallet_id": wallets[customer], "customer_id": customer, "pack_id": pack}
            for customer, pack in sorted(set(pairs))
        ],
    )
    found = select(Subscription).where(
        col(Subscription.customer_id).in_(customers), col(Subscription.pack_id).in_(packs)
    )
    return {(row.customer_id, row.pack_id): row for row in session.exec(found)}


def grant(session: Session, subscription_id: UUID, lot: Lot, actor: Actor, note: Note = NO_NOTE) -> UUID | None:
    """Add a lot. Returns its posting id, or None where this (source, ref) was granted before."""
    return _add_lot(session, subscription_id, lot, EntryType.grant, actor, note)


def grant_many(session: Session, lots: Sequence[tuple[UUID, Lot]], actor: Actor, note: Note = NO_NOTE) -> int:
    """Add each lot to the subscription beside it, in one posting a wallet, leaving out those granted before.

    Returns how many were added. The wallets are locked in id order. A (source, ref) may stand in `lots` once.
    """
    owner = select(Subscription.id, Subscription.wallet_id, CreditPack.currency).join(CreditPack)
    rows = session.exec(owner.where(col(Subscription.id).in_({subscription_id for subscription_id, _ in lots})))
    owners = {subscription_id: (wallet_id, currency) for subscription_id, wallet_id, currency in rows}
    wanted: dict[UUID, list[tuple[UUID, Lot]]] = defaultdict(list)
    for subscription_id, lot in lots:
        if subscription_id not in owners:
            raise NotFoundError
        wanted[owners[subscription_id][0]].append((subscription_id, lot))
    added = 0
    for wallets, subscriptions in locked.wallets(session, wanted):
        known = locked.granted(session, [(lot.source, lot.ref) for wallet in wallets for _, lot in wanted[wallet.id]])
        postings = []
        for wallet in wallets:
            posting = Posting(wallet, EntryType.grant, actor, note)
            for subscription_id, lot in wanted[wallet.id]:
                if (lot.source, lot.ref) not in known:
                    subscription = subscriptions[subscription_id]
                    row = _row(wallet, subscription, lot, owners[subscription_id][1], posting)
                    session.add(row)
                    posting.move(row, posted=lot.amount)
            postings.append(posting)
            added += len(posting.entries)
        close(session, *postings)
    return added


def debit(
    session: Session, wallet_id: UUID, amount: int, actor: Actor, *, pack_id: UUID | None = None, note: Note = NO_NOTE
) -> UUID:
    """Spend `amount` ≥ 1 credits in burn order, from one pack or from all. Returns the posting id.

    Raises SubscriptionInactiveError where the wanted pack, or every lot that still has credits, cannot be spent, and
    otherwise InsufficientCreditsError with `available`, `required` and `held`.
    """
    return _spend(session, "debit", wallet_id, amount, actor, pack_id, note)


def hold(
    session: Session,
    wallet_id: UUID,
    amount: int,
    actor: Actor,
    seconds: int,
    *,
    pack_id: UUID | None = None,
    note: Note = NO_NOTE,
) -> UUID:
    """Reserve `amount` ≥ 1 credits for so many seconds, in burn order. Returns the hold's id. Raises as `debit`."""
    return _spend(session, "hold", wallet_id, amount, actor, pack_id, note, seconds)


def capture(session: Session, hold_id: UUID, actor: Actor, *, amount: int | None = None) -> UUID:
    """Spend an open hold, or `amount` credits of it, and give the rest back. Returns the posting id.

    Raises NotFoundError, HoldNotOpenError, and ValidationFailedError (`amount`) for more than is held.
    """
    held = session.get(Hold, hold_id)
    if held is None:
        raise NotFoundError
    posting_id = ids.new()
    order = {
        "id": posting_id,
        "creator": held.creator_id,
        "hold": hold_id,
        "amount": amount,
        "actor": actor.ledger_id,
        "at": clock.fixed(),
    }
    _ordered(session, CAPTURE, order)
    return posting_id


def reverse(
    session: Session, posting_id: UUID, actor: Actor, *, amount: int | None = None, note: Note = NO_NOTE
) -> UUID:
    """Give back a debit or capture, or `amount` credits of it, to the lots it drew from, the last drawn first.

    Lots that have expired since get nothing back: it would be lost at once. Returns the posting id.

    Raises NotFoundError for a posting that spent nothing, and NothingToReverseError for more than can be given back,
    with `left`, which can be, and `lapsed`, which has expired.
    """
    spent = select(LedgerEntry).where(LedgerEntry.posting_id == posting_id, LedgerEntry.posted_delta < 0)
    drawn = session.exec(spent.where(col(LedgerEntry.type).in_(SPENDS))).all()
    if not drawn:
        raise NotFoundError
    wallet = locked.wallet(session, drawn[0].wallet_id)
    subscriptions = locked.subscriptions(session, wallet.id)
    _refuse_disabled(subscriptions[entry.subscription_id] for entry in drawn)
    posting = Posting(wallet, EntryType.reversal, actor, note, reverses=posting_id)
    lots = {lot.id: lot for lot in locked.lots(session, [entry.grant_id for entry in drawn])}
    owed = _not_yet_reversed(session, drawn)
    left = {lot_id: number for lot_id, number in owed.items() if not locked.over(lots[lot_id], posting.at)}
    need = sum(left.values()) if amount is None else amount
    if not 1 <= need <= sum(left.values()):
        raise NothingToReverseError(left=sum(left.values()), lapsed=sum(owed.values()) - sum(left.values()))
    for entry in sorted(drawn, key=lambda entry: -entry.wallet_version):
        if take := min(need, left.get(entry.grant_id, 0)):
            posting.move(lots[entry.grant_id], posted=take)
            need -= take
    return _written(session, posting)


def release(session: Session, hold_id: UUID, actor: Actor) -> UUID:
    """Free all that an open hold reserves. Returns the posting id.

    Raises NotFoundError, and HoldNotOpenError (`hold_status`) for one that was settled or whose time is over.
    """
    held = _hold(session, hold_id)
    wallet = locked.wallet(session, held.wallet_id)
    session.refresh(held)
    posting = Posting(wallet, EntryType.release, actor, reverses=hold_id)
    if held.status is not HoldStatus.open or held.expires_at <= posting.at:
        status = HoldStatus.expired if held.status is HoldStatus.open else held.status
        raise HoldNotOpenError(hold_status=status.value)
    return _freed(session, held, posting, HoldStatus.released)


def expire_hold(session: Session, hold_id: UUID, actor: Actor) -> UUID | None:
    """Free all that an open hold reserves, once its `expires_at` has come. None if there is nothing to do."""
    held = _hold(session, hold_id)
    wallet = locked.wallet(session, held.wallet_id)
    session.refresh(held)
    posting = Posting(wallet, EntryType.release, actor, reverses=hold_id)
    if held.status is not HoldStatus.open or held.expires_at > posting.at:
        return None
    return _freed(session, held, posting, HoldStatus.expired)


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
    wallet = locked.wallet(session, subscription.wallet_id)
    subscriptions = locked.subscriptions(session, wallet.id, subscription.pack_id)
    _refuse_disabled(subscriptions.values())
    posting = Posting(wallet, EntryType.adjustment, actor, note)
    left = locked.open_lots(session, subscriptions)
    lots = [lot for lot in left if not locked.over(lot, posting.at)]
    if _free(lots) < amount:
        held = sum(lot.held for lot in left)
        raise InsufficientCreditsError(available=_free(lots), required=amount, held=held)
    posting.draw(lots, amount)
    return _written(session, posting)


def expire(session: Session, grant_id: UUID, actor: Actor) -> UUID | None:
    """Write off what is left of a lot, less what is held, once its `expires_at` has come.

    None if there is nothing to do.
    """
    lot = session.get(CreditGrant, grant_id)
    if lot is None:
        raise NotFoundError
    wallet = locked.wallet(session, lot.wallet_id)
    session.refresh(lot)
    posting = Posting(wallet, EntryType.expiry, actor)
    if not locked.over(lot, posting.at) or lot.remaining == lot.held:
        return None
    posting.move(lot, posted=lot.held - lot.remaining)
    return _written(session, posting)


def void(session: Session, grant_id: UUID, actor: Actor, note: Note) -> int:
    """Take back what is left of a lot, less what is held, as an adjustment. Returns how many credits that was.

    Raises SubscriptionDisabledError, or LotOverError where nothing of it can be taken.
    """
    taken = void_many(session, [grant_id], actor, note)
    if not taken:
        raise LotOverError
    return taken


def void_many(session: Session, grant_ids: Sequence[UUID], actor: Actor, note: Note) -> int:
    """Take back what is left of each lot, less what is held; what has expired is left to expire.

    Returns how many credits that was. Raises SubscriptionDisabledError, and then takes none.
    """
    owners = session.exec(select(CreditGrant.wallet_id, CreditGrant.id).where(col(CreditGrant.id).in_(grant_ids)))
    wanted: dict[UUID, list[UUID]] = defaultdict(list)
    for wallet_id, grant_id in owners:
        wanted[wallet_id].append(grant_id)
    taken = 0
    for wallets, subscriptions in locked.wallets(session, wanted):
        postings = {wallet.id: Posting(wallet, EntryType.adjustment, actor, note) for wallet in wallets}
        for lot in locked.lots(session, [grant_id for wallet in wallets for grant_id in wanted[wallet.id]]):
            posting, subscription = postings[lot.wallet_id], subscriptions[lot.subscription_id]
            if (free := lot.remaining - lot.held) and not locked.over(lot, posting.at):
                _refuse_disabled([subscription])
                posting.move(lot, posted=-free)
                taken += free
        close(session, *postings.values())
    return taken


def extend(session: Session, grant_id: UUID, expires_at: datetime | None, actor: Actor, note: Note) -> None:
    """Give a lot more time: a later end, or none (`expires_at` None). What is held of it moves along.

    Raises SubscriptionDisabledError, LotOverError for a lot that is used up, has expired or never expires, and
    ValidationFailedError (`expires`) where the new end is not later.
    """
    lot = session.get(CreditGrant, grant_id)
    if lot is None:
        raise NotFoundError
    wallet = locked.wallet(session, lot.wallet_id)
    session.refresh(lot)
    _refuse_disabled([locked.subscriptions(session, wallet.id)[lot.subscription_id]])
    at = max(clock.now(), wallet.updated_at)
    if lot.expires_at is None or lot.closed or locked.over(lot, at):
        raise LotOverError
    if expires_at is not None and expires_at <= lot.expires_at:
        raise ValidationFailedError({"expires": "Choose a later day than these credits have now."})
    extension_id = ids.new()
    reason, commitment = kept(note, extension_id, wallet.creator_id)
    extension = GrantExtension(
        id=extension_id,
        creator_id=lot.creator_id,
        wallet_id=wallet.id,
        wallet_version=wallet.version,
        subscription_id=lot.subscription_id,
        grant_id=lot.id,
        previous_expires_at=lot.expires_at,
        expires_at=expires_at,
        actor=actor.ledger_id,
        note_commitment=commitment,
        at=at,
    )
    session.add_all([extension, reason])
    lot.expires_at, wallet.updated_at = expires_at, at
    session.flush()


def set_status(session: Session, subscription_id: UUID, status: SubscriptionStatus, status_note: str) -> None:
    """Pause, disable or enable. Locks the wallet, so that no spend decides on the status it is about to lose."""
    subscription = _subscription(session, subscription_id)
    locked.wallet(session, subscription.wallet_id)
    session.refresh(subscription)
    subscription.status = status
    subscription.status_note = status_note


def refusal(code: str, figures: dict[str, Any]) -> DomainError:
    """What the database's answer that an order was refused means. `figures` go to the caller as fields."""
    if code == ValidationFailedError.code:
        most = figures["held"]
        return ValidationFailedError({"amount": f"At most {most:,} can be captured: that is what is held."})
    return REFUSALS[code](**figures)


def _spend(
    session: Session,
    kind: str,
    wallet_id: UUID,
    amount: int,
    actor: Actor,
    pack_id: UUID | None,
    note: Note,
    seconds: int | None = None,
) -> UUID:
    if amount < 1:
        raise ValueError(amount)
    wallet = session.get(Wallet, wallet_id)
    if wallet is None:
        raise NotFoundError
    posting_id = ids.new()
    salt, commitment = (None, None) if note == NO_NOTE else sealed(note)
    order = {
        "kind": kind,
        "id": posting_id,
        "creator": wallet.creator_id,
        "customer": wallet.customer_id,
        "amount": amount,
        "pack": pack_id,
        "actor": actor.ledger_id,
        "reason": note.reason,
        "details": json.dumps(note.details),
        "salt": salt,
        "commitment": commitment,
        "seconds": seconds,
        "at": clock.fixed(),
    }
    _ordered(session, SPEND, order)
    return posting_id


def _ordered(session: Session, statement: TextClause, order: dict[str, Any]) -> None:
    """Have the database post an order. What the session has read of the wallet is read anew afterwards."""
    session.flush()
    code, body = session.execute(statement, order).one()
    session.expire_all()
    if code:
        raise refusal(code, json.loads(body))


def _add_lot(
    session: Session, subscription_id: UUID, lot: Lot, kind: EntryType, actor: Actor, note: Note
) -> UUID | None:
    subscription = _subscription(session, subscription_id)
    wallet = locked.wallet(session, subscription.wallet_id)
    session.refresh(subscription)
    if kind is EntryType.adjustment:
        _refuse_disabled([subscription])
    if locked.granted(session, [(lot.source, lot.ref)]):
        return None
    posting = Posting(wallet, kind, actor, note)
    row = _row(wallet, subscription, lot, session.get_one(CreditPack, subscription.pack_id).currency, posting)
    session.add(row)
    posting.move(row, posted=lot.amount)
    return _written(session, posting)


def _row(wallet: Wallet, subscription: Subscription, lot: Lot, pack_currency: str, posting: Posting) -> CreditGrant:
    """An empty grant, to be filled by the posting."""
    return CreditGrant(
        id=ids.new(),
        creator_id=wallet.creator_id,
        wallet_id=wallet.id,
        subscription_id=subscription.id,
        source=lot.source,
        source_ref=lot.ref,
        purchase_id=lot.purchase_id,
        import_id=lot.import_id,
        amount=lot.amount,
        remaining=0,
        held=0,
        promo=lot.source is GrantSource.promo,
        paid_minor=lot.paid_minor,
        paid_currency=lot.paid_currency,
        currency=lot.paid_currency or pack_currency,
        expires_at=lot.expires_at,
        created_at=posting.at,
    )


def _written(session: Session, posting: Posting) -> UUID:
    close(session, posting)
    return posting.id


def _subscription(session: Session, subscription_id: UUID) -> Subscription:
    subscription = session.get(Subscription, subscription_id)
    if subscription is None:
        raise NotFoundError
    return subscription


def _hold(session: Session, hold_id: UUID) -> Hold:
    held = session.get(Hold, hold_id)
    if held is None:
        raise NotFoundError
    return held


def _freed(session: Session, held: Hold, posting: Posting, status: HoldStatus) -> UUID:
    """Write a hold's end: its lots are free again, and the cap of the key that placed it counts it no longer."""
    reserved = session.exec(select(LedgerEntry).where(LedgerEntry.posting_id == held.id)).all()
    lots = {lot.id: lot for lot in locked.lots(session, [entry.grant_id for entry in reserved])}
    for entry in sorted(reserved, key=lambda entry: entry.wallet_version):
        posting.move(lots[entry.grant_id], held=-entry.held_delta)
    held.status, held.settled_at = status, posting.at
    session.execute(LESS_SPENT, {"amount": held.amount, "key_id": held.key_id, "at": held.created_at})
    return _written(session, posting)


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
