"""What routes need from a request: who asks, from where, and whether a form came from our own pages."""

from typing import Annotated

from fastapi import Depends, Request

from litesubs.domain import accounts
from litesubs.domain.actors import Actor
from litesubs.domain.errors import CrossSiteError


def current_actor(request: Request) -> Actor:
    """The person whose session cookie came with the request, or a visitor."""
    return accounts.actor_for(request.cookies.get(accounts.cookie_name()))


def client_address(request: Request) -> str:
    """The peer's address. A proxy's headers are not trusted: anybody can write them."""
    return request.client.host if request.client else ""


def from_our_pages(request: Request) -> None:
    """Refuse a form that another site sent (Fetch Metadata, else Origin).

    Which SameSite alone does not do for sign-in.
    """
    fetch_site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if fetch_site is not None:
        if fetch_site not in {"same-origin", "none"}:
            raise CrossSiteError
    elif origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise CrossSiteError


CurrentActor = Annotated[Actor, Depends(current_actor)]
ClientAddress = Annotated[str, Depends(client_address)]
FROM_OUR_PAGES = Depends(from_our_pages)
