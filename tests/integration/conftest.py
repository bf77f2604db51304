"""What tests of the domain share: the sandbox Stripe, and a database for tests that do not mind each other's rows."""

from collections.abc import Iterator

import httpx
import pytest

from litesubs import db
from litesubs.integrations import stripe
from litesubs.settings import settings
from tests.conftest import cloned_database
from tests.factories import WEBHOOK_SECRET
from tests.sandbox_process import running_sandbox


@pytest.fixture(scope="module")
def shared_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """One database for the tests of a module that look only at what they made; `database` gives one of its own."""
    with cloned_database(request.config) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        db.reset()
        yield url
        db.reset()
    settings.cache_clear()


@pytest.fixture(scope="session")
def payments_process() -> Iterator[str]:
    """A sandbox that delivers nothing by itself: tests decide which events arrive, when and how often."""
    with running_sandbox(None, WEBHOOK_SECRET, extra=["--redirect-wait", "0", "--bank-delay", "3600"]) as base_url:
        yield base_url


@pytest.fixture
def payments(database: object, payments_process: str) -> Iterator[httpx.Client]:  # noqa: ARG001 - a database comes first
    """A database and an empty sandbox that the product talks to; the value reaches the sandbox's controls."""
    with pytest.MonkeyPatch.context() as patch, httpx.Client(base_url=payments_process, trust_env=False) as controls:
        patch.setenv("STRIPE_SECRET_KEY", "sk_test_sandbox")
        patch.setenv("STRIPE_API_BASE", payments_process)
        patch.setenv("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)
        settings.cache_clear()
        stripe.reset_client()
        controls.post("/_test/reset").raise_for_status()
        yield controls
    settings.cache_clear()
    stripe.reset_client()
