"""What a creator's software puts right: giving back a spend, and adjusting what a customer has."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from litesubs.domain import clock, expiries, idempotency, ids, ledger, owned, packs, records
from litesubs.domain.actors import Actor
from litesubs.domain.chain import Note
from litesubs.domain.errors import InsufficientCreditsError, NotFoundError, ValidationFailedError
from litesubs.domain.idempotency import Answer
from litesubs.domain.views import records as views
from litesubs.models import CreditPack, EntryType, LedgerEntry, Subscription

CREATED = 201


@dataclass(frozen=True)
class Adjustment:
    """`amount` ≠ 0 credits of one pack more or fewer for a customer (id or e-mail).

    Credits that are added expire at `expires_at` (None: never), or with `by_rule` as the pack's rule says.
    """

    customer: str
    pack: str
    amount: int
    reason: str
    by_rule: bool = True
    expires_at: datetime | None = None


def reverse(actor: Actor, debit_id: str, amount: int | None, key: str) -> Answer:
    """Give back a debit or a capture, or `amount` credits of it, to the lots it drew from, once for each `key`.

    Raises NotFoundError, SubscriptionDisabledError, NothingToReverseError.
    """
    actor.require_scope("debits:write")
    creator_id, posting_id = actor.require_creator(), ids.read("debit", debit_id)

    def give_back(session: Session) -> Answer:
        of_this = (LedgerEntry.posting_id == posting_id, LedgerEntry.creator_id == creator_id)
        wallet_id = session.exec(select(LedgerEntry.wallet_id).where(*of_this)).first()
        if wallet_id is None:
            raise NotFoundError
        reversal_id = ledger.reverse(session, posting_id, actor, amount=amount)
        given = records.allocations(session, reversal_id, EntryType.reversal)
        return _created(
            views.Reversal(
                id=ids.show("rev", reversal_id),
                debit=ids.show("debit", posting_id),
                amount=sum(part.amount for part in given),
                balance=records.balance(session, wallet_id),
                allocations=given,
            )
        )

    return idempotency.answered_once(creator_id, key, give_back, "reverse", str(posting_id), amount)


def adjust(actor: Actor, order: Adjustment, key: str) -> Answer:
    """Correct what a customer has of one pack, up (a new lot) or down (burn order), once for each `key`.

    Raises NotFoundError, SubscriptionDisabledError, InsufficientCreditsError, ValidationFailedError (`expires_at`).
    """
    actor.require_scope("credits:write")
    creator_id = actor.require_creator()

    def correct(session: Session) -> Answer:
        customer = records.customer_named(session, creator_id, order.customer)
        pack = owned.pack(session, creator_id, order.pack)
        if order.amount > 0:
            subscription = ledger.open_subscription(session, creator_id, customer.id, pack.id)
            end = _end(pack, order)
            adjustment_id = ledger.adjust_up(session, subscription.id, order.amount, actor, end, Note(order.reason))
        else:
            if not order.by_rule:
                raise ValidationFailedError({"expires_at": "Leave it out where credits are taken away."})
            subscription = _subscription(session, customer.id, pack.id, -order.amount)
            adjustment_id = ledger.adjust_down(session, subscription.id, -order.amount, actor, Note(order.reason))
        return _created(
            views.Adjustment(
                id=ids.show("adj", adjustment_id),
                amount=order.amount,
                balance=records.balance(session, subscription.wallet_id),
                allocations=records.allocations(session, adjustment_id, EntryType.adjustment),
            )
        )

    return idempotency.answered_once(creator_id, key, correct, "adjust", *asdict(order).items())


def _subscription(session: Session, customer_id: UUID, pack_id: UUID, required: int) -> Subscription:
    query = select(Subscription).where(Subscription.customer_id == customer_id, Subscription.pack_id == pack_id)
    found = session.exec(query).one_or_none()
    if found is None:
        raise InsufficientCreditsError(available=0, required=required, held=0)
    return found


def _end(pack: CreditPack, order: Adjustment) -> datetime | None:
    """When credits that are added now expire."""
    if order.by_rule:
        try:
            return expiries.chosen(pack, "")
        except ValidationFailedError:
            raise ValidationFailedError(
                {"expires_at": "The pack's last day has passed. Send a time for these, or null for never."}
            ) from None
    if order.expires_at is None:
        return None
    at = clock.now()
    if not at < order.expires_at <= at + timedelta(days=packs.LONGEST_DAYS):
        raise ValidationFailedError({"expires_at": "Send a time from now on, within ten years."})
    return order.expires_at


def _created(view: views.Reversal | views.Adjustment) -> Answer:
    return Answer(CREATED, json.dumps(asdict(view), separators=(",", ":")))
