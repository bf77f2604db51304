"""The parts of a pack's page. All words come from the server through `boot`; the structure never changes."""

import reflex as rx

from litesubs.components.boot import KIT, boot, html_slot
from litesubs.components.buttons import button, link_button, text_link
from litesubs.components.icons import icon
from litesubs.components.links import anchor
from litesubs.components.overlays import announcer, native_form
from litesubs.components.posted import posted_value
from litesubs.components.shell import GUTTER, public_footer, public_header, public_page
from litesubs.components.signed_in import theme_toggle
from litesubs.components.surfaces import FaceSize, disc
from litesubs.components.tickets import perforation, ticket
from litesubs.components.values import Child, Text, joined

SECTION = "text-2xl font-semibold"


def when(class_field: str, *children: Child) -> rx.Component:
    """Children that the server can switch off: its field is "" or "away"."""
    return rx.el.div(*children, class_name=boot(class_field))


def storefront_page(*children: rx.Component, aside: rx.Component, bar: rx.Component) -> rx.Component:
    """Two columns with the ticket staying in view; on phones the ticket stands under the title."""
    head, *body = children
    main = rx.el.main(
        rx.el.div(head, class_name="min-w-0 sm:col-start-1"),
        rx.el.aside(aside, class_name="max-sm:mt-6 sm:sticky sm:top-6 sm:col-start-2 sm:row-span-2 sm:row-start-1"),
        rx.el.div(*body, bar, class_name="min-w-0 max-sm:mt-9 sm:col-start-1"),
        class_name=(
            "mx-auto grid w-full max-w-[1120px] flex-1 content-start items-start px-8 pt-10 pb-18 max-sm:px-5 "
            "max-sm:pt-3 max-sm:pb-9 "
            "sm:grid-cols-[minmax(0,1fr)_minmax(300px,372px)] sm:grid-rows-[auto_1fr] "
            "sm:gap-x-[clamp(32px,6vw,72px)]"
        ),
    )
    foot = rx.el.div(public_footer(), class_name="max-sm:pb-20")  # phones have the bar below it
    return rx.el.div(_header(), main, foot, announcer(), class_name="flex min-h-dvh flex-col")


def person_and_packs(person: rx.Component, *packs: rx.Component) -> rx.Component:
    """Who it is on the left, staying in view, and what they sell beside it; below each other on phones."""
    account = link_button(boot("account_label"), href=boot("account_href"), size="sm")
    main = rx.el.main(
        rx.el.div(person, class_name="min-w-0 sm:sticky sm:top-10"),
        rx.el.div(*packs, class_name="min-w-0 [&_section]:mt-0 max-sm:[&_section]:mt-9"),
        class_name=joined(
            GUTTER,
            "grid flex-1 content-start items-start pt-10 pb-18 max-sm:pt-5 "
            "sm:grid-cols-[minmax(0,300px)_minmax(0,1fr)] sm:gap-x-[clamp(32px,6vw,72px)]",
        ),
    )
    return public_page(main, public_footer(), header=public_header(actions=[account]))


def creator_face(size: FaceSize = "md") -> rx.Component:
    """Whose page it is: the server's picture of them, or their initials."""
    return html_slot("creator_face_html", disc(size, strong=True))


def person_card() -> rx.Component:
    """A creator's face, name, bio and links."""
    return rx.el.div(
        creator_face("xl"),
        rx.el.h1(boot("creator_name"), class_name="mt-5 text-3xl font-semibold text-balance [overflow-wrap:anywhere]"),
        rx.el.p(boot("creator_address"), class_name="mt-1 text-sm text-muted [overflow-wrap:anywhere]"),
        html_slot("bio_html", "prose mt-5 empty:hidden"),
        html_slot("links_html", "mt-5 empty:hidden"),
    )


def title_and_lead() -> rx.Component:
    """The pack's name and the first paragraph of what its creator says."""
    return rx.el.div(
        rx.el.h1(
            boot("pack_name"),
            class_name=(
                "text-4xl font-semibold text-balance [overflow-wrap:anywhere] max-sm:text-[32px] max-sm:leading-9"
            ),
        ),
        html_slot("lead_html", "prose mt-4 max-w-[56ch] empty:hidden"),
    )


def creators_words() -> rx.Component:
    """The rest of what the creator says, as sanitised HTML."""
    return html_slot("description_html", "prose max-w-[60ch] empty:hidden sm:mt-7")


def section(title: Text, *children: rx.Component, name: str = "") -> rx.Component:
    """A part of the page with its heading."""
    return rx.el.section(
        rx.el.h2(title, class_name=joined(SECTION, "mb-4")),
        *children,
        class_name="mt-11 scroll-mt-6",
        **({"id": name} if name else {}),
    )


def steps(*parts: tuple[Text, Text]) -> rx.Component:
    """What happens, in order: three short columns."""
    return rx.el.ol(
        *[
            rx.el.li(
                rx.el.b(title, class_name="mb-1 block font-semibold"),
                rx.el.span(text, class_name="text-muted"),
                class_name="border-t-2 border-text pt-3 max-sm:border-t max-sm:border-border",
            )
            for title, text in parts
        ],
        class_name="grid gap-6 sm:grid-cols-3 max-sm:gap-4",
    )


class Holding(rx.Component):
    """A link that says what the reader has of this pack, once that is known (kit.jsx)."""

    library = KIT
    tag = "Holding"

    src: rx.Var[str]
    words: rx.Var[str]
    href: rx.Var[str]
    ask: rx.Var[str]


def holding_line() -> rx.Component:
    """One line under the ticket for who has bought before. Its words may change, its height does not."""
    link = Holding.create(
        src=boot("holding_src"),
        words=boot("holding_words"),
        href=boot("account_href"),
        ask=boot("signed_in"),
        class_name="truncate font-medium text-accent hover:underline",
    )
    return rx.el.p(
        icon("wallet", class_name="text-muted"), link, class_name="mt-2.5 flex h-6 items-center gap-2.5 overflow-hidden"
    )


def about_creator() -> rx.Component:
    """Who sells it: face, a line or two, and the way to everything they sell."""
    words = rx.el.div(
        rx.el.p(boot("creator_name"), class_name="text-[15px] leading-5 font-semibold [overflow-wrap:anywhere]"),
        rx.el.p(boot("creator_summary"), class_name="mt-1 text-muted [overflow-wrap:anywhere]"),
        text_link(boot("see_creator"), href=boot("creator_href"), class_name="mt-2 inline-block"),
        class_name="min-w-0",
    )
    return rx.el.div(
        creator_face("lg"),
        words,
        class_name="flex items-start gap-4 rounded-lg border border-border bg-surface p-5 max-sm:p-4",
    )


def answers(*pairs: tuple[str, Text]) -> rx.Component:
    """Questions that open one by one, without a script."""
    return rx.el.div(
        *[
            rx.el.details(
                rx.el.summary(
                    rx.el.span(question, class_name="min-w-0 flex-1 text-lg leading-6 font-medium"),
                    icon("plus", "l", "turns text-muted"),
                    class_name="flex min-h-14 items-center gap-4 rounded-sm py-3",
                ),
                rx.el.p(answer, class_name="max-w-[60ch] pb-5 text-lg text-muted"),
                class_name="border-b border-border first:border-t",
            )
            for question, answer in pairs
        ]
    )


def facts(*lines: tuple[str, Text]) -> rx.Component:
    """Short promises under the ticket: (icon, words)."""
    return rx.el.ul(
        *[
            rx.el.li(
                icon(name, class_name="mt-0.5"), rx.el.span(words), class_name="flex items-start gap-2.5 text-muted"
            )
            for name, words in lines
        ],
        class_name="mt-[18px] grid gap-2.5",
    )


def buy_ticket() -> rx.Component:
    """The ticket with its button; on phones the bar at the bottom has the button."""
    figures = rx.el.div(
        rx.el.span(
            rx.el.span(boot("credits"), class_name=boot("figure_class")),
            class_name="min-w-0 text-[72px] leading-[60px] font-bold tracking-[-.05em]",
        ),
        rx.el.p(
            rx.el.span(boot("credits_word"), class_name="block"),
            rx.el.span(boot("unit_price"), " each"),
            class_name="ticket-soft text-right text-sm font-medium",
        ),
        class_name="flex items-end justify-between gap-4",
    )
    price = rx.el.div(
        rx.el.b(
            rx.el.span(boot("price"), class_name=boot("price_class")),
            class_name="text-[34px] leading-10 font-bold tracking-[-.03em] whitespace-nowrap",
        ),
        rx.el.span("paid once", class_name="ticket-soft text-sm font-medium whitespace-nowrap"),
        class_name="mt-12 flex h-10 items-baseline justify-between gap-4",
    )
    buy = native_form(
        posted_value("seen"),
        button(boot("buy_label"), variant="ink", size="lg", trailing="arrow-right", submit=True, wide=True),
        action=boot("buy_action"),
        class_name="mt-4 max-sm:hidden",
    )
    return ticket(
        figures,
        html_slot("holes_html", "mt-[22px] empty:mt-2"),
        perforation(),
        price,
        buy,
        notch_y="var(--tear)",
        class_name=(
            "px-7 pt-[26px] pb-7 [--tear:calc(100%-156px)] max-sm:px-[22px] max-sm:pt-[22px] max-sm:pb-6 "
            "max-sm:[--tear:calc(100%-88px)]"
        ),
    )


def closed_card() -> rx.Component:
    """Instead of the ticket where the link no longer sells: why, and the way on."""
    return rx.el.div(
        rx.el.div(
            *[rx.el.i(custom_attrs={"data-k": "s"}) for _ in range(4)],
            class_name="dots mb-4",
            custom_attrs={"data-size": "lg", "aria-hidden": "true"},
        ),
        rx.el.h2(boot("closed_title"), class_name="text-xl leading-6 font-semibold"),
        rx.el.p(boot("closed_text"), class_name="mt-1.5 text-muted"),
        when(
            "see_others_class",
            link_button("See other packs", href="#others", variant="primary", trailing="arrow-down", class_name="mt-4"),
        ),
        when(
            "way_on_class",
            link_button(boot("way_on_label"), href=boot("way_on_href"), variant="primary", class_name="mt-4"),
        ),
        when(
            "switch_class",
            native_form(
                posted_value("next"),
                button("Sign in as somebody else", submit=True),
                action="/auth/sign-out",
                class_name="mt-4",
            ),
        ),
        class_name="rounded-xl border border-border bg-surface p-6",
    )


def buy_bar() -> rx.Component:
    """On phones: price and button, always at hand above the safe area."""
    words = rx.el.div(
        rx.el.b(boot("price"), class_name="text-[20px] leading-6 font-semibold tracking-[-.02em] whitespace-nowrap"),
        rx.el.p(boot("buy_note"), class_name="truncate text-sm text-muted tabular-nums"),
        class_name="min-w-0 flex-1",
    )
    bar = native_form(
        posted_value("seen"),
        words,
        button(boot("bar_label"), variant="primary", size="lg", submit=True),
        action=boot("buy_action"),
        class_name=(
            "fixed inset-x-0 bottom-0 z-10 flex items-center gap-3.5 border-t border-border bg-raised px-4 pt-2.5 "
            "pb-[calc(10px+env(safe-area-inset-bottom))] sm:hidden"
        ),
    )
    return when("open_class", bar)


def _header() -> rx.Component:
    face = anchor(
        creator_face("sm"),
        rx.el.span(boot("creator_name"), class_name="truncate font-semibold"),
        href=boot("creator_href"),
        class_name="flex min-w-0 items-center gap-2 rounded-sm",
    )
    who = rx.el.div(face, class_name="flex min-w-0 flex-1")
    others = rx.el.div(
        anchor(
            "Other packs", href="#others", class_name="rounded-sm font-medium text-muted hover:text-text max-sm:hidden"
        ),
        class_name=boot("others_class"),
    )
    return rx.el.header(
        who,
        others,
        theme_toggle(),
        link_button(boot("account_label"), href=boot("account_href"), size="sm"),
        class_name=joined(GUTTER, "flex min-h-16 items-center gap-4 max-sm:min-h-14 max-sm:gap-2"),
    )
