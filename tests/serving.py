"""`python -m litesubs serve` as a process of its own, for tests that stop, kill and restart it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from litesubs.frontend import ROOT

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
        return not any(member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in self.family)


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
            threading.Thread(
                target=output.extend, args=[process.stdout], daemon=True
            ).start()  # a full pipe would block
            family = psutil.Process(process.pid).children(recursive=True)
            yield Run(process, url, output, family)
        finally:
            process.terminate()
