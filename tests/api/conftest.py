"""The API as programs call it: in this process, or served by one of its own over a real connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from litesubs import db
from litesubs.api.app import api
from litesubs.api.v1 import door
from litesubs.settings import settings
from tests import factories
from tests.conftest import cloned_database
from tests.factories import Holding
from tests.serving import serving_routes


@pytest.fixture
def held(database: str) -> Holding:  # noqa: ARG001 - a database comes first
    """A customer with lots of 5 and 7 credits."""
    return factories.customer_with(5, 7)


@pytest.fixture
def rest(held: Holding, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A program of the creator's with a key that may do everything, and limits that nothing was counted towards."""
    monkeypatch.setattr(door, "limiter", FixedWindowRateLimiter(MemoryStorage()))
    headers = {"authorization": f"Bearer {factories.api_key(held.creator)}"}
    with TestClient(api, "http://testserver/api/v1", raise_server_exceptions=False, headers=headers) as client:
        yield client


@pytest.fixture(scope="module")
def served_api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server and its database for the tests of a module, each of which has creators of its own: the base URL."""
    data_dir: Path = tmp_path_factory.mktemp("served")
    with cloned_database(request.config) as database_url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database_url)
        settings.cache_clear()
        db.reset()
        with serving_routes({"LITESUBS_DATA_DIR": str(data_dir)}) as url:
            yield url
        db.reset()
    settings.cache_clear()
