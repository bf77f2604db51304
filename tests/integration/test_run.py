"""`python -m litesubs serve` and its sister commands as a person runs them, from nothing to a URL and back."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from litesubs import frontend
from litesubs.frontend import ROOT
from tests.sandbox_process import eventually, free_port
from tests.serving import PATIENCE_SECONDS, fresh_environment, serving


@pytest.fixture(scope="module", autouse=True)
def pages() -> None:
    """The pages are built once, not in the time that a test waits."""
    frontend.build()


@pytest.fixture
def environment(open_folder: Path) -> dict[str, str]:
    return fresh_environment(open_folder / "data")


def test_from_nothing_to_a_url_and_back_and_again(environment: dict[str, str]) -> None:
    for _ in ("first", "second"):
        with serving(environment) as run:
            assert httpx.get(f"{run.url}/healthz", trust_env=False).status_code == 200
            assert [line for line in run.output if run.url in line] == [f"Litesubs is ready: {run.url}"]
            run.process.send_signal(signal.SIGINT)
            assert run.process.wait(PATIENCE_SECONDS) == 0
            assert run.ended()


def test_a_killed_serve_leaves_no_process_and_the_next_start_works(environment: dict[str, str]) -> None:
    with serving(environment) as run:
        run.process.kill()
        run.process.wait()
        with serving(environment) as again:
            assert run.ended()  # the next start waited for the last of them
            assert httpx.get(f"{again.url}/healthz", trust_env=False).status_code == 200


def test_a_killed_database_is_started_again(environment: dict[str, str], open_folder: Path) -> None:
    with serving(environment) as run:
        pid_file = open_folder / "data" / "postgres" / "data" / "postmaster.pid"
        killed = int(pid_file.read_text().split()[0])
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: pid_file.exists() and pid_file.read_text().split()[0] != str(killed), PATIENCE_SECONDS)
        eventually(lambda: httpx.get(f"{run.url}/readyz", trust_env=False).status_code == 200, PATIENCE_SECONDS)


def test_commands_beside_a_running_instance_use_its_database(environment: dict[str, str]) -> None:
    with serving(environment) as run:
        for command in ("migrate", "verify", "doctor"):
            done = litesubs(command, environment)
            assert done.returncode == 0, done.stdout + done.stderr
        second = litesubs("serve", environment | {"LITESUBS_PORT": str(free_port())})
        assert second.returncode == 1
        assert run.url in second.stderr


def test_commands_without_a_running_instance_start_what_they_need(environment: dict[str, str]) -> None:
    assert litesubs("doctor", environment).returncode == 1  # not migrated yet
    assert litesubs("migrate", environment).returncode == 0
    assert litesubs("verify", environment).returncode == 0


def test_a_taken_port_is_named(environment: dict[str, str]) -> None:
    with serving(environment) as run:
        port = run.url.rsplit(":", 1)[1]
        elsewhere = f"{environment['LITESUBS_DATA_DIR']}-2"
        done = litesubs("serve", environment | {"LITESUBS_DATA_DIR": elsewhere})
        assert done.returncode == 1
        assert f"Port {port}" in done.stderr


def test_production_does_not_start_with_a_development_configuration(environment: dict[str, str]) -> None:
    done = litesubs("serve", environment | {"LITESUBS_ENV": "production"})
    assert done.returncode == 1
    names = ["LITESUBS_SECRET_KEY", "LITESUBS_BASE_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]
    for name in [*names, "SMTP_URL", "MAIL_FROM"]:
        assert name in done.stdout
    assert not Path(environment["LITESUBS_DATA_DIR"]).exists()


def test_nonsense_in_the_configuration_is_named(environment: dict[str, str]) -> None:
    done = litesubs("serve", environment | {"LITESUBS_PORT": "web"})
    assert done.returncode == 1
    assert "LITESUBS_PORT" in done.stdout


def litesubs(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "litesubs", command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
