"""The selling side of a person: display name, handle, time zone, main currency, and what the public page says."""

import importlib.resources
import re
from dataclasses import replace
from functools import lru_cache
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale
from pydantic import AnyUrl, TypeAdapter, UrlConstraints, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import accounts, clock, ids, money, prose, sums
from litesubs.domain.actors import Actor
from litesubs.domain.errors import ValidationFailedError
from litesubs.domain.views.accounts import AccountView, IntroductionView, ZoneView
from litesubs.models import Creator, CreatorHandle, User

NAME_LENGTH = 80
BIO_LENGTH = 1_000
MOST_LINKS = 5
MOST_HANDLES = 10
LINK_LENGTH = 300
UTC_ZONE = "UTC"
MOST_ZONES = 12
HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9]")
HANDLE_HELP = "Use 3 to 30 letters a to z, digits and hyphens, starting and ending with a letter or digit."
LOOK_ALIKE = "“{letter}” is not a plain letter, though it may look like one. Use a to z, digits and hyphens."
HANDLE_TAKEN = "Somebody has this handle. Choose another."
SCHEME = re.compile(r"[a-z][a-z0-9+-]*:(?!\d)", re.IGNORECASE)  # "javascript:", but not "example.com:8080"
WEB_ADDRESS = TypeAdapter(Annotated[AnyUrl, UrlConstraints(allowed_schemes=["https"], max_length=LINK_LENGTH)])
RESERVED_HANDLES = frozenset(
    [
        "about",
        "account",
        "admin",
        "api",
        "app",
        "assets",
        "auth",
        "billing",
        "blog",
        "c",
        "checkout",
        "contact",
        "creator",
        "dashboard",
        "docs",
        "embed",
        "faq",
        "forgot",
        "healthz",
        "help",
        "home",
        "legal",
        "litesubs",
        "login",
        "logout",
        "me",
        "new",
        "null",
        "oembed",
        "og",
        "p",
        "pack",
        "packs",
        "payments",
        "pricing",
        "privacy",
        "readyz",
        "root",
        "security",
        "settings",
        "signin",
        "signout",
        "signup",
        "static",
        "status",
        "stripe",
        "support",
        "system",
        "terms",
        "undefined",
        "user",
        "users",
        "verify",
        "wallet",
        "webhooks",
        "www",
    ]
)


def become_creator(actor: Actor, display_name: str, handle: str, time_zone: str = "") -> AccountView:
    """Give the person a selling side. ValidationFailedError with fields `display_name`, `handle`.

    Once done, it stays. `time_zone` is what their browser says; what it says wrong is no reason to refuse them.
    """
    user_id = actor.require_user()
    if actor.creator_id:
        return accounts.account(actor)
    fields: dict[str, str] = {}
    display_name, handle = _name(display_name, "display_name", fields), _handle(handle, fields)
    if fields:
        raise ValidationFailedError(fields)
    creator = Creator(
        id=ids.new(),
        user_id=user_id,
        display_name=display_name,
        handle=handle,
        time_zone=_countable(time_zone) or UTC_ZONE,
        created_at=clock.now(),
    )
    try:
        with transaction() as session:
            session.add(creator)
    except IntegrityError:
        view = accounts.account(actor)  # a second click finds what the first one made
        if not view.handle:
            raise ValidationFailedError({"handle": HANDLE_TAKEN}) from None
        return view
    return accounts.account(actor)


def update(actor: Actor, display_name: str, handle: str, time_zone: str, currency: str) -> AccountView:
    """Change all of a profile. ValidationFailedError with fields `display_name`, `handle`, `time_zone`, `currency`.

    An old handle leads to the new one and stays theirs. Another time zone or main currency has every sum counted anew.
    """
    creator_id = actor.require_creator()
    fields: dict[str, str] = {}
    display_name, handle = _name(display_name, "display_name", fields), _handle(handle, fields)
    time_zone = _countable(time_zone)
    if not time_zone:
        fields["time_zone"] = "Choose a time zone from the list."
    if not prose.storable(currency) or currency not in money.MINIMUMS:
        fields["currency"] = "Choose a currency from the list."
    if fields:
        raise ValidationFailedError(fields)
    with transaction() as session:
        query = select(Creator).where(Creator.id == creator_id)
        creator = session.exec(query.with_for_update(key_share=True)).one()  # first sales go on meanwhile
        if handle != creator.handle:
            _refuse_many_handles(session, creator.id, handle)
        counted_anew = (creator.time_zone, creator.currency) != (time_zone, currency)
        creator.display_name, creator.handle = display_name, handle
        creator.time_zone, creator.currency = time_zone, currency
        _flush(session)
        if counted_anew:
            sums.rebuild(session, creator_id)
    return accounts.account(actor)


def introduction(actor: Actor) -> IntroductionView:
    """What the creator's public page says of them, as it was written."""
    with transaction() as session:
        creator = session.get_one(Creator, actor.require_creator())
    return IntroductionView(creator.bio, "\n".join(creator.links))


def introduce(actor: Actor, bio: str, links: str) -> IntroductionView:
    """Change what the public page says: a few lines of Markdown, and up to five https addresses, one a line.

    ValidationFailedError with fields `bio`, `links`.
    """
    creator_id = actor.require_creator()
    fields: dict[str, str] = {}
    try:
        bio = prose.block(bio, "The bio", BIO_LENGTH)
    except prose.TextError as error:
        fields["bio"] = str(error)
    addresses = _addresses(links, fields)
    if fields:
        raise ValidationFailedError(fields)
    with transaction() as session:
        creator = session.get_one(Creator, creator_id, with_for_update={"key_share": True})
        creator.bio, creator.links = bio, addresses
    return introduction(actor)


def rename(actor: Actor, name: str) -> AccountView:
    """Change the person's own name. ValidationFailedError with field `name`."""
    fields: dict[str, str] = {}
    name = _name(name, "name", fields)
    if fields:
        raise ValidationFailedError(fields)
    with transaction() as session:
        session.get_one(User, actor.require_user()).name = name
    return accounts.account(replace(actor, name=name))


def handle_problem(actor: Actor, handle: str) -> str:
    """Why this person cannot have this handle, "" where they can. Whoever saves it first gets it."""
    fields: dict[str, str] = {}
    wanted = _handle(handle, fields)
    if fields:
        return fields["handle"]
    with transaction() as session:
        query = (
            select(CreatorHandle.handle)
            .join(Creator, col(Creator.id) == col(CreatorHandle.creator_id))
            .where(CreatorHandle.handle == wanted, col(Creator.user_id) != actor.require_user())
        )
        return HANDLE_TAKEN if session.exec(query).first() else ""


def zone(time_zone: str) -> ZoneView:
    """A zone of the list; UTC for what is none."""
    value = _known(time_zone) or UTC_ZONE
    return ZoneView(value, _places()[value], f"{clock.now().astimezone(ZoneInfo(value)):%H:%M}")


def zones(search: str) -> list[ZoneView]:
    """The first few zones whose place, country or IANA name has this in it; those that begin with it come first."""
    wanted = prose.slug(search) if prose.storable(search) else ""
    found = [
        (not any(prose.slug(part).startswith(wanted) for part in place.split(", ")), place, value)
        for value, place in _places().items()
        if wanted in prose.slug(f"{place} {value}") and value in _counted()
    ]
    return [zone(value) for _, _, value in sorted(found)[:MOST_ZONES]]


def _name(name: str, field: str, fields: dict[str, str]) -> str:
    try:
        return prose.line(name, "Your name" if field == "name" else "The display name", NAME_LENGTH)
    except prose.TextError as error:
        fields[field] = str(error)
        return ""


def _handle(handle: str, fields: dict[str, str]) -> str:
    handle = handle.strip() if prose.storable(handle) else ""
    foreign = next((letter for letter in handle if not letter.isascii()), "")
    handle = handle.lower()
    if foreign:  # "K" is the sign of kelvin, and its small letter would pass
        fields["handle"] = LOOK_ALIKE.format(letter=foreign) if foreign.isprintable() else HANDLE_HELP
    elif not HANDLE.fullmatch(handle):
        fields["handle"] = HANDLE_HELP
    elif handle in RESERVED_HANDLES:
        fields["handle"] = "Litesubs uses this word itself. Choose another handle."
    return handle


def _refuse_many_handles(session: Session, creator_id: UUID, handle: str) -> None:
    """Every handle that was used is kept for its creator, so nobody may use many."""
    had = session.exec(select(CreatorHandle.handle).where(CreatorHandle.creator_id == creator_id)).all()
    if len(had) >= MOST_HANDLES and handle not in had:
        raise ValidationFailedError(
            {"handle": f"You have had {len(had)} handles, and they all stay yours. Choose one of them."}
        )


def _addresses(links: str, fields: dict[str, str]) -> list[str]:
    """The addresses of a text with one on each line, as browsers write them, each once."""
    lines = [line.strip() for line in str(links).splitlines() if line.strip()]
    found = [_address(line) for line in lines]
    if len(lines) > MOST_LINKS:
        fields["links"] = f"These are {len(lines):,} links. Keep up to {MOST_LINKS}."
    elif "" in found:
        wrong = lines[found.index("")]
        fields["links"] = f"“{wrong[:60]}” is no address of a page. Write it like https://example.com/you."
    return list(dict.fromkeys(found))


def _address(written: str) -> str:
    """The address of a page on the web, https only and without a password in it; "" for anything else."""
    if "://" not in written and not SCHEME.match(written):
        written = f"https://{written}"
    try:
        url = WEB_ADDRESS.validate_python(written)
    except ValidationError:
        return ""
    plain = not (url.username or url.password) and "." in (url.host or "").strip(".")
    return str(url) if plain and prose.storable(written) and written.isprintable() and " " not in written else ""


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_creator_handle" not in str(error.orig):
            raise
        raise ValidationFailedError({"handle": HANDLE_TAKEN}) from None


def _known(time_zone: str) -> str:
    """The zone as the list has it, also by a name from before ("Asia/Calcutta", which browsers say). "" for no zone."""
    if not prose.storable(time_zone):
        return ""
    return next((value for value in (time_zone, _renamed().get(time_zone, "")) if value in _places()), "")


def _countable(time_zone: str) -> str:
    """The same, of those that the database knows, too."""
    known = _known(time_zone)
    return known if known in _counted() else ""


@lru_cache
def _renamed() -> dict[str, str]:
    """Old IANA name → the name it has now. Source: the links of the IANA time zone database."""
    lines = (importlib.resources.files("tzdata") / "zoneinfo" / "tzdata.zi").read_text().splitlines()
    return {old: new for kind, new, old in (line.split() for line in lines if line.startswith("L "))}


@lru_cache
def _places() -> dict[str, str]:
    """IANA name → "Copenhagen, Denmark" of every zone that people live by, and UTC.

    Source: zone.tab of the IANA time zone database, which names the country of each.
    """
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {UTC_ZONE: UTC_ZONE} | {row[2]: _place(row[2], row[0]) for row in rows}


@lru_cache
def _counted() -> frozenset[str]:
    """The zones that PostgreSQL can count days in. Its copy of the IANA database may be older than ours."""
    with transaction() as session:
        return frozenset(session.execute(text("SELECT name FROM pg_timezone_names")).scalars())


def _place(time_zone: str, territory: str) -> str:
    city = time_zone.rpartition("/")[2].replace("_", " ")
    country = Locale("en").territories.get(territory, "")
    return city if city == country else f"{city}, {country}"
