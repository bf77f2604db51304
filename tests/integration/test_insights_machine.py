"""Random histories of a business: every figure of the desk is what plain Python makes of the raw rows."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import chain, clock, customers, desk, ids, insights, ledger, money, sums, verify, wallets
from litesubs.domain.errors import DomainError
from litesubs.domain.periods import PERIODS
from litesubs.domain.views.desk import DeskView
from litesubs.models import (
    Creator,
    CreditGrant,
    Customer,
    EntryType,
    GrantSource,
    LedgerEntry,
    LinkDay,
    Purchase,
    ShareLink,
)
from tests import factories
from tests.factories import SYSTEM
from tests.integration.books import Books, change, part

STARTS = [  # before clocks change in Europe and America, before a leap day, before a year that begins in ISO week 53
    datetime(2027, 3, 13, 20, tzinfo=UTC),
    datetime(2027, 10, 30, 21, tzinfo=UTC),
    datetime(2028, 2, 27, 23, tzinfo=UTC),
    datetime(2026, 12, 30, 22, tzinfo=UTC),
]
ZONES = ["UTC", "Europe/Copenhagen", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"]
PACKS = [
    {"name": "Lessons", "currency": "EUR"},
    {"name": "Talks", "currency": "EUR"},
    {"name": "Tickets", "currency": "JPY", "price": "1000"},
]
WHICH_PACK, WHICH_PERSON = st.integers(0, len(PACKS) - 1), st.integers(0, 2)
AMOUNTS, PRICES = st.integers(1, 9), st.integers(1, 99_999)
LASTS = st.none() | st.sampled_from([1, 29, 30, 31, 89, 90, 91, 365, 366])  # days, at and beside where buckets end
NOTE = chain.Note("because")


class InsightsMachine(RuleBasedStateMachine):
    """One creator with three packs in two currencies, and three customers of each."""

    @initialize(start=st.sampled_from(STARTS), zone=st.sampled_from(ZONES))
    def open(self, start: datetime, zone: str) -> None:
        self.now = start
        with clock.at(start):
            self.seller = factories.creator()
            assert self.seller.creator_id
            self.creator_id = self.seller.creator_id
            self.change_settings(zone, "EUR")
            people = [factories.person(name) for name in ("Émile Øst", "Ben Okafor", "Çelik Ann")]
            offers = [factories.pack(self.seller, **pack) for pack in PACKS]
            self.held = [[factories.holding(pack, self.seller, buyer=buyer) for buyer in people] for pack in offers]
        with transaction() as session:
            links = session.exec(select(ShareLink).where(ShareLink.creator_id == self.creator_id)).all()
        self.links = {link.pack_id: link.id for link in links}

    @contextlib.contextmanager
    def acting(self) -> Iterator[Session]:
        """A transaction at the machine's time; what the rules refuse is nobody's matter here."""
        with contextlib.suppress(DomainError), clock.at(self.now), transaction() as session:
            yield session

    @rule(hours=st.sampled_from([1, 5, 23, 24, 25, 24 * 9, 24 * 30, 24 * 31, 24 * 200]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(
        pack=WHICH_PACK,
        person=WHICH_PERSON,
        price=PRICES,
        credits_=AMOUNTS,
        waits=st.booleans(),
        days=LASTS,
    )
    def buy(self, pack: int, person: int, price: int, credits_: int, waits: bool, days: int | None) -> None:  # noqa: FBT001
        """As settling does; what was ordered first may also be paid later."""
        expires_at = self.now + timedelta(days=days) if days else None
        with clock.at(self.now):
            factories.bought(self.held[pack][person], price, credits_, expires_at=expires_at, ordered_first=waits)

    @rule(sales=st.lists(st.tuples(WHICH_PACK, WHICH_PERSON, PRICES, st.integers(0, 40)), min_size=2, max_size=6))
    def sell_for_a_while(self, sales: list[tuple[int, int, int, int]]) -> None:
        """Customers who come back after days or weeks."""
        for pack, person, price, days in sales:
            self.buy(pack, person, price, 5, waits=False, days=None)
            self.now += timedelta(days=days)

    @rule(data=st.data(), fails=st.booleans())
    def refund(self, data: st.DataObject, fails: bool) -> None:  # noqa: FBT001
        """Some or all of the money goes back; a refund can fail and come back in turn."""
        with self.acting() as session:
            query = select(Purchase).where(Purchase.creator_id == self.creator_id, Purchase.status == "paid")
            paid = session.exec(query.order_by(col(Purchase.id))).all()
            if paid:
                purchase = data.draw(st.sampled_from(paid))
                least = 0 if fails else purchase.refunded_minor
                purchase.refunded_minor = data.draw(st.integers(least, purchase.price_minor))
                purchase.refunded_at = self.now

    @rule(
        pack=WHICH_PACK,
        person=WHICH_PERSON,
        amount=AMOUNTS,
        days=LASTS,
        source=st.sampled_from([GrantSource.promo, GrantSource.imported]),
    )
    def give(self, pack: int, person: int, amount: int, days: int | None, source: GrantSource) -> None:
        expires_at = self.now + timedelta(days=days) if days else None
        with clock.at(self.now):
            factories.give(self.held[pack][person], amount, expires_at=expires_at, source=source)

    @rule(pack=WHICH_PACK, person=WHICH_PERSON, amount=AMOUNTS, of_any=st.booleans())
    def debit(self, pack: int, person: int, amount: int, of_any: bool) -> None:  # noqa: FBT001
        held = self.held[pack][person]
        with self.acting() as session:
            pack_id = None if of_any else ids.read("pack", held.pack.id)
            ledger.debit(session, held.wallet_id, amount, SYSTEM, pack_id=pack_id)

    @rule(data=st.data(), amount=st.none() | AMOUNTS)
    def reverse(self, data: st.DataObject, amount: int | None) -> None:
        with self.acting() as session:
            query = select(LedgerEntry.posting_id).where(
                LedgerEntry.creator_id == self.creator_id, LedgerEntry.type == EntryType.debit
            )
            debits = sorted(set(session.exec(query)))
            if debits:
                ledger.reverse(session, data.draw(st.sampled_from(debits)), SYSTEM, amount=amount)

    @rule(pack=WHICH_PACK, person=WHICH_PERSON, amount=st.integers(-9, 9).filter(bool))
    def adjust(self, pack: int, person: int, amount: int) -> None:
        held = self.held[pack][person]
        with self.acting() as session:
            if amount > 0:
                ledger.adjust_up(session, held.subscription_id, amount, SYSTEM, None, NOTE)
            else:
                ledger.adjust_down(session, held.subscription_id, -amount, SYSTEM, NOTE)

    @rule(data=st.data(), days=LASTS, voids=st.booleans())
    def change_lot(self, data: st.DataObject, days: int | None, voids: bool) -> None:  # noqa: FBT001
        """Take back what is left of a lot, or give it more time."""
        with self.acting() as session:
            query = select(CreditGrant).where(CreditGrant.creator_id == self.creator_id, ~col(CreditGrant.closed))
            lots = session.exec(query.order_by(col(CreditGrant.id))).all()
            if lots and voids:
                ledger.void(session, data.draw(st.sampled_from(lots)).id, SYSTEM, NOTE)
            elif lots:
                lot = data.draw(st.sampled_from(lots))
                expires_at = self.now + timedelta(days=days) if days else None
                ledger.extend(session, lot.id, expires_at, SYSTEM, chain.Note("more time"))

    @rule()
    def expire(self) -> None:
        with clock.at(self.now):
            wallets.expire_due()

    @rule(pack=WHICH_PACK, views=st.integers(0, 5), sign_ups=st.integers(0, 2))
    def open_link(self, pack: int, views: int, sign_ups: int) -> None:
        link_id = self.links[ids.read("pack", self.held[pack][0].pack.id)]
        with self.acting() as session:
            zone = session.get_one(Creator, self.creator_id).time_zone
            day = self.now.astimezone(ZoneInfo(zone)).date()
            row = session.get(LinkDay, (link_id, day)) or LinkDay(link_id=link_id, day=day, creator_id=self.creator_id)
            row.views, row.sign_ups = (row.views or 0) + views, (row.sign_ups or 0) + sign_ups
            session.add(row)

    @rule(person=WHICH_PERSON, name=st.sampled_from(["Ann Ó Briain", "ZOË", "Łukasz"]))
    def rename(self, person: int, name: str) -> None:
        with self.acting() as session:
            session.get_one(Customer, self.held[0][person].customer_id).name = name

    @rule(person=WHICH_PERSON, test=st.booleans())
    def mark(self, person: int, test: bool) -> None:  # noqa: FBT001
        """A customer leaves every figure, with all they did, or comes back."""
        with clock.at(self.now):
            customers.set_test(self.seller, ids.show("cus", self.held[0][person].customer_id), test=test)

    @rule(some=st.integers(1, 4))
    def fold_some(self, some: int) -> None:
        """The job runs, and gets as far as it gets."""
        with pytest.MonkeyPatch.context() as patch, transaction() as session:
            patch.setattr(sums, "BATCH", some)
            sums.fold(session, self.creator_id)

    @rule(zone=st.sampled_from(ZONES), currency=st.sampled_from(["EUR", "JPY"]))
    def change_settings(self, zone: str, currency: str) -> None:
        with clock.at(self.now), transaction() as session:
            creator = session.get_one(Creator, self.creator_id)
            creator.time_zone, creator.currency = zone, currency
            sums.rebuild(session, self.creator_id)

    @rule(period=st.sampled_from([key for key in PERIODS if key != "custom"]), currency=st.sampled_from(["", "JPY"]))
    def look(self, period: str, currency: str) -> None:
        self.compare(period, "", "", currency)

    @precondition(lambda self: hasattr(self, "now"))
    @rule(start=st.integers(-500, 60), length=st.integers(0, 400))
    def look_at_days(self, start: int, length: int) -> None:
        first = (self.now + timedelta(days=start)).date()
        self.compare("custom", first.isoformat(), (first + timedelta(days=length)).isoformat(), "")

    def teardown(self) -> None:
        """At the end the sums are proved from the raw rows too, folded and not."""
        if hasattr(self, "held"):
            assert verify.violations() == []
            for period in PERIODS.keys() - {"custom"}:
                self.look(period, "")
                self.look(period, "JPY")
            assert verify.violations() == []

    def compare(self, period: str, start: str, end: str, currency: str) -> None:
        """The desk against the books."""
        with clock.at(self.now):
            shown = desk.overview(self.seller, period, start, end, currency)
            header, rows = desk.table(self.seller, "revenue", period, start, end, currency)
            shown_in_nav = desk.nav(self.seller)
            with transaction() as session:
                books = Books(session, self.creator_id, self.now)
                packs = insights.packs(session, self.creator_id)
                links = insights.links(session, self.creator_id, self.links.values())
        assert shown_in_nav.customers == str(len(books.customers))
        assert next(step for step in shown_in_nav.setup if step.key == "sale").done == bool(books.sales)
        names = {customer.name for customer in books.customers.values()}
        assert {line.who for line in shown.activity} <= names
        main = next(iter(books.currencies()), books.creator.currency)
        code = currency if currency in books.currencies() else main
        assert (shown.currencies, shown.currency) == (books.currencies(), code)
        days, earlier = books.days(period, start, end, code)
        assert (shown.start, shown.end) == (days[0].isoformat(), days[-1].isoformat())
        same_figures(shown, books.numbers(days, code), books.numbers(earlier, code) if earlier else None, code)
        same_charts(shown, books, days, code)
        points = books.points(days, code)
        assert [int(row[header.index("Sales")]) for row in rows] == [point["sales"] for point in points]
        for name in ("sold", "given", "used", "expired", "taken"):
            place = header.index(f"Credits {name}")
            assert [int(row[place]) for row in rows] == [point[name] for point in points]
        assert {pack_id: vars(figures) for pack_id, figures in packs.items()} == {
            pack_id: books.of_pack(pack_id) for pack_id in books.packs
        }
        for link_id, figures in links.items():
            views, sign_ups, sales = books.of_link(link_id)
            assert (figures.views, figures.sign_ups, figures.sales) == (views, sign_ups, sales)
            assert figures.conversion == part(sales, views)


def same_figures(shown: DeskView, now: dict[str, int], then: dict[str, int] | None, currency: str) -> None:
    """Every figure: its number, its words, and how it compares."""

    def words(name: str, number: int) -> str:
        if name in {"revenue", "refunded", "net"}:
            return money.show(number, currency)
        return f"{number:,}".replace("-", "−")

    for name, number in now.items():
        figure: Any = getattr(shown.figures, name)
        assert (figure.number, figure.words) == (number, words(name, number)), name
        if then is None:
            assert (figure.trend, figure.change, figure.before) == ("", "", "")
        else:
            assert (figure.trend, figure.change) == change(number, then[name]), name
            assert figure.before == words(name, then[name])


def same_charts(shown: DeskView, books: Books, days: list[Any], currency: str) -> None:
    """Every point, bar and name."""
    points = books.points(days, currency)
    assert [point.values for point in shown.revenue] == [[point["revenue"]] for point in points]
    assert [point.words for point in shown.revenue] == [
        [money.show(point["revenue"], currency), f"{point['sales']:,}", money.show(point["refunded"], currency)]
        for point in points
    ]
    assert [point.values for point in shown.credits] == [[point["sold"], point["used"]] for point in points]
    used = books.used_by_pack(days, currency)
    assert [(bar.label, bar.value) for bar in shown.used_by_pack] == used
    assert [bar.second for bar in shown.used_by_pack] == [part(n, sum(each for _, each in used)) for _, n in used]
    soon, old = books.owed(currency)
    for bars, expected in ((shown.owed_by_expiry, soon), (shown.owed_by_age, old)):
        assert [(bar.value, bar.second) for bar in bars] == [
            (left, money.show(worth, currency)) for left, worth in expected
        ]
    assert shown.figures.owed == sum(left for left, _ in soon)
    assert shown.figures.owed_value == money.show(sum(worth for _, worth in soon), currency)
    assert shown.expiring_customers == str(books.expiring() or "")
    funnel = books.funnel(days)
    assert [(step.value, step.second) for step in shown.funnel] == [
        (funnel[0], ""),
        (funnel[1], part(funnel[1], funnel[0])),
        (funnel[2], part(funnel[2], funnel[0])),
    ]
    assert [(best.name, best.paid, best.left) for best in shown.top] == [
        (name, money.show(paid, currency), left) for name, paid, left in books.top(days, currency)
    ]


@pytest.mark.usefixtures("database")
def test_every_figure_is_what_plain_python_makes_of_the_raw_rows() -> None:
    run_state_machine_as_test(
        InsightsMachine,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
