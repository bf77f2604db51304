"""A customer's opening balance of one pack, as a row of a file says it: read strictly, one sentence for each error."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from litesubs.domain import accounts, clock, ids, packs, prose, sheets
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.sheets import Row
from litesubs.models import CreditPack, ExpiryKind

COLUMNS = {
    "name": ("name", "customer", "full name", "customer name"),
    "email": ("email", "e-mail", "mail", "email address", "e-mail address"),
    "pack": ("pack", "pack name", "credit pack"),
    "credits": ("credits", "balance", "opening balance"),
    "expires": ("expires", "expiry", "expires on", "expires_on", "expiry date"),
}
WORDS = {"name": "name", "email": "e-mail", "pack": "pack", "credits": "credits", "expires": "expiry"}
NAME_LENGTH = 80
MOST_CREDITS = 1_000_000_000  # a row is what many lots add up to
SHOWN_LENGTH = 40
DIGITS_READ = 20  # more than any amount that is let through
TOO_MANY = "There are more cells than columns. Put quotation marks around cells with a comma."
FORMULA = "The {} begins like a formula. If it is none, put an apostrophe before it."
NEVER = ("", "never")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE = re.compile(r"[0-9]+")
NEGATIVE = re.compile(r"[-\u2212][0-9].*")
THOUSANDS = re.compile(r"[0-9]{1,3}([., '\u00a0\u202f\u2019][0-9]{3})+")
FRACTION = re.compile(r"[0-9]*[.,][0-9]+")
T = TypeVar("T")


class CellError(ValueError):
    """What is wrong with a cell and what to do, in one sentence or two."""


@dataclass(frozen=True)
class Opening:
    """A row that is right: `credits` ≥ 0 that expire at `expires_at` (None: never)."""

    name: str
    email: str
    email_normalized: str
    pack: CreditPack
    credits: int
    expires_at: datetime | None


class PackNames:
    """What a creator's packs are called in files: by name, and where that means two, by the name in their address.

    Where that means another pack too, by their id.
    """

    def __init__(self, offered: Iterable[CreditPack]) -> None:
        self._packs = list(offered)
        self._meant: dict[str, dict[UUID, CreditPack]] = defaultdict(dict)
        for pack in self._packs:
            for text in (pack.name, pack.slug, ids.show("pack", pack.id)):
                self._meant[_same(text)][pack.id] = pack

    def name(self, pack: CreditPack) -> str:
        """The name that finds this pack and no other."""
        unique = (text for text in (pack.name, pack.slug) if len(self._meant[_same(text)]) == 1)
        return next(unique, ids.show("pack", pack.id))

    def find(self, text: str) -> CreditPack:
        """The pack of this name, in any letter case. CellError for what means none or several, with what to write."""
        found = list(self._meant.get(_same(text), {}).values())
        if len(found) == 1:
            return found[0]
        if found:
            names = sheets.listed([self.name(pack) for pack in found], "or")
            raise CellError(f"{len(found)} of your packs have this name. Write {names} instead.")
        known = sheets.listed([self.name(pack) for pack in self._packs])
        yours = f"Yours: {known}." if known else "Create it first."
        raise CellError(f"You have no pack {_quoted(text)}. {yours}" if text else f"The pack is missing. {yours}")


def read(row: Row, names: PackNames) -> Opening | list[str]:
    """The opening balance that the row says, or what is wrong with it, a sentence for each cell."""
    cells = _Cells(row)
    name = cells.read("name", _name)
    email = cells.read("email", _email)
    pack = cells.read("pack", names.find)
    amount = cells.read("credits", _credits)
    expires_at = cells.read("expires", _expiry)
    if cells.errors or name is None or email is None or pack is None or amount is None:
        return cells.errors
    return Opening(name, *email, pack, amount, expires_at if amount else None)


class _Cells:
    """A row's cells, and what was found wrong with them so far."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.errors = [TOO_MANY] if row.too_many else []

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """What the cell says, None where that is wrong."""
        if column in self._row.formulas and column != "credits":
            self.errors.append(FORMULA.format(WORDS[column]))
            return None
        try:
            return reader(self._row.cells[column])
        except CellError as error:
            self.errors.append(str(error))
            return None


def _name(text: str) -> str:
    try:
        return prose.line(text, "The name", NAME_LENGTH)
    except prose.TextError as error:
        raise CellError(str(error)) from None


def _email(text: str) -> tuple[str, str]:
    if not text:
        raise CellError("The e-mail is missing.")
    try:
        return accounts.normalized_email(text)
    except ValidationFailedError:
        raise CellError(f"{_quoted(text)} is not an e-mail address.") from None


def _credits(text: str) -> int:
    if WHOLE.fullmatch(text):
        amount = int(text[:DIGITS_READ])
        if amount > MOST_CREDITS:
            raise CellError(f"{_quoted(text)} is too much. A row has at most {MOST_CREDITS:,} credits.")
        return amount
    if not text:
        raise CellError("The credits are missing. Write 0 for none.")
    if NEGATIVE.fullmatch(text):
        raise CellError(f"Credits cannot be negative: {_quoted(text)}. Write 0 for none.")
    if THOUSANDS.fullmatch(text):
        plain = re.sub("[^0-9]", "", text)
        raise CellError(f"Write the credits without separators: {plain} instead of {_quoted(text)}.")
    if FRACTION.fullmatch(text):
        raise CellError(f"Credits are whole numbers, and {_quoted(text)} is none. Round it.")
    raise CellError(f"{_quoted(text)} is not a whole number of credits, like 10.")


def _expiry(text: str) -> datetime | None:
    """The end of the day that is the credits' last."""
    if text.lower() in NEVER:
        return None
    if not ISO_DAY.fullmatch(text):
        raise CellError(f"Write the expiry as year, month and day, like 2027-06-30, instead of {_quoted(text)}.")
    try:
        last_day = date.fromisoformat(text)
    except ValueError:
        raise CellError(f"There is no day {text}. Write the expiry like 2027-06-30.") from None
    today = clock.now().date()
    if last_day < today:
        raise CellError(f"The expiry {text} has passed. Write a day from today on, or none if they never expire.")
    if last_day > today + timedelta(days=packs.LONGEST_DAYS):
        raise CellError(f"The expiry {text} is more than ten years away. Leave it empty if they never expire.")
    return packs.expires_at(ExpiryKind.on_date, last_day, None, clock.now())


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def shown(text: str) -> str:
    """What was written, cut where it is long, without what is invisible."""
    visible = "".join(character for character in text if character.isprintable())
    return visible if len(visible) <= SHOWN_LENGTH else f"{visible[: SHOWN_LENGTH - 1]}\u2026"


def _quoted(text: str) -> str:
    return f"\u201c{shown(text)}\u201d"
