"""Every snippet of the guides is run against a real server, and what it prints is what the guide shows.

The blocks of one language in one document are one session, like a reader's terminal, with a creator and a customer of
its own. Each block is followed by what it prints: `text`, or `json` that may be laid out otherwise. There "…" stands
for whatever comes, and a time for any time.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from litesubs import frontend
from litesubs.domain import api_keys, customers, ids, verify
from litesubs.domain.api_keys import KeyDraft
from litesubs.frontend import ROOT
from tests import factories

CLIENT = ROOT / "clients" / "python"
DOCUMENTS = [*sorted((ROOT / "docs" / "api").rglob("*.md")), CLIENT / "README.md"]
PATIENCE_SECONDS = 60
BREAK = "=== the next block ==="
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Language:
    """How blocks are run: `join` makes them one program that prints BREAK between them, which `command` runs."""

    suffix: str
    line: str
    command: Sequence[str]

    def program(self, blocks: Sequence[str]) -> str:
        """The blocks as one program."""
        return f"\n{self.line}\n".join(blocks)


LANGUAGES = {
    "bash": Language("sh", f"\necho; echo '{BREAK}'", ["bash", "-eu", "-o", "pipefail"]),
    "python": Language("py", f"print('{BREAK}', flush=True)", [sys.executable, "-W", "error"]),
    "typescript": Language("mts", f"console.log('{BREAK}');", [str(frontend.node())]),
}


@dataclass(frozen=True)
class Snippet:
    """A block and what it prints, with where it begins."""

    code: str
    shown: str
    as_json: bool
    line: int


def fences(document: Path) -> list[Token]:
    """The fenced blocks of a document."""
    return [token for token in MarkdownIt().parse(document.read_text()) if token.type == "fence"]


def snippets(document: Path, language: str) -> list[Snippet]:
    """The blocks of a language, each with the block after it."""
    blocks = fences(document)
    return [
        Snippet(block.content, shown.content, shown.info == "json", block.map[0] + 1 if block.map else 0)
        for block, shown in pairwise(blocks)
        if block.info == language
    ]


SESSIONS = [(document, name) for document in DOCUMENTS for name in LANGUAGES if snippets(document, name)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_block_is_run_or_is_what_one_prints(document: Path) -> None:
    kinds = [block.info for block in fences(document)]
    assert set(kinds) <= {*LANGUAGES, "json", "text"}
    assert [kind in LANGUAGES for kind in kinds] == [place % 2 == 0 for place in range(len(kinds))]


def test_the_guides_have_snippets_in_each_language() -> None:
    assert {name for _, name in SESSIONS} == set(LANGUAGES)


@pytest.mark.parametrize(("document", "name"), SESSIONS, ids=lambda value: getattr(value, "stem", value))
def test_snippets_do_what_they_show(served_api: str, document: Path, name: str, tmp_path: Path) -> None:
    if name == "bash" and not shutil.which("curl"):
        pytest.skip("this machine has no curl")
    found = snippets(document, name)
    language = LANGUAGES[name]
    program = tmp_path / f"snippets.{language.suffix}"
    program.write_text(language.program([snippet.code for snippet in found]))
    run = subprocess.run(
        [*language.command, str(program)],
        env=_environment(served_api),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    printed = run.stdout.split(BREAK)
    assert run.returncode == 0, f"{document.name}, block {len(printed)}: {run.stdout}{run.stderr}"
    assert len(printed) == len(found)
    for snippet, output in zip(found, printed, strict=True):
        differences = _differences(snippet, output)
        assert not differences, f"{document.name}:{snippet.line} shows otherwise: {differences}\n{output}"
    assert verify.violations() == []


def _environment(url: str) -> dict[str, str]:
    """What the guides ask the reader to set, for a test customer with ten credits of a pack of ten."""
    held = factories.customer_with(10)
    customers.set_test(held.creator, ids.show("cus", held.customer_id), test=True)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CLIENT / "src"),
        "NO_PROXY": "localhost",
        "LITESUBS_URL": url,
        "LITESUBS_API_KEY": api_keys.create(held.creator, KeyDraft("Guides", tuple(api_keys.SCOPES)))[1],
        "CUSTOMER": held.buyer.email,
        "PACK": held.pack.id,
    }


def _differences(snippet: Snippet, output: str) -> list[str]:
    if snippet.as_json:
        return _apart(json.loads(snippet.shown), json.loads(output), "")
    return _apart(snippet.shown.strip(), output.strip(), "")


def _apart(shown: Any, real: Any, place: str) -> list[str]:
    """Where two answers differ in more than what stands for anything."""
    if isinstance(shown, Mapping) and isinstance(real, Mapping) and shown.keys() == real.keys():
        return [found for key in shown for found in _apart(shown[key], real[key], f"{place}/{key}")]
    if isinstance(shown, list) and isinstance(real, list) and len(shown) == len(real):
        pairs = enumerate(zip(shown, real, strict=True))
        return [found for number, pair in pairs for found in _apart(*pair, f"{place}/{number}")]
    if isinstance(shown, str) and isinstance(real, str) and _stands_for(shown, real):
        return []
    return [] if shown == real and type(shown) is type(real) else [f"{place}: {shown!r}, really {real!r}"]


def _stands_for(shown: str, real: str) -> bool:
    if MOMENT.fullmatch(shown):
        return MOMENT.fullmatch(real) is not None
    return re.fullmatch(".+".join(map(re.escape, shown.split("…"))), real) is not None
