"""Giving credits to an e-mail address, whether or not anybody has signed up with it."""

import re
from dataclasses import astuple, dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, text
from sqlmodel import Session, col, select

from litesubs import queue
from litesubs.db import transaction
from litesubs.domain import (
    accounts,
    chain,
    claims,
    clock,
    expiries,
    idempotency,
    ids,
    ledger,
    letters,
    owned,
    prose,
    verification,
    wallets,
)
from litesubs.domain.actors import Actor
from litesubs.domain.errors import EmailNotVerifiedError, TooManyAttemptsError, ValidationFailedError
from litesubs.domain.wallets import MOST_ADJUSTED
from litesubs.integrations import mail
from litesubs.models import (
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    EntryType,
    GrantSource,
    LedgerEntry,
    PackStatus,
    Subscription,
    SubscriptionStatus,
)

log = structlog.get_logger()

WHOLE_NUMBER = re.compile(r"[0-9]{1,7}")
# Each gift writes to somebody who may never have heard of us, with words of the creator's: no more of it than a person
# would do by hand.
MOST_A_DAY = 200
DAY = timedelta(days=1)
HOW_TO_MARK = "To leave them out of your figures, mark them as a test customer on their page."
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('gifts ' || CAST(:creator AS text), 0))")


@dataclass(frozen=True)
class Gift:
    """What the form holds, as it was typed.

    `expires` is "" as the pack's rule says, "never", or a date, their last day. `promo` marks a present, which is spent
    before what was paid for; otherwise the credits settle something outside Litesubs. `test` makes somebody new a test
    customer.
    """

    name: str = ""
    email: str = ""
    pack_id: str = ""
    credits: str = ""
    expires: str = ""
    reason: str = ""
    promo: bool = False
    test: bool = False


def give(actor: Actor, gift: Gift, key: str) -> str:
    """Add the credits, tell the person by mail, and return the subscription's id. The same `key` again does no more.

    The credits are in the wallet of whoever has proven the address, or wait for that. A test customer is sent no mail.
    Raises ValidationFailedError with fields `name`, `email`, `pack`, `credits`, `expires`, `reason`, `test` (asked for
    somebody who is a customer already and counts), TooManyAttemptsError, and EmailNotVerifiedError: mail in a creator's
    name needs a creator with a proven address.
    """
    creator_id = actor.require_creator()
    if not actor.verified:
        raise EmailNotVerifiedError("Confirm your own e-mail address first: the mail about this goes out in your name.")
    name, email, amount, reason = _checked(gift, key)
    with transaction() as session:
        pack = owned.pack(session, creator_id, gift.pack_id)
        if pack.status is PackStatus.archived:
            raise ValidationFailedError({"pack": "This pack is archived. Restore it, or choose another."})
        if idempotency.claim(session, creator_id, key, *astuple(gift)):
            _refuse_too_many(session, creator_id)
            customer = claims.recipient(session, creator_id, email, name, test=gift.test is True)
            if gift.test is True and not customer.is_test:
                raise ValidationFailedError({"test": f"{customer.name} is a customer already. {HOW_TO_MARK}"})
            lot_id = _grant(session, actor, customer, pack, gift, amount, reason)
            if not customer.is_test:
                queue.enqueue(session, "send_gift", queue="mail", grant_id=str(lot_id))
                verification.remind(session, email[1])
        standing = (
            select(Subscription.id)
            .join(Customer)
            .where(
                Customer.creator_id == creator_id,
                Customer.email_normalized == email[1],
                Subscription.pack_id == pack.id,
            )
        )
        return ids.show("sub", session.exec(standing).one())


def _refuse_too_many(session: Session, creator_id: UUID) -> None:
    """Count the gifts of the last 24 hours, as the ledger has them, and keep others from adding to them meanwhile."""
    session.execute(ONE_AT_A_TIME, {"creator": creator_id})
    at = clock.now()
    given = select(func.count(), func.min(LedgerEntry.at)).join(
        CreditGrant, col(CreditGrant.id) == col(LedgerEntry.grant_id)
    )
    number, first = session.exec(
        given.where(
            LedgerEntry.creator_id == creator_id,
            LedgerEntry.at > at - DAY,
            LedgerEntry.type == EntryType.grant,
            col(CreditGrant.source).in_([GrantSource.manual, GrantSource.promo]),
        )
    ).one()
    if number >= MOST_A_DAY:
        when = prose.wait(first + DAY - at)
        raise TooManyAttemptsError(f"You gave {number:,} times in 24 hours, as often as you can. Go on {when}.")


def deliver(grant_id: UUID) -> None:
    """Tell the person. Safe to run twice: it is the same mail."""
    with transaction() as session:
        lot = session.get(CreditGrant, grant_id)
        if lot is None:
            return
        standing = session.get_one(Subscription, lot.subscription_id)
        customer = session.get_one(Customer, standing.customer_id)
        pack = session.get_one(CreditPack, standing.pack_id)
        creator = session.get_one(Creator, lot.creator_id)
    letter = letters.gift(
        f"gift.{grant_id}",
        (customer.email, customer.name),
        creator=creator.display_name,
        pack=pack.name,
        credits_=lot.amount,
        expires_at=lot.expires_at,
        joined=customer.user_id is not None,
        usable=standing.status is SubscriptionStatus.active,
    )
    try:
        mail.send(letter)
    except mail.MailRefusedError as error:
        log.warning("gift_mail_refused", grant=str(grant_id), error=str(error))


def _checked(gift: Gift, key: str) -> tuple[str, tuple[str, str], int, str]:
    """(name, e-mail as written and as compared, credits, reason), or one sentence for each field that needs another."""
    fields: dict[str, str] = {}
    name = reason = ""
    email = ("", "")
    try:
        name = prose.line(gift.name, "The name", accounts.NAME_LENGTH)
    except prose.TextError as error:
        fields["name"] = str(error)
    try:
        email = accounts.normalized_email(gift.email)
    except ValidationFailedError as error:
        fields |= error.fields
    try:
        reason = wallets.read_reason(gift.reason, required=True)
    except ValidationFailedError as error:
        fields |= error.fields
    if not gift.pack_id:
        fields["pack"] = "Choose a pack."
    digits = str(gift.credits).strip()
    amount = int(digits) if WHOLE_NUMBER.fullmatch(digits) else 0
    if not 1 <= amount <= MOST_ADJUSTED:
        fields["credits"] = f"Write a whole number from 1 to {MOST_ADJUSTED:,}."
    try:
        wallets.check_key(key)
    except ValidationFailedError as error:
        fields |= error.fields
    if fields:
        raise ValidationFailedError(fields)
    return name, email, amount, reason


def _grant(
    session: Session, actor: Actor, customer: Customer, pack: CreditPack, gift: Gift, amount: int, reason: str
) -> UUID:
    """The id of the lot that was added."""
    session.flush()
    standing = ledger.open_subscription(session, pack.creator_id, customer.id, pack.id)
    if standing.status is SubscriptionStatus.disabled:
        first = prose.first_name(customer.name)
        raise ValidationFailedError({"pack": f"This pack is disabled for {first}. Enable it first, then give."})
    lot = ledger.Lot(
        amount=amount,
        source=GrantSource.promo if gift.promo else GrantSource.manual,
        ref=str(ids.new()),
        expires_at=expiries.chosen(pack, gift.expires),
    )
    ledger.grant(session, standing.id, lot, actor, chain.Note(reason))
    made = select(CreditGrant.id).where(CreditGrant.source == lot.source, CreditGrant.source_ref == lot.ref)
    return session.exec(made).one()
