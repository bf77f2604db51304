"""Reflex configuration: the build, its theme, and the patches that make one build serve any host."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import reflex as rx

from litesubs.settings import settings

THEME = Path(__file__).parent / "litesubs" / "components" / "theme.css"

# The websocket goes to the host that served the page, and state tokens come from the browser's secure random source.
SAME_ORIGIN = """
  if (typeof window !== "undefined") {
    const tls = window.location.protocol === "https:";
    endpoint.host = window.location.host;
    endpoint.protocol = endpoint.protocol.startsWith("ws") ? (tls ? "wss:" : "ws:") : window.location.protocol;
    return endpoint;
  }
"""
SECURE_TOKEN = "  if (globalThis.crypto?.randomUUID) return globalThis.crypto.randomUUID();\n"  # noqa: S105 - code, no secret


# What every page needs comes in one file, and what a pack's page draws in another: fewer requests, and one compression.
PACK_ICONS = "arrow-down|arrow-right|calendar-clock|repeat-1|undo-2|lock|wallet|plus|moon"
CHUNKS = f"""            {{
              test: /modules.(react(-dom|-router)?|scheduler|@emotion|stylis|(socket|engine).io-\\w+)./,
              name: "core",
            }},
            {{
              test: /lucide-react.*esm.((?!icons)|icons.({PACK_ICONS})[.])/,
              name: "icons",
            }},
"""


class PatchDoesNotApplyError(RuntimeError):
    """Reflex's generated code has changed. Look at the patches in rxconfig.py."""


def _after(anchor: str, addition: str) -> Callable[[str], str]:
    """A patch that adds text behind an anchor, once however often it runs, and fails where the anchor is gone."""

    def patch(source: str) -> str:
        if anchor not in source:
            raise PatchDoesNotApplyError(anchor)
        return source if addition in source else source.replace(anchor, anchor + addition, 1)

    return patch


def _prerender(routes: list[str]) -> Callable[[str], str]:
    """A patch that also builds one placeholder page of each dynamic route, for api/site.py to serve."""
    templates = json.dumps(["/" + re.sub(r"\[\w+\]", "__tpl__", route) for route in routes if "[" in route])

    def patch(source: str) -> str:
        simple = '"prerender": true'
        if simple not in source:
            raise PatchDoesNotApplyError(simple)
        return source.replace(simple, f'"prerender": ({{getStaticPaths}}) => [...getStaticPaths(), ...{templates}]')

    return patch


def _theme(source: str) -> str:
    """Tailwind's root stylesheet with our theme behind it."""
    return f"{source}\n{THEME.read_text()}"


class LitesubsPlugin(rx.plugins.Plugin):
    """What our build adds to Reflex's."""

    def pre_compile(self, **context: Any) -> None:
        """Register the patches."""
        modify = context["add_modify_task"]
        modify("react-router.config.js", _prerender([page.route for page in context["unevaluated_pages"]]))
        modify("styles/tailwind.css", _theme)
        modify("vite.config.js", _after("          groups: [\n", CHUNKS))
        modify("utils/state.js", _after("  const endpoint = new URL(url_str);\n", SAME_ORIGIN))
        modify("utils/state.js", _after("export const generateUUID = () => {\n", SECURE_TOKEN))


config = rx.Config(
    app_name="litesubs",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    cors_allowed_origins=settings().origins,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[rx.plugins.TailwindV4Plugin(config={"plugins": []}), LitesubsPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin, rx.plugins.RadixThemesPlugin],
)
if not config.redis_url:  # what pages hold of people is kept in memory, never in files beside the code
    config.state_manager_mode = rx.constants.StateManagerMode.MEMORY
