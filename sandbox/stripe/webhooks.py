"""Signed webhooks, sent from background threads, tried again until they are accepted.

As with Stripe, an event may arrive more than once and in any order: https://docs.stripe.com/webhooks.
"""

import hmac
import json
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING

import httpx

from sandbox.stripe.config import Config
from sandbox.stripe.store import Json, Store

if TYPE_CHECKING:
    from collections.abc import Callable

SENDERS = 4
LONGEST_NAP_SECONDS = 60.0
NAP_AFTER_ERROR_SECONDS = 1.0
KEPT_BODY_CHARACTERS = 500


def sign(payload: bytes, secret: str, timestamp: int) -> str:
    """The Stripe-Signature header: https://docs.stripe.com/webhooks#verify-manually."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"


class Courier:
    """Takes pending deliveries from the store to the endpoint, and wakes whoever waits for a first try."""

    def __init__(self, store: Store, config: Config) -> None:
        """`on_tick` may be set before `start`: it runs whenever the courier looks for work."""
        self.paused = False
        self.on_tick: Callable[[], None] = lambda: None
        self._store, self._config = store, config
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._tried = threading.Condition()
        self._in_flight: set[str] = set()
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._client = httpx.Client(follow_redirects=False, trust_env=False)
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begins delivering."""
        self._thread.start()

    def stop(self) -> None:
        """Ends within a moment; what was not delivered stays pending in the store."""
        self._stopping.set()
        self.wake()
        with self._tried:
            self._tried.notify_all()
        self._client.close()
        self._senders.shutdown(wait=False, cancel_futures=True)
        if self._thread.is_alive():
            self._thread.join(timeout=1)

    def wake(self) -> None:
        """Looks for work now instead of at the next due time."""
        self._wake.set()

    def wait_for_first_try(self, event: str, seconds: float) -> None:
        """Returns once every delivery of the event was tried, or after `seconds`."""
        deadline = time.monotonic() + seconds
        with self._tried:
            while not self._stopping.is_set() and not self.paused:
                untried = [row for row in self._store.deliveries(event, "pending") if not row["attempts"]]
                left = deadline - time.monotonic()
                if not untried or left <= 0:
                    return
                self._tried.wait(left)

    def wait_until_idle(self, seconds: float) -> None:
        """Returns once no try is under way, or after `seconds`."""
        with self._tried:
            self._tried.wait_for(lambda: not self._in_flight, seconds)

    def send(self, payload: bytes, *, url: str, secret: str, timestamp_offset_seconds: int = 0) -> Json:
        """One try: what was sent when, and what came back. Anything but a 2xx is a failure."""
        timestamp = int(time.time()) + timestamp_offset_seconds
        headers = {
            "Stripe-Signature": sign(payload, secret, timestamp),
            "Content-Type": "application/json; charset=utf-8",
        }
        headers["User-Agent"] = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
        attempt: Json = {"at": time.time(), "timestamp": timestamp, "status_code": None, "error": None, "body": None}
        try:
            timeout = self._config.timeout_seconds
            response = self._client.post(url, content=payload, headers=headers, timeout=timeout)
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:  # RuntimeError: the client was closed
            return attempt | {"error": f"{type(error).__name__}: {error}"}
        return attempt | {"status_code": response.status_code, "body": response.text[:KEPT_BODY_CHARACTERS]}

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.on_tick()
                self._dispatch()
                nap_seconds = self._nap_seconds()
            except Exception:  # noqa: BLE001 - a full disk must not end deliveries for good
                traceback.print_exc()
                nap_seconds = NAP_AFTER_ERROR_SECONDS
            self._wake.wait(nap_seconds)

    def _dispatch(self) -> None:
        if self.paused or not self._config.webhook_url:
            return
        for delivery in self._store.next_deliveries():
            if delivery["due"] <= time.time() and delivery["id"] not in self._in_flight:
                self._in_flight.add(delivery["id"])
                self._senders.submit(self._deliver, delivery, self._config.webhook_url)

    def _nap_seconds(self) -> float:
        moments = [self._store.next_due()]
        if not self.paused and self._config.webhook_url:
            waiting = (row for row in self._store.next_deliveries() if row["id"] not in self._in_flight)
            moments.append(next((float(row["due"]) for row in waiting), None))
        soonest = min((moment for moment in moments if moment is not None), default=time.time() + LONGEST_NAP_SECONDS)
        return min(max(soonest - time.time(), 0.0), LONGEST_NAP_SECONDS)

    def _deliver(self, delivery: Json, url: str) -> None:
        try:
            event = self._store.find(delivery["event"], "event")
            if event is None:  # the sandbox was reset meanwhile
                return
            payload = json.dumps(event | {"pending_webhooks": 1}, indent=2).encode()
            attempt = self.send(payload, url=url, secret=self._config.webhook_secret)
            if not self._stopping.is_set():
                self._record(delivery, attempt)
        finally:
            self._in_flight.discard(delivery["id"])
            self.wake()
            with self._tried:
                self._tried.notify_all()

    def _record(self, delivery: Json, attempt: Json) -> None:
        attempts = [*delivery["attempts"], attempt]
        if accepted(attempt):
            self._store.record_attempts(delivery["id"], attempts, "succeeded", None)
        elif len(attempts) >= self._config.max_attempts:
            self._store.record_attempts(delivery["id"], attempts, "failed", None)
        else:
            due = time.time() + self._config.retry_delay_seconds(len(attempts))
            self._store.record_attempts(delivery["id"], attempts, "pending", due)


def accepted(attempt: Json) -> bool:
    """Whether the endpoint answered 2xx."""
    return attempt["status_code"] is not None and 200 <= attempt["status_code"] < 300  # noqa: PLR2004
