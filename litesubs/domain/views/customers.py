"""The creator's customers: the list, one customer, and what came of changing or importing many."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PackStanding:
    """What a customer holds of one pack.

    `left` is neither spent, held nor expired; `available` is what of it can be spent now, so 0 while paused. `meter` is
    that of SubscriptionView.
    """

    subscription_id: str
    pack_id: str
    pack_name: str
    status: str
    status_note: str
    left: int
    available: int
    held: int
    expiring: int
    granted: int
    meter: str
    expires: str
    expires_soon: bool


@dataclass(frozen=True)
class CustomerRow:
    """A line of the list: one customer with all their packs. `confirmed` says that they proved the address.

    One who `is_test` is in no figure.

    `left`, `available`, `held` and `granted` are sums over the packs, and `meter` shows them; `spent` is "€690, $40",
    refunds taken off, or "".
    """

    customer_id: str
    name: str
    email: str
    initials: str
    confirmed: bool
    packs: list[PackStanding]
    left: int
    available: int
    held: int
    granted: int
    meter: str
    expires: str
    expires_soon: bool
    last_activity: str
    spent: str
    is_test: bool = False


@dataclass(frozen=True)
class CustomerPage:
    """A page of the list, `at_start` where it is the first. `after` is the cursor of the next page, "" at the end.

    `total` counts up to a thousand, `count` says it in words: "148", "1,000+".
    """

    rows: list[CustomerRow]
    total: int
    count: str
    after: str
    at_start: bool = True


@dataclass(frozen=True)
class PurchaseLine:
    """A purchase on the customer's page. `status` is paid, refunded, partly_refunded, waiting or review.

    `refunded` is an amount or ""; `review_reason` is "" unless a person must look.
    """

    id: str
    at: str
    pack_name: str
    subscription_id: str
    credits: int
    price: str
    status: str
    refunded: str
    review_reason: str


@dataclass(frozen=True)
class MovementView:
    """A movement of any of a customer's packs. `kind` names its icon, `amount` is signed text."""

    kind: str
    title: str
    reason: str
    at: str
    who: str
    amount: str
    adds: bool
    pack_name: str
    subscription_id: str


@dataclass(frozen=True)
class CustomerView:
    """Everything a creator knows about one customer.

    `has_account` says that they have signed up, `confirmed` that they proved this address, `is_test` that they are in
    no figure. `spent` has one text for each currency. `movements` are the newest of all packs.
    """

    id: str
    name: str
    email: str
    initials: str
    has_account: bool
    confirmed: bool
    since: str
    last_activity: str
    spent: list[str]
    left: int
    available: int
    held: int
    expires: str
    expires_soon: bool
    is_test: bool = False
    packs: list[PackStanding] = field(default_factory=list)
    purchases: list[PurchaseLine] = field(default_factory=list)
    movements: list[MovementView] = field(default_factory=list)


@dataclass(frozen=True)
class JumpView:
    """A place the command palette leads to. `kind` is customer or pack; `figure` is what is left, in words."""

    kind: str
    label: str
    hint: str
    href: str
    figure: str


@dataclass(frozen=True)
class RefusalView:
    """Why a change of many customers cannot be made for this one."""

    customer_id: str
    name: str
    sentence: str


@dataclass(frozen=True)
class BulkView:
    """A change of many customers that was made: "40 customers: 2 credits added to each."."""

    changed: int
    words: str


@dataclass(frozen=True)
class ImportRow:
    """A line of a file as it was read, and what importing it would do.

    `kind` is new, more, before or error; `fate` says it in words, and for an error what is wrong and what to do.
    """

    line: int
    name: str
    email: str
    pack: str
    credits: str
    expires: str
    kind: str
    fate: str


@dataclass(frozen=True)
class ImportPlan:
    """What importing a file would do. Nothing is written yet.

    `rows` are the first few, those with errors before the rest; `total` counts all. `digest` names the file, so that
    what is imported is what was shown. `customers` get the `credits`; `new_customers` of them are new to the creator.
    `ready` says that it can be imported: no errors, and something to do. `ignored` is a sentence about columns that are
    left out, or "".
    """

    file_name: str
    digest: str
    rows: list[ImportRow]
    total: int
    customers: int
    new_customers: int
    more: int
    before: int
    errors: int
    credits: int
    summary: str
    ignored: str
    ready: bool


@dataclass(frozen=True)
class ImportView:
    """A file that was imported, and perhaps taken back: `undone` is when, or ""."""

    id: str
    file_name: str
    at: str
    rows: int
    credits: int
    undone: str
