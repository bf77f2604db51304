"""Serving the pages: those the server fills, clean addresses for the built ones, who may see them, their headers."""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from litesubs.api import fields, security, session_cookie, templates
from litesubs.api.asgi import App, Message, Receive, Scope, Send
from litesubs.api.templates import Boot
from litesubs.domain import accounts, customers, packs, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.errors import CreatorProfileRequiredError, NotFoundError
from litesubs.domain.health import OUTAGE
from litesubs.domain.views.offers import ProfileView, StorefrontView
from litesubs.settings import THIS_MACHINE, settings

logger = logging.getLogger(__name__)

TEMPLATE = "__tpl__"
NOT_FOUND = "/not-found"
ERROR = "/error"
FILLED = ("/p/", "/c/", "/login", "/signup", "/choose-password", "/help")
PRIVATE = ("/dashboard", "/wallet")
NOT_FOR_SEARCH = (*PRIVATE, "/checkout", "/login", "/signup", "/choose-password", "/verify-email", "/auth", "/account")
ERROR_TITLES = {
    400: "This could not be read",
    403: "This was not done",
    422: "This could not be read",
    429: "Too many attempts",
    500: "Something went wrong on our side",
    503: "Litesubs cannot answer right now",
}
OUTAGE_TEXT = "The database does not answer. Nothing is lost. Try again in a moment."
RETRY_AFTER_SECONDS = 10
EMPTY: Mapping[str, str] = MappingProxyType({})
OWNED: dict[str, Callable[[Actor, str], object]] = {
    "/dashboard/customers": customers.one,
    "/dashboard/packs": packs.one,
    "/dashboard/subscriptions": wallets.subscription,
    "/wallet": wallets.one_of_mine,
}
GONE = ("archived", "used_up", "expired", "revoked")
HTML_CACHE = "private, no-cache"
CACHES = {
    "/assets/": "public, max-age=31536000, immutable",
    "/fonts/": "public, max-age=2592000",
    "/icons/": "public, max-age=2592000",
}


def pack_page(view: StorefrontView, actor: Actor, flash: Mapping[str, str]) -> Response:
    """The page behind a share link. A link that is closed for good answers 410 with the same page, saying so."""
    return _pack_page(f"p/{TEMPLATE}", view, fields.pack_boot(view, actor, flash))


def listed_pack_page(view: StorefrontView, actor: Actor, flash: Mapping[str, str]) -> Response:
    """The same page at the pack's own address, below its creator's."""
    return _pack_page(f"c/{TEMPLATE}/{TEMPLATE}", view, fields.pack_boot(view, actor, flash, view.address))


def profile_page(view: ProfileView, actor: Actor) -> Response:
    """A creator's page with everything they sell."""
    boot = fields.profile_boot(view, actor)
    url = settings().base_url + boot["path"]
    alt = f"{view.name}: packs of credits, paid once"
    head = templates.sharing_tags(boot["title"], boot["description"], url, boot["image"], alt, "profile")
    head += templates.structured(fields.person(view, url, boot["description"]))
    return sent(templates.fill(f"c/{TEMPLATE}", boot, head))


def _pack_page(template: str, view: StorefrontView, boot: Boot) -> Response:
    url = settings().base_url + (view.address or boot["path"])
    alt = f"{view.pack.name}: {boot['buy_note']}, {view.pack.price}, with {view.creator_name}"
    head = templates.sharing_tags(boot["title"], boot["description"], url, boot["image"], alt, "product")
    if view.state == "open":
        head += templates.oembed_link(settings().base_url, url)
    head += templates.structured(fields.product(view, url, boot["image"]))
    hidden = view.state != "open" or not view.address.startswith("/c/")  # other links are for those who have them
    if hidden:
        head += templates.NOINDEX
    response = sent(templates.fill(template, boot, head), 410 if view.state in GONE else 200)
    if hidden:
        response.headers["x-robots-tag"] = "noindex"
    return response


def auth_page(name: fields.AuthPage, flash: Mapping[str, str], view: StorefrontView | None, next_path: str) -> Response:
    """Sign-in or sign-up, with the pack that is being bought beside the form, and what was wrong the last time."""
    return sent(templates.fill(name, fields.auth_boot(name, flash, view, next_path)), 200)


def password_page(email: str, flash: Mapping[str, str], token: str, next_path: str) -> Response:
    """Choosing a password for an address, with the way back for who knows the one from sign-up."""
    back = f"/verify-email?{urlencode({'token': token, 'next': next_path})}"
    boot = fields.auth_boot("choose-password", flash, None, next_path) | {
        "token": token,
        "lead": f"For {email}. From then on only this password works, and whoever was signed in before no longer is.",
        "login_href": f"/login?{urlencode({'next': back})}",
    }
    return sent(templates.fill("choose-password", boot), 200)


def not_found_page() -> Response:
    """A real 404 that helps. It stays as it is sent.

    The address may be one that the browser's router would fill anew.
    """
    return sent(templates.still(NOT_FOUND.strip("/"), {}), 404)


def error_page(status: int, text: str, back: tuple[str, str], headers: Mapping[str, str] = EMPTY) -> Response:
    """What went wrong and what to do. `back` is the way on: its words and its path."""
    label, path = back
    boot = {"title": ERROR_TITLES.get(status, "This did not work"), "text": text}
    boot |= {"action_label": label, "action_href": path}
    response = sent(templates.still(ERROR.strip("/"), boot), status)
    response.headers.update(headers)
    return response


def outage_page(path: str) -> Response:
    """The database does not answer: nothing is lost, and the same page works again soon."""
    return error_page(503, OUTAGE_TEXT, ("Try again", path), {"retry-after": str(RETRY_AFTER_SECONDS)})


def sent(page: templates.Filled, status: int = 200) -> Response:
    """A page as an answer, with the policy of what it runs."""
    headers = {"cache-control": HTML_CACHE, "content-security-policy": security.policy(page.made_from)}
    return HTMLResponse(page.html, status, headers=headers)


class Pages:
    """Clean addresses for built pages, one shell for each dynamic route; visitors of private pages go to sign in."""

    def __init__(self, app: App) -> None:
        """Wrap the app that serves the built files."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on with the path of the file that holds the page."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path.endswith(".html") or f"/{TEMPLATE}" in path or path in (NOT_FOUND, ERROR):
            await not_found_page()(scope, receive, send)
            return
        page = _built_page(path.rstrip("/"))
        if page is None and path != "/" and not path.startswith(FILLED):
            await self._or_not_found(scope, receive, send)
            return
        if home := _home(scope):
            await _redirect(home + path, scope, 307)(scope, receive, send)
            return
        send = await _renewing(scope, send)
        if path != "/" and path.endswith("/"):
            await _redirect(path.rstrip("/"), scope, 308)(scope, receive, send)
        elif page is None:
            await self._or_not_found(scope, receive, send)
        elif _is_private(path) and (refused := await to_thread.run_sync(_refusal, scope)):
            await refused(scope, receive, send)
        else:
            name = page.strip("/").removesuffix(".html")
            policy = security.policy(templates.template(name), opened_up=security.is_opened_up(name))
            send = _with_headers(send, [(b"content-security-policy", policy.encode())])
            await self.app({**scope, "path": page, "raw_path": page.encode()}, receive, send)

    async def _or_not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; where the answer is an HTML 404, send ours instead."""
        replaced = False

        async def send_or_replace(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                kinds = [value for name, value in message.get("headers", []) if name.lower() == b"content-type"]
                replaced = message["status"] == HTTPStatus.NOT_FOUND and any(k.startswith(b"text/html") for k in kinds)
            if not replaced:
                await send(message)

        await self.app(scope, receive, send_or_replace)
        if replaced:
            await not_found_page()(scope, receive, send)


def _home(scope: Scope) -> str:
    """The origin where a person should open this page instead of where they do, or "".

    A developer's machine has two names, and a browser keeps cookies for each: who signs in under one and comes back
    from Stripe under the other would be a stranger. Scripts may use either.
    """
    base, headers = settings().base_url, Request(scope).headers
    if headers.get("sec-fetch-mode") != "navigate" or urlsplit(base).hostname not in THIS_MACHINE:
        return ""
    opened = f"http://{headers.get('host', '')}"
    return base if opened != base and opened in settings().origins else ""


async def _renewing(scope: Scope, send: Send) -> Send:
    """`send`, with the session's cookie on the answer where the session was given its whole time again."""
    token = session_cookie.read(Request(scope))
    if not token or not await to_thread.run_sync(_renewed, token):
        return send
    carrier = Response()
    session_cookie.write(carrier, token)
    return _with_headers(send, [(name, value) for name, value in carrier.raw_headers if name == b"set-cookie"])


def _with_headers(send: Send, more: list[tuple[bytes, bytes]]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *more]
        await send(message)

    return send_with_headers


def _renewed(token: str) -> bool:
    try:
        return accounts.renew(token)
    except OUTAGE:  # public pages are served all the same
        return False


class Headers:
    """Security headers on every answer; hashed files are cached for good, pages are asked for again."""

    def __init__(self, app: App) -> None:
        """Wrap the whole app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, adding headers to the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.get("headers", [])}
                extra = _headers(scope["path"], message["status"])
                added = [(n.encode(), v.encode()) for n, v in extra.items() if n.encode() not in present]
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _headers(path: str, status: int) -> dict[str, str]:
    is_file = path.startswith(tuple(CACHES))
    found = dict(security.FOR_FILES) if is_file else security.headers(private=_is_private(path))
    if _below(path, NOT_FOR_SEARCH):
        found["x-robots-tag"] = "noindex"
    if status in (200, 304):
        kept = next((cache for start, cache in CACHES.items() if path.startswith(start)), None)
        found["cache-control"] = kept or "no-cache"
    return found


@lru_cache
def _pages() -> tuple[dict[str, str], dict[tuple[str, int], str]]:
    """(address → file) of the static pages, and ((start, number of segments) → file) of the dynamic ones."""
    root = templates.site_root()
    static, dynamic = {}, {}
    for file in root.rglob("*.html"):
        address = "/" + file.relative_to(root).as_posix().removesuffix(".html")
        if file.name in ("index.html", "404.html", "__spa-fallback.html") or address.startswith(FILLED):
            continue
        if address.endswith(f"/{TEMPLATE}"):
            dynamic[address.removesuffix(TEMPLATE), address.count("/")] = f"{address}.html"
        elif TEMPLATE not in address:
            static[address] = f"{address}.html"
    return static, dynamic


def _built_page(path: str) -> str | None:
    static, dynamic = _pages()
    start, _, last = path.rpartition("/")
    if "." in last:  # a file beside a page, as /dashboard/subscriptions/sub_….csv
        return None
    return static.get(path) or dynamic.get((f"{start}/", path.count("/")))


def _is_private(path: str) -> bool:
    return _below(path, PRIVATE)


def _below(path: str, starts: tuple[str, ...]) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in starts)


def _refusal(scope: Scope) -> Response | None:
    """What keeps this request from a private page: nobody is signed in, the thing is not theirs, or an outage."""
    path = scope["path"]
    try:
        return _closed_to(accounts.actor_for(session_cookie.read(Request(scope))), path, scope)
    except OUTAGE:
        logger.exception("the database does not answer")
        return outage_page(_with_query(path, scope))


def _closed_to(actor: Actor, path: str, scope: Scope) -> Response | None:
    if not actor.signed_in:
        return RedirectResponse(f"/login?{urlencode({'next': _with_query(path, scope)})}", 303)
    start, _, public_id = path.rpartition("/")
    if start not in OWNED or path in _pages()[0]:
        return None
    try:
        OWNED[start](actor, public_id)
    except NotFoundError:
        return not_found_page()
    except CreatorProfileRequiredError:
        return RedirectResponse("/dashboard", 303)
    return None


def _with_query(path: str, scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


def _redirect(path: str, scope: Scope, status: int) -> Response:
    return RedirectResponse(_with_query(path, scope), status)
