"""Settings: what is read, what production refuses."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from litesubs.frontend import ROOT
from litesubs.settings import DEVELOPMENT_SECRET, Settings, SmtpServer

SAFE = {
    "LITESUBS_ENV": "production",
    "LITESUBS_BASE_URL": "https://credits.example",
    "LITESUBS_SECRET_KEY": "k" * 48,
    "STRIPE_SECRET_KEY": "sk_live_abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_abc",
    "SMTP_URL": "smtp://ada:of-the-mail@mail.example",
    "MAIL_FROM": "Litesubs <hello@credits.example>",
}


def with_environment(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_development_needs_no_configuration() -> None:
    now = Settings()
    assert now.base_url == "http://localhost:3000"
    assert now.problems() == []
    assert now.uses_stripe_sandbox


def test_a_variable_that_is_set_but_empty_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    now = with_environment(monkeypatch, {"DATABASE_URL": "", "STRIPE_SECRET_KEY": "", "LITESUBS_PORT": ""})
    assert now.database_url is None
    assert now.stripe_secret_key is None
    assert now.port == 3000


def test_the_base_url_follows_the_port_and_loses_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_environment(monkeypatch, {"LITESUBS_PORT": "4000"}).base_url == "http://localhost:4000"
    assert with_environment(monkeypatch, {"LITESUBS_BASE_URL": "https://x.example/"}).base_url == "https://x.example"


def test_production_accepts_a_safe_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_environment(monkeypatch, SAFE).problems() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LITESUBS_SECRET_KEY", ""),
        ("LITESUBS_SECRET_KEY", "short"),
        ("LITESUBS_SECRET_KEY", DEVELOPMENT_SECRET),
        ("LITESUBS_BASE_URL", ""),
        ("LITESUBS_BASE_URL", "http://credits.example"),
        ("STRIPE_SECRET_KEY", ""),
        ("STRIPE_SECRET_KEY", "sk_test_sandbox"),
        ("STRIPE_API_BASE", "http://127.0.0.1:3001"),
        ("STRIPE_WEBHOOK_SECRET", ""),
        ("SMTP_URL", ""),
        ("MAIL_FROM", ""),
    ],
)
def test_production_refuses_what_is_missing_or_unsafe_and_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    problems = with_environment(monkeypatch, SAFE | {name: value}).problems()
    assert len(problems) == 1
    assert name in problems[0]


@pytest.mark.parametrize(
    ("name", "value"), [("LITESUBS_PORT", "0"), ("LITESUBS_PORT", "web"), ("LITESUBS_ENV", "prod")]
)
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        with_environment(monkeypatch, {name: value})


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "sk_live_abc" not in repr(with_environment(monkeypatch, SAFE))


def test_the_example_file_lists_every_setting() -> None:
    lines = Path(ROOT / ".env.example").read_text().splitlines()
    listed = {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    assert listed == {field.validation_alias for field in Settings.model_fields.values()}


def test_a_developer_may_open_the_pages_by_either_name_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITESUBS_PORT", "3100")
    assert Settings().origins == ["http://localhost:3100", "http://127.0.0.1:3100"]
    monkeypatch.setenv("LITESUBS_ENV", "production")
    monkeypatch.setenv("LITESUBS_BASE_URL", "https://credits.example")
    assert Settings().origins == ["https://credits.example"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("HTTPS://Credits.Example", "https://credits.example"),
        ("https://credits.example:443/", "https://credits.example"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("https://credits.example:8443", "https://credits.example:8443"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_the_base_url_is_read_as_browsers_write_it(monkeypatch: pytest.MonkeyPatch, written: str, read: str) -> None:
    assert with_environment(monkeypatch, {"LITESUBS_BASE_URL": written}).base_url == read


@pytest.mark.parametrize(
    "written",
    [
        "credits.example",
        "ftp://credits.example",
        "https://",
        "https://credits.example/shop",
        "https://credits.example?x=1",
        "https://credits.example#top",
        "https://me:secret@credits.example",
        "https://credits.example:port",
        "https://cre dits.example",
        "https://[bad",
    ],
)
def test_a_base_url_that_is_more_or_less_than_an_origin_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    with pytest.raises(ValidationError, match=r"LITESUBS_BASE_URL\n.*write scheme and host alone"):
        with_environment(monkeypatch, {"LITESUBS_BASE_URL": written})


def test_trusted_proxies_are_none_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().trusted_proxies == ()
    named = with_environment(monkeypatch, {"LITESUBS_TRUSTED_PROXIES": "10.0.0.5, 192.168.7.9/24,, fd00::/8"})
    assert [str(network) for network in named.trusted_proxies] == ["10.0.0.5/32", "192.168.7.0/24", "fd00::/8"]


@pytest.mark.parametrize("written", ["proxy.example", "10.0.0.0/33", "10.0.0.5; 10.0.0.6", "loopback"])
def test_trusted_proxies_that_are_no_addresses_stop_the_start(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    with pytest.raises(ValidationError, match=r"LITESUBS_TRUSTED_PROXIES\n.*write addresses or networks"):
        with_environment(monkeypatch, {"LITESUBS_TRUSTED_PROXIES": written})


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, "", "", "starttls")),
        ("smtps://mail.example", SmtpServer("mail.example", 465, "", "", "from_start")),
        ("smtp://a%40b.c:p%2Fw@mail.example:25", SmtpServer("mail.example", 25, "a@b.c", "p/w", "starttls")),
        ("smtp://mail.example?starttls=never", SmtpServer("mail.example", 587, "", "", "none")),
        ("smtp://127.0.0.1:3003", SmtpServer("127.0.0.1", 3003, "", "", "none")),
        ("smtp://localhost:25?starttls=always", SmtpServer("localhost", 25, "", "", "starttls")),
        ("smtp://[::1]:25", SmtpServer("::1", 25, "", "", "none")),
    ],
)
def test_the_mail_server_is_read_and_encrypted_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, url: str, read: SmtpServer
) -> None:
    assert with_environment(monkeypatch, {"SMTP_URL": url}).smtp == read


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:mail",
        "smtp://mail.example/inbox",
        "smtp://mail.example?starttls=maybe",
        "smtp://mail.example?tls=no",
    ],
)
def test_a_mail_server_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ValidationError, match="SMTP_URL"):
        with_environment(monkeypatch, {"SMTP_URL": url})


@pytest.mark.parametrize("sender", ["Litesubs", "hello", "hello@", "a@b.c, d@e.f", "Litesubs <a@b.c>\r\nBcc: d@e.f"])
def test_a_sender_that_is_no_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    with pytest.raises(ValidationError, match="MAIL_FROM"):
        with_environment(monkeypatch, {"MAIL_FROM": sender})


def test_the_password_of_the_mail_server_does_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    now = with_environment(monkeypatch, SAFE)
    assert now.smtp is not None
    assert "of-the-mail" not in f"{now!r}{now.smtp!r}"
