"""Words that people write and words that people read.

Checked lines, Markdown made safe, dates and counts in English.
"""

import html
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import nh3
from babel.dates import format_date, format_datetime
from markdown_it import MarkdownIt

LOCALE = "en"  # with patterns of our own: CLDR's en_GB writes Sept
SOON_DAYS = 30
BIDI_CONTROLS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
VISIBLE = frozenset("LNPS")  # the Unicode categories of letters, numbers, punctuation and symbols
UNDECOMPOSED = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code", "pre", "hr", "del"}


class TextError(ValueError):
    """The sentence to show beside the field."""


def line(text: str, what: str, longest: int, *, required: bool = True) -> str:
    """`text` on one line with single spaces. TextError names `what` ("The name") and says what to do."""
    cleaned = " ".join(_checked(text, what).split())
    if required and not any(unicodedata.category(character)[0] in VISIBLE for character in cleaned):
        raise TextError(f"{what} is empty. Write something.")
    return _no_longer_than(cleaned, what, longest)


def storable(text: object) -> bool:
    """Whether PostgreSQL can be asked about this: text without NUL and without half a character (a lone surrogate)."""
    return isinstance(text, str) and not any(
        character == "\0" or "\ud800" <= character <= "\udfff" for character in text
    )


LONGEST_PATH = 1_000


def local_path(target: object) -> str:
    """`target` if it is a path on this site, else "". A full address, `//host` or a backslash would lead away."""
    if not isinstance(target, str) or len(target) > LONGEST_PATH:
        return ""
    leads_away = not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable()
    return "" if leads_away else target


def block(text: str, what: str, longest: int) -> str:
    """`text` of several lines, line ends as LF, without blanks around it."""
    if isinstance(text, str):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = _checked(text, what)
    return _no_longer_than(cleaned.strip(), what, longest)


def markdown(text: str) -> str:
    """HTML of a creator's Markdown: no raw HTML, no images, links marked as theirs."""
    rendered = _markdown().render(text)
    rendered = re.sub(r"<(/?)h[1-6]>", r"<\1h3>", rendered)
    return nh3.clean(
        rendered,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener noreferrer",
    )


def summary(text: str, longest: int = 160) -> str:
    """The first words of a Markdown text as plain text, for a meta description."""
    plain = " ".join(html.unescape(nh3.clean(markdown(text), tags=set())).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rsplit(" ", 1)[0] + "…"


def slug(text: str) -> str:
    """ "Stage fright, 6 sessions" → "stage-fright-6-sessions"."""
    plain = (
        unicodedata.normalize("NFKD", text.lower().translate(UNDECOMPOSED)).encode("ascii", "ignore").decode().lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def initials(name: str) -> str:
    """Up to two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def first_name(name: str) -> str:
    """What to call a person in a sentence."""
    return name.split(maxsplit=1)[0] if name.split() else name


def day(at: datetime | date) -> str:
    """ "12 Sep 2027"."""
    return format_date(at, "d MMM y", locale=LOCALE)


def moment(at: datetime, time_zone: str = "UTC") -> str:
    """ "12 Sep 2026, 15:02", as the clocks of that zone say."""
    return format_datetime(at.astimezone(ZoneInfo(time_zone)), "d MMM y, HH:mm", locale=LOCALE)


def ago(at: datetime, now: datetime, time_zone: str) -> str:
    """ "now", "8 min", "3 h", "Sun", "14 Nov", "14 Nov 2025": as short as it is exact enough."""
    gone = now - at
    if gone < timedelta(hours=1):
        minutes = int(gone.total_seconds() // 60)
        return f"{minutes} min" if minutes > 0 else "now"
    here, today = at.astimezone(ZoneInfo(time_zone)), now.astimezone(ZoneInfo(time_zone)).date()
    if gone < timedelta(hours=24) and here.date() == today:
        return f"{int(gone.total_seconds() // 3600)} h"
    days = (today - here.date()).days
    pattern = "EEE" if days < 7 else "d MMM" if here.year == today.year else "d MMM y"  # noqa: PLR2004 - a week's days
    return format_datetime(here, pattern, ZoneInfo(time_zone), LOCALE)


def clocks(time_zone: str) -> str:
    """ "Copenhagen time", of the zone Europe/Copenhagen; "UTC" of UTC."""
    city = time_zone.rpartition("/")[2].replace("_", " ")
    return city if city == "UTC" else f"{city} time"


def last_day(expires_at: datetime) -> date:
    """The last day on which credits with this `expires_at` can be spent."""
    return (expires_at - timedelta(microseconds=1)).astimezone(UTC).date()


def expiry(expires_at: datetime | None, now: datetime) -> str:
    """ "Never expires", "Until 12 Sep 2027", "9 days left", "Last day" or "Expired"."""
    if expires_at is None:
        return "Never expires"
    if expires_at <= now:
        return "Expired"
    days = (last_day(expires_at) - now.astimezone(UTC).date()).days
    if days > SOON_DAYS:
        return f"Until {day(last_day(expires_at))}"
    return f"{count(days, 'day')} left" if days else "Last day"


def soon(expires_at: datetime | None, now: datetime) -> bool:
    """Whether credits expire within the days that deserve a warning."""
    return expires_at is not None and now < expires_at <= now + timedelta(days=SOON_DAYS)


def count(number: int, noun: str) -> str:
    """ "1 credit", "2,000 credits"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def signed(number: int) -> str:
    """ "+10", "−1" (U+2212)."""
    return f"+{number:,}" if number > 0 else f"\u2212{-number:,}"


@lru_cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough").disable("image")


def _checked(text: str, what: str) -> str:
    if not isinstance(text, str):
        raise TextError(f"{what} must be text.")
    for character in text:
        if character in BIDI_CONTROLS or (unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t"):
            raise TextError(f"{what} has invisible control characters. Type it again without pasting.")
    return unicodedata.normalize("NFC", text)


def _no_longer_than(text: str, what: str, longest: int) -> str:
    if len(text) > longest:
        raise TextError(f"{what} has {len(text):,} characters. Shorten it to {longest:,}.")
    return text


def wait(span: timedelta) -> str:
    """How long until something can be done: "in 40 seconds", "in 12 minutes", "in 3 hours"."""
    seconds = max(1, round(span.total_seconds()))
    for size, noun in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds > size:
            return f"in {count(-(-seconds // size), noun)}"
    return "in a moment"
