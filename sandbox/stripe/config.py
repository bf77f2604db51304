"""What can be set: on the command line, and while running by `PATCH /_test/config`."""

from dataclasses import dataclass

API_VERSION = "2026-10-28.endive"
CHECKOUT_EVENTS = frozenset(
    (
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    )
)
EVERY_EVENT = "*"


@dataclass
class Config:
    """The webhook endpoint, how often it is tried, and how long things take."""

    webhook_url: str | None = None
    webhook_secret: str = ""
    webhook_events: frozenset[str] = CHECKOUT_EVENTS
    public_url: str = "http://localhost:3001"
    bank_delay_seconds: float = 5.0
    redirect_wait_seconds: float = 3.0
    retry_base_seconds: float = 0.5
    retry_cap_seconds: float = 60.0
    max_attempts: int = 20
    timeout_seconds: float = 10.0

    def wants(self, event_type: str) -> bool:
        """Whether the endpoint is subscribed to this type."""
        return EVERY_EVENT in self.webhook_events or event_type in self.webhook_events

    def retry_delay_seconds(self, attempts_made: int) -> float:
        """Doubles from the base up to the cap."""
        return float(min(self.retry_base_seconds * 2 ** (attempts_made - 1), self.retry_cap_seconds))
