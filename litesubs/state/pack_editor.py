"""One pack: making it, changing it, taking it off sale. The links section has a state of its own, `pack_links`."""

from collections.abc import AsyncGenerator
from dataclasses import fields, replace
from typing import Any

import reflex as rx
from reflex.event import EventSpec, EventType

from litesubs.domain import packs, prose
from litesubs.domain.errors import NotFoundError, ValidationFailedError
from litesubs.domain.packs import PackDraft
from litesubs.domain.views.offers import PackView, PreviewView
from litesubs.state.blank import NO_PACK
from litesubs.state.links import LinksState
from litesubs.state.packs import ASKED, CHANGES, OUTCOMES
from litesubs.state.session import SessionState, answer_error, handler, said

Events = AsyncGenerator[EventSpec | None, None]

NEW = PackDraft(credits="10", expiry_kind="after_days", expiry_days="365")
BLANK = PreviewView(name="", description_html="", price="", unit_price="", credits=0, expiry_promise="")
FIELDS = tuple(field.name for field in fields(PackDraft))
FROM_CHOICES = ("expiry_kind", "listed")
LONGEST_SLUG_SOURCE = 200


class PackEditorState(SessionState):
    """`stage` is loading, form, created, missing or failed.

    The fields of the form keep what is typed themselves; `start_with` is what they show at first and `_draft` what the
    preview is made from. `pack` is the pack as it is stored.
    """

    stage: str = "loading"
    pack: PackView = NO_PACK
    start_with: PackDraft = NEW
    currency: str = NEW.currency
    expiry_kind: str = NEW.expiry_kind
    listed: bool = NEW.listed
    suggested_slug: str = ""
    preview: PreviewView = BLANK
    errors: dict[str, str] = {}
    saving: bool = False
    verb: str = ""
    _draft: PackDraft = NEW

    @handler
    async def start(self) -> Events:
        """A form for a new pack, for someone who has a selling side; who has none is asked for it first."""
        self.stage = "loading"
        yield None
        if not self.account.handle:
            yield rx.redirect("/dashboard")
            return
        self.pack = NO_PACK
        await self._begin(NEW)

    @handler
    async def load(self) -> Events:
        """The pack in the address, or that there is none."""
        self.stage = "loading"
        yield None
        try:
            self.pack = await self._ask(packs.one, self._pack_id())
            await self._begin(_as_draft(self.pack))
        except NotFoundError:
            self.stage = "missing"
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            yield answer_error(error)

    @handler
    async def write(self, field: str, value: str) -> None:
        """A field changed: draw the preview anew, and check the field again if it was wrong."""
        await self._write(field, value)
        for name in (field, "price") if field == "currency" else (field,):
            if name in self.errors:
                self._check(name)

    @handler
    async def leave(self, field: str, value: str) -> None:
        """A field was left: say what is wrong with what was typed. What is empty is only wrong when saving."""
        await self._write(field, value)
        if str(value).strip() or str(field) in self.errors:
            self._check(str(field))

    @handler
    async def pick_expiry(self, kind: str) -> None:
        """Never, on a date, or so many days after purchase."""
        self.errors = {name: text for name, text in self.errors.items() if not name.startswith("expiry")}
        self.expiry_kind = str(kind)
        await self._write("expiry_kind", kind)

    @handler
    def flip_listed(self) -> None:
        """Show the pack on the public page, or only to people with a link. Takes effect when the pack is saved."""
        self.listed = not self.listed

    @handler
    async def create(self, form: dict[str, str]) -> Events:
        """Make the pack and its link. A second press finds it made."""
        if self.stage != "form" or self.pack.id:
            return
        self.saving = True
        yield None
        try:
            self.pack = await self._ask(packs.create, self._from_form(form))
            self.stage = "created"
        except Exception as error:  # noqa: BLE001 - the button must turn back, whatever it was
            yield self._refused(error)
        self.saving = False

    @handler
    async def save(self, form: dict[str, str]) -> Events:
        """Change what is offered from now on."""
        self.saving = True
        yield None
        try:
            self.pack = await self._ask(packs.update, self._pack_id(), self._from_form(form))
            self.errors = {}
            yield said("Pack saved. What was sold stays as it was.")
        except Exception as error:  # noqa: BLE001 - the button must turn back, whatever it was
            yield self._refused(error)
        self.saving = False

    @handler
    def ask(self, verb: str) -> None:
        """Ask before the pack is enabled, disabled or archived."""
        if verb in ASKED:
            self.verb = verb

    @handler
    def forget(self) -> None:
        """Close the dialog."""
        self.verb = ""

    @handler
    async def do(self) -> EventType[()] | None:
        """Do what the dialog asked. A second press finds it closed."""
        verb, self.verb = self.verb, ""
        return await self._change(verb) if verb else None

    @handler
    async def restore(self) -> EventType[()]:
        """Bring the pack back from the archive."""
        return await self._change("restore")

    @handler
    async def duplicate(self) -> AsyncGenerator[EventSpec, None]:
        """Copy the pack and open the copy, which nobody can buy yet."""
        copy = await self._ask(packs.duplicate, self._pack_id())
        yield rx.redirect(f"/dashboard/packs/{copy.id}")
        yield said("Copied. Nobody can buy the copy until you enable it.")

    async def _change(self, verb: str) -> EventType[()]:
        self.pack = await self._ask(CHANGES[verb], self._pack_id())
        return [said(OUTCOMES[verb]), LinksState.refresh]

    def _pack_id(self) -> str:
        return self.router.url.path.rstrip("/").rsplit("/", 1)[-1]

    async def _begin(self, draft: PackDraft) -> None:
        self.start_with = self._draft = draft
        self.currency, self.expiry_kind, self.listed = draft.currency, draft.expiry_kind, draft.listed
        self.errors = {}
        self.saving, self.verb = False, ""
        await self._draw()
        self.stage = "form"

    async def _write(self, field: str, value: str) -> None:
        if field not in FIELDS or field == "listed":
            return
        typed: dict[str, Any] = {field: str(value)}
        self._draft = replace(self._draft, **typed)
        if field == "currency":
            self.currency = str(value)
        await self._draw()

    async def _draw(self) -> None:
        self.preview = await self._ask(packs.preview, self._draft)
        self.suggested_slug = prose.slug(self._draft.name[:LONGEST_SLUG_SOURCE]) or "pack"

    def _check(self, field: str) -> None:
        wrong = self.preview.errors.get(field, "")
        unchanged = getattr(self._draft, field, "") == getattr(self.start_with, field, "")
        others = {name: text for name, text in self.errors.items() if name != field}
        self.errors = others if unchanged or not wrong else others | {field: wrong}

    def _from_form(self, form: dict[str, str]) -> PackDraft:
        """What the form sent, with the choices that are buttons."""
        typed: dict[str, Any] = {name: str(form[name]) for name in FIELDS if name in form and name not in FROM_CHOICES}
        return PackDraft(**typed, expiry_kind=self.expiry_kind, listed=self.listed)

    def _refused(self, error: Exception) -> EventSpec | None:
        """Errors beside their fields, with the first in focus; any other error as everywhere."""
        if not isinstance(error, ValidationFailedError):
            return answer_error(error)
        self.errors = error.fields
        first = next((name for name in FIELDS if name in error.fields), FIELDS[0])
        return rx.call_script(f"document.getElementById('{first}')?.focus()")


def _as_draft(pack: PackView) -> PackDraft:
    return PackDraft(
        name=pack.name,
        description=pack.description,
        price=pack.price_input,
        currency=pack.currency,
        credits=str(pack.credits),
        expiry_kind=pack.expiry_kind,
        expiry_date=pack.expiry_date,
        expiry_days=str(pack.expiry_days or ""),
        slug=pack.slug,
        listed=pack.listed,
    )
