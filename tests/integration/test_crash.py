"""kill -9 in the worst moments: a buyer who paid has the credits once, whatever died in between."""

import contextlib
import json
import os
import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy.exc import OperationalError

from litesubs import db, frontend
from litesubs.domain import accounts, packs, profiles, purchases, verify, wallets
from litesubs.domain.actors import Actor
from litesubs.integrations import stripe
from litesubs.settings import settings
from tests.sandbox_process import eventually
from tests.serving import PATIENCE_SECONDS, fresh_environment, serving

RECOVERY_SECONDS = 180  # a job whose worker died is taken up again within a minute or so, then tried again
PASSWORD = "a long enough sentence"


@pytest.fixture(scope="module", autouse=True)
def pages() -> None:
    """The pages are built once, not in the time that a test waits."""
    frontend.build()


@pytest.fixture
def environment(open_folder: Path) -> dict[str, str]:
    return fresh_environment(open_folder / "data")


def test_credits_arrive_once_after_the_server_was_killed_between_payment_and_webhook(
    environment: dict[str, str],
) -> None:
    with serving(environment) as run:
        with on_instance(environment):
            buyer, session_id = open_checkout()
            control("/webhooks/pause")
            control(f"/sessions/{session_id}/pay", {})
            servers = [process for process in run.family if "litesubs.litesubs:app" in " ".join(process.cmdline())]
            for process in servers:
                with contextlib.suppress(psutil.NoSuchProcess):  # it may have gone down with the one before
                    process.kill()
        assert run.process.wait(PATIENCE_SECONDS) == 1
    with serving(environment), on_instance(environment):
        eventually(lambda: held_by(buyer) == [10], PATIENCE_SECONDS)
        deliver_again(session_id)
        assert held_by(buyer) == [10]
        assert verify.violations() == []


def test_credits_arrive_once_after_postgresql_was_killed_while_settling(environment: dict[str, str]) -> None:
    with serving(environment), on_instance(environment):
        buyer, session_id = open_checkout()
        control("/webhooks/pause")
        control(f"/sessions/{session_id}/pay", {})
        killer = threading.Thread(target=kill_postgres, args=[Path(environment["LITESUBS_DATA_DIR"])])
        killer.start()
        deliver_again(session_id)
        killer.join()
        control("/webhooks/resume")
        eventually(partial(holds_ten, buyer), RECOVERY_SECONDS)
        deliver_again(session_id)
        assert held_by(buyer) == [10]
        assert verify.violations() == []


@contextmanager
def on_instance(environment: dict[str, str]) -> Iterator[None]:
    """The domain, called from here, works on the running instance's database and sandbox."""
    lent = json.loads((Path(environment["LITESUBS_DATA_DIR"]) / "running.json").read_text())["environment"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lent.items():
            patch.setenv(name, value)
        forget_instance()
        yield
        db.reset()
    forget_instance()


def forget_instance() -> None:
    settings.cache_clear()
    db.reset()
    stripe.reset_client()


def open_checkout() -> tuple[Actor, str]:
    """A buyer before Stripe's page: who, and the id of the Checkout session."""
    seller = person()
    profiles.become_creator(seller, "Mara Lindqvist", f"mara-{secrets.token_hex(4)}")
    seller = accounts.actor_for(accounts.sign_in(seller.email, PASSWORD, "crash test"))
    pack = packs.create(seller, packs.PackDraft(name="Ten sessions", price="450", credits="10"))
    buyer = person()
    return buyer, purchases.start(buyer, pack.link_url.rsplit("/", 1)[1]).rsplit("/", 1)[1]


def person() -> Actor:
    email = f"{secrets.token_hex(6)}@example.com"
    return accounts.actor_for(accounts.sign_up(email, PASSWORD, "Jonas Weber", "crash test"))


def held_by(buyer: Actor) -> list[int]:
    """The buyer's balances."""
    return [held.posted for group in wallets.mine(buyer).groups for held in group.subscriptions]


def holds_ten(buyer: Actor) -> bool:
    """Whether the credits are there; not while the database is away."""
    try:
        return held_by(buyer) == [10]
    except OperationalError:
        return False


def deliver_again(session_id: str) -> None:
    """Stripe delivers the session's event twenty times at once; whether we could answer does not matter here."""
    event = next(
        e for e in control_list(f"/events?object_id={session_id}") if e["type"] == "checkout.session.completed"
    )
    control(f"/events/{event['id']}/deliver", {"parallel": 20})


def kill_postgres(data_dir: Path) -> None:
    os.kill(int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def control(path: str, body: dict[str, object] | None = None) -> None:
    """One of the sandbox's test controls."""
    httpx.post(f"{settings().stripe_api_base}/_test{path}", json=body or {}, timeout=60).raise_for_status()


def control_list(path: str) -> list[dict[str, str]]:
    answer = httpx.get(f"{settings().stripe_api_base}/_test{path}", timeout=60).json()
    found: list[dict[str, str]] = answer["data"] if isinstance(answer, dict) else answer
    return found
