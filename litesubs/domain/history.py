"""The lines of a ledger as both sides read them: entries and extensions, newest first, filtered, paged, exported.

A page is found by its place (a wallet version, and an extension's id where the line is one), so it stays right while
the ledger grows and under any filter. Days and times are the creator's.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from string import ascii_uppercase
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import clock, ids, ledger, locked, money, prose, sheets
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.views.statements import EntryView
from litesubs.models import (
    ApiKey,
    Creator,
    CreditGrant,
    EntryType,
    GrantExtension,
    LedgerEntry,
    PostingNote,
    Subscription,
    User,
    Wallet,
)

LINES_PER_PAGE = 50
LINES_PER_BATCH = 1000  # of an export
LARGEST_VERSION = 2**63 - 1  # of a bigint
PLACE = re.compile(r"([0-9]{1,19})(?:\.([0-9a-f]{32}))?")

# What can be asked for, and the entries that answer it. Extensions answer "adjustment".
TYPES: dict[str, tuple[EntryType, ...]] = {
    "purchase": (EntryType.grant,),
    "debit": (EntryType.debit, EntryType.capture),
    "adjustment": (EntryType.adjustment,),
    "reversal": (EntryType.reversal,),
    "hold": (EntryType.hold, EntryType.release),
    "expiry": (EntryType.expiry,),
    "refund": (EntryType.refund,),
}
PREFIXES: dict[EntryType, ids.Prefix] = {
    EntryType.debit: "debit",
    EntryType.capture: "debit",
    EntryType.reversal: "rev",
    EntryType.adjustment: "adj",
}
EXPORTED = ("when", "type", "what", "details", "who", "lot", "lot_expires", "credits", "held", "left_after")
Move = LedgerEntry | GrantExtension
Place = tuple[int, UUID | None]


@dataclass(frozen=True)
class LedgerFilter:
    """What of a ledger is wanted: `types` of TYPES (none: all), and the first and last day, ISO dates or ""."""

    types: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Book:
    """A subscription's ledger, with what its lines are written with, and who reads it."""

    subscription: Subscription
    pack_name: str
    creator: Creator
    lots: Sequence[CreditGrant]  # in order of arrival
    viewer: UUID

    @property
    def posted(self) -> int:
        """What the subscription holds."""
        return sum(lot.remaining for lot in self.lots)


@dataclass(frozen=True)
class _Wanted:
    """A filter that was understood. No types: all."""

    types: frozenset[EntryType]
    start: datetime | None
    end: datetime | None


def page(session: Session, book: Book, after: object, only: LedgerFilter) -> tuple[list[EntryView], str]:
    """A page of lines, and the place after which the next begins, "" at the end. `after` that is no place: the first.

    ValidationFailedError with fields `types`, `since`, `until`.
    """
    wanted = _understood(only, book.creator.time_zone)
    found = _moves(session, book, wanted, _place(after), LINES_PER_PAGE + 1)
    moves = found[:LINES_PER_PAGE]
    left = _left_after(session, book.subscription.id, moves, (LARGEST_VERSION, book.posted))
    lines = _lines(session, book, moves, left, _returnable(session, moves))
    return lines, _written(_here(moves[-1])) if len(found) > LINES_PER_PAGE else ""


def newest(session: Session, books: Sequence[Book], most: int) -> list[tuple[Book, EntryView]]:
    """The last lines of the ledgers of one wallet, newest first, each with its ledger."""
    everything = _Wanted(frozenset(), None, None)
    found = [(move, book) for book in books for move in _moves(session, book, everything, None, most)]
    latest = sorted(found, key=lambda pair: _order(pair[0]), reverse=True)[:most]
    lines: dict[Place, EntryView] = {}
    for book in books:
        moves = [move for move, owner in latest if owner is book]
        left = _left_after(session, book.subscription.id, moves, (LARGEST_VERSION, book.posted))
        lines |= zip(map(_here, moves), _lines(session, book, moves, left, {}), strict=True)
    return [(book, lines[_here(move)]) for move, book in latest]


def exported(session: Session, book: Book, only: LedgerFilter) -> Iterator[Sequence[str]]:
    """The lines of a filter as rows of a sheet, with a header, newest first, as the ledger is now.

    The rows are read in batches, each with a connection of its own, after the caller's session has ended. That one must
    be a snapshot, so that the balance is the one at the wallet's version.
    ValidationFailedError at once.
    """
    wanted = _understood(only, book.creator.time_zone)
    version = session.get_one(Wallet, book.subscription.wallet_id).version
    return _rows(book, wanted, (version, book.posted))


def kind(move: Move) -> str:
    """The movement's word for its icon: its type, "adjustment_up" for an adjustment that adds, or "extension"."""
    if isinstance(move, GrantExtension):
        return "extension"
    return "adjustment_up" if move.type is EntryType.adjustment and move.posted_delta > 0 else move.type.value


def lot_label(index: int) -> str:
    """Lot A to Lot Z, then Lot 27 and on."""
    return f"Lot {ascii_uppercase[index]}" if index < len(ascii_uppercase) else f"Lot {index + 1}"


def _rows(book: Book, wanted: _Wanted, known: tuple[int, int]) -> Iterator[Sequence[str]]:
    """The rows up to a version of the wallet; `known` is that version and the subscription's balance at it."""
    yield EXPORTED
    zone = ZoneInfo(book.creator.time_zone)
    ends = {lot.id: str(prose.last_day(lot.expires_at)) if lot.expires_at else "" for lot in book.lots}
    place: Place = (known[0] + 1, None)
    while True:
        with transaction() as session:
            moves = _moves(session, book, wanted, place, LINES_PER_BATCH)
            left = _left_after(session, book.subscription.id, moves, known)
            lines = _lines(session, book, moves, left, {})
        for move, line in zip(moves, lines, strict=True):
            posted, held = _moved(move)
            texts = (line.kind.removesuffix("_up"), line.title, line.reason, line.who, line.lot)
            yield (
                move.at.astimezone(zone).isoformat(timespec="seconds"),
                *(sheets.cell(text) for text in texts),
                ends[move.grant_id],
                *(str(number) for number in (posted, held, line.left_after)),
            )
        if len(moves) < LINES_PER_BATCH:
            return
        place = _here(moves[-1])
        known = (place[0], left[place[0]])


def _understood(only: LedgerFilter, time_zone: str) -> _Wanted:
    if not set(only.types) <= set(TYPES):
        raise ValidationFailedError({"types": "Choose types from the list."})
    start = _midnight(only.since, time_zone, "since")
    end = _midnight(only.until, time_zone, "until", days=1)
    if start and end and start >= end:
        raise ValidationFailedError({"until": "The last day is before the first. Choose a later one."})
    return _Wanted(frozenset(entry_type for name in only.types for entry_type in TYPES[name]), start, end)


def _midnight(day: object, time_zone: str, field: str, days: int = 0) -> datetime | None:
    """When the day begins in the creator's time zone, or the one `days` later."""
    if day == "":
        return None
    try:
        begins = date.fromisoformat(str(day)) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise ValidationFailedError({field: "Choose a date, like 2026-11-23."}) from None
    return datetime.combine(begins, time.min, ZoneInfo(time_zone))


def _place(text: object) -> Place | None:
    read = PLACE.fullmatch(text) if isinstance(text, str) else None
    if read is None or not 0 < int(read[1]) < LARGEST_VERSION:
        return None
    return int(read[1]), UUID(read[2]) if read[2] else None


def _written(place: Place) -> str:
    version, extension_id = place
    return f"{version}.{extension_id.hex}" if extension_id else str(version)


def _here(move: Move) -> Place:
    """An extension stands after the entry whose version it carries."""
    return move.wallet_version, move.id if isinstance(move, GrantExtension) else None


def _moves(session: Session, book: Book, wanted: _Wanted, place: Place | None, limit: int) -> list[Move]:
    """Up to `limit` lines older than a place, newest first."""
    entries = select(LedgerEntry).where(LedgerEntry.subscription_id == book.subscription.id)
    extensions = select(GrantExtension).where(GrantExtension.subscription_id == book.subscription.id)
    if place:
        version, extension_id = place
        here = sa.tuple_(col(GrantExtension.wallet_version), col(GrantExtension.id))
        entries = entries.where(LedgerEntry.wallet_version < version + (extension_id is not None))
        extensions = extensions.where(here < (version, extension_id or UUID(int=0)))
    if wanted.types:
        entries = entries.where(col(LedgerEntry.type).in_(wanted.types))
    if wanted.start:
        entries = entries.where(LedgerEntry.at >= wanted.start)
        extensions = extensions.where(GrantExtension.at >= wanted.start)
    if wanted.end:
        entries = entries.where(LedgerEntry.at < wanted.end)
        extensions = extensions.where(GrantExtension.at < wanted.end)
    moves: list[Move] = []
    moves.extend(session.exec(entries.order_by(col(LedgerEntry.wallet_version).desc()).limit(limit)).all())
    if not wanted.types or EntryType.adjustment in wanted.types:
        newest = (col(GrantExtension.wallet_version).desc(), col(GrantExtension.id).desc())
        moves.extend(session.exec(extensions.order_by(*newest).limit(limit)).all())
    return sorted(moves, key=_order, reverse=True)[:limit]


def _order(move: Move) -> tuple[int, int]:
    return move.wallet_version, move.id.int if isinstance(move, GrantExtension) else -1


def _left_after(
    session: Session, subscription_id: UUID, moves: Sequence[Move], known: tuple[int, int]
) -> dict[int, int]:
    """The subscription's balance right after each of these versions, from a version and balance that are known."""
    versions = sorted({move.wallet_version for move in moves}, reverse=True)
    if not versions:
        return {}
    spans = sa.values(sa.column("after", sa.BigInteger), sa.column("upto", sa.BigInteger), name="span").data(
        list(zip(versions, [known[0], *versions], strict=False))
    )
    moved = (
        select(func.coalesce(func.sum(LedgerEntry.posted_delta), 0))
        .where(
            LedgerEntry.subscription_id == subscription_id,
            LedgerEntry.wallet_version > spans.c.after,
            LedgerEntry.wallet_version <= spans.c.upto,
        )
        .scalar_subquery()
    )
    left, found = known[1], {}
    for version, gap in session.execute(sa.select(spans.c.after, moved).order_by(spans.c.after.desc())):
        left -= int(gap)
        found[version] = left
    return found


def _lines(
    session: Session,
    book: Book,
    moves: Sequence[Move],
    left: dict[int, int],
    debits: dict[UUID, tuple[int, int]],
) -> list[EntryView]:
    people, reasons = _people(session, book, moves), _reasons(session, moves)
    numbers = {lot.id: index for index, lot in enumerate(book.lots)}
    lines = []
    for move in moves:
        lot = book.lots[numbers[move.grant_id]]
        what, reason = _in_words(move, lot, book.pack_name), reasons.get(_key(move), "")
        posted, _ = _moved(move)
        # on the first line of a spend that shows
        returnable, lapsed = debits.pop(_key(move), (0, 0)) if _spends(move) else (0, 0)
        lines.append(
            EntryView(
                id=_public_id(move),
                kind=kind(move),
                title=reason or what,
                reason=what if reason else "",
                at=prose.moment(move.at, book.creator.time_zone),
                who=people.get(move.actor, "Litesubs"),
                lot=lot_label(numbers[lot.id]),
                lot_expiry=f"until {prose.day(prose.last_day(lot.expires_at))}" if lot.expires_at else "never expires",
                amount=prose.signed(posted) if posted else "",  # what is held or freed changes no balance
                adds=posted > 0,
                left_after=left[move.wallet_version],
                returnable=returnable,
                lapsed=lapsed,
            )
        )
    return lines


def _spends(move: Move) -> bool:
    return isinstance(move, LedgerEntry) and move.type in ledger.SPENDS


def _key(move: Move) -> UUID:
    """What a line's reason is kept under."""
    return move.id if isinstance(move, GrantExtension) else move.posting_id


def _moved(move: Move) -> tuple[int, int]:
    return (0, 0) if isinstance(move, GrantExtension) else (move.posted_delta, move.held_delta)


def _public_id(move: Move) -> str:
    return ids.show("post" if isinstance(move, GrantExtension) else PREFIXES.get(move.type, "post"), _key(move))


def _in_words(move: Move, lot: CreditGrant, pack_name: str) -> str:
    if isinstance(move, GrantExtension):
        end = f"until {prose.day(prose.last_day(move.expires_at))}" if move.expires_at else "without end"
        return f"More time: {end} instead of {prose.day(prose.last_day(move.previous_expires_at))}"
    moved = prose.count(abs(move.posted_delta or move.held_delta), "credit")
    if move.type is EntryType.grant and lot.paid_minor is not None and lot.paid_currency:
        return f"Bought {pack_name}, {money.show(lot.paid_minor, lot.paid_currency)}"
    if move.type is EntryType.adjustment:
        return f"{moved} added" if move.posted_delta > 0 else f"{moved} taken"
    if move.type is EntryType.capture and move.posted_delta != move.held_delta:
        return f"{-move.posted_delta:,} of {-move.held_delta:,} held credits used"
    words = {
        EntryType.grant: "received",
        EntryType.debit: "used",
        EntryType.reversal: "given back",
        EntryType.expiry: "expired",
        EntryType.hold: "held",
        EntryType.release: "released",
        EntryType.capture: "used from a hold",
        EntryType.refund: "refunded",
    }
    return f"{moved} {words[move.type]}"


def _reasons(session: Session, moves: Sequence[Move]) -> dict[UUID, str]:
    noted = col(PostingNote.posting_id).in_({_key(move) for move in moves})
    return dict(session.exec(select(PostingNote.posting_id, PostingNote.reason).where(noted)).all())


def _people(session: Session, book: Book, moves: Sequence[Move]) -> dict[str, str]:
    """Names for the actors of these lines. The two sides know each other by the names they chose.

    A creator reads which API key it was; to a buyer, a key is its creator. Nobody else shows.
    """
    creator, viewer = book.creator, book.viewer
    key_ids = {UUID(move.actor[4:]) for move in moves if move.actor.startswith("key:")}
    keys = {
        f"key:{key.id}": f"API key “{key.name}”" if viewer == creator.user_id else creator.display_name
        for key in session.exec(select(ApiKey).where(col(ApiKey.id).in_(key_ids)))
    }
    user_ids = {UUID(move.actor[5:]) for move in moves if move.actor.startswith("user:")}
    names = {
        f"user:{user.id}": creator.display_name if user.id == creator.user_id else user.name
        for user in session.exec(select(User).where(col(User.id).in_(user_ids)))
    }
    return names | keys | {f"user:{viewer}": "You"}


def _returnable(session: Session, moves: Sequence[Move]) -> dict[UUID, tuple[int, int]]:
    """For each spend among these, how much of it can be given back, and how much no more since its lot is over."""
    debits = {_key(move) for move in moves if _spends(move)}
    if not debits:
        return {}
    given = select(LedgerEntry.reverses, LedgerEntry.grant_id, func.sum(LedgerEntry.posted_delta))
    given = given.where(col(LedgerEntry.reverses).in_(debits))
    back = {
        (posting_id, grant_id): int(amount)
        for posting_id, grant_id, amount in session.execute(
            given.group_by(col(LedgerEntry.reverses), col(LedgerEntry.grant_id))
        )
    }
    drawn = (
        select(LedgerEntry, CreditGrant)
        .join(CreditGrant, col(CreditGrant.id) == col(LedgerEntry.grant_id))
        .where(col(LedgerEntry.posting_id).in_(debits), col(LedgerEntry.type).in_(ledger.SPENDS))
    )
    at = clock.now()
    found: dict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for entry, lot in session.exec(drawn):
        left = -entry.posted_delta - back.get((entry.posting_id, lot.id), 0)
        returnable, lapsed = found[entry.posting_id]
        over = locked.over(lot, at)
        found[entry.posting_id] = (returnable + (0 if over else left), lapsed + (left if over else 0))
    return found
