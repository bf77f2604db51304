"""The creator's numbers, recomputed from raw rows in plain Python."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import clock, ids, insights, money, packs, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import CreatorProfileRequiredError, SignInRequiredError
from litesubs.domain.views.desk import CurrencyFigures
from litesubs.models import (
    CreditGrant,
    CreditPack,
    EntryType,
    GrantSource,
    LedgerEntry,
    Purchase,
    PurchaseStatus,
    Subscription,
)
from tests import factories
from tests.factories import draft, later


def recomputed(seller: Actor) -> dict[str, CurrencyFigures]:
    """The figures, the slow way."""
    with transaction() as session:
        sales = session.exec(select(Purchase).where(Purchase.creator_id == seller.creator_id)).all()
        lots = session.exec(select(CreditGrant).where(CreditGrant.creator_id == seller.creator_id)).all()
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.creator_id == seller.creator_id)).all()
        pack_currency = dict(session.execute(select(Subscription.id, CreditPack.currency).join(CreditPack)).all())
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    currency_of = {lot.id: lot.paid_currency or pack_currency[lot.subscription_id] for lot in lots}
    for sale in sales:
        if sale.status is PurchaseStatus.paid:
            sums[sale.currency]["sales"] += 1
            sums[sale.currency]["revenue"] += sale.price_minor - sale.refunded_minor
    for lot in lots:
        of = sums[currency_of[lot.id]]
        of["sold"] += lot.amount if lot.source is GrantSource.purchase else 0
        of["outstanding"] += lot.remaining
        exact = Decimal(lot.remaining) * (lot.paid_minor or 0) / lot.amount
        of["value"] += int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    for entry in entries:
        of = sums[currency_of[entry.grant_id]]
        if entry.type in {EntryType.debit, EntryType.capture, EntryType.reversal}:
            of["used"] -= entry.posted_delta
        if entry.type is EntryType.expiry:
            of["expired"] -= entry.posted_delta
    return {
        currency: CurrencyFigures(
            currency=currency,
            revenue=money.show(of["revenue"], currency),
            sales=of["sales"],
            credits_sold=of["sold"],
            credits_used=of["used"],
            credits_expired=of["expired"],
            outstanding_credits=of["outstanding"],
            outstanding_value=money.show(of["value"], currency),
        )
        for currency, of in sums.items()
    }


def test_figures_are_those_of_the_raw_rows_per_currency(payments: httpx.Client) -> None:
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
                if held.pack_name and buyer is buyers[0]:
                    wallets.reverse(seller, held.id, spent.entries[0].id, str(ids.new()))
    factories.paid_purchase(payments, factories.pack(factories.creator()), buyers[0])
    packs.update(seller, offers[0].id, draft(name="Dearer", price="500", credits="1", slug="dearer"))
    with clock.at(later(days=7)):
        wallets.expire_due()
        desk = insights.desk(seller)
    assert {figures.currency: figures for figures in desk.figures} == recomputed(seller)
    by_currency = {figures.currency: figures for figures in desk.figures}
    assert by_currency["EUR"].revenue == "€399.98"
    assert (by_currency["EUR"].sales, by_currency["EUR"].credits_sold, by_currency["EUR"].credits_used) == (4, 20, 4)
    assert by_currency["EUR"].credits_expired == 12
    assert (by_currency["JPY"].revenue, by_currency["JPY"].credits_used) == ("¥2,000", 2)
    assert (desk.packs, desk.customers, len(desk.activity)) == (3, 2, insights.ACTIVITY_LINES)


def test_activity_tells_what_happened_newest_first(payments: httpx.Client) -> None:
    seller = factories.creator()
    factories.paid_purchase(payments, factories.pack(seller), factories.person("Ben Okafor"))
    with transaction() as session:
        held = ids.show("sub", session.exec(select(Subscription.id)).one())
    used = wallets.use(seller, held, 2, "First lesson", "1")
    wallets.reverse(seller, held, used.entries[0].id, "2")
    wallets.adjust(seller, held, "-1", "mistake", "", "3")
    lines = insights.desk(seller).activity
    assert [line.text for line in lines] == [
        "had 1 credit taken: mistake",
        "got 2 credits back",
        "used 2 credits: First lesson",
        "bought 10 coaching sessions",
    ]
    assert {(line.who, line.subscription_id) for line in lines} == {("Ben Okafor", held)}


@pytest.mark.usefixtures("database")
def test_a_new_creator_has_an_empty_desk_and_nobody_else_has_one() -> None:
    desk = insights.desk(factories.creator())
    assert (desk.figures, desk.activity, desk.packs, desk.customers) == ([], [], 0, 0)
    with pytest.raises(CreatorProfileRequiredError):
        insights.desk(factories.person())
    with pytest.raises(SignInRequiredError):
        insights.desk(VISITOR)


@pytest.mark.usefixtures("database")
def test_a_desk_shows_nothing_of_other_creators() -> None:
    factories.customer_with(5)
    desk = insights.desk(factories.creator())
    assert (desk.figures, desk.activity, desk.customers) == ([], [], 0)
