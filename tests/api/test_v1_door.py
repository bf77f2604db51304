"""What every call to the API passes: its key, its id, its size, its limits, and one line in the log."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import func, select
from structlog.testing import capture_logs

from litesubs import db
from litesubs.api import site
from litesubs.api.app import api
from litesubs.api.v1 import door, reads
from litesubs.db import transaction
from litesubs.domain import api_keys, clock
from litesubs.models import IdempotencyKey, LedgerEntry, Wallet
from litesubs.settings import settings
from tests import factories
from tests.api.calls import customer, made, pointers, post, problem
from tests.factories import Holding

JSON = {"content-type": "application/json"}


def written(held: Holding) -> tuple[int, int, int]:
    """What would change if anything were written."""
    with transaction() as session:
        entries = session.exec(select(func.count()).select_from(LedgerEntry)).one()
        keys = session.exec(select(func.count()).select_from(IdempotencyKey)).one()
    return factories.balance(held), entries, keys


@pytest.mark.parametrize(
    "sent",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer ls_test_x", "Bearer a b", "{}", "Bearer {}x", "Bearer  ls_live_x"],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/packs"), ("POST", "/debits"), ("GET", "/nothing")])
def test_nobody_comes_in_without_a_key(rest: TestClient, method: str, path: str, sent: str) -> None:
    token = rest.headers.pop("authorization").removeprefix("Bearer ")
    answer = rest.request(method, path, headers={"authorization": sent.format(token)} if sent else {})
    assert problem(answer) == (401, "invalid_api_key")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_that_was_revoked_or_has_expired_opens_nothing(rest: TestClient, held: Holding) -> None:
    view, token = api_keys.create(held.creator, api_keys.KeyDraft("Server", ("read", "debits:write"), "30_days"))
    rest.headers["authorization"] = f"bearer {token}"
    assert rest.get("/packs").status_code == 200
    with clock.at(factories.later(days=40)):
        assert problem(rest.get("/packs")) == (401, "invalid_api_key")
    api_keys.revoke(held.creator, view.id)
    assert problem(post(rest, "/debits", {"customer": customer(held), "amount": 1})) == (401, "invalid_api_key")
    assert factories.balance(held) == 12


def test_a_key_for_other_addresses_is_not_taken_from_here(rest: TestClient, held: Holding) -> None:
    key = factories.api_key(held.creator, networks="203.0.113.0/24")
    answer = rest.get("/packs", headers={"authorization": f"Bearer {key}"})
    assert problem(answer) == (403, "address_not_allowed")


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ('{"amount": 0}', "/amount"),
        ('{"amount": -1}', "/amount"),
        ('{"amount": 1.5}', "/amount"),
        ('{"amount": 1.0}', "/amount"),
        ('{"amount": "3"}', "/amount"),
        ('{"amount": 100000000000000000000}', "/amount"),
        ('{"amount": 1000000001}', "/amount"),
        ('{"amount": 1e2}', "/amount"),
        ('{"amount": NaN}', "/amount"),
        ('{"amount": Infinity}', "/amount"),
        ('{"amount": null}', "/amount"),
        ('{"amount": true}', "/amount"),
        ('{"amount": [1]}', "/amount"),
        ('{"customer": null}', "/customer"),
        ('{"customer": ""}', "/customer"),
        ('{"customer": "a\\u0000b"}', "/customer"),
        ('{"pack": 5}', "/pack"),
        ('{"pack": ""}', "/pack"),
        ('{"reason": "a\\u0007b"}', "/reason"),
        ('{"metadata": []}', "/metadata"),
        ('{"metadata": {"a": 1}}', "/metadata/a"),
        ('{"metadata": {"a": "\\u0000"}}', "/metadata/a"),
        ('{"metadata": {"a/b~c": 1}}', "/metadata/a~1b~0c"),
        ('{"metadata": {"": "a"}}', "/metadata/"),
        ('{"unknown": 1}', "/unknown"),
        ('{"expires_in": 0}', "/expires_in"),
        ('{"expires_in": 2592001}', "/expires_in"),
        ('{"expires_in": "60"}', "/expires_in"),
    ],
)
def test_a_value_that_is_not_right_is_pointed_at_and_nothing_is_written(
    rest: TestClient, held: Holding, sent: str, where: str
) -> None:
    sound = f'{{"customer": "{customer(held)}", "amount": 1, '
    before = written(held)
    for path in ("/holds",) if "expires_in" in sent else ("/debits", "/holds"):
        answer = rest.post(path, content=sound + sent[1:], headers={"idempotency-key": "k", **JSON})
        assert pointers(answer) == [where]
    assert written(held) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reason", "x" * 201),
        ("customer", "x" * 321),
        ("metadata", {str(n): "" for n in range(21)}),
        ("metadata", {"x" * 41: "a"}),
        ("metadata", {"a": "x" * 501}),
    ],
)
def test_a_value_that_is_too_long_is_pointed_at(rest: TestClient, held: Holding, name: str, value: Any) -> None:
    [where] = pointers(post(rest, "/debits", {"customer": customer(held), "amount": 1, name: value}))
    assert where.startswith(f"/{name}")


def test_what_is_just_short_enough_is_taken(rest: TestClient, held: Holding) -> None:
    metadata = {f"{number:040}": "é" * 500 for number in range(20)}
    body = {"customer": customer(held), "amount": 1, "reason": "x" * 200, "metadata": metadata}
    assert post(rest, "/debits", body, "k" * 255).status_code == 201


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"\xff\xfe", b'{"amount": 1', b'{"a": "\\ud800"}', b"[" * 5000, b"{'a': 1}", b"nothing"]
)
@pytest.mark.parametrize("path", ["/debits", "/debits/batch", "/holds", "/adjustments"])
def test_what_is_no_json_is_told(rest: TestClient, sent: bytes, path: str) -> None:
    answer = rest.post(path, content=sent, headers={"idempotency-key": "k", **JSON})
    assert problem(answer) == (400, "invalid_json")


@pytest.mark.parametrize("sent", ["[]", "1", "null", '"text"', "NaN", "[[]]"])
def test_what_is_no_object_is_pointed_at(rest: TestClient, sent: str) -> None:
    answer = rest.post("/debits", content=sent, headers={"idempotency-key": "k", **JSON})
    assert pointers(answer) == [""]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
@pytest.mark.parametrize("path", ["/debits", "/debits/batch", "/holds", "/adjustments", "/holds/hold_1/capture"])
def test_another_content_type_is_refused(rest: TestClient, path: str, kind: str) -> None:
    answer = rest.post(path, content=b"{}", headers={"idempotency-key": "k", "content-type": kind})
    assert problem(answer) == (415, "unsupported_media_type")


def test_a_charset_may_stand_beside_the_content_type(rest: TestClient, held: Holding) -> None:
    body = {"customer": customer(held), "amount": 1}
    assert post(rest, "/debits", body, **{"content-type": "Application/JSON; charset=utf-8"}).status_code == 201


@pytest.mark.parametrize("how", ["announced", "in pieces"])
def test_ten_megabytes_are_refused_whether_or_not_they_are_announced(rest: TestClient, how: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(160):
            yield b" " * 65_536

    for path in ("/debits", "/adjustments", "/holds/hold_1/release"):
        content: Any = b" " * 10_485_760 if how == "announced" else pieces()
        answer = rest.post(path, content=content, headers={"idempotency-key": "k", **JSON})
        assert problem(answer) == (413, "payload_too_large")


@pytest.mark.parametrize("path", ["/debits", "/debits/batch", "/holds", "/adjustments", "/holds/hold_1/capture"])
def test_a_write_needs_a_key_of_its_own(rest: TestClient, held: Holding, path: str) -> None:
    sound = {"customer": customer(held), "amount": 1}
    bodies: dict[str, Any] = {
        "/debits/batch": {"debits": [sound]},
        "/adjustments": sound | {"pack": held.pack.id, "reason": "No"},
        "/holds/hold_1/capture": {},
    }
    body = bodies.get(path, sound)
    for headers in ({}, {"idempotency-key": ""}):
        assert problem(rest.post(path, json=body, headers=headers)) == (400, "idempotency_key_missing")
    for key in ("x" * 256, "x" * 5_000, "a\tb", "é"):
        answer = rest.post(path, json=body, headers={b"idempotency-key": key.encode()})
        assert pointers(answer) == ["/header/Idempotency-Key"]
    twice = [("idempotency-key", "a"), ("idempotency-key", "b")]
    assert pointers(rest.post(path, json=body, headers=twice)) == ["/header/Idempotency-Key"]
    assert factories.balance(held) == 12


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/packs"), ("PUT", "/debits"), ("GET", "/debits/batch")])
def test_another_method_is_told_which_there_are(rest: TestClient, method: str, path: str) -> None:
    answer = rest.request(method, path)
    assert problem(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == ("GET" if path == "/packs" else "POST")


def test_each_answer_has_an_id_of_its_own_or_the_callers_if_it_is_sane(rest: TestClient) -> None:
    own = {rest.get("/packs").headers["x-request-id"] for _ in range(3)}
    assert len(own) == 3
    assert rest.get("/packs", headers={"x-request-id": "trace-1234_A"}).headers["x-request-id"] == "trace-1234_A"
    for sent in ("short", "x" * 65, "a b c d e f g", '{"a":"bcdefgh"}'):
        assert rest.get("/packs", headers={"x-request-id": sent}).headers["x-request-id"].startswith("req_")


def test_one_line_in_the_log_says_what_came_of_a_call_and_no_secret(rest: TestClient, held: Holding) -> None:
    with capture_logs() as lines:
        answer = rest.get(f"/customers/{customer(held)}/ledger?pack={held.pack.id}")
    [line] = [line for line in lines if line["event"] == "api_request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/customers/{id}/ledger", 200)
    assert line["key"].startswith("key_")
    assert line["ms"] > 0
    assert answer.status_code == 200
    token = rest.headers["authorization"].removeprefix("Bearer ")
    assert token not in str(lines)
    assert held.pack.id not in str(lines)


def test_each_answer_says_how_its_limits_stand(rest: TestClient) -> None:
    answer = rest.get("/packs")
    assert answer.headers["ratelimit-policy"] == '"address";q=12000;w=60, "key";q=6000;w=60'
    assert answer.headers["ratelimit"].startswith('"address";r=11999;t=')
    stranger = rest.get("/packs", headers={"authorization": ""})
    assert stranger.headers["ratelimit-policy"] == '"address";q=12000;w=60, "failures";q=60;w=60'


@pytest.mark.parametrize(
    ("name", "which"), [("LITESUBS_API_KEY_LIMIT", "key"), ("LITESUBS_API_ADDRESS_LIMIT", "address")]
)
def test_too_many_requests_are_told_when_to_go_on(
    rest: TestClient, held: Holding, monkeypatch: pytest.MonkeyPatch, name: str, which: str
) -> None:
    monkeypatch.setenv(name, "2")
    settings.cache_clear()
    codes = [post(rest, "/debits", {"customer": customer(held), "amount": 1}).status_code for _ in range(3)]
    assert codes == [201, 201, 429]
    answer = rest.get("/packs")
    assert problem(answer) == (429, "rate_limited")
    assert answer.json()["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert answer.json()["violated-policies"] == [which]
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert f'"{which}";r=0' in answer.headers["ratelimit"]
    if which == "key":
        other = factories.api_key(held.creator)
        assert rest.get("/packs", headers={"authorization": f"Bearer {other}"}).status_code == 200


def test_who_has_no_key_is_slowed_down_and_who_shares_the_address_is_not(
    rest: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "FAILURES_PER_MINUTE", 2)
    wrong = {"authorization": "Bearer ls_test_wrong"}
    assert [rest.get("/packs", headers=wrong).status_code for _ in range(3)] == [401, 401, 429]
    assert rest.get("/packs").status_code == 200


def test_while_the_database_is_away_programs_are_told_to_come_back(
    rest: TestClient, held: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(rest, "/debits", {"customer": customer(held), "amount": 1})
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    db.reset()
    for answer in (rest.get("/packs"), post(rest, "/debits", {"customer": customer(held), "amount": 1})):
        assert problem(answer) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0


def test_what_takes_too_long_is_given_up(rest: TestClient, held: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "LOCK_TIMEOUT_SECONDS", 0.05)
    debit = made(rest, "/debits", {"customer": customer(held), "amount": 1})["id"]
    with transaction() as session:
        session.exec(select(Wallet).with_for_update()).all()
        answer = post(rest, f"/debits/{debit}/reversals", {}, "k")
    assert problem(answer) == (503, "unavailable")
    assert post(rest, f"/debits/{debit}/reversals", {}, "k").status_code == 201


def test_behind_the_pages_a_program_is_still_answered_as_a_program(rest: TestClient, held: Holding) -> None:
    pages = site.Headers(site.Pages(FastAPI(routes=list(api.router.routes))))
    browser = TestClient(pages, headers={**rest.headers, "accept": "text/html"})
    assert browser.get(f"/api/v1/packs/{held.pack.id}").status_code == 200
    assert problem(browser.get("/api/v1/packs/pack_1")) == (404, "not_found")
    assert browser.get("/api/docs").status_code == 200


def test_our_own_failure_has_an_id_to_ask_with(rest: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "records", None)
    assert problem(rest.get("/packs")) == (500, "internal_error")
