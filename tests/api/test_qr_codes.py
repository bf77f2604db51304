"""The QR codes of share links as files."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from litesubs.api.app import api
from litesubs.domain import accounts, links
from litesubs.domain.actors import Actor
from tests import factories
from tests.factories import PASSWORD

HTML = {"accept": "text/html"}


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """A browser that stops at redirects."""
    with TestClient(api, follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, actor: Actor) -> None:
    """Give the browser this person's session."""
    client.cookies.set(accounts.cookie_name(), accounts.sign_in(actor.email, PASSWORD, actor.email))


def test_a_creator_gets_a_picture_to_print_and_one_to_show(client: TestClient) -> None:
    seller = factories.creator()
    (link,) = links.of_pack(seller, factories.pack(seller, slug="ten").id)
    sign_in(client, seller)
    for kind, mime, start in (("png", "image/png", b"\x89PNG"), ("svg", "image/svg+xml", b"<")):
        answer = client.get(f"/dashboard/links/{link.id}.{kind}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, mime)
        assert answer.content.startswith(start)
        assert answer.headers["cache-control"].startswith("private")
        assert f"ten-main-link.{kind}" in answer.headers["content-disposition"]


def test_links_of_others_and_what_is_no_link_answer_404(client: TestClient) -> None:
    foreign = factories.creator()
    (link,) = links.of_pack(foreign, factories.pack(foreign).id)
    sign_in(client, factories.creator())
    for name in (f"{link.id}.png", "link_00000000000000000000000000.svg", "x.png", "%00.svg"):
        assert client.get(f"/dashboard/links/{name}").status_code == 404


def test_another_kind_of_file_is_refused(client: TestClient) -> None:
    seller = factories.creator()
    (link,) = links.of_pack(seller, factories.pack(seller).id)
    sign_in(client, seller)
    assert client.get(f"/dashboard/links/{link.id}.gif").status_code in (404, 422)


def test_a_visitor_is_asked_to_sign_in(client: TestClient) -> None:
    answer = client.get("/dashboard/links/link_00000000000000000000000000.svg", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
