"""The inbox's pages: the list, a message, its HTML in a frame that can do nothing, its source."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from sandbox.inbox import message, pages
from sandbox.inbox.store import Store

SEE_OTHER = 303
NOT_FOUND = 404
# A mail may show itself and open links in new tabs; it runs nothing and fetches nothing.
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
LINKS_IN_NEW_TABS = '<base target="_blank">'


def store_of(request: Request) -> Store:
    """The messages of the application that answers."""
    store: Store = request.app.state.store
    return store


Kept = Annotated[Store, Depends(store_of)]
router = APIRouter(default_response_class=HTMLResponse)


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
