"""Background work: tasks of three lines that call the domain, and the worker that runs them.

A job may run twice (its worker can die after the work and before the note), so every task is safe to repeat.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from litesubs import db
from litesubs.domain import gifts, holds, idempotency, purchases, stripe_events, sums, verification, visits, wallets

CONCURRENCY = 4
POLL_SECONDS = 5.0  # new jobs are announced at once; this is for scheduled and retried ones
STALLED_AFTER_SECONDS = 30.0  # workers show a sign of life every 10
STOP_WITHIN_SECONDS = 4.0  # of the server's five
RESTART_AFTER_SECONDS = 2.0
KEEP_FINISHED_HOURS = 72
RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)  # 3 s, 9 s, … 16 h: about a day in all

logger = logging.getLogger(__name__)


class _Jobs(JobManager):
    """procrastinate's, except that a retry which meets a waiting twin gives way to it.

    Only waiting jobs hold their queueing lock, so a twin may have been added while a job ran. Putting the job back
    would break the lock's uniqueness, and the error would leave it marked as running for as long as the worker lives.
    """

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        try:
            await super().retry_job(job, retry_at, priority, queue, lock)
        except UniqueViolation:
            await self.finish_job(job, Status.FAILED, delete_job=False)


app = App(connector=PsycopgConnector())
app.job_manager = _Jobs(app.connector)


@app.task(name="handle_stripe_event", queue="payments", retry=RETRY)
def handle_stripe_event(event_id: str) -> None:
    """Act on an event that was stored when it arrived."""
    stripe_events.handle(event_id)


@app.task(name="expire_checkout", queue="payments", retry=RETRY)
def expire_checkout(purchase_id: str) -> None:
    """Close the Checkout session of a purchase that may no longer be paid."""
    purchases.close_checkout(UUID(purchase_id))


@app.task(name="send_verification", queue="mail", retry=RETRY)
def send_verification(verification_id: str, next_path: str) -> None:
    """Send the mail with the link and the code that confirm an address."""
    verification.deliver(UUID(verification_id), next_path)


@app.task(name="send_gift", queue="mail", retry=RETRY)
def send_gift(grant_id: str) -> None:
    """Tell somebody that a creator gave them credits."""
    gifts.deliver(UUID(grant_id))


@app.periodic(cron="*/5 * * * *")
@app.task(name="sweep_purchases", queue="upkeep", queueing_lock="sweep_purchases")
def sweep_purchases(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are told when they were due
    """Settle purchases whose event never came."""
    purchases.sweep()


@app.periodic(cron="* * * * *")
@app.task(name="expire_credits", queue="upkeep", queueing_lock="expire_credits")
def expire_credits(timestamp: int) -> None:  # noqa: ARG001
    """Write the ledger entries for grants whose time is over."""
    wallets.expire_due()


@app.periodic(cron="* * * * *")
@app.task(name="expire_holds", queue="upkeep", queueing_lock="expire_holds")
def expire_holds(timestamp: int) -> None:  # noqa: ARG001
    """Free what holds reserve whose time is over."""
    holds.expire_due()


@app.periodic(cron="23 3 * * *")
@app.task(name="forget_visits", queue="upkeep", queueing_lock="forget_visits")
def forget_visits(timestamp: int) -> None:  # noqa: ARG001
    """Delete what share links keep of their visitors, once it counts nothing any more."""
    visits.forget_old()


@app.periodic(cron="41 * * * *")
@app.task(name="forget_keys", queue="upkeep", queueing_lock="forget_keys")
def forget_keys(timestamp: int) -> None:  # noqa: ARG001
    """Delete the answers that are kept for idempotency keys, once nobody asks for them again."""
    idempotency.forget_old()


@app.periodic(cron="* * * * *")
@app.task(name="fold_sums", queue="upkeep", queueing_lock="fold_sums")
def fold_sums(timestamp: int) -> None:  # noqa: ARG001
    """Add what moved to the sums that figures are read from, also of creators who are not looking."""
    sums.fold_all()


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled", queue="upkeep", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Put back the jobs of workers that died while running them."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        await manager.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(name="forget_finished", queue="upkeep", queueing_lock="forget_finished", pass_context=True)
async def forget_finished(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete jobs that finished days ago; those that failed are kept for whoever looks into it."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)


@contextlib.asynccontextmanager
async def running_worker() -> AsyncIterator[None]:
    """A worker beside the server, in the same process and event loop, for as long as the block runs."""
    worker = asyncio.create_task(work(), name="worker")
    try:
        yield
    finally:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker


async def work() -> None:
    """Run jobs until cancelled. A database that goes away is waited for, not died of."""
    while True:
        try:
            await _work_once()
            logger.warning("The worker stopped by itself and is started again.")
        except ConnectorException:
            logger.warning("The worker lost the database and will try again.")
        except Exception:
            logger.exception("The worker failed and is started again.")
        await asyncio.sleep(RESTART_AFTER_SECONDS)


async def _work_once() -> None:
    url = db.database_url().set(drivername="postgresql").render_as_string(hide_password=False)
    connector = PsycopgConnector(
        conninfo=url, min_size=1, max_size=CONCURRENCY, kwargs={"application_name": "litesubs worker"}
    )
    with app.replace_connector(connector):
        async with app.open_async():
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=STOP_WITHIN_SECONDS,
                install_signal_handlers=False,
            )


def run_worker() -> None:
    """Be a worker process until SIGTERM or Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work())
