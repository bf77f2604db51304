"""The figures of a creator, each defined once: docs/figures.md says what they mean.

They come from the sums that `domain.sums` keeps beside the ledger and the purchases: call `sums.caught_up` first.
Whatever shows a number that is also shown elsewhere asks here, so that both are the same query.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, text
from sqlmodel import Session, col, select

from litesubs.domain import charts, clock, customer_query, money, periods
from litesubs.domain.charts import Moved, Moves, Owed
from litesubs.domain.customer_query import CustomerQuery
from litesubs.domain.periods import Period
from litesubs.domain.views.desk import LinkFigures, PackFigures
from litesubs.models import (
    NEVER,
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    CustomerSummary,
    InsightBuyer,
    InsightDay,
    InsightLot,
    LinkDay,
    Measure,
    Purchase,
    PurchaseStatus,
    Subscription,
    Wallet,
)

MOST_COUNTED = 1000
CREDITS = {
    "sold": Measure.sold,
    "given": Measure.given,
    "used": Measure.used,
    "expired": Measure.expired,
    "taken": Measure.taken,
    "refunded_credits": Measure.refunded,
}
# Steps through the index from one currency to the next, however many days there are.
CURRENCIES = text("""
WITH RECURSIVE found AS (
    (SELECT currency FROM insight_day WHERE creator_id = :creator ORDER BY currency LIMIT 1)
    UNION ALL
    SELECT (SELECT currency FROM insight_day WHERE creator_id = :creator AND currency > found.currency
        ORDER BY currency LIMIT 1)
    FROM found WHERE found.currency IS NOT NULL
)
SELECT currency FROM found WHERE currency IS NOT NULL""")
MANY_SALES = 5_000  # from here on the best customers are looked for among those who ever paid the most
BIG_SPENDERS = 500


@dataclass(frozen=True)
class Question:
    """Whose figures are asked for, in which of their currencies."""

    creator_id: UUID
    zone: str
    main: str
    currency: str
    currencies: list[str]


@dataclass(frozen=True)
class PaidMost:
    """A customer, what they paid and how many credits they have now."""

    customer_id: UUID
    name: str
    email: str
    paid_minor: int
    left: int


def question(session: Session, creator_id: UUID, currency: str) -> Question:
    """What is asked: in `currency` if the creator has anything in it, otherwise in their main one."""
    creator = session.get_one(Creator, creator_id)
    found = sorted(
        session.execute(CURRENCIES, {"creator": creator_id}).scalars(),
        key=lambda code: (code != creator.currency, code),
    )
    chosen = currency if currency in found else next(iter(found), creator.currency)
    return Question(creator_id, creator.time_zone, creator.currency, chosen, found)


def period(session: Session, asked: Question, key: str, start: str, end: str) -> Period:
    """The period that is asked for, "all" from the first day with anything in the currency; see `periods.read`."""
    mine = (InsightDay.creator_id == asked.creator_id, InsightDay.currency == asked.currency)
    first: date | None = session.exec(select(func.min(InsightDay.day)).where(*mine)).one()
    return periods.read(key, start, end, zone=asked.zone, first=periods.today(asked.zone) if first is None else first)


def moves(session: Session, asked: Question, within: Period) -> Moves:
    """What each measure came to at each point of the period's charts."""
    point = sa.cast(func.date_trunc(within.step, sa.cast(InsightDay.day, sa.DateTime)), sa.Date)
    query = (
        sa.select(point, col(InsightDay.measure), func.sum(InsightDay.number), *_sums(InsightDay))
        .where(*_days(asked, within), col(InsightDay.currency) == asked.currency)
        .group_by(point, col(InsightDay.measure))
    )
    return {(at, measure): Moved(*map(int, moved)) for at, measure, *moved in session.execute(query)}


def numbers(session: Session, asked: Question, within: Period, moved: Moves) -> dict[str, int]:
    """The figures of a period by their names in FiguresView; `moved` are its moves."""
    total: dict[Measure, Moved] = defaultdict(Moved)
    for (_, measure), amount in moved.items():
        total[measure] += amount
    revenue, refunded = total[Measure.sale].amount_minor, total[Measure.refund].amount_minor
    new, returning = _buyers(session, asked, within)
    return {
        "revenue": revenue,
        "refunded": refunded,
        "net": revenue - refunded,
        "sales": total[Measure.sale].number,
        "refunds": total[Measure.refund].number,
        "new_customers": new,
        "returning_customers": returning,
        **{name: charts.counted(measure, total[measure].credits) for name, measure in CREDITS.items()},
    }


def used_by_pack(session: Session, asked: Question, within: Period) -> list[tuple[str, int]]:
    """(pack, credits used), the most first. Packs of which more was given back than used are left out."""
    used = -func.sum(InsightDay.credits)
    query = (
        select(CreditPack.name, sa.cast(used, sa.BigInteger))
        .join(InsightDay, col(InsightDay.pack_id) == col(CreditPack.id))
        .where(
            *_days(asked, within), col(InsightDay.currency) == asked.currency, col(InsightDay.measure) == Measure.used
        )
        .group_by(col(CreditPack.id))
        .having(used > 0)
        .order_by(used.desc(), col(CreditPack.id))
    )
    return [(name, credits_used) for name, credits_used in session.execute(query)]


def owed(session: Session, asked: Question) -> list[Owed]:
    """What is left of the lots now, in the buckets of the two charts. Lots live by days in UTC, today is the first."""
    today = clock.now().astimezone(UTC).date()
    ends = list(charts.DAYS_APART)
    expires = func.width_bucket(col(InsightLot.expires_on) - today, [*ends, (NEVER - today).days])
    given = func.width_bucket(today - col(InsightLot.created_on), ends)
    query = (
        sa.select(expires, given, *_sums(InsightLot))
        .where(col(InsightLot.creator_id) == asked.creator_id, col(InsightLot.currency) == asked.currency)
        .group_by(expires, given)
    )
    return [Owed(*row) for row in session.execute(query)]


def expiring_customers(session: Session, creator_id: UUID) -> str:
    """How many the list of customers without test ones shows as expiring soon; "" for none."""
    soon = customer_query.matching(creator_id, CustomerQuery(expiring=True, test="without"))
    number = count(session, select(CustomerSummary.customer_id).where(*soon))
    return "" if number == "0" else number


def funnel(session: Session, asked: Question, within: Period) -> list[int]:
    """How often links were opened and led to a sign-up, and how many sales there were: each came through a link."""
    opened = select(func.sum(LinkDay.views), func.sum(LinkDay.sign_ups)).where(
        LinkDay.creator_id == asked.creator_id, col(LinkDay.day).between(within.start, within.end)
    )
    in_any = col(InsightDay.currency).in_(asked.currencies)
    sales = select(func.sum(InsightDay.number)).where(
        *_days(asked, within), in_any, col(InsightDay.measure) == Measure.sale
    )
    return [int(number or 0) for number in [*session.execute(opened).one(), session.exec(sales).one()]]


def paid_most(session: Session, asked: Question, within: Period, most: int, sales: int) -> list[PaidMost]:
    """Who paid the most in the period, in which there were that many sales, less what was refunded of it.

    Nobody paid more in a period than ever. So with many sales it is enough to look at those who ever paid the most,
    unless somebody beyond them could still be better.
    """
    if sales > MANY_SALES and asked.currency == asked.main:
        spent = col(CustomerSummary.spent_minor)
        mine = col(CustomerSummary.creator_id) == asked.creator_id
        best_ever = select(CustomerSummary.customer_id, CustomerSummary.spent_minor).where(mine)
        spenders = session.execute(best_ever.order_by(spent.desc()).limit(BIG_SPENDERS)).all()
        among = col(InsightBuyer.customer_id).in_([spender.customer_id for spender in spenders])
        found = _paid_most(session, asked, within, most, among)
        if len(found) == most and found[-1].paid_minor >= spenders[-1].spent_minor:
            return found
    return _paid_most(session, asked, within, most, sa.true())


def packs(session: Session, creator_id: UUID) -> dict[UUID, PackFigures]:
    """What came of each pack since it was made."""
    sold: dict[UUID, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for pack_id, code, *moved in session.execute(_money_by_pack(creator_id)):
        sales, paid, refunded = (int(number or 0) for number in moved)
        sold[pack_id][code] = (sales, paid, refunded)
    of_it = col(CreditGrant.subscription_id) == col(Subscription.id)
    holds_some = sa.exists().where(of_it, col(CreditGrant.creator_id) == creator_id, ~col(CreditGrant.closed))
    holders = select(Subscription.pack_id, func.count()).where(
        Subscription.creator_id == creator_id, holds_some, customer_query.is_real(Subscription.customer_id)
    )
    holding = dict(session.execute(holders.group_by(col(Subscription.pack_id))).all())
    unused: dict[UUID, dict[str, tuple[int, int]]] = defaultdict(dict)
    left = sa.select(col(InsightLot.pack_id), col(InsightLot.currency), *_sums(InsightLot))
    left = left.where(col(InsightLot.creator_id) == creator_id).group_by(
        col(InsightLot.pack_id), col(InsightLot.currency)
    )
    for pack_id, code, credits_left, worth in session.execute(left.order_by(col(InsightLot.currency))):
        unused[pack_id][code] = (credits_left, worth)
    return {
        pack_id: PackFigures(
            sales=sum(sales for sales, _, _ in sold[pack_id].values()),
            revenue=_each_currency({code: paid for code, (_, paid, _) in sold[pack_id].items()}),
            refunded=_each_currency({code: back for code, (_, _, back) in sold[pack_id].items()}),
            holders=holding.get(pack_id, 0),
            unused=sum(credits_left for credits_left, _ in unused[pack_id].values()),
            owed=_each_currency({code: worth for code, (_, worth) in unused[pack_id].items()}),
        )
        for pack_id in session.exec(select(CreditPack.id).where(CreditPack.creator_id == creator_id))
    }


def links(session: Session, creator_id: UUID, link_ids: Collection[UUID]) -> dict[UUID, LinkFigures]:
    """What came of each of these share links of the creator since it was made."""
    opened = select(LinkDay.link_id, func.sum(LinkDay.views), func.sum(LinkDay.sign_ups)).where(
        LinkDay.creator_id == creator_id, col(LinkDay.link_id).in_(link_ids)
    )
    opened = opened.group_by(col(LinkDay.link_id))
    visits = {link_id: (int(views), int(sign_ups)) for link_id, views, sign_ups in session.execute(opened)}
    bought = select(Purchase.link_id, func.count()).where(
        Purchase.creator_id == creator_id,
        Purchase.status == PurchaseStatus.paid,
        col(Purchase.link_id).in_(link_ids),
        customer_query.is_real(Purchase.customer_id),
    )
    sales = dict(session.execute(bought.group_by(col(Purchase.link_id))).all())
    found = {}
    for link_id in link_ids:
        views, sign_ups = visits.get(link_id, (0, 0))
        sold = sales.get(link_id, 0)
        found[link_id] = LinkFigures(views, sign_ups, sold, charts.percent(sold, views))
    return found


def count(session: Session, query: sa.Select[Any]) -> str:
    """How many rows a query finds: "148", or "1,000+" without counting on."""
    found: int = session.execute(
        select(func.count()).select_from(query.limit(MOST_COUNTED + 1).subquery())
    ).scalar_one()
    return f"{MOST_COUNTED:,}+" if found > MOST_COUNTED else f"{found:,}"


def _paid_most(
    session: Session, asked: Question, within: Period, most: int, among: sa.ColumnElement[bool]
) -> list[PaidMost]:
    paid = sa.cast(func.sum(InsightBuyer.paid_minor), sa.BigInteger)
    best = (
        select(InsightBuyer.customer_id, paid.label("paid"))
        .where(*_bought(asked, within), among)
        .group_by(col(InsightBuyer.customer_id))
        .having(paid > 0)
        .order_by(paid.desc(), col(InsightBuyer.customer_id))
        .limit(most)
        .subquery()
    )
    left = col(Wallet.posted) - col(Wallet.held)
    query = (
        sa.select(col(Customer.id), col(Customer.name), col(Customer.email), best.c.paid, left)
        .join(best, best.c.customer_id == Customer.id)
        .join(Wallet, col(Wallet.customer_id) == col(Customer.id))
        .order_by(best.c.paid.desc(), col(Customer.id))
    )
    return [PaidMost(*row) for row in session.execute(query)]


def _buyers(session: Session, asked: Question, within: Period) -> tuple[int, int]:
    """How many bought for the first time in the period, and how many of its other buyers had bought before it."""
    before = col(InsightBuyer.previous_day)
    query = sa.select(func.count().filter(before.is_(None)), func.count().filter(before < within.start))
    new, returning = session.execute(query.where(*_bought(asked, within))).one()
    return new, returning


def _bought(asked: Question, within: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(InsightBuyer.creator_id) == asked.creator_id,
        col(InsightBuyer.currency) == asked.currency,
        col(InsightBuyer.day).between(within.start, within.end),
    )


def _days(asked: Question, within: Period) -> tuple[sa.ColumnElement[bool], ...]:
    return (col(InsightDay.creator_id) == asked.creator_id, col(InsightDay.day).between(within.start, within.end))


def _sums(of: type[InsightDay] | type[InsightLot]) -> list[sa.ColumnElement[int]]:
    return [sa.cast(func.sum(column), sa.BigInteger) for column in (of.credits, of.amount_minor)]


def _money_by_pack(creator_id: UUID) -> sa.Select[UUID, str, int, int, int]:
    """(pack, currency, sales, paid, refunded)."""
    sale, refund = (col(InsightDay.measure) == measure for measure in (Measure.sale, Measure.refund))
    return (
        sa.select(
            col(InsightDay.pack_id),
            col(InsightDay.currency),
            func.sum(InsightDay.number).filter(sale),
            func.sum(InsightDay.amount_minor).filter(sale),
            func.sum(InsightDay.amount_minor).filter(refund),
        )
        .where(col(InsightDay.creator_id) == creator_id, sale | refund)
        .group_by(col(InsightDay.pack_id), col(InsightDay.currency))
        .order_by(col(InsightDay.currency))
    )


def _each_currency(minor: dict[str, int]) -> str:
    """ "€690, $40"."""
    return ", ".join(money.show(amount, code) for code, amount in minor.items() if amount)
