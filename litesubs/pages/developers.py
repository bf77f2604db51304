"""/dashboard/developers: API keys, the one place where a new one is shown, and a first call."""

import reflex as rx
from reflex.vars import ObjectVar

from litesubs.components.buttons import button, link_button
from litesubs.components.choices import checkbox, checkboxes
from litesubs.components.developers import code_block, key_name, limits, scope_words, scopes, shown_once
from litesubs.components.fields import field_note, select_field, text_area, text_field
from litesubs.components.layout import muted, pair, phone_only, spaced, wide_and_narrow
from litesubs.components.navigation import page_header
from litesubs.components.offers import quiet, until_wide
from litesubs.components.overlays import confirm, dialog, menu, menu_item, menu_rule
from litesubs.components.surfaces import card, empty_state, failed_state, section_header
from litesubs.components.tables import Column, Place, cell, row, stacked, table, table_skeleton
from litesubs.domain.api_keys import ANSWER, SCOPES
from litesubs.domain.views.developers import KeyView
from litesubs.pages.desk import desk_page
from litesubs.state.developers import SCOPE_FIELDS, DevelopersState

S = DevelopersState
USUAL = ("read", "debits:write")
EXPIRIES = [
    ("", "Never"),
    ("30_days", "In 30 days"),
    ("90_days", "In 90 days"),
    ("365_days", "In a year"),
    ("date", "On a date"),
]
OVERLAPS = [
    ("24_hours", "24 more hours"),
    ("1_hour", "1 more hour"),
    ("7_days", "7 more days"),
    ("0", "Not at all: it ends now"),
]
PERIODS = [("day", "a day"), ("month", "a month")]
COLUMNS = [
    Column("Key"),
    Column("May", width=232),
    Column("Limits", width=214, wide=True),
    Column("Made", width=128),
    Column("Last used", width=92),
    Column("Actions", hidden=True, width=66),
]
PLACES: list[Place] = ["name", "below", "wide", "away", "away", "number"]


def page() -> rx.Component:
    """The keys with what each may do, and code to begin with. Leaving it lets go of a new key."""
    reference = link_button("API reference", href="/api/docs", leading="book-open")
    shown = desk_page(
        page_header("Developers", "Spend and give credits from your own software.", reference),
        section_header("API keys", _add()),
        rx.match(
            S.stage,
            ("list", rx.fragment(card(_made(), _keys(), padded=False), _first_call())),
            ("failed", failed_state("Your keys", S.load)),
            card(table_skeleton(COLUMNS, PLACES, label="API keys", count=3), padded=False),
        ),
        _new_key(),
        _rename(),
        _rotate(),
        _revoke(),
        section="developers",
        title="Developers",
    )
    return rx.fragment(shown, on_unmount=S.done)


def _add() -> rx.Component:
    """Not while the page loads, which closes whatever dialog was open before."""
    loading = rx.Var.create(S.stage) != "list"
    return button("New key", on_click=S.add, variant="primary", size="sm", leading="plus", disabled=loading)


def _made() -> rx.Component:
    shown = shown_once(S.made.name, S.made.token, S.made.call, on_done=S.done)
    return rx.cond(S.made.token == "", rx.fragment(), shown)


def _keys() -> rx.Component:
    none_yet = empty_state(
        "No keys yet",
        "A key lets your software see customers and spend their credits, as far as you allow.",
        button("Make your first key", on_click=S.add, leading="plus"),
    )
    keys = rx.Var.create(S.keys)
    return rx.cond(keys.length() == 0, none_yet, table(COLUMNS, keys, _row, label="API keys"))


def _row(key: ObjectVar[KeyView]) -> rx.Component:
    used = rx.cond(key.last_used == "", quiet("Never"), key.last_used)
    used_in_words = rx.cond(key.last_used == "", "Never used", f"Last used: {key.last_used}")
    return row(
        cell(key_name(key), place="name"),
        cell(scopes(key.scopes), until_wide(limits(key)), phone_only(muted(used_in_words)), place="below"),
        cell(limits(key), place="wide"),
        cell(stacked(key.made, f"by {key.made_by}"), place="away"),
        cell(used, place="away"),
        cell(_menu(key), place="number", right=True),
        key=key.id,
    )


def _menu(key: ObjectVar[KeyView]) -> rx.Component:
    replace = menu_item("Replace", "refresh-cw", S.ask(key.id, "rotate"))
    several = menu(
        f"menu-{key.id}",
        f"Actions for {key.name}",
        menu_item("Rename", "pencil", S.ask(key.id, "rename")),
        rx.cond(key.state == "active", replace, rx.fragment()),
        menu_rule(),
        menu_item("Revoke", "ban", S.ask(key.id, "revoke"), danger=True),
    )
    return rx.cond(key.living, several, rx.fragment())


def _first_call() -> rx.Component:
    """How a call looks, until a key that was just made brings its own."""
    shown = rx.fragment(
        section_header("First call"),
        wide_and_narrow(code_block(S.call, "First call"), code_block(ANSWER, "Its answer", copies=False)),
        spaced(muted("The Idempotency-Key makes it happen once, however often it is sent.")),
    )
    return rx.cond(S.made.token == "", shown, rx.fragment())


def _showing(dialog_name: str) -> rx.Var[bool]:
    return rx.Var.create(S.dialog) == dialog_name


def _new_key() -> rx.Component:
    return dialog(
        _name(""),
        checkboxes(
            "It may",
            *[
                checkbox(scope_words(scope, meaning), SCOPE_FIELDS[scope], checked=scope in USUAL)
                for scope, meaning in SCOPES.items()
            ],
            note=field_note("key_scopes", error=S.errors.get("scopes", "")),
        ),
        _expiry(),
        pair(
            text_field(
                "Spends at most",
                "key_cap_credits",
                optional=True,
                error=S.errors.get("cap_credits", ""),
                suffix="credits",
                input_mode="numeric",
                placeholder="No cap",
                auto_complete="off",
            ),
            select_field("In", "key_cap_period", PERIODS, error=S.errors.get("cap_period", "")),
        ),
        text_area(
            "Only from",
            "key_networks",
            rows=2,
            optional=True,
            hint="IP addresses or networks, like 192.0.2.7 or 2001:db8::/32. Empty: from anywhere.",
            error=S.errors.get("networks", ""),
            spell_check=False,
        ),
        muted("All but the name stays as it is. To change a key, make another and revoke this one."),
        open_=_showing("new"),
        on_close=S.forget,
        title="New key",
        on_submit=S.create,
        footer=[button("Cancel", on_click=S.forget), button("Create key", variant="primary", submit=True)],
        name="new-key-dialog",
    )


def _name(value: rx.Var[str] | str) -> rx.Component:
    return text_field(
        "Name",
        "key_name",
        hint="What will use it. It stands in your ledgers; buyers read your name instead.",
        error=S.errors.get("name", ""),
        placeholder="Booking bot",
        default_value=value,
        auto_complete="off",
    )


def _expiry() -> rx.Component:
    wrong = S.errors.get("expires", "")
    choice = select_field("Expires", "key_expires", EXPIRIES, value=S.expires, on_change=S.pick_expiry)
    on_date = text_field("Last day", "key_expires_on", kind="date", error=wrong)
    return rx.cond(rx.Var.create(S.expires) == "date", pair(choice, on_date), choice)


def _rename() -> rx.Component:
    return dialog(
        _name(S.asked.name),
        open_=_showing("rename"),
        on_close=S.forget,
        title="Rename key",
        on_submit=S.rename,
        footer=[button("Cancel", on_click=S.forget), button("Save name", variant="primary", submit=True)],
        name="rename-key",
    )


def _rotate() -> rx.Component:
    return dialog(
        muted("You get a new key that may do the same. Put it where the old one is, while both work.", small=False),
        select_field("The old key works for", "key_overlap", OVERLAPS),
        open_=_showing("rotate"),
        on_close=S.forget,
        title=f"Replace “{S.asked.name}”?",
        on_submit=S.rotate,
        footer=[button("Cancel", on_click=S.forget), button("Replace key", variant="primary", submit=True)],
        name="rotate-key",
    )


def _revoke() -> rx.Component:
    return confirm(
        open_=_showing("revoke"),
        on_close=S.forget,
        on_confirm=S.revoke,
        title=f"Revoke “{S.asked.name}”?",
        text="It stops working at once, and that cannot be undone. What it has done stays in the ledgers.",
        verb="Revoke key",
        danger=True,
        name="revoke-key",
    )
