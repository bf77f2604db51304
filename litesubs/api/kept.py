"""Pages for who is not signed in, kept in memory until something that they show is written anew.

`storefront.version_of_link` and `version_of_creator` say when that is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from fastapi.responses import Response

from litesubs.api import compression
from litesubs.settings import settings

KEPT = 500


@dataclass(frozen=True)
class Page:
    """An answer, and the token of the share link that its being opened counts for ("" for none)."""

    answer: Response
    token: str = ""


def page(make: Callable[..., Page], key: tuple[str, ...], version: str, accepted: str) -> Page:
    """`make(*key)` for who sends this Accept-Encoding, made again only where the version is another.

    Ask for the version before: what is read then is never older than that.
    """
    made = _made(make, key, version, settings().base_url, compression.chosen(accepted))
    return Page(Response(made.answer.body, made.answer.status_code, dict(made.answer.headers)), made.token)


@lru_cache(KEPT)
def _made(make: Callable[..., Page], key: tuple[str, ...], _version: str, _base_url: str, encoding: str) -> Page:
    made = make(*key)
    return Page(compression.packed(made.answer, encoding), made.token)
