"""Numbers as the desk shows them: against the period before, as points and bars, and the same as tables for a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from litesubs.domain import money
from litesubs.domain.periods import Period
from litesubs.domain.views.charts import ChartPoint, ShareView
from litesubs.domain.views.desk import FigureView
from litesubs.models import Measure

Table = tuple[list[str], list[list[str]]]
MOST_PACKS = 8  # bars; the packs after them share one
DAYS_APART = (30, 90, 365)  # the ends of the first three buckets of what is owed, in days
EXPIRES = ("Within 30 days", "31 to 90 days", "91 to 365 days", "Later", "Never")
GIVEN = ("In the last 30 days", "31 to 90 days ago", "91 to 365 days ago", "Over a year ago")
FUNNEL = ("Opened the link", "Signed up", "Paid")


@dataclass(frozen=True)
class Moved:
    """What a measure came to: how many movements, credits and minor units, signed as they change what is owed."""

    number: int = 0
    credits: int = 0
    amount_minor: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(self.number + other.number, self.credits + other.credits, self.amount_minor + other.amount_minor)


@dataclass(frozen=True)
class Owed:
    """What is owed of the lots in one bucket of EXPIRES (by number) and one of GIVEN."""

    expires: int
    given: int
    credits: int
    amount_minor: int


Moves = Mapping[tuple[date, Measure], Moved]
NOTHING = Moved()


def figure(now: int, before: int | None, currency: str = "") -> FigureView:
    """A number, money where `currency` is given, against what it was before, if there was a before."""
    words = money.show(now, currency) if currency else number(now)
    if before is None:
        return FigureView(words=words, number=now)
    return FigureView(
        words=words,
        number=now,
        trend="up" if now > before else "down" if now < before else "same",
        change=_change(now, before),
        before=money.show(before, currency) if currency else number(before),
    )


def revenue(period: Period, moves: Moves, currency: str) -> list[ChartPoint]:
    """Revenue over time, with the number of sales and what was refunded."""
    points = []
    for at in period.points():
        sale, refund = moves.get((at, Measure.sale), NOTHING), moves.get((at, Measure.refund), NOTHING)
        words = [
            money.show(sale.amount_minor, currency),
            number(sale.number),
            money.show(refund.amount_minor, currency),
        ]
        points.append(ChartPoint(period.label(at), period.title(at), [sale.amount_minor], words))
    return points


def credits_(period: Period, moves: Moves) -> list[ChartPoint]:
    """Credits sold and used over time."""
    points = []
    for at in period.points():
        values = [
            moves.get((at, Measure.sold), NOTHING).credits,
            counted(Measure.used, moves.get((at, Measure.used), NOTHING).credits),
        ]
        points.append(ChartPoint(period.label(at), period.title(at), values, [number(value) for value in values]))
    return points


def revenue_sentence(period: Period, moves: Moves, currency: str) -> str:
    """The chart of revenue for those who cannot see it: "Revenue by week: €6,120 in all, most in Week 48, so far."."""
    amounts = {at: moves.get((at, Measure.sale), NOTHING).amount_minor for at in period.points()}
    most = max(amounts, key=lambda at: amounts[at])
    rest = f", most in {period.title(most)}: {money.show(amounts[most], currency)}" if amounts[most] else ""
    return f"Revenue by {period.step}: {money.show(sum(amounts.values()), currency)} in all{rest}."


def credits_sentence(period: Period, moves: Moves) -> str:
    """The chart of credits for those who cannot see it: "Credits by week: 135 sold and 98 used in all."."""
    sold, used = (
        sum(counted(measure, moves.get((at, measure), NOTHING).credits) for at in period.points())
        for measure in (Measure.sold, Measure.used)
    )
    return f"Credits by {period.step}: {number(sold)} sold and {number(used)} used in all."


def used_by_pack(used: Sequence[tuple[str, int]]) -> list[ShareView]:
    """Bars of packs, the most used first, with their part of all that was used."""
    total = sum(amount for _, amount in used)
    shown, rest = used[:MOST_PACKS], used[MOST_PACKS:]
    if rest:
        shown = [*shown, (f"{len(rest)} more", sum(amount for _, amount in rest))]
    return [ShareView(name, amount, number(amount), percent(amount, total)) for name, amount in shown]


def owed_by_expiry(owed: Iterable[Owed], currency: str) -> list[ShareView]:
    """Credits and their worth by how soon they expire."""
    return _owed(by_expiry(owed), currency)


def owed_by_age(owed: Iterable[Owed], currency: str) -> list[ShareView]:
    """Credits and their worth by how long ago they were sold or given."""
    return _owed(by_age(owed), currency)


def funnel(steps: Sequence[int]) -> list[ShareView]:
    """How many opened a link, signed up and paid, with their part of the first."""
    parts = ["", *(percent(step, steps[0]) for step in steps[1:])]
    return [ShareView(name, step, number(step), part) for name, step, part in zip(FUNNEL, steps, parts, strict=True)]


def over_time(period: Period, moves: Moves, currency: str) -> Table:
    """All measures of credits and money, a row for each point of the period's charts."""
    measures = [Measure.sold, Measure.given, Measure.used, Measure.expired, Measure.taken, Measure.refunded]
    header = ["From", "To", "Currency", "Revenue", "Sales", "Refunded", "Net"]
    rows = []
    for at in period.points():
        sale, refund = moves.get((at, Measure.sale), NOTHING), moves.get((at, Measure.refund), NOTHING)
        amounts = (sale.amount_minor, refund.amount_minor, sale.amount_minor - refund.amount_minor)
        paid, refunded, net = (money.show_input(amount, currency) for amount in amounts)
        credits_moved = [counted(measure, moves.get((at, measure), NOTHING).credits) for measure in measures]
        rows.append(
            [
                *(day.isoformat() for day in period.days_of(at)),
                currency,
                *(paid, str(sale.number), refunded, net),
                *(str(amount) for amount in credits_moved),
            ]
        )
    return header + [f"Credits {measure.value}" for measure in measures], rows


def by_expiry(owed: Iterable[Owed]) -> list[tuple[str, int, int]]:
    """(words, credits, minor units) of each bucket of EXPIRES."""
    return _buckets(EXPIRES, [(lots.expires, lots) for lots in owed])


def by_age(owed: Iterable[Owed]) -> list[tuple[str, int, int]]:
    """(words, credits, minor units) of each bucket of GIVEN."""
    return _buckets(GIVEN, [(lots.given, lots) for lots in owed])


def owed_table(head: str, buckets: Iterable[tuple[str, int, int]], currency: str) -> Table:
    """What is owed as a table."""
    rows = [[name, str(left), money.show_input(worth, currency), currency] for name, left, worth in buckets]
    return [head, "Credits", "Worth", "Currency"], rows


def number(value: int) -> str:
    """ "1,350", "−2" (U+2212)."""
    return f"{value:,}".replace("-", "\u2212")


def percent(part: int, whole: int) -> str:
    """ "14.8%", "100%", "" of nothing."""
    if whole <= 0:
        return ""
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{number(tenths // 10)}.{tenths % 10}%".replace(".0%", "%")


def counted(measure: Measure, credits_moved: int) -> int:
    """A measure's credits as they are counted: what was used, expired, taken or refunded is above zero."""
    return credits_moved if measure in {Measure.sold, Measure.given} else -credits_moved


def _owed(buckets: Iterable[tuple[str, int, int]], currency: str) -> list[ShareView]:
    return [ShareView(name, amount, number(amount), money.show(worth, currency)) for name, amount, worth in buckets]


def _buckets(names: Sequence[str], owed: Iterable[tuple[int, Owed]]) -> list[tuple[str, int, int]]:
    sums = [[0, 0] for _ in names]
    for bucket, lots in owed:
        sums[bucket][0] += lots.credits
        sums[bucket][1] += lots.amount_minor
    return [(name, amount, worth) for name, (amount, worth) in zip(names, sums, strict=True)]


def _change(now: int, before: int) -> str:
    """By how much of what it was before: "18%", "under 1%", "" where there was nothing to grow from."""
    if before <= 0 or now == before:
        return ""
    apart = abs(now - before)
    rounded = (200 * apart + before) // (2 * before)
    return f"{rounded:,}%" if rounded else "under 1%"
