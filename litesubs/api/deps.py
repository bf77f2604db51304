"""What routes need from a request: who asks, from where, and whether a form came from our own pages."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Header, Request

from litesubs.api import session_cookie
from litesubs.domain import accounts
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import CrossSiteError
from litesubs.settings import settings

READ = ["GET", "HEAD"]  # link previews and monitors ask for the headers alone
Encoding = Annotated[str, Header(alias="accept-encoding")]


async def current_actor(request: Request) -> Actor:
    """The person whose session cookie came with the request, or a visitor, for whom no thread is taken."""
    token = session_cookie.read(request)
    return await to_thread.run_sync(accounts.actor_for, token) if token else VISITOR


async def asking_address(request: Request) -> str:
    """`client_address`, without a thread, which FastAPI takes for a plain function."""
    return client_address(request)


def client_address(request: Request) -> str:
    """Where the request comes from: the peer, or behind a trusted proxy the last hop that is not one itself.

    Anybody can write X-Forwarded-For, and each proxy adds on the right who asked it. So it is believed from the right,
    as far as the trusted proxies go; what is no address there leaves the peer.
    """
    peer = request.client.host if request.client else ""
    found = _address(peer)
    hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while found and _is_trusted(found) and hops:
        found = _address(hops.pop().strip())
    return str(found) if found else peer


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


def is_longer(request: Request, most_bytes: int) -> bool:
    """Whether the body is announced as longer than that, which can be known before any of it is read."""
    length = request.headers.get("content-length", "")
    return length.isascii() and length.isdigit() and (len(length) > len(str(most_bytes)) or int(length) > most_bytes)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, an IPv4 one in its own notation where a socket for both wrote it as IPv6."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings().trusted_proxies)


CurrentActor = Annotated[Actor, Depends(current_actor)]
ClientAddress = Annotated[str, Depends(asking_address)]
FROM_OUR_PAGES = Depends(from_our_pages)
