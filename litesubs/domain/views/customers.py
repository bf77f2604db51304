"""The creator's list of customers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CustomerRow:
    """A line of the creator's customer list: one customer with one pack."""

    subscription_id: str
    customer_name: str
    customer_email: str
    initials: str
    pack_name: str
    status: str
    available: int
    held: int
    granted: int
    meter: str
    expires: str
    expires_soon: bool
    last_activity: str
    spent: str


@dataclass(frozen=True)
class CustomerPage:
    """A page of the customer list. `after` is the cursor of the next page, "" at the end."""

    rows: list[CustomerRow]
    total: int
    after: str
