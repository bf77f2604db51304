"""The embedded PostgreSQL: starts anywhere, stops cleanly, survives being killed, outlives nobody."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg2
import pytest

from litesubs import postgres
from litesubs.frontend import ROOT
from tests.sandbox_process import eventually

LINUX = sys.platform == "linux"
IS_ROOT = os.geteuid() == 0
HOLDER = """
import pathlib, sys, time
from litesubs import postgres
server = postgres.start(pathlib.Path(sys.argv[1]))
print(server.url, server.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def started(open_folder: Path) -> Iterator[Callable[[], postgres.Server]]:
    """Starts the server of one data directory, as often as a test likes; stops what still runs."""
    servers: list[postgres.Server] = []

    def start() -> postgres.Server:
        servers.append(postgres.start(open_folder / "data"))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def test_it_starts_from_nothing_and_keeps_its_rows_over_a_restart(started: Callable[[], postgres.Server]) -> None:
    server = started()
    write_row(server.url)
    server.stop()
    assert server.ended
    assert count_rows(started().url) == 1


def test_what_was_committed_survives_a_killed_postmaster(started: Callable[[], postgres.Server]) -> None:
    server = started()
    write_row(server.url)
    os.kill(server.pid, signal.SIGKILL)
    eventually(lambda: server.ended)
    assert count_rows(started().url) == 1


def test_a_pid_file_that_names_another_program_does_not_block_the_start(
    started: Callable[[], postgres.Server], open_folder: Path
) -> None:
    server = started()
    write_row(server.url)
    os.kill(server.pid, signal.SIGKILL)
    eventually(lambda: server.ended)
    pid_file = open_folder / "data" / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert count_rows(started().url) == 1


def test_an_interrupted_first_start_leaves_nothing_in_the_way(
    started: Callable[[], postgres.Server], open_folder: Path
) -> None:
    half = open_folder / "data" / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    write_row(started().url)


def test_no_process_outlives_a_killed_parent(open_folder: Path) -> None:
    with holder(open_folder / "data") as (process, url, pid):
        write_row(url)
        process.kill()
        process.wait()
        eventually(lambda: not alive(pid))
    server = postgres.start(open_folder / "data")
    try:
        assert count_rows(server.url) == 1
    finally:
        server.stop()


@pytest.mark.skipif(not LINUX, reason="only Linux tells a child of its parent's death")
def test_no_process_outlives_a_killed_guard(started: Callable[[], postgres.Server]) -> None:
    server = started()
    pid = server.pid
    os.kill(psutil.Process(pid).ppid(), signal.SIGKILL)
    eventually(lambda: not alive(pid))


def test_the_socket_works_from_a_folder_with_a_long_name(open_folder: Path) -> None:
    server = postgres.start(open_folder / ("long" * 30) / "data")
    try:
        write_row(server.url)
    finally:
        server.stop()


@pytest.mark.skipif(not IS_ROOT, reason="only root runs the server as another user")
def test_root_below_a_closed_folder_keeps_the_cluster_where_its_user_can_read(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    try:
        for rows in (1, 2):
            server = postgres.start(closed / "data")
            write_row(server.url)
            assert count_rows(server.url) == rows
            server.stop()
        place = Path((closed / "data" / "postgres.path").read_text().strip())
        assert postgres.OUTSIDE in place.parents
    finally:
        shutil.rmtree(Path((closed / "data" / "postgres.path").read_text().strip()))


@pytest.mark.skipif(not IS_ROOT, reason="everyone else is a normal user in all other tests")
def test_a_normal_user_can_start_it(open_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    python = interpreter_for(nobody.pw_uid)
    os.chown(open_folder, nobody.pw_uid, nobody.pw_gid)
    with holder(open_folder / "data", python=python, user=nobody.pw_uid) as (process, _url, pid):
        assert psutil.Process(pid).uids().real == nobody.pw_uid
        process.terminate()
        process.wait()
        eventually(lambda: not alive(pid))


def write_row(url: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (moment timestamptz DEFAULT now())")
        cursor.execute("INSERT INTO kept DEFAULT VALUES")
        connection.commit()


def count_rows(url: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        (count,) = cursor.fetchone() or (0,)
        return int(count)


@contextmanager
def holder(
    data: Path, python: str = sys.executable, user: int | None = None
) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    """Another process that starts the server and holds on to it: the process, the server's URL and its pid."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [python, "-c", HOLDER, str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd="/", env=environment, user=user, group=user, extra_groups=[]
    ) as process:
        assert process.stdout is not None
        try:
            url, pid = process.stdout.readline().split()
            yield process, url, int(pid)
        finally:
            process.kill()


def interpreter_for(uid: int) -> str:
    """A Python that this user may run and that can load our packages, or else the test is skipped."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        check = [python, "-c", "import litesubs.postgres"]
        with suppress(OSError):
            if (
                subprocess.run(check, env=environment, user=uid, group=uid, extra_groups=[], check=False).returncode
                == 0
            ):
                return python
    pytest.skip("this user can run no Python here")


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie that its parent has not collected yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
