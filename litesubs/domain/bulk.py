"""Changing many customers at once: all of them, or where one cannot be changed, none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import expiries, idempotency, ids, ledger, locked, owned, prose, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.chain import Note
from litesubs.domain.errors import (
    BulkRefusedError,
    InsufficientCreditsError,
    NotFoundError,
    SubscriptionDisabledError,
    ValidationFailedError,
)
from litesubs.domain.views.customers import BulkView, RefusalView
from litesubs.models import CreditPack, Customer, Subscription, SubscriptionStatus, Wallet

MOST = 500
TOO_MANY = f"Choose up to {MOST} customers at once."


@dataclass(frozen=True)
class _Chosen:
    """A customer whose wallet is locked, with their subscriptions by pack."""

    customer: Customer
    sold: dict[UUID, Subscription] = field(default_factory=dict)


def adjust_all(
    actor: Actor, customer_ids: Sequence[str], pack_id: str, amount: str, reason: str, expires: str, key: str
) -> BulkView:
    """Add credits of one pack to each customer ("3") or take them ("-2"), with a reason that they see.

    `expires` is that of `wallets.adjust`. The same `key` again does nothing more. Raises BulkRefusedError, which names
    every customer who has not got the pack, for whom it is disabled, or who has too few credits, and
    ValidationFailedError (`customers`, `amount`, `reason`, `expires`).
    """
    creator_id = actor.require_creator()
    change, note = wallets.read_change(amount), Note(wallets.read_reason(reason, required=True))
    chosen = _distinct(customer_ids)
    wallets.check_key(key)
    with transaction() as session:
        pack = owned.pack(session, creator_id, pack_id)
        expires_at = expiries.chosen(pack, expires) if change > 0 else None
        if idempotency.claim(session, creator_id, key, "adjust_all", chosen, pack_id, change, reason, expires):
            refusals = []
            for one in _locked(session, creator_id, chosen):
                refusal = _adjust(session, actor, one, pack, change, expires_at, note)
                if refusal:
                    name = one.customer.name
                    refusals.append(RefusalView(ids.show("cus", one.customer.id), name, f"{name} {refusal}"))
            if refusals:
                raise BulkRefusedError(refusals, len(chosen))
    done = f"{prose.count(abs(change), 'credit')} {'added to' if change > 0 else 'taken from'}"
    return BulkView(len(chosen), f"{done} {prose.count(len(chosen), 'customer')}.")


def pause_all(actor: Actor, customer_ids: Sequence[str], note: str, key: str) -> BulkView:
    """Pause all active packs of each customer. `note` is what they read as the reason; what is disabled stays so.

    The same `key` again does nothing more. Raises ValidationFailedError (`customers`, `note`).
    """
    creator_id = actor.require_creator()
    words = wallets.read_reason(note, required=False, field="note")
    chosen = _distinct(customer_ids)
    wallets.check_key(key)
    with transaction() as session:
        if idempotency.claim(session, creator_id, key, "pause_all", chosen, note):
            for one in _locked(session, creator_id, chosen):
                for subscription in one.sold.values():
                    if subscription.status is SubscriptionStatus.active:
                        ledger.set_status(session, subscription.id, SubscriptionStatus.paused, words)
    return BulkView(len(chosen), f"{prose.count(len(chosen), 'customer')} paused.")


def _distinct(customer_ids: object) -> list[UUID]:
    if not isinstance(customer_ids, list | tuple) or not customer_ids:
        raise ValidationFailedError({"customers": "Choose at least one customer."})
    if len(customer_ids) > MOST:
        raise ValidationFailedError({"customers": TOO_MANY})
    return sorted({ids.read("cus", public_id) for public_id in customer_ids})


def _locked(session: Session, creator_id: UUID, customer_ids: Sequence[UUID]) -> list[_Chosen]:
    """The creator's customers, by name, their wallets locked in id order. NotFoundError if one is not theirs."""
    wanted = select(Customer).where(Customer.creator_id == creator_id, col(Customer.id).in_(customer_ids))
    found = {customer.id: _Chosen(customer) for customer in session.exec(wanted.order_by(col(Customer.name)))}
    if len(found) < len(customer_ids):
        raise NotFoundError
    owned_wallets = select(Wallet.id).where(col(Wallet.customer_id).in_(customer_ids))
    for _, subscriptions in locked.wallets(session, session.exec(owned_wallets).all()):
        for subscription in subscriptions.values():
            found[subscription.customer_id].sold[subscription.pack_id] = subscription
    return list(found.values())


def _adjust(
    session: Session,
    actor: Actor,
    one: _Chosen,
    pack: CreditPack,
    change: int,
    expires_at: datetime | None,
    note: Note,
) -> str:
    """Change one customer, or say why not: what follows their name."""
    sold = one.sold.get(pack.id)
    if sold is None:
        return f"does not have {pack.name}."
    try:
        if change > 0:
            ledger.adjust_up(session, sold.id, change, actor, expires_at, note)
        else:
            ledger.adjust_down(session, sold.id, -change, actor, note)
    except SubscriptionDisabledError:
        return f"has {pack.name} disabled. Enable it first."
    except InsufficientCreditsError as error:
        free = int(str(error.data["available"]))
        held = f" and {error.data['held']} held" if error.data["held"] else ""
        return f"has {free} free{held}: this would leave {prose.signed(free + change)}."
    return ""
