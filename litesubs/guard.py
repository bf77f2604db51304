"""Child processes that cannot outlive us: each runs under a small guard process, which stops it when we are gone.

The guard holds the reading end of a pipe and we hold the other. Closing it, or dying in any way, kill -9 included, ends
the pipe, and the guard stops the child: first the way the child likes, then its whole process group by force. The guard
also reaps the child, so that no zombie keeps a stale pid alive in a container that has no init. On Linux the child is
told by the kernel as well if the guard itself is killed.

Run as a script this module is the guard. It imports the standard library only, so that it starts in no time.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

FORCE_AFTER_SECONDS = 15.0
GUARD_GRACE_SECONDS = 5.0
PR_SET_PDEATHSIG = 1
STILL_STOPPING = "A process that was told to stop is still there after it was killed."


@dataclass(frozen=True)
class Command:
    """What to run. `user` is a user id to become (root only); `stop_signal` is how the program likes to be stopped."""

    argv: Sequence[str]
    cwd: str | None = None
    user: int | None = None
    group: int | None = None
    stop_signal: int = int(signal.SIGTERM)
    force_after_seconds: float = FORCE_AFTER_SECONDS


class Guarded:
    """A running child and its guard."""

    def __init__(self, process: subprocess.Popen[bytes], command: Command) -> None:
        """Use `start`."""
        self._process = process
        self._command = command

    def exit_code(self) -> int | None:
        """The child's exit code (negative for a signal, as subprocess has it), or None while it runs."""
        code = self._process.poll()
        return code if code is None or code < 128 else 128 - code  # noqa: PLR2004 - the shell's convention for signals

    def wait(self, timeout_seconds: float | None = None) -> int:
        """Wait until the child has ended by itself. Raises subprocess.TimeoutExpired."""
        self._process.wait(timeout_seconds)
        code = self.exit_code()
        return 0 if code is None else code

    def stop(self) -> None:
        """Stop the child and everything in its group, and return when they are gone. Safe to call twice."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(self._command.force_after_seconds + GUARD_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise RuntimeError(STILL_STOPPING) from None


def start(
    command: Command,
    *,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    hold: Sequence[int] = (),
) -> Guarded:
    """Start `command` under a guard. `output` takes stdout and stderr.

    `hold` are descriptors (of locks) that the guard keeps open, so that a lock of ours is free only when our children
    are gone too.
    """
    spec = json.dumps(asdict(replace(command, argv=[str(part) for part in command.argv])))
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and this very file
        [sys.executable, "-I", "-S", str(Path(__file__).resolve()), spec],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=env,
        pass_fds=tuple(hold),
        start_new_session=True,  # Ctrl-C in the terminal reaches us alone, and we stop the children in order
    )
    return Guarded(process, command)


def run(command: Command, *, env: Mapping[str, str] | None = None, output: IO[bytes] | int | None = None) -> int:
    """Run `command` to its end under a guard and return its exit code; an exception here stops it."""
    guarded = start(command, env=env, output=output)
    try:
        return guarded.wait()
    finally:
        guarded.stop()


def _die_with_guard(stop_signal: int) -> None:
    """Ask the kernel to signal this process when its parent dies, where the kernel can (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop_signal)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS answers "not permitted" for a dead group
        os.killpg(child.pid, signal.SIGKILL)


def _keep(command: Command) -> int:
    """Be the guard: run the child until it ends, or until stdin ends or a signal says stop. Returns an exit code."""
    child = subprocess.Popen(  # noqa: S603 - the command comes from our own parent
        command.argv,
        stdin=subprocess.DEVNULL,
        cwd=command.cwd,
        user=command.user,
        group=command.group,
        extra_groups=[] if command.user is not None else None,
        start_new_session=True,
        # The kernel forgets the request when the user changes, so it is made last, which is what preexec_fn is.
        preexec_fn=lambda: _die_with_guard(command.stop_signal),  # noqa: PLW1509 - no threads run yet
    )
    stopping = threading.Event()

    def stop(*_: object) -> None:
        if not stopping.is_set():
            stopping.set()
            child.send_signal(command.stop_signal)
            force = threading.Timer(command.force_after_seconds, _kill_group, [child])
            force.daemon = True
            force.start()

    def stop_at_end_of_input() -> None:
        while os.read(0, 1024):
            pass
        stop()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    code = child.wait()
    _kill_group(child)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    result = _keep(Command(**json.loads(sys.argv[1])))
    os._exit(result)  # a thread still waits for input, and a normal exit would wait for it
