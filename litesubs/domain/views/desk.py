"""The creator's numbers and what happened last. What each of them means: docs/figures.md."""

from dataclasses import dataclass, field

from litesubs.domain.views.charts import ChartPoint, ShareView
from litesubs.domain.views.checkout import ReviewView


@dataclass(frozen=True)
class FigureView:
    """One number of a period, and how it compares with the period before.

    `words` says it ready to read ("€6,120"), `number` is it whole: minor units, credits or a count. `trend` is up,
    down or same, and "" where there is no period before. `change` is "18%", and "" where there was nothing before;
    `before` is what it was then ("€5,186").
    """

    words: str = "0"
    number: int = 0
    trend: str = ""
    change: str = ""
    before: str = ""


@dataclass(frozen=True)
class FiguresView:
    """A period's numbers in one currency; currencies are never added together.

    `refunded_credits` came back with refunded money; `taken` were taken by hand. `owed` and `owed_value` are of now,
    whatever the period is.
    """

    revenue: FigureView = FigureView()
    refunded: FigureView = FigureView()
    net: FigureView = FigureView()
    sales: FigureView = FigureView()
    refunds: FigureView = FigureView()
    new_customers: FigureView = FigureView()
    returning_customers: FigureView = FigureView()
    sold: FigureView = FigureView()
    given: FigureView = FigureView()
    used: FigureView = FigureView()
    expired: FigureView = FigureView()
    taken: FigureView = FigureView()
    refunded_credits: FigureView = FigureView()
    owed: int = 0
    owed_value: str = ""


@dataclass(frozen=True)
class TopCustomer:
    """One of those who paid the most in the period. `left` is how many credits they have now, of all packs."""

    customer_id: str
    name: str
    initials: str
    left: int
    paid: str


@dataclass(frozen=True)
class ActivityView:
    """One line of recent activity. `at` is short, in the creator's time ("8 min", "Sun"); `moment` says it in full."""

    kind: str
    text: str
    who: str
    at: str
    subscription_id: str
    moment: str = ""


@dataclass(frozen=True)
class DeskView:
    """The creator's overview of one period in one currency.

    `period` is its key, `days` says it ("1 to 23 November 2026, Copenhagen time"), `start` and `end` are its first and
    last day as ISO dates ("" for no sales yet), `versus` names the period before ("October", "the 30 days before"; ""
    for none). `step` is the width of a chart's point: day, week or month.

    `revenue` has revenue as its value, and the words of revenue, sales and refunded; `credits` has credits sold and
    used. `digits` are the currency's decimals. A funnel's steps are opened, signed up and paid. `expiring_customers`
    ("4", "1,000+"; "" for none) have credits that expire within 30 days.
    """

    period: str = "this_month"
    days: str = ""
    start: str = ""
    end: str = ""
    versus: str = ""
    step: str = "day"
    currency: str = ""
    digits: int = 2
    currencies: list[str] = field(default_factory=list)
    figures: FiguresView = FiguresView()
    revenue: list[ChartPoint] = field(default_factory=list)
    revenue_sentence: str = ""
    credits: list[ChartPoint] = field(default_factory=list)
    credits_sentence: str = ""
    used_by_pack: list[ShareView] = field(default_factory=list)
    owed_by_expiry: list[ShareView] = field(default_factory=list)
    owed_by_age: list[ShareView] = field(default_factory=list)
    expiring_customers: str = ""
    funnel: list[ShareView] = field(default_factory=list)
    top: list[TopCustomer] = field(default_factory=list)
    to_review: list[ReviewView] = field(default_factory=list)
    activity: list[ActivityView] = field(default_factory=list)


@dataclass(frozen=True)
class SetupStep:
    """One thing to do before the first sale. `key` is profile, pack, payments, link or sale."""

    key: str
    words: str
    href: str
    done: bool


@dataclass(frozen=True)
class NavView:
    """What stands in the sidebar: how many packs and customers ("148", "1,000+"), and the way to a first sale."""

    packs: str = ""
    customers: str = ""
    setup: list[SetupStep] = field(default_factory=list)


@dataclass(frozen=True)
class PackFigures:
    """What came of a pack since it was made: `revenue` and `refunded` are per currency ("€690, $40").

    `holders` have credits of it now, `unused` is how many in all and `owed` what those are worth.
    """

    sales: int = 0
    revenue: str = ""
    refunded: str = ""
    holders: int = 0
    unused: int = 0
    owed: str = ""


@dataclass(frozen=True)
class LinkFigures:
    """What came of a share link since it was made. `conversion` is sales of views: "3.6%", "" without views."""

    views: int = 0
    sign_ups: int = 0
    sales: int = 0
    conversion: str = ""
