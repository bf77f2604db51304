"""What is for sale: packs, share links, and the page behind one."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PackView:
    """A pack as its creator and its buyers see it. `price` is "€450", `unit_price` "€45.00"."""

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
    link_url: str = ""
    sold: int = 0
    holders: int = 0
    unused: int = 0


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
    """A share link. `state` is open, used_up, expired or revoked."""

    id: str
    token: str
    url: str
    name: str
    is_default: bool
    uses: str
    expires: str
    state: str


@dataclass(frozen=True)
class OfferView:
    """A pack in a list of what else a creator sells."""

    name: str
    url: str
    credits: int
    price: str
    unit_price: str


@dataclass(frozen=True)
class StorefrontView:
    """The page behind a share link. `state` is open, disabled, used_up, expired or revoked.

    Text says why and the way on.
    """

    token: str
    state: str
    closed_title: str
    closed_text: str
    pack: PackView
    creator_name: str
    creator_initials: str
    others: list[OfferView] = field(default_factory=list)
