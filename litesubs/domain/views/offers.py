"""What is for sale: packs, share links, and the page behind one."""

from dataclasses import dataclass, field

from litesubs.domain.views.desk import LinkFigures, PackFigures

NOTHING_SOLD = PackFigures()
NOTHING_SEEN = LinkFigures()


@dataclass(frozen=True)
class PackView:
    """A pack as its creator and its buyers see it. `price` is "€450", `unit_price` "€45.00".

    `status` is active, disabled or archived.
    """

    id: str
    name: str
    slug: str
    description: str
    description_html: str
    price_minor: int
    currency: str
    price: str
    price_input: str
    unit_price: str
    credits: int
    expiry_kind: str
    expiry_date: str
    expiry_days: int
    expiry: str
    expiry_promise: str
    listed: bool
    active: bool
    status: str = "active"
    link_url: str = ""
    figures: PackFigures = NOTHING_SOLD


@dataclass(frozen=True)
class PreviewView:
    """What a buyer would see of a pack that is being written. `errors` maps a field to one sentence."""

    name: str
    description_html: str
    price: str
    unit_price: str
    credits: int
    expiry_promise: str
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LinkView:
    """A share link as its creator sees it.

    `state` is open, used_up, expired or revoked, or off_sale where it is the pack that cannot be bought. `email` is
    whom it is locked to, `most` its limit of uses (0 for none), `ends` its last day as ISO 8601 ("" for none).
    """

    id: str
    token: str
    url: str
    name: str
    is_default: bool
    uses: str
    expires: str
    state: str
    pack_id: str = ""
    pack_name: str = ""
    email: str = ""
    used: int = 0
    most: int = 0
    ends: str = ""
    figures: LinkFigures = NOTHING_SEEN


@dataclass(frozen=True)
class OfferView:
    """A pack in a list of what a creator sells. `token` is of its main link, `terms` as `StorefrontView` has them."""

    name: str
    url: str
    credits: int
    price: str
    unit_price: str
    summary: str = ""
    expiry: str = ""
    token: str = ""
    terms: str = ""


@dataclass(frozen=True)
class ProfileView:
    """A creator's public page. `links` are (address, what to call it); `summary` is the bio as a line of plain text.

    `picture` is the path of their own picture, "" where initials stand for them.
    """

    handle: str
    name: str
    initials: str
    bio_html: str
    summary: str
    links: list[tuple[str, str]]
    offers: list[OfferView]
    picture: str = ""


@dataclass(frozen=True)
class HoldingView:
    """What a buyer has of a pack, in words, and where they see more of it."""

    words: str
    href: str


@dataclass(frozen=True)
class StorefrontView:
    """The page behind a share link. `state` is open, disabled, archived, used_up, expired or revoked.

    A link for one address is open for its proven owner, else locked (nobody is signed in), unconfirmed (the address is
    not proven) or not_yours. Text says why and the way on. `address` is the path that the page is known by: of the
    main link of a listed pack the one below its creator's. `terms` says what is sold for what, so that a form can tell
    what its reader saw.
    """

    token: str
    state: str
    closed_title: str
    closed_text: str
    pack: PackView
    creator_name: str
    creator_initials: str
    address: str = ""
    terms: str = ""
    creator_handle: str = ""
    creator_summary: str = ""
    creator_picture: str = ""
    others: list[OfferView] = field(default_factory=list)
