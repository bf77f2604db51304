"""What every request to the API passes: an id, limits, its size, its key, and one line in the log."""

import re
import time
from collections import Counter
from functools import lru_cache
from uuid import UUID

import structlog
from anyio import CapacityLimiter, to_thread
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request
from starlette.responses import Response
from structlog.contextvars import bound_contextvars

from litesubs.api.asgi import App, Message, Receive, Scope, Send
from litesubs.api.deps import client_address, is_longer
from litesubs.api.v1 import problems
from litesubs.domain import api_keys, ids
from litesubs.domain.actors import Actor
from litesubs.domain.errors import DomainError, InvalidApiKeyError
from litesubs.domain.health import OUTAGE
from litesubs.settings import settings

MOST_BYTES = 64 * 1024
FAILURES_PER_MINUTE = 60  # without a valid key, from one address
WINDOW_SECONDS = 60
RETRY_AFTER_SECONDS = 2
SANE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)
CHALLENGE = {"www-authenticate": 'Bearer realm="Litesubs API"'}

# What is posted by a function of the database that looks at the key in the same statement.
ORDERS = re.compile(r".*/api/v1/(debits|holds|holds/[^/]+/capture)")
AT_ONCE = 24  # requests of one creator that may hold a thread: of 40, so that others find one
AUTHENTICATING_AT_ONCE = 8
RECENT_SECONDS = 10
RECENT_AT_MOST = 10_000
NOT_RECENT: tuple[Actor | None, float] = (None, 0)

log = structlog.get_logger()
running: Counter[UUID | None] = Counter()  # requests of each creator that are under way
recent: dict[tuple[str, str], tuple[Actor | None, float]] = {}  # who called with a key from an address, and until when
limiter = FixedWindowRateLimiter(MemoryStorage())


class TooLargeError(DomainError):
    """The body is larger than 64 KiB."""

    code = "payload_too_large"
    status = 413


class RateLimitedError(DomainError):
    """There were too many requests within a minute."""

    code = "rate_limited"
    status = 429

    def __init__(self, limit: str, seconds: int) -> None:
        """`limit` is the one that is used up, for so many seconds more."""
        super().__init__(None, **{"violated-policies": [limit]})
        self.seconds = seconds


class _Limits:
    """Which limits a request counts towards, and how they stand."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._standing: list[tuple[str, int, int, int]] = []

    def count_address(self) -> None:
        self._count("address", settings().api_address_limit, self.address)

    def count_key(self, key_id: UUID | None) -> None:
        self._count("key", settings().api_key_limit, str(key_id))

    def count_failure(self) -> None:
        """A request without a valid key. Only such requests are ever refused for it.

        Keys cannot be guessed, and who shares an address with a script that has lost its key must not stand still.
        """
        self._count("failures", FAILURES_PER_MINUTE, self.address)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers)."""
        policy = ", ".join(f'"{name}";q={most};w={WINDOW_SECONDS}' for name, most, _, _ in self._standing)
        left = ", ".join(f'"{name}";r={rest};t={reset}' for name, _, rest, reset in self._standing)
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]

    def _count(self, name: str, most: int, who: str) -> None:
        limit = RateLimitItemPerMinute(most)
        allowed = limiter.hit(limit, name, who)
        stats = limiter.get_window_stats(limit, name, who)
        reset = max(1, round(stats.reset_time - time.time()))
        self._standing.append((name, most, stats.remaining, reset))
        if not allowed:
            raise RateLimitedError(name, reset)


class Door:
    """Wraps the routes. Whoever comes through has a valid key: `scope["state"]` has `actor` and `request_id`."""

    def __init__(self, app: App) -> None:
        """Wrap the app that has the routes."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on, and write the line that says what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request = Request(scope)
        request_id = _request_id(request)
        scope = {**scope, "state": {**scope.get("state", {}), "request_id": request_id}}
        limits = _Limits(client_address(request))
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = [*limits.headers(), (b"x-request-id", request_id.encode()), (b"cache-control", b"no-store")]
                message = {**message, "headers": [*message.get("headers", []), *more]}
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self._through(scope, _counted(receive), send_with_headers, limits)
            finally:
                actor = scope["state"].get("actor")
                route = scope.get("route")
                log.info(
                    "api_request",
                    method=scope["method"],
                    route=getattr(route, "path", ""),
                    status=status,
                    key=ids.show("key", actor.key_id) if actor and actor.key_id else "",
                    ms=round((time.perf_counter() - began) * 1000, 1),
                )

    async def _through(self, scope: Scope, receive: Receive, send: Send, limits: _Limits) -> None:
        request = Request(scope)
        try:
            limits.count_address()
            if is_longer(request, MOST_BYTES):
                raise TooLargeError
            actor = await _actor(request, limits)
            scope["state"]["actor"] = actor
            limits.count_key(actor.key_id)
            if running[actor.creator_id] >= AT_ONCE and not _is_order(request):
                raise RateLimitedError("at_once", 1)
        except DomainError as error:
            await refusal(error, scope["state"]["request_id"])(scope, receive, send)
        except OUTAGE:
            log.exception("api_outage")
            await unavailable(scope["state"]["request_id"])(scope, receive, send)
        else:
            running[actor.creator_id] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                running[actor.creator_id] -= 1
                if not running[actor.creator_id]:
                    del running[actor.creator_id]


def refusal(error: DomainError, request_id: str, within: str = "") -> Response:
    """The answer to an error, with the headers that belong to its status."""
    headers: dict[str, str] = {}
    if isinstance(error, InvalidApiKeyError):
        headers = CHALLENGE
    elif isinstance(error, RateLimitedError):
        headers = {"retry-after": str(error.seconds)}
    elif error.status == 503:  # noqa: PLR2004 - Service Unavailable
        headers = {"retry-after": str(RETRY_AFTER_SECONDS)}
    return problems.of_domain(error, request_id, headers, within)


def unavailable(request_id: str) -> Response:
    """The answer while the database is away, or took too long."""
    return problems.problem("unavailable", request_id, headers={"retry-after": str(RETRY_AFTER_SECONDS)})


def _request_id(request: Request) -> str:
    """The caller's own where it is a sane one, else a new one."""
    sent = request.headers.get("x-request-id", "")
    return sent if SANE_ID.fullmatch(sent) else f"req_{ids.new().hex}"


def _counted(receive: Receive) -> Receive:
    """`receive`, which ends in TooLargeError once more has come than a body may have."""
    read = 0

    async def receive_counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BYTES:
            raise TooLargeError
        return message

    return receive_counted


@lru_cache
def _authenticating() -> CapacityLimiter:
    """Threads of their own for asking whose key it is: nobody's slow writes shall stand before the door."""
    return CapacityLimiter(AUTHENTICATING_AT_ONCE)


def _is_order(request: Request) -> bool:
    return request.method == "POST" and ORDERS.fullmatch(request.url.path) is not None


async def _actor(request: Request, limits: _Limits) -> Actor:
    """Whose key came with the request. An order may go by what was found seconds ago: it looks at the key itself."""
    sent = BEARER.fullmatch(request.headers.get("authorization", ""))
    asked = (sent[1] if sent else "", limits.address)
    if _is_order(request):
        actor, until = recent.get(asked, NOT_RECENT)
        if actor and time.monotonic() < until:
            return actor
    try:
        actor = await to_thread.run_sync(api_keys.authenticate, *asked, limiter=_authenticating())
    except InvalidApiKeyError:
        limits.count_failure()
        raise
    if len(recent) >= RECENT_AT_MOST:
        recent.clear()
    recent[asked] = (actor, time.monotonic() + RECENT_SECONDS)
    return actor
