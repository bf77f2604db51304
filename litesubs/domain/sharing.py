"""What is said of a pack or a creator where a link to them is shared, and which addresses are for everybody."""

import html
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from litesubs.db import transaction
from litesubs.domain import links, money, packs, prose, storefront
from litesubs.domain.cards import Card
from litesubs.domain.views.offers import LinkView, ProfileView, StorefrontView
from litesubs.models import Creator, CreditPack, PackStatus, ShareLink
from litesubs.settings import settings

NAMED_PACKS = 6  # on the picture of a creator: more than a line has room for
MOST_ADDRESSES = 50_000  # of one sitemap (https://www.sitemaps.org/protocol.html)


@dataclass(frozen=True)
class Address:
    """A page for everybody, by its path, and when what it shows last changed."""

    path: str
    changed: datetime | None = None


def button_code(link: LinkView) -> tuple[str, str]:
    """HTML to paste into another site: the buy button, and a plain link that needs no script."""
    words = html.escape(f"Buy {link.pack_name}")
    base = html.escape(settings().base_url, quote=True)
    href = html.escape(link.url, quote=True)
    return (
        f'<a href="{href}" data-litesubs-button>{words}</a>\n<script async src="{base}/embed/v1.js"></script>',
        f'<a href="{href}">{words}</a>',
    )


def pack_card(view: StorefrontView) -> Card:
    """The picture of a pack's page."""
    pack = view.pack
    amount = prose.count(pack.credits, "credit")
    return Card(
        above=view.creator_name,
        title=pack.name,
        instead=amount,
        figure=pack.price,
        spelled=money.spell(pack.price_minor, pack.currency),
        note=f"{amount}, {pack.unit_price} each",
        credits=pack.credits,
        middle=amount,
    )


def creator_card(view: ProfileView) -> Card:
    """The picture of a creator's public page."""
    count = prose.count(len(view.offers), "pack") if view.offers else f"@{view.handle}"
    return Card(
        above="Credit packs from",
        title=view.name,
        instead=f"@{view.handle}",
        figure=count,
        spelled=count,
        note=f"{urlsplit(settings().base_url).netloc}/c/{view.handle}",
        middle=" · ".join(offer.name for offer in view.offers[:NAMED_PACKS]),
    )


def pack_image(view: StorefrontView) -> str:
    """The address of the picture of a pack's page. It changes with what the picture shows."""
    return f"{settings().base_url}/og/p/{view.token}.png?v={pack_card(view).version}"


def creator_image(view: ProfileView) -> str:
    """The same for a creator's public page."""
    return f"{settings().base_url}/og/c/{view.handle}.png?v={creator_card(view).version}"


def addresses() -> list[Address]:
    """The pages of listed packs that can be bought, and of creators who have one."""
    with transaction() as session:
        found = session.exec(_on_sale().limit(MOST_ADDRESSES // 2 - 1000)).all()
    shown = [(pack, link, creator) for pack, link, creator in found if _can_be_bought(pack, link)]
    changed: dict[str, datetime] = {}
    for pack, _, creator in shown:
        changed[creator.handle] = max(changed.get(creator.handle, pack.updated_at), pack.updated_at)
    creators = [Address(f"/c/{handle}", at) for handle, at in changed.items()]
    return creators + [Address(storefront.pack_address(creator, pack), pack.updated_at) for pack, _, creator in shown]


def _on_sale() -> Select[CreditPack, ShareLink, Creator]:
    return (
        select(CreditPack, ShareLink, Creator)
        .join(ShareLink, col(ShareLink.pack_id) == col(CreditPack.id))
        .join(Creator, col(Creator.id) == col(CreditPack.creator_id))
        .where(CreditPack.status == PackStatus.active, CreditPack.listed, ShareLink.is_default)
        .order_by(col(CreditPack.created_at))
    )


def _can_be_bought(pack: CreditPack, link: ShareLink) -> bool:
    return links.state(link) == "open" and link.email is None and not packs.over(pack)
