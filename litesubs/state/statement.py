"""A subscription with its ledger, narrowed and read page by page, the same for both sides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeAlias
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import prose
from litesubs.domain.actors import Actor
from litesubs.domain.errors import NotFoundError
from litesubs.domain.history import LedgerFilter
from litesubs.domain.views.statements import EntryView, SubscriptionView
from litesubs.state.blank import NO_SUBSCRIPTION
from litesubs.state.session import SessionState, answer_error, handler

Read: TypeAlias = Callable[[Actor, str, str, LedgerFilter], SubscriptionView]


class StatementState(SessionState, mixin=True):
    """One subscription: `view` without its ledger, and the lines that were read so far.

    `stage` is loading, shown, missing or failed. `kind` is a type of `history.TYPES` or "", `since` and `until` are ISO
    dates or "": what the ledger is narrowed to.
    """

    view: SubscriptionView = NO_SUBSCRIPTION
    entries: list[EntryView] = []
    stage: str = "loading"
    kind: str = ""
    since: str = ""
    until: str = ""

    @rx.var
    def narrowed(self) -> bool:
        """Whether a part of the ledger is left out."""
        return bool(self.kind or self.since or self.until)

    @rx.var
    def days(self) -> str:
        """The chosen days in words, "" for all."""
        first, last = (prose.day(date.fromisoformat(day)) if day else "" for day in (self.since, self.until))
        if first and last:
            return first if first == last else f"{first} to {last}"
        return f"Since {first}" if first else last and f"Until {last}"

    @rx.var
    def export_query(self) -> str:
        """What follows the address of the file with these lines."""
        chosen = {"type": self.kind, "since": self.since, "until": self.until}
        wanted = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{wanted}" if wanted else ""

    @handler
    async def load(self) -> EventSpec | None:
        """Show the subscription of this address, or that there is none."""
        subscription_id = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        try:
            self._show(await self._read(subscription_id, self._only()))
        except NotFoundError:
            self.stage = "missing"
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says so and offers to try again
            self.stage = "failed"
            return answer_error(error)
        return None

    @handler
    def leave(self) -> None:
        """Forget it, so that the next one does not begin with this one's numbers."""
        self.reset()  # type: ignore[no-untyped-call]

    @handler
    async def pick_kind(self, kind: str) -> None:
        """Show one kind of movement, or all with ""."""
        await self._narrow(str(kind), self.since, self.until)

    @handler
    async def pick_days(self, form: dict[str, str]) -> None:
        """Show some days: `start` and `end` are ISO dates or "". What is no range is refused and changes nothing."""
        await self._narrow(self.kind, text_in(form, "start"), text_in(form, "end"))

    @handler
    async def show_all(self) -> None:
        """Show every movement again."""
        await self._narrow("", "", "")

    @handler
    async def show_older(self) -> None:
        """Add a page to the end of the ledger."""
        if not self.view.older:
            return
        view = await self._read(self.view.id, self._only(), self.view.older)
        self.entries.extend(view.entries)
        self.view = replace(view, entries=[])

    def _source(self) -> Read:
        """The use case that reads a subscription for this side."""
        raise NotImplementedError

    def _only(self) -> LedgerFilter:
        return LedgerFilter((self.kind,) if self.kind else (), self.since, self.until)

    async def _read(self, subscription_id: str, only: LedgerFilter, after: str = "") -> SubscriptionView:
        return await self._ask(self._source(), subscription_id, after, only)

    async def _narrow(self, kind: str, since: str, until: str) -> None:
        view = await self._read(self.view.id, LedgerFilter((kind,) if kind else (), since, until))
        self.kind, self.since, self.until = kind, since, until
        self._show(view)

    def _show(self, view: SubscriptionView) -> None:
        self.view, self.entries, self.stage = replace(view, entries=[]), view.entries, "shown"


def text_in(form: object, name: str) -> str:
    """A field of a form. What a client sends need not be a form."""
    return str(form.get(name, "")) if isinstance(form, dict) else ""
