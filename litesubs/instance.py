"""What one instance needs around it: a database and the sandboxes, started here or lent by the instance that runs.

The environment is how their addresses reach the settings and every child process. Locks in the data directory see to
it that one process owns the services; the guards of its children share a lock, so that after a kill -9 the next start
waits until the last of them is gone.
"""

import contextlib
import fcntl
import http.client
import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from litesubs import db, guard, postgres
from litesubs.settings import settings

ROOT = Path(__file__).resolve().parent.parent
WAIT_FOR_OWNER_SECONDS = 180
SANDBOX_TIMEOUT_SECONDS = 30
SANDBOX_PORTS = 20  # how many after our own are tried
SANDBOX_KEY = "sk_test_sandbox"
WEBHOOK_PATH = "/api/webhooks/stripe"
Say = Callable[[str], None]


class InstanceError(RuntimeError):
    """The instance cannot run; the message says why and what to do."""


@dataclass
class Services:
    """What runs for us. `owned` is false when another process lends it.

    `sandboxes` are what the person is told, with the URL to open; `stand_ins` their processes, by name.
    """

    environment: dict[str, str] = field(default_factory=dict)
    sandboxes: dict[str, str] = field(default_factory=dict)
    owned: bool = True
    hold: tuple[int, ...] = ()
    database: postgres.Server | None = None
    stand_ins: dict[str, guard.Guarded] = field(default_factory=dict)


def say(line: str) -> None:
    """A result, on standard output, at once even through a pipe."""
    print(line, flush=True)  # noqa: T201 - this is the command line's voice


def tell(line: str) -> None:
    """What is going on meanwhile, on standard error, so that `demo --json` and the like stay clean."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def data_dir() -> Path:
    """The data directory, absolute."""
    return (ROOT / settings().data_dir).resolve()


@contextlib.contextmanager
def running(*, serve: bool = False, stays: bool = False, sandbox: bool = False) -> Iterator[Services]:
    """The services for as long as the block runs, with the environment and the settings pointing at them.

    What the settings name already is used as it is. Otherwise the services of a running instance are borrowed, or our
    own are started. `stays` says that others may borrow from us; `serve`, that we must be the owner and that our port
    must be free. Raises InstanceError and postgres.PostgresError.
    """
    start_sandboxes = [start for named, start in _SANDBOXES if sandbox and not settings().production and not named()]
    if settings().database_url is not None and not start_sandboxes:
        if serve:
            _check_port()
        yield Services()
        return
    with _owner_or_borrower(serve=serve) as services, contextlib.ExitStack() as stack:
        if serve:
            _check_port()
        if services.owned:
            _start_database(services, stack)
            for start in start_sandboxes:
                start(services, stack)
        with _environment(services.environment):
            if services.owned and stays:
                _announce(services)
                stack.callback(_note().unlink, missing_ok=True)
            yield services


def restart_database(services: Services) -> None:
    """Start the database again after it died; its address stays the same."""
    if services.database is not None:
        services.database.stop()
        services.database = postgres.start(data_dir(), hold=services.hold, say=tell)


def free_port(host: str, port: int) -> bool:
    """Whether nothing listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def wait_for_http(
    port: int, path: str, process: guard.Guarded, timeout_seconds: float, host: str = "127.0.0.1"
) -> bool:
    """Wait until the process answers on `path` with something below 500; False when it ends or time is up."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline and process.exit_code() is None:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status < 500:  # noqa: PLR2004 - any server error
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    return False


def _check_port() -> None:
    host, port = settings().host, settings().port
    if not free_port(host, port):
        message = f"Port {port} on {host} is taken by another program: stop that, or set LITESUBS_PORT to another port."
        raise InstanceError(message)


def _start_database(services: Services, stack: contextlib.ExitStack) -> None:
    if settings().database_url is None:
        services.database = postgres.start(data_dir(), hold=services.hold, say=tell)
        stack.callback(_stop_database, services)
        services.environment["DATABASE_URL"] = services.database.url


def _stop_database(services: Services) -> None:
    if services.database is not None:  # another one than at the start, if it was started again
        services.database.stop()


def _start_stripe(services: Services, stack: contextlib.ExitStack) -> None:
    """Start the stand-in for Stripe."""
    [port] = _sandbox_ports(1)
    secret = _kept_secret("stripe-sandbox.secret")
    webhook_url = f"http://127.0.0.1:{settings().port}{WEBHOOK_PATH}"
    options = ["--webhook-url", webhook_url, "--webhook-secret", secret]
    base = _start_stand_in(services, stack, "stripe", port, options)
    services.sandboxes["Stripe sandbox (no money moves)"] = base
    services.environment |= {
        "STRIPE_SECRET_KEY": SANDBOX_KEY,
        "STRIPE_WEBHOOK_SECRET": secret,
        "STRIPE_API_BASE": base,
    }


def _start_inbox(services: Services, stack: contextlib.ExitStack) -> None:
    """Start the mail server that keeps every mail."""
    port, smtp_port = _sandbox_ports(2)
    base = _start_stand_in(services, stack, "inbox", port, ["--smtp-port", str(smtp_port)])
    services.sandboxes["Mail inbox (no mail leaves)"] = base
    services.environment["SMTP_URL"] = f"smtp://127.0.0.1:{smtp_port}"


# Whether the settings name the real service, and what is started where they do not.
_SANDBOXES: list[tuple[Callable[[], bool], Callable[[Services, contextlib.ExitStack], None]]] = [
    (lambda: settings().stripe_secret_key is not None, _start_stripe),
    (lambda: settings().smtp_url is not None, _start_inbox),
]


def _sandbox_ports(wanted: int) -> list[int]:
    """The first free ports after ours."""
    own = settings().port
    ports = range(own + 1, own + 1 + SANDBOX_PORTS)
    found = [port for port in ports if free_port("127.0.0.1", port)][:wanted]
    if len(found) < wanted:
        message = f"No free port for the sandbox between {ports[0]} and {ports[-1]}: set LITESUBS_PORT."
        raise InstanceError(message)
    return found


def _start_stand_in(
    services: Services, stack: contextlib.ExitStack, name: str, port: int, options: Sequence[str]
) -> str:
    """Run `sandbox.NAME` for as long as the stack is open, its state in the data directory. The URL of its page."""
    state, log_path = (data_dir() / f"{name}-sandbox.{ending}" for ending in ("sqlite3", "log"))
    argv = [sys.executable, "-m", f"sandbox.{name}", "--port", str(port), "--state", str(state), *options]
    with log_path.open("wb") as log:
        process = guard.start(guard.Command(argv, cwd=str(ROOT)), output=log, hold=services.hold)
    services.stand_ins[name] = process
    stack.callback(process.stop)
    if not wait_for_http(port, "/_test/health", process, SANDBOX_TIMEOUT_SECONDS):
        message = f"The sandbox for {name} did not start ({log_path}):\n{log_path.read_text(errors='replace')[-2000:]}"
        raise InstanceError(message)
    return f"http://127.0.0.1:{port}"


def _kept_secret(name: str) -> str:
    """A random secret that stays the same from start to start."""
    path = data_dir() / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"whsec_{secrets.token_hex(24)}")
    return path.read_text()


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for us and our children, let settings and engine read them anew, and put everything back after."""
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    settings.cache_clear()
    db.reset()
    try:
        yield
    finally:
        db.reset()
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        settings.cache_clear()


def _note() -> Path:
    """Where the owner writes what it lends; valid only while the owner holds its lock."""
    return data_dir() / "running.json"


def _announce(services: Services) -> None:
    note = _note()
    note.touch(mode=0o600)
    note.write_text(
        json.dumps(
            {
                "url": settings().base_url,
                "pid": os.getpid(),
                "environment": services.environment,
                "sandboxes": services.sandboxes,
            }
        )
    )


@contextlib.contextmanager
def _owner_or_borrower(*, serve: bool) -> Iterator[Services]:
    """Own the data directory for the block, or borrow from its owner. Raises InstanceError when neither can be had."""
    data_dir().mkdir(parents=True, exist_ok=True)
    with (data_dir() / "owner.lock").open("w") as owner, (data_dir() / "children.lock").open("w") as children:
        deadline = time.monotonic() + WAIT_FOR_OWNER_SECONDS
        while not _locked(owner):
            lent = _lent()
            if lent is not None and serve:
                message = f"Litesubs is running from this folder already: {lent['url']} (process {lent['pid']})."
                raise InstanceError(message)
            if lent is not None:
                yield Services(environment=lent["environment"], sandboxes=lent["sandboxes"], owned=False)
                return
            _wait(deadline)
        while not _locked(children):
            _wait(deadline)
        _note().unlink(missing_ok=True)
        yield Services(hold=(children.fileno(),))


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lent() -> dict[str, dict[str, str]] | None:
    try:
        note: dict[str, dict[str, str]] = json.loads(_note().read_text())
    except (FileNotFoundError, json.JSONDecodeError):  # not there yet, or half written
        return None
    return note


def _wait(deadline: float) -> None:
    if time.monotonic() > deadline:
        message = f"Another litesubs command has been using {data_dir()} for minutes: stop it and try again."
        raise InstanceError(message)
    time.sleep(0.1)
