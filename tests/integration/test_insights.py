"""The desk of a creator: what it shows, to whom, and how a period is asked for."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import clock, desk, ids, insights, packs, sums, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    NotFoundError,
    SignInRequiredError,
    ValidationFailedError,
)
from litesubs.domain.views.desk import FiguresView
from litesubs.models import Creator, LinkDay, ShareLink, Subscription
from tests import factories
from tests.factories import HOSTILE, draft, later


def creator_id_of(actor: Actor) -> UUID:
    """The id that rows carry."""
    assert actor.creator_id
    return actor.creator_id


def test_figures_are_those_of_the_period_in_one_currency(payments: httpx.Client) -> None:
    seller = factories.creator()
    prices: list[dict[str, Any]] = [
        {"price": "100", "credits": "3"},
        {"price": "99.99", "credits": "7", "expiry_kind": "after_days", "expiry_days": "5"},
        {"price": "1000", "currency": "JPY", "credits": "6"},
    ]
    offers = [factories.pack(seller, **price) for price in prices]
    buyers = [factories.person("Ben"), factories.person("Cem")]
    for buyer in buyers:
        for offer in offers:
            factories.paid_purchase(payments, offer, buyer)
        for group in wallets.mine(buyer).groups:
            for held in group.subscriptions:
                spent = wallets.use(seller, held.id, 2, "lesson", str(ids.new()))
                wallets.adjust(seller, held.id, "4", "goodwill", "never", str(ids.new()))
                if buyer is buyers[0]:
                    wallets.reverse(seller, held.id, spent.entries[0].id, str(ids.new()))
    factories.paid_purchase(payments, factories.pack(factories.creator()), buyers[0])
    packs.update(seller, offers[0].id, draft(name="Dearer", price="500", credits="1", slug="dearer"))
    with clock.at(later(days=7)):
        wallets.expire_due()
        euros, yen = (desk.overview(seller, "last_30", currency=currency) for currency in ("", "JPY"))
    assert (euros.currency, yen.currency, euros.currencies) == ("EUR", "JPY", ["EUR", "JPY"])
    figures = euros.figures
    assert (figures.revenue.words, figures.sales.number, figures.new_customers.number) == ("€399.98", 4, 2)
    assert (figures.sold.number, figures.used.number, figures.expired.number, figures.given.number) == (20, 4, 12, 16)
    assert (figures.owed, figures.owed_value) == (20, "€133.33")
    assert (yen.figures.revenue.words, yen.figures.used.words) == ("¥2,000", "2")
    assert sorted(best.paid for best in euros.top) == ["€199.99", "€199.99"]
    with transaction() as session:
        by_pack = insights.packs(session, creator_id_of(seller))
    assert sorted((of.sales, of.revenue, of.holders) for of in by_pack.values()) == [
        (2, "¥2,000", 2), (2, "€199.98", 2), (2, "€200", 2),
    ]  # fmt: skip


def test_activity_tells_what_happened_newest_first(payments: httpx.Client) -> None:
    seller = factories.creator()
    factories.paid_purchase(payments, factories.pack(seller), factories.person("Ben Okafor"))
    with transaction() as session:
        held = ids.show("sub", session.exec(select(Subscription.id)).one())
    used = wallets.use(seller, held, 2, "First lesson", "1")
    wallets.reverse(seller, held, used.entries[0].id, "2")
    wallets.adjust(seller, held, "-1", "mistake", "", "3")
    lines = desk.overview(seller).activity
    assert [line.text for line in lines] == [
        "had 1 credit taken: mistake",
        "got 2 credits back",
        "used 2 credits: First lesson",
        "bought 10 coaching sessions",
    ]
    assert {(line.who, line.subscription_id, line.at) for line in lines} == {("Ben Okafor", held, "now")}


@pytest.mark.usefixtures("database")
def test_an_operation_on_several_lots_is_one_line_of_activity() -> None:
    held = factories.customer_with(2, 3)
    wallets.use(held.creator, held.public_id, 5, "", "1")
    assert [line.text for line in desk.overview(held.creator).activity] == [
        "used 5 credits",
        "was given 3 credits",
        "was given 2 credits",
    ]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("after", "at"),
    [
        ({"minutes": 8}, "8 min"),
        ({"hours": 3}, "3 h"),
        ({"hours": 13}, "Mon"),
        ({"days": 6}, "Mon"),
        ({"days": 7}, "1 Feb"),
        ({"days": 365}, "1 Feb 2027"),
    ],
)
def test_activity_says_shortly_when_it_was(after: dict[str, int], at: str) -> None:
    morning = datetime(2027, 2, 1, 11, tzinfo=UTC)
    with clock.at(morning):
        held = factories.customer_with(5)
    with clock.at(morning + timedelta(**after)):
        (line,) = desk.overview(held.creator).activity
    assert (line.at, line.moment) == (at, "1 Feb 2027, 11:00")


@pytest.mark.usefixtures("database")
def test_a_new_creator_has_an_empty_desk_and_nobody_else_has_one() -> None:
    seller = factories.creator()
    shown = desk.overview(seller)
    assert (shown.currencies, shown.currency, shown.activity, shown.top) == ([], "EUR", [], [])
    assert (shown.figures.revenue.words, shown.figures.owed, shown.expiring_customers) == ("€0", 0, "")
    assert all(getattr(shown.figures, name).number == 0 for name in vars(FiguresView()) if "owed" not in name)
    assert desk.overview(seller, "all").days.startswith(str(clock.now().day))
    for ask in (desk.overview, desk.nav, lambda actor: desk.table(actor, "revenue")):
        with pytest.raises(CreatorProfileRequiredError):
            ask(factories.person())
        with pytest.raises(SignInRequiredError):
            ask(VISITOR)


@pytest.mark.usefixtures("database")
def test_a_desk_shows_nothing_of_other_creators() -> None:
    factories.customer_with(5)
    shown = desk.overview(factories.creator(), "all")
    assert (shown.currencies, shown.activity, shown.figures.owed) == ([], [], 0)
    assert desk.nav(factories.creator()).customers == "0"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("period", "start", "end", "field"),
    [
        ("yesterday", "", "", "period"),
        ("custom", "", "2027-01-01", "start"),
        ("custom", "2027-02-30", "2027-03-01", "start"),
        ("custom", "2027-03-02", "2027-03-01", "end"),
        ("custom", "2027-03-02", "tomorrow", "end"),
        ("custom", "2020-01-01", "2025-01-02", "end"),
        ("custom", "1999-12-31", "2000-01-02", "start"),
        ("custom", "2199-12-31", "9999-12-31", "end"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_by_field(period: str, start: str, end: str, field: str) -> None:
    seller = factories.creator()
    with pytest.raises(ValidationFailedError) as refused:
        desk.overview(seller, period, start, end)
    assert list(refused.value.fields) == [field]


@pytest.mark.usefixtures("shared_database")
@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_a_client_sends_gets_an_answer(value: Any) -> None:
    seller = factories.creator()
    for sent in ([value], ["custom", value, value], ["this_month", "", "", value]):
        with contextlib.suppress(ValidationFailedError):
            assert desk.overview(seller, *sent).currency == "EUR"
    with pytest.raises(NotFoundError):
        desk.table(seller, value)


@pytest.mark.usefixtures("database")
def test_five_whole_years_can_be_looked_at() -> None:
    shown = desk.overview(factories.creator(), "custom", "2021-03-01", "2026-02-28")
    assert (shown.days, shown.step, len(shown.revenue)) == ("1 March 2021 to 28 February 2026, UTC", "month", 60)


@pytest.mark.usefixtures("database")
def test_the_way_to_a_first_sale_is_walked_step_by_step() -> None:
    seller = factories.creator()
    assert [step.done for step in desk.nav(seller).setup] == [True, False, True, False, False]
    offer = factories.pack(seller)
    assert [step.done for step in desk.nav(seller).setup] == [True, True, True, False, False]
    with transaction() as session:
        link = session.exec(select(ShareLink).where(ShareLink.pack_id == ids.read("pack", offer.id))).one()
        session.add(LinkDay(link_id=link.id, day=clock.now().date(), creator_id=link.creator_id, views=4, sign_ups=1))
    assert [step.done for step in desk.nav(seller).setup] == [True, True, True, True, False]
    assert [(step.value, step.second) for step in desk.overview(seller).funnel] == [(4, ""), (1, "25%"), (0, "0%")]


@pytest.mark.usefixtures("database")
def test_the_files_have_the_numbers_of_the_charts() -> None:
    held = factories.customer_with(10)
    wallets.use(held.creator, held.public_id, 3, "", "1")
    for chart in ("revenue", "credits", "packs", "expiry", "age", "links", "customers"):
        header, rows = desk.table(held.creator, chart, "last_90")
        assert all(len(row) == len(header) for row in rows)
    header, rows = desk.table(held.creator, "credits", "last_90")
    assert sum(int(row[header.index("Credits used")]) for row in rows) == 3
    assert rows[0][:3] == [desk.overview(held.creator, "last_90").start, rows[0][1], "EUR"]
    assert desk.table(held.creator, "packs", "last_90")[1] == [["10 coaching sessions", "3"]]
    assert desk.table(held.creator, "expiry")[1][-1] == ["Never", "7", "0.00", "EUR"]


@pytest.mark.usefixtures("database")
def test_a_movement_belongs_to_the_day_it_was_where_the_creator_lives() -> None:
    evening = datetime(2027, 3, 31, 22, 30, tzinfo=UTC)  # the 1st of April in Copenhagen
    with clock.at(evening):
        held = factories.customer_with(4)
        assert desk.overview(held.creator).figures.given.number == 4
        with transaction() as session:
            session.get_one(Creator, creator_id_of(held.creator)).time_zone = "Europe/Copenhagen"
            sums.rebuild(session, creator_id_of(held.creator))
        april, march = desk.overview(held.creator), desk.overview(held.creator, "last_month")
    assert (april.days, april.figures.given.number) == ("1 April 2027, Copenhagen time", 4)
    assert (march.days, march.figures.given.number) == ("1 to 31 March 2027, Copenhagen time", 0)
    assert (april.versus, march.versus) == ("1 March", "February")


@pytest.mark.usefixtures("database")
def test_the_best_of_many_buyers_are_those_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking only at those who ever paid the most, where that is enough, changes nothing."""
    seller = factories.creator()
    offer = factories.pack(seller)
    now = datetime(2027, 6, 15, tzinfo=UTC)
    with clock.at(now):
        for number in range(12):
            held = factories.holding(offer, seller, buyer=factories.person(f"Person {number:02}"))
            for days_ago, price in ((200, 5000 - 300 * number), (0, 1000 + 10 * number)):
                with clock.at(now - timedelta(days=days_ago)):
                    factories.bought(held, price)
        for period in ("this_month", "this_year", "all"):
            plain = desk.overview(seller, period).top
            for spenders in (5, 7, 12):
                monkeypatch.setattr(insights, "MANY_SALES", 0)
                monkeypatch.setattr(insights, "BIG_SPENDERS", spenders)
                assert desk.overview(seller, period).top == plain
            monkeypatch.undo()
    assert [best.name for best in plain[:2]] == ["Person 00", "Person 01"]
