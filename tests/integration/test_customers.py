"""The list of customers: who is found, in what order, page by page, and that its numbers are the ledger's."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from litesubs.db import transaction
from litesubs.domain import clock, customers, ids, purchases, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.domain.errors import NotFoundError, ValidationFailedError
from litesubs.domain.views.customers import CustomerRow
from litesubs.models import Purchase, User
from tests import factories
from tests.factories import HOSTILE, Holding, later

pytestmark = pytest.mark.usefixtures("shared_database")


def found(seller: Actor, **query: Any) -> list[str]:
    """The names of the customers that a query finds, in order."""
    return [row.name for row in customers.page(seller, CustomerQuery(**query)).rows]


def row_of(held: Holding) -> CustomerRow:
    """The only customer of a creator."""
    [row] = customers.page(held.creator).rows
    return row


def named(seller: Actor, offer: Any, name: str, *amounts: int) -> Holding:
    """A customer of this name."""
    return factories.holding(offer, seller, *amounts, buyer=factories.person(name))


def test_one_row_shows_all_packs_of_a_customer() -> None:
    ada = factories.creator()
    coaching, voice = factories.pack(ada), factories.pack(ada, name="Voice reset")
    jonas = named(ada, coaching, "Jonas Weber", 10)
    factories.holding(voice, ada, 5, buyer=jonas.buyer)
    factories.give(jonas, 2, expires_at=later(days=5))
    wallets.use(ada, jonas.public_id, 1, "", str(ids.new()))
    row = row_of(jonas)
    assert [(pack.pack_name, pack.left) for pack in row.packs] == [("10 coaching sessions", 11), ("Voice reset", 5)]
    assert (row.name, row.left, row.available, row.held) == ("Jonas Weber", 16, 16, 0)
    assert row.expires_soon
    assert row.last_activity
    assert row.spent == ""


def test_paused_credits_are_left_but_not_available() -> None:
    held = factories.customer_with(7)
    wallets.set_status(held.creator, held.public_id, "paused", "Holiday")
    row = row_of(held)
    assert (row.left, row.available) == (7, 0)
    assert (row.packs[0].status, row.packs[0].status_note) == ("paused", "Holiday")


def test_money_is_shown_per_currency_and_without_what_was_refunded(payments: Any) -> None:
    ada = factories.creator()
    buyer = factories.person("Jonas Weber")
    for changes in ({"price": "450"}, {"price": "40", "currency": "USD"}):
        factories.paid_purchase(payments, factories.pack(ada, **changes), buyer)
    [row] = customers.page(ada).rows
    assert row.spent == "€450, $40"


def test_an_address_is_confirmed_once_its_owner_has_proven_it() -> None:
    held = factories.customer_with(1)
    for proven in (None, clock.now()):
        with transaction() as session:
            session.get_one(User, held.buyer.user_id).email_verified_at = proven
        assert row_of(held).confirmed is (proven is not None)


def test_customers_are_found_by_each_word_of_name_and_address_and_only_their_creators() -> None:
    ada = factories.creator()
    offer = factories.pack(ada)
    zoe = named(ada, offer, "Zoë 100% Brandt", 5)
    named(ada, offer, "Ben Brandt", 5)
    factories.customer_with(5)
    assert len(found(ada)) == 2
    assert found(ada, search="zoë") == found(ada, search="ZOE") == ["Zoë 100% Brandt"]
    assert found(ada, search=unicodedata.normalize("NFD", "zoë")) == ["Zoë 100% Brandt"]
    assert found(ada, search="brandt zoë") == found(ada, search=zoe.buyer.email.upper()) == ["Zoë 100% Brandt"]
    assert len(found(ada, search="  brandt ")) == 2
    assert found(ada, search="ben zoë") == []
    assert found(ada, search="be") == found(ada, search="b be") == ["Ben Brandt"]
    assert len(found(ada, search="b")) == len(found(ada, search="% _ \\")) == 2
    assert found(ada, search="100%") == ["Zoë 100% Brandt"]
    assert found(ada, search="100_") == []
    assert len(customers.known(ada)) == 2


def test_a_new_name_is_found_and_sorted_at_once() -> None:
    held = factories.customer_with(1)
    customer_id = row_of(held).customer_id
    customers.rename(held.creator, customer_id, "  Leïla   Haddad ")
    assert found(held.creator, search="leila") == ["Leïla Haddad"]
    with pytest.raises(ValidationFailedError):
        customers.rename(held.creator, customer_id, " ")
    with pytest.raises(NotFoundError):
        customers.rename(factories.creator(), customer_id, "Mine")


def test_filters_find_by_pack_and_by_its_status() -> None:
    ada = factories.creator()
    coaching, voice = factories.pack(ada), factories.pack(ada, name="Voice reset")
    both = named(ada, coaching, "Both", 5)
    sung = factories.holding(voice, ada, 5, buyer=both.buyer)
    named(ada, coaching, "One", 5)
    wallets.set_status(ada, sung.public_id, "paused")
    assert found(ada, pack=voice.id) == ["Both"]
    assert sorted(found(ada, pack=coaching.id)) == ["Both", "One"]
    assert found(ada, statuses=["paused"]) == found(ada, pack=voice.id, statuses=["paused", "disabled"]) == ["Both"]
    assert found(ada, pack=coaching.id, statuses=["paused"]) == []
    assert sorted(found(ada, statuses=["active"])) == ["Both", "One"]
    assert found(factories.creator(), pack=voice.id) == []


def test_filters_find_who_has_few_credits_left_in_all_or_of_a_pack() -> None:
    ada = factories.creator()
    coaching, voice = factories.pack(ada), factories.pack(ada, name="Voice reset")
    few = named(ada, coaching, "Few", 3)
    rich = named(ada, coaching, "Rich", 4)
    factories.holding(voice, ada, 1, buyer=rich.buyer)
    named(ada, coaching, "None")
    assert sorted(found(ada, low=True)) == ["Few", "None"]
    assert found(ada, low=True, pack=voice.id) == ["Rich"]
    factories.give(few, 1)
    assert found(ada, low=True) == ["None"]


def test_filters_find_whose_credits_expire_within_thirty_days() -> None:
    ada = factories.creator()
    coaching, voice = factories.pack(ada), factories.pack(ada, name="Voice reset")
    soon, late = named(ada, coaching, "Soon"), named(ada, coaching, "Late")
    factories.give(soon, 1, expires_at=later(days=29))
    factories.give(late, 1, expires_at=later(days=31))
    assert found(ada, expiring=True) == found(ada, expiring=True, pack=coaching.id) == ["Soon"]
    assert found(ada, expiring=True, pack=voice.id) == []
    with clock.at(later(days=2)):
        assert sorted(found(ada, expiring=True)) == ["Late", "Soon"]
    with clock.at(later(days=30)):  # written off or not
        assert found(ada, expiring=True) == ["Late"]


def test_filters_find_who_has_not_moved_for_sixty_days() -> None:
    ada = factories.creator()
    offer = factories.pack(ada)
    with clock.at(later(days=-61)):
        named(ada, offer, "Quiet", 5)
    with clock.at(later(days=-59)):
        named(ada, offer, "Lively", 5)
    assert found(ada, inactive=True) == ["Quiet"]


def test_every_column_sorts_both_ways() -> None:
    ada = factories.creator()
    offer = factories.pack(ada)
    for place, (name, amount, days) in enumerate([("Östen", 2, 40), ("anna", 9, 10), ("Bea", 5, 0)]):
        with clock.at(later(days=place - 9)):
            held = named(ada, offer, name)
            factories.give(held, amount, expires_at=later(days=days) if days else None)
    orders = {
        "name": ["anna", "Bea", "Östen"],
        "credits": ["Östen", "Bea", "anna"],
        "expires": ["anna", "Östen", "Bea"],
        "active": ["Östen", "anna", "Bea"],
        "joined": ["Östen", "anna", "Bea"],
    }
    for sort, order in orders.items():
        assert found(ada, sort=sort, descending=False) == order, sort
        assert found(ada, sort=sort, descending=True) == order[::-1], sort


@pytest.mark.parametrize("sort", [*customers.SORTS])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_follow_each_other_in_any_order_without_gap_or_double(
    monkeypatch: pytest.MonkeyPatch, sort: str, *, descending: bool
) -> None:
    monkeypatch.setattr(customers, "ROWS_PER_PAGE", 2)
    ada = factories.creator()
    offer = factories.pack(ada)
    for number in range(7):
        named(ada, offer, f"Same name {number // 3}", 1 + number // 3)
    query = CustomerQuery(sort=sort, descending=descending)
    page = customers.page(ada, query)
    seen = [row.customer_id for row in page.rows]
    while page.after:
        page = customers.page(ada, query, page.after)
        seen += [row.customer_id for row in page.rows]
        assert page.count == "7"
    assert len(seen) == len(set(seen)) == 7


def test_a_thousand_are_counted_and_more_are_said_to_be_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "MOST_COUNTED", 2)
    ada = factories.creator()
    offer = factories.pack(ada)
    for _ in range(3):
        factories.holding(offer, ada, 1)
    page = customers.page(ada)
    assert (page.total, page.count, len(page.rows)) == (2, "2+", 3)


def test_a_cursor_of_another_list_or_order_or_hand_shows_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "ROWS_PER_PAGE", 1)
    sellers = [factories.creator(), factories.creator()]
    for seller in sellers:
        offer = factories.pack(seller)
        for name in ("Anna", "Bea"):
            named(seller, offer, name, 1)
    by_name = CustomerQuery(sort="name", descending=False)
    mine, other = (customers.page(seller, by_name).after for seller in sellers)
    ada = sellers[0]
    second, refused = (customers.page(ada, by_name, cursor) for cursor in (mine, other))
    assert ([row.name for row in second.rows], second.at_start) == (["Bea"], False)
    assert ([row.name for row in refused.rows], refused.at_start) == (["Anna"], True)
    assert [row.name for row in customers.page(ada, replace(by_name, descending=True), mine).rows] == ["Bea"]
    assert [row.name for row in customers.page(ada, by_name, mine[:-4]).rows] == ["Anna"]


@pytest.mark.parametrize("bad", HOSTILE)
def test_no_query_or_cursor_breaks_the_list(bad: Any) -> None:
    held = factories.customer_with(5)
    for field in vars(CustomerQuery()):
        query = CustomerQuery(**{field: bad})
        assert customers.page(held.creator, query, bad).total in {0, 1}
    assert len(customers.jump(held.creator, bad)) in {0, 1, 2}


def test_the_palette_leads_to_customers_and_packs_by_name() -> None:
    ada = factories.creator()
    offer = factories.pack(ada, name="Weber's course")
    jonas = named(ada, offer, "Jonas Weber", 7)
    factories.customer_with(5)
    pack, person = customers.jump(ada, "weber")
    assert (pack.kind, pack.label, pack.href) == ("pack", "Weber's course", f"/dashboard/packs/{offer.id}")
    assert (person.kind, person.label, person.hint, person.figure) == (
        "customer",
        "Jonas Weber",
        jonas.buyer.email,
        "7 left",
    )
    assert person.href == f"/dashboard/customers/{ids.show('cus', jonas.customer_id)}"
    assert customers.jump(ada, "  ") == customers.jump(ada, "nobody at all") == []


def test_the_palette_shows_eight_at_the_most() -> None:
    ada = factories.creator()
    offer = factories.pack(ada)
    for number in range(9):
        named(ada, offer, f"Jonas {number}", 1)
    assert len(customers.jump(ada, "jonas")) == 8


def test_a_customers_page_shows_packs_purchases_and_what_moved_last_in_any_of_them(payments: Any) -> None:
    ada = factories.creator()
    buyer = factories.person("Jonas Weber")
    coaching, voice = factories.pack(ada), factories.pack(ada, name="Voice reset", price="40", currency="USD")
    for offer in (coaching, voice):
        factories.paid_purchase(payments, offer, buyer)
    [row] = customers.page(ada).rows
    wallets.use(ada, row.packs[0].subscription_id, 1, "First hour", str(ids.new()))
    wallets.adjust(ada, row.packs[1].subscription_id, "2", "Goodwill", "", str(ids.new()))
    shown = customers.one(ada, row.customer_id)
    assert (shown.name, shown.left, shown.has_account, shown.spent) == ("Jonas Weber", 21, True, ["€450", "$40"])
    assert [(line.pack_name, line.price, line.status) for line in shown.purchases] == [
        ("Voice reset", "$40", "paid"),
        ("10 coaching sessions", "€450", "paid"),
    ]
    assert [(line.title, line.amount, line.pack_name) for line in shown.movements] == [
        ("Goodwill", "+2", "Voice reset"),
        ("First hour", "−1", "10 coaching sessions"),
        ("Bought Voice reset, $40", "+10", "Voice reset"),
        ("Bought 10 coaching sessions, €450", "+10", "10 coaching sessions"),
    ]
    assert shown.movements[0].subscription_id == row.packs[1].subscription_id


def test_a_customers_page_has_purchases_to_look_at_and_none_that_were_abandoned(payments: Any) -> None:
    ada = factories.creator()
    buyer = factories.person()
    offer = factories.pack(ada)
    factories.paid_purchase(payments, offer, buyer)
    abandoned = factories.purchase_of(purchases.start(buyer, factories.token_of(offer)))
    [row] = customers.page(ada).rows
    assert len(customers.one(ada, row.customer_id).purchases) == 1
    with transaction() as session:
        purchase = session.get_one(Purchase, abandoned.id)
        purchase.needs_review, purchase.review_reason = True, "Stripe says less."
    assert [line.review_reason for line in customers.one(ada, row.customer_id).purchases] == ["Stripe says less.", ""]


@pytest.mark.parametrize("bad", HOSTILE)
def test_a_customer_of_somebody_else_or_of_nobody_is_not_found(bad: Any) -> None:
    held, other = factories.customer_with(5), factories.customer_with(5)
    for wrong in (bad, row_of(other).customer_id):
        with pytest.raises(NotFoundError):
            customers.one(held.creator, wrong)
