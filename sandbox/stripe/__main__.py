"""Serves the sandbox until a signal, or until whoever started it is gone."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from sandbox.stripe.app import create_app
from sandbox.stripe.config import CHECKOUT_EVENTS, Config

SHUTDOWN_SECONDS = 3.0


def main() -> None:
    """Reads the command line and serves."""
    options = _parser().parse_args()
    config = Config(
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        webhook_events=frozenset(options.webhook_events.split(",")),
        public_url=(options.public_url or f"http://localhost:{options.port}").rstrip("/"),
        bank_delay_seconds=options.bank_delay,
        redirect_wait_seconds=options.redirect_wait,
        retry_base_seconds=options.retry_base,
    )
    app = create_app(config, options.state)
    server = Server(app, address=options.host, port=options.port, interface=Interfaces.ASGI, log_enabled=False)
    asyncio.run(_serve(server, exit_with_stdin=options.exit_with_stdin))


async def _serve(server: Server, *, exit_with_stdin: bool) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if exit_with_stdin:
        threading.Thread(target=_watch_stdin, args=(loop, stop), daemon=True).start()
    serving = asyncio.ensure_future(server.serve())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        reason = str(serving.exception() or "the server ended by itself").partition("\n")[0]
        print(f"sandbox Stripe: {reason}", file=sys.stderr, flush=True)  # noqa: T201 - the log
        os._exit(1)
    # A thread that still waits for a webhook's answer would hold the process up; every change is on disk already.
    threading.Timer(SHUTDOWN_SECONDS, os._exit, (0,)).start()
    server.stop()  # type: ignore[no-untyped-call]
    await serving
    os._exit(0)


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """The parent's end of the pipe closes when the parent is gone, however it went."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stop.set)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.stripe", description="A stand-in for Stripe. No money moves."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=3001, help="port to listen on (%(default)s)")
    parser.add_argument("--public-url", help="how browsers reach the checkout page (http://localhost:PORT)")
    parser.add_argument("--webhook-url", help="endpoint that gets signed events (none: they are only listed)")
    parser.add_argument("--webhook-secret", default="", help="signing secret of the endpoint")
    parser.add_argument("--webhook-events", default=",".join(sorted(CHECKOUT_EVENTS)), help="types, or '*' for all")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps everything across restarts (none: memory)")
    parser.add_argument("--bank-delay", type=float, default=5.0, help="seconds until a bank debit clears (%(default)s)")
    parser.add_argument("--redirect-wait", type=float, default=3.0, help="longest wait for a webhook (%(default)s s)")
    parser.add_argument(
        "--retry-base", type=float, default=0.5, help="first pause between webhook tries (%(default)s s)"
    )
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when standard input closes")
    return parser


if __name__ == "__main__":
    main()
