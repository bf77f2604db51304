"""What the domain hands to pages and API: frozen values with the words and numbers a person reads, never rows.

Ids are public (prefixed) ids. Text fields are ready to show: money with its currency, dates in words, U+2212 for minus.
Where a thing may be absent, text is "" and a number is 0, so that a page can test it without null.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class AccountView:
    """The person who is signed in. `handle` is "" until they sell."""

    name: str
    email: str
    initials: str
    handle: str
    display_name: str


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


@dataclass(frozen=True)
class EntryView:
    """One line of a ledger.

    `kind` names its icon, `amount` is signed text ("−1"), `left_after` is the pack's balance.
    """

    id: str
    kind: str
    title: str
    reason: str
    at: str
    who: str
    lot: str
    lot_expiry: str
    amount: str
    adds: bool
    left_after: int
    reversible: bool


@dataclass(frozen=True)
class LotView:
    """A grant. `label` is Lot A, Lot B… in order of arrival."""

    id: str
    label: str
    source: str
    amount: int
    remaining: int
    held: int
    expires: str
    expires_soon: bool
    expired: bool


@dataclass(frozen=True)
class SubscriptionView:
    """One customer's standing with one pack, with its lots and, newest first, its ledger.

    `meter` has one letter a credit, in order: s spent, h held, a available, e expiring within 30 days; "" above 24.
    """

    id: str
    status: str
    status_note: str
    pack_id: str
    pack_name: str
    creator_name: str
    creator_initials: str
    customer_id: str
    customer_name: str
    customer_email: str
    customer_initials: str
    posted: int
    held: int
    available: int
    granted: int
    spent: int
    expiring: int
    meter: str
    expires: str
    expires_soon: bool
    paid: str
    unit_cost: str
    buy_again_url: str
    buy_again_price: str
    lots: list[LotView] = field(default_factory=list)
    entries: list[EntryView] = field(default_factory=list)
    more_before: int = 0


@dataclass(frozen=True)
class WalletGroupView:
    """What a buyer holds with one creator."""

    creator_name: str
    creator_initials: str
    subscriptions: list[SubscriptionView] = field(default_factory=list)


@dataclass(frozen=True)
class WalletView:
    """Everything a buyer holds. `expiring` is one sentence about what expires next, or ""."""

    summary: str
    expiring: str
    groups: list[WalletGroupView] = field(default_factory=list)


@dataclass(frozen=True)
class CustomerRow:
    """A line of the creator's customer list: one customer with one pack."""

    subscription_id: str
    customer_name: str
    customer_email: str
    initials: str
    pack_name: str
    status: str
    available: int
    held: int
    granted: int
    meter: str
    expires: str
    expires_soon: bool
    last_activity: str
    spent: str


@dataclass(frozen=True)
class CustomerPage:
    """A page of the customer list. `after` is the cursor of the next page, "" at the end."""

    rows: list[CustomerRow]
    total: int
    after: str


@dataclass(frozen=True)
class CurrencyFigures:
    """A creator's numbers in one currency; currencies are never added together."""

    currency: str
    revenue: str
    sales: int
    credits_sold: int
    credits_used: int
    credits_expired: int
    outstanding_credits: int
    outstanding_value: str


@dataclass(frozen=True)
class ActivityView:
    """One line of recent activity."""

    kind: str
    text: str
    who: str
    at: str
    subscription_id: str


@dataclass(frozen=True)
class DeskView:
    """The creator's overview."""

    figures: list[CurrencyFigures]
    activity: list[ActivityView]
    packs: int
    customers: int


@dataclass(frozen=True)
class CheckoutResult:
    """What came of a checkout. `state` is paid, waiting (a bank debit that clears later), open, failed or expired."""

    state: str
    pack_name: str
    credits: int
    price: str
    creator_name: str
    subscription_id: str
    retry_url: str
