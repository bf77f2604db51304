"""The page at /api/docs: the description of the API to read, made from it here, without scripts."""

import json
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response

from litesubs.api import security
from litesubs.api.v1 import samples
from litesubs.api.v1.bodies import JSON
from litesubs.api.v1.description import document, problem_sample
from litesubs.api.v1.problems import PROBLEMS
from litesubs.domain import prose
from litesubs.settings import settings

STYLE = Path(__file__).with_name("docs.css").read_text()
# The tokens of the product's own look, which end where Tailwind's begin.
TOKENS = (Path(__file__).parents[2] / "components" / "theme.css").read_text().partition("@theme inline")[0]
WORDS_OF_TYPES = {"string": "text", "object": "object of text", "array": "list", "boolean": "true or false"}
CACHE = {"cache-control": "public, max-age=300"}
LOGO = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><path fill="#f0c24b" d="M6.5 0h19A6.5 6.5 0 0 1 32 6.5v6.25'
    "a3.25 3.25 0 0 0 0 6.5v6.25a6.5 6.5 0 0 1-6.5 6.5h-19A6.5 6.5 0 0 1 0 25.5v-6.25a3.25 3.25 0 0 0"
    ' 0-6.5V6.5A6.5 6.5 0 0 1 6.5 0Z"/><g fill="#30210b"><circle cx="10.5" cy="9.5" r="4"/><circle cx="10.5"'
    ' cy="22.5" r="4"/><circle cx="21.5" cy="22.5" r="4"/></g><circle cx="21.5" cy="9.5" r="3.2" fill="none"'
    ' stroke="#30210b" stroke-width="1.6"/></svg>'
)
GUIDE = tuple(
    tuple(part.strip().split("\n\n", 1))
    for part in f"\n{Path(__file__).with_name('guide.md').read_text()}".split("\n## ")[1:]
)

router = APIRouter()


@router.get("/api/openapi.json")
def openapi() -> Response:
    """The description for programs."""
    return JSONResponse(document(), headers=CACHE)


@router.get("/api/docs")
def docs() -> Response:
    """The description for people."""
    return HTMLResponse(page(), headers=CACHE | {"content-security-policy": security.policy(page())})


@lru_cache
def page() -> str:
    """The whole page."""
    described = document()
    groups = _groups(described)
    parts = [_section(name, text, groups[name]) for name, text in _tags(described)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>API · Litesubs</title>'
        '<meta name="description" content="Spend, hold and give back your customers\' credits: every call, with '
        'examples."><link rel="icon" href="/favicon.svg"><script src="/theme.js"></script>'
        '<script src="/behaviours.js" defer></script>'
        f"<style>{TOKENS}{STYLE}</style></head><body>"
        '<a class="skip" href="#content">Skip to the content</a>'
        f'<header><a class="brand" href="/">{LOGO}<span>Litesubs</span></a><nav aria-label="Pages">'
        '<a href="/dashboard/developers">Your keys</a><a href="/api/openapi.json">OpenAPI</a></nav></header>'
        f'<div class="columns">{_contents(groups)}<main id="content">{_beginning(described)}{"".join(parts)}'
        f"{_errors()}</main></div></body></html>"
    )


def _tags(described: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((tag["name"], tag["description"]) for tag in described["tags"])


def _groups(described: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """(method, path, operation) by tag, in the order of the description."""
    groups: dict[str, list[tuple[str, str, dict[str, Any]]]] = {name: [] for name, _ in _tags(described)}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            groups[operation["tags"][0]].append((method.upper(), path, operation))
    return groups


def _contents(groups: dict[str, list[tuple[str, str, dict[str, Any]]]]) -> str:
    """The list of what there is, beside the text on a wide screen and folded above it on a narrow one."""

    def listed(title: str, links: Iterator[tuple[str, str]]) -> str:
        items = "".join(f'<li><a href="#{anchor}">{escape(label)}</a></li>' for anchor, label in links)
        return f"<p>{title}</p><ul>{items}</ul>"

    lists = listed("Guide", ((title.lower(), title) for title, _ in GUIDE))
    for name, calls in groups.items():
        lists += listed(name, ((call["operationId"], call["summary"]) for _, _, call in calls))
    lists += listed("Errors", iter([("errors", "All codes")]))
    return (
        f'<nav class="contents wide" aria-label="Contents">{lists}</nav><details class="contents narrow">'
        f'<summary>Contents</summary><nav aria-label="Contents">{lists}</nav></details>'
    )


def _beginning(described: dict[str, Any]) -> str:
    lead = prose.markdown(described["info"]["description"].partition("\n\n")[0])
    guides = "".join(f'<section id="{title.lower()}"><h2>{title}</h2>{_text(text)}</section>' for title, text in GUIDE)
    first = (
        f"curl {settings().base_url}/api/v1/debits \\\n"
        '  -H "Authorization: Bearer $LITESUBS_API_KEY" \\\n'
        '  -H "Idempotency-Key: report-1042" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        """  -d '{"customer": "ben@example.com", "amount": 3, "reason": "Report of May"}'"""
    )
    return (
        f'<div class="lead"><h1>The Litesubs API</h1>{lead}'
        f'<p>Base URL <code class="address">{escape(settings().base_url)}/api/v1</code></p></div>'
        f"{_code('May this customer do this? Then take 3 credits.', first)}"
        f"{_code('201 Created', _json(samples.DEBIT_SHOWN))}"
        f'<div class="guide">{guides}</div>'
    )


def _section(name: str, text: str, calls: list[tuple[str, str, dict[str, Any]]]) -> str:
    body = "".join(_call(*call) for call in calls)
    return f'<section class="group"><h2 id="{name.lower()}">{escape(name)}</h2><p>{escape(text)}</p>{body}</section>'


def _call(method: str, path: str, operation: dict[str, Any]) -> str:
    said = operation["description"].partition("\n\nNeeds the scope")[0]
    fields = _parameters(operation) + _body_fields(operation)
    table = _table(fields) if fields else ""
    examples = _code("Request", operation["x-codeSamples"][0]["source"])
    for status, answer in operation["responses"].items():
        for example in answer["content"].get(JSON, {}).get("examples", {}).values():
            told = f"{status} {HTTPStatus(int(status)).phrase}"
            if "dry_run" in example["value"]:
                told += ", with dry_run"
            examples += _code(told, _json(example["value"]))
    return (
        f'<article id="{operation["operationId"]}"><div class="what"><h3>{escape(operation["summary"])}</h3>'
        f'<p class="route"><span class="method {method.lower()}">{method}</span> <code>{_breakable(path)}</code></p>'
        f'{_text(said)}<p class="scope">Scope <code>{operation["x-scope"]}</code></p>{table}'
        f'{_codes(operation)}</div><div class="examples">{examples}</div></article>'
    )


def _parameters(operation: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """(name, where or type, meaning, required)."""
    return [
        (
            parameter["name"],
            f"{parameter['in']}, {_kind(parameter['schema'])}",
            parameter["description"],
            parameter["required"],
        )
        for parameter in operation.get("parameters", [])
        if parameter["in"] != "path"
    ]


def _body_fields(operation: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    if "requestBody" not in operation:
        return []
    schema = _schema(operation["requestBody"]["content"][JSON]["schema"])
    required = schema.get("required", [])
    return [
        (name, _kind(shape), shape.get("description", ""), name in required)
        for name, shape in schema.get("properties", {}).items()
    ]


def _schema(reference: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
    return found


def _kind(shape: dict[str, Any]) -> str:
    """The type in words, with its bounds."""
    if "$ref" in shape:
        return f"{shape['$ref'].rpartition('/')[2]} object"
    if "anyOf" in shape:
        return " or ".join(_kind(inner) for inner in shape["anyOf"])
    if "enum" in shape:
        return "one of " + ", ".join(shape["enum"])
    kind: str = WORDS_OF_TYPES.get(shape["type"], shape["type"])
    if kind == "list":
        inner = shape["items"]
        kind = f"list of {_kind(inner)}" if "enum" in inner or inner.get("type") else f"list of {_kind(inner)}s"
    if shape.get("format") == "date-time":
        kind = "time"
    if "minimum" in shape:
        kind += f" {shape['minimum']:,} to {shape['maximum']:,}"
    if "maxLength" in shape:
        kind += f" up to {shape['maxLength']} characters"
    return kind


def _table(fields: list[tuple[str, str, str, bool]]) -> str:
    rows = "".join(
        f"<div><dt><code>{_breakable(name)}</code>{'<b>required</b>' if required else ''}"
        f"<span>{escape(kind)}</span></dt><dd>{_text(meaning)}</dd></div>"
        for name, kind, meaning, required in fields
    )
    return f'<dl class="fields">{rows}</dl>'


def _codes(operation: dict[str, Any]) -> str:
    links = "".join(
        f'<li><a href="#{code}"><span>{status}</span> {code}</a></li>'
        for status, answer in operation["responses"].items()
        for content in answer["content"].values()
        for code in content.get("examples", {})
        if code in PROBLEMS
    )
    return f'<details class="codes"><summary>Errors</summary><ul>{links}</ul></details>'


def _errors() -> str:
    rows = "".join(
        f'<article id="{problem.code}"><div class="what"><h3><span class="status">{problem.status}</span> '
        f"<code>{problem.code}</code></h3><p><strong>{escape(problem.title)}.</strong></p>{_text(problem.remedy)}</div>"
        f'<div class="examples">{_code("Problem", _json(problem_sample(problem)))}</div></article>'
        for problem in PROBLEMS.values()
    )
    return (
        '<section class="group"><h2 id="errors">Errors</h2><p>Whatever is refused wrote nothing, and says what to '
        f"do.</p>{rows}</section>"
    )


def _code(title: str, text: str) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><pre tabindex="0" role="region" '
        f'aria-label="{escape(title)}"><code>{escape(text)}</code></pre></figure>'
    )


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _text(text: str) -> str:
    """Paragraphs of Markdown. A single line end is none of the reader's."""
    return prose.markdown("\n\n".join(part.replace("\n", " ") for part in text.split("\n\n"))).strip()


def _breakable(text: str) -> str:
    """A path or name that may go on in the next line after a slash or underscore."""
    return escape(text).replace("/", "/<wbr>").replace("_", "_<wbr>")
