"""What is held: subscriptions with their lots and ledger, and the buyer's wallet."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class EntryView:
    """One line of a ledger: a movement, or more time for a lot (`kind` "extension", `amount` "").

    `kind` names its icon, `amount` is signed text ("−1"), `left_after` is the pack's balance. Of a spend, `returnable`
    credits can be given back, and `lapsed` can no more, since their lot has expired.
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
    returnable: int = 0
    lapsed: int = 0


@dataclass(frozen=True)
class LotView:
    """A grant. `label` is Lot A, Lot B… in order of arrival.

    `free` is what of it can be taken back, 0 once it has expired. `last_day` is an ISO date and `ends` the same in
    words, "" for credits without end; `extendable` says that there is an end to move. `extended_from` is the last day
    that it had at first, in words, or "".
    """

    id: str
    label: str
    source: str
    amount: int
    remaining: int
    held: int
    free: int
    expires: str
    expires_soon: bool
    expired: bool
    last_day: str
    ends: str
    extendable: bool
    extended_from: str


@dataclass(frozen=True)
class SubscriptionView:
    """One customer's standing with one pack, with its lots and, newest first, its ledger.

    `meter` has one letter a credit, in order: s spent, h held, a available, e expiring within 30 days; "" above 24.
    `by_rule` says in words when credits that are added now expire by the pack's rule; "" where its last day has passed.
    `older` is the place after which the ledger goes on, "" at its end; `clocks` names the zone of its times. In the
    answer to a spend, `spend` is the id of its line. `is_test` tells the creator of a test customer, and nobody else.
    """

    id: str
    status: str
    status_note: str
    pack_id: str
    pack_name: str
    creator_id: str
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
    by_rule: str
    clocks: str
    lots: list[LotView] = field(default_factory=list)
    entries: list[EntryView] = field(default_factory=list)
    older: str = ""
    spend: str = ""
    is_test: bool = False
    creator_picture: str = ""


@dataclass(frozen=True)
class WalletGroupView:
    """What a buyer holds with one creator."""

    creator_name: str
    creator_initials: str
    creator_picture: str = ""
    subscriptions: list[SubscriptionView] = field(default_factory=list)


@dataclass(frozen=True)
class WalletView:
    """Everything a buyer holds. `expiring` is one sentence about what expires next, or "".

    `waiting` says whether credits they bought are out of sight until they prove their address.
    """

    summary: str
    expiring: str
    groups: list[WalletGroupView] = field(default_factory=list)
    waiting: bool = False
