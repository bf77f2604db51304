"""Spending through the API: debits, dry runs, batches and holds, each once for its key."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from litesubs.domain import clock, holds, links, packs, verify, wallets
from tests import factories
from tests.api.calls import customer, made, pointers, post, problem
from tests.factories import Holding


def test_a_debit_is_made_once_however_often_it_is_sent(rest: TestClient, held: Holding) -> None:
    body = {"customer": held.buyer.email, "amount": 6, "reason": "Report", "metadata": {"report": "1"}}
    first, again = post(rest, "/debits", body, "k"), post(rest, "/debits", dict(reversed(body.items())), "k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    answer = first.json()
    assert (answer["amount"], answer["balance"]) == (6, {"posted": 6, "held": 0, "available": 6})
    assert [(part["pack"], part["amount"], part["expires_at"]) for part in answer["allocations"]] == [
        (held.pack.id, 5, None),
        (held.pack.id, 1, None),
    ]
    assert factories.balance(held) == 6
    assert verify.violations() == []


def test_the_key_with_another_request_is_refused(rest: TestClient, held: Holding) -> None:
    body = {"customer": customer(held), "amount": 1}
    made(rest, "/debits", body, "k")
    for path, other in (
        ("/debits", {**body, "amount": 2}),
        ("/holds", body),
        ("/adjustments", {**body, "pack": held.pack.id, "reason": "No"}),
        ("/debits/batch", {"debits": [body]}),
    ):
        assert problem(post(rest, path, other, "k")) == (422, "idempotency_key_reused")
    assert factories.balance(held) == 11


def test_two_creators_can_use_the_same_key(rest: TestClient, held: Holding) -> None:
    made(rest, "/debits", {"customer": customer(held), "amount": 1}, "k")
    other = factories.customer_with(5)
    body = {"customer": customer(other), "amount": 1}
    answer = post(rest, "/debits", body, "k", authorization=f"Bearer {factories.api_key(other.creator)}")
    assert (answer.status_code, factories.balance(other)) == (201, 4)


def test_a_dry_run_says_who_would_pay_and_writes_nothing(rest: TestClient, held: Holding) -> None:
    body = {"customer": customer(held), "amount": 6, "dry_run": True}
    answer = rest.post("/debits", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["dry_run"], told["amount"], [part["amount"] for part in told["allocations"]]) == (True, 6, [5, 1])
    assert told["balance"] == {"posted": 6, "held": 0, "available": 6}
    assert factories.balance(held) == 12
    assert problem(rest.post("/debits", json={**body, "amount": 13})) == (402, "insufficient_credits")


def test_too_few_credits_come_with_what_there_is_and_where_to_buy(rest: TestClient, held: Holding) -> None:
    made(rest, "/holds", {"customer": customer(held), "amount": 2})
    for path in ("/debits", "/holds"):
        answer = post(rest, path, {"customer": customer(held), "amount": 11}, "k")
        assert problem(answer) == (402, "insufficient_credits")
        told = answer.json()
        assert (told["available"], told["required"], told["held"]) == (10, 11, 2)
        assert told["top_up_url"] == held.pack.link_url
    factories.give(held, 1)
    assert post(rest, "/debits", {"customer": customer(held), "amount": 11}, "k").status_code == 201


def test_there_is_nowhere_to_top_up_where_nothing_is_on_sale(rest: TestClient, held: Holding) -> None:
    def offered(**more: str) -> Any:
        return post(rest, "/debits", {"customer": customer(held), "amount": 13, **more}).json()["top_up_url"]

    [link] = links.of_pack(held.creator, held.pack.id)
    links.revoke(held.creator, link.id)
    assert offered() is None
    factories.limited_link(held.creator, held.pack, 1)
    assert offered().startswith("http://localhost:3000/p/")
    packs.set_active(held.creator, held.pack.id, active=False)
    assert offered() is None
    other = factories.pack(held.creator)
    assert offered(pack=other.id) == other.link_url


def test_paused_credits_are_not_spent(rest: TestClient, held: Holding) -> None:
    wallets.set_status(held.creator, held.public_id, "disabled")
    for path in ("/debits", "/holds"):
        answer = post(rest, path, {"customer": customer(held), "amount": 1})
        assert problem(answer) == (403, "subscription_inactive")


@pytest.mark.parametrize("path", ["/debits", "/holds"])
def test_nobody_elses_credits_are_spent(rest: TestClient, held: Holding, path: str) -> None:
    other = factories.customer_with(5)
    for named in (customer(other), other.buyer.email, "cus_1", "nobody@example.com", "x", "a@b\u2028"):
        assert problem(post(rest, path, {"customer": named, "amount": 1})) == (404, "not_found")
    for pack in (other.pack.id, "pack_1", held.public_id):
        body = {"customer": customer(held), "amount": 1, "pack": pack}
        assert problem(post(rest, path, body)) == (404, "not_found")
    assert (factories.balance(held), factories.balance(other)) == (12, 5)


def test_debits_of_a_batch_succeed_or_fail_one_by_one(rest: TestClient, held: Holding) -> None:
    body = {
        "debits": [
            {"customer": customer(held), "amount": 10, "metadata": {"n": "1"}},
            {"customer": customer(held), "amount": 3},
            {"customer": "nobody@example.com", "amount": 1},
            {"customer": held.buyer.email, "amount": 2},
        ]
    }
    first, again = post(rest, "/debits/batch", body, "k"), post(rest, "/debits/batch", body, "k")
    told = first.json()["data"]
    assert (first.status_code, [each["status"] for each in told]) == (200, [201, 402, 404, 201])
    assert (told[1]["error"]["code"], told[1]["error"]["available"]) == ("insufficient_credits", 2)
    assert (told[0]["debit"]["amount"], told[3]["debit"]["balance"]["posted"]) == (10, 0)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert factories.balance(held) == 0


def test_a_batch_of_which_nothing_succeeds_leaves_its_key_free(rest: TestClient, held: Holding) -> None:
    body = {"debits": [{"customer": customer(held), "amount": 13}]}
    assert made(rest, "/debits/batch", body, "k")["data"][0]["status"] == 402
    factories.give(held, 1)
    assert made(rest, "/debits/batch", body, "k")["data"][0]["status"] == 201


def test_a_batch_has_one_to_a_hundred_debits_all_of_them_sound(rest: TestClient, held: Holding) -> None:
    debit = {"customer": customer(held), "amount": 1}
    assert pointers(post(rest, "/debits/batch", {"debits": []})) == ["/debits"]
    assert pointers(post(rest, "/debits/batch", {"debits": [debit] * 101})) == ["/debits"]
    assert pointers(post(rest, "/debits/batch", {"debits": [debit, {**debit, "amount": 0}]})) == ["/debits/1/amount"]
    assert factories.balance(held) == 12
    assert len(made(rest, "/debits/batch", {"debits": [{**debit}] * 12})["data"]) == 12
    assert factories.balance(held) == 0


def test_a_hold_is_captured_once_in_part_and_the_rest_is_free(rest: TestClient, held: Holding) -> None:
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 6})
    assert (hold["status"], hold["balance"]) == ("open", {"posted": 12, "held": 6, "available": 6})
    path = f"/holds/{hold['id']}/capture"
    too_much = post(rest, path, {"amount": 7})
    assert pointers(too_much) == ["/amount"]
    first, again = post(rest, path, {"amount": 2}, "k"), post(rest, path, {"amount": 2}, "k")
    assert (first.status_code, first.content, again.headers["idempotent-replayed"]) == (200, again.content, "true")
    assert (first.json()["captured"], first.json()["balance"]) == (2, {"posted": 10, "held": 0, "available": 10})
    for settle in (path, f"/holds/{hold['id']}/release"):
        refused = post(rest, settle)
        assert problem(refused) == (409, "hold_not_open")
        assert refused.json()["hold_status"] == "captured"
    assert verify.violations() == []


def test_a_hold_is_captured_whole_without_a_body(rest: TestClient, held: Holding) -> None:
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 6})
    assert made(rest, f"/holds/{hold['id']}/capture")["captured"] == 6


def test_a_hold_is_released_once(rest: TestClient, held: Holding) -> None:
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 6})
    path = f"/holds/{hold['id']}/release"
    first, again = post(rest, path, {}, "k"), post(rest, path, key="k")
    assert (first.status_code, first.content, again.headers["idempotent-replayed"]) == (200, again.content, "true")
    assert (first.json()["status"], first.json()["balance"]) == (
        "released",
        {"posted": 12, "held": 0, "available": 12},
    )
    assert problem(post(rest, path)) == (409, "hold_not_open")
    assert problem(post(rest, f"/holds/{hold['id']}/capture")) == (409, "hold_not_open")
    assert verify.violations() == []


def test_a_hold_that_is_over_is_let_go_and_neither_captured_nor_released(rest: TestClient, held: Holding) -> None:
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 6, "expires_in": 60})
    kept = made(rest, "/holds", {"customer": customer(held), "amount": 1})
    with clock.at(clock.now() + timedelta(seconds=61)):
        for settle in ("capture", "release"):
            refused = post(rest, f"/holds/{hold['id']}/{settle}")
            assert problem(refused) == (409, "hold_not_open")
            assert refused.json()["hold_status"] == "expired"
        assert (holds.expire_due(), holds.expire_due()) == (1, 0)
        found = rest.get(f"/holds/{hold['id']}").json()
    assert (found["status"], found["balance"]) == ("expired", {"posted": 12, "held": 1, "available": 11})
    assert rest.get(f"/holds/{kept['id']}").json()["status"] == "open"
    assert verify.violations() == []


@pytest.mark.parametrize("settle", ["release", "expire"])
def test_what_is_let_go_no_longer_counts_towards_the_cap_of_the_key_that_held_it(
    rest: TestClient, held: Holding, settle: str
) -> None:
    rest.headers["authorization"] = f"Bearer {factories.api_key(held.creator, cap_credits='6', cap_period='day')}"
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 6, "expires_in": 1})
    body = {"customer": customer(held), "amount": 1}
    refused = post(rest, "/debits", body)
    assert problem(refused) == (403, "spend_cap_reached")
    assert (refused.json()["cap"], refused.json()["spent"], refused.json()["required"]) == (6, 6, 1)
    if settle == "release":
        with clock.at(clock.now()):
            made(rest, f"/holds/{hold['id']}/release")
    else:
        with clock.at(factories.later(seconds=2)):
            holds.expire_due()
    assert post(rest, "/debits", {**body, "amount": 6}).status_code == 201


@pytest.mark.parametrize("path", ["/holds/{}/capture", "/holds/{}/release"])
def test_nobody_elses_hold_is_settled(rest: TestClient, path: str) -> None:
    other = factories.customer_with(5)
    key = factories.api_key(other.creator)
    hold = post(rest, "/holds", {"customer": customer(other), "amount": 1}, authorization=f"Bearer {key}").json()["id"]
    for name in (hold, "hold_1", customer(other)):
        assert problem(post(rest, path.format(name))) == (404, "not_found")


def test_spending_needs_the_scope_to_spend(rest: TestClient, held: Holding) -> None:
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 1})
    rest.headers["authorization"] = f"Bearer {factories.api_key(held.creator, scopes=('read', 'credits:write'))}"
    body = {"customer": customer(held), "amount": 1}
    for path, sent in (
        ("/debits", body),
        ("/debits", {**body, "dry_run": True}),
        ("/debits/batch", {"debits": [body]}),
        ("/holds", body),
        (f"/holds/{hold['id']}/capture", {}),
        (f"/holds/{hold['id']}/release", {}),
        ("/debits/debit_1/reversals", {}),
    ):
        answer = post(rest, path, sent)
        assert problem(answer) == (403, "insufficient_scope")
        assert answer.json()["scope"] == "debits:write"
    assert factories.balance(held) == 12
