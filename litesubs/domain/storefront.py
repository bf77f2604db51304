"""What a visitor sees of a creator: the page behind a share link, a listed pack's own, and the creator's."""

from datetime import UTC
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from litesubs.db import Prepared, transaction
from litesubs.domain import clock, links, packs, pictures, prose, statements
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import NotFoundError
from litesubs.domain.views.offers import HoldingView, OfferView, PackView, ProfileView, StorefrontView
from litesubs.models import Creator, CreatorHandle, CreditPack, Customer, PackStatus, ShareLink, Subscription

MOST_OTHERS = 6
LINK_LABEL_LENGTH = 40

# Every row that a page shows, by the transaction that wrote it as it stands: whatever writes one changes this. Ends
# that have come are in it too. A page that shows more rows needs them here.
SHOWN = """
SELECT concat_ws(' ', creator.xmin,
    (SELECT string_agg(concat_ws('.', pack.xmin, main.xmin, main.expires_at <= $2), ' ' ORDER BY pack.id)
     FROM credit_pack pack JOIN share_link main ON main.pack_id = pack.id AND main.is_default
     WHERE pack.creator_id = creator.id AND pack.status <> 'archived')"""
LINK_VERSION = Prepared(
    "text, timestamptz",
    f"{SHOWN}, link.xmin, link.expires_at <= $2, own.xmin) FROM share_link link JOIN credit_pack own "
    "ON own.id = link.pack_id JOIN creator ON creator.id = link.creator_id WHERE link.token = $1",
)
CREATOR_VERSION = Prepared(
    "text, timestamptz",
    f"{SHOWN}) FROM creator_handle had JOIN creator ON creator.id = had.creator_id WHERE had.handle = $1",
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
        return _storefront(session, link, pack, creator, actor)


def listed_pack(handle: str, slug: str, actor: Actor = VISITOR) -> StorefrontView:
    """The page of a listed pack, which sells through its main link, also where it is not on sale.

    `address` is where it is now: the creator may have another handle since. NotFoundError for one that is not listed.
    """
    if not prose.storable(slug):
        raise NotFoundError
    with transaction() as session:
        creator = _creator(session, handle)
        query = (
            select(ShareLink, CreditPack)
            .join(CreditPack, col(CreditPack.id) == col(ShareLink.pack_id))
            .where(
                CreditPack.creator_id == creator.id,
                CreditPack.slug == slug.lower(),
                CreditPack.listed,
                ShareLink.is_default,
            )
        )
        found = session.exec(query).one_or_none()
        if found is None:
            raise NotFoundError
        link, pack = found
        return _storefront(session, link, pack, creator, actor)


def profile(handle: str) -> ProfileView:
    """A creator's page with every listed pack that can be bought, the newest last. An old handle finds the same page.

    NotFoundError for a handle that nobody ever had.
    """
    with transaction() as session:
        creator = _creator(session, handle)
        offers = _offers(session, creator)
    return ProfileView(
        handle=creator.handle,
        name=creator.display_name,
        initials=prose.initials(creator.display_name),
        bio_html=prose.markdown(creator.bio),
        summary=prose.summary(creator.bio),
        links=[(address, _label(address)) for address in creator.links],
        offers=offers,
        picture=pictures.address(creator),
    )


def holding(actor: Actor, token: str) -> HoldingView | None:
    """What the person has of the pack behind a share link, None for who never had any of it."""
    if not actor.signed_in or not prose.storable(token):
        return None
    with transaction() as session:
        query = (
            select(Subscription.id)
            .join(Customer, col(Customer.id) == col(Subscription.customer_id))
            .join(ShareLink, col(ShareLink.pack_id) == col(Subscription.pack_id))
            .where(ShareLink.token == token, Customer.user_id == actor.require_user())
        )
        found = session.exec(query.limit(1)).first()
        if found is None:
            return None
        held = statements.summaries(session, [found])[0]
    words = (
        f"You have {prose.count(held.posted, 'credit')} of this pack" if held.posted else "You have used this pack up"
    )
    return HoldingView(words=words, href=f"/wallet/{held.id}")


def version_of_link(token: str) -> str:
    """Changes whenever what `open_link` gives a visitor does; one query. NotFoundError for a token that never was.

    Expiry of packs goes by the day in UTC, which is in it. Ask before you read: what is read is then never older than
    its version.
    """
    return _version(LINK_VERSION, token)


def version_of_creator(handle: str) -> str:
    """The same for `profile` and `listed_pack`. NotFoundError for a handle that nobody ever had."""
    return _version(CREATOR_VERSION, _handle(handle))


def on_sale() -> Select[CreditPack, ShareLink]:
    """Every pack that is on sale and listed and not over, with its main link, which works."""
    return (
        select(CreditPack, ShareLink)
        .join(ShareLink, col(ShareLink.pack_id) == col(CreditPack.id))
        .where(
            CreditPack.status == PackStatus.active,
            CreditPack.listed,
            packs.not_over(),
            ShareLink.is_default,
            *links.open_now(),
        )
    )


def pack_address(handle: str, slug: str) -> str:
    """The path of a listed pack's own page."""
    return f"/c/{handle}/{slug}"


def terms(pack: PackView) -> str:
    """What is sold for what, short enough for a form to carry."""
    return f"{pack.credits} {pack.price_input} {pack.currency} {pack.expiry_kind} {pack.expiry_date}{pack.expiry_days}"


def _storefront(session: Session, link: ShareLink, pack: CreditPack, creator: Creator, actor: Actor) -> StorefrontView:
    over = packs.over(pack)
    state = _state(link, pack, actor)
    title, text = (CLOSED | LOCKED).get("over" if over and state == "disabled" else state, ("", ""))
    last_day = pack.expiry_date if over else prose.last_day(link.expires_at) if link.expires_at else None
    until = prose.day(last_day) if last_day else ""
    shown = packs.view(pack)
    return StorefrontView(
        token=link.token,
        state=state,
        closed_title=title,
        closed_text=text.format(
            name=prose.first_name(creator.display_name), until=until, email=_shown(link, owner=state == "unconfirmed")
        ),
        pack=shown,
        creator_name=creator.display_name,
        creator_initials=prose.initials(creator.display_name),
        address=pack_address(creator.handle, pack.slug) if pack.listed and link.is_default else f"/p/{link.token}",
        terms=terms(shown),
        creator_handle=creator.handle,
        creator_summary=prose.summary(creator.bio),
        creator_picture=pictures.address(creator),
        others=_offers(session, creator, but=pack.id, most=MOST_OTHERS),
    )


def _version(query: Prepared, key: str) -> str:
    if not prose.storable(key):
        raise NotFoundError
    now = clock.now()
    if (found := query.row(key, now)) is None:
        raise NotFoundError
    return f"{now.astimezone(UTC).date()} {found[0]}"


def _handle(written: str) -> str:
    """A handle as it is kept. NotFoundError for what can be none."""
    if not prose.storable(written) or not written.isascii():
        raise NotFoundError
    return written.lower()


def _creator(session: Session, handle: str) -> Creator:
    """Who has or had this handle."""
    query = (
        select(Creator)
        .join(CreatorHandle, col(CreatorHandle.creator_id) == col(Creator.id))
        .where(CreatorHandle.handle == _handle(handle))
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def _label(address: str) -> str:
    """What a link is called: where it leads, "instagram.com/mara"."""
    url = urlsplit(address)
    words = f"{url.netloc.removeprefix('www.')}{url.path}".rstrip("/")
    return words if len(words) <= LINK_LABEL_LENGTH else f"{words[: LINK_LABEL_LENGTH - 1]}…"


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


def _offers(session: Session, creator: Creator, but: UUID | None = None, most: int | None = None) -> list[OfferView]:
    """The creator's packs that are on sale, the oldest first; without one of them, and only so many, if told so."""
    query = (
        on_sale()
        .where(CreditPack.creator_id == creator.id, CreditPack.id != but)
        .order_by(col(CreditPack.created_at), col(CreditPack.id))
    )
    return [_offer(creator, pack, link) for pack, link in session.exec(query.limit(most))]


def _offer(creator: Creator, pack: CreditPack, link: ShareLink) -> OfferView:
    shown = packs.view(pack)
    return OfferView(
        name=shown.name,
        url=pack_address(creator.handle, pack.slug),
        credits=shown.credits,
        price=shown.price,
        unit_price=shown.unit_price,
        summary=prose.summary(shown.description.split("\n\n", 1)[0]),
        expiry=f"Expires {shown.expiry}" if shown.expiry_days else shown.expiry,
        token=link.token,
        terms=terms(shown),
    )
