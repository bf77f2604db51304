"""Settings: what is read, what production refuses."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from litesubs.frontend import ROOT
from litesubs.settings import DEVELOPMENT_SECRET, Settings

SAFE = {
    "LITESUBS_ENV": "production",
    "LITESUBS_BASE_URL": "https://credits.example",
    "LITESUBS_SECRET_KEY": "k" * 48,
    "STRIPE_SECRET_KEY": "sk_live_abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_abc",
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
