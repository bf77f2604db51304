"""Public pages whose content is in the first HTML, the Buy form, and health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote, urlencode

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from litesubs.api import flash, site
from litesubs.api.auth import AFTER_SIGN_IN
from litesubs.api.buying import to_checkout
from litesubs.api.deps import FROM_OUR_PAGES, ClientAddress, CurrentActor
from litesubs.domain import health, storefront, verification, visits
from litesubs.domain.actors import Actor
from litesubs.domain.errors import NotFoundError, StaleLinkError
from litesubs.domain.prose import local_path
from litesubs.domain.views.offers import StorefrontView

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]  # link previews and monitors ask for the headers alone


@asynccontextmanager
async def counting_visits() -> AsyncIterator[None]:
    """Of the pages that are sent while the block runs, no visit is lost when it ends."""
    yield
    await to_thread.run_sync(visits.settle)


@router.api_route("/p/{token}", methods=READ)
def pack_page(token: str, request: Request, actor: CurrentActor, ip: ClientAddress) -> Response:
    """The page behind a share link; a link that is closed for good answers 410 with the same page saying so.

    That it was opened is counted once the page is sent.
    """
    told = flash.read(request)
    if actor.signed_in or told:
        response = site.pack_page(storefront.open_link(token, actor), actor, told)
    else:
        response = site.visitors_pack_page(token)
    if flash.COOKIE in request.cookies:
        flash.forget(response)
    if request.method == "GET":
        headers = request.headers
        purpose = headers.get("sec-purpose") or headers.get("purpose") or ""
        agent = headers.get("user-agent", "")
        if visits.is_news(token, ip, agent, purpose):
            response.background = BackgroundTask(visits.record, token, ip, agent, actor)
    return response


@router.post("/p/{token}/buy", dependencies=[FROM_OUR_PAGES])
def buy(token: str, actor: CurrentActor) -> Response:
    """To Stripe's checkout, by way of sign-up if nobody is signed in."""
    if not actor.signed_in:
        return RedirectResponse(f"/signup?pack={quote(token, safe='')}", 303)
    return to_checkout(actor, token)


@router.get("/p/{token}/buy")
def buy_again(token: str) -> Response:
    """Somebody reloaded the address of the form: show the page."""
    return RedirectResponse(f"/p/{quote(token, safe='')}", 303)


@router.api_route("/login", methods=READ)
def login(request: Request, actor: CurrentActor, next: str = "", pack: str = "") -> Response:
    """The sign-in form."""
    return _auth_page("login", request, actor, next, pack)


@router.api_route("/signup", methods=READ)
def signup(request: Request, actor: CurrentActor, next: str = "", pack: str = "") -> Response:
    """The sign-up form, with the pack that is being bought beside it."""
    return _auth_page("signup", request, actor, next, pack)


@router.api_route("/choose-password", methods=READ)
def choose_password(request: Request, actor: CurrentActor, token: str = "", next: str = "") -> Response:
    """The form for who opened the link of a mail and is not signed in. /verify-email says what else there is to say."""
    next_path = local_path(next)
    try:
        email, proven = verification.address_of(token)
    except StaleLinkError:
        email, proven = "", True
    if proven or email == actor.email:
        return RedirectResponse(f"/verify-email?{urlencode({'token': token, 'next': next_path})}", 303)
    response = site.password_page(email, flash.read(request), token, next_path)
    flash.forget(response)
    return response


@router.api_route("/healthz", methods=READ)
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.api_route("/readyz", methods=READ)
def readyz() -> Response:
    """The process can work: its database answers and is migrated."""
    ready = health.ready()
    return JSONResponse({"status": "ready" if ready else "not ready"}, 200 if ready else 503)


def _auth_page(name: site.AuthPage, request: Request, actor: Actor, next_path: str, token: str) -> Response:
    if actor.signed_in:
        return RedirectResponse(f"/p/{quote(token, safe='')}" if token else local_path(next_path) or AFTER_SIGN_IN, 303)
    response = site.auth_page(name, flash.read(request), _pack(token), local_path(next_path))
    flash.forget(response)
    return response


def _pack(token: str) -> StorefrontView | None:
    try:
        return storefront.open_link(token) if token else None
    except NotFoundError:
        return None
