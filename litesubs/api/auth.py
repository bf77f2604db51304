"""Sign-up, sign-in and sign-out as plain form posts: they set an HttpOnly cookie and work without JavaScript."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from litesubs.api import flash, session_cookie
from litesubs.api.buying import to_checkout
from litesubs.api.deps import FROM_OUR_PAGES, ClientAddress
from litesubs.domain import accounts
from litesubs.domain.errors import DomainError, StaleLinkError, ValidationFailedError
from litesubs.domain.prose import local_path

router = APIRouter(prefix="/auth", dependencies=[FROM_OUR_PAGES], include_in_schema=False)

AFTER_SIGN_IN = "/wallet"
LONGEST_FIELD = 1_000

Typed = Annotated[str, Form(max_length=200_000)]  # the domain says in words how long each may be
Hidden = Annotated[str, Form(max_length=LONGEST_FIELD)]


@router.post("/sign-up")
def sign_up(
    ip: ClientAddress, email: Typed = "", password: Typed = "", name: Typed = "", next: Hidden = "", pack: Hidden = ""
) -> Response:
    """Create a sign-in, then go on to checkout, to `next`, or to the wallet."""
    try:
        token = accounts.sign_up(email, password, name, ip, pack, local_path(next))
    except DomainError as error:
        return _back("/signup", error, {"pack": pack, "next": next}, {"name": name[:200], "email": email[:300]})
    return _signed_in(token, next, pack)


@router.post("/sign-in")
def sign_in(
    ip: ClientAddress, email: Typed = "", password: Typed = "", next: Hidden = "", pack: Hidden = ""
) -> Response:
    """Sign in, then go on as after a sign-up."""
    try:
        token = accounts.sign_in(email, password, ip)
    except DomainError as error:
        return _back("/login", error, {"pack": pack, "next": next}, {"email": email[:300]})
    return _signed_in(token, next, pack)


@router.post("/confirm")
def confirm(ip: ClientAddress, token: Hidden = "", password: Typed = "", next: Hidden = "") -> Response:
    """Prove an address by the link of its mail with a password of one's own, then go on as after a sign-in."""
    try:
        session_token = accounts.choose_password(token, password, ip)
    except StaleLinkError:
        return RedirectResponse(f"/verify-email?{urlencode({'token': token, 'next': local_path(next)})}", 303)
    except DomainError as error:
        return _back("/choose-password", error, {"token": token, "next": next}, {})
    return _signed_in(session_token, next, "")


@router.post("/sign-out")
def sign_out(request: Request, next: Hidden = "") -> Response:
    """End this browser's session, then go to `next` or home."""
    accounts.sign_out(session_cookie.read(request) or "")
    response = RedirectResponse(local_path(next) or "/", 303)
    session_cookie.remove(response)
    return response


def _signed_in(token: str, next_path: str, pack: str) -> Response:
    response = (
        to_checkout(accounts.actor_for(token), pack)
        if pack
        else RedirectResponse(local_path(next_path) or AFTER_SIGN_IN, 303)
    )
    session_cookie.write(response, token)
    flash.forget(response)
    return response


def _back(page: str, error: DomainError, hidden: dict[str, str], typed: dict[str, str]) -> Response:
    """To the form again, with one sentence beside each field that needs another value."""
    hidden |= {"next": local_path(hidden["next"])}
    keep = {key: value for key, value in hidden.items() if value}
    response = RedirectResponse(f"{page}?{urlencode(keep)}" if keep else page, 303)
    errors = error.fields if isinstance(error, ValidationFailedError) else {"form": error.message}
    flash.leave(response, typed | {f"{field}_error": sentence for field, sentence in errors.items()})
    return response
