"""Values that the server writes into a page, so that its first HTML already says everything.

At build a value prints a placeholder, `%%LS_PRICE%%`, which `api/fields.py` fills. In the browser the same value comes
from the JSON in `<script id="ls-boot">`. Both must be the same text, and no element may exist in only one of them: show
and hide by class name, and print lists with `html_slot`.
"""

import reflex as rx
from reflex.vars import VarData

from litesubs.components.values import Text

KIT = "$/public/kit.jsx"


def boot(name: str) -> rx.Var[str]:
    """The server's text for a field. Never put one that can be empty where it would be the only text of an element."""
    imports = VarData(imports={KIT: [rx.ImportVar(tag="boot", install=False)]})
    return rx.Var(_js_expr=f'boot("{name}")', _var_data=imports).to(str)


def html_slot(name: str, class_name: str = "", **props: str) -> rx.Component:
    """A `div` filled with the server's HTML for a field whose name ends in `_html`. It may be empty."""
    return raw_html(boot(name), class_name, **props)


def raw_html(html: Text, class_name: str = "", **props: str) -> rx.Component:
    """A `div` with HTML that is already safe."""
    inner = rx.Var.create({"__html": html})
    return rx.el.div(class_name=class_name, custom_attrs={"dangerouslySetInnerHTML": inner}, **props)
