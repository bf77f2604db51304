"""How often share links are opened by people, and lead to sign-ups. What is kept of a visitor is a hash, for two days.

The hash is keyed with the instance's secret, the link and the day, so that it tells nothing about another link or day.
What comes while visits are being written is written next, in one statement: links that many open are one row each,
and those who open them must not queue for it.
"""

import hashlib
import hmac
import json
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from crawlerdetect import CrawlerDetect
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from litesubs.db import transaction
from litesubs.domain import clock, prose
from litesubs.domain.actors import VISITOR, Actor
from litesubs.models import Creator, Customer, LinkDay, LinkVisit, ShareLink
from litesubs.settings import settings

KEPT = timedelta(days=2)
USER_AGENT_LENGTH = 512  # longer than any browser's, and short enough to be looked through in milliseconds
BROWSER = "Mozilla/"  # how the user agent of every browser begins, and that of few link previews (RFC 9110, 10.1.5)
# What fetches previews as a browser would and is not in the library's list.
PREVIEWS = ("cardyb", "preview", "skypeuripreview", "teams/", "zoom.us")

MOST_AT_ONCE, MOST_WAITING, MOST_KNOWN, MOST_AGENTS = 500, 10_000, 50_000, 4_000
MIDNIGHTS_SECONDS = 900  # wherever it is midnight, a quarter of an hour begins

# Rows are written in order, so that two processes cannot wait for each other.
COUNT = text("""
WITH fresh AS (
    INSERT INTO link_visit (link_id, day, visitor)
    SELECT link_id, day, decode(visitor, 'hex')
    FROM json_to_recordset(:opened) AS opened (link_id uuid, day date, visitor text)
    ORDER BY link_id, day, visitor
    ON CONFLICT DO NOTHING
    RETURNING link_id, day
)
INSERT INTO link_day (link_id, day, creator_id, views)
SELECT fresh.link_id, fresh.day, link.creator_id, count(*)
FROM fresh JOIN share_link link ON link.id = fresh.link_id
GROUP BY fresh.link_id, fresh.day, link.creator_id
ORDER BY fresh.link_id, fresh.day
ON CONFLICT (link_id, day) DO UPDATE SET views = link_day.views + excluded.views
""")


@dataclass(frozen=True)
class Visit:
    """Somebody opened a link: `visitor` is their address and user agent."""

    token: str
    visitor: str
    actor: Actor
    at: datetime


class _Link(NamedTuple):
    id: UUID
    creator_id: UUID
    time_zone: str

    def day(self, at: datetime) -> date:
        """Which day that is for its creator."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()


_waiting: deque[Visit] = deque()
writing = threading.Lock()
known: set[bytes] = set()  # who was counted, within a quarter of an hour: the database need not be asked again

log = structlog.get_logger()


def is_news(token: str, visitor_address: str, user_agent: str, purpose: str = "") -> bool:
    """Whether `record` has something to write, as far as this process remembers. Asks no database.

    Left out are prefetches (`purpose` is the Sec-Purpose or Purpose header), bots and link previews.
    """
    if "prefetch" in purpose.lower() or is_bot(user_agent) or not prose.storable(token):
        return False
    return _key(Visit(token, _visitor(visitor_address, user_agent), VISITOR, clock.now())) not in known


def record(token: str, visitor_address: str, user_agent: str, actor: Actor, purpose: str = "") -> None:
    """Count that this link was opened: once a day for each person. It is written when this returns, or soon after.

    Left out is what is no news, the creator, and their test customers where they are signed in.
    Counting is no reason for a page to fail: what goes wrong is logged.
    """
    if not is_news(token, visitor_address, user_agent, purpose):
        return
    if len(_waiting) >= MOST_WAITING:
        log.error("visit_not_counted", waiting=len(_waiting))
        return
    _waiting.append(Visit(token, _visitor(visitor_address, user_agent), actor, clock.now()))
    while _waiting and writing.acquire(blocking=False):  # who holds it looks again after letting go
        _write_next()


def settle() -> None:
    """Write what waits, and wait for who is writing: for a process that ends."""
    while writing.acquire():
        _write_next()
        if not _waiting:
            return


def write(visits: Sequence[Visit]) -> None:
    """Count them in one transaction, and remember whom."""
    with transaction() as session:
        links = _links(session, {visit.token for visit in visits})
        tests = _tests(session, visits)
        counted = [
            (visit, link)
            for visit in visits
            if (link := links.get(visit.token))
            and link.creator_id != visit.actor.creator_id
            and (link.creator_id, visit.actor.user_id) not in tests
        ]
        opened = [_row(visit, link) for visit, link in counted]
        session.execute(COUNT, {"opened": json.dumps(opened)})
    if len(known) > MOST_KNOWN:
        known.clear()
    known.update(_key(visit) for visit, _ in counted)


def signed_up(session: Session, token: str) -> None:
    """Count that a sign-up came from this link, in the transaction of that sign-up. An unknown token counts nowhere."""
    for link in _links(session, [token]).values():
        row = {"link_id": link.id, "day": link.day(clock.now()), "creator_id": link.creator_id, "sign_ups": 1}
        added = insert(LinkDay).values(row)
        one_more = {"sign_ups": LinkDay.sign_ups + 1}
        session.execute(added.on_conflict_do_update(index_elements=["link_id", "day"], set_=one_more))


def forget_old() -> None:
    """Delete the hashes that count nothing any more."""
    with transaction() as session:
        session.execute(delete(LinkVisit).where(col(LinkVisit.day) < (clock.now() - KEPT).astimezone(UTC).date()))


def is_bot(user_agent: str) -> bool:
    """Whether this user agent is not a person's browser: crawlers, scripts, and what fetches previews of links."""
    return not user_agent.startswith(BROWSER) or len(user_agent) > USER_AGENT_LENGTH or _is_listed(user_agent)


@lru_cache(MOST_AGENTS)
def _is_listed(user_agent: str) -> bool:
    return any(name in user_agent.lower() for name in PREVIEWS) or _crawlers().is_crawler(user_agent)


@lru_cache
def _crawlers() -> CrawlerDetect:
    return CrawlerDetect()


def _write_next() -> None:
    """Write of what waits as much as goes at once, and release `writing`, which the caller holds."""
    try:
        if visits := [_waiting.popleft() for _ in range(min(len(_waiting), MOST_AT_ONCE))]:
            write(visits)
    except Exception:
        log.exception("visits_not_counted")
    finally:
        writing.release()


def _links(session: Session, tokens: Iterable[str]) -> dict[str, _Link]:
    """Those of the links that there are, by token."""
    storable = [token for token in tokens if prose.storable(token)]
    query = select(ShareLink.token, ShareLink.id, ShareLink.creator_id, Creator.time_zone)
    query = query.join(Creator, col(Creator.id) == col(ShareLink.creator_id))
    found = session.exec(query.where(col(ShareLink.token).in_(storable)))
    return {token: _Link(link_id, creator_id, time_zone) for token, link_id, creator_id, time_zone in found}


def _tests(session: Session, visits: Sequence[Visit]) -> set[tuple[UUID, UUID | None]]:
    """(creator, user) of each creator's test customers among who is signed in."""
    users = {visit.actor.user_id for visit in visits if visit.actor.user_id}
    if not users:
        return set()
    marked = select(Customer.creator_id, Customer.user_id).where(
        col(Customer.user_id).in_(users), col(Customer.is_test)
    )
    return set(session.exec(marked))


def _row(visit: Visit, link: _Link) -> dict[str, str]:
    day = link.day(visit.at)
    return {"link_id": str(link.id), "day": str(day), "visitor": _hash(f"visits {day} {link.id}", visit.visitor).hex()}


def _key(visit: Visit) -> bytes:
    """What is remembered of a visit: it counts for no other day before the quarter of an hour is over."""
    return _hash(f"known {visit.at.timestamp() // MIDNIGHTS_SECONDS} {visit.token}", visit.visitor)


def _visitor(address: str, user_agent: str) -> str:
    return f"{address}\n{user_agent}"


def _hash(salt: str, visitor: str) -> bytes:
    key = hmac.digest(settings().secret_key.get_secret_value().encode(), salt.encode(), hashlib.sha256)
    return hmac.digest(key, visitor.encode(errors="replace"), hashlib.sha256)
