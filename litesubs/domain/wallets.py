"""What buyers hold and what creators do with it: use, adjust, give back, pause."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from litesubs.db import snapshot, transaction
from litesubs.domain import chain, clock, expiries, history, idempotency, ids, ledger, owned, prose, statements
from litesubs.domain.actors import Actor
from litesubs.domain.errors import (
    DomainError,
    InsufficientCreditsError,
    NotFoundError,
    NothingToReverseError,
    ValidationFailedError,
)
from litesubs.domain.history import LedgerFilter
from litesubs.domain.views.statements import SubscriptionView, WalletGroupView, WalletView
from litesubs.models import CreditGrant, CreditPack, Customer, LedgerEntry, Purchase, Subscription, SubscriptionStatus

log = structlog.get_logger()

REASON_LENGTH = 200
MOST_ADJUSTED = 1_000_000
EXPIRED_AT_ONCE = 500
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
LONGEST_KEY = 255
EVERYTHING = LedgerFilter()


def mine(actor: Actor) -> WalletView:
    """Everything the buyer holds, by creator, the newest first."""
    with snapshot() as session:
        query = (
            select(Subscription.id)
            .join(Customer, col(Customer.id) == col(Subscription.customer_id))
            .where(Customer.user_id == actor.require_user())
            .order_by(col(Subscription.id).desc())
        )
        held = statements.summaries(session, session.exec(query).all())
        waiting = not actor.verified and _bought_out_of_sight(session, actor.require_user())
    groups: dict[str, list[SubscriptionView]] = defaultdict(list)
    for subscription in held:
        groups[subscription.creator_id].append(subscription)
    total = prose.count(sum(subscription.posted for subscription in held), "credit")
    return WalletView(
        summary=f"{total} with {prose.count(len(groups), 'creator')}. Nothing here renews." if held else "",
        expiring=_expiring(held),
        groups=[
            WalletGroupView(subs[0].creator_name, subs[0].creator_initials, subs[0].creator_picture, subs)
            for subs in groups.values()
        ],
        waiting=waiting,
    )


def _bought_out_of_sight(session: Session, user_id: UUID) -> bool:
    """Whether anything the person paid for went to a customer who waits for the proof of the address."""
    query = select(Purchase.id).join(Customer, col(Customer.id) == col(Purchase.customer_id))
    bought = query.where(Purchase.user_id == user_id, col(Customer.user_id).is_(None))
    return session.exec(bought.limit(1)).first() is not None


def one_of_mine(
    actor: Actor, subscription_id: str, after: str = "", only: LedgerFilter = EVERYTHING
) -> SubscriptionView:
    """One of the buyer's subscriptions with a page of its ledger, from the place `after` ("": the newest) on.

    NotFoundError for anybody else's, ValidationFailedError (`types`, `since`, `until`) for a filter without sense.
    """
    user_id = actor.require_user()
    with snapshot() as session:
        held = owned.subscription_held(session, user_id, subscription_id)
        return statements.statement(session, held.id, user_id, after, only)


def subscription(
    actor: Actor, subscription_id: str, after: str = "", only: LedgerFilter = EVERYTHING
) -> SubscriptionView:
    """A customer's subscription as its creator sees it, paged and filtered as for the buyer.

    NotFoundError for another creator's.
    """
    with snapshot() as session:
        sold = owned.subscription_sold(session, actor.require_creator(), subscription_id)
        return statements.statement(session, sold.id, actor.require_user(), after, only)


def ledger_of_mine(actor: Actor, subscription_id: str, only: LedgerFilter = EVERYTHING) -> Iterator[Sequence[str]]:
    """The whole ledger of one of the buyer's subscriptions as rows of a sheet, or what a filter leaves of it."""
    user_id = actor.require_user()
    with snapshot() as session:
        held = owned.subscription_held(session, user_id, subscription_id)
        return history.exported(session, statements.book(session, held.id, user_id), only)


def ledger_of(actor: Actor, subscription_id: str, only: LedgerFilter = EVERYTHING) -> Iterator[Sequence[str]]:
    """The same for a customer's subscription, for its creator."""
    with snapshot() as session:
        sold = owned.subscription_sold(session, actor.require_creator(), subscription_id)
        return history.exported(session, statements.book(session, sold.id, actor.require_user()), only)


def use(actor: Actor, subscription_id: str, amount: int, reason: str, key: str) -> SubscriptionView:
    """Spend by hand from this pack; the answer's `spend` can be given back. The same `key` again does nothing more.

    Raises ValidationFailedError (`amount`, `reason`), SubscriptionInactiveError, InsufficientCreditsError.
    """
    amount, note = _amount(amount), chain.Note(read_reason(reason, required=False))

    def spend(session: Session, sold: Subscription) -> UUID:
        try:
            return ledger.debit(session, sold.wallet_id, amount, actor, pack_id=sold.pack_id, note=note)
        except InsufficientCreditsError as error:
            raise _too_few(session, sold, error) from None

    return _once(actor, subscription_id, key, spend, "use", amount, reason)


def adjust(actor: Actor, subscription_id: str, amount: str, reason: str, expires: str, key: str) -> SubscriptionView:
    """Correct the balance up ("3", "+3": a new lot) or down ("-2": burn order), with a reason the customer sees.

    `expires` is for added credits: "" as the pack's rule says, "never", or a date, their last day. The same `key` again
    does nothing more. Raises ValidationFailedError (`amount`, `reason`, `expires`), SubscriptionDisabledError.
    """
    change, note = read_change(amount), chain.Note(read_reason(reason))

    def correct(session: Session, sold: Subscription) -> None:
        if change > 0:
            end = expiries.chosen(session.get_one(CreditPack, sold.pack_id), expires)
            ledger.adjust_up(session, sold.id, change, actor, end, note)
            return
        try:
            ledger.adjust_down(session, sold.id, -change, actor, note)
        except InsufficientCreditsError as error:
            raise _too_few(session, sold, error) from None

    return _once(actor, subscription_id, key, correct, "adjust", change, reason, expires)


def reverse(
    actor: Actor, subscription_id: str, entry_id: str, key: str, amount: str = "", reason: str = ""
) -> SubscriptionView:
    """Give back a spend, or `amount` credits of it, except what came from lots that have expired since.

    The same `key` again does nothing more. Raises ValidationFailedError (`amount`, `reason`; `entry` where all of it
    has expired), SubscriptionDisabledError, and NothingToReverseError if all was given back.
    """
    posting_id = ids.read("debit", entry_id)
    wanted, note = _part(amount), chain.Note(read_reason(reason, required=False))

    def give_back(session: Session, sold: Subscription) -> None:
        of_this = (LedgerEntry.posting_id == posting_id, LedgerEntry.subscription_id == sold.id)
        if session.exec(select(LedgerEntry.posting_id).where(*of_this)).first() is None:
            raise NotFoundError
        try:
            ledger.reverse(session, posting_id, actor, amount=wanted, note=note)
        except NothingToReverseError as error:
            raise _not_returnable(error) from None

    return _once(actor, subscription_id, key, give_back, "reverse", entry_id, amount, reason)


def void(actor: Actor, subscription_id: str, grant_id: str, reason: str, key: str) -> SubscriptionView:
    """Take back what is left of one lot, less what is held, with a reason the customer sees.

    The same `key` again does nothing more. Raises ValidationFailedError (`reason`), LotOverError,
    SubscriptionDisabledError.
    """
    wanted, note = ids.read("grant", grant_id), chain.Note(read_reason(reason))

    def take_back(session: Session, sold: Subscription) -> None:
        ledger.void(session, _lot_of(session, sold, wanted), actor, note)

    return _once(actor, subscription_id, key, take_back, "void", grant_id, reason)


def extend(actor: Actor, subscription_id: str, grant_id: str, expires: str, reason: str, key: str) -> SubscriptionView:
    """Give one lot more time, until the end of a later day or for ever ("never"), with a reason the customer sees.

    The same `key` again does nothing more. Raises ValidationFailedError (`expires`, `reason`), LotOverError,
    SubscriptionDisabledError.
    """
    wanted, note = ids.read("grant", grant_id), chain.Note(read_reason(reason))

    def lengthen(session: Session, sold: Subscription) -> None:
        if not expires:
            raise ValidationFailedError({"expires": "Choose their new last day, or never."})
        end = expiries.chosen(session.get_one(CreditPack, sold.pack_id), expires)
        ledger.extend(session, _lot_of(session, sold, wanted), end, actor, note)

    return _once(actor, subscription_id, key, lengthen, "extend", grant_id, expires, reason)


def set_status(actor: Actor, subscription_id: str, status: str, note: str = "") -> SubscriptionView:
    """Pause, disable or enable a customer's credits of one pack. `note` is what the customer reads as the reason."""
    if str(status) not in set(SubscriptionStatus):
        raise ValidationFailedError({"status": "Choose active, paused or disabled."})
    wanted = SubscriptionStatus(str(status))
    words = "" if wanted is SubscriptionStatus.active else read_reason(note, required=False, field="note")
    with transaction() as session:
        sold = owned.subscription_sold(session, actor.require_creator(), subscription_id)
        ledger.set_status(session, sold.id, wanted, words)
    return subscription(actor, subscription_id)


def expire_due() -> int:
    """Write off the lots whose time has come, each in its own transaction. Returns how many.

    One that cannot be written off is logged and left for the next time; the others go on.
    """
    due = select(CreditGrant.id).where(
        ~col(CreditGrant.closed), col(CreditGrant.expires_at) <= clock.now(), CreditGrant.remaining > CreditGrant.held
    )
    with transaction() as session:
        grant_ids = session.exec(due.order_by(col(CreditGrant.expires_at)).limit(EXPIRED_AT_ONCE)).all()
    done = 0
    for grant_id in grant_ids:
        try:
            with transaction() as session:
                done += ledger.expire(session, grant_id, Actor.system("expiry")) is not None
        except Exception:
            log.exception("expiry_failed", grant=str(grant_id))
    if done:
        log.info("credits_expired", grants=done)
    return done


def read_change(text: object) -> int:
    """The change that "3", "+3" or "-2" says. ValidationFailedError (`amount`)."""
    plain = str(text).strip().replace("\u2212", "-")
    if not WHOLE_NUMBER.fullmatch(plain):
        raise ValidationFailedError({"amount": "Write a whole number, like 2 or -1."})
    change = int(plain)
    if change == 0 or abs(change) > MOST_ADJUSTED:
        raise ValidationFailedError({"amount": f"Add or take between 1 and {MOST_ADJUSTED:,} credits."})
    return change


def read_reason(text: str, *, required: bool = True, field: str = "reason") -> str:
    """A reason as it is kept. ValidationFailedError with the field's name."""
    try:
        return prose.line(text, "The reason", REASON_LENGTH, required=required)
    except prose.TextError as error:
        raise ValidationFailedError({field: str(error)}) from None


def check_key(key: str) -> None:
    """ValidationFailedError (`key`) unless it is one that can be kept."""
    if not prose.storable(key) or not 1 <= len(key) <= LONGEST_KEY:
        raise ValidationFailedError({"key": "Reload the page and try again."})


def _once(
    actor: Actor, subscription_id: str, key: str, act: Callable[[Session, Subscription], UUID | None], *request: object
) -> SubscriptionView:
    """Run `act` on one of the creator's subscriptions if `key` is new, and show what the ledger says afterwards.

    `act` answers the posting of its spend, if it was one.
    """
    creator_id = actor.require_creator()
    check_key(key)
    spent = None
    with transaction() as session:
        sold = owned.subscription_sold(session, creator_id, subscription_id)
        if idempotency.claim(session, creator_id, key, subscription_id, *request):
            spent = act(session, sold)
    view = subscription(actor, subscription_id)
    return replace(view, spend=ids.show("debit", spent)) if spent else view


def _lot_of(session: Session, sold: Subscription, grant_id: UUID) -> UUID:
    query = select(CreditGrant.id).where(CreditGrant.id == grant_id, CreditGrant.subscription_id == sold.id)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def _amount(amount: object) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MOST_ADJUSTED:
        raise ValidationFailedError({"amount": f"Write a whole number from 1 to {MOST_ADJUSTED:,}."})
    return amount


def _part(text: object) -> int | None:
    """How much of a spend: a whole number from 1, or None for all of it."""
    if text == "":
        return None
    part = read_change(text)
    if part < 1:
        raise ValidationFailedError({"amount": "Write a whole number from 1 on."})
    return part


def _too_few(session: Session, sold: Subscription, error: InsufficientCreditsError) -> ValidationFailedError:
    """The refusal with the customer's name and numbers."""
    name = prose.first_name(session.get_one(Customer, sold.customer_id).name)
    free, required, held = (int(str(error.data[key])) for key in ("available", "required", "held"))
    kept = f" and {held:,} held" if held else ""
    left = prose.signed(free - required)
    return ValidationFailedError({"amount": f"This would leave {left} credits. {name} has {free:,} free{kept}."})


def _not_returnable(error: NothingToReverseError) -> DomainError:
    """Why so much of a spend cannot be given back: how much can be, or that it is too late."""
    left, lapsed = (int(str(error.data[key])) for key in ("left", "lapsed"))
    if left:
        expired = f", since {prose.count(lapsed, 'credit')} of this expired" if lapsed else ""
        return ValidationFailedError({"amount": f"At most {left:,} can be given back{expired}."})
    if lapsed:
        return ValidationFailedError({"entry": "These credits have expired since. Adjust credits to add new ones."})
    return error


def _expiring(held: list[SubscriptionView]) -> str:
    soon = [subscription for subscription in held if subscription.expires_soon and subscription.expiring]
    if not soon:
        return ""
    first = soon[0]
    return (
        f"{prose.count(first.expiring, 'credit')} of {first.pack_name}, {first.creator_name}: {first.expires.lower()}."
    )
