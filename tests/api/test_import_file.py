"""The file of an import over HTTP: who may send one, what is answered; what is imported is what was checked."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from litesubs.api.app import api
from litesubs.domain import accounts, customers, imports, sheets
from litesubs.domain.actors import Actor
from tests import factories

PATH = "/dashboard/import"
GOOD = b"name,email,pack,credits,expires\nAda Quist,ada@example.com,Voice reset,7,\n"


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """A browser that stops at redirects."""
    with TestClient(api, follow_redirects=False) as client:
        yield client


@pytest.fixture
def creator(database: str) -> Actor:  # noqa: ARG001 - a database comes first
    """A creator with one pack."""
    creator = factories.creator()
    factories.pack(creator, name="Voice reset", credits="5")
    return creator


def sign_in(client: TestClient, actor: Actor) -> None:
    """Give the browser this person's session."""
    client.cookies.set(accounts.cookie_name(), accounts.sign_in(actor.email, factories.PASSWORD, actor.email))


def test_a_file_is_checked_and_then_imported_by_its_digest(client: TestClient, creator: Actor) -> None:
    sign_in(client, creator)
    plan = client.post(PATH, params={"name": "mine.csv"}, content=GOOD)
    assert plan.status_code == 200
    assert (plan.json()["ready"], plan.json()["customers"], plan.json()["credits"]) == (True, 1, 7)
    assert imports.mine(creator) == []
    done = client.post(PATH, params={"name": "mine.csv", "digest": plan.json()["digest"]}, content=GOOD)
    assert (done.status_code, done.json()["file_name"], done.json()["credits"]) == (200, "mine.csv", 7)
    again = client.post(PATH, params={"name": "mine.csv", "digest": plan.json()["digest"]}, content=GOOD)
    assert again.json()["id"] == done.json()["id"]
    assert customers.page(creator).rows[0].left == 7


def test_another_file_than_the_one_that_was_checked_is_refused(client: TestClient, creator: Actor) -> None:
    sign_in(client, creator)
    digest = client.post(PATH, content=GOOD).json()["digest"]
    answer = client.post(PATH, params={"digest": digest}, content=GOOD.replace(b"7", b"7000"))
    assert (answer.status_code, imports.mine(creator)) == (422, [])
    assert "another file" in answer.json()["title"]


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"PK\x03\x04", GOOD.replace(b"Ada", b"Jos\xe9")])
def test_what_is_no_such_file_is_refused_with_a_sentence(client: TestClient, creator: Actor, content: bytes) -> None:
    sign_in(client, creator)
    answer = client.post(PATH, content=content)
    assert answer.status_code == 422
    assert answer.json()["title"]


def test_a_file_that_is_too_large_is_refused(client: TestClient, creator: Actor) -> None:
    sign_in(client, creator)
    answer = client.post(PATH, content=GOOD + b"x" * sheets.MOST_BYTES)
    assert answer.status_code == 422
    assert "10 MB" in answer.json()["title"]


def test_visitors_buyers_and_other_sites_are_refused(client: TestClient, creator: Actor) -> None:
    assert client.post(PATH, content=GOOD).status_code == 401
    sign_in(client, factories.person())
    assert client.post(PATH, content=GOOD).status_code == 403
    sign_in(client, creator)
    assert client.post(PATH, content=GOOD, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_the_sample_names_a_pack_of_the_creator_and_can_be_imported(client: TestClient, creator: Actor) -> None:
    sign_in(client, creator)
    sample = client.get("/dashboard/import-sample.csv")
    assert sample.headers["content-type"].startswith("text/csv")
    plan = client.post(PATH, content=sample.content).json()
    assert (plan["ready"], plan["customers"], plan["credits"]) == (True, 2, 10)
