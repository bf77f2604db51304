"""Stripe's test cards and what happens to each: https://docs.stripe.com/testing.

Nothing else is accepted, so that a real card number typed by mistake goes nowhere and is not kept.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Brand = Literal["visa", "mastercard", "amex"]


@dataclass(frozen=True)
class Decline:
    """Why a payment failed: https://docs.stripe.com/declines/codes."""

    code: str
    message: str
    decline_code: str | None = None


NSF = "insufficient_funds"
GENERIC = Decline("card_declined", "Your card was declined.", "generic_decline")
NO_FUNDS = Decline("card_declined", "Your card has insufficient funds.", NSF)
LOST = Decline("card_declined", "Your card was declined.", "lost_card")
STOLEN = Decline("card_declined", "Your card was declined.", "stolen_card")
FRAUDULENT = Decline("card_declined", "Your card was declined.", "fraudulent")
EXPIRED = Decline("expired_card", "Your card has expired.")
WRONG_CVC = Decline("incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING = Decline("processing_error", "An error occurred while processing your card. Try again in a little bit.")
LIVE_CARD = Decline("card_declined", "Only test cards work here.", "live_mode_test_card")
UNAUTHENTICATED = Decline("payment_intent_authentication_failure", "The bank could not confirm that it is you.")
BANK_REFUSED = Decline("payment_intent_payment_attempt_failed", "The account has insufficient funds.", NSF)


@dataclass(frozen=True)
class TestCard:
    """A number and its fate."""

    __test__ = False  # pytest would take the name for a test

    number: str
    does: str
    brand: Brand = "visa"
    decline: Decline | None = None
    challenge: bool = False
    shown: bool = True


CARDS = {
    card.number: card
    for card in (
        TestCard("4242424242424242", "Pays"),
        TestCard("4000000000003220", "Asks for 3-D Secure, then pays", challenge=True),
        TestCard("4000002760003184", "Asks for 3-D Secure every time", challenge=True),
        TestCard("4000008400001629", "3-D Secure, then declined", decline=GENERIC, challenge=True),
        TestCard("4000000000000002", "Declined", decline=GENERIC),
        TestCard("4000000000009995", "Insufficient funds", decline=NO_FUNDS),
        TestCard("4000000000000069", "Expired card", decline=EXPIRED),
        TestCard("4000000000000127", "Wrong security code", decline=WRONG_CVC),
        TestCard("4000000000000119", "Processing error", decline=PROCESSING),
        TestCard("4000000000009987", "Lost card", decline=LOST, shown=False),
        TestCard("4000000000009979", "Stolen card", decline=STOLEN, shown=False),
        TestCard("4100000000000019", "Blocked as fraud", decline=FRAUDULENT, shown=False),
        TestCard("4000056655665556", "Pays (debit)", shown=False),
        TestCard("5555555555554444", "Pays", brand="mastercard", shown=False),
        TestCard("378282246310005", "Pays", brand="amex", shown=False),
    )
}

BankFate = Literal["succeeds", "fails", "waits"]
BANK_ACCOUNTS: dict[str, BankFate] = {"000123456789": "succeeds", "000222222227": "fails", "000000000000": "waits"}


@dataclass(frozen=True)
class Card:
    """What of a typed card may be kept."""

    kind: TestCard
    exp_month: int
    exp_year: int

    @property
    def last4(self) -> str:
        """The digits people know a card by."""
        return self.kind.number[-4:]


def read(number: str, expiry: str, cvc: str) -> tuple[Card | None, dict[str, str]]:
    """The card, or one sentence for each field that needs another value."""
    errors = {}
    digits = "".join(number.split()).replace("-", "")
    if not digits:
        errors["number"] = "Enter the card number."
    elif not _luhn(digits):
        errors["number"] = "This is not a card number: check the digits."
    month, year = _month_and_year(expiry)
    if not month:
        errors["expiry"] = "Enter month and year, like 12 / 34."
    elif (year, month) < (datetime.now(UTC).year, datetime.now(UTC).month):
        errors["expiry"] = "This date is in the past."
    cvc_length = 4 if digits.startswith(("34", "37")) else 3
    if not (cvc.strip().isascii() and cvc.strip().isdecimal() and len(cvc.strip()) == cvc_length):
        errors["cvc"] = f"Enter the {cvc_length} digits of the security code."
    if errors:
        return None, errors
    kind = CARDS.get(digits, TestCard("0000", "Only test cards work here", decline=LIVE_CARD))
    return Card(kind, month, year), {}


def _luhn(digits: str) -> bool:
    if not (digits.isascii() and digits.isdecimal() and 12 <= len(digits) <= 19):  # noqa: PLR2004 - ISO/IEC 7812
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004


def _month_and_year(expiry: str) -> tuple[int, int]:
    digits = "".join(character for character in expiry if character in "0123456789")
    if len(digits) not in (4, 6) or not 1 <= int(digits[:2]) <= 12:  # noqa: PLR2004
        return 0, 0
    year = int(digits[2:])
    return int(digits[:2]), year if len(digits) == 6 else 2000 + year  # noqa: PLR2004
