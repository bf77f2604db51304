"""What came of a checkout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckoutResult:
    """What came of a checkout.

    `state` is paid, unproven (paid, and the credits wait until the buyer has proven the address), waiting (a bank debit
    that clears later), review (a person must look), open, failed or expired.
    """

    state: str
    pack_name: str
    credits: int
    price: str
    creator_name: str
    subscription_id: str
    retry_url: str


@dataclass(frozen=True)
class ReviewView:
    """A purchase that was not granted because Stripe's answer does not fit it. `at` is when the buyer started it."""

    id: str
    buyer_name: str
    buyer_email: str
    pack_name: str
    amount: str
    reason: str
    at: str
