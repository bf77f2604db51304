"""Whatever is sent to the API, sound or not: it never fails, and answers only what its description says."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from litesubs.api.app import api
from litesubs.api.v1 import description, samples
from litesubs.domain import verify
from tests import factories
from tests.api.calls import customer, made
from tests.factories import Holding

EXAMPLES = 25
CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def described(real: dict[str, str], held: Holding) -> dict[str, Any]:
    """The description with ids that are there in place of the samples, and values that work tried wherever they fit."""
    text = json.dumps(description.document())
    for sample, there in real.items():
        text = text.replace(sample, there)
    document: dict[str, Any] = json.loads(text)
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["schema"] = {"anyOf": [{"const": parameter["example"]}, {"type": "string"}]}
    known = {"customer": [customer(held), held.buyer.email], "pack": [held.pack.id], "amount": [1]}
    for name in ("NewDebit", "BatchDebit", "NewHold", "NewAdjustment", "Part"):
        fields = document["components"]["schemas"][name]["properties"]
        for field, values in known.items():
            if field in fields:
                fields[field] = {"anyOf": [{"enum": values}, fields[field]]}
    return document


@pytest.fixture
def document(rest: TestClient, held: Holding) -> dict[str, Any]:
    """The description, of what is there."""
    factories.give(held, 1_000_000)
    real = {
        samples.PACK: held.pack.id,
        samples.CUSTOMER: customer(held),
        samples.DEBIT: made(rest, "/debits", {"customer": customer(held), "amount": 1000})["id"],
        samples.HOLD: made(rest, "/holds", {"customer": customer(held), "amount": 1000})["id"],
        "ben@example.com": held.buyer.email,
    }
    return described(real, held)


def test_the_examples_work(rest: TestClient, held: Holding, document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = next((each["example"] for each in operation["parameters"] if each["in"] == "path"), "")
            if operation["operationId"] == "release_hold":  # that of the example has been captured by now
                name = made(rest, "/holds", {"customer": customer(held), "amount": 1})["id"]
            sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            body = sent["examples"]["usual"]["value"] if sent else None
            headers = {"idempotency-key": operation["operationId"]}
            answer = rest.request(method, path.replace("{id}", name), json=body, headers=headers)
            assert answer.status_code == (201 if "201" in operation["responses"] else 200), answer.text


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_nothing_that_is_sent_is_answered_with_what_is_not_described(
    rest: TestClient, document: dict[str, Any], mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(document)
    schema.app = api
    headers = {"authorization": rest.headers["authorization"]}
    tried = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)
            tried.add(case.operation.label)

        check()
    assert len(tried) == len(description.CALLS)
    assert verify.violations() == []
