"""Enqueue jobs in the caller's transaction: a rollback takes the job with it, a commit hands it to a worker.

Jobs are named, never imported, so the domain does not depend on `jobs`. Worker and tasks are in `jobs`.
"""

from functools import lru_cache
from typing import Literal

from procrastinate import App
from procrastinate.contrib.sqlalchemy import SQLAlchemyPsycopg2Connector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import JSONValue
from sqlmodel import Session

Queue = Literal["payments", "mail", "upkeep"]


@lru_cache
def _enqueuer() -> App:
    """An app without tasks and without connections of its own: every job goes in through the caller's."""
    return App(connector=SQLAlchemyPsycopg2Connector())


def enqueue(
    session: Session,
    task_name: str,
    *,
    queue: Queue,
    lock: str | None = None,
    queueing_lock: str | None = None,
    schedule_in_seconds: int | None = None,
    **kwargs: JSONValue,
) -> None:
    """Add a job that starts when the session's transaction commits, after `schedule_in_seconds` if given.

    Jobs with the same `lock` run one after the other. While a job with the same `queueing_lock` waits, another is not
    added, which is no error: the waiting one will do the work.
    """
    connection = session.connection()
    task = _enqueuer().configure_task(
        task_name,
        queue=queue,
        lock=lock,
        queueing_lock=queueing_lock,
        schedule_in={"seconds": schedule_in_seconds} if schedule_in_seconds else None,
        connection=connection,
    )
    if queueing_lock is None:
        task.defer(**kwargs)
        return
    try:
        with connection.begin_nested():  # a refusal is a database error, and must not spoil the caller's transaction
            task.defer(**kwargs)
    except AlreadyEnqueued:
        return
