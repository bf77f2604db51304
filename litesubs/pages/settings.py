"""/dashboard/settings: the creator's profile, and the sign-in behind it."""

import reflex as rx

from litesubs.components.badges import badge
from litesubs.components.buttons import button, link_button
from litesubs.components.fields import select_field, text_area, text_field
from litesubs.components.layout import action_row, iconed, row, with_face
from litesubs.components.navigation import page_header
from litesubs.components.offers import settings_card
from litesubs.components.overlays import form
from litesubs.components.pickers import combobox_field, file_field
from litesubs.components.surfaces import avatar, failed_state, note, skeleton_form
from litesubs.components.values import Handler, Text
from litesubs.pages.desk import desk_page
from litesubs.state.settings import SettingsState, currencies

S = SettingsState
PROFILE = ("Your profile", "What buyers see on your pages, and how your figures are counted.")
PAGE = ("Your public page", "What it says of you, above the packs you list. Buyers see it before they buy.")
PERSON = ("Your sign-in", "Who you are when you sign in, sell and buy.")
PICTURE_HINT = "PNG, JPEG, WebP or GIF, up to 5 MB. Its middle is shown, in a circle."
HANDLE_HINT = "In the addresses of your pages. An old one leads to the new one and stays yours."


def page() -> rx.Component:
    """Three forms, each saved by itself."""
    return desk_page(
        page_header("Settings"),
        rx.match(
            S.stage,
            ("form", rx.fragment(_profile(), _page(), _person())),
            ("failed", failed_state("Your settings", S.load)),
            rx.fragment(
                settings_card(*PROFILE, skeleton_form(4)),
                settings_card(*PAGE, skeleton_form(3)),
                settings_card(*PERSON, skeleton_form(2)),
            ),
        ),
        section="settings",
        title="Settings",
    )


def _profile() -> rx.Component:
    return settings_card(
        *PROFILE,
        _form(
            "profile",
            text_field(
                "Display name",
                "display_name",
                error=S.errors.get("display_name", ""),
                default_value=S.account.display_name,
                auto_complete="organization",
            ),
            text_field(
                "Handle",
                "handle",
                hint=rx.cond(S.handle_note == "", HANDLE_HINT, S.handle_note),
                error=S.errors.get("handle", ""),
                prefix="/c/",
                default_value=S.account.handle,
                on_blur=S.leave_handle,
                auto_capitalize="none",
                auto_complete="off",
                spell_check=False,
            ),
            _time_zone(),
            _currency(),
            on_submit=S.save_profile,
            verb="Save profile",
        ),
    )


def _time_zone() -> rx.Component:
    return combobox_field(
        "Time zone",
        "time_zone",
        rx.Var.create(S.zones),
        on_type=S.find_zone.debounce(150),
        on_pick=S.pick_zone,
        initial=S.zone.label,
        hint=f"It is {S.clock} there. Your days, weeks and months begin in it.",
        error=S.errors.get("time_zone", ""),
        placeholder="City or country",
    )


def _currency() -> rx.Component:
    return select_field(
        "Main currency",
        "currency",
        currencies(),
        hint="What your overview shows first. Nothing is converted.",
        error=S.errors.get("currency", ""),
        default_value=S.account.currency,
    )


def _page() -> rx.Component:
    see = link_button(
        "See your public page",
        href=f"/c/{S.account.handle}",
        size="sm",
        leading="external-link",
        class_name="justify-self-start",
    )
    return settings_card(
        *PAGE,
        _picture(),
        _form(
            "page",
            text_area(
                "Bio",
                "bio",
                rows=4,
                hint="A few lines. **Bold**, lists and links are written as in Markdown.",
                error=S.errors.get("bio", ""),
                optional=True,
                default_value=S.introduction.bio,
            ),
            text_area(
                "Links",
                "links",
                rows=3,
                hint="Up to five addresses, each on a line of its own, like https://example.com/you.",
                error=S.errors.get("links", ""),
                optional=True,
                default_value=S.introduction.links,
                spell_check=False,
                auto_capitalize="none",
            ),
            on_submit=S.save_page,
            verb="Save page",
        ),
        see,
    )


def _picture() -> rx.Component:
    """A file is sent as soon as it is chosen: it has no part in the form below."""
    has_one = S.account.picture != ""
    choose = file_field(
        "Picture",
        "picture",
        accept="image/png,image/jpeg,image/webp,image/gif",
        hint=rx.cond(S.saving == "picture", "Sending it…", PICTURE_HINT),
        error=S.errors.get("picture", ""),
        on_change=S.send_picture,
    )
    remove = button("Remove picture", on_click=S.remove_picture, size="sm", leading="trash-2")
    return with_face(
        avatar(S.account.initials, "xl", strong=True, picture=S.account.picture),
        choose,
        rx.cond(has_one, row(remove), rx.fragment()),
    )


def _person() -> rx.Component:
    confirmed = rx.cond(S.account.verified, badge("Confirmed", "check", "success"), badge("Not confirmed", "mail"))
    return settings_card(
        *PERSON,
        _form(
            "person",
            text_field(
                "Your name",
                "name",
                hint="What creators you buy from call you.",
                error=S.errors.get("name", ""),
                default_value=S.account.name,
                auto_complete="name",
            ),
            iconed("mail", row(S.account.email, confirmed)),
            rx.cond(S.account.verified, rx.fragment(), _unconfirmed()),
            on_submit=S.save_person,
            verb="Save name",
        ),
    )


def _unconfirmed() -> rx.Component:
    return note(
        "Open the link or type the code that was sent to this address. Credits that wait for it then become yours.",
        icon_name="mail",
        action=link_button("Confirm", href="/verify-email?next=/dashboard/settings", size="sm"),
    )


def _form(name: str, *fields: rx.Component, on_submit: Handler, verb: Text) -> rx.Component:
    """A form that asks before what was typed in it is left, and begins anew once it is saved."""
    save = button(verb, variant="primary", submit=True, loading=S.saving == name)
    return form(
        *fields,
        action_row(save),
        on_submit=on_submit,
        key=f"{name}-{S.saves[name]}",
        no_validate=True,
        custom_attrs={"data-guarded": ""},
    )
