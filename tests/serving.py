"""The server as a process of its own: `python -m litesubs serve` as a whole, or the routes alone."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from litesubs import guard, instance
from litesubs.frontend import ROOT
from tests.sandbox_process import free_port

PATIENCE_SECONDS = 120


@dataclass
class Run:
    """A `serve` that printed its URL."""

    process: subprocess.Popen[str]
    url: str
    output: list[str]
    family: list[psutil.Process]

    def ended(self) -> bool:
        """Whether nothing that it started runs any more."""
        return not any(_runs(member) for member in self.family)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.is_running()
    except psutil.NoSuchProcess:
        return False


def fresh_environment(data_dir: Path) -> dict[str, str]:
    """Ours without what other tests set, for an instance of its own on a free port."""
    others = ("STRIPE_", "SMTP_", "DATABASE_URL")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return ours | {"LITESUBS_DATA_DIR": str(data_dir), "LITESUBS_PORT": str(free_port())}


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Run]:
    """A running instance; whatever the test left of it is stopped at the end."""
    command = [sys.executable, "-m", "litesubs", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output: list[str] = []
        try:
            for line in process.stdout:
                output.append(line.rstrip())
                if "ready" in line:
                    break
            assert output, "serve ended without a word"
            url = output[-1].split()[-1]
            reader = threading.Thread(target=output.extend, args=[process.stdout], daemon=True)
            reader.start()  # a full pipe would block
            family = psutil.Process(process.pid).children(recursive=True)
            try:
                yield Run(process, url, output, family)
            finally:
                process.terminate()
                reader.join(PATIENCE_SECONDS)  # to the end of what it said, before its pipe is closed
        finally:
            process.terminate()


@contextmanager
def serving_routes(environment: Mapping[str, str]) -> Iterator[str]:
    """The routes without pages, sandboxes and worker, on a free port: their base URL."""
    port = free_port()
    url = f"http://localhost:{port}"
    argv = [sys.executable, "-m", "granian", "--interface", "asgi", "--log-level", "warning"]
    argv += ["--host", "127.0.0.1", "--port", str(port), "litesubs.api.app:api"]
    whole = os.environ | environment | {"LITESUBS_BASE_URL": url}
    process = guard.start(guard.Command(argv, cwd=str(ROOT)), env=whole)
    try:
        assert instance.wait_for_http(port, "/api/v1/packs", process, PATIENCE_SECONDS), "the routes were not served"
        yield url
    finally:
        process.stop()
