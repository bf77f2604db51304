"""How often share links are opened by people, and lead to sign-ups. What is kept of a visitor is a hash, for two days.

The hash is keyed with the instance's secret, the link and the day, so that it tells nothing about another link or day.
"""

import hashlib
import hmac
from datetime import UTC, date, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from crawlerdetect import CrawlerDetect
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from litesubs.db import transaction
from litesubs.domain import clock, prose
from litesubs.domain.actors import Actor
from litesubs.models import Creator, Customer, LinkDay, LinkVisit, ShareLink
from litesubs.settings import settings

KEPT = timedelta(days=2)
USER_AGENT_LENGTH = 512  # longer than any browser's, and short enough to be looked through in milliseconds
BROWSER = "Mozilla/"  # how the user agent of every browser begins, and that of few link previews (RFC 9110, 10.1.5)
# What fetches previews as a browser would and is not in the library's list.
PREVIEWS = ("cardyb", "preview", "skypeuripreview", "teams/", "zoom.us")

log = structlog.get_logger()


def record(token: str, visitor_address: str, user_agent: str, actor: Actor, purpose: str = "") -> None:
    """Count that this link was opened: once a day for each person.

    Left out are prefetches (`purpose` is the Sec-Purpose or Purpose header), bots and link previews, the creator, and
    their test customers where they are signed in.
    Counting is no reason for a page to fail: what goes wrong is logged.
    """
    if "prefetch" in purpose.lower() or is_bot(user_agent) or not prose.storable(token):
        return
    try:
        _count_view(token, visitor_address, user_agent, actor)
    except Exception:
        log.exception("visit_not_counted")


def signed_up(session: Session, token: str) -> None:
    """Count that a sign-up came from this link, in the transaction of that sign-up. An unknown token counts nowhere."""
    if (found := _link(session, token)) is not None:
        link, today = found
        _add(session, link, today, "sign_ups")


def forget_old() -> None:
    """Delete the hashes that count nothing any more."""
    with transaction() as session:
        session.execute(delete(LinkVisit).where(col(LinkVisit.day) < (clock.now() - KEPT).astimezone(UTC).date()))


def is_bot(user_agent: str) -> bool:
    """Whether this user agent is not a person's browser: crawlers, scripts, and what fetches previews of links."""
    if not user_agent.startswith(BROWSER) or len(user_agent) > USER_AGENT_LENGTH:
        return True
    return any(name in user_agent.lower() for name in PREVIEWS) or _crawlers().is_crawler(user_agent)


def _count_view(token: str, visitor_address: str, user_agent: str, actor: Actor) -> None:
    with transaction() as session:
        found = _link(session, token)
        if found is None or found[0].creator_id == actor.creator_id:
            return
        link, today = found
        if _is_test(session, link, actor):
            return
        visit = {"link_id": link.id, "day": today, "visitor": _hash(link.id, today, visitor_address, user_agent)}
        fresh = insert(LinkVisit).values(visit).on_conflict_do_nothing().returning(col(LinkVisit.link_id))
        if session.execute(fresh).first() is not None:
            _add(session, link, today, "views")


def _link(session: Session, token: str) -> tuple[ShareLink, date] | None:
    """The link and which day it is for its creator."""
    if not prose.storable(token):
        return None
    query = select(ShareLink, Creator.time_zone).join(Creator, col(Creator.id) == col(ShareLink.creator_id))
    found = session.exec(query.where(ShareLink.token == token)).one_or_none()
    return found and (found[0], clock.now().astimezone(ZoneInfo(found[1])).date())


def _is_test(session: Session, link: ShareLink, actor: Actor) -> bool:
    marked = select(Customer.id).where(
        Customer.creator_id == link.creator_id, Customer.user_id == actor.user_id, col(Customer.is_test)
    )
    return actor.user_id is not None and session.exec(marked).first() is not None


def _add(session: Session, link: ShareLink, today: date, column: str) -> None:
    row = {"link_id": link.id, "day": today, "creator_id": link.creator_id, column: 1}
    one_more = {column: getattr(LinkDay, column) + 1}
    session.execute(insert(LinkDay).values(row).on_conflict_do_update(index_elements=["link_id", "day"], set_=one_more))


def _hash(link_id: UUID, day: date, visitor_address: str, user_agent: str) -> bytes:
    salt = f"visits {day} {link_id}".encode()
    key = hmac.digest(settings().secret_key.get_secret_value().encode(), salt, hashlib.sha256)
    return hmac.digest(key, f"{visitor_address}\n{user_agent}".encode(errors="replace"), hashlib.sha256)


@lru_cache
def _crawlers() -> CrawlerDetect:
    return CrawlerDetect()
