"""Builders of what tests need, through the same use cases a person goes through wherever there is one.

Three shortcuts, none of which a test is about: a person comes with the hash of a known password (each new one costs a
tenth of a second), a customer can come without a purchase, and a checkout is paid through the sandbox's controls.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import stripe
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import api_keys, clock, ids, ledger, links, packs, passwords, profiles, purchases
from litesubs.domain.actors import Actor
from litesubs.domain.api_keys import SCOPES, KeyDraft
from litesubs.domain.errors import DomainError
from litesubs.domain.packs import PackDraft
from litesubs.domain.views.offers import PackView
from litesubs.models import (
    Creator,
    CreditGrant,
    Customer,
    ExpiryKind,
    GrantSource,
    Purchase,
    PurchaseStatus,
    ShareLink,
    User,
    Wallet,
)

PASSWORD = "a short sentence is good"
WEBHOOK_SECRET = "whsec_of_these_tests"
SYSTEM = Actor.system("tests")
T = TypeVar("T")

# What a client may send in place of an argument: every type that JSON has, and text that PostgreSQL cannot take.
HOSTILE: list[Any] = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    float("nan"),
    "",
    "x" * 100_000,
    "a\x00b",
    "a\ud800b",
    "a\u202eb",
    "' OR 1=1 --",
    [],
    [1, "a"],
    {},
    {"a": None},
]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Holding:
    """A customer of a creator's pack, by internal ids for the ledger and by the public id for use cases."""

    creator: Actor
    buyer: Actor
    pack: PackView
    subscription_id: UUID
    wallet_id: UUID
    customer_id: UUID

    @property
    def public_id(self) -> str:
        """The subscription's public id."""
        return ids.show("sub", self.subscription_id)


def person(name: str = "Ben Okafor", *, email: str = "", verified: bool = True) -> Actor:
    """Somebody who signed up with PASSWORD and, unless told otherwise, has proven the address; signed in."""
    email = email or f"person{next(_numbers)}@example.com"
    user = User(
        id=ids.new(),
        email=email,
        email_normalized=email.lower(),
        email_verified_at=clock.now() if verified else None,
        name=name,
        password_hash=_hash(),
        created_at=clock.now(),
    )
    with transaction() as session:
        session.add(user)
    return Actor(user_id=user.id, email=email, name=name, verified=verified)


def creator(name: str = "Ada Byron") -> Actor:
    """Somebody who sells."""
    actor = person(name)
    profiles.become_creator(actor, name, f"handle-{next(_numbers)}")
    return signed_in_again(actor)


def signed_in_again(actor: Actor) -> Actor:
    """The same person as a fresh session would show them, with their selling side."""
    with transaction() as session:
        found = session.exec(select(Creator.id).where(Creator.user_id == actor.user_id)).one_or_none()
    return replace(actor, creator_id=found)


def draft(**changes: Any) -> PackDraft:
    """A pack that is right: ten credits for 450 euros that never expire."""
    return replace(PackDraft(name="10 coaching sessions", price="450", credits="10"), **changes)


def pack(seller: Actor, **changes: Any) -> PackView:
    """A pack on sale, with a slug of its own."""
    return packs.create(seller, draft(**({"slug": f"pack-{next(_numbers)}"} | changes)))


def token_of(offer: PackView) -> str:
    """The token of a pack's main link."""
    return offer.link_url.rpartition("/")[2]


def holding(offer: PackView, seller: Actor, *amounts: int, buyer: Actor | None = None) -> Holding:
    """A customer of this pack, with a promotional lot of each amount that never expires."""
    buyer = buyer or person()
    assert seller.creator_id is not None
    with transaction() as session:
        known = session.exec(
            select(Customer).where(Customer.user_id == buyer.user_id, Customer.creator_id == seller.creator_id)
        ).one_or_none()
        customer = known or Customer(
            id=ids.new(),
            creator_id=seller.creator_id,
            user_id=buyer.user_id,
            email=buyer.email,
            email_normalized=buyer.email,
            name=buyer.name,
            created_at=clock.now(),
        )
        session.add(customer)
        session.flush()
        pack_id = ids.read("pack", offer.id)
        subscription = ledger.open_subscription(session, seller.creator_id, customer.id, pack_id)
        held = Holding(seller, buyer, offer, subscription.id, subscription.wallet_id, customer.id)
    for amount in amounts:
        give(held, amount)
    return held


def give(
    held: Holding,
    amount: int,
    *,
    expires_at: datetime | None = None,
    source: GrantSource = GrantSource.promo,
    ref: str | None = None,
) -> UUID | None:
    """One more lot. Returns its posting, None for a reference that was granted before."""
    lot = ledger.Lot(amount=amount, source=source, ref=ref or str(ids.new()), expires_at=expires_at)
    with transaction() as session:
        return ledger.grant(session, held.subscription_id, lot, SYSTEM)


def bought(
    held: Holding,
    price_minor: int,
    credits_: int = 1,
    *,
    expires_at: datetime | None = None,
    ordered_first: bool = False,
) -> UUID:
    """A purchase that is paid now, and its lot, as settling writes them, without Stripe. Returns the purchase's id."""
    assert held.creator.creator_id
    pack_id = ids.read("pack", held.pack.id)
    with transaction() as session:
        link_id = session.exec(select(ShareLink.id).where(ShareLink.pack_id == pack_id)).first()
        purchase = Purchase(
            id=ids.new(),
            creator_id=held.creator.creator_id,
            pack_id=pack_id,
            link_id=link_id,
            user_id=held.buyer.require_user(),
            pack_name=held.pack.name,
            price_minor=price_minor,
            currency=held.pack.currency,
            credits=credits_,
            expiry_kind=ExpiryKind.never,
            status=PurchaseStatus.pending,
            created_at=clock.now(),
        )
        session.add(purchase)
        if ordered_first:
            session.flush()
        purchase.status, purchase.paid_at, purchase.customer_id = PurchaseStatus.paid, clock.now(), held.customer_id
        session.flush()
        lot = ledger.Lot(
            amount=credits_,
            source=GrantSource.purchase,
            ref=str(purchase.id),
            expires_at=expires_at,
            purchase_id=purchase.id,
            paid_minor=price_minor,
            paid_currency=held.pack.currency,
        )
        ledger.grant(session, held.subscription_id, lot, SYSTEM)
        return purchase.id


def customer_with(*amounts: int, **changes: Any) -> Holding:
    """A new creator's new pack, and a customer of it with a lot of each amount."""
    seller = creator()
    return holding(pack(seller, **changes), seller, *amounts)


def api_key(seller: Actor, **changes: Any) -> str:
    """The text of a new API key, which may do everything unless told otherwise."""
    return api_keys.create(seller, replace(KeyDraft("Server", tuple(SCOPES)), **changes))[1]


def wallet(held: Holding) -> Wallet:
    """The wallet's row as it is now."""
    with transaction() as session:
        return session.get_one(Wallet, held.wallet_id)


def balance(held: Holding) -> int:
    """What is recorded on the subscription now."""
    with transaction() as session:
        lots = session.exec(select(CreditGrant).where(CreditGrant.subscription_id == held.subscription_id))
        return sum(lot.remaining for lot in lots)


def purchase_of(url: str) -> Purchase:
    """The purchase behind a checkout page's address, as it is now."""
    with transaction() as session:
        return session.exec(select(Purchase).where(Purchase.stripe_session_id == session_id(url))).one()


def session_id(url: str) -> str:
    """The id of the Checkout session in its page's address."""
    return next(part for part in urlsplit(url).path.split("/") if part.startswith("cs_"))


def pay(sandbox: httpx.Client, url: str, **how: str) -> str:
    """Try to pay a checkout page, with a card that works unless `how` says otherwise. Returns the session's status."""
    answer = sandbox.post(f"/_test/sessions/{session_id(url)}/pay", json=how)
    answer.raise_for_status()
    status: str = answer.json()["status"]
    return status


def paid_purchase(sandbox: httpx.Client, offer: PackView, buyer: Actor) -> Purchase:
    """A checkout that was started, paid and settled."""
    url = purchases.start(buyer, token_of(offer))
    pay(sandbox, url)
    purchases.settle(purchase_of(url).id)
    return purchase_of(url)


def limited_link(seller: Actor, offer: PackView, uses: int) -> str:
    """The token of a new link that works `uses` times."""
    return links.create(seller, offer.id, "Few", str(uses)).token


def signed(payload: bytes, secret: str = WEBHOOK_SECRET, *, seconds_ahead: int = 0) -> str:
    """The Stripe-Signature header that Stripe would send now, or `seconds_ahead` of now."""
    at = int(time.time()) + seconds_ahead
    return f"t={at},v1={stripe.WebhookSignature._compute_signature(f'{at}.{payload.decode()}', secret)}"  # noqa: SLF001


def event(checkout: dict[str, Any], kind: str = "checkout.session.completed", **changes: Any) -> bytes:
    """The body of an event about a Checkout session."""
    return json.dumps(
        {
            "id": f"evt_{next(_numbers)}",
            "object": "event",
            "type": kind,
            "livemode": False,
            "created": int(time.time()),
            "data": {"object": {"object": "checkout.session"} | checkout},
        }
        | changes
    ).encode()


def at_once(*calls: Callable[[], T]) -> list[T | Exception]:
    """What each call returned or raised, all let go at the same moment, each in a thread of its own."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        ready.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def unexpected(outcomes: Sequence[object]) -> list[object]:
    """Errors that are not the domain's own, which no race may end in."""
    return [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, DomainError)]


def later(**span: int) -> datetime:
    """The moment that much after now."""
    return clock.now() + timedelta(**span)


@lru_cache
def _hash() -> str:
    return passwords.hashed(PASSWORD)
