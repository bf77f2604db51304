"""A new pack, or one that exists: its form with what buyers will see beside it, and its share links below."""

import reflex as rx

from litesubs.components.buttons import button, copy_button, link_button, text_link
from litesubs.components.choices import option_cards, switch
from litesubs.components.fields import group, select_in_field, text_area, text_field
from litesubs.components.layout import (
    action_row,
    anchor,
    heading,
    iconed,
    muted,
    pair,
    prose,
    row,
    sheet,
    spaced,
    stack,
    with_preview,
)
from litesubs.components.navigation import page_header
from litesubs.components.overlays import copy_field, form, menu, menu_item, menu_rule
from litesubs.components.surfaces import (
    card,
    empty_state,
    failed_state,
    note,
    person,
    skeleton,
    skeleton_form,
)
from litesubs.components.tickets import preview_ticket
from litesubs.components.values import Handler, Text
from litesubs.domain import packs
from litesubs.pages.desk import desk_page
from litesubs.pages.pack_links import links_section
from litesubs.pages.packs import pack_dialog
from litesubs.state.pack_editor import PackEditorState

S = PackEditorState
EXPIRY = [("never", "Never"), ("on_date", "On a date"), ("after_days", "After purchase")]
TRAIL: list[tuple[Text, Text]] = [("Packs", "/dashboard/packs")]
TERMS = "People who buy keep the price, credits and expiry they bought with, whatever you change later."


def new_page() -> rx.Component:
    """/dashboard/packs/new."""
    return _shell(
        rx.match(
            S.stage,
            (
                "form",
                rx.fragment(
                    page_header("New pack", "Sell it by the ten, or by any number you like."),
                    _form("Create pack and link", S.create),
                ),
            ),
            ("created", _created()),
            rx.fragment(page_header("New pack", "Sell it by the ten, or by any number you like."), _loading()),
        ),
        title="New pack",
    )


def page() -> rx.Component:
    """/dashboard/packs/{id}."""
    return _shell(
        rx.match(
            S.stage,
            ("form", _existing()),
            ("missing", _missing()),
            ("failed", rx.fragment(page_header("Pack"), failed_state("This pack", S.load))),
            rx.fragment(page_header(skeleton("h-9 w-64"), skeleton("h-5 w-80")), _loading()),
        ),
        title=rx.match(S.stage, ("form", S.pack.name), ("missing", "Not found"), "Pack"),
    )


def _shell(content: rx.Component, *, title: Text) -> rx.Component:
    return desk_page(content, section="packs", title=title, trail=TRAIL)


def _existing() -> rx.Component:
    pack = S.pack
    actions = row(
        copy_button(pack.link_url, "Copy link", size="md"),
        rx.match(
            pack.status,
            ("active", button("Disable", on_click=S.ask("disable"), leading="ban")),
            ("archived", button("Restore", on_click=S.restore, leading="archive-restore")),
            button("Enable", on_click=S.ask("enable"), leading="check"),
        ),
        _more(),
    )
    off = rx.match(
        pack.status,
        ("disabled", note("Nobody can buy this pack until you enable it. Credits already sold stay good.")),
        ("archived", note("This pack is archived: nobody can buy it. Credits already sold stay good.")),
        rx.fragment(),
    )
    return rx.fragment(
        page_header(pack.name, "What you change here holds from the next sale on.", actions),
        stack(
            off,
            _form("Save pack", S.save),
        ),
        anchor("links", links_section()),
        pack_dialog(pack, S.verb, on_close=S.forget, on_confirm=S.do),
    )


def _more() -> rx.Component:
    return menu(
        "menu-pack",
        "More actions",
        menu_item("See it as a buyer", "external-link", rx.redirect(S.pack.link_url, is_external=True)),
        menu_item("Duplicate", "copy", S.duplicate),
        rx.cond(
            S.pack.status == "archived",
            rx.fragment(),
            rx.fragment(menu_rule(), menu_item("Archive", "archive", S.ask("archive"), danger=True)),
        ),
    )


def _form(verb: str, on_submit: Handler) -> rx.Component:
    fields = form(
        _words(),
        pair(_credits(), _price()),
        _expiry(),
        _slug(),
        switch(
            "Show on your public page", S.listed, S.flip_listed, hint="Off: only people with a share link can see it."
        ),
        action_row(
            button(verb, variant="primary", submit=True, loading=S.saving),
            link_button("Cancel", href="/dashboard/packs", in_app=True),
        ),
        on_submit=on_submit,
        no_validate=True,
        auto_complete="off",
    )
    return with_preview(fields, _preview())


def _words() -> rx.Component:
    return rx.fragment(
        text_field(
            "Name",
            "name",
            error=S.errors.get("name", ""),
            default_value=S.start_with.name,
            placeholder="10 coaching sessions",
            on_change=S.write("name").debounce(250),
            on_blur=S.leave("name"),
        ),
        text_area(
            "What the buyer gets",
            "description",
            hint="Markdown works: **bold**, lists, links.",
            error=S.errors.get("description", ""),
            default_value=S.start_with.description,
            on_change=S.write("description").debounce(250),
            on_blur=S.leave("description"),
        ),
    )


def _credits() -> rx.Component:
    return text_field(
        "Credits",
        "credits",
        error=S.errors.get("credits", ""),
        default_value=S.start_with.credits,
        input_mode="numeric",
        on_change=S.write("credits").debounce(250),
        on_blur=S.leave("credits"),
    )


def _price() -> rx.Component:
    currency = select_in_field(
        "currency",
        "Currency",
        packs.currencies(),
        S.write("currency"),
        shown=S.currency,
        default_value=S.start_with.currency,
    )
    return text_field(
        "Price",
        "price",
        error=S.errors.get("price", S.errors.get("currency", "")),
        default_value=S.start_with.price,
        placeholder="450.00",
        input_mode="decimal",
        suffix=currency,
        on_change=S.write("price").debounce(250),
        on_blur=S.leave("price"),
    )


def _expiry() -> rx.Component:
    date = text_field(
        "Last day",
        "expiry_date",
        kind="date",
        error=S.errors.get("expiry_date", ""),
        default_value=S.start_with.expiry_date,
        on_change=S.write("expiry_date").debounce(250),
        on_blur=S.leave("expiry_date"),
    )
    days = text_field(
        "Days",
        "expiry_days",
        error=S.errors.get("expiry_days", ""),
        default_value=S.start_with.expiry_days,
        input_mode="numeric",
        suffix="days after purchase",
        on_change=S.write("expiry_days").debounce(250),
        on_blur=S.leave("expiry_days"),
    )
    return group(
        "Credits expire",
        option_cards(EXPIRY, S.expiry_kind, S.pick_expiry, label="Credits expire"),
        rx.match(S.expiry_kind, ("on_date", date), ("after_days", days), rx.fragment()),
        name="expiry_kind",
        error=S.errors.get("expiry_kind", ""),
    )


def _slug() -> rx.Component:
    return text_field(
        "Link name",
        "slug",
        hint="Left empty, it follows the name.",
        error=S.errors.get("slug", ""),
        prefix=f"/c/{S.account.handle}/",
        default_value=S.start_with.slug,
        placeholder=S.suggested_slug,
        auto_capitalize="none",
        spell_check=False,
        on_change=S.write("slug").debounce(250),
        on_blur=S.leave("slug"),
    )


def _preview() -> rx.Component:
    seen = S.preview
    return rx.fragment(
        heading("What buyers see", "card"),
        sheet(
            person(S.account.initials, S.account.display_name, strong=True, picture=S.account.picture),
            heading(rx.cond(rx.Var.create(seen.name) != "", seen.name, "Name of your pack"), "page"),
            prose(seen.description_html, small=True),
            spaced(
                preview_ticket(
                    credits_=seen.credits,
                    price=rx.cond(rx.Var.create(seen.price) != "", seen.price, "Price"),
                    unit_price=seen.unit_price,
                )
            ),
            rx.cond(
                rx.Var.create(seen.expiry_promise) != "",
                iconed("calendar-clock", muted(seen.expiry_promise)),
                rx.fragment(),
            ),
        ),
        note(TERMS, icon_name="shield-check", tone="surface"),
    )


def _created() -> rx.Component:
    pack = S.pack
    ready = stack(
        heading("Share this link"),
        muted("Whoever opens it can buy at once. Paste it into a message, a post or your site.", small=False),
        copy_field(pack.link_url, "Share link"),
        action_row(
            link_button(
                "See it as a buyer", href=pack.link_url, leading="external-link", variant="primary", target="_blank"
            ),
            link_button("Edit pack", href=f"/dashboard/packs/{pack.id}", in_app=True),
        ),
        muted(
            "Limited links, or one for each place you share it: ",
            text_link("make more links", href=f"/dashboard/packs/{pack.id}#links", in_app=True),
            ".",
        ),
    )
    ticket = preview_ticket(credits_=pack.credits, price=pack.price, unit_price=pack.unit_price)
    done = rx.fragment("“", pack.name, "” is on sale")
    return rx.fragment(
        page_header(done, pack.expiry_promise, link_button("All packs", href="/dashboard/packs", in_app=True)),
        with_preview(ready, ticket),
    )


def _missing() -> rx.Component:
    return rx.fragment(
        page_header("Pack not found"),
        card(
            empty_state(
                "There is no pack at this address",
                "It may belong to another sign-in, or the address is not complete.",
                link_button("Your packs", href="/dashboard/packs", in_app=True, leading="ticket"),
            )
        ),
    )


def _loading() -> rx.Component:
    return with_preview(skeleton_form(), skeleton("h-[420px] w-full rounded-[16px]"))
