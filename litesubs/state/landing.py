"""The demo on the landing page: a pack, its price, and what is left of it. Nothing of it is stored."""

import reflex as rx

from litesubs.state.session import handler

LONGEST_NAME = 60
MOST_CREDITS = 24
MOST_EUROS = 100_000
START_NAME, START_CREDITS, START_EUROS = "10 guitar lessons", 10, 380


class DemoState(rx.State):
    """What a visitor has typed and used."""

    name: str = START_NAME
    credits: int = START_CREDITS
    euros: int = START_EUROS
    used: int = 1

    @handler
    def rename(self, value: str) -> None:
        """The pack's name, cut to what fits."""
        self.name = str(value)[:LONGEST_NAME]

    @handler
    def set_credits(self, value: str) -> None:
        """How many credits, 1 to 24; anything else is left as it was."""
        if str(value).isdecimal() and 1 <= int(value[:6]) <= MOST_CREDITS:
            self.credits = int(value[:6])
            self.used = min(self.used, self.credits)

    @handler
    def set_price(self, value: str) -> None:
        """The price in whole euros."""
        if str(value).isdecimal() and 1 <= int(value[:9]) <= MOST_EUROS:
            self.euros = int(value[:9])

    @handler
    def use_one(self) -> None:
        """Spend a credit, while there is one."""
        self.used = min(self.used + 1, self.credits)

    @handler
    def start_again(self) -> None:
        """All credits back."""
        self.used = 0

    @rx.var
    def price(self) -> str:
        """The price as a buyer reads it."""
        return f"€{self.euros:,}.00"

    @rx.var
    def each(self) -> str:
        """The price of one credit."""
        return f"€{self.euros / self.credits:,.2f}"

    @rx.var
    def left(self) -> int:
        """Credits that are left."""
        return self.credits - self.used

    @rx.var
    def meter(self) -> str:
        """One letter a credit, spent ones first."""
        return "s" * self.used + "a" * (self.credits - self.used)

    @rx.var
    def uses(self) -> list[int]:
        """What was left after each of the latest three uses, newest first."""
        return list(range(self.credits - self.used, self.credits))[:3]
