"""Spending through the API's orders: once for each key, alone or together, and never more than there is."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import api_keys, clock, desk, idempotency, ids, ledger, locked, spends, verify, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.errors import (
    DomainError,
    HoldNotOpenError,
    IdempotencyKeyInUseError,
    IdempotencyKeyReusedError,
    InsufficientCreditsError,
    InsufficientScopeError,
    InvalidApiKeyError,
    NotFoundError,
    OutcomeUnknownError,
    SpendCapReachedError,
    SubscriptionInactiveError,
    ValidationFailedError,
)
from litesubs.domain.group_commit import GroupCommit, Order
from litesubs.domain.idempotency import Answer
from litesubs.domain.spends import CaptureOrder, DebitOrder, HoldOrder
from litesubs.models import (
    ApiKey,
    ApiKeySpend,
    CapPeriod,
    GrantSource,
    Hold,
    IdempotencyKey,
    LedgerEntry,
    PostingNote,
    SubscriptionStatus,
)
from tests import factories
from tests.factories import SYSTEM, Holding

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def key_of(creator: Actor, **more: Any) -> Actor:
    """The actor of an API key of this creator with all scopes."""
    key_id = ids.new()
    assert creator.creator_id is not None
    row = {
        "name": "Server",
        "prefix": "ls_test_abcd",
        "hash": key_id.bytes,
        "scopes": ["read", "debits:write"],
        "networks": [],
        "created_by": creator.user_id,
        "created_at": clock.now(),
    }
    with transaction() as session:
        session.add(ApiKey(id=key_id, creator_id=creator.creator_id, **row | more))
    return Actor(creator_id=creator.creator_id, key_id=key_id, scopes=frozenset(["read", "debits:write"]))


def customer(held: Holding) -> str:
    return ids.show("cus", held.customer_id)


def post(*orders: DebitOrder | CaptureOrder) -> list[Any]:
    """What comes of orders that are posted at the same time."""

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*map(spends.post, orders), return_exceptions=True)

    return asyncio.run(all_of_them())


def posted(order: DebitOrder | CaptureOrder) -> dict[str, Any]:
    [answer] = post(order)
    if isinstance(answer, BaseException):
        raise answer
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_a_debit_says_what_is_left_and_which_lots_paid() -> None:
    held = factories.customer_with(3, 5)
    key = key_of(held.creator)
    answer = posted(DebitOrder(key, "k", customer(held), 4, reason="Rendered", metadata={"job": "7"}))
    ids.read("debit", answer.pop("id"))
    paid = answer.pop("allocations")
    assert answer == {"amount": 4, "balance": {"posted": 4, "held": 0, "available": 4}}
    assert [(part["pack"], part["amount"], part["expires_at"]) for part in paid] == [
        (held.pack.id, 3, None),
        (held.pack.id, 1, None),
    ]
    with transaction() as session:
        note = session.exec(select(PostingNote)).one()
    assert (note.reason, note.details) == ("Rendered", {"job": "7"})
    assert verify.violations() == []


def test_a_customer_is_named_by_e_mail_too_in_any_letter_case() -> None:
    held = factories.customer_with(3)
    answer = posted(DebitOrder(key_of(held.creator), "k", held.buyer.email.upper(), 1))
    assert answer["balance"]["posted"] == 2


def test_the_same_key_is_answered_the_same_and_spends_once() -> None:
    held = factories.customer_with(9)
    order = DebitOrder(key_of(held.creator), "k", customer(held), 2)
    answers = post(*[order] * 20) + post(order)
    assert len({answer.body for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1
    assert factories.balance(held) == 7
    assert post(replace(order, amount=3))[0].code == IdempotencyKeyReusedError.code


def test_a_refusal_writes_nothing_and_its_key_may_succeed_later() -> None:
    held = factories.customer_with(1)
    order = DebitOrder(key_of(held.creator), "k", customer(held), 3)
    with pytest.raises(InsufficientCreditsError) as refused:
        posted(order)
    assert refused.value.data == {"available": 1, "required": 3, "held": 0}
    with transaction() as session:
        assert session.exec(select(IdempotencyKey)).all() == []
        ledger.grant(session, held.subscription_id, ledger.Lot(5, GrantSource.promo, "more"), SYSTEM)
    assert posted(order)["balance"]["posted"] == 3


def test_who_and_what_is_not_there_is_not_found() -> None:
    held, other = factories.customer_with(3), factories.customer_with(3)
    key = key_of(held.creator)
    for order in (
        DebitOrder(key, "1", customer(other), 1),
        DebitOrder(key, "2", other.buyer.email, 1),
        DebitOrder(key, "3", "cus_nobody", 1),
        DebitOrder(key, "4", customer(held), 1, pack=other.pack.id),
        CaptureOrder(key, "5", ids.show("hold", ids.new())),
    ):
        with pytest.raises(NotFoundError):
            posted(order)
    assert (factories.balance(held), factories.balance(other)) == (3, 3)


def test_paused_credits_are_named_as_the_reason_only_where_they_are() -> None:
    held = factories.customer_with(3)
    key = key_of(held.creator)
    second = factories.holding(factories.pack(held.creator), held.creator, 2, buyer=held.buyer)
    with transaction() as session:
        ledger.set_status(session, held.subscription_id, SubscriptionStatus.paused, "")
    with pytest.raises(SubscriptionInactiveError):
        posted(DebitOrder(key, "1", customer(held), 1, pack=held.pack.id))
    with pytest.raises(InsufficientCreditsError):
        posted(DebitOrder(key, "2", customer(held), 3))
    answer = posted(DebitOrder(key, "3", customer(held), 2))
    assert (answer["balance"], answer["allocations"][0]["pack"]) == (
        {"posted": 3, "held": 0, "available": 0},
        second.pack.id,
    )
    with pytest.raises(SubscriptionInactiveError):
        posted(DebitOrder(key, "4", customer(held), 1))


def test_of_many_debits_at_once_exactly_as_many_succeed_as_there_are_credits() -> None:
    held = factories.customer_with(20)
    key = key_of(held.creator)
    answers = post(*[DebitOrder(key, f"k{number}", customer(held), 1) for number in range(50)])
    done = [answer for answer in answers if isinstance(answer, Answer)]
    assert len(done) == 20
    assert sorted(json.loads(answer.body)["balance"]["posted"] for answer in done) == list(range(20))
    assert all(isinstance(answer, InsufficientCreditsError) for answer in answers if answer not in done)
    assert factories.balance(held) == 0
    assert verify.violations() == []


def test_a_hold_is_captured_in_part_and_the_rest_is_free_again() -> None:
    held = factories.customer_with(3, 5)
    key = key_of(held.creator)
    placed = posted(HoldOrder(key, "h", customer(held), 6, expires_in=60))
    assert (placed["status"], placed["captured"]) == ("open", 0)
    assert placed["balance"] == {"posted": 8, "held": 6, "available": 2}
    with pytest.raises(InsufficientCreditsError) as refused:
        posted(DebitOrder(key, "d", customer(held), 3))
    assert refused.value.data == {"available": 2, "required": 3, "held": 6}
    with pytest.raises(ValidationFailedError):
        posted(CaptureOrder(key, "c", placed["id"], 7))
    captured = posted(CaptureOrder(key, "c", placed["id"], 4))
    assert captured["balance"] == {"posted": 4, "held": 0, "available": 4}
    assert [part["amount"] for part in captured["allocations"]] == [3, 1]
    assert post(CaptureOrder(key, "c", placed["id"], 4))[0].replayed
    with pytest.raises(HoldNotOpenError) as over:
        posted(CaptureOrder(key, "again", placed["id"]))
    assert over.value.data == {"hold_status": "captured"}
    with transaction() as session:
        assert session.get_one(Hold, ids.read("hold", placed["id"])).captured == 4
    assert verify.violations() == []


def test_both_sides_read_what_became_of_a_hold_and_a_capture_can_be_given_back_by_hand() -> None:
    held = factories.customer_with(2, 5)
    key = key_of(held.creator)
    placed = posted(HoldOrder(key, "h", customer(held), 6, expires_in=600))
    posted(CaptureOrder(key, "c", placed["id"], 1))
    view = wallets.subscription(held.creator, held.public_id)
    assert [(line.title, line.amount, line.returnable) for line in view.entries[:4]] == [
        ("4 credits released", "", 0),
        ("1 of 2 held credits used", "\u22121", 1),
        ("4 credits held", "", 0),
        ("2 credits held", "", 0),
    ]
    spent = view.entries[1]
    wallets.reverse(held.creator, held.public_id, spent.id, "back")
    assert factories.balance(held) == 7
    assert [line.text for line in desk.overview(held.creator).activity][:3] == [
        "got 1 credit back",
        "had 4 credits released",
        "used 1 credit from a hold",
    ]
    assert verify.violations() == []


def test_a_hold_whose_time_is_over_cannot_be_captured_though_no_job_has_freed_it() -> None:
    held = factories.customer_with(3)
    key = key_of(held.creator)
    with clock.at(NOON):
        placed = posted(HoldOrder(key, "h", customer(held), 2, expires_in=60))
    assert placed["expires_at"] == "2027-03-01T12:01:00Z"
    with clock.at(NOON + timedelta(seconds=60)), pytest.raises(HoldNotOpenError):
        posted(CaptureOrder(key, "c", placed["id"]))


def test_what_is_held_can_be_captured_after_its_lot_has_expired_and_its_pack_was_paused() -> None:
    held = factories.customer_with()
    key = key_of(held.creator)
    with clock.at(NOON):
        with transaction() as session:
            lot = ledger.Lot(4, GrantSource.promo, "brief", NOON + timedelta(seconds=30))
            ledger.grant(session, held.subscription_id, lot, SYSTEM)
        placed = posted(HoldOrder(key, "h", customer(held), 3, expires_in=600))
        with transaction() as session:
            ledger.set_status(session, held.subscription_id, SubscriptionStatus.paused, "")
    with clock.at(NOON + timedelta(seconds=60)):
        captured = posted(CaptureOrder(key, "c", placed["id"], 2))
    assert captured["balance"] == {"posted": 2, "held": 0, "available": 0}
    assert verify.violations() == []


def test_a_key_that_was_revoked_or_has_ended_spends_nothing_from_that_moment_on() -> None:
    held = factories.customer_with(9)
    revoked = key_of(held.creator, revoked_at=clock.now())
    ended = key_of(held.creator, expires_at=clock.now() - timedelta(seconds=1))
    placed = posted(HoldOrder(key_of(held.creator), "h", customer(held), 1))
    orders = [
        order
        for number, key in enumerate((revoked, ended))
        for order in (
            DebitOrder(key, f"d{number}", customer(held), 1),
            CaptureOrder(key, f"c{number}", placed["id"]),
        )
    ]
    again = DebitOrder(key_of(held.creator), "done", customer(held), 1)
    posted(again)
    orders += [replace(again, actor=revoked), DebitOrder(revoked, "nobody", ids.show("cus", ids.new()), 1)]
    answers = [*post(*orders), *(answer for order in orders for answer in post(order))]
    assert {type(answer) for answer in answers} == {InvalidApiKeyError}
    assert factories.balance(held) == 8


def test_a_key_without_the_scope_is_refused_before_anything_is_asked() -> None:
    held = factories.customer_with(9)
    reader = replace(key_of(held.creator), scopes=frozenset(["read"]))
    with pytest.raises(InsufficientScopeError):
        posted(DebitOrder(reader, "k", customer(held), 1))


def test_a_cap_holds_against_many_at_once_and_counts_what_a_hold_did_not_use_no_longer() -> None:
    held = factories.customer_with(100)
    other = factories.holding(held.pack, held.creator, 100)
    key = key_of(held.creator, cap_credits=10, cap_period=CapPeriod.day)
    orders = [DebitOrder(key, f"k{n}", customer(held if n % 2 else other), 1) for n in range(20)]
    with clock.at(NOON):
        done = [answer for answer in post(*orders) if isinstance(answer, Answer)]
        assert len(done) == 10
        with pytest.raises(SpendCapReachedError) as refused:
            posted(DebitOrder(key, "more", customer(held), 1))
        assert refused.value.data == {"cap": 10, "spent": 10, "required": 1, "period": "day"}
    with clock.at(NOON + timedelta(days=1)):
        placed = posted(HoldOrder(key, "h", customer(held), 10))
        posted(CaptureOrder(key, "c", placed["id"], 4))
        assert posted(DebitOrder(key, "rest", customer(held), 6))["amount"] == 6
    with transaction() as session:
        assert sorted(row.spent for row in session.exec(select(ApiKeySpend))) == [10, 10]
    assert factories.balance(held) + factories.balance(other) == 180
    assert verify.violations() == []


def test_a_preview_says_what_would_pay_and_writes_nothing() -> None:
    held = factories.customer_with(3)
    order = DebitOrder(key_of(held.creator), "k", customer(held), 2)
    answer = json.loads(spends.preview(order))
    assert (answer["dry_run"], answer["balance"]) == (True, {"posted": 1, "held": 0, "available": 1})
    assert answer["allocations"][0]["amount"] == 2
    with pytest.raises(InsufficientCreditsError):
        spends.preview(replace(order, amount=4))
    assert factories.balance(held) == 3


def test_a_batch_answers_in_order_each_for_itself_and_once() -> None:
    held = factories.customer_with(5)
    other = factories.holding(held.pack, held.creator, 1)
    key = key_of(held.creator)
    orders = [
        DebitOrder(key, "", customer(held), 2),
        DebitOrder(key, "", "cus_nobody", 1),
        DebitOrder(key, "", customer(other), 2),
        DebitOrder(key, "", customer(held), 3),
        DebitOrder(key, "", customer(held), 1),
    ]
    answer = spends.batch(key, "k", orders)
    found = json.loads(answer.body)["data"]
    assert [part["status"] for part in found] == [201, 404, 402, 201, 402]
    assert found[2]["error"]["available"] == 1
    assert spends.batch(key, "k", orders) == Answer(200, answer.body, replayed=True)
    assert (factories.balance(held), factories.balance(other)) == (0, 1)
    with pytest.raises(IdempotencyKeyReusedError):
        spends.batch(key, "k", orders[:1])
    assert verify.violations() == []


def test_a_batch_of_which_nothing_succeeds_is_not_kept() -> None:
    held = factories.customer_with()
    key = key_of(held.creator)
    orders = [DebitOrder(key, "", customer(held), 2)]
    assert [part["status"] for part in json.loads(spends.batch(key, "k", orders).body)["data"]] == [402]
    with transaction() as session:
        ledger.grant(session, held.subscription_id, ledger.Lot(5, GrantSource.promo, "more"), SYSTEM)
    assert [part["status"] for part in json.loads(spends.batch(key, "k", orders).body)["data"]] == [201]


LOTS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 6), st.sampled_from([None, 1, 3]), st.booleans()), max_size=5
)
ORDERS = st.lists(
    st.tuples(st.sampled_from(["debit", "hold"]), st.integers(0, 1), st.integers(1, 7), st.none() | st.integers(0, 1)),
    min_size=2,
    max_size=8,
)
STATUSES = st.tuples(st.sampled_from(SubscriptionStatus), st.sampled_from(SubscriptionStatus))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(lots=st.tuples(LOTS, LOTS), orders=ORDERS, statuses=STATUSES)
def test_orders_that_go_together_come_to_the_same_as_one_after_the_other(
    lots: tuple[Any, Any], orders: list[Any], statuses: tuple[SubscriptionStatus, SubscriptionStatus]
) -> None:
    """The rules stand twice in the database, for one order and for many: this is what holds them together."""
    alone, together = ([_customer(lots[place], statuses, at=NOON) for place in (0, 1)] for _ in range(2))
    one_by_one, at_once = GroupCommit(), GroupCommit()
    with clock.at(NOON + timedelta(hours=30)):
        first = [one_by_one._sent([order])[0] for order in _orders(alone, orders)]  # noqa: SLF001 - what the thread calls
        second = at_once._sent(_orders(together, orders))  # noqa: SLF001 - the same
    assert [_plain(answer) for answer in first] == [_plain(answer) for answer in second]
    for one, other in zip(alone, together, strict=True):
        for left, right in zip(one, other, strict=True):
            assert _books(left) == _books(right)
    assert verify.violations() == []


def _customer(
    lots: list[Any], statuses: tuple[SubscriptionStatus, SubscriptionStatus], at: datetime
) -> tuple[Holding, Holding]:
    """Somebody with two packs, who holds these lots."""
    with clock.at(at):
        first = factories.customer_with()
        second = factories.holding(factories.pack(first.creator), first.creator, buyer=first.buyer)
        for which, amount, days, promo in lots:
            source = GrantSource.promo if promo else GrantSource.imported
            end = at + timedelta(days=days) if days else None
            price = {} if promo else {"paid_minor": 100 * amount + 1, "paid_currency": "EUR"}
            lot = ledger.Lot(amount, source, str(ids.new()), end, **price)
            with transaction() as session:
                ledger.grant(session, (first, second)[which].subscription_id, lot, SYSTEM)
        for held, status in zip((first, second), statuses, strict=True):
            with transaction() as session:
                ledger.set_status(session, held.subscription_id, status, "")
    return first, second


def _orders(people: list[tuple[Holding, Holding]], orders: list[Any]) -> list[Order]:
    keys = [key_of(person[0].creator) for person in people]
    built = []
    for number, (kind, who, amount, pack) in enumerate(orders):
        person, key = people[who], keys[who]
        chosen = "" if pack is None else person[pack].pack.id
        reason = "why" if number % 2 else ""
        order = DebitOrder(key, f"{number}", customer(person[0]), amount, chosen, reason)
        if kind == "hold":
            order = HoldOrder(key, f"{number}", customer(person[0]), amount, chosen, reason, expires_in=60)
        built.append(spends._spend(order))  # noqa: SLF001 - what post sends
    return built


def _plain(answer: Any) -> Any:
    """An answer without what is different for each customer."""
    if isinstance(answer, Exception):
        raise answer
    code, replayed, body = answer
    read = json.loads(body)
    for part in [read, *read.get("allocations", [])]:
        for name in ("id", "grant", "pack"):
            part.pop(name, None)
    return code, replayed, read


def _books(held: Holding) -> Any:
    with transaction() as session:
        wallet = factories.wallet(held)
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.wallet_id == held.wallet_id)).all()
    moves = [
        (e.wallet_version, e.type, e.posted_delta, e.held_delta, e.posted_after, e.held_after, e.at) for e in entries
    ]
    return wallet.posted, wallet.held, wallet.version, sorted(moves)


def test_an_answer_to_somebody_who_has_gone_is_written_all_the_same() -> None:
    held = factories.customer_with(3)
    order = DebitOrder(key_of(held.creator), "k", customer(held), 1)

    async def given_up() -> None:
        task = asyncio.create_task(spends.post(order))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(given_up())
    assert post(order)[0].replayed
    assert factories.balance(held) == 2


def test_a_wallet_that_is_held_by_something_long_keeps_no_other_waiting() -> None:
    held, other = factories.customer_with(5), factories.customer_with(5)
    key, free = key_of(held.creator), key_of(other.creator)

    async def all_of_them() -> list[Any]:
        stuck = [
            asyncio.create_task(spends.post(DebitOrder(key, f"k{number}", customer(held), 1))) for number in range(4)
        ]
        with transaction() as session:  # an import, say
            locked.wallet(session, held.wallet_id)
            for number in range(3):
                await spends.post(DebitOrder(free, f"free{number}", customer(other), 1))
            assert not any(task.done() for task in stuck)
        return await asyncio.gather(*stuck, return_exceptions=True)

    answers = asyncio.run(all_of_them())
    assert all(isinstance(answer, Answer | OutcomeUnknownError) for answer in answers)
    assert factories.balance(other) == 2
    for number in range(4):  # the same keys tell what happened, and finish what did not
        posted(DebitOrder(key, f"k{number}", customer(held), 1))
    assert factories.balance(held) == 1
    assert verify.violations() == []


def test_a_key_that_is_in_use_for_something_else_is_said_to_be() -> None:
    held = factories.customer_with(5)
    key = key_of(held.creator)
    order = DebitOrder(key, "k", customer(held), 1)
    assert held.creator.creator_id is not None
    with transaction() as session:
        idempotency.claim(session, held.creator.creator_id, "k", "adjust")
        assert [type(answer) for answer in post(order)] == [IdempotencyKeyInUseError]
    assert [type(answer) for answer in post(order)] == [IdempotencyKeyReusedError]
    assert factories.balance(held) == 5


def test_what_failed_while_it_was_connected_is_not_remembered() -> None:
    held = factories.customer_with(5)
    order = DebitOrder(key_of(held.creator), "k", customer(held), 1)
    group = GroupCommit()
    rename = text("ALTER FUNCTION post_orders(json) RENAME TO post_orders_away")
    back = text("ALTER FUNCTION post_orders_away(json) RENAME TO post_orders")
    with transaction() as session:
        session.execute(rename)
    [failed] = group._posted([spends._spend(order)])  # noqa: SLF001 - what the thread calls
    assert isinstance(failed, Exception)
    with transaction() as session:
        session.execute(back)
    assert group._posted([spends._spend(order)])[0][0] == ""  # type: ignore[index]  # noqa: SLF001 - the same


def test_the_order_of_metadata_makes_no_other_request() -> None:
    held = factories.customer_with(5)
    order = DebitOrder(key_of(held.creator), "k", customer(held), 1, metadata={"a": "1", "b": "2"})
    posted(order)
    assert post(replace(order, metadata={"b": "2", "a": "1"}))[0].replayed


def test_an_address_is_compared_as_everywhere_else() -> None:
    buyer = factories.person(email="jörg@exämple.com")
    seller = factories.creator()
    held = factories.holding(factories.pack(seller), seller, 5, buyer=buyer)
    key = key_of(seller)
    for number, form in enumerate(("jörg@exämple.com", "jo\u0308rg@exämple.com", "Jörg@xn--exmple-cua.com")):
        posted(DebitOrder(key, f"k{number}", form, 1))
    assert factories.balance(held) == 2


def test_keys_that_took_over_from_each_other_share_one_cap() -> None:
    held = factories.customer_with(50)
    draft = api_keys.KeyDraft("Server", ("debits:write",), cap_credits="10")
    view, old = api_keys.create(held.creator, draft)
    placed = posted(HoldOrder(api_keys.authenticate(old, "192.0.2.1"), "h", customer(held), 4))
    _, new = api_keys.rotate(held.creator, view.id, "24_hours")
    first, second = (api_keys.authenticate(token, "192.0.2.1") for token in (old, new))
    posted(DebitOrder(first, "1", customer(held), 3))
    posted(DebitOrder(second, "2", customer(held), 3))
    for key in (first, second):
        with pytest.raises(SpendCapReachedError):
            posted(DebitOrder(key, "3", customer(held), 1))
    posted(CaptureOrder(second, "c", placed["id"], 1))
    assert posted(DebitOrder(second, "4", customer(held), 3))["amount"] == 3
    assert [shown.spent for shown in api_keys.mine(held.creator)] == ["10 used today"] * 2


def test_a_hold_that_is_released_or_lets_go_counts_towards_the_cap_no_longer() -> None:
    held = factories.customer_with(50)
    key = key_of(held.creator, cap_credits=10, cap_period=CapPeriod.month)
    for number, over in enumerate((False, True)):
        with clock.at(NOON):
            placed = posted(HoldOrder(key, f"h{number}", customer(held), 10, expires_in=60))
            hold_id = ids.read("hold", placed["id"])
            if not over:
                with transaction() as session:
                    ledger.release(session, hold_id, SYSTEM)
        if over:
            with clock.at(NOON + timedelta(days=40)), transaction() as session:
                ledger.expire_hold(session, hold_id, SYSTEM)
        with transaction() as session:
            assert [row.spent for row in session.exec(select(ApiKeySpend))] == [0]
    assert verify.violations() == []


def test_kept_answers_are_forgotten_after_a_week() -> None:
    with clock.at(clock.now() - timedelta(days=8)):
        held = factories.customer_with(5)
        key = key_of(held.creator)
        posted(DebitOrder(key, "old", customer(held), 1))
    posted(DebitOrder(key, "new", customer(held), 1))
    assert idempotency.forget_old() == 1
    assert post(DebitOrder(key, "new", customer(held), 1))[0].replayed


def test_refusals_are_errors_of_the_domain() -> None:
    for code in ledger.REFUSALS:
        assert isinstance(ledger.refusal(code, {}), DomainError)
