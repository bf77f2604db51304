"""One PostgreSQL for the whole run, and for each test its own database: a clone of a migrated template.

Commits are real, so races and jobs can be tested, and nothing has to be cleaned up. The process that pytest was started
as owns the server (under pytest-xdist the workers are told its address), and the server's guard stops it even if pytest
is killed.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql
from sqlalchemy.engine import make_url

from litesubs import db, migrations, postgres
from litesubs.settings import Settings, settings

TEMPLATE = "litesubs_template"
CLUSTER_URL = pytest.StashKey[str]()
CLUSTER_STOP = pytest.StashKey[Callable[[], None]]()
MEMORY = Path("/dev/shm")  # noqa: S108 - only made folders inside it
MEMORY_NEEDED_BYTES = 2_000_000_000
WORKER_KEY = "litesubs_cluster_url"

for _name in [
    name for name in os.environ if name.startswith(("LITESUBS_", "STRIPE_", "DATABASE_URL", "SMTP_", "MAIL_"))
]:
    del os.environ[_name]
Settings.model_config["env_file"] = None  # a developer's own .env has no say in tests


def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the server is."""
    node.workerinput[WORKER_KEY] = _cluster_url(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server if this process started it."""
    if CLUSTER_STOP in config.stash:
        config.stash[CLUSTER_STOP]()


@pytest.fixture(autouse=True)
def fresh_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings are read anew in each test, and nothing reaches the data directory of a developer."""
    monkeypatch.setenv("LITESUBS_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty, migrated database of this test alone; `litesubs.db` uses it. The value is its DATABASE_URL."""
    with cloned_database(request.config) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        db.reset()
        yield url
        db.reset()
    settings.cache_clear()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user of the machine can enter, which pytest's own `tmp_path` is not."""
    with _open_folder() as folder:
        yield folder


@contextmanager
def cloned_database(config: pytest.Config) -> Iterator[str]:
    """A clone of the template for as long as the block runs: its URL."""
    server = _cluster_url(config)
    name = f"test_{secrets.token_hex(8)}"
    _administer(
        server, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
    )
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _cluster_url(config: pytest.Config) -> str:
    """The server's address: told by xdist, or known, or that of a server started now."""
    worker_input: dict[str, str] = getattr(config, "workerinput", {})
    if WORKER_KEY in worker_input:
        return worker_input[WORKER_KEY]
    if CLUSTER_URL not in config.stash:
        folder = _open_folder(_fastest_place())
        server = postgres.start(folder.__enter__(), durable=False)

        def stop() -> None:
            server.stop()
            folder.__exit__(None, None, None)

        config.stash[CLUSTER_STOP] = stop
        config.stash[CLUSTER_URL] = server.url
        _make_template(server.url)
    return config.stash[CLUSTER_URL]


def _make_template(server: str) -> None:
    _administer(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", make_url(server).set(database=TEMPLATE).render_as_string(hide_password=False))
        settings.cache_clear()
        db.reset()
        migrations.upgrade()
        db.reset()
    settings.cache_clear()


def _administer(server: str, statement: sql.Composable) -> None:
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def _open_folder(place: Path | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="litesubs-test-", dir=place))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fastest_place() -> Path | None:
    """Memory where there is enough of it: a clone takes 20 ms there and 400 ms on a slow disk."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED_BYTES:
        return MEMORY
    return None
