"""What is said of a pack or a creator where a link to them is shared, and which addresses are for everybody."""

import html
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import col

from litesubs.db import transaction
from litesubs.domain import money, prose, storefront
from litesubs.domain.cards import Card
from litesubs.domain.views.offers import LinkView, ProfileView, StorefrontView
from litesubs.models import Creator, CreditPack
from litesubs.settings import settings

NAMED_PACKS = 6  # on the picture of a creator: more than a line has room for
# A site map has 50,000 addresses at most (sitemaps.org): each pack, its creator, and our own pages.
MOST_MAPPED = 24_000


@dataclass(frozen=True)
class Address:
    """A page for everybody, by its path, and when what it shows last changed."""

    path: str
    changed: datetime | None = None


def button_code(link: LinkView) -> tuple[str, str]:
    """HTML to paste into another site: the buy button, and a plain link that needs no script."""
    words = f"Buy {link.pack_name}"
    return button(link.url, words), f'<a href="{html.escape(link.url, quote=True)}">{html.escape(words)}</a>'


def button(url: str, words: str) -> str:
    """HTML of the buy button that leads to a pack's address. Until its script has come it is a link."""
    script = html.escape(f"{settings().base_url}/embed/v1.js", quote=True)
    link = f'<a href="{html.escape(url, quote=True)}" data-litesubs-button>{html.escape(words)}</a>'
    return f'{link}\n<script async src="{script}"></script>'


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
    """The pages of listed packs that can be bought, and of creators who have one.

    Where there are too many for one site map, those of the newest packs. Nobody knows when a creator's page changed.
    """
    wanted = (col(Creator.handle), col(CreditPack.slug), col(CreditPack.updated_at))
    query = (
        storefront.on_sale()
        .join(Creator, col(Creator.id) == col(CreditPack.creator_id))
        .order_by(col(CreditPack.created_at).desc(), col(CreditPack.id).desc())
        .limit(MOST_MAPPED)
    )
    with transaction() as session:
        found = session.execute(query.with_only_columns(*wanted)).all()
    creators = [Address(f"/c/{handle}") for handle in dict.fromkeys(handle for handle, _, _ in found)]
    return creators + [Address(storefront.pack_address(handle, slug), changed) for handle, slug, changed in found]
