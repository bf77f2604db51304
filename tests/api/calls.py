"""Short ways to call the REST API in tests, and to check what it says."""

import itertools
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from litesubs.domain import ids
from tests.factories import Holding

_numbers = itertools.count(1)


def customer(held: Holding) -> str:
    """The public id of the customer."""
    return ids.show("cus", held.customer_id)


def post(client: TestClient, path: str, body: Any = None, key: str = "", **headers: str) -> Response:
    """A write with a key of its own unless told otherwise."""
    headers = {"idempotency-key": key or f"key-{next(_numbers)}"} | headers
    return client.post(path, json=body, headers=headers) if body is not None else client.post(path, headers=headers)


def made(client: TestClient, path: str, body: Any = None, key: str = "") -> dict[str, Any]:
    """What a write that works answers."""
    answer = post(client, path, body, key)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


def problem(answer: Response) -> tuple[int, str]:
    """The status and code of a refusal, which has all that every refusal has."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    assert body["type"].startswith("http")
    return answer.status_code, body["code"]


def pointers(answer: Response) -> list[str]:
    """Where the values are that were not right."""
    assert problem(answer) == (422, "validation_failed")
    return [error["pointer"] for error in answer.json()["errors"]]
