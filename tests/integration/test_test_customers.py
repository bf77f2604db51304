"""Test customers: left out of every figure with all they ever did, whenever they are marked; nothing else changes."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import customers, desk, ids, insights, ledger, links, packs, sums, verify, visits, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.domain.errors import CreatorProfileRequiredError, NotFoundError, SignInRequiredError
from litesubs.domain.views.desk import DeskView
from litesubs.models import LinkDay, ShareLink
from tests import factories
from tests.factories import HOSTILE, SYSTEM, Holding, at_once, later, token_of, unexpected
from tests.integration.test_visits import SAFARI

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def held(database: object) -> Holding:  # noqa: ARG001 - the database comes first
    """A customer with a bought lot that expires soon, a gift and a debit over both."""
    customer = factories.customer_with(4)
    factories.bought(customer, 10_000, 3, expires_at=later(days=20))
    spend(customer)
    return customer


def spend(customer: Holding) -> None:
    """A debit in a transaction of its own."""
    with transaction() as session:
        ledger.debit(session, customer.wallet_id, 2, SYSTEM)


def mark(customer: Holding, *, test: bool = True) -> None:
    """As the creator does."""
    customers.set_test(customer.creator, ids.show("cus", customer.customer_id), test=test)


def beside(customer: Holding, name: str = "Ida Holm", *amounts: int) -> Holding:
    """Another customer of the same pack."""
    return factories.holding(customer.pack, customer.creator, *amounts, buyer=factories.person(name))


def used(customer: Holding) -> int:
    """Credits used, as the overview says."""
    return desk.overview(customer.creator, "all").figures.used.number


def nothing(seller: Actor) -> DeskView:
    """The overview, of which every figure is nothing."""
    shown = desk.overview(seller, "all")
    assert {name: getattr(shown.figures, name).number for name in ("revenue", "sales", "new_customers", "sold")} == {
        "revenue": 0,
        "sales": 0,
        "new_customers": 0,
        "sold": 0,
    }
    assert (shown.figures.used.number, shown.figures.given.number, shown.figures.owed) == (0, 0, 0)
    assert (shown.figures.owed_value, shown.expiring_customers, shown.top, shown.activity) == ("€0", "", [], [])
    return shown


def test_every_figure_leaves_them_out_and_counts_them_again_as_if_nothing_had_been(held: Holding) -> None:
    seller = held.creator
    before = (desk.overview(seller, "all"), desk.nav(seller), packs.mine(seller), links.mine(seller))
    mark(held)
    shown = nothing(seller)
    assert shown.currencies == []
    assert shown.funnel[2].value == 0
    assert (desk.nav(seller).customers, desk.nav(seller).setup[-1].done) == ("0", False)
    [pack], [link] = packs.mine(seller), links.mine(seller)
    assert (pack.figures.sales, pack.figures.holders, pack.figures.unused) == (0, 0, 0)
    assert (pack.figures.revenue, pack.figures.owed) == ("", "")
    assert link.figures.sales == 0
    assert desk.table(seller, "customers", "all")[1] == []
    assert verify.violations() == []
    mark(held, test=False)
    assert (desk.overview(seller, "all"), desk.nav(seller), packs.mine(seller), links.mine(seller)) == before
    assert verify.violations() == []


def test_what_they_do_while_marked_is_left_out_too_and_counts_once_they_are_no_more(held: Holding) -> None:
    mark(held)
    factories.bought(held, 5_000, 2)
    factories.give(held, 3, expires_at=later(days=9))
    spend(held)
    nothing(held.creator)
    assert verify.violations() == []
    mark(held, test=False)
    figures = desk.overview(held.creator, "all").figures
    assert (figures.revenue.words, figures.used.number, figures.owed) == ("€150", 4, 8)
    assert verify.violations() == []


def test_others_are_counted_as_before(held: Holding) -> None:
    other = beside(held, "Ida Holm", 5)
    factories.bought(other, 7_000, 1)
    mark(held)
    shown = desk.overview(held.creator, "all")
    assert (shown.figures.revenue.words, shown.figures.owed, shown.figures.new_customers.number) == ("€70", 6, 1)
    assert [best.name for best in shown.top] == ["Ida Holm"]
    assert {line.who for line in shown.activity} == {"Ida Holm"}
    assert desk.nav(held.creator).customers == "1"
    assert packs.mine(held.creator)[0].figures.holders == 1


@pytest.mark.parametrize("test", [True, False])
def test_a_spend_that_commits_after_the_mark_goes_with_its_customer(held: Holding, *, test: bool) -> None:
    """It began before, so the recount could not see it: what it noted is judged when it is added."""
    mark(held, test=not test)
    before = used(held)
    with transaction() as session:
        ledger.debit(session, held.wallet_id, 2, SYSTEM)
        mark(held, test=test)
    assert used(held) == (0 if test else before + 4)
    assert verify.violations() == []


def test_marking_while_others_fold_spend_and_rename_ends_in_neither_deadlock_nor_difference(held: Holding) -> None:
    assert held.creator.creator_id
    other = beside(held, "Ida Holm", 50)
    fold = partial(sums.caught_up, held.creator.creator_id)
    rename = partial(customers.rename, held.creator, ids.show("cus", held.customer_id), "Ben")
    for test in (True, False, True):
        calls: list[Callable[[], object]] = [fold, rename, fold, partial(spend, other)]
        calls += [partial(mark, held, test=test), partial(mark, other, test=not test)]
        assert unexpected(at_once(*calls, partial(factories.bought, held, 100))) == []
        assert verify.violations() == []


def test_the_list_shows_them_marked_and_can_be_narrowed_to_or_without_them(held: Holding) -> None:
    beside(held)
    assert not customers.any_test(held.creator)
    mark(held)
    assert customers.any_test(held.creator)
    rows = {row.name: row.is_test for row in customers.page(held.creator).rows}
    assert rows == {"Ben Okafor": True, "Ida Holm": False}

    def found(test: str) -> list[str]:
        return sorted(row.name for row in customers.page(held.creator, CustomerQuery(test=test)).rows)

    assert (found("only"), found("without")) == (["Ben Okafor"], ["Ida Holm"])
    for odd in ("", "x", *HOSTILE):
        assert found(odd) == ["Ben Okafor", "Ida Holm"]
    [row] = customers.page(held.creator, CustomerQuery(test="only", expiring=True)).rows
    assert (row.left, row.spent) == (5, "€100")


def test_their_creator_sees_that_they_are_one_and_they_do_not(held: Holding) -> None:
    mark(held)
    customer = customers.one(held.creator, ids.show("cus", held.customer_id))
    assert (customer.is_test, customer.left, customer.spent) == (True, 5, ["€100"])
    assert wallets.subscription(held.creator, held.public_id).is_test
    theirs = wallets.one_of_mine(held.buyer, held.public_id)
    assert (theirs.is_test, theirs.posted) == (False, 5)
    assert not wallets.mine(held.buyer).groups[0].subscriptions[0].is_test


def test_nobody_marks_whom_they_do_not_sell_to(held: Holding) -> None:
    public_id = ids.show("cus", held.customer_id)
    for stranger, error in (
        (factories.creator(), NotFoundError),
        (held.buyer, CreatorProfileRequiredError),
        (VISITOR, SignInRequiredError),
    ):
        with pytest.raises(error):
            customers.set_test(stranger, public_id, test=True)
    for hostile in HOSTILE:
        with pytest.raises(NotFoundError):
            customers.set_test(held.creator, hostile, test=True)
    assert not customers.any_test(held.creator)
    assert not customers.any_test(factories.creator())


def test_marking_twice_recounts_once(held: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    recounted = []

    def rebuild(session: Session, creator_id: object) -> None:
        recounted.append((session, creator_id))

    monkeypatch.setattr(sums, "rebuild", rebuild)
    for _ in range(2):
        mark(held)
    assert len(recounted) == 1


def test_opening_a_link_is_not_counted_of_a_test_customer_who_is_signed_in(held: Holding) -> None:
    token = token_of(held.pack)
    mark(held)
    visits.record(token, "192.0.2.1", SAFARI, held.buyer)
    other = factories.person()
    visits.record(token, "192.0.2.2", SAFARI, other)
    with transaction() as session:
        query = select(LinkDay.views).join(ShareLink, col(ShareLink.id) == col(LinkDay.link_id))
        assert session.exec(query.where(ShareLink.token == token)).all() == [1]


def test_who_paid_the_most_is_found_past_test_customers_who_paid_more(
    held: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = beside(held)
    factories.bought(other, 100)
    mark(held)
    monkeypatch.setattr(insights, "MANY_SALES", 0)
    monkeypatch.setattr(insights, "BIG_SPENDERS", 1)
    assert [best.name for best in desk.overview(held.creator, "all").top] == ["Ida Holm"]
