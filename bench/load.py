"""A load generator: so many connections, each of which sends its next request when the last is answered.

    python -m bench.load PORT CONNECTIONS REQUESTS < requests

Reads one JSON object a line: `{"method", "path", "headers", "body"}`, a POST unless it has a method; sends REQUESTS of
them in a circle, each POST with a fresh Idempotency-Key, and prints `{"seconds", "p50", "p99", "statuses"}`
(milliseconds). A process of its own, so that its work is not the server's.
"""

import asyncio
import json
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast


class Connection(asyncio.Protocol):
    """One connection, kept alive. `pending` gives the requests, `took` and `statuses` collect what came of them."""

    def __init__(self, pending: Iterator[bytes], took: list[float], statuses: Counter[str]) -> None:
        """Nothing is sent before it is connected."""
        self.done = asyncio.get_running_loop().create_future()
        self._pending, self._took, self._statuses = pending, took, statuses
        self._read = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Note an answer that is complete, and send the next request."""
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        fields = head.lower()
        start = fields.index(b"content-length:") + len(b"content-length:")
        length = int(fields[start:].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self._took.append(time.perf_counter() - self._began)
        self._statuses[head[9:12].decode()] += 1
        self._read = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so: a benchmark that loses connections measured something else."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        request = next(self._pending, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)


async def run(port: int, connections: int, requests: list[bytes]) -> dict[str, object]:
    """Send them all."""
    loop = asyncio.get_running_loop()
    pending, took, statuses = iter(requests), list[float](), Counter[str]()
    began = time.perf_counter()
    made = await asyncio.gather(
        *(
            loop.create_connection(lambda: Connection(pending, took, statuses), "127.0.0.1", port)
            for _ in range(connections)
        )
    )
    await asyncio.gather(*(connection.done for _, connection in made))
    seconds = time.perf_counter() - began
    took.sort()
    p50, p99 = (took[int(len(took) * part)] * 1000 for part in (0.5, 0.99))
    return {"seconds": seconds, "p50": p50, "p99": p99, "statuses": dict(statuses)}


def written(request: dict[str, Any]) -> bytes:
    """The bytes of a request. A GET has no body and no key."""
    method = request.get("method", "POST")
    body: bytes = request.get("body", "").encode()
    lines = [f"{method} {request['path']} HTTP/1.1", "host: localhost"]
    lines += [f"{name}: {value}" for name, value in request["headers"].items()]
    if method == "POST":
        lines += [f"content-length: {len(body)}", f"idempotency-key: {secrets.token_hex(16)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def main() -> None:
    """Read, send, print."""
    port, connections, count = map(int, sys.argv[1:])
    kinds = [json.loads(line) for line in sys.stdin]
    requests = [written(kinds[number % len(kinds)]) for number in range(count)]
    print(json.dumps(asyncio.run(run(port, connections, requests))))


if __name__ == "__main__":
    main()
