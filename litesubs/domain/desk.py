"""The creator's desk: its overview, the tables behind the charts, and what stands in the sidebar."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from litesubs.db import snapshot
from litesubs.domain import activity, charts, customer_query, ids, insights, money, periods, prose, reviews, sums
from litesubs.domain.actors import Actor
from litesubs.domain.charts import Moves, Owed, Table
from litesubs.domain.errors import NotFoundError
from litesubs.domain.insights import PaidMost, Question
from litesubs.domain.periods import Period
from litesubs.domain.views.desk import DeskView, FiguresView, FigureView, NavView, SetupStep, TopCustomer
from litesubs.models import CreditPack, Customer, LinkDay, Purchase, PurchaseStatus

TOP_CUSTOMERS = 5
TOP_CUSTOMERS_IN_FILE = 1000
MONEY = frozenset({"revenue", "refunded", "net"})


def overview(actor: Actor, period: str = "this_month", start: str = "", end: str = "", currency: str = "") -> DeskView:
    """The figures of a period in one currency: the creator's main one unless `currency` names another they have.

    `period` is a key of `periods.PERIODS`; `start` and `end` are ISO dates for "custom". Raises ValidationFailedError
    naming `period`, `start` or `end`.
    """
    creator_id = actor.require_creator()
    sums.caught_up(creator_id)
    with snapshot() as session:
        asked = insights.question(session, creator_id, currency)
        within = insights.period(session, asked, period, start, end)
        earlier = periods.before(period, within)
        moves, owed, code = insights.moves(session, asked, within), insights.owed(session, asked), asked.currency
        figures = _figures(session, asked, (within, earlier), moves, owed)
        return DeskView(
            period=period,
            days=within.words(),
            start=within.start.isoformat(),
            end=within.end.isoformat(),
            versus=periods.versus(period, earlier) if earlier else "",
            step=within.step,
            currency=code,
            digits=money.decimals(code),
            currencies=asked.currencies,
            figures=figures,
            revenue=charts.revenue(within, moves, code),
            revenue_sentence=charts.revenue_sentence(within, moves, code),
            credits=charts.credits_(within, moves),
            credits_sentence=charts.credits_sentence(within, moves),
            used_by_pack=charts.used_by_pack(insights.used_by_pack(session, asked, within)),
            owed_by_expiry=charts.owed_by_expiry(owed, code),
            owed_by_age=charts.owed_by_age(owed, code),
            expiring_customers=insights.expiring_customers(session, creator_id),
            funnel=charts.funnel(insights.funnel(session, asked, within)),
            top=[
                _top(best, code)
                for best in insights.paid_most(session, asked, within, TOP_CUSTOMERS, figures.sales.number)
            ],
            to_review=reviews.waiting(session, creator_id),
            activity=activity.latest(session, creator_id, asked.zone),
        )


def table(
    actor: Actor, chart: str, period: str = "this_month", start: str = "", end: str = "", currency: str = ""
) -> Table:
    """Header and rows behind a chart: revenue, credits, packs, expiry, age, links or customers.

    Amounts are plain decimals. Raises NotFoundError for another chart, otherwise as `overview`.
    """
    creator_id = actor.require_creator()
    sums.caught_up(creator_id)
    with snapshot() as session:
        asked = insights.question(session, creator_id, currency)
        within = insights.period(session, asked, period, start, end)
        code = asked.currency
        match chart:
            case "revenue" | "credits":
                return charts.over_time(within, insights.moves(session, asked, within), code)
            case "packs":
                return ["Pack", "Credits used"], [
                    [name, str(used)] for name, used in insights.used_by_pack(session, asked, within)
                ]
            case "expiry":
                return charts.owed_table("Expires", charts.by_expiry(insights.owed(session, asked)), code)
            case "age":
                return charts.owed_table("Sold or given", charts.by_age(insights.owed(session, asked)), code)
            case "links":
                steps = charts.funnel(insights.funnel(session, asked, within))
                return ["Step", "Number", "Part"], [[step.label, str(step.value), step.second] for step in steps]
            case "customers":
                best = insights.paid_most(session, asked, within, TOP_CUSTOMERS_IN_FILE, 0)
                return ["Name", "E-mail", "Paid", "Currency", "Credits left"], [
                    [one.name, one.email, money.show_input(one.paid_minor, code), code, str(one.left)] for one in best
                ]
            case _:
                raise NotFoundError


def nav(actor: Actor) -> NavView:
    """What stands in the sidebar. Cheap, since every page asks for it."""
    creator_id = actor.require_creator()
    with snapshot() as session:
        customers = select(Customer.email_normalized).where(Customer.creator_id == creator_id, ~col(Customer.is_test))
        packs_made = select(CreditPack.slug).where(CreditPack.creator_id == creator_id)
        return NavView(
            packs=insights.count(session, packs_made.order_by(col(CreditPack.slug))),
            customers=insights.count(session, customers.order_by(col(Customer.email_normalized))),
            setup=_setup(session, creator_id),
        )


def _figures(
    session: Session,
    asked: Question,
    spans: tuple[Period, Period | None],
    moves: Moves,
    owed: Iterable[Owed],
) -> FiguresView:
    within, earlier = spans
    now = insights.numbers(session, asked, within, moves)
    before: dict[str, int] = {}
    if earlier:
        before = insights.numbers(session, asked, earlier, insights.moves(session, asked, earlier))
    figures: dict[str, FigureView] = {
        name: charts.figure(number, before.get(name), asked.currency if name in MONEY else "")
        for name, number in now.items()
    }
    return FiguresView(
        **figures,
        owed=sum(lots.credits for lots in owed),
        owed_value=money.show(sum(lots.amount_minor for lots in owed), asked.currency),
    )


def _top(best: PaidMost, currency: str) -> TopCustomer:
    return TopCustomer(
        customer_id=ids.show("cus", best.customer_id),
        name=best.name,
        initials=prose.initials(best.name),
        left=best.left,
        paid=money.show(best.paid_minor, currency),
    )


def _setup(session: Session, creator_id: UUID) -> list[SetupStep]:
    """The way to a first sale. Payments are the instance's own, so they are always ready."""

    def any_of(query: sa.Select[Any]) -> bool:
        return session.execute(query.limit(1)).first() is not None

    has_pack = any_of(select(CreditPack.id).where(CreditPack.creator_id == creator_id))
    opened = any_of(select(LinkDay.link_id).where(LinkDay.creator_id == creator_id))
    paid = select(Purchase.id).where(
        Purchase.creator_id == creator_id,
        Purchase.status == PurchaseStatus.paid,
        customer_query.is_real(Purchase.customer_id),
    )
    sold = any_of(paid.order_by(col(Purchase.paid_at)))
    return [
        SetupStep("profile", "Choose a name and a handle", "/dashboard/settings", done=True),
        SetupStep("pack", "Make your first pack", "/dashboard/packs/new", done=has_pack),
        SetupStep("payments", "Take payments with Stripe", "/dashboard/settings", done=True),
        SetupStep("link", "Share a link", "/dashboard/links", done=opened or sold),
        SetupStep("sale", "Sell your first credits", "/dashboard/links", done=sold),
    ]
