"""Confirming an e-mail address, by the link or by the code of the mail."""

import json
import logging
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from litesubs.domain import prose, verification
from litesubs.domain.errors import StaleLinkError, TooManyAttemptsError, ValidationFailedError
from litesubs.state.session import SessionState, handler, run

CODE_LENGTH = 6

logger = logging.getLogger(__name__)


class VerifyEmailState(SessionState):
    """What the page shows.

    `stage` is "" while it is looked up, then code (signed in, to be confirmed), done, stale (a link that has ended),
    visitor (nothing to go by) or broken (we failed).
    """

    stage: str = ""
    email: str = ""
    error: str = ""
    sent: bool = False
    trouble: str = ""
    next_path: str = ""
    sign_in_href: str = "/login"
    here: bool = False
    _tried: str = ""

    @handler
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Find out who it is and what the link said."""
        self.stage, self.error, self.trouble, self.sent, self._tried = "", "", "", False, ""
        yield None
        self.next_path = prose.local_path(self.router.url.query_parameters.get("next", ""))
        here = {"next": self.next_path} if self.next_path else {}
        self.sign_in_href = f"/login?{urlencode({'next': _path('/verify-email', here)})}"
        try:
            way_on = await self._look()
        except Exception:
            logger.exception("an address could not be looked up")
            self.stage, way_on = "broken", None
        yield way_on

    @handler
    async def typed(self, code: str) -> EventSpec | None:
        """The sixth digit tries the code by itself."""
        self.error = ""
        return await self._try(code) if len(_digits(code)) == CODE_LENGTH else None

    @handler
    async def submit(self, form: dict[str, str]) -> EventSpec | None:
        """Try the code, unless it was just tried."""
        code = dict(form).get("code", "")
        return None if self.error and _digits(code) == self._tried else await self._try(code)

    @handler
    async def resend(self) -> None:
        """Send another mail, or say when the next one can go."""
        self.sent, self.trouble, self.error = False, "", ""
        try:
            await self._ask(verification.resend, self.next_path)
            self.sent = True
        except TooManyAttemptsError as error:
            self.trouble = error.message

    async def _look(self) -> EventSpec | None:
        """Read the link, if there is one. Where its person is signed in it confirms; elsewhere they choose a password.

        Programs open the links of mails, too, so opening alone must not confirm what its owner never asked for.
        """
        actor = await self._actor()
        self.email, self.here = actor.email, actor.signed_in
        token = self._token()
        try:
            address, proven = await run(verification.address_of, token) if token else ("", False)
        except StaleLinkError:
            self.stage = "done" if actor.verified else "stale"
            return None
        if address and address != actor.email:
            self.email, self.here, self.stage = address, False, "done" if proven else ""
            choose = _path("/choose-password", {"token": token, "next": self.next_path})
            return None if proven else rx.call_script(f"location.replace({json.dumps(choose)})")
        if address:
            await run(verification.by_link, actor, token)
        if address or actor.verified:
            return self._on()
        self.stage = "code" if actor.signed_in else "visitor"
        return None

    async def _try(self, code: str) -> EventSpec | None:
        self._tried = _digits(code)
        try:
            await self._ask(verification.by_code, code)
        except ValidationFailedError as error:
            self.error = error.fields["code"]
            return None
        return self._on()

    def _on(self) -> EventSpec | None:
        """Confirmed: go on to where the person was going, or say so."""
        self.stage = "done"
        return rx.call_script(f"location.assign({json.dumps(self.next_path)})") if self.next_path else None

    def _token(self) -> str:
        return str(self.router.url.query_parameters.get("token", ""))


def _path(page: str, query: dict[str, str]) -> str:
    return f"{page}?{urlencode(query)}" if query else page


def _digits(code: object) -> str:
    return "".join(code.split()) if isinstance(code, str) else ""
