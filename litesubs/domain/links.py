"""Share links: token URLs to one pack, named, limited, expiring, revoked."""

import re
import secrets
import string
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from litesubs import queue
from litesubs.db import transaction
from litesubs.domain import clock, ids, owned, prose
from litesubs.domain.actors import Actor
from litesubs.domain.errors import LinkUnavailableError, ValidationFailedError
from litesubs.domain.views.offers import LinkView
from litesubs.models import CreditPack, Purchase, PurchaseStatus, ShareLink
from litesubs.settings import settings

NAME_LENGTH = 60
MOST_USES = 100_000
LONGEST_DAYS = 3_650
TOKEN_ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0OIl1")))
SHORT_NUMBER = re.compile(r"[0-9]{1,9}")
TOKEN_LENGTH = 12  # 57^12, about 70 bits: cannot be guessed, still short enough to read out


def create(actor: Actor, pack_id: str, name: str, max_uses: str = "", expires: str = "") -> LinkView:
    """One more link to a pack.

    ValidationFailedError with fields `name`, `max_uses`, `expires` (a date, its last day).
    """
    creator_id = actor.require_creator()
    fields: dict[str, str] = {}
    try:
        name = prose.line(name, "The name", NAME_LENGTH)
    except prose.TextError as error:
        fields["name"] = str(error)
    uses = _uses(max_uses, fields)
    expires_at = _expires_at(expires, fields)
    if fields:
        raise ValidationFailedError(fields)
    with transaction() as session:
        pack = owned.pack(session, creator_id, pack_id)
        link = _link(pack, name)
        link.max_uses, link.expires_at = uses, expires_at
        session.add(link)
        session.flush()
        return view(link)


def of_pack(actor: Actor, pack_id: str) -> list[LinkView]:
    """The links of one of the creator's packs, the pack's own first."""
    with transaction() as session:
        pack = owned.pack(session, actor.require_creator(), pack_id)
        query = select(ShareLink).where(ShareLink.pack_id == pack.id)
        order = (col(ShareLink.is_default).desc(), col(ShareLink.created_at).desc())
        return [view(link) for link in session.exec(query.order_by(*order))]


def revoke(actor: Actor, link_id: str) -> LinkView:
    """Close a link for good, and the checkouts that were opened through it."""
    with transaction() as session:
        link = owned.link(session, actor.require_creator(), link_id)
        link.revoked_at = link.revoked_at or clock.now()
        close_open_checkouts(session, col(Purchase.link_id) == link.id)
        return view(link)


def default_link(pack: CreditPack) -> ShareLink:
    """The link that every pack has."""
    link = _link(pack, "Main link")
    link.is_default = True
    return link


def url(token: str) -> str:
    """The address to share."""
    return f"{settings().base_url}/p/{token}"


def state(link: ShareLink) -> str:
    """Open, revoked, expired or used_up."""
    if link.revoked_at:
        return "revoked"
    if link.expires_at and link.expires_at <= clock.now():
        return "expired"
    return "used_up" if link.max_uses is not None and link.uses >= link.max_uses else "open"


def reserve_use(session: Session, link_id: UUID) -> None:
    """Take one use, in one conditional statement, so that two buyers cannot have the last.

    LinkUnavailableError if none.
    """
    usable = (
        col(ShareLink.id) == link_id,
        col(ShareLink.revoked_at).is_(None),
        col(ShareLink.expires_at).is_(None) | (col(ShareLink.expires_at) > clock.now()),
        col(ShareLink.max_uses).is_(None) | (col(ShareLink.uses) < col(ShareLink.max_uses)),
    )
    taken = session.execute(
        update(ShareLink).where(*usable).values(uses=ShareLink.uses + 1).returning(col(ShareLink.id))
    )
    if taken.first() is None:
        raise LinkUnavailableError


def free_use(session: Session, link_id: UUID) -> None:
    """Give a reserved use back, after a checkout that failed or expired."""
    session.execute(update(ShareLink).where(col(ShareLink.id) == link_id).values(uses=ShareLink.uses - 1))


def close_open_checkouts(session: Session, which: ColumnElement[bool]) -> None:
    """Have Stripe expire the open Checkout sessions of these purchases; one that is paid all the same is granted."""
    pending = select(Purchase.id).where(which, Purchase.status == PurchaseStatus.pending)
    for purchase_id in session.exec(pending):
        queue.enqueue(session, "expire_checkout", queue="payments", purchase_id=str(purchase_id))


def view(link: ShareLink) -> LinkView:
    """A link as its creator sees it."""
    used = f"{link.uses:,} of {link.max_uses:,} used" if link.max_uses else prose.count(link.uses, "use")
    return LinkView(
        id=ids.show("link", link.id),
        token=link.token,
        url=url(link.token),
        name=link.name,
        is_default=link.is_default,
        uses=used,
        expires=f"Until {prose.day(prose.last_day(link.expires_at))}" if link.expires_at else "No end",
        state=state(link),
    )


def _link(pack: CreditPack, name: str) -> ShareLink:
    return ShareLink(
        id=ids.new(),
        creator_id=pack.creator_id,
        pack_id=pack.id,
        token="".join(secrets.choice(TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH)),
        name=name,
        is_default=False,
        created_at=clock.now(),
    )


def _uses(text: str, fields: dict[str, str]) -> int | None:
    plain = str(text).strip()
    if not plain:
        return None
    if SHORT_NUMBER.fullmatch(plain) and 1 <= int(plain) <= MOST_USES:
        return int(plain)
    fields["max_uses"] = f"Write a whole number from 1 to {MOST_USES:,}, or leave it empty for no limit."
    return None


def _expires_at(text: str, fields: dict[str, str]) -> datetime | None:
    plain = str(text).strip()
    if not plain:
        return None
    try:
        last_day = date.fromisoformat(plain)
    except ValueError:
        fields["expires"] = "Choose a date, like 2027-06-30, or leave it empty."
        return None
    today = clock.now().date()
    if not today <= last_day <= today + timedelta(days=LONGEST_DAYS):
        fields["expires"] = (
            "This date has passed. Choose today or later."
            if last_day < today
            else "Choose a date within ten years, or leave it empty."
        )
        return None
    return datetime.combine(last_day, time(), tzinfo=UTC) + timedelta(days=1)
