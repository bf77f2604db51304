"""What developers work with: API keys in rows, a key that is shown once, and code to copy."""

from typing import Any

import reflex as rx

from litesubs.components.badges import key_badge
from litesubs.components.buttons import button, copy_button
from litesubs.components.icons import icon
from litesubs.components.tables import two_lines
from litesubs.components.values import Child, Handler, Text, joined

CODE = "font-mono text-[13px] leading-[21px]"
CHIP = (
    "inline-flex h-[22px] items-center rounded-full px-2 text-xs font-medium whitespace-nowrap "
    "shadow-[inset_0_0_0_1px_var(--border)]"
)


def key_name(key: Any) -> rx.Component:
    """A key's name, how it stands where that needs saying, and its beginning."""
    begins = rx.el.code(key.prefix, class_name="font-mono")
    second = rx.el.span(begins, key_badge(key.state), class_name="flex min-h-[22px] items-center gap-2")
    return two_lines(rx.el.span(key.name, title=key.name), second)


def scopes(names: Any) -> rx.Component:
    """What a key may do, a chip for each."""
    chips = rx.foreach(names, lambda name: rx.el.li(name, class_name=CHIP))
    return rx.el.ul(chips, class_name="flex flex-wrap gap-1.5 max-lg:mb-1")


def limits(key: Any) -> rx.Component:
    """A line for each limit that a key has; nothing where it has none."""

    def line(words: Any, title: Any = "") -> rx.Component:
        shown = rx.el.p(words, title=title, class_name="[overflow-wrap:anywhere]")
        return rx.cond(words == "", rx.fragment(), shown)

    cap = rx.cond(key.cap == "", "", f"{key.cap}, {key.spent}")
    return rx.el.div(
        line(key.expires), line(cap), line(key.networks, key.addresses), class_name="min-w-0 text-sm text-muted"
    )


def shown_once(name: Text, token: Text, call: Text, *, on_done: Handler) -> rx.Component:
    """A key that was just made, the only time that it can be copied, with a call to try it."""
    line = rx.el.p(
        icon("key-round", class_name="mr-2 inline align-[-3px] text-success"),
        rx.el.b(name, class_name="font-semibold"),
        " is ready. Copy the key now; we only keep a fingerprint of it.",
    )
    key = rx.el.div(
        rx.el.div(
            rx.el.code(token, id="new-key-token", title=token, class_name="min-w-0 truncate font-mono text-sm"),
            class_name="flex h-10 min-w-0 flex-1 items-center rounded-md border border-border bg-raised px-3",
        ),
        copy_button(token, "Copy key", "primary", "md"),
        class_name="flex items-center gap-2 [&>button]:h-10",
    )
    first = rx.cond(call == "", rx.fragment(), rx.fragment(rx.el.p("Your first call:"), code_block(call, "First call")))
    return rx.el.section(
        line,
        key,
        first,
        rx.el.div(button("Done, I have copied it", on_click=on_done)),
        id="new-key",
        tab_index=-1,
        class_name=(
            "grid grid-cols-[minmax(0,1fr)] gap-3 border-b border-border bg-success-soft px-5 py-4 max-sm:px-4 "
            "focus:outline-none"
        ),
        custom_attrs={"aria-label": "Your new key"},
    )


def code_block(text: Text, label: str, *, copies: bool = True, beside: bool = True) -> rx.Component:
    """Code as it is, to read and to copy. Long lines scroll, by keyboard too.

    The copy button stands beside the code, or under it, where it covers nothing.
    """
    code = rx.el.pre(
        rx.el.code(text),
        tab_index=0,
        class_name=joined(CODE, "overflow-x-auto px-4 py-3.5", "sm:pr-24" if copies and beside else ""),
        custom_attrs={"aria-label": label, "role": "region"},
    )
    copy = (
        rx.el.div(
            copy_button(text),
            class_name=joined("px-4 pb-3", "sm:absolute sm:top-2 sm:right-0 sm:px-2 sm:pb-0" if beside else ""),
        )
        if copies
        else rx.fragment()
    )
    return rx.el.div(code, copy, class_name="relative min-w-0 rounded-lg border border-border bg-sunken")


def scope_words(scope: str, meaning: str) -> Child:
    """A scope by its name in the API, and what it allows."""
    return rx.fragment(rx.el.code(scope, class_name="font-mono text-sm font-medium"), ": ", meaning)
