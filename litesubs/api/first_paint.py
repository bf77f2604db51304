"""A built page that paints before its scripts: what the first paint needs is in it, and the framework comes after.

As React Router builds a page, a phone asks for its styles, the script that sets its theme and fifteen modules at once,
over one slow line, and paints when the last is there. Here styles and theme are in the page, and the modules are asked
for after the first paint. React, which takes the document over, finds every element that it expects.
"""

import json
import re
from functools import lru_cache
from pathlib import Path

CHARSET = '<meta charSet="utf-8"/>'
STYLES = re.compile(r'<link href="(/assets/[^"]+\.css)" rel="stylesheet"')
STYLES_AHEAD = re.compile(r'<link as="style"')
THEME = '<script src="/theme.js"></script>'
THEME_AWAY = '<script src="/theme.js" nomodule></script>'
MODULE = re.compile(r'<link rel="modulepreload" href="([^"]+)"/>')
START = re.compile(r'(<script type="module" async="">)(.*?)(</script>)', re.DOTALL)
IMPORT = re.compile(r'import "([^"]+)";')
IMPORT_AS = re.compile(r'import \* as (\w+) from "([^"]+)";')
AFTER_PAINT = """
const live = async () => {{
  for (const href of {modules})
    document.head.append(Object.assign(document.createElement("link"), {{ rel: "modulepreload", href }}));
{start}
}};
let begun;
const begin = () => (begun ??= live());
new PerformanceObserver(begin).observe({{ type: "paint", buffered: true }});
setTimeout(begin, 3000); // in a window that nobody sees there is no paint
"""


@lru_cache
def hastened(page: str, root: Path) -> str:
    """The page, with what it links to read from `root`."""
    if styles := STYLES.search(page):
        inside = f"<style>{_text(root, styles[1])}</style>"
        page = STYLES.sub(lambda link: f"{link[0]} disabled", page)
        page = STYLES_AHEAD.sub('<link media="not all" as="style"', page)
        page = page.replace(CHARSET, CHARSET + inside, 1)
    if THEME in page:
        page = page.replace(THEME, THEME_AWAY).replace(
            "</head>", f"<script>{_text(root, '/theme.js')}</script></head>", 1
        )
    modules = json.dumps(MODULE.findall(page))
    return START.sub(lambda found: found[1] + _after_paint(found[2], modules) + found[3], MODULE.sub("", page))


def _text(root: Path, path: str) -> str:
    return (root / path.strip("/")).read_text(encoding="utf-8")


def _after_paint(start: str, modules: str) -> str:
    """The inline module that starts the page, waiting for its imports where it named them."""
    start = IMPORT.sub(r'await import("\1");', start)
    start = IMPORT_AS.sub(r'const \1 = await import("\2");', start)
    return AFTER_PAINT.format(modules=modules, start=start)
