"""Whatever is sent to the API, sound or not: it never fails, and answers only what its description says."""

import json
from collections import defaultdict
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
    """The description with ids that are there in place of the samples, which are also tried wherever an id fits."""
    text = json.dumps(description.document())
    for sample, there in real.items():
        text = text.replace(sample, there)
    document: dict[str, Any] = json.loads(text)
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["schema"] = {"anyOf": [{"const": parameter["example"]}, {"type": "string"}]}
    known = {"customer": [customer(held), held.buyer.email], "pack": [held.pack.id]}
    for name in ("NewDebit", "BatchDebit", "NewHold", "NewAdjustment"):
        fields = document["components"]["schemas"][name]["properties"]
        for field, ids in known.items():
            fields[field] = {"anyOf": [{"enum": ids}, fields[field]]}
    return document


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_nothing_that_is_sent_is_answered_with_what_is_not_described(
    rest: TestClient, held: Holding, mode: GenerationMode
) -> None:
    factories.give(held, 1_000_000)
    hold = made(rest, "/holds", {"customer": customer(held), "amount": 1000})["id"]
    debit = made(rest, "/debits", {"customer": customer(held), "amount": 1000})["id"]
    real = {
        samples.PACK: held.pack.id,
        samples.CUSTOMER: customer(held),
        samples.DEBIT: debit,
        samples.HOLD: hold,
        "ben@example.com": held.buyer.email,
    }
    schema = schemathesis.openapi.from_dict(described(real, held))
    schema.app = api
    headers = {"authorization": rest.headers["authorization"]}
    seen: dict[str, set[int]] = defaultdict(set)
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
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            seen[case.operation.label].add(answer.status_code)

        check()
    assert len(seen) == len(description.CALLS)
    worked = {label for label, statuses in seen.items() if statuses & {200, 201}}
    by_then_captured = {"POST /holds/{id}/release"}
    assert mode is GenerationMode.NEGATIVE or worked | by_then_captured == set(seen)
    assert verify.violations() == []
