"""A creator's figures the slow way: plain Python over the raw rows, sharing nothing with the code that is tested."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from litesubs.domain import money
from litesubs.models import (
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    LedgerEntry,
    LinkDay,
    Purchase,
    PurchaseMovement,
    Subscription,
    Wallet,
)

ONE = timedelta(days=1)
USED = {"debit", "reversal", "capture"}


@dataclass(frozen=True)
class Movement:
    """Credits that moved on a local day."""

    day: date
    pack_id: UUID
    currency: str
    name: str
    credits: int


class Books:
    """All rows of one creator, read at once, without those of test customers."""

    def __init__(self, session: Session, creator_id: UUID, now: datetime) -> None:
        self.creator = session.get_one(Creator, creator_id)
        self.now, self.zone = now, ZoneInfo(self.creator.time_zone)
        self.today = now.astimezone(self.zone).date()

        def mine(model: Any) -> list[Any]:
            return list(session.exec(select(model).where(model.creator_id == creator_id)))

        self.packs = {pack.id: pack for pack in mine(CreditPack)}
        self.customers = {customer.id: customer for customer in mine(Customer) if not customer.is_test}
        self.wallets = {wallet.customer_id: wallet for wallet in mine(Wallet) if wallet.customer_id in self.customers}
        standings = [standing for standing in mine(Subscription) if standing.customer_id in self.customers]
        self.subscriptions = {standing.id: standing for standing in standings}
        self.lots: list[CreditGrant] = [lot for lot in mine(CreditGrant) if lot.subscription_id in self.subscriptions]
        self.purchases = {
            purchase.id: purchase
            for purchase in mine(Purchase)
            if purchase.customer_id is None or purchase.customer_id in self.customers
        }
        self.paid_movements: list[PurchaseMovement] = [
            movement for movement in mine(PurchaseMovement) if movement.purchase_id in self.purchases
        ]
        self.opened: list[LinkDay] = mine(LinkDay)
        lot_of = {lot.id: lot for lot in self.lots}
        self.moved = [
            Movement(
                self.local(entry.at),
                self.subscriptions[entry.subscription_id].pack_id,
                lot_of[entry.grant_id].currency,
                self._name(entry, lot_of[entry.grant_id]),
                entry.posted_delta,
            )
            for entry in mine(LedgerEntry)
            if entry.posted_delta and entry.subscription_id in self.subscriptions
        ]
        self.sales: list[Purchase] = [sale for sale in self.purchases.values() if sale.status == "paid"]

    @staticmethod
    def _name(entry: LedgerEntry, lot: CreditGrant) -> str:
        if entry.type == "grant" and lot.source == "purchase":
            return "sold"
        if entry.type in {"grant", "adjustment"}:
            return "given" if entry.posted_delta > 0 else "taken"
        return "used" if entry.type in USED else {"expiry": "expired", "refund": "refunded_credits"}[entry.type.value]

    def local(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def currencies(self) -> list[str]:
        found = {moved.currency for moved in self.moved} | {sale.currency for sale in self.sales}
        return sorted(found, key=lambda code: (code != self.creator.currency, code))

    def days(self, key: str, start: str, end: str, currency: str) -> tuple[list[date], list[date]]:
        """The days of a period, and those to compare with."""
        today = self.today
        near = [today - number * ONE for number in range(1200, -1, -1)]

        def before(years: int) -> date:
            kept = (today.month, today.day) != (2, 29)
            return today.replace(year=today.year - years) if kept else date(today.year - years, 2, 28)

        last_month = near[-1 - today.day]
        two_ago = last_month - last_month.day * ONE
        if key == "all":
            first = [moved.day for moved in self.moved if moved.currency == currency]
            first += [self.local(sale.paid_at) for sale in self.sales if sale.currency == currency and sale.paid_at]
            return self.span(min([*first, today]), today), []
        if key == "custom":
            days = self.span(date.fromisoformat(start), date.fromisoformat(end))
            return days, [day - len(days) * ONE for day in days]
        choose: dict[str, tuple[Callable[[date], bool], Callable[[date], bool]]] = {
            "this_month": (
                lambda day: (day.year, day.month) == (today.year, today.month),
                lambda day: (day.year, day.month) == (last_month.year, last_month.month) and day.day <= today.day,
            ),
            "last_month": (
                lambda day: (day.year, day.month) == (last_month.year, last_month.month),
                lambda day: (day.year, day.month) == (two_ago.year, two_ago.month),
            ),
            "last_30": (lambda day: day > today - 30 * ONE, lambda day: today - 60 * ONE < day <= today - 30 * ONE),
            "last_90": (lambda day: day > today - 90 * ONE, lambda day: today - 180 * ONE < day <= today - 90 * ONE),
            "this_year": (
                lambda day: day.year == today.year,
                lambda day: day.year == today.year - 1 and (day.month, day.day) <= (today.month, today.day),
            ),
            "last_12_months": (lambda day: day > before(1), lambda day: before(2) < day <= before(1)),
        }
        now, then = choose[key]
        return [day for day in near if now(day)], [day for day in near if then(day)]

    @staticmethod
    def span(start: date, end: date) -> list[date]:
        return [start + number * ONE for number in range((end - start).days + 1)]

    def numbers(self, days: Iterable[date], currency: str) -> dict[str, int]:
        """The figures of some days, by their names."""
        within = set(days)
        found = dict.fromkeys(["revenue", "refunded", "sales", "refunds", "new_customers", "returning_customers"], 0)
        found |= dict.fromkeys(["sold", "given", "used", "expired", "taken", "refunded_credits"], 0)
        for moved in self.moved:
            if moved.day in within and moved.currency == currency:
                found[moved.name] += moved.credits if moved.name in {"sold", "given"} else -moved.credits
        back: dict[UUID, int] = defaultdict(int)
        for movement in sorted(self.paid_movements, key=lambda movement: movement.id or 0):
            if self.purchases[movement.purchase_id].currency != currency:
                continue
            had = back[movement.purchase_id]
            back[movement.purchase_id] += movement.refunded_minor
            if self.local(movement.at) in within:
                found["sales"] += movement.paid_minor > 0
                found["revenue"] += movement.paid_minor
                found["refunded"] += movement.refunded_minor
                found["refunds"] += (back[movement.purchase_id] > 0) - (had > 0)
        for bought in self.bought(currency).values():
            if within & bought:
                first = min(bought)
                found["new_customers"] += first in within
                found["returning_customers"] += first < min(within)
        return found | {"net": found["revenue"] - found["refunded"]}

    def bought(self, currency: str) -> dict[UUID, set[date]]:
        days: dict[UUID, set[date]] = defaultdict(set)
        for sale in self.sales:
            if sale.currency == currency:
                assert sale.customer_id
                assert sale.paid_at
                days[sale.customer_id].add(self.local(sale.paid_at))
        return days

    def points(self, days: list[date], currency: str) -> list[dict[str, int]]:
        """The figures of each point of a chart."""
        if len(days) <= 31:
            key: Callable[[date], Any] = lambda day: day  # noqa: E731
        elif len(days) <= 189:
            key = lambda day: day.isocalendar()[:2]  # noqa: E731
        else:
            key = lambda day: (day.year, day.month)  # noqa: E731
        parts: dict[Any, list[date]] = defaultdict(list)
        for day in days:
            parts[key(day)].append(day)
        return [self.numbers(part, currency) for part in parts.values()]

    def worth(self, lot: CreditGrant) -> int:
        exact = Decimal(lot.remaining) * (lot.paid_minor or 0) / lot.amount
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    def owed(self, currency: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """(credits, worth) by how soon they expire, and by how old they are."""
        today = self.now.astimezone(UTC).date()
        soon, old = [[0, 0] for _ in range(5)], [[0, 0] for _ in range(4)]
        for lot in self.lots:
            if lot.currency != currency:
                continue
            age = (today - lot.created_at.astimezone(UTC).date()).days
            places = [old[sum(age >= limit for limit in (30, 90, 365))]]
            if lot.expires_at is None:
                places.append(soon[4])
            else:
                last = (lot.expires_at.astimezone(UTC) - timedelta(microseconds=1)).date()
                places.append(soon[sum(last >= today + limit * ONE for limit in (30, 90, 365))])
            for place in places:
                place[0] += lot.remaining
                place[1] += self.worth(lot)
        return [(left, worth) for left, worth in soon], [(left, worth) for left, worth in old]

    def expiring(self) -> int:
        horizon = self.now + 30 * ONE
        return len(
            {
                lot.wallet_id
                for lot in self.lots
                if lot.expires_at and lot.remaining > lot.held and self.now <= lot.expires_at <= horizon
            }
        )

    def used_by_pack(self, days: Iterable[date], currency: str) -> list[tuple[str, int]]:
        within, used = set(days), defaultdict[UUID, int](int)
        for moved in self.moved:
            if moved.day in within and moved.currency == currency and moved.name == "used":
                used[moved.pack_id] -= moved.credits
        ordered = sorted(used.items(), key=lambda item: (-item[1], item[0]))
        return [(self.packs[pack_id].name, amount) for pack_id, amount in ordered if amount > 0]

    def top(self, days: Iterable[date], currency: str) -> list[tuple[str, int, int]]:
        within, paid = set(days), defaultdict[UUID, int](int)
        for sale in self.sales:
            if sale.currency == currency and sale.paid_at and self.local(sale.paid_at) in within and sale.customer_id:
                paid[sale.customer_id] += sale.price_minor - sale.refunded_minor
        best = sorted(((-minor, customer_id) for customer_id, minor in paid.items() if minor))[:5]
        wallets = self.wallets
        return [(self.customers[key].name, -minor, wallets[key].posted - wallets[key].held) for minor, key in best]

    def funnel(self, days: Iterable[date]) -> list[int]:
        within = set(days)
        rows = [row for row in self.opened if row.day in within]
        sales = sum(self.local(sale.paid_at) in within for sale in self.sales if sale.paid_at)
        return [sum(row.views for row in rows), sum(row.sign_ups for row in rows), sales]

    def of_pack(self, pack_id: UUID) -> dict[str, Any]:
        sales = [sale for sale in self.sales if sale.pack_id == pack_id]
        mine = [s for s in self.subscriptions.values() if s.pack_id == pack_id]
        lots = [lot for lot in self.lots if self.subscriptions[lot.subscription_id].pack_id == pack_id]
        return {
            "sales": len(sales),
            "revenue": self.each((sale.currency, sale.price_minor) for sale in sales),
            "refunded": self.each((sale.currency, sale.refunded_minor) for sale in sales),
            "holders": sum(any(lot.remaining for lot in lots if lot.subscription_id == s.id) for s in mine),
            "unused": sum(lot.remaining for lot in lots),
            "owed": self.each((lot.currency, self.worth(lot)) for lot in lots),
        }

    @staticmethod
    def each(amounts: Iterable[tuple[str, int]]) -> str:
        total: dict[str, int] = defaultdict(int)
        for currency, minor in amounts:
            total[currency] += minor
        return ", ".join(money.show(total[currency], currency) for currency in sorted(total) if total[currency])

    def of_link(self, link_id: UUID) -> tuple[int, int, int]:
        rows = [row for row in self.opened if row.link_id == link_id]
        sales = sum(sale.link_id == link_id for sale in self.sales)
        return sum(row.views for row in rows), sum(row.sign_ups for row in rows), sales


def part(number: int, whole: int) -> str:
    """A share in words."""
    if not whole:
        return ""
    share = (Decimal(100 * number) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{share:,}%".replace(".0%", "%")


def change(now: int, before: int) -> tuple[str, str]:
    """(trend, change) in words."""
    trend = "up" if now > before else "down" if now < before else "same"
    if trend == "same" or before <= 0:
        return trend, ""
    rounded = (Decimal(100 * abs(now - before)) / before).quantize(Decimal(1), ROUND_HALF_UP)
    return trend, f"{rounded:,}%" if rounded else "under 1%"
