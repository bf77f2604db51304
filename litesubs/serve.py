"""`python -m litesubs serve`: everything from nothing to a URL, then watching over it until told to stop."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import IO

from litesubs import db, frontend, guard, instance, migrations
from litesubs.instance import InstanceError, Services, say, tell
from litesubs.settings import settings

READY_TIMEOUT_SECONDS = 90
WATCH_SECONDS = 0.25
DATABASE_RESTARTS = 3  # within
DATABASE_RESTARTS_WITHIN_SECONDS = 60.0
SERVER = (
    "--interface",
    "asgi",
    "--factory",
    "--workers",
    "1",
    "--respawn-failed-workers",
    "--workers-kill-timeout",
    "5",
    "--log-level",
    "warning",
)
SERVE_THE_BUILD = {  # Reflex: serve the pages that were exported, from the back end's port, and build nothing
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "__REFLEX_SKIP_COMPILE": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
}


def serve() -> int:
    """Run until interrupted; the exit code. Raises the errors of the parts, whose messages are for the person."""
    if found := settings().problems():
        for problem in found:
            say(f"- {problem}")
        say("Litesubs does not start in production like this.")
        return 1
    with instance.running(serve=True, stays=True, sandbox=True) as services:
        migrations.upgrade()
        db.reset()
        frontend.build(tell)
        with server(settings().host, settings().port, hold=services.hold) as process:
            say(f"Litesubs is ready: {settings().base_url}")
            for name, url in services.sandboxes.items():
                say(f"{name}: {url}")
            return _watch(process, services)


@contextlib.contextmanager
def server(
    host: str,
    port: int,
    *,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    hold: tuple[int, ...] = (),
) -> Iterator[guard.Guarded]:
    """The web server with its worker, answering requests, for as long as the block runs. Raises InstanceError.

    `environment` is added to ours, and `output` takes what the server writes instead of the terminal.
    """
    command = guard.Command(
        [sys.executable, "-m", "granian", *SERVER, "--host", host, "--port", str(port), "litesubs.litesubs:app"],
        cwd=str(frontend.ROOT),
    )
    whole = os.environ | (environment or {}) | SERVE_THE_BUILD
    process = guard.start(command, env=whole, output=output, hold=hold)
    try:
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        if not instance.wait_for_http(port, "/healthz", process, READY_TIMEOUT_SECONDS, address):
            message = "The web server did not start; what it wrote above says why."
            raise InstanceError(message)
        yield process
    finally:
        process.stop()


def _watch(process: guard.Guarded, services: Services) -> int:
    """Return 1 when something ends that should not; a database that was killed is started again."""
    restarts: list[float] = []
    while True:
        time.sleep(WATCH_SECONDS)
        if process.exit_code() is not None:
            say("The web server stopped unexpectedly. Stopping everything.")
            return 1
        for name, stand_in in services.stand_ins.items():
            if stand_in.exit_code() is not None:
                say(f"The sandbox for {name} stopped unexpectedly. Stopping everything.")
                return 1
        if services.database is not None and services.database.ended:
            recent = time.monotonic() - DATABASE_RESTARTS_WITHIN_SECONDS
            restarts = [moment for moment in restarts if moment > recent] + [time.monotonic()]
            if len(restarts) > DATABASE_RESTARTS:
                say(
                    f"The database keeps stopping, see {services.database.data.parent}/server.log. Stopping everything."
                )
                return 1
            tell("The database stopped unexpectedly. Starting it again.")
            instance.restart_database(services)
