"""The pages of packs and creators as HTML that no browser has touched: statuses, words, and where forms lead."""

import html
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from litesubs import frontend
from litesubs.api.app import api
from litesubs.domain import accounts, ids, links, packs, profiles
from litesubs.domain.actors import Actor
from tests import factories
from tests.factories import PASSWORD, draft


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """Reads pages as they were built, stops at redirects."""
    frontend.build()
    with TestClient(api, follow_redirects=False, headers={"accept": "text/html"}) as client:
        yield client


def handle_of(seller: Actor) -> str:
    return accounts.account(seller).handle


def renamed(seller: Actor, handle: str, name: str = "Ada Byron") -> str:
    """Give the creator this handle, and the old one back."""
    old = handle_of(seller)
    profiles.update(seller, name, handle, "UTC", "EUR")
    return old


def read(client: TestClient, path: str, status: int = 200) -> str:
    """The page at a path as text, once it has the status and every field is filled."""
    answer = client.get(path)
    assert answer.status_code == status, path
    assert "%%LS_" not in answer.text
    return answer.text


def head(page: str) -> tuple[str, str, str]:
    """(title, description, canonical) of a page."""
    found = [
        re.search(pattern, page)
        for pattern in (
            r"<title>(.*?)</title>",
            r'<meta content="([^"]*)" name="description"',
            r'<link rel="canonical" href="(.*?)"',
        )
    ]
    title, description, canonical = (
        html.unescape(next(filter(None, match.groups()), "")) if match else "" for match in found
    )
    return title, description, canonical


def words(page: str) -> str:
    """What of a page is written for people to read."""
    body = page[page.index("<body") :]
    return " ".join(html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL)).split())


def location(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.headers["location"]


def test_a_creators_page_says_who_they_are_and_everything_they_list(client: TestClient) -> None:
    seller = factories.creator("Mara Lindqvist")
    handle = handle_of(seller)
    profiles.introduce(seller, "Voice coach.\n\nFifteen **years**.", "https://example.com/mara")
    listed = factories.pack(seller, name="Ten sessions", slug="ten", description="Fifty minutes each.")
    factories.pack(seller, name="Friends only", listed=False)
    packs.archive(seller, factories.pack(seller, name="Old times").id)
    packs.set_active(seller, factories.pack(seller, name="Paused now").id, active=False)
    page = read(client, f"/c/{handle}")
    assert head(page) == (
        "Mara Lindqvist · Litesubs",
        "Voice coach. Fifteen years.",
        f"http://localhost:3000/c/{handle}",
    )
    said = words(page)
    for part in ("Mara Lindqvist", "ML", "Fifteen years", "example.com/mara", "Ten sessions", "Fifty minutes each."):
        assert part in said
    assert "€45.00 each · Never expires" in said
    for hidden in ("Friends only", "Old times", "Paused now"):
        assert hidden not in page
    assert f'href="/c/{handle}/ten"' in page
    assert f'action="/p/{factories.token_of(listed)}/buy"' in page
    assert 'href="https://example.com/mara" rel="me nofollow ugc noopener noreferrer"' in page


def test_a_creator_without_listed_packs_has_a_page_too(client: TestClient) -> None:
    said = words(read(client, f"/c/{handle_of(factories.creator('Ida Sund'))}"))
    assert "Ida sells nothing here right now" in said


def test_a_listed_pack_has_the_same_page_at_its_own_address_which_is_the_canonical_one(client: TestClient) -> None:
    seller = factories.creator("Mara Lindqvist")
    profiles.introduce(seller, "Voice coach in Copenhagen.", "")
    pack = factories.pack(seller, name="Ten sessions", slug="ten", expiry_kind="after_days", expiry_days="365")
    other = factories.pack(seller, name="Voice reset", slug="reset")
    own, shared = f"/c/{handle_of(seller)}/ten", f"/p/{factories.token_of(pack)}"
    for path in (own, shared):
        page = read(client, path)
        assert head(page)[2] == f"http://localhost:3000{own}"
        said = words(page)
        for part in (
            "Ten sessions",
            "€45.00 each",
            "Credits last 1 year: buy today",
            "Refunds are up to Mara",
            "Pay once",
            "Voice coach in Copenhagen.",
            "Does it renew?",
            "can give your credits more time",
            "Voice reset",
        ):
            assert part in said, (path, part)
        assert page.count(f'action="{shared}/buy"') == 2
        assert page.count("<details") == 5
        assert f'href="/c/{handle_of(seller)}"' in page
        assert f'href="/c/{handle_of(seller)}/reset"' in page
    second = links.create(seller, pack.id, "Newsletter").token
    assert head(read(client, f"/p/{second}"))[2] == f"http://localhost:3000/p/{second}"
    assert other.id not in page


def test_packs_that_are_not_listed_or_gone_and_what_never_was(client: TestClient) -> None:
    seller = factories.creator()
    handle = handle_of(seller)
    factories.pack(seller, slug="hidden", listed=False)
    archived = factories.pack(seller, slug="archived")
    disabled = factories.pack(seller, slug="disabled")
    packs.archive(seller, archived.id)
    packs.set_active(seller, disabled.id, active=False)
    assert "This pack is no longer sold" in words(read(client, f"/c/{handle}/archived", 410))
    assert "This pack is not on sale" in words(read(client, f"/c/{handle}/disabled"))
    for path in (
        f"/c/{handle}/hidden",
        f"/c/{handle}/nothing",
        f"/c/{handle}/%00",
        "/c/nobody",
        "/c/nobody/hidden",
        "/c/ma%00ra",
        "/c/%ED%A0%80",
        f"/c/{'x' * 5_000}",
        f"/c/{handle.replace('a', '%D0%B0')}",  # a letter of the Cyrillic alphabet
        "/p/nothing",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Nothing left at this address" in answer.text


def test_old_handles_and_other_spellings_lead_to_the_page(client: TestClient) -> None:
    seller = factories.creator()
    factories.pack(seller, slug="ten")
    new = f"new-{ids.new().hex[-8:]}"
    old = renamed(seller, new)
    for path in (f"/c/{old}", f"/c/{new.upper()}", f"/c/{old.upper()}"):
        assert location(client.get(path)) == (308, f"/c/{new}")
    for path in (f"/c/{old}/ten", f"/c/{new}/TEN", f"/c/{old.upper()}/Ten"):
        assert location(client.get(path)) == (308, f"/c/{new}/ten")
    assert client.get(f"/c/{old}").headers["cache-control"] == "no-cache"  # they may go back to it
    renamed(seller, old)
    assert location(client.get(f"/c/{new}")) == (308, f"/c/{old}")
    assert client.head(f"/c/{old}").status_code == 200


def test_what_creators_write_is_shown_and_never_run(client: TestClient) -> None:
    seller = factories.creator("Zoë <b>🎻</b> عمر")
    bio = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> مرحبا 🎻\n\n![p](https://x.example/p.png)"
    profiles.introduce(seller, bio, "")
    pack = factories.pack(seller, slug="odd", name='"><script>alert(2)</script>', description=bio)
    for path in (f"/c/{handle_of(seller)}", f"/c/{handle_of(seller)}/odd", f"/p/{factories.token_of(pack)}"):
        page = read(client, path)
        for bad in ("<script>alert", 'href="javascript', "<img", "<b>🎻"):
            assert bad not in page, (path, bad)
        said = words(page)
        for good in ("Zoë <b>🎻</b> عمر", "<script>alert(1)</script>", "مرحبا 🎻", '"><script>alert(2)</script>'):
            assert good in said, (path, good)


def test_a_visitor_who_buys_goes_to_sign_up_with_the_pack(client: TestClient) -> None:
    seller = factories.creator()
    factories.pack(seller, slug="ten")
    page = read(client, f"/c/{handle_of(seller)}")
    action = re.search(r'action="(/p/[^"]+/buy)"', page)
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert action
    assert seen
    answer = client.post(action[1], data={"seen": html.unescape(seen[1])})
    token = action[1].split("/")[2]
    assert location(answer) == (303, f"/signup?pack={token}")


def test_a_pack_that_was_changed_while_its_page_was_open_is_shown_again_before_it_is_bought(client: TestClient) -> None:
    seller = factories.creator()
    pack = factories.pack(seller, slug="ten")
    own = f"/c/{handle_of(seller)}/ten"
    seen = re.search(r'name="seen" value="([^"]+)"', read(client, own))
    assert seen
    packs.update(seller, pack.id, draft(slug="ten", price="500", credits="8"))
    buy = f"/p/{factories.token_of(pack)}/buy"
    assert location(client.post(buy, data={"seen": html.unescape(seen[1])})) == (303, own)
    assert "It is now 8 credits for €500." in words(read(client, own))
    assert "It is now" not in read(client, own)
    packs.update(seller, pack.id, draft(slug="ten", price="500", credits="8", name="Another name"))
    assert location(client.post(buy, data={"seen": "8 500.00 EUR never 0"}))[1].startswith("/signup")
    assert client.post(buy, data={"seen": "x" * 300}).status_code == 422


def test_a_link_for_one_address_shows_a_changed_pack_again_to_its_owner(client: TestClient) -> None:
    seller, buyer = factories.creator(), factories.person()
    pack = factories.pack(seller)
    token = links.create(seller, pack.id, "For one", email=buyer.email).token
    session = accounts.sign_in(buyer.email, PASSWORD, f"changed for {token}")
    client.cookies.set(accounts.cookie_name(), session)
    seen = re.search(r'name="seen" value="([^"]+)"', read(client, f"/p/{token}"))
    assert seen
    packs.update(seller, pack.id, draft(slug=pack.slug, price="500", credits="8"))
    answer = client.post(f"/p/{token}/buy", data={"seen": html.unescape(seen[1])})
    assert location(answer) == (303, f"/p/{token}")
    assert "It is now 8 credits for €500." in words(read(client, f"/p/{token}"))


def test_what_a_buyer_has_of_a_pack_is_told_to_them_alone(client: TestClient) -> None:
    held = factories.customer_with(5, 2)
    path = f"/p/{factories.token_of(held.pack)}/holding"
    assert client.get(path).status_code == 204
    for person, status in ((factories.person(), 204), (held.buyer, 200)):
        client.cookies.set(accounts.cookie_name(), accounts.sign_in(person.email, PASSWORD, person.email))
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "private, no-store")
    assert answer.json() == {"words": "You have 7 credits of this pack", "href": f"/wallet/{held.public_id}"}
    assert client.get("/p/nothing/holding").status_code == 204
    assert client.get("/p/a%00b/holding").status_code == 204
