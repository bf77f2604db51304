"""`python -m litesubs doctor`: problems fail it, warnings do not."""

import httpx
import pytest

from litesubs import doctor
from litesubs.domain import purchases
from litesubs.settings import settings
from tests import factories
from tests.factories import pay, purchase_of, session_id, token_of


def examined(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What doctor says of each check: its verdict and why, by the check's name."""
    doctor.examine()
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    return {rest.split(":")[0]: f"{verdict} {rest.partition(': ')[2]}" for verdict, rest in lines}


@pytest.mark.usefixtures("database")
def test_a_public_instance_that_trusts_no_proxy_is_warned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examined(capsys)["proxies"] == "ok none"
    monkeypatch.setenv("LITESUBS_ENV", "production")
    settings.cache_clear()
    assert examined(capsys)["proxies"].startswith("warning LITESUBS_TRUSTED_PROXIES is not set")
    monkeypatch.setenv("LITESUBS_TRUSTED_PROXIES", "10.0.0.1")
    settings.cache_clear()
    assert examined(capsys)["proxies"] == "ok 10.0.0.1/32 believed"


def test_purchases_to_look_at_are_counted(payments: httpx.Client, capsys: pytest.CaptureFixture[str]) -> None:
    url = purchases.start(factories.person(), token_of(factories.pack(factories.creator())))
    pay(payments, url)
    assert examined(capsys)["purchases"] == "ok none to look at"
    payments.patch(f"/_test/sessions/{session_id(url)}", json={"amount_subtotal": 1}).raise_for_status()
    purchases.settle(purchase_of(url).id)
    assert examined(capsys)["purchases"].startswith("warning 1 to look at")


def test_a_configuration_that_cannot_be_read_is_told_once_and_stops_no_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITESUBS_BASE_URL", "https://credits.example/shop")
    settings.cache_clear()
    said = examined(capsys)
    assert said["configuration"].startswith("problem LITESUBS_BASE_URL: write scheme and host alone")
    assert said["proxies"] == said["stripe"] == "problem not known, since the configuration cannot be read."
    assert said["purchases"].startswith("ok not counted")
