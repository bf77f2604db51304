"""Buying, against the sandbox Stripe through the real SDK: credits arrive once, whatever goes wrong."""

import contextlib
import contextvars
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import clock, ids, links, packs, purchases, storefront, stripe_events, verify, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    LinkUnavailableError,
    NotFoundError,
    PaymentProviderError,
    SignInRequiredError,
)
from litesubs.integrations import stripe
from litesubs.models import CreditGrant, Customer, Purchase, PurchaseStatus, ShareLink, StripeEvent, Subscription
from tests import factories
from tests.factories import HOSTILE, at_once, event, later, pay, purchase_of, session_id, signed, token_of

pytestmark = pytest.mark.usefixtures("payments")


@pytest.fixture(autouse=True)
def books_are_right(payments: httpx.Client) -> Iterator[None]:  # noqa: ARG001 - the database must outlive the check
    """Whatever a test did, no invariant is broken afterwards."""
    yield
    assert verify.violations() == []


def all_purchases() -> list[Purchase]:
    """Every purchase, oldest first."""
    with transaction() as session:
        return sorted(session.exec(select(Purchase)), key=lambda purchase: purchase.id)


def granted() -> list[int]:
    """The amount of every grant."""
    with transaction() as session:
        return list(session.exec(select(CreditGrant.amount)))


def uses(token: str) -> int:
    """How many uses of a link are taken."""
    with transaction() as session:
        return session.exec(select(ShareLink.uses).where(ShareLink.token == token)).one()


def jobs(task: str) -> list[dict[str, Any]]:
    """The arguments of the jobs waiting for a task."""
    with transaction() as session:
        query = text("SELECT args FROM procrastinate_jobs WHERE task_name = :task ORDER BY id")
        return [row[0] for row in session.execute(query, {"task": task})]


def deliver(kind: str, url: str, **extra: Any) -> str:
    """Stripe's event about a checkout arrives and is stored. Its id."""
    body = event({"id": session_id(url)} | extra, f"checkout.session.{kind}")
    stripe_events.receive(body, signed(body))
    identifier: str = json.loads(body)["id"]
    return identifier


def change(payments: httpx.Client, url: str, **fields: Any) -> None:
    """Make Stripe's session say something else."""
    payments.patch(f"/_test/sessions/{session_id(url)}", json=fields).raise_for_status()


def expire(payments: httpx.Client, url: str) -> None:
    """The session's half hour is over at Stripe."""
    payments.post(f"/_test/sessions/{session_id(url)}/expire").raise_for_status()


def bank_says(payments: httpx.Client, url: str, outcome: str) -> None:
    """The delayed payment succeeds or fails."""
    payments.post(f"/_test/sessions/{session_id(url)}/settle", json={"outcome": outcome}).raise_for_status()


# The way it should go.


def test_a_paid_checkout_gives_the_buyer_their_credits(payments: httpx.Client) -> None:
    seller, buyer = factories.creator(), factories.person()
    offer = factories.pack(seller, expiry_kind="after_days", expiry_days="30")
    purchase = factories.paid_purchase(payments, offer, buyer)
    assert purchase.status is PurchaseStatus.paid
    assert purchase.stripe_payment_intent_id is not None
    (group,) = wallets.mine(buyer).groups
    (held,) = group.subscriptions
    assert (held.available, held.paid, held.unit_cost, held.expires) == (10, "€450", "€45.00 each", "30 days left")
    assert held.entries == []
    (line,) = wallets.one_of_mine(buyer, held.id).entries
    assert (line.title, line.amount, line.who) == ("Bought 10 coaching sessions, €450", "+10", "You")
    assert packs.one(seller, offer.id).figures.sales == 1


def test_the_success_page_settles_without_waiting_for_an_event(payments: httpx.Client) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator("Ada Byron"))))
    assert purchases.result(buyer, session_id(url)).state == "open"
    pay(payments, url)
    result = purchases.result(buyer, session_id(url))
    assert (result.state, result.credits, result.price, result.creator_name) == ("paid", 10, "€450", "Ada Byron")
    assert wallets.one_of_mine(buyer, result.subscription_id).available == 10
    assert purchases.result(buyer, session_id(url)) == result


def test_event_page_and_sweep_together_grant_once(payments: httpx.Client) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    pay(payments, url)
    purchase_id = purchase_of(url).id
    event_id = deliver("completed", url)
    with clock.at(later(hours=1)):
        afterwards = contextvars.copy_context()
    calls: list[Callable[[], Any]] = [
        *[partial(stripe_events.handle, event_id)] * 4,
        *[partial(purchases.result, buyer, session_id(url))] * 4,
        *[partial(purchases.settle, purchase_id)] * 4,
        *[partial(afterwards.copy().run, purchases.sweep) for _ in range(2)],
        *[partial(purchases.close_checkout, purchase_id)] * 2,
    ]
    assert [outcome for outcome in at_once(*calls) if isinstance(outcome, Exception)] == []
    assert granted() == [10]
    assert purchase_of(url).status is PurchaseStatus.paid


def test_buying_again_adds_a_lot_to_the_same_subscription(payments: httpx.Client) -> None:
    buyer, offer = factories.person(), factories.pack(factories.creator())
    factories.paid_purchase(payments, offer, buyer)
    factories.paid_purchase(payments, offer, buyer)
    (held,) = wallets.mine(buyer).groups[0].subscriptions
    assert (held.available, len(held.lots), held.paid) == (20, 2, "€900")


def test_several_packs_of_one_creator_settled_at_once_fill_one_wallet(payments: httpx.Client) -> None:
    seller, buyer = factories.creator(), factories.person()
    urls = [purchases.start(buyer, token_of(factories.pack(seller))) for _ in range(6)]
    for url in urls:
        pay(payments, url)
    calls = [partial(purchases.settle, purchase_of(url).id) for url in urls]
    assert [outcome for outcome in at_once(*calls) if outcome] == []
    with transaction() as session:
        assert len(session.exec(select(Customer)).all()) == 1
        assert len(session.exec(select(Subscription)).all()) == 6
    assert wallets.mine(buyer).summary.startswith("60 credits with 1 creator.")


@pytest.mark.parametrize(("price", "currency"), [("500", "JPY"), ("100", "ISK"), ("2.500", "BHD"), ("49.50", "USD")])
def test_currencies_with_other_decimals_are_paid_as_stripe_counts_them(
    payments: httpx.Client, price: str, currency: str
) -> None:
    offer = factories.pack(factories.creator(), price=price, currency=currency)
    assert factories.paid_purchase(payments, offer, factories.person()).status is PurchaseStatus.paid


def test_a_creator_may_buy_their_own_pack(payments: httpx.Client) -> None:
    seller = factories.creator()
    assert factories.paid_purchase(payments, factories.pack(seller), seller).status is PurchaseStatus.paid


# Payments that take days, or never come.


def test_an_unpaid_checkout_grants_nothing(payments: httpx.Client) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    pay(payments, url, bank="waits")
    stripe_events.handle(deliver("completed", url))
    assert purchases.result(buyer, session_id(url)).state == "waiting"
    assert granted() == []


def test_a_delayed_payment_grants_when_it_succeeds(payments: httpx.Client) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    pay(payments, url, bank="waits")
    stripe_events.handle(deliver("completed", url))
    bank_says(payments, url, "succeed")
    stripe_events.handle(deliver("async_payment_succeeded", url))
    stripe_events.handle(deliver("completed", url))
    assert purchases.result(buyer, session_id(url)).state == "paid"
    assert granted() == [10]


def test_a_delayed_payment_that_fails_closes_the_purchase_and_frees_the_use(payments: httpx.Client) -> None:
    buyer, seller = factories.person(), factories.creator()
    token = factories.limited_link(seller, factories.pack(seller), 1)
    url = purchases.start(buyer, token)
    pay(payments, url, bank="waits")
    stripe_events.handle(deliver("completed", url))
    assert uses(token) == 1
    bank_says(payments, url, "fail")
    stripe_events.handle(deliver("async_payment_failed", url))
    assert purchases.result(buyer, session_id(url)).state == "failed"
    assert uses(token) == 0
    stripe_events.handle(deliver("completed", url))
    assert purchases.result(buyer, session_id(url)).state == "failed"
    assert not purchase_of(url).awaiting_bank
    assert granted() == []


def test_a_failed_delayed_payment_is_closed_also_when_its_event_comes_first(payments: httpx.Client) -> None:
    url = purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    pay(payments, url, bank="waits")
    bank_says(payments, url, "fail")
    stripe_events.handle(deliver("async_payment_failed", url))
    stripe_events.handle(deliver("completed", url))
    assert (purchase_of(url).status, purchase_of(url).awaiting_bank) == (PurchaseStatus.failed, False)


def test_a_failed_delayed_payment_whose_event_was_lost_is_closed_by_the_sweep(payments: httpx.Client) -> None:
    url = purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    pay(payments, url, bank="waits")
    stripe_events.handle(deliver("completed", url))
    bank_says(payments, url, "fail")
    with clock.at(clock.now() + timedelta(hours=1)):
        purchases.sweep()
    assert purchase_of(url).status is PurchaseStatus.failed


def test_while_a_bank_takes_its_time_the_buyer_may_start_again(payments: httpx.Client) -> None:
    buyer, offer = factories.person(), factories.pack(factories.creator())
    url = purchases.start(buyer, token_of(offer))
    pay(payments, url, bank="waits")
    purchases.settle(purchase_of(url).id)
    assert purchases.start(buyer, token_of(offer)) != url


def test_a_declined_card_leaves_the_checkout_open_for_another(payments: httpx.Client) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    assert pay(payments, url, card="4000000000000002") == "open"
    assert purchases.result(buyer, session_id(url)).state == "open"
    pay(payments, url)
    assert purchases.result(buyer, session_id(url)).state == "paid"


def test_an_expired_session_frees_the_use_of_its_link(payments: httpx.Client) -> None:
    buyer, seller = factories.person(), factories.creator()
    token = factories.limited_link(seller, factories.pack(seller), 1)
    url = purchases.start(buyer, token)
    with pytest.raises(LinkUnavailableError):
        purchases.start(factories.person(), token)
    expire(payments, url)
    for _ in range(2):
        stripe_events.handle(deliver("expired", url))
    assert uses(token) == 0
    assert purchases.result(buyer, session_id(url)).state == "expired"
    assert purchases.start(factories.person(), token)


def test_the_sweep_settles_what_no_event_told(payments: httpx.Client) -> None:
    seller = factories.creator()
    token = token_of(factories.pack(seller))
    paid, expired, fresh = (purchases.start(factories.person(), token) for _ in range(3))
    pay(payments, paid)
    expire(payments, expired)
    purchases.sweep()
    assert {purchase.status for purchase in all_purchases()} == {PurchaseStatus.pending}
    with clock.at(later(minutes=40)):
        purchases.sweep()
    assert purchase_of(paid).status is PurchaseStatus.paid
    assert purchase_of(expired).status is PurchaseStatus.expired
    assert purchase_of(fresh).status is PurchaseStatus.pending
    assert uses(token) == 2


def test_the_sweep_goes_on_past_a_purchase_that_stripe_does_not_know(payments: httpx.Client) -> None:
    token = token_of(factories.pack(factories.creator()))
    lost, paid = (purchases.start(factories.person(), token) for _ in range(2))
    pay(payments, paid)
    with transaction() as session:
        session.execute(
            text("UPDATE purchase SET stripe_session_id = 'cs_gone' WHERE id = :id"), {"id": purchase_of(lost).id}
        )
    with clock.at(later(minutes=40)):
        purchases.sweep()
    assert purchase_of(paid).status is PurchaseStatus.paid
    marked = next(purchase for purchase in all_purchases() if purchase.status is PurchaseStatus.pending)
    assert marked.review_reason == "Stripe knows no checkout cs_gone."  # and no later sweep asks about it again


def test_the_sweep_goes_on_past_a_purchase_that_cannot_be_settled(payments: httpx.Client) -> None:
    token = token_of(factories.pack(factories.creator()))
    stuck, paid = (purchases.start(factories.person(), token) for _ in range(2))
    pay(payments, stuck)
    pay(payments, paid)
    with transaction() as session:  # stands for whatever may be wrong with one row
        session.execute(text("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'"))
        only = f"WHEN (NEW.stripe_session_id = '{session_id(stuck)}')"
        session.execute(text(f"CREATE TRIGGER no BEFORE UPDATE ON purchase FOR EACH ROW {only} EXECUTE FUNCTION no()"))
    with clock.at(later(minutes=40)):
        purchases.sweep()
    assert (purchase_of(stuck).status, purchase_of(paid).status) == (PurchaseStatus.pending, PurchaseStatus.paid)


# One click, two clicks, coming back.


def test_a_double_click_on_buy_is_one_purchase(payments: httpx.Client) -> None:
    buyer, seller = factories.person(), factories.creator()
    token = factories.limited_link(seller, factories.pack(seller), 1)
    outcomes = at_once(*[partial(purchases.start, buyer, token)] * 5)
    assert len({str(outcome) for outcome in outcomes}) == 1
    assert isinstance(outcomes[0], str)
    assert len(all_purchases()) == 1
    assert len(payments.get("/_test/sessions").json()["data"]) == 1
    assert uses(token) == 1


def test_coming_back_finds_the_same_checkout_while_it_has_time() -> None:
    buyer, offer = factories.person(), factories.pack(factories.creator())
    url = purchases.start(buyer, token_of(offer))
    with clock.at(later(minutes=15)):
        assert purchases.start(buyer, token_of(offer)) == url
    with clock.at(later(minutes=21)):
        assert purchases.start(buyer, token_of(offer)) != url
    assert len(all_purchases()) == 2


def test_two_buyers_never_share_a_checkout() -> None:
    token = token_of(factories.pack(factories.creator()))
    assert purchases.start(factories.person(), token) != purchases.start(factories.person(), token)


def test_the_last_use_of_a_link_goes_to_one_of_two_racing_buyers(payments: httpx.Client) -> None:
    seller = factories.creator()
    token = factories.limited_link(seller, factories.pack(seller), 1)
    outcomes = at_once(*[partial(purchases.start, factories.person(), token) for _ in range(6)])
    urls = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(urls) == 1
    assert sum(isinstance(outcome, LinkUnavailableError) for outcome in outcomes) == 5
    pay(payments, urls[0])
    purchases.settle(purchase_of(urls[0]).id)
    assert uses(token) == 1
    assert storefront.open_link(token).state == "used_up"
    with pytest.raises(LinkUnavailableError):
        purchases.start(factories.person(), token)


def test_a_price_that_changes_before_payment_is_the_old_one_for_who_started(payments: httpx.Client) -> None:
    seller, buyer = factories.creator(), factories.person()
    offer = factories.pack(seller)
    url = purchases.start(buyer, token_of(offer))
    changed = factories.draft(
        name="New", price="900", credits="3", slug=offer.slug, expiry_kind="after_days", expiry_days="1"
    )
    packs.update(seller, offer.id, changed)
    other = purchases.start(buyer, token_of(offer))
    assert other != url, "who comes back is offered the new terms"
    pay(payments, url)
    result = purchases.result(buyer, session_id(url))
    assert (result.pack_name, result.credits, result.price) == ("10 coaching sessions", 10, "€450")
    assert granted() == [10]
    assert wallets.one_of_mine(buyer, result.subscription_id).expires == "Never expires"


# What the creator closes.


def test_taking_a_pack_off_sale_closes_its_open_checkouts(payments: httpx.Client) -> None:
    seller, buyer = factories.creator(), factories.person()
    offer = factories.pack(seller)
    url = purchases.start(buyer, token_of(offer))
    packs.set_active(seller, offer.id, active=False)
    assert jobs("expire_checkout") == [{"purchase_id": str(purchase_of(url).id)}]
    purchases.close_checkout(purchase_of(url).id)
    assert purchase_of(url).status is PurchaseStatus.expired
    assert pay(payments, url) == "expired"
    with pytest.raises(LinkUnavailableError):
        purchases.start(buyer, token_of(offer))
    assert storefront.open_link(token_of(offer)).state == "disabled"
    packs.set_active(seller, offer.id, active=True)
    assert purchases.start(buyer, token_of(offer)) != url


def test_revoking_a_link_closes_only_the_checkouts_opened_through_it(payments: httpx.Client) -> None:
    seller = factories.creator()
    offer = factories.pack(seller)
    link = links.create(seller, offer.id, "Newsletter")
    through, beside = (
        purchases.start(factories.person(), link.token),
        purchases.start(factories.person(), token_of(offer)),
    )
    assert links.revoke(seller, link.id).state == "revoked"
    assert jobs("expire_checkout") == [{"purchase_id": str(purchase_of(through).id)}]
    purchases.close_checkout(purchase_of(through).id)
    pay(payments, beside)
    purchases.settle(purchase_of(beside).id)
    assert [purchase_of(url).status for url in (through, beside)] == [PurchaseStatus.expired, PurchaseStatus.paid]


def test_what_was_paid_before_it_could_be_closed_is_granted(payments: httpx.Client) -> None:
    seller, buyer = factories.creator(), factories.person()
    offer = factories.pack(seller)
    url = purchases.start(buyer, token_of(offer))
    pay(payments, url)
    packs.set_active(seller, offer.id, active=False)
    purchases.close_checkout(purchase_of(url).id)
    assert purchases.result(buyer, session_id(url)).state == "paid"
    assert granted() == [10]


def test_what_is_paid_after_we_gave_it_up_is_granted_all_the_same(payments: httpx.Client) -> None:
    url = purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    with transaction() as session:
        session.execute(text("UPDATE purchase SET status = 'expired', holds_link_use = false, closed_at = now()"))
        session.execute(text("UPDATE share_link SET uses = 0"))
    pay(payments, url)
    stripe_events.handle(deliver("completed", url))
    assert purchase_of(url).status is PurchaseStatus.paid
    assert granted() == [10]


def test_a_pack_that_closes_while_stripe_is_asked_gives_nobody_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the moment is arranged: the creator acts between our request to Stripe and its answer."""
    seller = factories.creator()
    offer = factories.pack(seller)
    real = stripe.create_checkout

    def slow(*given: Any) -> stripe.Checkout:
        answer = real(*given)
        packs.set_active(seller, offer.id, active=False)
        for job in jobs("expire_checkout"):
            purchases.close_checkout(UUID(job["purchase_id"]))
        return answer

    monkeypatch.setattr(stripe, "create_checkout", slow)
    with pytest.raises(LinkUnavailableError):
        purchases.start(factories.person(), token_of(offer))
    for job in jobs("expire_checkout"):
        purchases.close_checkout(UUID(job["purchase_id"]))
    assert [purchase.status for purchase in all_purchases()] == [PurchaseStatus.expired]
    assert uses(token_of(offer)) == 0


def test_credits_that_would_be_over_before_they_are_bought_are_not_sold() -> None:
    seller = factories.creator()
    tomorrow = (clock.now() + timedelta(days=1)).date()
    offer = factories.pack(seller, expiry_kind="on_date", expiry_date=str(tomorrow))
    end = datetime.combine(tomorrow + timedelta(days=1), datetime.min.time(), UTC)
    with clock.at(end - timedelta(microseconds=1)):
        assert storefront.open_link(token_of(offer)).state == "open"
    with clock.at(end):
        with pytest.raises(LinkUnavailableError):
            purchases.start(factories.person(), token_of(offer))
        page = storefront.open_link(token_of(offer))
        assert (page.state, page.closed_title) == ("disabled", "This pack has ended")


# When something breaks.


def test_when_stripe_is_down_at_the_start_the_use_is_freed_and_nothing_is_charged(payments: httpx.Client) -> None:
    seller, buyer = factories.creator(), factories.person()
    token = factories.limited_link(seller, factories.pack(seller), 1)
    payments.post("/_test/outage", json={"calls": 3, "status": 503}).raise_for_status()
    with pytest.raises(PaymentProviderError):
        purchases.start(buyer, token)
    assert [purchase.status for purchase in all_purchases()] == [PurchaseStatus.failed]
    assert uses(token) == 0
    assert purchases.start(buyer, token)


def test_a_second_click_that_fails_leaves_the_first_ones_checkout_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the moment is arranged: the second click comes while the first waits for Stripe, and Stripe refuses it."""
    buyer, offer = factories.person(), factories.pack(factories.creator())
    real = stripe.create_checkout

    def refuse(*_given: Any) -> stripe.Checkout:
        raise stripe.StripeRefusedError("idempotency_error", "in use")

    def first(*given: Any) -> stripe.Checkout:
        monkeypatch.setattr(stripe, "create_checkout", refuse)
        with pytest.raises(PaymentProviderError):
            purchases.start(buyer, token_of(offer))
        return real(*given)

    monkeypatch.setattr(stripe, "create_checkout", first)
    url = purchases.start(buyer, token_of(offer))
    assert purchase_of(url).status is PurchaseStatus.pending


def turned_back(buyer: Actor, url: str) -> str:
    """The state that the page of somebody who turned back shows."""
    return purchases.cancelled(buyer, ids.show("pur", purchase_of(url).id)).state


def test_who_turns_back_is_told_what_became_of_the_checkout(payments: httpx.Client) -> None:
    buyer = factories.person()
    paid, expired, left, bank, failed = (
        purchases.start(buyer, token_of(factories.pack(factories.creator()))) for _ in range(5)
    )
    pay(payments, paid)
    expire(payments, expired)
    pay(payments, bank, bank="waits")
    pay(payments, failed, bank="waits")
    bank_says(payments, failed, "fail")
    told = [turned_back(buyer, url) for url in (paid, expired, left, bank, failed)]
    assert told == ["paid", "expired", "open", "waiting", "failed"]
    assert granted() == [10]


def test_who_turns_back_while_stripe_is_down_is_told_so(payments: httpx.Client) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    pay(payments, url)
    payments.post("/_test/outage", json={"calls": 3, "status": 500}).raise_for_status()
    with pytest.raises(PaymentProviderError, match="If you paid"):
        turned_back(buyer, url)


def test_when_stripe_is_down_on_the_success_page_the_buyer_is_told_and_paid_later(payments: httpx.Client) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    pay(payments, url)
    payments.post("/_test/outage", json={"calls": 3, "status": 500}).raise_for_status()
    with pytest.raises(PaymentProviderError, match="credits arrive by themselves"):
        purchases.result(buyer, session_id(url))
    assert purchases.result(buyer, session_id(url)).state == "paid"


@contextlib.contextmanager
def a_crash_before_the_session_is_stored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our process dies after Stripe's answer: nothing after it happens."""

    class DiedError(BaseException):
        pass

    def die(*_given: Any) -> str:
        raise DiedError

    with monkeypatch.context() as patch, pytest.raises(DiedError):  # noqa: PT012 - the caller's block dies
        patch.setattr(purchases, "_remember_session", die)
        yield


def only_session(payments: httpx.Client) -> dict[str, Any]:
    """The one session that Stripe has."""
    (session,) = payments.get("/_test/sessions").json()["data"]
    found: dict[str, Any] = session
    return found


def test_after_a_crash_the_next_click_finds_the_same_session(
    payments: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer, offer = factories.person(), factories.pack(factories.creator())
    with a_crash_before_the_session_is_stored(monkeypatch):
        purchases.start(buyer, token_of(offer))
    assert all_purchases()[0].stripe_session_id is None
    assert purchases.start(buyer, token_of(offer)) == only_session(payments)["url"]
    assert len(all_purchases()) == 1


def test_an_event_that_comes_before_the_session_is_stored_finds_its_purchase(
    payments: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_crash_before_the_session_is_stored(monkeypatch):
        purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    session = only_session(payments)
    pay(payments, session["url"])
    stripe_events.handle(deliver("completed", session["url"], client_reference_id=session["client_reference_id"]))
    (purchase,) = all_purchases()
    assert (purchase.status, purchase.stripe_session_id) == (PurchaseStatus.paid, session["id"])
    assert granted() == [10]


def test_after_a_crash_without_a_next_click_the_sweep_frees_the_use(monkeypatch: pytest.MonkeyPatch) -> None:
    seller = factories.creator()
    token = factories.limited_link(seller, factories.pack(seller), 1)
    with a_crash_before_the_session_is_stored(monkeypatch):
        purchases.start(factories.person(), token)
    with clock.at(later(minutes=40)):
        purchases.sweep()
    assert [purchase.status for purchase in all_purchases()] == [PurchaseStatus.expired]
    assert uses(token) == 0


# Figures that are not ours.


@pytest.mark.parametrize("fields", [{"amount_subtotal": 44_999}, {"amount_subtotal": 45_001}, {"currency": "usd"}])
def test_another_amount_or_currency_needs_a_person_and_grants_nothing(
    payments: httpx.Client, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = factories.person()
    url = purchases.start(buyer, token_of(factories.pack(factories.creator())))
    pay(payments, url)
    change(payments, url, **fields)
    for _ in range(3):
        stripe_events.handle(deliver("completed", url))
    purchase = purchase_of(url)
    assert (purchase.status, purchase.needs_review) == (PurchaseStatus.pending, True)
    assert purchase.review_reason is not None
    assert "45000 EUR" in purchase.review_reason
    assert purchases.result(buyer, session_id(url)).state == "review"
    with transaction() as session:
        assert all(stored.processed_at for stored in session.exec(select(StripeEvent)))
    assert granted() == []
    monkeypatch.setattr(stripe, "retrieve_checkout", lambda *_given: pytest.fail("the sweep asked again"))
    with clock.at(later(hours=1)):
        purchases.sweep()


def test_a_purchase_under_review_is_not_the_one_a_new_click_returns_to(payments: httpx.Client) -> None:
    buyer, offer = factories.person(), factories.pack(factories.creator())
    url = purchases.start(buyer, token_of(offer))
    pay(payments, url)
    change(payments, url, amount_subtotal=1)
    purchases.settle(purchase_of(url).id)
    assert purchases.start(buyer, token_of(offer)) != url


# Who may ask.


def test_a_purchase_to_look_at_is_shown_to_its_creator_until_it_fits(payments: httpx.Client) -> None:
    buyer, seller = factories.person("Ben Okafor"), factories.creator()
    offer = factories.pack(seller)
    url = purchases.start(buyer, token_of(offer))
    pay(payments, url)
    change(payments, url, amount_subtotal=1)
    purchases.settle(purchase_of(url).id)
    (found,) = purchases.to_review(seller)
    assert (found.buyer_name, found.buyer_email, found.pack_name) == ("Ben Okafor", buyer.email, offer.name)
    assert (found.amount, found.reason) == ("€450", "Stripe says 1 EUR, the purchase says 45000 EUR.")
    assert purchases.to_review(factories.creator()) == []
    assert purchases.waiting_for_review() == 1
    change(payments, url, amount_subtotal=45_000)
    assert purchases.result(buyer, session_id(url)).state == "paid"
    assert purchases.to_review(seller) == []
    assert purchases.waiting_for_review() == 0


def test_only_creators_have_purchases_to_look_at() -> None:
    with pytest.raises(SignInRequiredError):
        purchases.to_review(VISITOR)
    with pytest.raises(CreatorProfileRequiredError):
        purchases.to_review(factories.person())


def test_a_checkout_of_somebody_else_is_not_found(payments: httpx.Client) -> None:
    buyer, seller = factories.person(), factories.creator()
    url = purchases.start(buyer, token_of(factories.pack(seller)))
    purchase_id = ids.show("pur", purchase_of(url).id)
    pay(payments, url)
    for other in (factories.person(), seller):
        with pytest.raises(NotFoundError):
            purchases.result(other, session_id(url))
        with pytest.raises(NotFoundError):
            purchases.cancelled(other, purchase_id)
    assert purchase_of(url).status is PurchaseStatus.pending
    assert purchases.cancelled(buyer, purchase_id).state == "paid"


def test_buying_needs_a_sign_in_and_a_link_that_exists() -> None:
    token = token_of(factories.pack(factories.creator()))
    for call in (purchases.start, purchases.result, purchases.cancelled):
        with pytest.raises((SignInRequiredError, NotFoundError)):
            call(VISITOR, token)
    with pytest.raises(SignInRequiredError):
        purchases.start(VISITOR, token)
    with pytest.raises(NotFoundError):
        purchases.start(factories.person(), token.swapcase())
    assert all_purchases() == []


def test_whatever_a_client_sends_is_answered_with_one_of_our_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    buyer, offer = factories.person(), factories.pack(factories.creator())
    for _ in range(2):  # purchases without a session, which "no session" must not find
        with a_crash_before_the_session_is_stored(monkeypatch):
            purchases.start(buyer, token_of(offer))
        with transaction() as session:
            session.execute(text("UPDATE purchase SET created_at = created_at - interval '10 minutes'"))
    for bad in HOSTILE:
        for call in (purchases.start, purchases.result, purchases.cancelled):
            with pytest.raises(NotFoundError):
                call(buyer, bad)
        with pytest.raises(NotFoundError):
            storefront.open_link(bad)


def test_settling_what_does_not_exist_does_nothing() -> None:
    purchases.settle(ids.new())
    purchases.close_checkout(ids.new())
    stripe_events.handle("evt_unknown")
    assert all_purchases() == []
