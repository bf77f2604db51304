"""Who is signed in, on every event: the one guard between a browser and the use cases."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import reflex as rx
from reflex.event import Event, EventCallback, EventSpec
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from litesubs.domain import accounts
from litesubs.domain.actors import Actor
from litesubs.domain.errors import CreatorProfileRequiredError, DomainError, SignInRequiredError
from litesubs.domain.views.accounts import AccountView

TOAST_MILLISECONDS = 6_000
UNTIL_CLOSED_MILLISECONDS = 86_400_000
HYDRATING = frozenset(["hydrate", "hydrate_and_load"])
NOBODY = AccountView(name="", email="", initials="", handle="", display_name="")
TO_SIGN_IN = "location.assign('/login?next=' + encodeURIComponent(location.pathname + location.search))"

logger = logging.getLogger(__name__)
Given = ParamSpec("Given")
Answer = TypeVar("Answer")

if TYPE_CHECKING:
    from typing_extensions import TypeVarTuple, Unpack

    Arguments = TypeVarTuple("Arguments")

    def handler(method: Callable[[Any, Unpack[Arguments]], Any]) -> EventCallback[*Arguments]:
        """Mark a state's method as one that browsers may call: `rx.event`, whose type only pyright can read."""

else:
    handler = rx.event


async def run(func: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
    """Call the domain in a thread: a wait for the database must not stall every other user."""
    return await asyncio.to_thread(func, *args, **kwargs)


class SessionState(rx.State):
    """The person behind this connection. States of signed-in pages derive from it.

    Any client can call any handler with any arguments, so a handler trusts nothing but `_ask` and `_actor`: they read
    the session cookie anew on each event. Errors of the domain need no catching: `answer_error` shows them.
    """

    account: AccountView = NOBODY
    _owner: str = ""
    _cookie: str = ""

    @handler
    async def enter(self) -> None:
        """First event of a signed-in page: who is it? A visitor is sent to sign in, and comes back."""
        self.account = await self._ask(accounts.account)

    async def _actor(self) -> Actor:
        """Who sends this event, from the cookie. What the state held for someone else is forgotten."""
        actor = await run(accounts.actor_for, session_token(self.router.headers.cookie))
        session = await self.get_state(SessionState)
        owner = str(actor.user_id or "")
        if session._owner != owner:  # noqa: SLF001 - a SessionState, too
            session.reset()  # type: ignore[no-untyped-call]
            session._owner = owner  # noqa: SLF001 - a SessionState, too
        return actor

    async def _ask(
        self, use_case: Callable[Concatenate[Actor, Given], Answer], *args: Given.args, **kwargs: Given.kwargs
    ) -> Answer:
        """Call a use case as the person behind this connection, in a thread."""
        actor = await self._actor()
        actor.require_user()
        return await run(use_case, actor, *args, **kwargs)


class OnePerson(Middleware):
    """What the state holds is for the person it was read for, and never sent to whoever has the connection next.

    Reflex keeps a tab's state by a token of the tab, and sends all of it when the tab connects again. By then its
    person may have signed out, in another tab or on another device. So before anything is sent, the owner is asked for
    anew on each connect and whenever another cookie comes; who cannot be recognised finds a state that is empty.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002
        """Look at the cookie before Reflex runs the event."""
        session = await state.get_state(SessionState)
        token = session_token(session.router.headers.cookie) or ""
        digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
        if session._cookie != digest or event.name.rpartition(".")[2] in HYDRATING:  # noqa: SLF001 - handled as a part of it
            try:
                await session._actor()  # noqa: SLF001
            except Exception:
                logger.exception("who is behind a connection is not known")
                session.reset()  # type: ignore[no-untyped-call]
            session._cookie = digest  # noqa: SLF001
        return None


def session_token(cookie_header: str) -> str | None:
    """Our session's token in a Cookie header."""
    try:
        morsel = SimpleCookie(cookie_header).get(accounts.cookie_name())
    except CookieError:
        return None
    return morsel.value if morsel else None


def answer_error(exception: Exception) -> EventSpec | None:
    """What a person sees when a handler raised: the way to sign in, the domain's sentence, or that we failed."""
    if isinstance(exception, SignInRequiredError):
        return rx.call_script(TO_SIGN_IN)
    if isinstance(exception, CreatorProfileRequiredError):
        return rx.call_script("location.assign('/dashboard')")
    if isinstance(exception, DomainError):
        return refused(exception.message)
    logger.error("a page's event failed", exc_info=exception)
    return refused("Something went wrong on our side. Nothing was changed. Try again.")


def said(message: str, undo: EventSpec | EventCallback[*tuple[Any, ...]] | None = None) -> EventSpec:
    """A toast with an outcome, for six seconds; where it is safe, with an Undo that sends an event."""
    action: dict[str, Any] = {} if undo is None else {"action": {"label": "Undo", "on_click": undo}}
    toast: EventSpec = rx.toast(message, duration=TOAST_MILLISECONDS, **action)
    return toast


def refused(message: str) -> EventSpec:
    """A toast with an error, which stays until it is closed."""
    toast: EventSpec = rx.toast.error(message, duration=UNTIL_CLOSED_MILLISECONDS, close_button=True)
    return toast
