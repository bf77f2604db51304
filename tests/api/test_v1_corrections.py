"""Putting right through the API: giving back a spend, adjusting what a customer has."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from litesubs.db import transaction
from litesubs.domain import clock, records, verify, wallets
from litesubs.models import IdempotencyKey
from tests import factories
from tests.api.calls import customer, made, pointers, post, problem
from tests.factories import Holding


def adjustment(held: Holding, amount: Any, **more: Any) -> dict[str, Any]:
    return {"customer": customer(held), "pack": held.pack.id, "amount": amount, "reason": "Sorry"} | more


def test_a_debit_goes_back_to_the_lots_that_paid_part_by_part(rest: TestClient, held: Holding) -> None:
    debit = made(rest, "/debits", {"customer": customer(held), "amount": 6})
    path = f"/debits/{debit['id']}/reversals"
    first, again = post(rest, path, {"amount": 2}, "k"), post(rest, path, {"amount": 2}, "k")
    assert (first.status_code, first.content, again.headers["idempotent-replayed"]) == (201, again.content, "true")
    told = first.json()
    assert (told["debit"], told["amount"], told["balance"]["posted"]) == (debit["id"], 2, 8)
    drawn = [part["grant"] for part in debit["allocations"]]
    assert [(part["grant"], part["amount"]) for part in told["allocations"]] == [(drawn[1], 1), (drawn[0], 1)]
    refused = post(rest, path, {"amount": 5})
    assert problem(refused) == (409, "nothing_to_reverse")
    assert (refused.json()["left"], refused.json()["lapsed"]) == (4, 0)
    assert made(rest, path)["amount"] == 4
    assert problem(post(rest, path)) == (409, "nothing_to_reverse")
    assert factories.balance(held) == 12
    assert verify.violations() == []


def test_what_a_capture_spent_is_given_back_like_a_debit(rest: TestClient, held: Holding) -> None:
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 6})
    debit = made(rest, f"/holds/{hold['id']}/capture", {"amount": 3})["debit"]
    assert problem(post(rest, f"/debits/{debit}/reversals", {"amount": 4})) == (409, "nothing_to_reverse")
    assert made(rest, f"/debits/{debit}/reversals", {})["balance"] == {"posted": 12, "held": 0, "available": 12}
    assert verify.violations() == []


def test_only_ones_own_spends_are_given_back(rest: TestClient, held: Holding) -> None:
    other = factories.customer_with(5)
    body = {"customer": customer(other), "amount": 1}
    foreign = post(rest, "/debits", body, authorization=f"Bearer {factories.api_key(other.creator)}").json()["id"]
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 1})["id"]
    up = made(rest, "/adjustments", adjustment(held, 1))["id"]
    for name in (foreign, hold, hold.replace("hold", "debit"), up.replace("adj", "debit"), "debit_1", "x"):
        assert problem(post(rest, f"/debits/{name}/reversals")) == (404, "not_found")


def test_credits_are_added_as_a_lot_and_taken_in_burn_order(rest: TestClient, held: Holding) -> None:
    up = made(rest, "/adjustments", adjustment(held, 3))
    assert (up["amount"], up["balance"]["posted"]) == (3, 15)
    assert [(part["amount"], part["expires_at"]) for part in up["allocations"]] == [(3, None)]
    body = adjustment(held, -6, customer=held.buyer.email)
    first, again = post(rest, "/adjustments", body, "k"), post(rest, "/adjustments", body, "k")
    assert (first.status_code, first.content, again.headers["idempotent-replayed"]) == (201, again.content, "true")
    assert [part["amount"] for part in first.json()["allocations"]] == [-5, -1]
    assert factories.balance(held) == 9
    assert verify.violations() == []


def test_added_credits_expire_as_the_rule_says_or_as_asked_or_never(rest: TestClient, held: Holding) -> None:
    offer = factories.pack(held.creator, expiry_kind="after_days", expiry_days="30")
    ends = {}
    end = records.moment(factories.later(days=3))
    asked: dict[str, dict[str, Any]] = {"rule": {}, "never": {"expires_at": None}, "asked": {"expires_at": end}}
    for name, more in asked.items():
        answer = made(rest, "/adjustments", adjustment(held, 1, pack=offer.id) | more)
        ends[name] = answer["allocations"][0]["expires_at"]
    assert (ends["never"], ends["asked"]) == (None, end)
    assert ends["rule"] > end


@pytest.mark.parametrize(
    "end", ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2027-01-01", "2027-13-01T00:00:00Z", 1_900_000_000, ""]
)
def test_an_end_without_sense_is_pointed_at(rest: TestClient, held: Holding, end: object) -> None:
    assert pointers(post(rest, "/adjustments", adjustment(held, 1, expires_at=end))) == ["/expires_at"]
    assert factories.balance(held) == 12


def test_an_end_is_for_added_credits_only(rest: TestClient, held: Holding) -> None:
    end = records.moment(factories.later(days=3))
    assert pointers(post(rest, "/adjustments", adjustment(held, -1, expires_at=end))) == ["/expires_at"]


def test_credits_are_given_to_a_customer_who_had_none_of_the_pack(rest: TestClient, held: Holding) -> None:
    offer = factories.pack(held.creator)
    refused = post(rest, "/adjustments", adjustment(held, -1, pack=offer.id))
    assert problem(refused) == (402, "insufficient_credits")
    assert made(rest, "/adjustments", adjustment(held, 2, pack=offer.id))["balance"]["posted"] == 14


def test_what_is_held_is_not_taken(rest: TestClient, held: Holding) -> None:
    made(rest, "/holds", {"customer": customer(held), "amount": 10})
    refused = post(rest, "/adjustments", adjustment(held, -3), "k")
    assert problem(refused) == (402, "insufficient_credits")
    assert (refused.json()["available"], refused.json()["required"], refused.json()["held"]) == (2, 3, 10)
    assert post(rest, "/adjustments", adjustment(held, -2), "k").status_code == 201


def test_disabled_credits_are_neither_adjusted_nor_given_back(rest: TestClient, held: Holding) -> None:
    debit = made(rest, "/debits", {"customer": customer(held), "amount": 1})["id"]
    wallets.set_status(held.creator, held.public_id, "disabled")
    for amount in (1, -1):
        answer = post(rest, "/adjustments", adjustment(held, amount))
        assert problem(answer) == (409, "subscription_disabled")
    assert problem(post(rest, f"/debits/{debit}/reversals")) == (409, "subscription_disabled")
    wallets.set_status(held.creator, held.public_id, "paused")
    assert made(rest, "/adjustments", adjustment(held, 1))["balance"] == {"posted": 12, "held": 0, "available": 0}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("amount", 1_000_001),
        ("amount", -1_000_001),
        ("amount", 1.0),
        ("amount", "3"),
        ("amount", None),
        ("amount", True),
        ("reason", ""),
        ("reason", "  "),
        ("reason", "x" * 201),
        ("reason", "a\nb"),
        ("pack", ""),
        ("pack", None),
        ("customer", 5),
    ],
)
def test_an_adjustment_without_sense_is_pointed_at(rest: TestClient, held: Holding, field: str, value: object) -> None:
    assert pointers(post(rest, "/adjustments", adjustment(held, 1) | {field: value})) == [f"/{field}"]
    assert factories.balance(held) == 12


def test_nobody_elses_credits_are_adjusted(rest: TestClient, held: Holding) -> None:
    other = factories.customer_with(5)
    for more in ({"customer": customer(other)}, {"customer": other.buyer.email}, {"pack": other.pack.id}):
        assert problem(post(rest, "/adjustments", adjustment(held, 1) | more)) == (404, "not_found")


def test_adjusting_needs_its_own_scope(rest: TestClient, held: Holding) -> None:
    key = factories.api_key(held.creator, scopes=("read", "debits:write"))
    answer = post(rest, "/adjustments", adjustment(held, 1), authorization=f"Bearer {key}")
    assert problem(answer) == (403, "insufficient_scope")
    assert answer.json()["scope"] == "credits:write"


def test_a_request_whose_first_is_still_running_is_told_so(rest: TestClient, held: Holding) -> None:
    assert held.creator.creator_id
    with transaction() as session:
        row = IdempotencyKey(
            creator_id=held.creator.creator_id,
            key="k",
            request_hash=b"",
            status=200,
            body="",
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        assert problem(post(rest, "/adjustments", adjustment(held, 1), "k")) == (409, "idempotency_key_in_use")
        session.rollback()
    assert post(rest, "/adjustments", adjustment(held, 1), "k").status_code == 201
