"""Runs the sandboxes as processes of their own, as `make run` does, and a small endpoint that receives webhooks."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).parents[1]
START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02

T = TypeVar("T")


@contextmanager
def running_sandbox(
    webhook_url: str | None,
    secret: str,
    *,
    port: int | None = None,
    state: Path | None = None,
    extra: Sequence[str] = (),
) -> Iterator[str]:
    """Yields the base URL of a sandbox on a free port (or `port`); the process is gone when the block ends.

    `state` is its SQLite file, `extra` more command line options.
    """
    port = port or free_port()
    base_url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "sandbox.stripe", "--port", str(port), "--webhook-secret", secret, *extra]
    command += ["--webhook-url", webhook_url] if webhook_url else []
    command += ["--state", str(state)] if state else []
    with _running(command, base_url):
        yield base_url


@dataclass(frozen=True)
class Inbox:
    """The sandbox's mail server: where mail is sent, and where it can be read."""

    smtp_url: str
    url: str

    def messages(self, to: str = "", since: int = 0) -> list[dict[str, Any]]:
        """Messages to an address, or all, newest first."""
        answer = httpx.get(f"{self.url}/_test/messages", params={"to": to, "since": since}, trust_env=False)
        return list(answer.raise_for_status().json()["data"])

    def mail(self, to: str, subject: str = "", since: int = 0) -> dict[str, Any]:
        """The newest message to an address whose subject has these words, as soon as there is one."""
        found = eventually(lambda: [mail for mail in self.messages(to, since) if subject in mail["subject"]])
        return found[0]

    def outage(self, messages: int, code: int = 451) -> None:
        """Refuse the next messages."""
        wanted = {"messages": messages, "code": code}
        httpx.post(f"{self.url}/_test/outage", json=wanted, trust_env=False).raise_for_status()


@contextmanager
def running_inbox(state: Path | None = None) -> Iterator[Inbox]:
    """Yields a mail server on free ports; the process is gone when the block ends. `state` is its SQLite file."""
    port, smtp_port = free_port(), free_port()
    base_url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "sandbox.inbox", "--port", str(port), "--smtp-port", str(smtp_port)]
    command += ["--state", str(state)] if state else []
    with _running(command, base_url):
        yield Inbox(f"smtp://127.0.0.1:{smtp_port}", base_url)


class _Server(ThreadingHTTPServer):
    """A server with room for all that may knock at once; the standard one turns away the sixth who waits."""

    request_queue_size = 128


@dataclass
class Receiver:
    """An endpoint that keeps what it receives. `answers` are the statuses of the next requests; then 200."""

    url: str
    received: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        """The bodies, as JSON, in the order they came."""
        return [json.loads(body) for body, _signature in self.received]


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Yields a webhook endpoint on a free port."""
    receiver = Receiver("")
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                receiver.received.append((body, self.headers["Stripe-Signature"]))
                status = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Says nothing: the tests read `received`."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_SECONDS})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def eventually(look: Callable[[], T], seconds: float = 10.0) -> T:
    """What `look` returns as soon as that is true. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"still {seen!r} after {seconds} s"
        time.sleep(POLL_SECONDS)
    return seen


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str], base_url: str) -> Iterator[None]:
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        try:
            _wait_until_up(process, base_url)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _wait_until_up(process: subprocess.Popen[bytes], base_url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, f"the sandbox ended with {process.returncode}"
        assert time.monotonic() < deadline, f"the sandbox did not answer on {base_url}"
        try:
            httpx.get(f"{base_url}/_test/health", timeout=1.0, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(POLL_SECONDS)
        else:
            return
