"""The sidebar of the desk: 236 px wide, 64 once it is collapsed, and a drawer where there is no room for it."""

from dataclasses import dataclass, field
from typing import Any, Literal

import reflex as rx

from litesubs.components.brand import mark
from litesubs.components.buttons import icon_button, look
from litesubs.components.choices import link_segments
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.signed_in import SIDES, Person, person_menu, sign_out_button, theme_toggle
from litesubs.components.values import Text
from litesubs.domain.views.desk import SetupStep

Section = Literal["overview", "packs", "customers", "links", "developers", "settings"]
SECTIONS: list[tuple[Section, str, str, str]] = [
    ("overview", "Overview", "layout-dashboard", "/dashboard"),
    ("packs", "Packs", "ticket", "/dashboard/packs"),
    ("customers", "Customers", "users", "/dashboard/customers"),
    ("links", "Share links", "link", "/dashboard/links"),
    ("developers", "Developers", "code-xml", "/dashboard/developers"),
    ("settings", "Settings", "settings", "/dashboard/settings"),
]
NAV = (
    "flex h-[34px] items-center gap-2.5 rounded-[8px] px-2.5 font-medium text-muted max-md:h-11 hover:text-text "
    "rail:justify-center rail:px-0 "
    "aria-[current=page]:bg-raised aria-[current=page]:font-semibold aria-[current=page]:text-text "
    "aria-[current=page]:shadow-[var(--shadow-1),inset_0_0_0_1px_var(--border)] [&[aria-current=page]>svg]:text-accent"
)

Steps = list[SetupStep] | rx.Var[list[SetupStep]]
SIDE_SWITCH = "mb-2.5 grid rail:hidden"


@dataclass(frozen=True)
class Counts:
    """What the sidebar says besides its links: how many packs and customers, and the steps to a first sale."""

    packs: Text = ""
    customers: Text = ""
    setup: Steps = field(default_factory=list)


def sidebar(section: Section, person: Person, counts: Counts) -> rx.Component:
    """The sidebar of wide screens. theme.js collapses it before the first paint where it was left so."""
    fold = rx.el.button(
        icon("panel-left"),
        rx.el.span("Collapse the sidebar", class_name="sr-only rail:hidden"),
        rx.el.span("Expand the sidebar", class_name="sr-only hidden rail:inline"),
        type="button",
        title="Collapse or expand the sidebar",
        class_name=look("ghost", "sm", more="w-[30px] px-0! ml-auto rail:ml-0"),
        custom_attrs={"data-rail-toggle": ""},
    )
    return rx.el.aside(
        rx.el.div(_home(), fold, class_name="flex items-center pb-2 pl-2 rail:flex-col rail:gap-1 rail:pl-0"),
        rx.el.div(link_segments(SIDES, "/dashboard", label="Selling or buying", wide=True), class_name=SIDE_SWITCH),
        _links(section, counts),
        rx.el.div(class_name="flex-1"),
        _setup(counts.setup),
        _buying(),
        person_menu(person),
        class_name=(
            "sidebar sticky top-0 z-20 flex h-dvh flex-col gap-0.5 border-r border-border px-3 py-4 max-md:hidden"
        ),
        custom_attrs={"aria-label": "Desk"},
    )


def drawer(section: Section, person: Person, counts: Counts) -> rx.Component:
    """The same as a drawer, for phones and tablets."""
    close = icon_button("x", "Close menu", custom_attrs={"data-closes": ""})
    foot = rx.el.div(theme_toggle(), rx.el.div(sign_out_button(), class_name="flex-1"), class_name="flex items-center")
    return rx.el.dialog(
        rx.el.div(
            rx.el.div(_home(), rx.el.div(close, class_name="ml-auto"), class_name="flex items-center pb-2 pl-2"),
            rx.el.div(link_segments(SIDES, "/dashboard", label="Selling or buying", wide=True), class_name=SIDE_SWITCH),
            _links(section, counts),
            rx.el.div(class_name="flex-1"),
            _setup(counts.setup),
            rx.el.p(person.email, class_name="truncate px-2.5 pt-2 text-sm text-muted"),
            foot,
            class_name="flex min-h-full flex-col gap-0.5 px-3 py-4",
        ),
        id="drawer",
        class_name=(
            "drawer m-0 h-dvh max-h-none w-[280px] max-w-[85vw] border-r border-border bg-bg p-0 text-text shadow-lg"
        ),
        custom_attrs={"aria-label": "Main menu"},
    )


def _home() -> rx.Component:
    return anchor(
        mark(),
        rx.el.span("Litesubs", class_name="rail:sr-only"),
        href="/dashboard",
        in_app=True,
        class_name="inline-flex min-h-11 items-center gap-[9px] rounded-sm text-lg font-bold tracking-[-.02em]",
    )


def _links(section: Section, counts: Counts) -> rx.Component:
    numbers: dict[str, Text] = {"packs": counts.packs, "customers": counts.customers}
    links = [_link(key == section, words, sign, href, numbers.get(key, "")) for key, words, sign, href in SECTIONS]
    return rx.el.nav(*links, class_name="grid gap-0.5", custom_attrs={"aria-label": "Main"})


def _link(current: bool, words: str, sign: str, href: str, count: Text) -> rx.Component:  # noqa: FBT001 - one caller
    number = rx.el.span(count, class_name="ml-auto text-xs font-medium text-subtle tabular-nums rail:hidden")
    return anchor(
        icon(sign),
        rx.el.span(words, class_name="rail:sr-only"),
        number,
        href=href,
        in_app=True,
        title=words,
        class_name=NAV,
        custom_attrs={"aria-current": "page"} if current else {},
    )


def _buying() -> rx.Component:
    """The other side, where the sidebar is too narrow for the switch."""
    return anchor(
        icon("wallet"),
        rx.el.span("Buying", class_name="sr-only"),
        href="/wallet",
        in_app=True,
        title="Buying",
        class_name=f"{NAV} hidden! rail:flex!",
    )


def _setup(steps: Steps) -> rx.Component:
    """How far the way to the first sale is, and its next step; gone once all is done."""
    done: Any = _of(steps, "filter((step) => step.done).length")
    every: Any = _of(steps, "length")
    following = "find((step) => !step.done)"
    words, href = (_of(steps, f'{following}?.{name} ?? ""').to(str) for name in ("words", "href"))
    bar = rx.el.div(
        rx.el.i(style={"width": f"{done * 100 / every}%"}),
        class_name="bar h-1.5! my-2",
        custom_attrs={"aria-hidden": "true"},
    )
    card = rx.el.div(
        rx.el.p(f"Set up · {done} of {every}", class_name="text-sm font-semibold"),
        bar,
        rx.el.p(
            "Next: ",
            anchor(words, href=href, in_app=True, class_name="rounded-sm font-medium text-accent underline-soft"),
            class_name="text-sm text-muted",
        ),
        class_name="mb-2.5 rounded-md bg-sunken px-3.5 py-3 rail:hidden",
    )
    small = anchor(
        f"{done}/{every}",
        href=href,
        in_app=True,
        title=f"Set up, {done} of {every}. Next: {words}",
        class_name=(
            "mb-2.5 hidden h-9 items-center justify-center rounded-md bg-sunken text-xs font-semibold tabular-nums "
            "rail:flex"
        ),
    )
    return rx.cond(done < every, rx.fragment(card, small), rx.fragment())


def _of(steps: Steps, call: str) -> rx.Var[int]:
    held = rx.Var.create(steps)
    return rx.Var(f"({held}.{call})", _var_data=held._get_all_var_data()).to(int)  # noqa: SLF001 - no other way
