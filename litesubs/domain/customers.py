"""The creator's customers: everybody who holds or has held their credits, found, listed and looked at one by one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from litesubs.db import snapshot, transaction
from litesubs.domain import clock, customer_query, dealings, ids, money, owned, prose, statements, sums
from litesubs.domain.actors import Actor
from litesubs.domain.customer_query import SEARCH_LENGTH as SEARCH_LENGTH
from litesubs.domain.customer_query import SORTS as SORTS
from litesubs.domain.customer_query import CustomerQuery as CustomerQuery
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.views.customers import CustomerPage, CustomerRow, CustomerView, JumpView, PackStanding
from litesubs.models import (
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    Purchase,
    PurchaseStatus,
    Subscription,
    User,
    Wallet,
)

ROWS_PER_PAGE = 25
MOST_COUNTED = 1_000
NAME_LENGTH = 80
MOST_JUMPS = 8


def page(actor: Actor, query: CustomerQuery | None = None, after: str = "") -> CustomerPage:
    """A page of the customers that the query finds, one row each. `after` is a page's cursor.

    A cursor that is not one of this list in this order gives the first page.
    """
    creator_id = actor.require_creator()
    query = query or CustomerQuery()
    sums.caught_up(creator_id)
    with snapshot() as session:
        first = customer_query.found(session, creator_id, query, None, MOST_COUNTED + 1)
        start = customer_query.position(session, creator_id, query, after)
        found = customer_query.found(session, creator_id, query, start, ROWS_PER_PAGE + 1) if start else first
        shown = found[:ROWS_PER_PAGE]
        rows = rows_of(session, [customer_id for customer_id, _ in shown])
    total = len(first)
    return CustomerPage(
        rows=rows,
        total=min(total, MOST_COUNTED),
        count=f"{MOST_COUNTED:,}+" if total > MOST_COUNTED else f"{total:,}",
        after=customer_query.cursor(query, shown[-1]) if len(found) > ROWS_PER_PAGE else "",
        at_start=start is None,
    )


def one(actor: Actor, customer_id: str) -> CustomerView:
    """Everything about one of the creator's customers. NotFoundError for anybody else's."""
    creator_id, viewer = actor.require_creator(), actor.require_user()
    with snapshot() as session:
        customer = owned.customer(session, creator_id, customer_id)
        zone = ZoneInfo(session.get_one(Creator, creator_id).time_zone)
        [row] = rows_of(session, [customer.id])
        spent = spent_by(session, [customer.id])[customer.id]
        return CustomerView(
            id=row.customer_id,
            name=row.name,
            email=row.email,
            initials=row.initials,
            has_account=customer.user_id is not None,
            confirmed=row.confirmed,
            is_test=customer.is_test,
            since=prose.day(customer.created_at.astimezone(zone)),
            last_activity=row.last_activity,
            spent=[money.show(minor, currency) for currency, minor in spent],
            left=row.left,
            available=row.available,
            held=row.held,
            expires=row.expires,
            expires_soon=row.expires_soon,
            packs=row.packs,
            purchases=dealings.purchases(session, customer, zone),
            movements=dealings.movements(session, customer, viewer),
        )


def jump(actor: Actor, text: str) -> list[JumpView]:
    """Up to eight customers and packs whose names have every word of `text`, for the command palette."""
    creator_id = actor.require_creator()
    words = customer_query.words(text)
    if not words:
        return []
    sums.caught_up(creator_id)
    with snapshot() as session:
        found = customer_query.found(session, creator_id, CustomerQuery(search=text), None, MOST_JUMPS)
        rows = rows_of(session, [customer_id for customer_id, _ in found])
        packs = _packs_named(session, creator_id, words)
    people = [
        JumpView(
            kind="customer",
            label=row.name,
            hint=row.email,
            href=f"/dashboard/customers/{row.customer_id}",
            figure=f"{row.left:,} left",
        )
        for row in rows
    ]
    return (packs + people)[:MOST_JUMPS]


def rename(actor: Actor, customer_id: str, name: str) -> None:
    """What the creator calls this customer. ValidationFailedError (`name`)."""
    try:
        checked = prose.line(name, "The name", NAME_LENGTH)
    except prose.TextError as error:
        raise ValidationFailedError({"name": str(error)}) from None
    with transaction() as session:
        owned.customer(session, actor.require_creator(), customer_id, lock=True).name = checked


def set_test(actor: Actor, customer_id: str, *, test: bool) -> None:
    """Leave a customer out of every figure, with all that they ever did, or count them again. NotFoundError.

    What they hold stays as it is. Folds wait from the start: one that met the changed row would be waited for in turn.
    """
    creator_id = actor.require_creator()
    with transaction() as session:
        sums.hold(session, creator_id)
        customer = owned.customer(session, creator_id, customer_id)
        if customer.is_test is not test:
            customer.is_test = test
            sums.rebuild(session, creator_id)


def any_test(actor: Actor) -> bool:
    """Whether the creator has test customers."""
    marked = select(Customer.id).where(Customer.creator_id == actor.require_creator(), col(Customer.is_test))
    with transaction() as session:
        return session.exec(marked.limit(1)).first() is not None


def known(actor: Actor) -> list[tuple[str, str]]:
    """(id, e-mail) of every customer of the creator, the oldest first."""
    query = select(Customer.id, Customer.email).where(Customer.creator_id == actor.require_creator())
    with transaction() as session:
        return [(ids.show("cus", key), email) for key, email in session.exec(query.order_by(col(Customer.id)))]


def rows_of(session: Session, customer_ids: Sequence[UUID]) -> list[CustomerRow]:
    """The customers as rows, in the order of the ids, in a fixed number of queries; all numbers as they are now."""
    at = clock.now()
    packs = _packs_of(session, customer_ids)
    alive = _alive(session, customer_ids, at)
    spent = spent_by(session, customer_ids)
    people = (
        sa.select(Customer, User, Wallet, col(Creator.time_zone))
        .join(Creator, col(Creator.id) == col(Customer.creator_id))
        .outerjoin(User, col(User.id) == col(Customer.user_id))
        .outerjoin(Wallet, col(Wallet.customer_id) == col(Customer.id))
        .where(col(Customer.id).in_(customer_ids))
    )
    found = {person[0].id: person for person in session.execute(people)}
    rows = []
    for key in customer_ids:
        customer, user, wallet, zone = found[key]
        lots, soonest = alive.get(key, (0, None))
        rows.append(
            CustomerRow(
                customer_id=ids.show("cus", key),
                name=customer.name,
                email=customer.email,
                initials=prose.initials(customer.name),
                confirmed=confirmed(customer, user),
                packs=packs[key],
                left=sum(pack.left for pack in packs[key]),
                available=sum(pack.available for pack in packs[key]),
                held=sum(pack.held for pack in packs[key]),
                granted=sum(pack.granted for pack in packs[key]),
                meter=_meter(packs[key]),
                expires=prose.expiry(soonest, at) if lots else "None left",
                expires_soon=prose.soon(soonest, at),
                last_activity=prose.ago(wallet.updated_at, at, zone) if wallet and wallet.version else "",
                spent=", ".join(money.show(minor, currency) for currency, minor in spent[key]),
                is_test=customer.is_test,
            )
        )
    return rows


def spent_by(session: Session, customer_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    """For each customer, (currency, minor units) of what they paid, refunds taken off, the largest first."""
    paid = sa.func.sum(col(Purchase.price_minor) - col(Purchase.refunded_minor))
    query = (
        sa.select(col(Purchase.customer_id), col(Purchase.currency), paid)
        .where(col(Purchase.customer_id).in_(customer_ids), col(Purchase.status) == PurchaseStatus.paid)
        .group_by(col(Purchase.customer_id), col(Purchase.currency))
        .order_by(paid.desc(), col(Purchase.currency))
    )
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    for customer_id, currency, minor in session.execute(query):
        found[customer_id].append((currency, int(minor)))
    return found


def confirmed(customer: Customer, user: User | None) -> bool:
    """Whether the customer has proved that the address the creator knows is theirs."""
    return (
        user is not None and user.email_verified_at is not None and user.email_normalized == customer.email_normalized
    )


def _packs_named(session: Session, creator_id: UUID, words: list[str]) -> list[JumpView]:
    named = [col(CreditPack.name).icontains(word, autoescape=True) for word in words]
    query = select(CreditPack).where(CreditPack.creator_id == creator_id, *named)
    found = session.exec(query.order_by(col(CreditPack.created_at).desc()).limit(MOST_JUMPS))
    return [
        JumpView(
            kind="pack",
            label=pack.name,
            hint=money.show(pack.price_minor, pack.currency),
            href=f"/dashboard/packs/{ids.show('pack', pack.id)}",
            figure="",
        )
        for pack in found
    ]


def _packs_of(session: Session, customer_ids: Sequence[UUID]) -> dict[UUID, list[PackStanding]]:
    """What each customer holds, the pack they got first at the front."""
    query = (
        select(Subscription.id, Subscription.customer_id)
        .where(col(Subscription.customer_id).in_(customer_ids))
        .order_by(col(Subscription.id))
    )
    owner = dict(session.exec(query).all())
    found: dict[UUID, list[PackStanding]] = defaultdict(list)
    for subscription_id, view in zip(owner, statements.summaries(session, list(owner)), strict=True):
        found[owner[subscription_id]].append(
            PackStanding(
                subscription_id=view.id,
                pack_id=view.pack_id,
                pack_name=view.pack_name,
                status=view.status,
                status_note=view.status_note,
                left=view.posted - view.held,
                available=view.available,
                held=view.held,
                expiring=view.expiring,
                granted=view.granted,
                meter=view.meter,
                expires=view.expires,
                expires_soon=view.expires_soon,
            )
        )
    return found


def _meter(packs: list[PackStanding]) -> str:
    return statements.meter(
        sum(pack.granted for pack in packs),
        sum(pack.left for pack in packs),
        sum(pack.held for pack in packs),
        sum(pack.expiring for pack in packs),
    )


def _alive(session: Session, customer_ids: Sequence[UUID], at: datetime) -> dict[UUID, tuple[int, datetime | None]]:
    """For each customer with lots that can still be spent: how many, and when the first of them expires."""
    query = (
        sa.select(col(Wallet.customer_id), sa.func.count(), sa.func.min(col(CreditGrant.expires_at)))
        .join(CreditGrant, col(CreditGrant.wallet_id) == col(Wallet.id))
        .where(
            col(Wallet.customer_id).in_(customer_ids),
            ~col(CreditGrant.closed),
            sa.or_(col(CreditGrant.expires_at).is_(None), col(CreditGrant.expires_at) > at),
        )
        .group_by(col(Wallet.customer_id))
    )
    return {customer_id: (lots, soonest) for customer_id, lots, soonest in session.execute(query)}
