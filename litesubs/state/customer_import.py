"""Importing customers from a file: what it would do, doing it, and undoing it."""

import json

import reflex as rx
from pydantic import TypeAdapter, ValidationError
from reflex.event import EventSpec, EventType

from litesubs.domain import imports, prose
from litesubs.domain.errors import BulkRefusedError
from litesubs.domain.views.customers import ImportPlan, ImportView, RefusalView
from litesubs.state.blank import NO_IMPORT, NO_PLAN
from litesubs.state.frame import FrameState
from litesubs.state.session import SessionState, answer_error, handler, said

MOST_BYTES = 10_000_000
UNREADABLE = "The file could not be sent. Choose it again."
SEND = """(async () => {
  const [id, digest, most] = %s;
  const input = document.getElementById(id);
  const file = input?.files[0] ?? window.chosenFile;
  if (!file) return {problem: "Choose a file first."};
  window.chosenFile = file;
  input.value = "";
  if (file.size > most) return {problem: "This file is larger than 10 MB. Split it, then import the parts one by one."};
  const query = new URLSearchParams({name: file.name, digest});
  try {
    const answer = await fetch(`/dashboard/import?${query}`, {
      method: "POST", body: file, headers: {"content-type": "text/csv", accept: "application/json"},
    });
    const found = await answer.json();
    return answer.ok ? {found} : {problem: found.title};
  } catch {
    return {problem: "The file could not be read or sent. Choose it again."};
  }
})()"""


class CustomerImportState(SessionState):
    """The page of one file, and of the files before it.

    The browser holds the file and sends it twice: to be checked, and to be imported, then with the digest of what was
    checked. `stage` is choose, checking, checked, importing or done; `earlier_stage` is loading, shown or failed.
    `undoing` is what the open dialog is about, `refusals` why it cannot be.
    """

    stage: str = "choose"
    plan: ImportPlan = NO_PLAN
    done: ImportView = NO_IMPORT
    problem: str = ""
    earlier: list[ImportView] = []
    earlier_stage: str = "loading"
    undoing: ImportView = NO_IMPORT
    refused: str = ""
    refusals: list[RefusalView] = []

    @rx.var
    def verb(self) -> str:
        """What the button would do: "Import 148 customers, 1,240 credits"."""
        return f"Import {prose.count(self.plan.customers, 'customer')}, {prose.count(self.plan.credits, 'credit')}"

    @handler
    async def load(self) -> list[EventSpec]:
        """Begin anew, and list what was imported before."""
        self._start()
        return await self._list()

    @handler
    def start_over(self) -> None:
        """Choose another file."""
        self._start()

    @handler
    def check(self) -> EventSpec:
        """Send the chosen file to be read; nothing is written."""
        self.stage, self.problem, self.plan = "checking", "", NO_PLAN
        return _sent("", CustomerImportState.checked)

    @handler
    def checked(self, answer: dict[str, object]) -> None:
        """Show each row's fate, or why the file cannot be read."""
        try:
            self.plan = TypeAdapter(ImportPlan).validate_python(_found(answer))
            self.stage = "checked"
        except ValidationError:
            self.stage, self.problem = "choose", _problem(answer)

    @handler
    def run(self) -> EventSpec | None:
        """Send the file again, to be imported if it is the one that was checked."""
        if self.stage != "checked" or not self.plan.ready:
            return None
        self.stage, self.problem = "importing", ""
        return _sent(self.plan.digest, CustomerImportState.ran)

    @handler
    async def ran(self, answer: dict[str, object]) -> EventType[()] | None:
        """Say what was imported, or why nothing was."""
        try:
            self.done = TypeAdapter(ImportView).validate_python(_found(answer))
            self.stage = "done"
        except ValidationError:
            self.stage, self.problem = "checked", _problem(answer)
            return None
        return [FrameState.count, *await self._list()]

    @handler
    def ask_undo(self, import_id: str) -> None:
        """Ask before an import is undone."""
        self.undoing = next((one for one in self.earlier if one.id == import_id), NO_IMPORT)
        self.refused, self.refusals = "", []

    @handler
    def close(self) -> None:
        """Close the dialog."""
        self.undoing = NO_IMPORT

    @handler
    async def undo(self) -> EventType[()] | None:
        """Undo an import: its credits leave the wallets again, all of them or none."""
        if not self.undoing.id:
            return None
        try:
            undone = await self._ask(imports.undo, self.undoing.id)
        except BulkRefusedError as error:
            self.refused, self.refusals = error.message, error.refusals
            return None
        self.undoing = NO_IMPORT
        if self.stage == "done" and self.done.id == undone.id:
            self._start()
        return [said(f"{undone.file_name} is undone. Its credits have left the wallets."), *await self._list()]

    async def _list(self) -> list[EventSpec]:
        try:
            self.earlier = await self._ask(imports.mine)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.earlier_stage = "failed"
            told = answer_error(error)
            return [told] if told else []
        self.earlier_stage = "shown"
        return []

    def _start(self) -> None:
        self.stage, self.problem, self.plan, self.done = "choose", "", NO_PLAN, NO_IMPORT


def _sent(digest: str, then: object) -> EventSpec:
    script = SEND % json.dumps(["file", digest, MOST_BYTES])
    event: EventSpec = rx.call_script(script, callback=then)
    return event


def _found(answer: object) -> object:
    return answer.get("found") if isinstance(answer, dict) else None


def _problem(answer: object) -> str:
    said_why = answer.get("problem") if isinstance(answer, dict) else None
    return said_why if isinstance(said_why, str) and said_why else UNREADABLE
