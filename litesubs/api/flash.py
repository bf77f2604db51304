"""What a form has to say after a redirect: a signed cookie that lives five minutes and is read once."""

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from litesubs.settings import settings

COOKIE = "litesubs-flash"
SECONDS = 300

Flash = dict[str, str]


def leave(response: Response, flash: Flash) -> None:
    """Keep `flash` (field errors and what was typed, never a password) for the next page."""
    response.set_cookie(
        COOKIE, _signer().dumps(flash), max_age=SECONDS, httponly=True, samesite="lax", secure=settings().https
    )


def read(request: Request) -> Flash:
    """What was left, or nothing if it is old or forged."""
    if COOKIE not in request.cookies:
        return {}
    try:
        found = _signer().loads(request.cookies[COOKIE], max_age=SECONDS)
    except BadSignature:
        return {}
    return {str(key): str(value) for key, value in found.items()}


def forget(response: Response) -> None:
    """Once shown, it is gone."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=settings().https)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt="flash")
