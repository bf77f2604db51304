"""Sixteen clients at once, some of them killed, on a server and a database that are killed too: the books are right."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from litesubs import db, guard, instance, migrations, postgres
from litesubs.db import transaction
from litesubs.domain import api_keys, clock, holds, ids, ledger, verify, wallets
from litesubs.domain.api_keys import KeyDraft
from litesubs.frontend import ROOT
from litesubs.models import GrantSource, IdempotencyKey, LedgerEntry
from litesubs.settings import settings
from tests import factories
from tests.factories import SYSTEM
from tests.sandbox_process import eventually, free_port

CLIENTS, REQUESTS, CUSTOMERS, CREDITS = 16, 40, 5, 60
PATIENCE_SECONDS = 240
Line = dict[str, Any]


class Place:
    """A database of its own and the API in front of it, both of which can be killed and come back where they were."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Start both. What runs at the end is stopped by `stack`."""
        self.folder, self.port = folder, free_port()
        self.api: guard.Guarded | None = None
        self.database = postgres.start(folder, durable=True)
        stack.callback(self.stop)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("DATABASE_URL", self.database.url)
        patch.setenv("LITESUBS_API_KEY_LIMIT", "1000000")
        patch.setenv("LITESUBS_API_ADDRESS_LIMIT", "1000000")
        settings.cache_clear()
        db.reset()
        stack.callback(settings.cache_clear)
        stack.callback(db.reset)
        migrations.upgrade()
        self.api = self._served()

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop what runs by now."""
        if self.api:
            self.api.stop()
        self.database.stop()

    def kill_api(self) -> None:
        """As the kernel would, then start it again."""
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if str(self.port) in process.cmdline() and "granian" in process.cmdline():
                    for worker in [*process.children(recursive=True), process]:
                        worker.kill()
        if self.api:
            self.api.stop()
        self.api = self._served()

    def kill_database(self) -> None:
        """The same to PostgreSQL: its log is replayed when it comes back."""
        os.kill(int((self.folder / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        eventually(lambda: self.database.ended, PATIENCE_SECONDS)
        self.database.stop()
        self.database = postgres.start(self.folder, durable=True)

    def _served(self) -> guard.Guarded:
        argv = [sys.executable, "-m", "granian", "--interface", "asgi", "--log-level", "critical", "--no-access-log"]
        argv += ["--host", "127.0.0.1", "--port", str(self.port), "litesubs.api.app:api"]
        process = guard.start(guard.Command(argv, cwd=str(ROOT)), env=os.environ, output=subprocess.DEVNULL)
        assert instance.wait_for_http(self.port, "/api/v1/packs", process, PATIENCE_SECONDS)
        return process


@pytest.fixture
def place(open_folder: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(open_folder, stack)


def test_whatever_is_killed_no_credit_is_lost_doubled_or_overspent(place: Place, tmp_path: Path) -> None:
    first = factories.customer_with(CREDITS)
    people = [first, *(factories.holding(first.pack, first.creator, CREDITS) for _ in range(CUSTOMERS - 1))]
    for held in people:
        soon = ledger.Lot(5, GrantSource.promo, f"soon {held.wallet_id}", clock.now() + timedelta(seconds=2))
        with transaction() as session:
            ledger.grant(session, held.subscription_id, soon, SYSTEM)
    scopes = ("read", "debits:write", "credits:write")
    _, token = api_keys.create(first.creator, KeyDraft("Hammer", scopes))
    told = {
        "url": place.url,
        "token": token,
        "count": REQUESTS,
        "pack": first.pack.id,
        "customers": [ids.show("cus", held.customer_id) for held in people],
    }
    logs = [tmp_path / f"{number}.log" for number in range(CLIENTS + 3)]
    with ExitStack() as stack:
        clients = [stack.enter_context(hammering(told, seed, logs[seed])) for seed in range(CLIENTS)]
        reach(logs, 60)
        for number, killed in enumerate(clients[:3]):  # others take over where they were, with the same requests
            killed.kill()
            killed.wait()
            clients.append(stack.enter_context(hammering(told, number, logs[CLIENTS + number])))
        reach(logs, 150)
        let_go()
        place.kill_api()
        reach(logs, 300)
        place.kill_database()
        reach(logs, 450)
        let_go()
        assert [client.wait(PATIENCE_SECONDS) for client in clients[3:]] == [0] * (len(clients) - 3)
    let_go()
    assert verify.violations() == []
    told_and_kept([line for log in logs for line in read(log)])


def told_and_kept(lines: list[Line]) -> None:
    """What clients were told was done stands in the ledger once, and nothing else does."""
    answers: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line.get("status") in (200, 201):
            answers[line["key"]].add(line["answer"])
    with transaction() as session:
        kept = {row.key: ids.spelled(row.body) for row in session.exec(select(IdempotencyKey))}
        entries = session.exec(select(LedgerEntry)).all()
    assert len(answers) > CLIENTS
    assert {key: {kept[key]} for key in answers} == answers
    sent = {line["key"]: line["path"] for line in lines}
    assert set(kept) <= set(sent)
    written: dict[str, int] = defaultdict(int)
    for entry in entries:
        if entry.type in ("debit", "hold"):
            written[ids.show(entry.type.value, entry.posting_id)] += abs(entry.posted_delta or entry.held_delta)  # type: ignore[arg-type]
    promised = {
        answer["id"]: answer["amount"]
        for answer, path in ((json.loads(body), sent[key]) for key, body in kept.items())
        if path in ("/debits", "/holds")
    }
    assert written == promised


def let_go() -> None:
    """What the worker does each minute, while the database may be away."""
    with contextlib.suppress(OperationalError):
        wallets.expire_due()
        holds.expire_due()


def reach(logs: list[Path], answers: int) -> None:
    """Wait until clients have so many answers."""
    eventually(lambda: sum("status" in line for log in logs for line in read(log)) >= answers, PATIENCE_SECONDS)


def read(log: Path) -> list[Line]:
    """What a client wrote, without the line in the middle of which it was killed."""
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines(keepends=True) if line[-1] == "\n"]


@contextmanager
def hammering(told: Line, seed: int, log: Path) -> Iterator[subprocess.Popen[str]]:
    """A client in a process of its own."""
    command = [sys.executable, "-m", "tests.hammering"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(told | {"seed": seed, "log": str(log)}))
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()
