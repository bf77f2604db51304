"""Reads what programs ask for: a creator's packs, customers, ledgers and holds, by the views of `views.records`."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col, select

from litesubs.db import give_up_soon, snapshot
from litesubs.domain import accounts, clock, ids, links, owned, packs, prose
from litesubs.domain.actors import Actor
from litesubs.domain.errors import NotFoundError, ValidationFailedError
from litesubs.domain.views import records as views
from litesubs.models import (
    CreditGrant,
    CreditPack,
    Customer,
    EntryType,
    Hold,
    HoldStatus,
    LedgerEntry,
    PackStatus,
    PostingNote,
    ShareLink,
    Subscription,
    SubscriptionStatus,
    Wallet,
)

# What the e-mail validator would answer in lower case, at a hundredth of its cost.
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9_]+([.+-][A-Za-z0-9_]+)*@(?!xn--)[a-z0-9]+(\.(?!xn--)[a-z0-9]+)+", re.ASCII)
LARGEST_VERSION = 2**63 - 1  # of a bigint
PREFIXES: dict[EntryType, ids.Prefix] = {
    EntryType.debit: "debit",
    EntryType.capture: "debit",
    EntryType.hold: "hold",
    EntryType.reversal: "rev",
    EntryType.adjustment: "adj",
}
UNDONE: dict[EntryType, ids.Prefix] = {
    EntryType.reversal: "debit",
    EntryType.capture: "hold",
    EntryType.release: "hold",
}
ACTORS: dict[str, ids.Prefix] = {"user": "usr", "key": "key"}
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """Which part of a list: at most `limit` rows, those after the row with the id `after` ("": from the first)."""

    limit: int = 20
    after: str = ""


@dataclass(frozen=True)
class EntryFilter:
    """Which entries of a ledger: of one pack (its public id), of these types, from `since` until before `until`."""

    pack: str = ""
    types: Sequence[views.EntryType] = ()
    since: datetime | None = None
    until: datetime | None = None


def all_packs(actor: Actor, page: Page) -> tuple[list[views.Pack], bool]:
    """The creator's packs, the newest first, and whether there are more."""
    creator_id = _reader(actor)
    query = _packs().where(col(CreditPack.creator_id) == creator_id)
    if page.after:
        query = query.where(col(CreditPack.id) < _place("pack", page.after))
    with snapshot() as session:
        give_up_soon(session)
        rows = session.execute(query.order_by(col(CreditPack.id).desc()).limit(page.limit + 1)).all()
    shown, more = _cut(rows, page)
    return [_pack(pack, link) for pack, link in shown], more


def one_pack(actor: Actor, pack_id: str) -> views.Pack:
    """One of the creator's packs. NotFoundError for anybody else's."""
    creator_id, wanted = _reader(actor), ids.read("pack", pack_id)
    with snapshot() as session:
        give_up_soon(session)
        query = _packs().where(col(CreditPack.id) == wanted, col(CreditPack.creator_id) == creator_id)
        found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError
    return _pack(*found)


def all_customers(actor: Actor, page: Page, email: str | None = None) -> tuple[list[views.Customer], bool]:
    """The creator's customers, the newest first, and whether there are more; with `email` the one who has it."""
    creator_id = _reader(actor)
    query = select(Customer).where(Customer.creator_id == creator_id)
    if email is not None:
        query = query.where(Customer.email_normalized == compared(email))
    if page.after:
        query = query.where(col(Customer.id) < _place("cus", page.after))
    with snapshot() as session:
        give_up_soon(session)
        rows = session.exec(query.order_by(col(Customer.id).desc()).limit(page.limit + 1)).all()
        shown, more = _cut(rows, page)
        return _customers(session, shown), more


def one_customer(actor: Actor, customer_id: str) -> views.Customer:
    """One of the creator's customers. NotFoundError for anybody else's."""
    creator_id = _reader(actor)
    with snapshot() as session:
        give_up_soon(session)
        return _customers(session, [owned.customer(session, creator_id, customer_id)])[0]


def ledger(actor: Actor, customer_id: str, only: EntryFilter, page: Page) -> tuple[list[views.Entry], bool]:
    """A customer's entries, the newest first, and whether there are more.

    NotFoundError for anybody else's customer or pack.
    """
    creator_id = _reader(actor)
    with snapshot() as session:
        give_up_soon(session)
        customer = owned.customer(session, creator_id, customer_id)
        query = (
            select(LedgerEntry, Subscription, PostingNote)
            .join(Wallet, col(Wallet.id) == col(LedgerEntry.wallet_id))
            .join(Subscription, col(Subscription.id) == col(LedgerEntry.subscription_id))
            .outerjoin(PostingNote, col(PostingNote.posting_id) == col(LedgerEntry.posting_id))
            .where(Wallet.customer_id == customer.id)
        )
        if only.pack:
            query = query.where(Subscription.pack_id == owned.pack(session, creator_id, only.pack).id)
        if only.types:
            query = query.where(col(LedgerEntry.type).in_([EntryType(name) for name in only.types]))
        if only.since:
            query = query.where(LedgerEntry.at >= only.since)
        if only.until:
            query = query.where(LedgerEntry.at < only.until)
        if page.after:
            query = query.where(LedgerEntry.wallet_version < _version(page.after))
        rows = session.exec(query.order_by(col(LedgerEntry.wallet_version).desc()).limit(page.limit + 1)).all()
    shown, more = _cut(rows, page)
    return [_entry(entry, subscription, note) for entry, subscription, note in shown], more


def one_hold(actor: Actor, hold_id: str) -> views.Hold:
    """One of the creator's holds. NotFoundError for anybody else's."""
    creator_id = _reader(actor)
    with snapshot() as session:
        give_up_soon(session)
        return hold(session, creator_id, ids.read("hold", hold_id))


def hold(session: Session, creator_id: UUID, hold_id: UUID) -> views.Hold:
    """The hold as it is in the session. One whose time is over counts as expired before the job has written so."""
    held = session.exec(select(Hold).where(Hold.id == hold_id, Hold.creator_id == creator_id)).one_or_none()
    if held is None:
        raise NotFoundError
    capture = select(LedgerEntry.posting_id).where(LedgerEntry.reverses == hold_id)
    spent = session.exec(capture.where(LedgerEntry.type == EntryType.capture).limit(1)).first()
    over = held.status is HoldStatus.open and held.expires_at <= clock.now()
    return views.Hold(
        id=ids.show("hold", held.id),
        status="expired" if over else held.status.value,
        amount=held.amount,
        captured=held.captured,
        expires_at=moment(held.expires_at),
        debit=ids.show("debit", spent) if spent else None,
        balance=balance(session, held.wallet_id),
        allocations=allocations(session, spent or held.id, EntryType.capture if spent else EntryType.hold),
    )


def balance(session: Session, wallet_id: UUID) -> views.Balance:
    """What a wallet has, as it is in the session."""
    at = clock.now()
    wallet = session.get_one(Wallet, wallet_id)
    usable = (
        select(func.coalesce(func.sum(CreditGrant.remaining - CreditGrant.held), 0))
        .join(Subscription, col(Subscription.id) == col(CreditGrant.subscription_id))
        .where(CreditGrant.wallet_id == wallet_id, *_usable(at))
    )
    return views.Balance(wallet.posted, wallet.held, int(session.exec(usable).one()))


def allocations(session: Session, posting_id: UUID, kind: EntryType) -> list[views.Allocation]:
    """What each lot gave to, or got from, a posting, in its order. An adjustment's are signed."""
    query = (
        select(LedgerEntry, CreditGrant, Subscription.pack_id)
        .join(CreditGrant, col(CreditGrant.id) == col(LedgerEntry.grant_id))
        .join(Subscription, col(Subscription.id) == col(LedgerEntry.subscription_id))
        .where(LedgerEntry.posting_id == posting_id)
        .order_by(col(LedgerEntry.wallet_version))
    )
    found = []
    for entry, lot, pack_id in session.exec(query):
        moved = entry.held_delta if kind is EntryType.hold else entry.posted_delta
        amount = moved if kind is EntryType.adjustment else abs(moved)
        if amount:
            end = moment(lot.expires_at) if lot.expires_at else None
            found.append(views.Allocation(ids.show("grant", lot.id), ids.show("pack", pack_id), amount, end))
    return found


def top_up_url(actor: Actor, customer: str, pack_id: str = "") -> str | None:
    """Where the customer (id or e-mail) can buy more: the wanted pack, or the one they had last. None if nowhere."""
    creator_id = actor.require_creator()
    with snapshot() as session:
        give_up_soon(session)
        query = (
            select(CreditPack, ShareLink)
            .join(ShareLink, col(ShareLink.pack_id) == col(CreditPack.id))
            .where(
                CreditPack.creator_id == creator_id,
                CreditPack.status == PackStatus.active,
                col(ShareLink.revoked_at).is_(None),
                col(ShareLink.email).is_(None),
            )
        )
        if pack_id:
            query = query.where(CreditPack.id == ids.read("pack", pack_id)).order_by(col(ShareLink.is_default).desc())
        else:
            held = select(Subscription.pack_id).where(
                Subscription.customer_id == customer_named(session, creator_id, customer).id,
                Subscription.status == SubscriptionStatus.active,
            )
            newest = col(Subscription.id).desc()
            query = query.where(CreditPack.id == held.order_by(newest).limit(1).scalar_subquery())
        for pack, link in session.exec(query.order_by(col(ShareLink.is_default).desc(), col(ShareLink.id))):
            if links.state(link) == "open" and not packs.over(pack):
                return links.url(link.token)
    return None


def customer_named(session: Session, creator_id: UUID, named: str) -> Customer:
    """The creator's customer with this id or e-mail address. NotFoundError if there is none."""
    if "@" not in named:
        return owned.customer(session, creator_id, named)
    query = select(Customer).where(Customer.creator_id == creator_id, Customer.email_normalized == compared(named))
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def compared(email: str) -> str:
    """An address as it is compared; for what is none, something that nobody has."""
    if not prose.storable(email):
        return ""
    if PLAIN_ADDRESS.fullmatch(email):
        return email.lower()
    try:
        return accounts.normalized_email(email)[1]
    except ValidationFailedError:
        return email.strip().lower()


def moment(at: datetime) -> str:
    """A time as the API writes it: RFC 3339, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _reader(actor: Actor) -> UUID:
    actor.require_scope("read")
    return actor.require_creator()


def _place(prefix: ids.Prefix, after: str) -> UUID:
    """The id to go on after, which need not be there any more."""
    try:
        return ids.read(prefix, after)
    except NotFoundError:
        raise _no_place() from None


def _version(after: str) -> int:
    """The place of an entry in its wallet, which its id ends with."""
    head, _, number = after.rpartition("_")
    if not head.startswith("entry_") or not (number.isascii() and number.isdigit() and len(number) < 20):  # noqa: PLR2004 - digits of a bigint
        raise _no_place()
    return min(int(number), LARGEST_VERSION)


def _no_place() -> ValidationFailedError:
    return ValidationFailedError({"starting_after": "Send the id of the last row of the page before."})


def _cut(rows: Sequence[Row], page: Page) -> tuple[Sequence[Row], bool]:
    return rows[: page.limit], len(rows) > page.limit


def _packs() -> sa.Select[CreditPack, ShareLink]:
    return sa.select(CreditPack, ShareLink).join(
        ShareLink, (col(ShareLink.pack_id) == col(CreditPack.id)) & col(ShareLink.is_default)
    )


def _pack(pack: CreditPack, link: ShareLink) -> views.Pack:
    return views.Pack(
        id=ids.show("pack", pack.id),
        slug=pack.slug,
        name=pack.name,
        description=pack.description,
        credits=pack.credits,
        price_minor=pack.price_minor,
        currency=pack.currency.upper(),
        expiry=views.Expiry(
            pack.expiry_kind.value, pack.expiry_date.isoformat() if pack.expiry_date else None, pack.expiry_days
        ),
        status=pack.status.value,
        url=links.url(link.token),
        created_at=moment(pack.created_at),
    )


def _usable(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Which lots a debit could take from now."""
    return (
        ~col(CreditGrant.closed),
        col(CreditGrant.expires_at).is_(None) | (col(CreditGrant.expires_at) > at),
        col(Subscription.status) == SubscriptionStatus.active,
    )


def _customers(session: Session, customers: Sequence[Customer]) -> list[views.Customer]:
    """The customers with what they hold, in three queries however many they are."""
    free = func.sum(CreditGrant.remaining - CreditGrant.held).filter(*_usable(clock.now()))
    left = (
        sa.select(
            col(CreditGrant.subscription_id),
            func.sum(CreditGrant.remaining).label("posted"),
            func.sum(CreditGrant.held).label("held"),
            free.label("free"),
        )
        .join(Subscription, col(Subscription.id) == col(CreditGrant.subscription_id))
        .where(col(Subscription.customer_id).in_([customer.id for customer in customers]), ~col(CreditGrant.closed))
        .group_by(col(CreditGrant.subscription_id))
        .subquery()
    )
    balance = [func.coalesce(part, 0) for part in (left.c.posted, left.c.held, left.c.free)]
    query = (
        sa.select(Subscription, col(CreditPack.name), *balance)
        .join(CreditPack, col(CreditPack.id) == col(Subscription.pack_id))
        .outerjoin(left, left.c.subscription_id == col(Subscription.id))
        .where(col(Subscription.customer_id).in_([customer.id for customer in customers]))
        .order_by(col(Subscription.id).desc())
    )
    held: dict[UUID, list[views.Subscription]] = defaultdict(list)
    for subscription, pack_name, *parts in session.execute(query):
        held[subscription.customer_id].append(
            views.Subscription(
                id=ids.show("sub", subscription.id),
                pack=ids.show("pack", subscription.pack_id),
                pack_name=pack_name,
                status=subscription.status.value,
                balance=views.Balance(*map(int, parts)),
                created_at=moment(subscription.created_at),
            )
        )
    return [
        views.Customer(
            id=ids.show("cus", customer.id),
            email=customer.email,
            name=customer.name,
            test=customer.is_test,
            balance=_sum([subscription.balance for subscription in held[customer.id]]),
            subscriptions=held[customer.id],
            created_at=moment(customer.created_at),
        )
        for customer in customers
    ]


def _sum(balances: Sequence[views.Balance]) -> views.Balance:
    return views.Balance(
        posted=sum(part.posted for part in balances),
        held=sum(part.held for part in balances),
        available=sum(part.available for part in balances),
    )


def _entry(entry: LedgerEntry, subscription: Subscription, note: PostingNote | None) -> views.Entry:
    posting = ids.show(PREFIXES.get(entry.type, "post"), entry.posting_id)
    undone = UNDONE.get(entry.type)
    return views.Entry(
        id=f"entry_{posting.rpartition('_')[2]}_{entry.wallet_version}",
        type=entry.type.value,
        posting=posting,
        pack=ids.show("pack", subscription.pack_id),
        subscription=ids.show("sub", subscription.id),
        grant=ids.show("grant", entry.grant_id),
        posted=entry.posted_delta,
        held=entry.held_delta,
        posted_after=entry.posted_after,
        held_after=entry.held_after,
        reverses=ids.show(undone, entry.reverses) if undone and entry.reverses else None,
        actor=_actor(entry.actor),
        reason=note.reason if note else "",
        metadata={key: str(value) for key, value in note.details.items()} if note else {},
        at=moment(entry.at),
    )


def _actor(ledger_id: str) -> str:
    """Who it was: a public id, or "system"."""
    kind, _, value = ledger_id.partition(":")
    return ids.show(ACTORS[kind], UUID(value)) if kind in ACTORS else "system"
