"""Mail in tests of the domain: an inbox of the sandbox that the product's mail goes to, and the jobs that send it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import text

from litesubs.db import transaction
from litesubs.domain import gifts, verification
from litesubs.settings import settings
from tests.sandbox_process import Inbox


@contextmanager
def mail_goes_to(inbox: Inbox) -> Iterator[None]:
    """Settings that name this inbox, until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMTP_URL", inbox.smtp_url)
        patch.setenv("MAIL_FROM", "Litesubs <hello@litesubs.example>")
        settings.cache_clear()
        yield
    settings.cache_clear()


def send_waiting_mail() -> int:
    """Do what the worker would do with the mail that waits. Returns how many jobs there were."""
    with transaction() as session:
        jobs = session.execute(
            text("DELETE FROM procrastinate_jobs WHERE queue_name = 'mail' RETURNING task_name, args")
        ).all()
    for name, args in jobs:
        if name == "send_verification":
            verification.deliver(UUID(args["verification_id"]), args["next_path"])
        else:
            gifts.deliver(UUID(args["grant_id"]))
    return len(jobs)
