"""The person who is signed in, and what they choose from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountView:
    """The person who is signed in. What belongs to their selling side is "" until they sell.

    `verified` says that they have proven the address. A browser that is not told yet who they are shows no reminder.
    """

    name: str
    email: str
    initials: str
    handle: str
    display_name: str
    time_zone: str = ""
    currency: str = ""
    picture: str = ""
    verified: bool = True


@dataclass(frozen=True)
class IntroductionView:
    """What a creator's public page says of them, as they wrote it: Markdown, and addresses, one on each line."""

    bio: str = ""
    links: str = ""


@dataclass(frozen=True)
class ZoneView:
    """A time zone to choose: its IANA name, the place it is named after, and what its clocks say now."""

    value: str
    label: str
    hint: str
