"""Jobs: they come with the commit, go with the rollback, run once, are retried, and survive their worker."""

import asyncio
import contextlib
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from procrastinate import RetryStrategy
from sqlalchemy import text

from litesubs import db, jobs
from litesubs.domain.clock import now
from litesubs.frontend import ROOT
from litesubs.queue import enqueue
from tests.sandbox_process import eventually

PATIENCE_SECONDS = 30
RUNS: Counter[str] = Counter()

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def tasks_for_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Adds tasks that count their runs; `stubborn` fails until its third."""
    monkeypatch.setattr(jobs, "POLL_SECONDS", 0.1)

    def count(name: str) -> None:
        RUNS[name] += 1

    def stubborn(name: str) -> None:
        RUNS[name] += 1
        if RUNS[name] < 3:
            message = "not yet"
            raise RuntimeError(message)

    RUNS.clear()
    jobs.app.task(name="count")(count)
    jobs.app.task(name="stubborn", retry=RetryStrategy(max_attempts=5, wait=0))(stubborn)
    yield
    del jobs.app.tasks["count"], jobs.app.tasks["stubborn"]


def test_a_rollback_takes_the_job_with_it() -> None:
    with contextlib.suppress(LookupError), db.transaction() as session:
        enqueue(session, "count", queue="upkeep", name="never")
        raise LookupError
    assert states() == []


def test_a_committed_job_runs_once() -> None:
    with db.transaction() as session:
        enqueue(session, "count", queue="upkeep", name="one")
        assert states() == []  # seen from another connection: nothing yet
    work_until(lambda: states() == ["succeeded"])
    assert RUNS == {"one": 1}


def test_a_waiting_job_is_not_added_twice_and_spoils_nothing() -> None:
    with db.transaction() as session:
        enqueue(session, "count", queue="upkeep", queueing_lock="one", name="one")
        enqueue(session, "count", queue="upkeep", queueing_lock="one", name="again")
        enqueue(session, "count", queue="upkeep", name="other")
    assert states() == ["todo", "todo"]


def test_a_job_waits_for_its_time() -> None:
    with db.transaction() as session:
        enqueue(session, "count", queue="upkeep", schedule_in_seconds=3600, name="later")
        due = session.connection().execute(text("SELECT scheduled_at FROM procrastinate_jobs")).scalar_one()
    assert 3500 < (due - now()).total_seconds() < 3700


def test_a_failing_job_is_tried_again() -> None:
    with db.transaction() as session:
        enqueue(session, "stubborn", queue="upkeep", name="stubborn")
    work_until(lambda: states() == ["succeeded"])
    assert RUNS == {"stubborn": 3}


def test_a_retry_gives_way_to_a_waiting_twin() -> None:
    with db.transaction() as session:
        enqueue(session, "stubborn", queue="upkeep", queueing_lock="same", lock="same", name="stubborn")
        session.connection().execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
        enqueue(session, "stubborn", queue="upkeep", queueing_lock="same", lock="same", name="stubborn")
    work_until(lambda: states() == ["failed", "succeeded"], stalled=True)


def test_the_job_of_a_killed_worker_is_done_by_another() -> None:
    with db.transaction() as session:
        enqueue(session, "hang", queue="upkeep", name="hung")
    hanging = (
        "import time; from litesubs import jobs\n"
        "jobs.app.task(name='hang')(lambda name: time.sleep(600))\n"
        "jobs.run_worker()"
    )
    with subprocess.Popen([sys.executable, "-c", hanging], cwd=ROOT) as worker:
        try:
            eventually(lambda: states() == ["doing"], PATIENCE_SECONDS)
        finally:
            worker.kill()
    jobs.app.task(name="hang")(lambda name: RUNS.update([name]))
    try:
        with db.transaction() as session:  # as if the last sign of life were old enough
            session.connection().execute(
                text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
            )
        work_until(lambda: states() == ["succeeded"], stalled=True)
    finally:
        del jobs.app.tasks["hang"]
    assert RUNS == {"hung": 1}


def test_the_worker_outlives_a_lost_connection(caplog: pytest.LogCaptureFixture) -> None:
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'litesubs worker'")

    def cut_then_enqueue() -> bool:
        if not RUNS and states() == []:
            with db.transaction() as session:
                session.connection().execute(cut)
                enqueue(session, "count", queue="upkeep", name="after")
        return states() == ["succeeded"]

    with caplog.at_level(logging.CRITICAL):
        work_until(cut_then_enqueue)


def test_every_periodic_task_may_wait_only_once() -> None:
    periodic = {task.task.name: task.task for task in jobs.app.periodic_registry.periodic_tasks.values()}
    assert set(periodic) >= {"retry_stalled", "forget_finished", "sweep_purchases", "expire_credits"}
    assert all(task.queueing_lock == name for name, task in periodic.items())


def work_until(done: Callable[[], bool], *, stalled: bool = False) -> None:
    """Run the worker in this process until `done`; `stalled` also looks for the jobs of dead workers at once."""

    async def scenario() -> None:
        async with worker(), asyncio.timeout(PATIENCE_SECONDS):
            if stalled:
                with db.transaction() as session:
                    enqueue(session, "retry_stalled", queue="upkeep", timestamp=0)
            while not await asyncio.to_thread(done):  # noqa: ASYNC110 - what it waits for is in the database
                await asyncio.sleep(0.05)

    asyncio.run(scenario())


@contextlib.asynccontextmanager
async def worker() -> AsyncIterator[None]:
    """The product's worker, without its clockwork: periodic tasks would run beside the test's own jobs."""
    registry = jobs.app.periodic_registry
    periodic = dict(registry.periodic_tasks)
    registry.periodic_tasks.clear()
    try:
        async with jobs.running_worker():
            yield
    finally:
        registry.periodic_tasks.update(periodic)


def states() -> list[str]:
    """The states of the jobs that tests enqueued, in order."""
    with db.engine().connect() as connection:
        ours = "task_name IN ('count', 'stubborn', 'hang')"
        rows = connection.execute(text(f"SELECT status::text FROM procrastinate_jobs WHERE {ours} ORDER BY id"))  # noqa: S608
        return [str(status) for (status,) in rows]
