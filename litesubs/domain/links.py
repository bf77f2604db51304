"""Share links: token URLs to one pack, named, locked to an e-mail, limited, expiring, revoked; and their QR codes."""

import io
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

import segno
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import Select

from litesubs import queue
from litesubs.db import snapshot, transaction
from litesubs.domain import accounts, clock, ids, insights, owned, prose
from litesubs.domain.actors import Actor
from litesubs.domain.errors import LinkUnavailableError, ValidationFailedError
from litesubs.domain.views.offers import LinkView
from litesubs.models import CreditPack, PackStatus, Purchase, PurchaseStatus, ShareLink
from litesubs.settings import settings

NAME_LENGTH = 60
MOST_USES = 100_000
LONGEST_DAYS = 3_650
TOKEN_ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0OIl1")))
SHORT_NUMBER = re.compile(r"[0-9]{1,9}")
QR_MODULE_PIXELS = 24  # a token's code comes to about 1,000 pixels: sharp on a poster
QR_QUIET_ZONE = 4  # modules of white around the code, as ISO/IEC 18004 asks for
TOKEN_LENGTH = 12  # 57^12, about 70 bits: cannot be guessed, still short enough to read out


def create(actor: Actor, pack_id: str, name: str, max_uses: str = "", expires: str = "", email: str = "") -> LinkView:
    """One more link to a pack. With `email` only who has proved to own that address can buy with it.

    ValidationFailedError with fields `name`, `email`, `max_uses`, `expires` (a date, its last day).
    """
    creator_id = actor.require_creator()
    fields: dict[str, str] = {}
    try:
        name = prose.line(name, "The name", NAME_LENGTH)
    except prose.TextError as error:
        fields["name"] = str(error)
    locked_to = _email(email, fields)
    uses = _uses(max_uses, fields)
    expires_at = _expires_at(expires, fields)
    if fields:
        raise ValidationFailedError(fields)
    with transaction() as session:
        pack = owned.pack(session, creator_id, pack_id)
        link = _link(pack, name)
        link.email, link.email_normalized = locked_to
        link.max_uses, link.expires_at = uses, expires_at
        session.add(link)
        session.flush()
        return view(link, pack)


def mine(actor: Actor) -> list[LinkView]:
    """Every link of the creator, the newest first."""
    creator_id = actor.require_creator()
    with snapshot() as session:
        query = _with_pack().where(ShareLink.creator_id == creator_id)
        order = (col(ShareLink.created_at).desc(), col(ShareLink.id).desc())
        return _with_figures(session, creator_id, session.exec(query.order_by(*order)).all())


def of_pack(actor: Actor, pack_id: str) -> list[LinkView]:
    """The links of one of the creator's packs, the pack's own first."""
    creator_id = actor.require_creator()
    with snapshot() as session:
        pack = owned.pack(session, creator_id, pack_id)
        query = _with_pack().where(ShareLink.pack_id == pack.id)
        order = (col(ShareLink.is_default).desc(), col(ShareLink.created_at).desc())
        return _with_figures(session, creator_id, session.exec(query.order_by(*order)).all())


def revoke(actor: Actor, link_id: str) -> LinkView:
    """Close a link for good, and the checkouts that were opened through it."""
    creator_id = actor.require_creator()
    with transaction() as session:
        link = owned.link(session, creator_id, link_id)
        link.revoked_at = link.revoked_at or clock.now()
        close_open_checkouts(session, col(Purchase.link_id) == link.id)
        pack = session.get_one(CreditPack, link.pack_id)
        return _with_figures(session, creator_id, [(link, pack)])[0]


def qr(actor: Actor, link_id: str, kind: Literal["svg", "png"]) -> tuple[str, bytes]:
    """(file name, picture) of the link's QR code, black on white, to print or to show. NotFoundError for others'."""
    with transaction() as session:
        link = owned.link(session, actor.require_creator(), link_id)
        pack = session.get_one(CreditPack, link.pack_id)
    code, file = segno.make_qr(url(link.token), error="m"), io.BytesIO()
    if kind == "svg":
        code.save(file, kind="svg", border=QR_QUIET_ZONE, light="#fff", omitsize=True, nl=False)
    else:
        code.save(file, kind="png", border=QR_QUIET_ZONE, scale=QR_MODULE_PIXELS)
    return "-".join(filter(None, [pack.slug, prose.slug(link.name)])) + f".{kind}", file.getvalue()


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


def open_now() -> tuple[ColumnElement[bool], ...]:
    """What the database asks of a link to find it open, as `state` does."""
    return (
        col(ShareLink.revoked_at).is_(None),
        col(ShareLink.expires_at).is_(None) | (col(ShareLink.expires_at) > clock.now()),
        col(ShareLink.max_uses).is_(None) | (col(ShareLink.uses) < col(ShareLink.max_uses)),
    )


def reserve_use(session: Session, link_id: UUID) -> None:
    """Take one use, in one conditional statement, so that two buyers cannot have the last.

    LinkUnavailableError if none.
    """
    taken = session.execute(
        update(ShareLink)
        .where(col(ShareLink.id) == link_id, *open_now())
        .values(uses=ShareLink.uses + 1)
        .returning(col(ShareLink.id))
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


def view(link: ShareLink, pack: CreditPack) -> LinkView:
    """A link as its creator sees it, without its figures."""
    how = state(link)
    used = f"{link.uses:,} of {link.max_uses:,} used" if link.max_uses else prose.count(link.uses, "use")
    return LinkView(
        id=ids.show("link", link.id),
        token=link.token,
        url=url(link.token),
        name=link.name,
        is_default=link.is_default,
        uses=used,
        expires=f"Until {prose.day(prose.last_day(link.expires_at))}" if link.expires_at else "No end",
        state="off_sale" if how == "open" and pack.status is not PackStatus.active else how,
        pack_id=ids.show("pack", pack.id),
        pack_name=pack.name,
        email=link.email or "",
        used=link.uses,
        most=link.max_uses or 0,
        ends=prose.last_day(link.expires_at).isoformat() if link.expires_at else "",
    )


def _with_pack() -> Select[ShareLink, CreditPack]:
    return select(ShareLink, CreditPack).join(CreditPack, col(CreditPack.id) == col(ShareLink.pack_id))


def _with_figures(session: Session, creator_id: UUID, found: Sequence[tuple[ShareLink, CreditPack]]) -> list[LinkView]:
    figures = insights.links(session, creator_id, [link.id for link, _ in found])
    return [replace(view(link, pack), figures=figures[link.id]) for link, pack in found]


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


def _email(text: str, fields: dict[str, str]) -> tuple[str, str] | tuple[None, None]:
    """(as written, as compared), or two times nothing for a link that is for anybody."""
    if not str(text).strip():
        return None, None
    try:
        return accounts.normalized_email(text)
    except ValidationFailedError as error:
        fields |= error.fields
        return None, None


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
