"""The anchor beneath every link.

Reflex's own `rx.el.a` changes pages inside the browser. Pages that the server fills or guards need a real navigation,
so that is the rule here, and moving within the desk or wallet is the exception (`in_app`).
"""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML
from reflex_components_core.react_router.dom import ReactRouterLink

from litesubs.components.values import Child, Text


class Anchor(BaseHTML):  # type: ignore[misc]  # Reflex ships no types for it
    """A plain `a` element."""

    tag = "a"

    href: rx.Var[str]


def anchor(*children: Child, href: Text, in_app: bool = False, **props: Any) -> rx.Component:
    """A link. `in_app` changes the page without loading it anew: only for links between desk or wallet pages."""
    return (ReactRouterLink if in_app else Anchor).create(*children, href=href, **props)
