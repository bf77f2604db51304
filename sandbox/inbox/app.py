"""Puts the parts together: the SMTP side beside the page and the test controls."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from sandbox import look
from sandbox.inbox import message, pages, receiver
from sandbox.inbox.receiver import Outage
from sandbox.inbox.store import Store

SEE_OTHER = 303
NOT_FOUND = 404
# A mail may show itself and open links in new tabs; it runs nothing and fetches nothing.
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
LINKS_IN_NEW_TABS = '<base target="_blank">'


class WantedOutage(BaseModel):
    """A body whose typing errors are refused."""

    model_config = ConfigDict(extra="forbid")

    messages: int = Field(1, ge=0)
    code: int = Field(451, ge=400, le=599)


def create_app(host: str, smtp_port: int, state: Path | None = None) -> FastAPI:
    """The ASGI application. `state` is the SQLite file that outlives a restart; None keeps everything in memory."""
    store, outage = Store(state), Outage()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with await receiver.listen(host, smtp_port, store, outage):
            yield
        store.close()

    app = FastAPI(title="Litesubs sandbox inbox", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = store
    app.state.outage = outage
    for part in (look.router, router, controls):
        app.include_router(part)
    return app


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Kept = Annotated[Store, Depends(_store)]
router = APIRouter(default_response_class=HTMLResponse)
controls = APIRouter(prefix="/_test")


@router.get("/")
def inbox(store: Kept) -> str:
    """Every message, newest first."""
    return pages.inbox([message.read(stored) for stored in store.newest_first()])


@router.get("/newest", response_class=PlainTextResponse)
def newest(store: Kept) -> str:
    """The newest message's id, by which the page knows that it is out of date."""
    return str(store.newest())


@router.post("/clear")
def clear(store: Kept) -> Response:
    """Forgets every message."""
    store.clear()
    return RedirectResponse("/", SEE_OTHER)


@router.get("/messages/{identifier}")
def show(store: Kept, identifier: int) -> Response:
    """One message."""
    stored = store.find(identifier)
    if stored is None:
        return HTMLResponse(pages.unknown(), NOT_FOUND)
    return HTMLResponse(pages.mail(message.read(stored)))


@router.get("/messages/{identifier}/html")
def html(store: Kept, identifier: int) -> Response:
    """A message's HTML for the frame, as the sender wrote it, able to do nothing."""
    stored = store.find(identifier)
    if stored is None:
        return HTMLResponse(pages.unknown(), NOT_FOUND)
    return HTMLResponse(
        message.read(stored).html + LINKS_IN_NEW_TABS, headers={"Content-Security-Policy": FRAME_POLICY}
    )


@router.get("/messages/{identifier}/source")
def source(store: Kept, identifier: int) -> Response:
    """A message as it came."""
    stored = store.find(identifier)
    if stored is None:
        return HTMLResponse(pages.unknown(), NOT_FOUND)
    return PlainTextResponse(stored.raw.decode(errors="replace"))


@controls.get("/health")
def health() -> dict[str, object]:
    """Answers once mail is taken: the SMTP side starts first."""
    return {"ok": True, "pid": os.getpid()}


@controls.get("/messages")
def messages(store: Kept, to: str = "", since: int = 0) -> dict[str, object]:
    """Messages to one address in any letter case, or all, newest first."""
    return {
        "data": [
            message.read(stored).as_json()
            for stored in store.newest_first()
            if stored.id > since and (not to or to.lower() in map(str.lower, stored.recipients))
        ]
    }


@controls.delete("/messages")
def forget(store: Kept) -> dict[str, object]:
    """Forgets every message."""
    store.clear()
    return {"data": []}


@controls.post("/outage")
def break_down(request: Request, wanted: WantedOutage) -> dict[str, int]:
    """Refuses the next messages."""
    outage: Outage = request.app.state.outage
    outage.messages, outage.code = wanted.messages, wanted.code
    return wanted.model_dump()
