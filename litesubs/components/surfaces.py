"""Surfaces: cards, figures, notes, empty states, skeletons, faces."""

from typing import Any, Literal

import reflex as rx

from litesubs.components.buttons import button
from litesubs.components.icons import icon
from litesubs.components.values import Child, Handler, Number, Text, Tone, joined

CARD = "min-w-0 rounded-lg border border-border bg-surface"
NoteTone = Tone | Literal["surface"]
NOTES: dict[NoteTone, tuple[str, str, str]] = {
    "surface": ("border border-border bg-surface", "text-muted", "info"),
    "neutral": ("bg-sunken", "", "info"),
    "accent": ("bg-accent-soft", "text-accent", "info"),
    "success": ("bg-success-soft", "text-success", "circle-check"),
    "warning": ("bg-warning-soft", "text-warning", "triangle-alert"),
    "danger": ("bg-danger-soft", "text-danger", "circle-alert"),
}
FaceSize = Literal["sm", "md", "lg", "xl"]
FACES: dict[FaceSize, str] = {
    "sm": "size-7 text-[11px]",
    "md": "size-9 text-sm",
    "lg": "size-14 text-[19px]",
    "xl": "size-20 text-[28px]",
}


def card(*children: Child, padded: bool = True, class_name: str = "", **props: Any) -> rx.Component:
    """A surface with a hairline. Set `padded=False` for tables and lists, which reach the edge."""
    inside = "p-5 max-sm:p-4" if padded else "overflow-hidden"
    return rx.el.section(*children, class_name=joined(CARD, inside, class_name), **props)


def card_header(title: Text, *actions: rx.Component) -> rx.Component:
    """The first line of an unpadded card: what it holds, and what one can do with it."""
    return rx.el.div(
        rx.el.h2(title, class_name="min-w-0 flex-1 text-[15px] leading-5 font-semibold"),
        *actions,
        class_name="flex min-h-11 items-center gap-3 px-5 pt-4 max-sm:px-4",
    )


def section_header(title: Text, *actions: rx.Component) -> rx.Component:
    """A heading between cards, with actions on its right."""
    return rx.el.div(
        rx.el.h2(title, class_name="text-xl leading-6 font-semibold tracking-[-.01em]"),
        rx.el.div(class_name="flex-1"),
        *actions,
        class_name="mt-7 mb-3 flex flex-wrap items-center gap-2.5",
    )


def stat(label: Child, value: Child, meaning: Child = "") -> rx.Component:
    """One figure: label, value, one line on what it means."""
    return rx.el.dl(
        rx.el.dt(label, class_name="text-sm text-muted"),
        rx.el.dd(value, class_name="mt-1.5 text-3xl font-semibold max-sm:text-[24px] max-sm:leading-[30px]"),
        rx.el.dd(meaning, class_name="mt-1 text-sm text-muted"),
        class_name="min-w-0 bg-surface px-5 pt-[18px] pb-5 max-sm:px-4 max-sm:pt-3.5 max-sm:pb-4",
    )


def stat_strip(*stats: rx.Component, columns: Literal[2, 3, 4] = 4) -> rx.Component:
    """Figures that share one card, split by hairlines; two a row on phones."""
    wide = {2: "sm:grid-cols-2", 3: "sm:grid-cols-3", 4: "sm:grid-cols-4"}[columns]
    return rx.el.div(
        *stats,
        class_name=joined("grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border", wide),
    )


def note(
    *children: Child, tone: NoteTone = "neutral", icon_name: str = "", action: rx.Component | None = None
) -> rx.Component:
    """A sentence that matters here: plain, or as success, warning or danger (which screen readers hear at once).

    On a sunken ground a plain one is `surface`.
    """
    background, ink, default_icon = NOTES[tone]
    return rx.el.div(
        icon(icon_name or default_icon, class_name=joined("mt-[1.5px]", ink)),
        rx.el.div(*children, class_name="min-w-0 flex-1"),
        action or rx.fragment(),
        role="alert" if tone == "danger" else "note",
        class_name=joined("flex gap-2.5 rounded-md px-3.5 py-3 text-sm leading-[19px]", background),
    )


def empty_state(title: Text, text: Text, action: rx.Component | None = None) -> rx.Component:
    """Four hollow dots, one sentence, one action."""
    dots = rx.el.div(
        *[rx.el.i(custom_attrs={"data-k": "s"}) for _ in range(4)],
        class_name="dots mb-1.5",
        custom_attrs={"data-size": "lg", "aria-hidden": "true"},
    )
    return rx.el.div(
        dots,
        rx.el.p(title, class_name="text-[15px] leading-5 font-semibold"),
        rx.el.p(text, class_name="max-w-[44ch] text-sm text-muted"),
        rx.el.div(action, class_name="mt-2") if action else rx.fragment(),
        class_name="flex flex-col items-center gap-1.5 px-6 py-9 text-center",
    )


def failed_state(what: str, on_retry: Handler) -> rx.Component:
    """A page's content could not be loaded: what, and the way to try again."""
    return card(
        empty_state(
            f"{what} could not be loaded",
            "Nothing was changed. Check your connection, then try again.",
            button("Try again", on_click=on_retry, leading="rotate-cw"),
        )
    )


def skeleton(class_name: str = "h-3 w-full") -> rx.Component:
    """A grey shape where something will be, of the final size; appears after 150 ms."""
    shape = "" if "rounded" in class_name else "rounded-sm"
    return rx.el.span(
        class_name=joined("block bg-sunken appear-late", shape, class_name), custom_attrs={"aria-hidden": "true"}
    )


def skeleton_rows(count: int = 4) -> rx.Component:
    """A list of the usual row height that is still loading."""
    row = rx.el.div(
        skeleton("size-9 rounded-full"),
        rx.el.div(skeleton("h-3 w-2/5"), skeleton("h-3 w-3/5"), class_name="grid flex-1 gap-2"),
        class_name="flex h-15 items-center gap-3 border-b border-border px-5 last:border-b-0",
    )
    return rx.el.div(*[row] * count, custom_attrs={"aria-busy": "true"})


def skeleton_form(count: int = 5) -> rx.Component:
    """A form that is still loading: labels and boxes."""
    one = rx.el.div(skeleton("h-3 w-24"), skeleton("h-10 w-full rounded-md"), class_name="grid gap-2.5")
    return rx.el.div(*[one] * count, class_name="grid gap-4", custom_attrs={"aria-busy": "true"})


def avatar(initials: Text, size: FaceSize = "md", *, strong: bool = False, picture: Text = "") -> rx.Component:
    """A face: the picture at this address, or where that is "" initials. `strong` for the one whose page it is."""
    return rx.el.span(
        initials if isinstance(picture, str) else rx.cond(picture != "", _picture(picture), initials),
        class_name=disc(size, strong=strong),
        custom_attrs={"aria-hidden": "true"},
    )


def disc(size: FaceSize, *, strong: bool) -> str:
    """The classes of a face's round ground. The picture of one is an `img` in it, of 256 × 256 pixels."""
    ink = "bg-accent text-accent-contrast" if strong else "bg-accent-soft text-accent"
    return joined("face grid shrink-0 place-items-center rounded-full font-semibold tracking-[.01em]", FACES[size], ink)


def person(initials: Text, name: Text, second: Child = "", *, strong: bool = False, picture: Text = "") -> rx.Component:
    """A face with a name and a second line."""
    return rx.el.div(
        avatar(initials, strong=strong, picture=picture),
        rx.el.div(
            rx.el.p(name, class_name="truncate text-[15px] leading-5 font-semibold"),
            rx.el.p(second, class_name="truncate text-sm text-muted")
            if not isinstance(second, str) or second
            else rx.fragment(),
            class_name="min-w-0",
        ),
        class_name="flex min-w-0 items-center gap-3",
    )


def before_after(
    before_label: Text,
    before: Number | Text,
    after_label: Text,
    after: Number | Text,
    ink: Text = "",
) -> rx.Component:
    """Two figures with an arrow between: what is, and what will be. `ink` names the colour of what will be."""

    def figure(label: Text, value: Number | Text, side: str) -> rx.Component:
        return rx.el.div(
            rx.el.span(label, class_name="text-sm text-muted"),
            rx.el.b(value, class_name="block text-[28px] leading-8 font-semibold tracking-[-.02em] tabular-nums"),
            class_name=side,
        )

    return rx.el.div(
        figure(before_label, before, ""),
        icon("arrow-right", "l", "mx-5 text-muted"),
        figure(after_label, after, f"text-right {ink}"),
        class_name="grid grid-cols-[1fr_auto_1fr] items-center rounded-[12px] bg-sunken px-[18px] py-3.5",
    )


def _picture(address: Text) -> rx.Component:
    return rx.el.img(src=address, alt="", width="256", height="256", custom_attrs={"decoding": "async"})
