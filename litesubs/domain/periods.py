"""Stretches of days in the creator's time zone: which one is meant, how it reads, and how a chart divides it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date

from litesubs.domain import clock, prose
from litesubs.domain.errors import ValidationFailedError

Step = Literal["day", "week", "month"]
PERIODS = {
    "this_month": "This month",
    "last_month": "Last month",
    "last_30": "Last 30 days",
    "last_90": "Last 90 days",
    "this_year": "This year",
    "last_12_months": "Last 12 months",
    "all": "Since the beginning",
    "custom": "Choose days",
}
LONGEST_YEARS = 5
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
MOST_DAYS, MOST_WEEKS = 31, 27  # points of a chart before it takes wider steps
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The days from `start` to `end`, both included, in `zone`, of which `today` may be one."""

    start: date
    end: date
    today: date
    zone: str

    @property
    def since(self) -> datetime:
        """The first moment of the first day."""
        return _midnight(self.start, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after the last day."""
        return _midnight(self.end + DAY, self.zone)

    @property
    def step(self) -> Step:
        """How wide a point of a chart is, so that there are enough of them and not too many."""
        days = (self.end - self.start).days + 1
        return "day" if days <= MOST_DAYS else "week" if days <= MOST_WEEKS * 7 else "month"

    def points(self) -> Iterator[date]:
        """The first day of each step that the period touches: itself, an ISO week's Monday, a month's first."""
        at = first_of(self.step, self.start)
        while at <= self.end:
            yield at
            at = last_of(self.step, at) + DAY

    def days_of(self, point: date) -> tuple[date, date]:
        """The first and the last day of the period that belong to a point."""
        return max(point, self.start), min(last_of(self.step, point), self.end)

    def label(self, point: date) -> str:
        """A point's place on the axis: "23", "W48", "Nov"."""
        if self.step == "day":
            return str(point.day)
        return f"W{point.isocalendar().week}" if self.step == "week" else format_date(point, "MMM", locale=prose.LOCALE)

    def title(self, point: date) -> str:
        """A point in full: "23 Nov 2026", "Week 48, so far", "November 2026, from the 24th day on"."""
        last = last_of(self.step, point)
        if self.step == "week":
            name = f"Week {point.isocalendar().week}"
        else:
            name = format_date(point, "d MMMM y" if self.step == "day" else "MMMM y", locale=prose.LOCALE)
        if point <= self.today <= min(last, self.end):
            return f"{name}, so far"
        if point < self.start:
            return f"{name}, from {_day_and_month(self.start)}"
        return f"{name}, to {_day_and_month(self.end)}" if last > self.end else name

    def words(self) -> str:
        """ "1 to 23 November 2026, Copenhagen time"."""
        place = self.zone.rpartition("/")[2].replace("_", " ")
        return f"{between(self.start, self.end)}, {place if place == 'UTC' else f'{place} time'}"


def today(zone: str) -> date:
    """The current day in that time zone."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


def read(key: str, start: str, end: str, *, zone: str, first: date) -> Period:
    """The period that `key` names; `start` and `end` are ISO dates for "custom", `first` is where "all" begins.

    Raises ValidationFailedError naming `period`, `start` or `end`.
    """
    now = today(zone)
    month = now.replace(day=1)
    if key == "custom":
        return Period(*_custom(start, end), now, zone)
    if key == "last_month":
        return Period(first_of("month", month - DAY), month - DAY, now, zone)
    starts = {
        "this_month": month,
        "last_30": now - 29 * DAY,
        "last_90": now - 89 * DAY,
        "this_year": now.replace(month=1, day=1),
        "last_12_months": _months_before(now, 12) + DAY,
        "all": min(first, now),
    }
    if key not in [*starts]:  # a list, since a client can send what has no hash
        raise ValidationFailedError({"period": "Choose one of the periods."})
    return Period(starts[key], now, now, zone)


def before(key: str, period: Period) -> Period | None:
    """What to compare it with: the same days of the month or year before, or as many days before. None for "all"."""
    start, end = period.start, period.end
    months = {"this_month": 1, "last_month": 1, "this_year": 12, "last_12_months": 12}.get(key)
    if key == "all":
        return None
    if key == "last_month":
        start, end = first_of("month", start - DAY), start - DAY
    elif key == "last_12_months":
        start, end = _months_before(end, 24) + DAY, start - DAY
    elif months:
        start, end = _months_before(start, months), _months_before(end, months)
    else:
        start, end = start - (end - start + DAY), start - DAY
    return Period(start, end, period.today, period.zone)


def between(start: date, end: date) -> str:
    """ "23 November 2026", "1 to 23 November 2026", "24 November 2025 to 23 November 2026"."""
    last = f"{_day_and_month(end)} {end.year}"
    if start == end:
        return last
    if start.year != end.year:
        return f"{_day_and_month(start)} {start.year} to {last}"
    return f"{start.day if start.month == end.month else _day_and_month(start)} to {last}"


def versus(key: str, earlier: Period) -> str:
    """What a figure is compared with: "October", "1 to 23 October", "2025", "the 30 days before"."""
    if key in {"last_30", "last_90", "custom"}:
        return f"the {prose.count((earlier.end - earlier.start).days + 1, 'day')} before"
    if key == "last_12_months":
        return "the 12 months before"
    if (earlier.start, earlier.end) == (first_of("month", earlier.start), last_of("month", earlier.start)):
        return format_date(earlier.start, "MMMM", locale=prose.LOCALE)
    if key == "this_year":
        return between(earlier.start, earlier.end)
    return between(earlier.start, earlier.end).removesuffix(f" {earlier.end.year}")


def first_of(step: Step, day: date) -> date:
    """The first day of the step that the day lies in."""
    if step == "month":
        return day.replace(day=1)
    return day - day.weekday() * DAY if step == "week" else day


def last_of(step: Step, day: date) -> date:
    """The last day of the step that the day lies in."""
    if step == "month":
        return first_of("month", day.replace(day=28) + 4 * DAY) - DAY
    return first_of("week", day) + 6 * DAY if step == "week" else day


def _midnight(day: date, zone: str) -> datetime:
    """When the day begins there, in UTC: where a clock skips or repeats midnight, the first moment with that date."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    return min(first + (day.day - 1) * DAY, last_of("month", first))


def _custom(start: str, end: str) -> tuple[date, date]:
    days: dict[str, date] = {}
    errors: dict[str, str] = {}
    for name, which, text in (("start", "first", start), ("end", "last", end)):
        try:
            days[name] = date.fromisoformat(text)
        except (TypeError, ValueError):
            errors[name] = f"Write the {which} day as a date, like 2026-11-01."
            continue
        if not FIRST_DAY <= days[name] <= LAST_DAY:
            errors[name] = f"Choose a day between {prose.day(FIRST_DAY)} and {prose.day(LAST_DAY)}."
    if not errors and days["end"] < days["start"]:
        errors["end"] = "The last day comes before the first. Choose a later one."
    elif not errors and _months_before(days["end"], 12 * LONGEST_YEARS) >= days["start"]:
        errors["end"] = f"That is more than {LONGEST_YEARS} years. Choose fewer days."
    if errors:
        raise ValidationFailedError(errors)
    return days["start"], days["end"]


def _day_and_month(day: date) -> str:
    return format_date(day, "d MMMM", locale=prose.LOCALE)
