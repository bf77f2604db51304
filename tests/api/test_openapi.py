"""The description of the API: nothing in it changes unseen, and its examples are of what is served."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from litesubs.api.app import api
from litesubs.api.v1 import description, docs
from litesubs.api.v1.problems import PROBLEMS
from litesubs.settings import settings

SNAPSHOT = Path(__file__).with_name("openapi.json")
RENEW = (
    "The description of the API is not the one in tests/api/openapi.json. Where that is meant, renew it with\n"
    "  .venv/bin/python -m tests.api.test_openapi\n"
    "and read the difference as a caller would: does anything that works today stop working?"
)


@pytest.fixture(autouse=True)
def usual_address() -> Iterator[None]:
    """The description names the instance's address, whichever test asked first."""
    settings.cache_clear()
    description.document.cache_clear()
    docs.page.cache_clear()
    yield
    description.document.cache_clear()
    docs.page.cache_clear()


def current() -> str:
    return json.dumps(description.document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def calls() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description.document()["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_the_description_is_the_one_that_was_agreed_on() -> None:
    assert SNAPSHOT.read_text() == current(), RENEW


def test_it_is_served_with_a_page_to_read() -> None:
    client = TestClient(api)
    served = client.get("/api/openapi.json")
    assert served.json() == description.document()
    assert (served.json()["openapi"], served.json()["servers"]) == ("3.1.0", [{"url": "http://localhost:3000/api/v1"}])
    page = client.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for _, operation in calls():
        assert f'id="{operation["operationId"]}"' in page.text
    for code in PROBLEMS:
        assert f'<article id="{code}">' in page.text


def test_every_call_is_described_with_examples() -> None:
    found = {operation["operationId"]: operation for _, operation in calls()}
    assert set(found) == set(description.CALLS)
    for operation in found.values():
        assert operation["summary"]
        assert operation["tags"][0] in description.TAGS
        assert operation["x-codeSamples"][0]["source"].startswith("curl http://localhost:3000/api/v1/")
        for answer in operation["responses"].values():
            for content in answer["content"].values():
                assert content["examples"]


def test_examples_are_what_their_schemas_say() -> None:
    described = description.document()
    checked = 0
    for _, operation in calls():
        contents = [content for answer in operation["responses"].values() for content in answer["content"].values()]
        contents += operation.get("requestBody", {}).get("content", {}).values()
        for content in contents:
            schema = {**content["schema"], "components": described["components"]}
            for example in content["examples"].values():
                jsonschema_rs.validate(schema, example["value"])
                checked += 1
    assert checked > len(description.CALLS) * 5


if __name__ == "__main__":
    SNAPSHOT.write_text(current())
