"""`/c/{handle}`: who a creator is and everything they sell. Filled by api/fields.py."""

import reflex as rx

from litesubs.components.boot import boot, html_slot
from litesubs.components.storefront import person_and_packs, person_card, section, when
from litesubs.components.surfaces import empty_state

TITLE = boot("title")
DESCRIPTION = boot("description")
IMAGE = boot("image")


def page() -> rx.Component:
    """A creator's public page."""
    packs = section("Packs", html_slot("packs_html"), name="packs")
    none = section("Packs", empty_state(boot("none_title"), boot("none_text")))
    return person_and_packs(person_card(), when("packs_class", packs), when("none_class", none))
