"""When the pages are built anew: whenever something that they are made of has changed."""

import ast
from pathlib import Path

import pytest

from litesubs import frontend
from litesubs.frontend import LOCK, ROOT, SOURCES


@pytest.mark.parametrize("pattern", [*SOURCES, *LOCK])
def test_every_source_is_there(pattern: str) -> None:
    """One that was moved away would be built from, and not looked at."""
    assert any(path.is_file() for path in ROOT.glob(pattern))


def test_what_pages_take_from_the_domain_is_looked_at() -> None:
    looked_at = {path for pattern in SOURCES for path in ROOT.glob(pattern)}
    modules = set()
    for folder in ("pages", "components"):
        for path in (ROOT / "litesubs" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module == "litesubs.domain":
                    modules |= {f"litesubs.domain.{name.name}" for name in node.names}
                elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("litesubs.domain."):
                    modules.add(node.module or "")
    assert "litesubs.domain.views.offers" in modules
    assert {ROOT / f"{module.replace('.', '/')}.py" for module in modules} <= looked_at


@pytest.mark.parametrize("name", ["litesubs/domain/views/offers.py", "litesubs/pages/a/b.py", "assets/embed/v1.js"])
def test_an_edit_builds_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    monkeypatch.setattr(frontend, "STAMP", tmp_path / "made-from")
    source = tmp_path / name
    source.parent.mkdir(parents=True)
    source.write_text("one")
    frontend.STAMP.write_text(frontend._digest(SOURCES) + frontend._digest(LOCK))  # noqa: SLF001 - as a build does
    assert frontend.is_current()
    source.write_text("two")
    assert not frontend.is_current()
