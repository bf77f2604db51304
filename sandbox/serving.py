"""Serves a sandbox until a signal, or until whoever started it is gone."""

import asyncio
import contextlib
import os
import signal
import sys
import threading

from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server

SHUTDOWN_SECONDS = 3.0


def serve(app: FastAPI, name: str, host: str, port: int, *, exit_with_stdin: bool) -> None:
    """Serves `app` and ends the process with it; `name` stands before what goes wrong."""
    server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False)
    asyncio.run(_serve(server, name, exit_with_stdin=exit_with_stdin))


async def _serve(server: Server, name: str, *, exit_with_stdin: bool) -> None:
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
        print(f"{name}: {reason}", file=sys.stderr, flush=True)  # noqa: T201 - the log
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
