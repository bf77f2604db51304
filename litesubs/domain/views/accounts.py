"""The person who is signed in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountView:
    """The person who is signed in. `handle` is "" until they sell."""

    name: str
    email: str
    initials: str
    handle: str
    display_name: str
