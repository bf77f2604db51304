"""What came of a checkout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckoutResult:
    """What came of a checkout. `state` is paid, waiting (a bank debit that clears later), open, failed or expired."""

    state: str
    pack_name: str
    credits: int
    price: str
    creator_name: str
    subscription_id: str
    retry_url: str
