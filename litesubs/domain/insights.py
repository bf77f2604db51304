"""The figures of a creator, each defined once: docs/figures.md says what they mean.

They come from the sums that `domain.sums` keeps beside the ledger and the purchases: call `sums.caught_up` first.
Whatever shows a number that is also shown elsewhere asks here, so that both are the same query.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, text
from sqlmodel import Session, col, select

from litesubs.domain import charts, clock, money, periods, prose
from litesubs.domain.charts import Moved, Moves, Owed
from litesubs.domain.periods import Period
from litesubs.domain.views.desk import LinkFigures, PackFigures
from litesubs.models import (
    NEVER,
    Creator,
    CreditPack,
    Customer,
    CustomerSummary,
    InsightDay,
    InsightLot,
    LinkDay,
    Measure,
    Purchase,
    PurchaseStatus,
    ShareLink,
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

# Who bought in a period, in one currency. New ones bought for the first time ever, in whichever currency.
BUYERS = text("""
SELECT count(*) FILTER (WHERE first_at >= :since), count(*) FILTER (WHERE first_at < :since)
FROM (
    SELECT (SELECT min(p.paid_at) FROM purchase p WHERE p.customer_id = buyer.customer_id AND p.status = 'paid')
        AS first_at
    FROM (
        SELECT DISTINCT customer_id FROM purchase
        WHERE creator_id = :creator AND status = 'paid' AND currency = :currency
            AND paid_at >= :since AND paid_at < :until
    ) buyer
) bought""")


@dataclass(frozen=True)
class Question:
    """Whose figures are asked for, in which of their currencies."""

    creator_id: UUID
    zone: str
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
    found = list(session.exec(select(InsightDay.currency).where(InsightDay.creator_id == creator_id).distinct()))
    found.sort(key=lambda code: (code != creator.currency, code))
    chosen = currency if currency in found else next(iter(found), creator.currency)
    return Question(creator_id, creator.time_zone, chosen, found)


def period(session: Session, asked: Question, key: str, start: str, end: str) -> Period:
    """The period that is asked for, "all" from the first day on which anything happened; see `periods.read`."""
    mine = InsightDay.creator_id == asked.creator_id
    first: date | None = session.exec(select(func.min(InsightDay.day)).where(mine)).one()
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
    when = {"since": within.since, "until": within.until}
    new, returning = session.execute(BUYERS, {"creator": asked.creator_id, "currency": asked.currency, **when}).one()
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
    """What is left of the lots now, in the buckets of the two charts. Lots live by days in UTC."""
    today = clock.now().astimezone(UTC).date()
    ends = [days + 1 for days in charts.DAYS_APART]
    expires = func.width_bucket(col(InsightLot.expires_on) - today, [*ends, (NEVER - today).days])
    given = func.width_bucket(today - col(InsightLot.created_on), ends)
    query = (
        sa.select(expires, given, *_sums(InsightLot))
        .where(col(InsightLot.creator_id) == asked.creator_id, col(InsightLot.currency) == asked.currency)
        .group_by(expires, given)
    )
    return [Owed(*row) for row in session.execute(query)]


def expiring_customers(session: Session, creator_id: UUID) -> str:
    """How many have credits whose last day is at most SOON_DAYS away; "" for none."""
    last = clock.now().astimezone(UTC).date() + prose.SOON_DAYS * periods.DAY
    soon = select(CustomerSummary.customer_id).where(
        CustomerSummary.creator_id == creator_id, CustomerSummary.expires_on <= last
    )
    number = count(session, soon.order_by(col(CustomerSummary.expires_on)))
    return "" if number == "0" else number


def funnel(session: Session, asked: Question, within: Period) -> list[int]:
    """How often links were opened and led to a sign-up, and how many sales there were: each came through a link."""
    opened = select(func.sum(LinkDay.views), func.sum(LinkDay.sign_ups)).where(
        LinkDay.creator_id == asked.creator_id, col(LinkDay.day).between(within.start, within.end)
    )
    sales = select(func.sum(InsightDay.number)).where(*_days(asked, within), InsightDay.measure == Measure.sale)
    return [int(number or 0) for number in [*session.execute(opened).one(), session.exec(sales).one()]]


def paid_most(session: Session, asked: Question, within: Period, most: int) -> list[PaidMost]:
    """Who paid the most in the period, less what was refunded of that."""
    net = func.sum(col(Purchase.price_minor) - col(Purchase.refunded_minor))
    best = (
        select(Purchase.customer_id, sa.cast(net, sa.BigInteger).label("paid"))
        .where(
            Purchase.creator_id == asked.creator_id,
            Purchase.status == PurchaseStatus.paid,
            Purchase.currency == asked.currency,
            col(Purchase.paid_at) >= within.since,
            col(Purchase.paid_at) < within.until,
        )
        .group_by(col(Purchase.customer_id))
        .having(net > 0)
        .order_by(net.desc(), col(Purchase.customer_id))
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


def packs(session: Session, creator_id: UUID) -> dict[UUID, PackFigures]:
    """What came of each pack since it was made."""
    sold: dict[UUID, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for pack_id, code, *moved in session.execute(_money_by_pack(creator_id)):
        sales, paid, refunded = (int(number or 0) for number in moved)
        sold[pack_id][code] = (sales, paid, refunded)
    holders = select(Subscription.pack_id, func.count()).where(
        Subscription.creator_id == creator_id, col(Subscription.posted) > 0
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


def links(session: Session, creator_id: UUID) -> dict[UUID, LinkFigures]:
    """What came of each share link since it was made."""
    opened = select(LinkDay.link_id, func.sum(LinkDay.views), func.sum(LinkDay.sign_ups))
    opened = opened.where(LinkDay.creator_id == creator_id).group_by(col(LinkDay.link_id))
    visits = {link_id: (int(views), int(sign_ups)) for link_id, views, sign_ups in session.execute(opened)}
    bought = select(Purchase.link_id, func.count()).where(
        Purchase.creator_id == creator_id, Purchase.status == PurchaseStatus.paid
    )
    sales = dict(session.execute(bought.group_by(col(Purchase.link_id))).all())
    found = {}
    for link_id in session.exec(select(ShareLink.id).where(ShareLink.creator_id == creator_id)):
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
