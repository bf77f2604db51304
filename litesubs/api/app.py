"""The FastAPI application: its routers and the one place where a domain error becomes an answer."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from litesubs.api import auth, public, site, stripe_webhook
from litesubs.domain.errors import DomainError, NotFoundError, SignInRequiredError

PROBLEM_JSON = "application/problem+json"

api = FastAPI(title="Litesubs", docs_url=None, redoc_url=None, openapi_url=None)
api.include_router(auth.router)
api.include_router(public.router)
api.include_router(stripe_webhook.router)


@api.exception_handler(DomainError)
def answer(request: Request, error: Exception) -> Response:
    """Problem JSON (RFC 9457) for machines; for people a redirect to sign-in or the page that helps."""
    if not isinstance(error, DomainError):
        raise error
    if "text/html" in request.headers.get("accept", ""):
        if isinstance(error, SignInRequiredError):
            return RedirectResponse("/login", 303)
        if isinstance(error, NotFoundError):
            return site.not_found_page()
    body = {"type": "about:blank", "title": error.message, "status": error.status, "code": error.code} | error.data
    return JSONResponse(body, error.status, media_type=PROBLEM_JSON)
