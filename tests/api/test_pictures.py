"""A creator's picture over HTTP: who may send one, what is refused, how it is served, and the pages that show it."""

import asyncio
import json
import re
import tracemalloc
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.requests import Request
from starlette.types import Message

from litesubs import frontend
from litesubs.api import kept, site
from litesubs.api import pictures as sent
from litesubs.api.app import api
from litesubs.domain import accounts, pictures
from litesubs.domain.actors import Actor
from litesubs.domain.errors import DomainError, ValidationFailedError
from litesubs.settings import settings
from tests import factories
from tests.pictures import BLUE, RED, claiming, file, plain

PATH = "/dashboard/picture"
INITIALS = '<span aria-hidden="true">ML</span>'
DISC = re.compile(r'<div class="face [^"]*">(.*?)</div>')


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """A browser that reads the pages as they were built, with the headers of every answer, and stops at redirects."""
    frontend.build()
    with TestClient(site.Headers(api), follow_redirects=False) as client:
        yield client


@pytest.fixture
def seller(client: TestClient) -> Actor:  # noqa: ARG001 - a database comes first
    """Somebody who sells."""
    return factories.creator("Mara Lindqvist")


def sign_in(client: TestClient, actor: Actor) -> None:
    """Give the browser this person's session."""
    client.cookies.set(accounts.cookie_name(), accounts.sign_in(actor.email, factories.PASSWORD, actor.email))


def send(client: TestClient, actor: Actor, data: bytes, **headers: str) -> Response:
    """The answer to a file that this person chooses."""
    sign_in(client, actor)
    answer = client.post(PATH, content=data, headers=headers)
    client.cookies.clear()
    return answer


def test_a_picture_is_served_for_good_at_an_address_of_its_own(client: TestClient, seller: Actor) -> None:
    sent = send(client, seller, file(plain(RED)))
    assert sent.status_code == 200
    address = sent.json()["picture"]
    assert accounts.account(seller).picture == address
    for answer in (client.get(address), client.head(address)):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
    assert client.get(address).content == pictures.portrait(file(plain(RED)))


@pytest.mark.parametrize("name", ["0" * 32, "%00", "..%2fx", "x" * 5_000, "%ED%A0%80"])
def test_a_picture_that_nobody_has_is_not_found(client: TestClient, name: str) -> None:
    answer = client.get(f"/pictures/{name}.webp")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", pictures.EMPTY),
        (b"no picture", pictures.OTHER_KIND),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', pictures.OTHER_KIND),
        (claiming(20_000, 20_000), pictures.TOO_MANY_PIXELS),
        (file(plain(), "JPEG")[:400], pictures.BROKEN),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    client: TestClient, seller: Actor, data: bytes, sentence: str
) -> None:
    before = pictures.put(seller, file(plain(BLUE)))
    answer = send(client, seller, data)
    assert (answer.status_code, answer.json()["title"]) == (422, sentence)
    assert accounts.account(seller).picture == before


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_that_is_too_large_is_refused(client: TestClient, seller: Actor, *, announced: bool) -> None:
    before = pictures.put(seller, file(plain(BLUE)))
    parts = [bytes(pictures.MOST_BYTES), b"1"]
    sign_in(client, seller)
    answer = client.post(PATH, content=b"".join(parts) if announced else iter(parts))
    assert (answer.status_code, answer.json()["title"]) == (413, pictures.TOO_LARGE)
    assert accounts.account(seller).picture == before


class Body:
    """A file of 5 MB that comes in parts, as a server hands it on. `asked` is how often a part was asked for."""

    def __init__(self, length: int | None = None) -> None:
        self.asked = 0
        self.left = pictures.MOST_BYTES
        headers = [(b"content-length", str(length).encode())] if length else []
        self.request = Request({"type": "http", "method": "POST", "headers": headers}, self.receive)

    async def receive(self) -> Message:
        """One part."""
        self.asked += 1
        size = min(self.left, 65_536)
        self.left -= size
        return {"type": "http.request", "body": bytes(size), "more_body": self.left > 0}


def test_nothing_is_read_of_a_file_that_is_announced_as_too_large(seller: Actor) -> None:
    body = Body(pictures.MOST_BYTES + 1)
    with pytest.raises(DomainError, match="larger than 5 MB"):
        asyncio.run(sent.choose(body.request, seller))
    assert body.asked == 0


def test_a_file_is_in_memory_once() -> None:
    async def peak() -> int:
        tracemalloc.start()
        data = await sent._file(Body().request)  # noqa: SLF001
        assert len(data) == pictures.MOST_BYTES
        return tracemalloc.get_traced_memory()[1]

    try:
        assert asyncio.run(peak()) < 1.5 * pictures.MOST_BYTES
    finally:
        tracemalloc.stop()


def test_few_files_are_read_at_once(seller: Actor) -> None:
    """The others wait, and nothing is read of them until one is done."""
    bodies = [Body() for _ in range(20)]

    async def choose_all() -> list[object]:
        async def held(body: Body) -> object:
            with pytest.raises(ValidationFailedError) as refusal:  # it is no picture
                await sent.choose(body.request, seller)
            return refusal.value.fields

        asked = [asyncio.create_task(held(body)) for body in bodies]
        most = 0
        while not all(task.done() for task in asked):
            await asyncio.sleep(0)
            most = max(most, sum(body.asked > 0 and not task.done() for body, task in zip(bodies, asked, strict=True)))
        assert 1 < most <= sent.HELD_AT_ONCE.total_tokens
        return [task.result() for task in asked]

    assert asyncio.run(choose_all()) == [{"picture": pictures.OTHER_KIND}] * len(bodies)


def test_a_file_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent, "SENT_WITHIN_SECONDS", 0)

    async def nothing() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    request = Request({"type": "http", "method": "POST", "headers": []}, nothing)
    with pytest.raises(sent.TooSlowError):
        asyncio.run(sent._file(request))  # noqa: SLF001


def test_a_person_who_sends_file_after_file_is_told_to_wait(client: TestClient, seller: Actor) -> None:
    sign_in(client, seller)
    for _ in range(pictures.FILES_PER_PERSON.amount):
        assert client.post(PATH, content=b"no picture").status_code == 422
    answer = client.post(PATH, content=file(plain()))
    assert (answer.status_code, answer.json()["title"]) == (429, pictures.TOO_MANY_FILES)
    assert send(client, factories.creator(), file(plain())).status_code == 200


def test_visitors_buyers_and_other_sites_are_refused(client: TestClient, seller: Actor) -> None:
    assert client.post(PATH, content=file(plain())).status_code == 401
    assert send(client, factories.person(), file(plain())).status_code == 403
    assert send(client, seller, file(plain()), **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert accounts.account(seller).picture == ""


def test_a_file_changes_the_picture_of_who_sends_it_alone(client: TestClient, seller: Actor) -> None:
    before = pictures.put(seller, file(plain(BLUE)))
    other = factories.creator()
    sign_in(client, other)
    creator_id = str(seller.creator_id)
    sent = client.post(
        PATH, content=file(plain(RED)), params={"creator_id": creator_id, "handle": accounts.account(seller).handle}
    )
    assert sent.status_code == 200
    assert accounts.account(other).picture == sent.json()["picture"]
    assert accounts.account(seller).picture == before


def test_every_public_page_shows_it_as_soon_as_it_is_there(client: TestClient, seller: Actor) -> None:
    pack = factories.pack(seller, slug="ten")
    home, link = f"/c/{accounts.account(seller).handle}", f"/p/{factories.token_of(pack)}"
    faces = {home: 1, link: 2, f"{home}/ten": 2, f"/signup?pack={factories.token_of(pack)}": 1}

    def discs(path: str) -> set[str]:
        page = client.get(path).text
        assert page.count("%%LS_") == 0
        boot = re.search(r'id="ls-boot">(.*?)</script>', page)
        assert boot
        found = DISC.findall(page)
        assert len(found) == faces[path], path
        assert set(found) == {json.loads(boot[1])["creator_face_html"]}  # what a script renders is what was sent
        return set(found)

    assert [discs(path) for path in faces] == [{INITIALS}] * len(faces)
    for colour in (RED, BLUE):
        address = pictures.put(seller, file(plain(colour)))
        image = f'<img src="{address}" width="256" height="256" alt="" decoding="async"/>'
        assert [discs(path) for path in faces] == [{image}] * len(faces)
    made = kept._made.cache_info().misses  # noqa: SLF001 - how often a page was made
    assert discs(home) == {image}
    assert kept._made.cache_info().misses == made  # noqa: SLF001
    pictures.remove(seller)
    assert discs(home) == {INITIALS}


def test_search_engines_are_told_of_it(client: TestClient, seller: Actor) -> None:
    def person() -> dict[str, str]:
        page = client.get(f"/c/{accounts.account(seller).handle}").text
        found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
        assert found
        return dict(json.loads(found[1])["mainEntity"])

    assert "image" not in person()
    address = pictures.put(seller, file(plain()))
    assert person()["image"] == settings().base_url + address
