"""What a creator's software can read: packs, customers, ledgers and holds, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from litesubs.domain import clock, records, wallets
from tests import factories
from tests.api.calls import customer, made, pointers, post, problem
from tests.factories import Holding


def read(client: TestClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_pack_is_told_with_the_link_that_sells_it(rest: TestClient, held: Holding) -> None:
    pack = read(rest, f"/packs/{held.pack.id}")
    assert (pack["name"], pack["credits"], pack["price_minor"], pack["currency"]) == (held.pack.name, 10, 45000, "EUR")
    assert (pack["expiry"], pack["status"]) == ({"kind": "never", "date": None, "days": None}, "active")
    assert pack["url"] == held.pack.link_url
    assert read(rest, "/packs") == {"data": [pack], "has_more": False}


def test_a_customer_has_a_balance_over_all_packs_and_of_each(rest: TestClient, held: Holding) -> None:
    other = factories.holding(factories.pack(held.creator), held.creator, 4, buyer=held.buyer)
    factories.give(held, 2, expires_at=factories.later(hours=1))
    made(rest, "/holds", {"customer": customer(held), "amount": 3, "pack": held.pack.id})
    with clock.at(factories.later(hours=2)):
        found = read(rest, f"/customers/{customer(held)}")
    assert (found["email"], found["name"], found["test"]) == (held.buyer.email, held.buyer.name, False)
    assert found["balance"] == {"posted": 18, "held": 3, "available": 15}
    assert [(sub["pack"], sub["balance"]) for sub in found["subscriptions"]] == [
        (other.pack.id, {"posted": 4, "held": 0, "available": 4}),
        (held.pack.id, {"posted": 14, "held": 3, "available": 11}),
    ]


def test_what_is_paused_is_not_available(rest: TestClient, held: Holding) -> None:
    wallets.set_status(held.creator, held.public_id, "paused")
    found = read(rest, f"/customers/{customer(held)}")
    assert found["balance"] == {"posted": 12, "held": 0, "available": 0}
    assert found["subscriptions"][0]["status"] == "paused"


@pytest.mark.parametrize("written", ["{}", "  {} ", "<{}>"])
def test_a_customer_is_found_by_address(rest: TestClient, held: Holding, written: str) -> None:
    found = read(rest, "/customers", email=written.format(held.buyer.email.upper()))
    assert [row["id"] for row in found["data"]] == ([] if written.startswith("<") else [customer(held)])


@pytest.mark.parametrize("email", ["", "nobody@example.com", "no address", "a\x00b@example.com", "@"])
def test_an_address_that_nobody_has_finds_nobody(rest: TestClient, email: str) -> None:
    assert read(rest, "/customers", email=email) == {"data": [], "has_more": False}


def test_a_list_is_read_page_by_page_newest_first(rest: TestClient, held: Holding) -> None:
    for _ in range(4):
        factories.holding(held.pack, held.creator)
    everybody = [row["id"] for row in read(rest, "/customers")["data"]]
    assert everybody == sorted(everybody, reverse=True)
    assert len(everybody) == 5
    pages, after = [], ""
    while True:
        page = read(rest, "/customers", limit=2, starting_after=after)
        pages.append([row["id"] for row in page["data"]])
        if not page["has_more"]:
            break
        after = pages[-1][-1]
    assert pages == [everybody[:2], everybody[2:4], everybody[4:]]


def test_a_ledger_is_read_page_by_page_though_a_posting_has_several_entries(rest: TestClient, held: Holding) -> None:
    debit = made(rest, "/debits", {"customer": customer(held), "amount": 6, "reason": "May", "metadata": {"a": "b"}})
    path = f"/customers/{customer(held)}/ledger"
    first = read(rest, path, limit=1)
    then = read(rest, path, limit=3, starting_after=first["data"][0]["id"])
    entries = first["data"] + then["data"]
    assert (first["has_more"], then["has_more"]) == (True, False)
    assert [(entry["type"], entry["posted"], entry["posted_after"]) for entry in entries] == [
        ("debit", -1, 6),
        ("debit", -5, 7),
        ("grant", 7, 12),
        ("grant", 5, 5),
    ]
    assert {entry["posting"] for entry in entries[:2]} == {debit["id"]}
    assert (entries[0]["reason"], entries[0]["metadata"]) == ("May", {"a": "b"})
    assert entries[0]["actor"].startswith("key_")
    assert len({entry["id"] for entry in entries}) == 4


def test_a_ledger_is_narrowed_by_pack_type_and_time(rest: TestClient, held: Holding) -> None:
    other = factories.holding(factories.pack(held.creator), held.creator, buyer=held.buyer)
    with clock.at(factories.later(days=2)):
        factories.give(other, 4)
        made(rest, "/debits", {"customer": customer(held), "amount": 1, "pack": other.pack.id})
    path, day = f"/customers/{customer(held)}/ledger", timedelta(days=1)
    tomorrow = records.moment(clock.now() + day)

    def kinds(**query: Any) -> list[str]:
        return [entry["type"] for entry in read(rest, path, **query)["data"]]

    assert kinds(pack=other.pack.id) == ["debit", "grant"]
    assert kinds(type="debit") == ["debit"]
    assert kinds(type=["debit", "grant"], pack=held.pack.id) == ["grant", "grant"]
    assert kinds(since=tomorrow) == ["debit", "grant"]
    assert kinds(until=tomorrow) == ["grant", "grant"]
    assert problem(rest.get(path, params={"pack": factories.pack(factories.creator()).id})) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ({"limit": 0}, "/query/limit"),
        ({"limit": 101}, "/query/limit"),
        ({"limit": "many"}, "/query/limit"),
        ({"limit": 10**30}, "/query/limit"),
        ({"starting_after": "entry_1"}, "/query/starting_after"),
        ({"starting_after": "x" * 5000}, "/query/starting_after"),
        ({"type": "spend"}, "/query/type/0"),
        ({"since": "yesterday"}, "/query/since"),
        ({"since": "2027-01-01T00:00:00"}, "/query/since"),
        ({"until": "99999-01-01T00:00:00Z"}, "/query/until"),
        ({"emial": "a"}, "/query/emial"),
    ],
)
def test_a_query_without_sense_is_pointed_at(
    rest: TestClient, held: Holding, query: dict[str, Any], where: str
) -> None:
    assert pointers(rest.get(f"/customers/{customer(held)}/ledger", params=query)) == [where]


def test_a_place_in_another_list_is_none_in_this(rest: TestClient, held: Holding) -> None:
    assert pointers(rest.get("/packs", params={"starting_after": customer(held)})) == ["/query/starting_after"]


def test_a_hold_is_told_as_it_stands_also_before_its_end_is_written(rest: TestClient, held: Holding) -> None:
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 6, "expires_in": 60})
    path = f"/holds/{hold['id']}"
    found = read(rest, path)
    assert {name: found[name] for name in hold} == hold
    assert found["debit"] is None
    with clock.at(factories.later(seconds=61)):
        assert read(rest, path)["status"] == "expired"
    captured = made(rest, f"{path}/capture", {"amount": 2})
    assert read(rest, path) == captured
    assert (captured["status"], captured["captured"], captured["balance"]["posted"]) == ("captured", 2, 10)


@pytest.mark.parametrize(
    "path", ["/packs/{}", "/customers/{}", "/customers/{}/ledger", "/holds/{}", "/nothing/{}", "/packs/{}/"]
)
@pytest.mark.parametrize("name", ["foreign", "pack_1", "x" * 300, "%00", "%ff"])
def test_what_is_not_there_or_not_ones_own_is_not_found(rest: TestClient, path: str, name: str) -> None:
    if name == "foreign":
        other = factories.customer_with(5)
        name = other.pack.id if "packs" in path else customer(other)
        if "holds" in path:
            key = factories.api_key(other.creator)
            body = {"customer": customer(other), "amount": 1}
            name = post(rest, "/holds", body, authorization=f"Bearer {key}").json()["id"]
    assert problem(rest.get(path.format(name))) == (404, "not_found")


def test_reading_needs_the_scope_to_read(rest: TestClient, held: Holding) -> None:
    key = factories.api_key(held.creator, scopes=("debits:write",))
    for path in ("/packs", f"/packs/{held.pack.id}", "/customers", f"/customers/{customer(held)}"):
        answer = rest.get(path, headers={"authorization": f"Bearer {key}"})
        assert problem(answer) == (403, "insufficient_scope")
        assert answer.json()["scope"] == "read"
