"""The API's application: its routes, and the one place where an error of theirs becomes an answer."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from litesubs.api.v1 import bodies, door, problems, reads, writes
from litesubs.domain.errors import DomainError
from litesubs.domain.health import OUTAGE

logger = logging.getLogger(__name__)
CODES = {HTTPStatus.NOT_FOUND: "not_found", HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed"}


def refuse(request: Request, error: Exception) -> Response:
    """The domain said no."""
    if not isinstance(error, DomainError):
        raise error
    return door.refusal(error, request.state.request_id, "/query" if request.method == "GET" else "")


def misread(request: Request, error: Exception) -> Response:
    """Query parameters that make no sense."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    more = {"errors": bodies.errors_of(list(found))}
    return problems.problem("validation_failed", request.state.request_id, more=more)


def unroutable(request: Request, error: Exception) -> Response:
    """No such address, or another method."""
    if not isinstance(error, HTTPException):
        raise error
    code = CODES.get(HTTPStatus(error.status_code), "invalid_json")
    return problems.problem(code, request.state.request_id, headers=error.headers or {})


def failed(request: Request, _error: Exception) -> Response:
    """We failed. The server's log has the error, which is raised on to it."""
    return problems.problem("internal_error", request.state.request_id)


def unavailable(request: Request, error: Exception) -> Response:
    """The database does not answer, or not in time."""
    logger.error("the database does not answer", exc_info=error)
    return door.unavailable(request.state.request_id)


HANDLERS: dict[type[Exception], Callable[[Request, Exception], Response]] = {
    DomainError: refuse,
    RequestValidationError: misread,
    HTTPException: unroutable,
    Exception: failed,
    **dict.fromkeys(OUTAGE, unavailable),
}

rest = FastAPI(title="Litesubs API", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
rest.include_router(reads.router)
rest.include_router(writes.router)
for kind, handler in HANDLERS.items():
    rest.add_exception_handler(kind, handler)
guarded = door.Door(rest)
