"""The cookie that says who is signed in: HttpOnly, for this host alone, and gone with the browser's thirty days."""

from fastapi import Request
from fastapi.responses import Response

from litesubs.domain import accounts
from litesubs.settings import settings


def read(request: Request) -> str | None:
    """The session's token that came with a request."""
    return request.cookies.get(accounts.cookie_name())


def write(response: Response, token: str) -> None:
    """Keep the browser signed in for as long as the session itself lives from now."""
    response.set_cookie(
        accounts.cookie_name(),
        token,
        max_age=accounts.SESSION_DAYS * 86_400,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings().https,
    )


def remove(response: Response) -> None:
    """Sign the browser out."""
    response.delete_cookie(accounts.cookie_name(), path="/", httponly=True, samesite="lax", secure=settings().https)
