"""The FastAPI application: its routers and the one place where an error becomes an answer."""

import logging
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Mount

from litesubs.api import auth, files, front, imports, pictures, public, sharing, site, stripe_webhook
from litesubs.api.v1 import app as v1
from litesubs.api.v1 import docs, door
from litesubs.domain.errors import DomainError, NotFoundError, SignInRequiredError
from litesubs.domain.health import OUTAGE
from litesubs.domain.prose import local_path

PROBLEM_JSON = "application/problem+json"
AGAIN = {"retry-after": str(site.RETRY_AFTER_SECONDS)}
UNREADABLE = "The form came with something that its fields do not take. Go back, correct it and send it again."

logger = logging.getLogger(__name__)


def answer(request: Request, error: Exception) -> Response:
    """The domain's sentence; for people a redirect to sign-in or the page that helps where there is one."""
    if not isinstance(error, DomainError):
        raise error
    if _is_person(request):
        if isinstance(error, SignInRequiredError):
            back = f"?{urlencode({'next': _way_on(request)[1]})}" if request.method == "GET" else ""
            return RedirectResponse(f"/login{back}", 303)
        if isinstance(error, NotFoundError):
            return site.not_found_page()
    headers = AGAIN if error.status == HTTPStatus.SERVICE_UNAVAILABLE else site.EMPTY
    return _answer(request, error.status, error.code, error.message, more=error.data, headers=headers)


def unreadable(request: Request, error: Exception) -> Response:
    """A form or body that is not what the route takes: a field too long, a file where text belongs."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    fields = {".".join(map(str, item["loc"][1:])): item["msg"] for item in found}
    return _answer(request, 422, "validation_failed", UNREADABLE, more={"fields": fields})


def refused(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: no such address, another method, a body that cannot be taken apart."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == NotFoundError.status and _is_person(request):
        return site.not_found_page()
    status = HTTPStatus(error.status_code)
    sentence = UNREADABLE if status is HTTPStatus.BAD_REQUEST else f"{error.detail}."
    return _answer(request, status, status.phrase.lower().replace(" ", "_"), sentence, headers=error.headers or {})


def failed(request: Request, _error: Exception) -> Response:
    """We failed. The server's log has the error, which is raised on to it."""
    return _answer(request, 500, "internal_error", "It has been written to the log. Try again.")


def unavailable(request: Request, error: Exception) -> Response:
    """The database does not answer."""
    logger.error("the database does not answer", exc_info=error)
    return _answer(request, 503, "unavailable", site.OUTAGE_TEXT, headers=AGAIN)


def everything_below(path: str, app: door.Door) -> Mount:
    """The app at a path. A line break in an address is one more character, which Starlette's own pattern leaves out."""
    mount = Mount(path, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _is_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _answer(
    request: Request,
    status: int,
    code: str,
    sentence: str,
    *,
    more: Mapping[str, Any] = site.EMPTY,
    headers: Mapping[str, str] = site.EMPTY,
) -> Response:
    """A page for a person, problem JSON (RFC 9457) for a program."""
    if _is_person(request):
        return site.error_page(status, sentence, _way_on(request), headers)
    body = {"type": "about:blank", "title": sentence, "status": status, "code": code} | dict(more)
    return JSONResponse(body, status, headers=dict(headers), media_type=PROBLEM_JSON)


def _way_on(request: Request) -> tuple[str, str]:
    """The page again, or the form that was posted; where that is not known, the wallet."""
    if request.method in ("GET", "HEAD"):
        query = f"?{request.url.query}" if request.url.query else ""
        return "Try again", local_path(request.url.path + query) or "/"
    form = urlsplit(request.headers.get("referer", ""))
    if form.netloc == request.headers.get("host"):
        return "Go back", local_path(f"{form.path}?{form.query}".rstrip("?")) or "/"
    return "Open your wallet", "/wallet"


HANDLERS: dict[type[Exception], Callable[[Request, Exception], Response]] = {
    DomainError: answer,
    RequestValidationError: unreadable,
    HTTPException: refused,
    Exception: failed,
    **dict.fromkeys(OUTAGE, unavailable),
}

api = FastAPI(title="Litesubs", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
for part in (auth, public, front, sharing, files, imports, pictures, stripe_webhook, docs):
    api.include_router(part.router)
api.router.routes.append(everything_below("/api/v1", v1.guarded))
for kind, handler in HANDLERS.items():
    api.add_exception_handler(kind, handler)
