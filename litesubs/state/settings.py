"""The settings of a creator: the profile that buyers see, where their days begin, and their own sign-in."""

import json
from collections.abc import AsyncGenerator

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import accounts, money, pictures, profiles
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.views.accounts import IntroductionView, ZoneView
from litesubs.state.session import SessionState, answer_error, handler, said

SEND_PICTURE = """(async () => {
  const input = document.getElementById("picture");
  const file = input?.files[0];
  if (!file) return {};
  input.value = "";
  const [most, tooLarge, notSent] = %s;
  if (file.size > most) return {problem: tooLarge};
  try {
    const answer = await fetch("/dashboard/picture", {
      method: "POST", body: file, headers: {"content-type": "application/octet-stream", accept: "application/json"},
    });
    const found = await answer.json();
    if (answer.ok) input.parentElement.removeAttribute("data-chosen");
    return answer.ok ? found : {problem: found.title};
  } catch {
    return {problem: notSent};
  }
})()"""
NOT_SENT = "The file could not be read or sent. Choose it again."
FIELDS = ("display_name", "handle", "time_zone", "currency", "bio", "links", "name")


class SettingsState(SessionState):
    """`stage` is loading, form or failed. `zones` are those that match what is typed, `zone` is the one that holds.

    `saves` counts how often each form was saved: it then begins anew from what holds.
    """

    stage: str = "loading"
    zone: ZoneView = profiles.zone("UTC")
    zones: list[ZoneView] = []
    clock: str = ""
    handle_note: str = ""
    errors: dict[str, str] = {}
    saving: str = ""
    introduction: IntroductionView = IntroductionView()
    saves: dict[str, int] = {"profile": 0, "page": 0, "person": 0}

    @handler
    async def load(self) -> EventSpec | None:
        """What holds now. Who has no selling side is asked for it first."""
        try:
            self.account = await self._ask(accounts.account)
            if not self.account.handle:
                return rx.redirect("/dashboard")
            self.introduction = await self._ask(profiles.introduction)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        self._begin("profile")
        self._begin("page")
        self._begin("person")
        self.stage = "form"
        return None

    @handler
    async def leave_handle(self, handle: str) -> None:
        """Say whether the handle can be had, and what becomes of the old one."""
        self.handle_note, self.errors = "", {key: text for key, text in self.errors.items() if key != "handle"}
        wanted = str(handle).strip().lower()
        if wanted in {"", self.account.handle}:
            return
        problem = await self._ask(profiles.handle_problem, wanted)
        if problem:
            self.errors = self.errors | {"handle": problem}
        else:
            self.handle_note = f"“{wanted}” is free. Once saved, “{self.account.handle}” leads here, too."

    @handler
    def find_zone(self, text: str) -> None:
        """The zones that match what is typed."""
        self.zones = profiles.zones(text)

    @handler
    def pick_zone(self, time_zone: str) -> None:
        """Say what the clocks of this zone show."""
        self.clock = profiles.zone(time_zone).hint

    @handler
    async def save_profile(self, form: dict[str, str]) -> AsyncGenerator[EventSpec | None, None]:
        """Save all of the profile, or say beside each field what is wrong."""
        self.saving = "profile"
        yield None
        name, handle, time_zone, currency = (str(form.get(field, "")) for field in FIELDS[:4])
        time_zone = self.zone.value if time_zone == self.zone.label else time_zone
        try:
            self.account = await self._ask(profiles.update, name, handle, time_zone, currency)
        except Exception as error:  # noqa: BLE001 - the button must turn back, whatever it was
            yield self._refused(error)
        else:
            self._begin("profile")
            yield said("Profile saved.")
        self.saving = ""

    @handler
    async def save_page(self, form: dict[str, str]) -> AsyncGenerator[EventSpec | None, None]:
        """Save what the public page says."""
        self.saving = "page"
        yield None
        bio, links = (str(form.get(field, "")) for field in ("bio", "links"))
        try:
            self.introduction = await self._ask(profiles.introduce, bio, links)
        except Exception as error:  # noqa: BLE001 - the button must turn back, whatever it was
            yield self._refused(error)
        else:
            self._begin("page")
            yield said("Page saved.")
        self.saving = ""

    @handler
    def send_picture(self) -> EventSpec:
        """Have the browser send the file that was chosen."""
        self.saving, self.errors = "picture", {}
        script = SEND_PICTURE % json.dumps([pictures.MOST_BYTES, pictures.TOO_LARGE, NOT_SENT])
        sent: EventSpec = rx.call_script(script, callback=SettingsState.picture_sent)
        return sent

    @handler
    async def picture_sent(self, answer: dict[str, object]) -> EventSpec | None:
        """Show the new picture, or why the one before stays. Nothing was sent where no file was chosen."""
        self.saving = ""
        if problem := _text(answer, "problem"):
            self.errors = {"picture": problem}
        if not _text(answer, "picture"):
            return None
        self.account = await self._ask(accounts.account)
        return said("Picture saved.")

    @handler
    async def remove_picture(self) -> EventSpec:
        """Back to the initials."""
        await self._ask(pictures.remove)
        self.account, self.errors = await self._ask(accounts.account), {}
        return said("Picture removed.")

    @handler
    async def save_person(self, form: dict[str, str]) -> AsyncGenerator[EventSpec | None, None]:
        """Save the person's own name."""
        self.saving = "person"
        yield None
        try:
            self.account = await self._ask(profiles.rename, str(form.get("name", "")))
        except Exception as error:  # noqa: BLE001 - the button must turn back, whatever it was
            yield self._refused(error)
        else:
            self._begin("person")
            yield said("Name saved.")
        self.saving = ""

    def _begin(self, form: str) -> None:
        """Start this form from what holds; the other keeps what is typed in it."""
        self.errors, self.saving = {}, ""
        self.saves = self.saves | {form: self.saves[form] + 1}
        if form == "profile":
            self.zone = profiles.zone(self.account.time_zone)
            self.zones, self.clock, self.handle_note = [], self.zone.hint, ""

    def _refused(self, error: Exception) -> EventSpec | None:
        """Errors beside their fields, with the first in focus; any other error as everywhere."""
        if not isinstance(error, ValidationFailedError):
            return answer_error(error)
        self.errors, self.handle_note = error.fields, ""
        first = next((name for name in FIELDS if name in error.fields), FIELDS[0])
        return rx.call_script(f"document.getElementById('{first}')?.focus()")


def _text(answer: object, key: str) -> str:
    """What a browser's answer has under a key, if it is text."""
    found = answer.get(key) if isinstance(answer, dict) else None
    return found if isinstance(found, str) else ""


def currencies() -> list[tuple[str, str]]:
    """(code, words) of every currency."""
    return money.currencies()
