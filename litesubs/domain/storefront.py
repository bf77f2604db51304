"""What a visitor sees behind a share link."""

from datetime import UTC

from sqlmodel import Session, col, select

from litesubs.db import Prepared, transaction
from litesubs.domain import clock, links, packs, prose
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import NotFoundError
from litesubs.domain.views.offers import OfferView, StorefrontView
from litesubs.models import Creator, CreditPack, PackStatus, ShareLink

MOST_OTHERS = 6

# Every row that a page shows, by the transaction that wrote it as it stands: whatever writes one changes this. Ends
# that have come are in it too. A page that shows more rows needs them here.
VERSION = Prepared(
    "text, timestamptz",
    """
SELECT concat_ws(' ', link.xmin, pack.xmin, creator.xmin, link.expires_at <= $2,
    (SELECT string_agg(concat_ws('.', other.xmin, its.xmin, its.expires_at <= $2), ' ' ORDER BY other.id)
     FROM credit_pack other JOIN share_link its ON its.pack_id = other.id AND its.is_default
     WHERE other.creator_id = pack.creator_id AND other.id <> pack.id))
FROM share_link link
JOIN credit_pack pack ON pack.id = link.pack_id
JOIN creator ON creator.id = link.creator_id
WHERE link.token = $1
""",
)

CLOSED = {
    "disabled": ("This pack is not on sale", "{name} has taken it off sale. Credits bought before stay good."),
    "archived": ("This pack is no longer sold", "Credits bought before stay good. Ask {name} for what comes next."),
    "over": ("This pack has ended", "Its credits were good until {until}. Ask {name} for what comes next."),
    "used_up": ("This link has been used", "It was made for a limited number of buyers. Ask {name} for a new one."),
    "expired": ("This link has ended", "It was open until {until}. Ask {name} for a new one."),
    "revoked": ("This link was withdrawn", "{name} closed it. Ask for a new one."),
}


# A link for one address, by whether who looks is signed in with it and has proven it.
LOCKED = {
    "locked": ("This link is for one person", "It was made for {email}. Sign in with that address to buy."),
    "unconfirmed": (
        "Confirm your e-mail first",
        "This link is for {email}. The mail we sent there has a link and a code.",
    ),
    "not_yours": (
        "This link is for somebody else",
        "This link was for another e-mail address, {email}. Sign in with that one, or ask {name} for a new link.",
    ),
}


def open_link(token: str, actor: Actor = VISITOR) -> StorefrontView:
    """The page of a share link, also where it can no longer be used. NotFoundError for a token that never was."""
    if not prose.storable(token):
        raise NotFoundError
    with transaction() as session:
        query = (
            select(ShareLink, CreditPack, Creator)
            .join(CreditPack, col(CreditPack.id) == col(ShareLink.pack_id))
            .join(Creator, col(Creator.id) == col(ShareLink.creator_id))
            .where(ShareLink.token == token)
        )
        found = session.exec(query).one_or_none()
        if found is None:
            raise NotFoundError
        link, pack, creator = found
        others = _others(session, creator, pack)
    over = packs.over(pack)
    state = _state(link, pack, actor)
    title, text = (CLOSED | LOCKED).get("over" if over and state == "disabled" else state, ("", ""))
    last_day = pack.expiry_date if over else prose.last_day(link.expires_at) if link.expires_at else None
    until = prose.day(last_day) if last_day else ""
    return StorefrontView(
        token=token,
        state=state,
        closed_title=title,
        closed_text=text.format(
            name=prose.first_name(creator.display_name), until=until, email=_shown(link, owner=state == "unconfirmed")
        ),
        pack=packs.view(pack),
        creator_name=creator.display_name,
        creator_initials=prose.initials(creator.display_name),
        others=others,
    )


def version(token: str) -> str:
    """Changes whenever what `open_link` gives a visitor does; one query. NotFoundError for a token that never was.

    Expiry of packs goes by the day in UTC, which is in it. Ask before you read: what is read is then never older than
    its version.
    """
    if not prose.storable(token):
        raise NotFoundError
    now = clock.now()
    if (found := VERSION.row(token, now)) is None:
        raise NotFoundError
    return f"{now.astimezone(UTC).date()} {found[0]}"


def _state(link: ShareLink, pack: CreditPack, actor: Actor) -> str:
    """The pack's state where that closes it, else the link's, for who looks at it."""
    if pack.status is PackStatus.archived:
        return "archived"
    state = "disabled" if pack.status is PackStatus.disabled or packs.over(pack) else links.state(link)
    if state != "open" or link.email_normalized is None:
        return state
    if not actor.signed_in:
        return "locked"
    if actor.email_normalized != link.email_normalized:
        return "not_yours"
    return "open" if actor.verified else "unconfirmed"


def _shown(link: ShareLink, *, owner: bool) -> str:
    """Whom a link is for: "j•••@example.com", which its owner recognises and nobody else can use."""
    email = link.email or ""
    return email if owner else f"{email[:1]}•••@{email.rpartition('@')[2]}"


def _others(session: Session, creator: Creator, shown: CreditPack) -> list[OfferView]:
    """The creator's other packs that are on sale, listed, and whose main link still works."""
    query = (
        select(CreditPack, ShareLink)
        .join(ShareLink, col(ShareLink.pack_id) == col(CreditPack.id))
        .where(
            CreditPack.creator_id == creator.id,
            CreditPack.id != shown.id,
            CreditPack.status == PackStatus.active,
            CreditPack.listed,
            ShareLink.is_default,
        )
        .order_by(col(CreditPack.created_at))
    )
    views = [
        (packs.view(pack), link)
        for pack, link in session.exec(query)
        if links.state(link) == "open" and not packs.over(pack)
    ]
    return [
        OfferView(
            name=pack.name, url=f"/p/{link.token}", credits=pack.credits, price=pack.price, unit_price=pack.unit_price
        )
        for pack, link in views[:MOST_OTHERS]
    ]
