"""What browsers and programs are told where a request cannot be answered, and how pages keep people signed in."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.responses import PlainTextResponse

from litesubs import db
from litesubs.api import auth, compression, public, site, templates
from litesubs.api.app import api
from litesubs.api.asgi import App, Receive, Scope, Send
from litesubs.domain import accounts, clock, links, packs, profiles, visits
from litesubs.domain.packs import PackDraft
from litesubs.settings import settings
from tests import factories

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-mode": "navigate"}
ERROR_PAGE = (
    '<h1>%%LS_TITLE%%</h1><p>%%LS_TEXT%%</p><a href="%%LS_ACTION_HREF%%">%%LS_ACTION_LABEL%%</a><script>x</script>'
)


@pytest.fixture(autouse=True)
def built_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small build where Reflex's would be."""
    root = tmp_path / "build" / "client"
    pages = {"index": "start", "not-found": "nothing here", "error": ERROR_PAGE, "wallet": "wallet"}
    for name, content in pages.items() | {"login": "form", "signup": "form", "p/__tpl__": "pack"}.items():
        file = root / f"{name}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    _forget_pages()
    yield
    _forget_pages()


@pytest.fixture
def client(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """A browser that stops at redirects, on the whole chain of apps, with the built files as plain texts."""
    monkeypatch.setattr(accounts, "_limiter", MovingWindowRateLimiter(MemoryStorage()))
    with TestClient(_whole(), follow_redirects=False, raise_server_exceptions=False, headers=BROWSER) as client:
        yield client


def _whole() -> App:
    """The routes, with static files below them as in the real one, and pages and headers around."""
    outer = FastAPI(routes=list(api.router.routes), exception_handlers=dict(api.exception_handlers))
    outer.mount("/", PlainTextResponse("a file"))
    return site.Headers(compression.Compressed(site.Pages(outer)))


def _forget_pages() -> None:
    templates.template.cache_clear()
    templates._without_scripts.cache_clear()  # noqa: SLF001 - the build does not change while a server runs
    site._pages.cache_clear()  # noqa: SLF001


def _without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    db.reset()


def _signed_in(client: TestClient) -> str:
    token = accounts.sign_in(factories.person().email, factories.PASSWORD, "203.0.113.1")
    client.cookies.set(accounts.cookie_name(), token)
    return token


def _renewed(answer: Response) -> list[str]:
    """The session cookies that an answer sets."""
    return [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{accounts.cookie_name()}=")]


@pytest.mark.parametrize("path", ["/login", "/signup", "/p/{token}", "/healthz", "/readyz", "/wallet"])
def test_the_headers_of_a_page_can_be_asked_for_alone(client: TestClient, path: str) -> None:
    _signed_in(client)
    path = path.format(token=factories.token_of(factories.pack(factories.creator())))
    asked, got = client.head(path), client.get(path)
    assert asked.status_code == got.status_code
    assert asked.headers.get("content-type") == got.headers.get("content-type")


@pytest.mark.parametrize("field", ["name", "email", "password"])
@pytest.mark.parametrize("path", ["/auth/sign-in", "/auth/sign-up"])
def test_what_a_person_can_type_never_ends_in_anything_but_the_form(client: TestClient, path: str, field: str) -> None:
    form = {"name": "Ada", "email": "ada@example.com", "password": factories.PASSWORD} | {field: "x" * 5_000}
    answer = client.post(path, data=form)
    assert answer.status_code == 303


def test_a_form_that_cannot_be_read_is_told_as_a_page_with_the_way_back(client: TestClient) -> None:
    form = "http://testserver/signup?pack=abc"
    answer = client.post("/auth/sign-up", data={"next": "x" * 2_000}, headers={"referer": form})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert '<a href="/signup?pack=abc">Go back</a>' in answer.text
    assert "<script>" not in answer.text
    elsewhere = client.post("/auth/sign-up", data={"next": "x" * 2_000}, headers={"referer": "https://evil.example/x"})
    assert '<a href="/wallet">Open your wallet</a>' in elsewhere.text


def test_a_program_is_told_which_fields_cannot_be_read(client: TestClient) -> None:
    answer = client.post("/auth/sign-up", data={"next": "x" * 2_000}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (answer.json()["code"], list(answer.json()["fields"])) == ("validation_failed", ["next"])


def test_a_form_of_another_site_is_refused_with_a_page(client: TestClient) -> None:
    answer = client.post("/auth/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "sent from another site" in answer.text


def test_a_form_too_large_to_take_apart_is_told_as_a_page(client: TestClient) -> None:
    too_much = {"email": (None, "x" * 2_000_000)}
    answer = client.post("/auth/sign-in", files=too_much)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "<h1>This could not be read</h1>" in answer.text
    told = client.post("/auth/sign-in", files=too_much, headers={"accept": "*/*"})
    assert (told.status_code, told.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("path", ["/p/abc", "/login?pack=abc", "/wallet?x=<1>"])
def test_while_the_database_is_away_pages_say_so_and_when_to_come_back(
    client: TestClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _signed_in(client)
    _without_database(monkeypatch)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "The database does not answer. Nothing is lost." in answer.text
    assert f'<a href="{quote(path, safe="/?=")}">Try again</a>' in answer.text


def test_while_the_database_is_away_a_visitor_is_told_too_though_the_page_is_kept(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/p/{factories.token_of(factories.pack(factories.creator()))}"
    with monkeypatch.context() as patch:
        assert client.get(page).status_code == 200
        _without_database(patch)
        assert client.get(page).status_code == 503
    settings.cache_clear()
    db.reset()
    assert client.get(page).status_code == 200


def test_while_the_database_is_away_forms_and_programs_are_told(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_database(monkeypatch)
    form = {"email": "ada@example.com", "password": factories.PASSWORD}
    assert client.post("/auth/sign-in", data=form).status_code == 503
    answer = client.post("/auth/sign-in", data=form, headers={"accept": "*/*"})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "10")


def test_while_the_database_is_away_the_start_page_is_served(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _signed_in(client)
    _without_database(monkeypatch)
    assert client.get("/").status_code == 200


def test_our_own_failure_is_told_as_a_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "local_path", links)  # nothing that can be called
    answer = client.post("/auth/sign-in", data={"email": "a", "password": "b"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "<h1>Something went wrong on our side</h1>" in answer.text


@pytest.mark.parametrize("path", ["/", "/wallet", "/login"])
def test_a_page_renews_the_cookie_with_its_session_once_a_day(client: TestClient, path: str) -> None:
    token = _signed_in(client)
    assert _renewed(client.get(path)) == []
    with clock.at(clock.now() + timedelta(days=2)):
        (cookie,) = _renewed(client.get(path))
        assert cookie.startswith(f"{accounts.cookie_name()}={token}; HttpOnly; Max-Age=2592000;")
        assert _renewed(client.get(path)) == []


def test_a_cookie_that_is_nobodys_is_not_renewed(client: TestClient) -> None:
    client.cookies.set(accounts.cookie_name(), "forged")
    with clock.at(clock.now() + timedelta(days=2)):
        assert _renewed(client.get("/")) == []


@pytest.mark.parametrize("path", ["/", "/wallet?x=1", "/p/abc", "/login", "/signup?pack=abc"])
def test_on_a_developers_machine_pages_open_where_their_cookie_is(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"host": "127.0.0.1:3000"})
    assert (answer.status_code, answer.headers["location"]) == (307, f"http://localhost:3000{path}")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"host": "localhost:3000"}),
        ("/", {"host": "127.0.0.1:3001"}),
        ("/", {"host": "evil.example"}),
        ("/", {"host": "127.0.0.1:3000", "sec-fetch-mode": "no-cors"}),
        ("/healthz", {"host": "127.0.0.1:3000"}),
        ("/assets/a.js", {"host": "127.0.0.1:3000"}),
    ],
)
def test_nothing_else_is_sent_elsewhere(client: TestClient, path: str, headers: dict[str, str]) -> None:
    assert client.get(path, headers=headers).status_code == 200


def test_a_public_instance_sends_nobody_to_another_name(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITESUBS_BASE_URL", "https://credits.example")
    settings.cache_clear()
    assert client.get("/", headers={"host": "127.0.0.1:3000"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/wallet", "/login", "/p/{token}", "/p/abc", "/healthz", "/api/v1/packs", "/api/docs"]
)
def test_every_answer_says_what_may_run_and_who_may_frame_it(client: TestClient, path: str) -> None:
    headers = client.get(path.format(token=factories.token_of(factories.pack(factories.creator())))).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["permissions-policy"]
    rules = _rules(headers["content-security-policy"])
    assert "'unsafe-inline'" not in rules["script-src"]
    assert (rules["default-src"], rules["object-src"], rules["frame-ancestors"]) == (["'self'"], ["'none'"], ["'none'"])
    assert rules["form-action"] == ["'self'", "https://checkout.stripe.com"]
    assert headers["cross-origin-opener-policy"] == ("same-origin" if path == "/wallet" else "unsafe-none")


def test_a_page_runs_the_scripts_of_its_build_and_no_others(client: TestClient) -> None:
    (templates.site_root() / "login.html").write_text(
        "<script>let a</script><form></form><script src='/b.js'></script>"
    )
    _forget_pages()
    allowed = b64encode(sha256(b"let a").digest()).decode()
    assert _rules(client.get("/login").headers["content-security-policy"])["script-src"] == [
        "'self'",
        f"'sha256-{allowed}'",
    ]
    assert _rules(client.get("/p/abc").headers["content-security-policy"])["script-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/p/abc", "/c/ada", "/c/ada/ten", "/help", "/login"])
def test_a_slash_too_many_leads_to_the_page_here_whatever_host_is_named(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}/?x=1", headers={"host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (308, f"{path}?x=1")


def test_part_of_a_file_is_not_compressed() -> None:
    async def part(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/javascript"), (b"content-range", b"bytes 0-1999/5000")]
        await send({"type": "http.response.start", "status": 206, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * 2_000})

    answer = TestClient(compression.Compressed(part), headers={"accept-encoding": "gzip"}).get("/theme.js")
    assert ("content-encoding" not in answer.headers, len(answer.content)) == (True, 2_000)


def test_stripes_own_api_leads_to_stripes_checkout(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", "https://api.stripe.com")
    settings.cache_clear()
    rules = _rules(client.get("/login").headers["content-security-policy"])
    assert rules["form-action"] == ["'self'", "https://checkout.stripe.com"]


def test_in_development_buy_may_lead_to_the_sandbox(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:3001")
    settings.cache_clear()
    rules = _rules(client.get("/login").headers["content-security-policy"])
    assert rules["form-action"] == ["'self'", "http://localhost:3001", "http://127.0.0.1:3001"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("", None)],
)
def test_filled_pages_are_compressed_for_who_takes_it(client: TestClient, accepted: str, encoding: str | None) -> None:
    long = "<p>" + "words " * 500 + "</p>"
    (templates.site_root() / "login.html").write_text(long)
    _forget_pages()
    answer = client.get("/login", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text.startswith(long[:100])
    assert (int(answer.headers["content-length"]) < 500) is (encoding is not None)


def test_a_kept_pack_page_is_made_again_for_whatever_it_shows(client: TestClient) -> None:
    (templates.site_root() / "p" / "__tpl__.html").write_text("%%LS_PRICE%% %%LS_CREATOR_NAME%% %%LS_OTHERS_HTML%%")
    _forget_pages()
    creator = factories.creator()
    pack = factories.pack(creator, price="45.00")
    page = f"/p/{factories.token_of(pack)}"
    first = client.get(page)
    assert ("€45" in first.text, first.text) == (True, client.get(page).text)
    packs.update(creator, pack.id, PackDraft(name=pack.name, price="50.00", credits="5"))
    assert "€50" in client.get(page).text
    other = factories.pack(creator, name="Another one")
    assert "Another one" in client.get(page).text
    packs.set_active(creator, other.id, active=False)
    assert "Another one" not in client.get(page).text
    packs.archive(creator, pack.id)
    assert client.get(page).status_code == 410


def test_kept_pages_of_a_creator_follow_who_they_are_and_what_they_sell(client: TestClient) -> None:
    for page, shown in {"c/__tpl__": "%%LS_BIO_HTML%% %%LS_PACKS_HTML%%", "c/__tpl__/__tpl__": "%%LS_PRICE%%"}.items():
        file = templates.site_root() / f"{page}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{shown} %%LS_CREATOR_NAME%%")
    _forget_pages()
    creator = factories.creator()
    pack = factories.pack(creator, price="45.00")
    account = accounts.account(creator)
    own, below = f"/c/{account.handle}", f"/c/{account.handle}/{pack.slug}"
    assert ("€45" in client.get(own).text, "€45" in client.get(below).text) == (True, True)
    packs.update(creator, pack.id, PackDraft(name=pack.name, slug=pack.slug, price="50.00", credits="5"))
    assert ("€50" in client.get(own).text, "€50" in client.get(below).text) == (True, True)
    profiles.update(creator, "Else", "elsewhere", "UTC", "EUR")
    profiles.introduce(creator, "Sings.", "")
    for old, new in ((own, "/c/elsewhere"), (below, f"/c/elsewhere/{pack.slug}")):
        assert (client.get(old).status_code, client.get(old).headers["location"]) == (308, new)
        assert "Else" in client.get(new).text
    assert "Sings." in client.get("/c/elsewhere").text
    packs.archive(creator, pack.id)
    assert "€50" not in client.get("/c/elsewhere").text


def test_a_kept_page_ends_with_its_link(client: TestClient) -> None:
    creator = factories.creator()
    today = clock.now().date()
    link = links.create(creator, factories.pack(creator).id, "Fair", expires=today.isoformat())
    assert client.get(f"/p/{link.token}").status_code == 200
    with clock.at(clock.now() + timedelta(days=1)):
        assert client.get(f"/p/{link.token}").status_code == 410
    links.revoke(creator, link.id)
    assert client.get(f"/p/{link.token}").status_code == 410


def test_a_visit_that_waits_when_the_server_stops_is_counted(client: TestClient) -> None:
    creator = factories.creator()
    page = f"/p/{factories.token_of(factories.pack(creator))}"
    person = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0"}

    async def serve() -> None:
        async with public.counting_visits():
            with visits.writing:  # somebody else writes
                for headers in (person, person, {"user-agent": "curl/8.4.0"}):
                    assert client.get(page, headers=headers).status_code == 200
                assert links.mine(creator)[0].figures.views == 0

    asyncio.run(serve())
    assert links.mine(creator)[0].figures.views == 1


def _rules(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (rule.split() for rule in policy.split(";"))}
