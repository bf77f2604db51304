"""Compression of what the server writes itself. Built files were compressed when they were built, kept pages when kept.

JSON is left as it is: answers of the API are small, and its speed is spent elsewhere.
"""

import gzip

import brotli
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from litesubs.api.asgi import App, Message, Receive, Scope, Send

KINDS = ("text/html", "text/css", "text/javascript", "text/xml", "application/xml")
WORTH_IT_BYTES = 1_000
LONG_BYTES = 50_000  # from here on it takes milliseconds, which other requests should not wait for
BROTLI_QUALITY, GZIP_LEVEL = 5, 6


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
        encoding = chosen(Headers(scope=scope).get("accept-encoding", ""))
        start: Message = {}

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_text(message):
                start = message
                return
            if start:
                await _compress(start, message, encoding)
                await send(start)
                start = {}
            await send(message)

        await self.app(scope, receive, send_compressed)


def chosen(accepted: str) -> str:
    """The encoding for who sends this Accept-Encoding: br, gzip, or "" for none."""
    return next((name for name in ("br", "gzip") if _takes(accepted, name)), "")


def packed(answer: Response, encoding: str) -> Response:
    """The same answer in this encoding, where that is worth it."""
    headers = MutableHeaders(raw=list(answer.raw_headers))
    return Response(_encoded(headers, bytes(answer.body), encoding), answer.status_code, dict(headers))


async def _compress(start: Message, message: Message, encoding: str) -> None:
    """Change head and body in place, where that is worth it."""
    headers, body = MutableHeaders(raw=start["headers"]), bytes(message.get("body", b""))
    if message.get("more_body"):
        encoding = ""
    if encoding and len(body) >= LONG_BYTES:
        message["body"] = await to_thread.run_sync(_encoded, headers, body, encoding)
    else:
        message["body"] = _encoded(headers, body, encoding)


def _encoded(headers: MutableHeaders, body: bytes, encoding: str) -> bytes:
    """The body in this encoding, of which the headers tell, where that is worth it."""
    if "accept-encoding" not in headers.get("vary", "").lower():
        headers.add_vary_header("Accept-Encoding")
    if not encoding or len(body) < WORTH_IT_BYTES:
        return body
    body = _pack(body, encoding)
    headers["content-encoding"] = encoding
    headers["content-length"] = str(len(body))
    return body


def _pack(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    smaller: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    return smaller


def _is_text(start: Message) -> bool:
    headers = Headers(raw=start.get("headers", []))
    whole = not {"content-encoding", "content-range"} & set(headers)  # part of a file stays part of that file
    return whole and headers.get("content-type", "").startswith(KINDS)


def _takes(accepted: str, encoding: str) -> bool:
    """Whether Accept-Encoding names it without refusing it (RFC 9110, 12.5.3)."""
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == encoding:
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
