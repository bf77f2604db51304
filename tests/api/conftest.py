"""What tests of the REST API share: a customer with credits, a key of their creator, and a program that calls."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from litesubs.api.app import api
from litesubs.api.v1 import door
from tests import factories
from tests.factories import Holding


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
