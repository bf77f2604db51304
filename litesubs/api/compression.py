"""Compression of what the server writes itself. Built files were compressed when they were built.

JSON is left as it is: answers of the API are small, and its speed is spent elsewhere.
"""

import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

import brotli
from starlette.datastructures import Headers, MutableHeaders

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

KINDS = ("text/html", "text/css", "text/javascript", "text/xml", "application/xml")
WORTH_IT_BYTES = 1_000
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
KEPT = 500


class Compressed:
    """Texts of one piece as brotli or gzip, for who takes them."""

    def __init__(self, app: App) -> None:
        """Wrap the app that answers."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; a text is held back until its body is there."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        encoding = next((name for name in ("br", "gzip") if _takes(accepted, name)), "")
        start: Message = {}

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_text(message):
                start = message
                return
            if start:
                _compress(start, message, encoding)
                await send(start)
                start = {}
            await send(message)

        await self.app(scope, receive, send_compressed)


def _compress(start: Message, message: Message, encoding: str) -> None:
    """Change head and body in place, where that is worth it."""
    headers = MutableHeaders(raw=start["headers"])
    headers.add_vary_header("Accept-Encoding")
    body = message.get("body", b"")
    if encoding and len(body) >= WORTH_IT_BYTES and not message.get("more_body"):
        message["body"] = _packed(bytes(body), encoding)
        headers["content-encoding"] = encoding
        headers["content-length"] = str(len(message["body"]))


@lru_cache(KEPT)
def _packed(body: bytes, encoding: str) -> bytes:
    """The same page is compressed once: a kept page comes as the very same bytes, whose hash is known."""
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    packed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    return packed


def _is_text(start: Message) -> bool:
    headers = Headers(raw=start.get("headers", []))
    return headers.get("content-type", "").startswith(KINDS) and "content-encoding" not in headers


def _takes(accepted: str, encoding: str) -> bool:
    """Whether Accept-Encoding names it without refusing it (RFC 9110, 12.5.3)."""
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == encoding:
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
