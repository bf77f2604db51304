"""Buying: a pending purchase, Stripe Checkout, and settling exactly once, whoever asks first and however often."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import claims, clock, ids, ledger, links, money, packs, prose, reviews, verification
from litesubs.domain.actors import Actor
from litesubs.domain.errors import (
    EmailNotVerifiedError,
    LinkLockedError,
    LinkUnavailableError,
    NotFoundError,
    PaymentProviderError,
)
from litesubs.domain.views.checkout import CheckoutResult, ReviewView
from litesubs.integrations import stripe
from litesubs.models import (
    Creator,
    CreditPack,
    Customer,
    GrantSource,
    PackStatus,
    Purchase,
    PurchaseStatus,
    ShareLink,
    Subscription,
)
from litesubs.settings import settings

log = structlog.get_logger()

SESSION_MINUTES = 32  # Stripe takes 30 at the least, counted from when the request reaches it
REUSED_FOR = timedelta(minutes=20)  # a buyer who comes back finds the checkout they left, while it has time to run
CLAIMED_FOR = timedelta(minutes=1)  # a first click that is still talking to Stripe
SWEPT_AFTER = timedelta(minutes=SESSION_MINUTES + 5)
SWEPT_AT_ONCE = 200
UNKNOWN_TO_STRIPE = "resource_missing"


@dataclass(frozen=True)
class _Terms:
    """What was agreed: copied from the pack into the purchase, and compared before an open checkout is used again."""

    pack_name: str
    price_minor: int
    currency: str
    credits: int
    expiry_kind: str
    expiry_date: str | None
    expiry_days: int | None


def start(actor: Actor, token: str) -> str:
    """Begin to buy the pack behind a share link. Returns the address of Stripe's checkout page.

    A second call while the first checkout is open (a double click, or a buyer who came back) returns the same page.
    Raises LinkUnavailableError where the link or pack is closed, LinkLockedError where the link is for somebody else,
    EmailNotVerifiedError where the address must be proven first, PaymentProviderError where Stripe does not answer.
    """
    user_id = actor.require_user()
    with transaction() as session:
        link, pack = _for_sale(session, token)
        _refuse_unproven(session, actor, link)
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{user_id}{link.id}", 0))))
        purchase = _open_purchase(session, user_id, link, pack)
        fresh = purchase is None
        if purchase is None:
            links.reserve_use(session, link.id)
            purchase = _new_purchase(user_id, link, pack)
            session.add(purchase)
        elif purchase.stripe_session_url:
            return purchase.stripe_session_url
    try:
        checkout = stripe.create_checkout(
            purchase.stripe_account, _request(purchase, actor), f"purchase:{purchase.id}:v1"
        )
    except (stripe.StripeUnavailableError, stripe.StripeRefusedError) as error:
        log.warning("checkout_not_created", purchase=str(purchase.id), error=str(error))
        if fresh:  # otherwise it belongs to a first click, which may have got its checkout
            _close(purchase.id, PurchaseStatus.failed)
        raise PaymentProviderError from error
    return _remember_session(purchase.id, checkout)


def settle(purchase_id: UUID) -> None:
    """Bring a purchase to where Stripe says it is, and grant its credits once if it is paid.

    Called by the webhook's job, the pages after checkout and the sweep, in any order and together.
    """
    with transaction() as session:
        purchase = session.get(Purchase, purchase_id)
    if purchase is None or purchase.status is PurchaseStatus.paid or purchase.stripe_session_id is None:
        return
    try:
        checkout = stripe.retrieve_checkout(purchase.stripe_account, purchase.stripe_session_id)
    except stripe.StripeRefusedError as error:
        if error.code != UNKNOWN_TO_STRIPE:
            raise
        with transaction() as session:
            purchase = _locked(session, purchase_id)
            if purchase.status is PurchaseStatus.pending:
                _needs_review(purchase, f"Stripe knows no checkout {purchase.stripe_session_id}.")
        return
    with transaction() as session:
        purchase = _locked(session, purchase_id)
        if purchase.status is PurchaseStatus.paid:
            return
        if checkout.status == "complete" and checkout.payment_status != "unpaid":
            _pay(session, purchase, checkout)
        elif checkout.status == "complete" and checkout.bank_refused:
            _end(session, purchase, PurchaseStatus.failed)
        elif checkout.status == "complete":
            purchase.awaiting_bank = purchase.status is PurchaseStatus.pending
        elif checkout.status == "expired":
            _end(session, purchase, PurchaseStatus.expired)


def result(actor: Actor, session_id: str) -> CheckoutResult:
    """What came of the buyer's checkout, settled on the spot so that nobody waits for a webhook.

    NotFoundError for others'.
    """
    if not prose.storable(session_id):
        raise NotFoundError
    return _settled(_mine(actor, col(Purchase.stripe_session_id) == session_id))


def cancelled(actor: Actor, purchase_id: str) -> CheckoutResult:
    """What came of the purchase that the buyer walked away from, settled too: it may be paid in another tab.

    NotFoundError for others'.
    """
    return _settled(_mine(actor, col(Purchase.id) == ids.read("pur", purchase_id)))


def to_review(actor: Actor) -> list[ReviewView]:
    """The creator's purchases that a person must look at, the newest first."""
    with transaction() as session:
        return reviews.waiting(session, actor.require_creator())


def waiting_for_review() -> int:
    """How many purchases of all creators a person must look at."""
    with transaction() as session:
        return session.exec(select(func.count()).select_from(Purchase).where(col(Purchase.needs_review))).one()


def close_checkout(purchase_id: UUID) -> None:
    """Expire the purchase's Checkout session at Stripe, then settle: if it was paid in the meantime, it is granted."""
    with transaction() as session:
        purchase = session.get(Purchase, purchase_id)
    if purchase is None or purchase.status is not PurchaseStatus.pending:
        return
    if purchase.stripe_session_id is None:
        _close(purchase_id, PurchaseStatus.expired)
        return
    stripe.expire_checkout(purchase.stripe_account, purchase.stripe_session_id)
    settle(purchase_id)


def sweep() -> None:
    """Settle what no event settled: purchases whose half hour is over. A safety net under lost webhooks.

    One that cannot be settled is logged and left for the next time; the others go on.
    """
    before = clock.now() - SWEPT_AFTER
    with transaction() as session:
        query = select(Purchase.id, Purchase.stripe_session_id).where(
            Purchase.status == PurchaseStatus.pending, ~col(Purchase.needs_review), Purchase.created_at < before
        )
        stale = session.exec(
            query.order_by(col(Purchase.awaiting_bank), col(Purchase.created_at)).limit(SWEPT_AT_ONCE)
        ).all()
    for purchase_id, session_id in stale:
        try:
            if session_id is None:
                _close(purchase_id, PurchaseStatus.expired)
            else:
                settle(purchase_id)
        except (stripe.StripeUnavailableError, stripe.StripeRefusedError) as error:
            log.warning("sweep_skipped", purchase=str(purchase_id), error=str(error))
        except Exception:
            log.exception("sweep_failed", purchase=str(purchase_id))


def _for_sale(session: Session, token: str) -> tuple[ShareLink, CreditPack]:
    if not prose.storable(token):
        raise NotFoundError
    query = select(ShareLink, CreditPack).join(CreditPack, col(CreditPack.id) == col(ShareLink.pack_id))
    found = session.exec(query.where(ShareLink.token == token)).one_or_none()
    if found is None:
        raise NotFoundError
    link, pack = found
    if pack.status is not PackStatus.active or packs.over(pack) or links.state(link) in {"revoked", "expired"}:
        raise LinkUnavailableError
    return link, pack


def _refuse_unproven(session: Session, actor: Actor, link: ShareLink) -> None:
    """A link for one address is for who has proven it.

    Whether the creator knows the buyer's address is no matter here: the answer would tell it to whoever signs up with
    that address. The credits of such a purchase wait for the proof.
    """
    if link.email_normalized not in {None, actor.email_normalized}:
        name = prose.first_name(session.get_one(Creator, link.creator_id).display_name)
        raise LinkLockedError(
            f"This link was for another e-mail address. Sign in with that one, or ask {name} for a new link."
        )
    if link.email_normalized and not actor.verified:
        raise EmailNotVerifiedError(f"Confirm {actor.email} first, then buy.")


def _terms(of: CreditPack | Purchase) -> _Terms:
    return _Terms(
        pack_name=of.name if isinstance(of, CreditPack) else of.pack_name,
        price_minor=of.price_minor,
        currency=of.currency,
        credits=of.credits,
        expiry_kind=of.expiry_kind,
        expiry_date=of.expiry_date.isoformat() if of.expiry_date else None,
        expiry_days=of.expiry_days,
    )


def _open_purchase(session: Session, user_id: UUID, link: ShareLink, pack: CreditPack) -> Purchase | None:
    """This buyer's open checkout on this link, if its terms are still the pack's."""
    query = select(Purchase).where(
        Purchase.user_id == user_id,
        Purchase.link_id == link.id,
        Purchase.status == PurchaseStatus.pending,
        ~col(Purchase.awaiting_bank),
        ~col(Purchase.needs_review),
        Purchase.created_at > clock.now() - REUSED_FOR,
    )
    for purchase in session.exec(query.order_by(col(Purchase.created_at).desc())):
        claimed = purchase.stripe_session_url or purchase.created_at > clock.now() - CLAIMED_FOR
        if claimed and _terms(purchase) == _terms(pack):
            return purchase
    return None


def _new_purchase(user_id: UUID, link: ShareLink, pack: CreditPack) -> Purchase:
    return Purchase(
        id=ids.new(),
        creator_id=pack.creator_id,
        pack_id=pack.id,
        link_id=link.id,
        user_id=user_id,
        status=PurchaseStatus.pending,
        holds_link_use=True,
        created_at=clock.now(),
        **(asdict(_terms(pack)) | {"expiry_kind": pack.expiry_kind, "expiry_date": pack.expiry_date}),
    )


def _request(purchase: Purchase, actor: Actor) -> stripe.CheckoutRequest:
    base = settings().base_url
    purchase_id = ids.show("pur", purchase.id)
    return stripe.CheckoutRequest(
        purchase_id=purchase_id,
        name=purchase.pack_name,
        description=f"{prose.count(purchase.credits, 'credit')}, paid once",
        amount_minor=money.stripe_amount(purchase.price_minor, purchase.currency),
        currency=purchase.currency,
        customer_email=actor.email,
        success_url=f"{base}/checkout/success?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{base}/checkout/cancelled?purchase={purchase_id}",
        expires_at=purchase.created_at + timedelta(minutes=SESSION_MINUTES),
        metadata={"purchase": purchase_id},
    )


def _remember_session(purchase_id: UUID, checkout: stripe.Checkout) -> str:
    """Store the session. If the pack or link was closed meanwhile, its job saw no session to expire: close it here."""
    with transaction() as session:
        purchase = _locked(session, purchase_id)
        purchase.stripe_session_id, purchase.stripe_session_url = (checkout.id, checkout.url)
        pack = session.get_one(CreditPack, purchase.pack_id)
        link = session.get_one(ShareLink, purchase.link_id)
        if pack.status is not PackStatus.active or link.revoked_at:
            links.close_open_checkouts(session, col(Purchase.id) == purchase_id)
            closed = True
        else:
            closed = purchase.status is not PurchaseStatus.pending
    if closed or checkout.url is None:
        raise LinkUnavailableError
    return checkout.url


def _pay(session: Session, purchase: Purchase, checkout: stripe.Checkout) -> None:
    """Record the payment and grant the credits, unless Stripe's figures are not ours: then a person must look."""
    owed = (money.stripe_amount(purchase.price_minor, purchase.currency), purchase.currency)
    if (checkout.amount_subtotal, checkout.currency.upper()) != owed:
        told = f"{checkout.amount_subtotal} {checkout.currency.upper()}"
        _needs_review(purchase, f"Stripe says {told}, the purchase says {owed[0]} {owed[1]}.")
        return
    at = clock.now()
    customer = claims.buyer(session, purchase.creator_id, purchase.user_id)
    purchase.status, purchase.paid_at, purchase.closed_at = PurchaseStatus.paid, at, at
    purchase.awaiting_bank, purchase.customer_id = False, customer.id
    purchase.needs_review, purchase.review_reason = False, None
    purchase.stripe_payment_intent_id = checkout.payment_intent_id
    session.flush()
    subscription = ledger.open_subscription(session, purchase.creator_id, customer.id, purchase.pack_id)
    lot = ledger.Lot(
        amount=purchase.credits,
        source=GrantSource.purchase,
        ref=str(purchase.id),
        expires_at=packs.expires_at(purchase.expiry_kind, purchase.expiry_date, purchase.expiry_days, at),
        purchase_id=purchase.id,
        paid_minor=purchase.price_minor,
        paid_currency=purchase.currency,
    )
    ledger.grant(session, subscription.id, lot, Actor(user_id=purchase.user_id))
    if customer.user_id is None:
        verification.remind(session, customer.email_normalized)


def _needs_review(purchase: Purchase, reason: str) -> None:
    purchase.needs_review, purchase.review_reason = True, reason
    log.error("purchase_needs_review", purchase=str(purchase.id), reason=reason)


def _close(purchase_id: UUID, status: PurchaseStatus) -> None:
    with transaction() as session:
        _end(session, _locked(session, purchase_id), status)


def _end(session: Session, purchase: Purchase, status: PurchaseStatus) -> None:
    """Close a purchase that was not paid, and free the use of the link that it reserved."""
    if purchase.status is not PurchaseStatus.pending:
        return
    purchase.status, purchase.closed_at, purchase.awaiting_bank = (status, clock.now(), False)
    purchase.needs_review, purchase.review_reason = False, None
    if purchase.holds_link_use and purchase.link_id:
        purchase.holds_link_use = False
        links.free_use(session, purchase.link_id)


def _locked(session: Session, purchase_id: UUID) -> Purchase:
    query = select(Purchase).where(Purchase.id == purchase_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def _mine(actor: Actor, which: ColumnElement[bool]) -> UUID:
    with transaction() as session:
        query = select(Purchase.id).where(Purchase.user_id == actor.require_user(), which)
        purchase_id = session.exec(query).one_or_none()
    if purchase_id is None:
        raise NotFoundError
    return purchase_id


def _settled(purchase_id: UUID) -> CheckoutResult:
    try:
        settle(purchase_id)
    except (stripe.StripeUnavailableError, stripe.StripeRefusedError) as error:
        raise PaymentProviderError(
            "Stripe does not answer right now. If you paid, your credits arrive by themselves."
        ) from error
    return _result(purchase_id)


def _result(purchase_id: UUID) -> CheckoutResult:
    with transaction() as session:
        purchase = session.get_one(Purchase, purchase_id)
        creator = session.get_one(Creator, purchase.creator_id)
        link = session.get(ShareLink, purchase.link_id) if purchase.link_id else None
        standing = select(Subscription.id).where(
            Subscription.customer_id == purchase.customer_id, Subscription.pack_id == purchase.pack_id
        )
        subscription_id = session.exec(standing).one_or_none()
        customer = session.get(Customer, purchase.customer_id) if purchase.customer_id else None
    waits = customer is not None and customer.user_id != purchase.user_id
    return CheckoutResult(
        state="unproven" if waits else _state(purchase),
        pack_name=purchase.pack_name,
        credits=purchase.credits,
        price=money.show(purchase.price_minor, purchase.currency),
        creator_name=creator.display_name,
        subscription_id=ids.show("sub", subscription_id) if subscription_id else "",
        retry_url=f"/p/{link.token}" if link else "",
    )


def _state(purchase: Purchase) -> str:
    if purchase.needs_review:
        return "review"
    if purchase.status is PurchaseStatus.pending:
        return "waiting" if purchase.awaiting_bank else "open"
    return purchase.status.value
