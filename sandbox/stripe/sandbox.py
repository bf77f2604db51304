"""What every part of the sandbox works with."""

from dataclasses import dataclass
from typing import Any

from sandbox.stripe.config import API_VERSION, Config
from sandbox.stripe.store import Json, Store, new_id, now
from sandbox.stripe.webhooks import Courier

OWN_ACCOUNT = ""


@dataclass(frozen=True)
class Sandbox:
    """One pretend Stripe."""

    config: Config
    store: Store
    courier: Courier

    def emit(self, event_type: str, item: Json, account: str, request: Json | None = None) -> Json:
        """Records an event with a copy of `item` as it is now, and queues it for the endpoint if that is subscribed.

        Events of connected accounts go to a Connect endpoint, which is not here yet: they are only listed.
        """
        event: dict[str, Any] = {
            "id": new_id("evt"), "object": "event", "api_version": API_VERSION, "created": now(), "type": event_type,
            "livemode": False, "pending_webhooks": 0, "request": request or {"id": None, "idempotency_key": None},
            "data": {"object": public(item)},
        }  # fmt: skip
        if account:
            event["account"] = account
        with self.store.transaction():
            self.store.put(event, account)
            if not account and self.config.wants(event_type):
                self.store.add_delivery(event)
        self.courier.wake()
        return event


def public(item: Json) -> Json:
    """The object without the sandbox's own keys."""
    return {key: value for key, value in item.items() if not key.startswith("_")}
