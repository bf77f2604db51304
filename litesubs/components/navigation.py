"""Ways through: page headers, pagination, breadcrumbs."""

import reflex as rx

from litesubs.components.buttons import button
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.values import Child, Flag, Handler, Text, joined


def page_header(title: Child, line: Child = "", *actions: rx.Component) -> rx.Component:
    """A page's title, one line on what it is, and its actions: right, or beneath on phones."""
    return rx.el.header(
        rx.el.div(
            rx.el.h1(
                title,
                class_name="text-3xl font-semibold [overflow-wrap:anywhere] max-sm:text-[24px] max-sm:leading-[30px]",
            ),
            rx.el.p(line, class_name="mt-1 text-muted") if not isinstance(line, str) or line else rx.fragment(),
            class_name="min-w-0 flex-1 basis-[200px]",
        ),
        *actions,
        class_name="flex flex-wrap items-end gap-3 pt-7 pb-5 max-sm:pt-5 max-sm:pb-4",
    )


def pagination(words: Child, *, on_previous: Handler, on_next: Handler, at_start: Flag, at_end: Flag) -> rx.Component:
    """Previous and Next with "1 to 10 of 148" beside them."""
    return rx.el.nav(
        rx.el.span(words, class_name="flex-1 text-muted tabular-nums"),
        button("Previous", on_click=on_previous, size="sm", leading="chevron-left", disabled=at_start),
        button("Next", on_click=on_next, size="sm", trailing="chevron-right", disabled=at_end),
        class_name="flex items-center gap-2 py-3.5",
        custom_attrs={"aria-label": "Pages of this list"},
    )


def breadcrumb(trail: list[tuple[Text, Text]], here: Text) -> rx.Component:
    """Where this page is: (words, href) of what is above it, then its own name. Phones show the nearest step up."""
    steps: list[Child] = []
    for number, (words, href) in enumerate(trail):
        nearest = "" if number == len(trail) - 1 else "max-sm:hidden"
        steps.append(
            anchor(words, href=href, in_app=True, class_name=joined("truncate rounded-sm hover:text-text", nearest))
        )
        steps.append(icon("chevron-right", "s", nearest))
    return rx.el.nav(
        *steps,
        rx.el.span(here, class_name="truncate font-medium text-text", custom_attrs={"aria-current": "page"}),
        class_name="flex min-w-0 items-center gap-1.5 text-sm text-muted",
        custom_attrs={"aria-label": "Breadcrumb"},
    )
