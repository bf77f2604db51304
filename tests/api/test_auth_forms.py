"""Sign-up, sign-in and sign-out as plain form posts."""

from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlmodel import select

from litesubs.api import auth
from litesubs.api.app import api
from litesubs.db import transaction
from litesubs.domain import accounts, prose, verification
from litesubs.models import EmailVerification
from litesubs.settings import settings
from tests import factories
from tests.factories import PASSWORD


@pytest.fixture
def client(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """A browser without JavaScript that stops at redirects, and that nobody has counted attempts of."""
    monkeypatch.setattr(accounts, "_limiter", MovingWindowRateLimiter(MemoryStorage()))
    with TestClient(api, follow_redirects=False) as client:
        yield client


def sign_up(client: TestClient, **fields: str) -> Response:
    """Post the sign-up form."""
    form = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD} | fields
    return client.post("/auth/sign-up", data=form)


def sign_in(client: TestClient, **fields: str) -> Response:
    """Post the sign-in form."""
    return client.post("/auth/sign-in", data={"email": "ada@example.com", "password": PASSWORD} | fields)


def cookie(answer: Response, name: str) -> SimpleCookie:
    """The cookie of this name as the answer sets it."""
    return next(
        found for found in (SimpleCookie(header) for header in answer.headers.get_list("set-cookie")) if name in found
    )


def test_signing_up_sets_a_cookie_that_scripts_cannot_read_and_goes_on(client: TestClient) -> None:
    answer = sign_up(client, next="/wallet?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/wallet?x=1")
    morsel = cookie(answer, "litesubs")["litesubs"]
    assert morsel["httponly"] is True
    assert (morsel["samesite"].lower(), morsel["path"], morsel["domain"]) == ("lax", "/", "")
    assert morsel["secure"] == ""
    assert accounts.actor_for(morsel.value).name == "Ada"


def test_on_https_the_cookie_is_secure_and_bound_to_the_host(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITESUBS_BASE_URL", "https://litesubs.example")
    settings.cache_clear()
    morsel = cookie(sign_up(client), "__Host-litesubs")["__Host-litesubs"]
    assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (True, True, "/", "")


def test_wrong_fields_lead_back_to_the_form_with_what_was_typed_but_no_password(client: TestClient) -> None:
    answer = sign_up(client, email="ada", password="short-secret", next="/wallet", pack="tok")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signup?pack=tok&next=%2Fwallet")
    assert "litesubs=" not in answer.headers["set-cookie"].replace("litesubs-flash=", "")
    assert "short-secret" not in answer.headers["set-cookie"]


def test_a_name_of_a_hundred_thousand_characters_leads_back_to_the_form(client: TestClient) -> None:
    answer = sign_up(client, name="x" * 100_000)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signup")
    assert len(answer.headers["set-cookie"]) < 4_096


def test_signing_in_answers_the_same_for_unknown_people_and_wrong_passwords(client: TestClient) -> None:
    known = factories.person().email
    answers = [sign_in(client, email=known, password="wrong"), sign_in(client, email="nobody@example.com")]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, "/login")}
    assert sign_in(client, email=known).headers["location"] == auth.AFTER_SIGN_IN


def test_signing_out_ends_the_session_and_takes_the_cookie(client: TestClient) -> None:
    token = cookie(sign_up(client), "litesubs")["litesubs"].value
    answer = client.post("/auth/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert cookie(answer, "litesubs")["litesubs"]["max-age"] == "0"
    assert not accounts.actor_for(token).signed_in


def unproven(client: TestClient) -> str:
    """Somebody signs up with ada@example.com; the token of the link that its owner gets."""
    sign_up(client)
    client.cookies.clear()
    with transaction() as session:
        return verification.link_token(session.exec(select(EmailVerification.id)).one())


def test_confirming_by_the_link_alone_signs_in_with_a_new_password_and_goes_on(client: TestClient) -> None:
    token = unproven(client)
    form = {"token": token, "password": "a sentence that nobody has said", "next": "/p/abc"}
    answer = client.post("/auth/confirm", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/p/abc")
    assert accounts.actor_for(cookie(answer, "litesubs")["litesubs"].value).verified
    again = client.post("/auth/confirm", data=form)
    assert again.headers["location"].startswith("/verify-email?token=")
    assert "set-cookie" not in again.headers


def test_a_password_that_will_not_do_leads_back_to_the_form_with_the_link(client: TestClient) -> None:
    token = unproven(client)
    answer = client.post("/auth/confirm", data={"token": token, "password": "short", "next": "//evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/choose-password?token={token}")
    assert "litesubs=" not in answer.headers["set-cookie"].replace("litesubs-flash=", "")


def test_the_form_is_for_links_whose_person_is_not_signed_in(client: TestClient) -> None:
    token = unproven(client)
    answer = client.get("/choose-password", params={"token": "made-up"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/verify-email?token=made-up&next=")
    sign_in(client)
    answer = client.get("/choose-password", params={"token": token, "next": "/wallet"})
    assert answer.headers["location"] == f"/verify-email?token={token}&next=%2Fwallet"


LEADING_AWAY = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "evil.example",
    "http:evil.example",
    "/ok\r\nSet-Cookie: a=b",
    "//[",
    "/a\\..\\b",
    "wallet",
    "?x",
    "",
    "/" + "x" * 1_000,
]


@pytest.mark.parametrize("target", LEADING_AWAY)
def test_next_never_leads_to_another_site(target: str) -> None:
    assert prose.local_path(target) == ""


@pytest.mark.parametrize(
    "target", ["/", "/wallet", "/dashboard/packs?x=1#y", "/p/abc", "/a//b", "/?u=https://x.example"]
)
def test_next_leads_anywhere_on_this_site(target: str) -> None:
    assert prose.local_path(target) == target


def test_a_next_that_leads_away_is_ignored_by_the_forms(client: TestClient) -> None:
    sign_up(client)
    for target in LEADING_AWAY[:8]:  # as many as the rate limit lets through
        assert sign_in(client, next=target).headers["location"] == auth.AFTER_SIGN_IN


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://[bad"},
    ],
)
@pytest.mark.parametrize("path", ["/auth/sign-up", "/auth/sign-in", "/auth/confirm", "/auth/sign-out", "/p/token/buy"])
def test_forms_of_other_sites_are_refused(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, data={"email": "ada@example.com", "password": PASSWORD}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


def test_trying_passwords_is_stopped(client: TestClient) -> None:
    for _ in range(10):
        sign_in(client, password="wrong")
    answer = sign_in(client, password="wrong")
    assert answer.status_code == 303
    assert "set-cookie" in answer.headers


def test_bytes_that_no_field_should_hold_are_answered_with_the_form(client: TestClient) -> None:
    for body in (
        "email=a%00b%40example.com&password=x%00&name=%00",
        "email=%FF%FE&password=%ED%A0%80&name=%ED%A0%80",
        "email[]=a&password={}",
        "",
    ):
        for path in ("/auth/sign-in", "/auth/sign-up", "/auth/confirm"):
            answer = client.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
            assert answer.status_code == 303


def test_buying_without_a_sign_in_keeps_the_pack(client: TestClient) -> None:
    answer = client.post("/p/abc/buy")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signup?pack=abc")
    sign_up(client)
    assert client.post("/p/gone/buy").headers["location"] == "/p/gone"
