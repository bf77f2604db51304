"""Built pages that paint before their scripts."""

from pathlib import Path

import pytest

from litesubs.api import first_paint

PAGE = (
    '<html><head><meta charSet="utf-8"/><link as="style" href="/assets/a.css" rel="preload"/>'
    '<link rel="modulepreload" href="/assets/m.js"/><link rel="modulepreload" href="/assets/r.js"/>'
    '<script src="/theme.js"></script><link href="/assets/a.css" rel="stylesheet" type="text/css"/></head>'
    '<body><p>Words</p><script type="module" async="">import "/assets/m.js";\n'
    'import * as route0 from "/assets/r.js";\n\nwindow.modules = {"root":route0};\n\nimport("/assets/e.js");</script>'
    "</body></html>"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.css").write_text("p { color: red }")
    (tmp_path / "theme.js").write_text("dark();")
    return tmp_path


def test_styles_and_theme_are_in_the_page_and_not_asked_for(root: Path) -> None:
    page = first_paint.hastened(PAGE, root)
    head = page[: page.index("<body>")]
    assert "<style>p { color: red }</style>" in head
    assert "<script>dark();</script>" in head
    assert '<link href="/assets/a.css" rel="stylesheet" disabled type="text/css"/>' in head
    assert '<link media="not all" as="style"' in head
    assert '<script src="/theme.js" nomodule></script>' in head


def test_what_react_expects_of_the_head_is_there_in_its_order(root: Path) -> None:
    head = first_paint.hastened(PAGE, root).split("</head>")[0]
    order = ['src="/theme.js"', 'rel="stylesheet"', "<script>dark();</script>"]
    assert sorted(order, key=head.index) == order


def test_modules_are_asked_for_after_the_first_paint_and_run_in_their_order(root: Path) -> None:
    page = first_paint.hastened(PAGE, root)
    assert "modulepreload" not in page.split("<script type=")[0]
    script = page[page.index('<script type="module" async="">') :]
    order = [
        '["/assets/m.js", "/assets/r.js"]',
        'await import("/assets/m.js");',
        'const route0 = await import("/assets/r.js");',
        'window.modules = {"root":route0};',
        'import("/assets/e.js");',
        'type: "paint"',
    ]
    assert sorted(order, key=script.index) == order


def test_a_page_without_any_of_it_stays_as_it_is(root: Path) -> None:
    assert first_paint.hastened("<p>Words</p>", root) == "<p>Words</p>"
