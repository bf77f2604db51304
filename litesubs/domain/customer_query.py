"""Which customers a creator looks for, in what order, and where a page of them ends.

The list is ordered by one index of `customer_summary` and read on from where the last page ended, so that a page costs
the same however many there are.
"""

import base64
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col, select

from litesubs.domain import clock, ids, prose
from litesubs.domain.errors import NotFoundError
from litesubs.models import CreditGrant, Customer, CustomerSummary, Subscription, SubscriptionStatus

SEARCH_LENGTH = 100
MOST_WORDS = 8
LOW = 3
INACTIVE_DAYS = 60
TRIGRAM = 3

LONGEST_CURSOR = 2_000
LARGEST = 2**63 - 1  # of a bigint


def _whole(text: str) -> int:
    if abs(number := int(text)) > LARGEST:
        raise ValueError(text)
    return number


# What each order sorts by, and how its key is read from a cursor.
SORTS: Mapping[str, tuple[Mapped[Any], Callable[[str], object]]] = MappingProxyType(
    {
        "name": (col(CustomerSummary.name_key), str),
        "credits": (col(CustomerSummary.credits), _whole),
        "expires": (col(CustomerSummary.expires_on), date.fromisoformat),
        "active": (col(CustomerSummary.active_at), datetime.fromisoformat),
        "spent": (col(CustomerSummary.spent_minor), _whole),
        "joined": (col(CustomerSummary.customer_id), UUID),
    }
)


@dataclass(frozen=True)
class CustomerQuery:
    """Which customers, in what order. Anything that is not understood is left out, so that a stale link shows a list.

    `search` is words that must each occur in name or e-mail. `pack` is a pack's id, `statuses` some of active, paused
    and disabled: who holds that pack in one of those. `low`: at most 3 credits left (of that pack). `expiring`: within
    30 days. `inactive`: nothing moved for 60 days. `test` is "only" test customers or "without" them. `customers`: only
    these ids. `sort` is name, credits, expires, active, spent or joined.
    """

    search: str = ""
    pack: str = ""
    statuses: Sequence[str] = ()
    low: bool = False
    expiring: bool = False
    inactive: bool = False
    test: str = ""
    customers: Sequence[str] = ()
    sort: str = "active"
    descending: bool = True


@dataclass(frozen=True)
class Position:
    """Where a page ended: the sort key and id of its last customer."""

    key: Any
    customer_id: UUID


def matching(creator_id: UUID, query: CustomerQuery) -> list[sa.ColumnElement[bool]]:
    """What a row of customer_summary must be for the query to find its customer. Ask after `sums.caught_up`."""
    at = clock.now()
    summary = CustomerSummary
    wanted: list[sa.ColumnElement[bool]] = [col(summary.creator_id) == creator_id]
    wanted += [_has_word(word) for word in words(query.search)]
    if chosen := _texts(query.customers):
        wanted.append(col(summary.customer_id).in_(_known_ids("cus", chosen)))
    pack_id = next(iter(_known_ids("pack", [query.pack])), None)
    statuses = {status for status in SubscriptionStatus if status.value in _texts(query.statuses)}
    sold = col(Subscription.creator_id) == creator_id
    held = [] if pack_id is None else [col(Subscription.pack_id) == pack_id]
    if statuses:
        held.append(col(Subscription.status).in_(sorted(statuses)))
        if SubscriptionStatus.active not in statuses:  # said so that the index of those few can be used
            held.append(col(Subscription.status) != SubscriptionStatus.active)
    if query.low is True and pack_id is not None:
        left = sa.func.coalesce(sa.func.sum(CreditGrant.remaining - CreditGrant.held), 0)
        of_it = [
            col(CreditGrant.wallet_id)
            == col(Subscription.wallet_id),  # said so that the index of open lots can be used
            col(CreditGrant.subscription_id) == col(Subscription.id),
        ]
        held.append(sa.select(left).where(*of_it, ~col(CreditGrant.closed)).scalar_subquery() <= LOW)
    elif query.low is True:
        wanted.append(col(summary.credits) <= LOW)
    if query.expiring is True:
        horizon = at + timedelta(days=prose.SOON_DAYS)
        expiring = (
            sa.select(1)
            .select_from(CreditGrant)
            .join(Subscription, col(Subscription.id) == col(CreditGrant.subscription_id))
            .where(
                col(Subscription.customer_id) == col(summary.customer_id),
                ~col(CreditGrant.closed),
                col(CreditGrant.remaining) > col(CreditGrant.held),
                col(CreditGrant.expires_at).between(at, horizon),
                sold,
                *held,
            )
        )
        # One look-up for each customer that the list comes by: EXISTS would be planned as a join with all lots.
        wanted += [col(summary.expires_on) <= horizon.date(), expiring.limit(1).scalar_subquery().is_not(None)]
    elif held:
        owned_by = col(Subscription.customer_id) == col(summary.customer_id)
        wanted.append(sa.select(1).select_from(Subscription).where(owned_by, sold, *held).exists())
    if query.inactive is True:
        wanted.append(col(summary.active_at) < at - timedelta(days=INACTIVE_DAYS))
    if query.test in ("only", "without"):
        real = is_real(summary.customer_id)
        wanted.append(real if query.test == "without" else ~real)
    return wanted


def is_real(customer_id: object) -> sa.ColumnElement[bool]:
    """That this column is not the id of a test customer: what every figure that is not a sum narrows its rows by."""
    tester = aliased(Customer)
    marked = sa.select(1).select_from(tester).where(col(tester.id) == customer_id, col(tester.is_test))
    return ~marked.exists()


def found(
    session: Session, creator_id: UUID, query: CustomerQuery, after: Position | None, most: int
) -> list[tuple[UUID, Any]]:
    """(customer, sort key) of the customers behind the position, in order."""
    key, _ = SORTS[_sort(query)]
    down = query.descending is True
    order = [key, col(CustomerSummary.customer_id)]
    wanted = matching(creator_id, query)
    if after is not None:
        here, there = sa.tuple_(*order), sa.tuple_(sa.literal(after.key), sa.literal(after.customer_id))
        wanted.append(here < there if down else here > there)
    rows = sa.select(col(CustomerSummary.customer_id), key).where(*wanted)
    rows = rows.order_by(*(column.desc() if down else column for column in order))
    return [(row[0], row[1]) for row in session.execute(rows.limit(most))]


def cursor(query: CustomerQuery, last: tuple[UUID, Any]) -> str:
    """Where a page of this query ended, as text that `position` understands."""
    customer_id, key = last
    said = json.dumps([_sort(query), query.descending is True, str(key), str(customer_id)])
    return base64.urlsafe_b64encode(said.encode()).decode()


def position(session: Session, creator_id: UUID, query: CustomerQuery, text: object) -> Position | None:
    """What a cursor says, None unless it is one of this order and its customer is the creator's."""
    if not isinstance(text, str) or len(text) > LONGEST_CURSOR:
        return None
    try:
        sort, down, key, customer_id = json.loads(base64.urlsafe_b64decode(text))
        said = Position(SORTS[sort][1](key), UUID(customer_id))
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None
    if (sort, down) != (_sort(query), query.descending is True) or not prose.storable(key):
        return None
    own = select(Customer.id).where(Customer.id == said.customer_id, Customer.creator_id == creator_id)
    return said if session.exec(own).first() else None


def words(text: object) -> list[str]:
    """The words to look for, in lower case, each with a letter or digit; none where PostgreSQL cannot be asked.

    Letters are composed as names are kept: some keyboards and files send an accent apart from its letter.
    """
    if not isinstance(text, str) or not prose.storable(text):
        return []
    found = unicodedata.normalize("NFC", text[:SEARCH_LENGTH]).lower().split()[:MOST_WORDS]
    return [word for word in found if any(character.isalnum() for character in word)]


def _sort(query: CustomerQuery) -> str:
    return next((sort for sort in SORTS if sort == query.sort), "active")


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list | tuple) else []


def _known_ids(prefix: ids.Prefix, public_ids: Sequence[object]) -> list[UUID]:
    """The ids among these that are well formed."""
    found = []
    for public_id in public_ids:
        with suppress(NotFoundError):
            found.append(ids.read(prefix, public_id))
    return found


def _has_word(word: str) -> sa.ColumnElement[bool]:
    """That name or e-mail has the word; one that is too short for the index of trigrams must be where a word begins."""
    search = col(CustomerSummary.search)
    if len(word) < TRIGRAM:
        return sa.or_(search.startswith(word, autoescape=True), search.contains(f" {word}", autoescape=True))
    return search.contains(word, autoescape=True)
