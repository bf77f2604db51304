"""A client that hammers the API: `python -m tests.hammering`, with its orders as JSON on standard input.

Writes a line for each request before it is sent and for each answer that came, so that whoever kills it knows what it
knew. Some keys are shared by all clients, each with one request. Where the server is away it asks again with the same
key, as clients are told to.
"""

import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import httpx

FAILED = 500
SHARED, OTHERWISE = 40, 0.2
TRIES = 400
PAUSE_SECONDS = 0.1
ACTS = "debit debit debit debit shared shared hold hold capture release reverse adjust".split()
AGAIN = (409, 429, 503)


class Hammer:
    """One client. `told` has `url`, `token`, `seed`, `count`, `log`, `customers`, `pack`."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Nothing is sent yet."""
        self.told = told
        self.chance = random.Random(told["seed"])  # noqa: S311 - to be repeatable, not secret
        self.http = httpx.Client(base_url=told["url"], timeout=20, headers={"authorization": f"Bearer {told['token']}"})
        self.debits: list[str] = []
        self.holds: list[str] = []

    def run(self) -> None:
        """Send all of it."""
        with Path(self.told["log"]).open("a", encoding="utf-8", buffering=1) as self.log:
            for number in range(self.told["count"]):
                self.once(f"{self.told['seed']}-{number}")

    def once(self, key: str) -> None:
        """One random request."""
        act = self.chance.choice(ACTS)
        customer = self.chance.choice(self.told["customers"])
        amount = self.chance.randint(1, 4)
        if act == "shared":
            number = self.chance.randrange(SHARED)
            whose = number + (self.chance.random() < OTHERWISE)  # a key that comes with another request, too
            customer = self.told["customers"][whose % len(self.told["customers"])]
            self.sent(f"shared-{number}", "/debits", {"customer": customer, "amount": 1 + number % 3})
        elif act == "hold":
            seconds = self.chance.choice([1, 600])
            answer = self.sent(key, "/holds", {"customer": customer, "amount": amount, "expires_in": seconds})
            self.holds += [answer["id"]] if answer else []
        elif act == "capture" and self.holds:
            hold = self.holds.pop(self.chance.randrange(len(self.holds)))
            self.sent(key, f"/holds/{hold}/capture", self.chance.choice([{}, {"amount": 1}]))
        elif act == "release" and self.holds:
            self.sent(key, f"/holds/{self.holds.pop()}/release", {})
        elif act == "reverse" and self.debits:
            self.sent(key, f"/debits/{self.chance.choice(self.debits)}/reversals", {"amount": 1})
        elif act == "adjust":
            change = self.chance.choice([-1, 1, 2])
            body = {"customer": customer, "pack": self.told["pack"], "amount": change, "reason": "Hammered"}
            self.sent(key, "/adjustments", body)
        else:
            answer = self.sent(key, "/debits", {"customer": customer, "amount": amount})
            self.debits += [answer["id"]] if answer else []

    def sent(self, key: str, path: str, body: dict[str, Any]) -> Any:
        """The answer where it was done, None where it was refused."""
        self.note({"key": key, "path": path, "body": body})
        for _ in range(TRIES):
            try:
                answer = self.http.post(f"/api/v1{path}", json=body, headers={"idempotency-key": key})
            except httpx.TransportError:
                time.sleep(PAUSE_SECONDS)
                continue
            if answer.status_code >= FAILED and answer.status_code not in AGAIN:
                msg = f"{path} failed: {answer.text}"
                raise RuntimeError(msg)
            if answer.status_code not in AGAIN or answer.json()["code"] in ("hold_not_open", "nothing_to_reverse"):
                self.note({"key": key, "path": path, "status": answer.status_code, "answer": answer.text})
                return answer.json() if answer.is_success else None
            time.sleep(PAUSE_SECONDS)
        msg = f"no answer to {path}"
        raise RuntimeError(msg)

    def note(self, line: dict[str, Any]) -> None:
        """Write it down."""
        self.log.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    Hammer(json.load(sys.stdin)).run()
