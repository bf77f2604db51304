"""Public pages whose content is in the first HTML, the Buy form, and health."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from types import MappingProxyType
from typing import Annotated
from urllib.parse import quote, urlencode

from anyio import to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from litesubs.api import fields, flash, kept, site
from litesubs.api.auth import AFTER_SIGN_IN
from litesubs.api.buying import to_checkout
from litesubs.api.deps import FROM_OUR_PAGES, READ, ClientAddress, CurrentActor, Encoding
from litesubs.domain import health, prose, storefront, verification, visits
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import NotFoundError, StaleLinkError
from litesubs.domain.prose import local_path
from litesubs.domain.views.offers import StorefrontView

router = APIRouter(include_in_schema=False)

NOTHING: Mapping[str, str] = MappingProxyType({})


@asynccontextmanager
async def counting_visits() -> AsyncIterator[None]:
    """Of the pages that are sent while the block runs, no visit is lost when it ends."""
    yield
    await to_thread.run_sync(visits.settle)


@router.api_route("/p/{token}", methods=READ)
def pack_page(
    token: str, request: Request, actor: CurrentActor, ip: ClientAddress, accepted: Encoding = ""
) -> Response:
    """The page behind a share link; a link that is closed for good answers 410 with the same page saying so.

    That it was opened is counted once the page is sent.
    """
    told = flash.read(request)
    if actor.signed_in or told:
        page = _link_page(token, actor, told)
    else:
        page = kept.page(_link_page, (token,), storefront.version_of_link(token), accepted)
    return _opened(page, request, actor, ip)


@router.api_route("/c/{handle}", methods=READ)
def profile_page(handle: str, actor: CurrentActor, accepted: Encoding = "") -> Response:
    """A creator's page. An old handle leads to the one they have now."""
    if actor.signed_in:
        return _profile_page(handle, actor).answer
    return kept.page(_profile_page, (handle,), storefront.version_of_creator(handle), accepted).answer


@router.api_route("/c/{handle}/{pack_slug}", methods=READ)
def listed_pack_page(
    handle: str, pack_slug: str, request: Request, actor: CurrentActor, ip: ClientAddress, accepted: Encoding = ""
) -> Response:
    """A listed pack's own page; what is opened and bought here counts for the pack's main link."""
    told = flash.read(request)
    if actor.signed_in or told:
        page = _listed_page(handle, pack_slug, actor, told)
    else:
        page = kept.page(_listed_page, (handle, pack_slug), storefront.version_of_creator(handle), accepted)
    return _opened(page, request, actor, ip)


@router.get("/p/{token}/holding")
def holding(token: str, actor: CurrentActor) -> Response:
    """What the person has of this pack, for the page to say once it is live; 204 for who has none."""
    found = storefront.holding(actor, token)
    headers = {"cache-control": "private, no-store"}
    return JSONResponse(asdict(found), headers=headers) if found else Response(status_code=204, headers=headers)


@router.post("/p/{token}/buy", dependencies=[FROM_OUR_PAGES])
def buy(token: str, actor: CurrentActor, seen: Annotated[str, Form(max_length=200)] = "") -> Response:
    """To Stripe's checkout, by way of sign-up if nobody is signed in.

    `seen` is what the page sold when it was opened: where that has changed since, the page is shown again first.
    """
    if seen and (changed := _changed(token, seen, actor)):
        return changed
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


def _link_page(token: str, actor: Actor = VISITOR, told: Mapping[str, str] = NOTHING) -> kept.Page:
    return kept.Page(site.pack_page(storefront.open_link(token, actor), actor, told), token)


def _profile_page(handle: str, actor: Actor = VISITOR) -> kept.Page:
    view = storefront.profile(handle)
    return kept.Page(site.profile_page(view, actor) if handle == view.handle else _moved(f"/c/{view.handle}"))


def _listed_page(handle: str, pack_slug: str, actor: Actor = VISITOR, told: Mapping[str, str] = NOTHING) -> kept.Page:
    view = storefront.listed_pack(handle, pack_slug, actor)
    if view.address != f"/c/{handle}/{pack_slug}":
        return kept.Page(_moved(view.address))
    return kept.Page(site.listed_pack_page(view, actor, told), view.token)


def _opened(page: kept.Page, request: Request, actor: Actor, ip: str) -> Response:
    """The page of a link, which is counted once it is sent."""
    if flash.COOKIE in request.cookies:
        flash.forget(page.answer)
    if page.token and request.method == "GET":
        headers = request.headers
        agent, purpose = headers.get("user-agent", ""), headers.get("sec-purpose") or headers.get("purpose") or ""
        if visits.is_news(page.token, ip, agent, purpose):
            page.answer.background = BackgroundTask(visits.record, page.token, ip, agent, actor)
    return page.answer


def _moved(path: str) -> Response:
    """To the address that holds now. Browsers ask again, since a creator may go back to a handle they had."""
    return RedirectResponse(path, 308, {"cache-control": "no-cache"})


def _changed(token: str, seen: str, actor: Actor) -> Response | None:
    """The way back to a pack's page where it sells something else than what its reader saw."""
    view = _pack(token, actor)
    if view is None or view.state != "open" or view.terms == seen:
        return None
    back = RedirectResponse(view.address, 303)
    amount = prose.count(view.pack.credits, "credit")
    sentence = f"This pack was changed after you opened it. It is now {amount} for {view.pack.price}."
    flash.leave(back, {"form_error": sentence})
    return back


def _auth_page(name: fields.AuthPage, request: Request, actor: Actor, next_path: str, token: str) -> Response:
    if actor.signed_in:
        return RedirectResponse(f"/p/{quote(token, safe='')}" if token else local_path(next_path) or AFTER_SIGN_IN, 303)
    response = site.auth_page(name, flash.read(request), _pack(token), local_path(next_path))
    flash.forget(response)
    return response


def _pack(token: str, actor: Actor = VISITOR) -> StorefrontView | None:
    try:
        return storefront.open_link(token, actor) if token else None
    except NotFoundError:
        return None
