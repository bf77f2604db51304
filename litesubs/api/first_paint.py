"""A built page that paints before its scripts: what the first paint needs is in it, and the framework comes after.

As React Router builds a page, a phone asks for its styles, the script that sets its theme and fifteen modules at once,
over one slow line, and paints when the last is there. Here the theme and the styles that the page uses are in it. The
modules are asked for after the first paint, and with them all other styles, for what appears later. React, which takes
the document over, finds every element that it expects.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import tinycss2
from tinycss2.ast import AtRule, IdentToken, LiteralToken, Node, QualifiedRule

CHARSET = '<meta charSet="utf-8"/>'
STYLES = re.compile(r'<link href="(/assets/[^"]+\.css)" rel="stylesheet"')
STYLES_AHEAD = re.compile(r'<link as="style"')
THEME = '<script src="/theme.js"></script>'
THEME_AWAY = '<script src="/theme.js" nomodule></script>'
MODULE = re.compile(r'<link rel="modulepreload" href="([^"]+)"/>')
START = re.compile(r'<script type="module" async="">(.*?)</script>', re.DOTALL)
IMPORT = re.compile(r'import "([^"]+)";')
IMPORT_AS = re.compile(r'import \* as (\w+) from "([^"]+)";')
CLASSES = re.compile(r' class="([^"]+)"')
UTILITIES = "utilities"  # Tailwind's layer of classes that each set one thing: only of these does a page use few
CONDITIONS = ("media", "supports", "container")
AFTER_PAINT = """{{
const live = async () => {{
  for (const link of document.querySelectorAll("link[rel=stylesheet][disabled]")) link.disabled = false;
  for (const href of {modules})
    document.head.append(Object.assign(document.createElement("link"), {{ rel: "modulepreload", href }}));
{start}
}};
let begun;
const begin = () => (begun ??= live());
new PerformanceObserver(begin).observe({{ type: "paint", buffered: true }});
setTimeout(begin, 3000); // in a window that nobody sees there is no paint
}}"""


@lru_cache
def hastened(page: str, root: Path) -> str:
    """The page, with what it links to read from `root`."""
    if styles := STYLES.search(page):
        inside = f"<style>{needed(_text(root, styles[1]), page)}</style>"
        page = STYLES.sub(lambda link: f"{link[0]} disabled", page)
        page = STYLES_AHEAD.sub('<link media="not all" as="style"', page)
        page = page.replace(CHARSET, CHARSET + inside, 1)
    if THEME in page:
        page = page.replace(THEME, THEME_AWAY).replace(
            "</head>", f"<script>{_text(root, '/theme.js')}</script></head>", 1
        )
    modules = json.dumps(MODULE.findall(page))
    return START.sub(lambda found: f"<script>{_after_paint(found[1], modules)}</script>", MODULE.sub("", page))


def needed(styles: str, page: str) -> str:
    """The style sheet without the utilities that no element of the page has."""
    classes = {name for found in CLASSES.findall(page) for name in html.unescape(found).split()}
    rules = tinycss2.parse_stylesheet(styles, skip_comments=True, skip_whitespace=True)
    return str(tinycss2.serialize([_pruned(rule, classes) for rule in rules]))


def _pruned(rule: Node, classes: set[str]) -> Node:
    if isinstance(rule, AtRule) and rule.lower_at_keyword == "layer" and rule.content is not None:
        layer = [token.value for token in rule.prelude if isinstance(token, IdentToken)]
        rule.content = list(_used(rule.content, classes)) if layer == [UTILITIES] else rule.content
    return rule


def _used(content: Iterable[Node], classes: set[str]) -> Iterator[Node]:
    """The rules for these classes, also within conditions."""
    for rule in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if isinstance(rule, AtRule) and rule.lower_at_keyword in CONDITIONS:
            rule.content = list(_used(rule.content, classes))
            if rule.content:
                yield rule
        elif not isinstance(rule, QualifiedRule) or _classes(rule.prelude) <= classes:
            yield rule


def _classes(selector: list[Node]) -> set[str]:
    """The classes that a selector names, outside of its functions. Tailwind gives each rule one selector."""
    return {
        str(name.value)
        for dot, name in pairwise(selector)
        if isinstance(dot, LiteralToken) and dot.value == "." and isinstance(name, IdentToken)
    }


def _text(root: Path, path: str) -> str:
    return (root / path.strip("/")).read_text(encoding="utf-8")


def _after_paint(start: str, modules: str) -> str:
    """The script that starts the page, waiting for its imports where it named them. A plain one is ready sooner."""
    start = IMPORT.sub(r'await import("\1");', start)
    start = IMPORT_AS.sub(r'const \1 = await import("\2");', start)
    return AFTER_PAINT.format(modules=modules, start=start)
