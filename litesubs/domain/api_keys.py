"""API keys: made, named, replaced and revoked by the creator in person, and asked what they may do with each call."""

import json
import re
import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, or_, select, update

from litesubs.db import snapshot, transaction
from litesubs.domain import clock, ids, key_tokens, networks, owned, periods, prose
from litesubs.domain.actors import Actor
from litesubs.domain.errors import (
    AddressNotAllowedError,
    ApiKeyOverError,
    InvalidApiKeyError,
    TooManyApiKeysError,
    ValidationFailedError,
)
from litesubs.domain.periods import Period
from litesubs.domain.views.developers import KeyView
from litesubs.models import ApiKey, ApiKeySpend, CapPeriod, Creator, Customer, User, Wallet
from litesubs.settings import settings

SCOPES = {
    "read": "See packs, customers, balances and ledgers",
    "debits:write": "Spend, hold and give back credits",
    "credits:write": "Add and take away credits",
    "webhooks:write": "Change where events are sent",
}
EXPIRIES = {"30_days": 30, "90_days": 90, "365_days": 365}
OVERLAPS = {
    "0": timedelta(0),
    "1_hour": timedelta(hours=1),
    "24_hours": timedelta(hours=24),
    "7_days": timedelta(days=7),
}
NAME_LENGTH = 60
MOST_KEYS = 50  # of a creator that work at the same time
LONGEST_DAYS = 3_650
MOST_CAP = 1_000_000_000
CAP = re.compile(r"[0-9]{1,10}", re.ASCII)
SHOWN_DAYS = 30  # how long a key that is over stays in the list
USE_NOTED_EVERY = timedelta(minutes=1)
NO_CUSTOMER = "jonas@example.com"
ANSWER = """{
  "id": "debit_…",
  "amount": 1,
  "balance": {
    "posted": 6,
    "held": 1,
    "available": 5
  },
  "allocations": [{
    "grant": "grant_…",
    "pack": "pack_…",
    "amount": 1,
    "expires_at": null
  }]
}"""


@dataclass(frozen=True)
class KeyDraft:
    """A key as its form says it.

    `expires` is "" for never, a key of EXPIRIES or an ISO date, the last day by the creator's clocks. `networks` are
    addresses and networks with commas, blanks or line ends between them; none: from anywhere. `cap_credits` is "" for
    no cap, else it begins anew each `cap_period`, day or month, by the creator's clocks.
    """

    name: str
    scopes: Sequence[str] = ()
    expires: str = ""
    networks: str = ""
    cap_credits: str = ""
    cap_period: str = "day"


@dataclass(frozen=True)
class _Terms:
    """A draft that was understood, or what one key takes over from another: all that is fixed once it is made."""

    name: str
    scopes: list[str]
    networks: list[str]
    cap_credits: int | None
    cap_period: CapPeriod | None
    expires_at: datetime | None


def create(actor: Actor, draft: KeyDraft) -> tuple[KeyView, str]:
    """A new key, and its text, which is told only here and kept nowhere.

    ValidationFailedError with fields `name`, `scopes`, `expires`, `networks`, `cap_credits`, `cap_period`;
    TooManyApiKeysError.
    """
    return _create(actor, draft, key_tokens.new())


def mine(actor: Actor) -> list[KeyView]:
    """The creator's keys that work, the newest first, then those that ended in the last 30 days."""
    creator_id = _in_person(actor)
    with snapshot() as session:
        creator, now = session.get_one(Creator, creator_id), clock.now()
        ended = func.least(col(ApiKey.revoked_at), col(ApiKey.expires_at))  # of those that are set
        shown = or_(ended.is_(None), ended > now - timedelta(days=SHOWN_DAYS))
        query = select(ApiKey).where(ApiKey.creator_id == creator_id, shown)
        found = session.exec(query.order_by(col(ApiKey.created_at).desc(), col(ApiKey.id).desc())).all()
        return _views(session, creator, sorted(found, key=lambda key: not _living(key, now)))


def rename(actor: Actor, key_id: str, name: str) -> KeyView:
    """Call a key something else: the one thing about it that can change. ValidationFailedError with field `name`."""
    creator_id = _in_person(actor)
    fields: dict[str, str] = {}
    name = _name(name, fields)
    if fields:
        raise ValidationFailedError(fields)
    with transaction() as session:
        key = owned.key(session, creator_id, key_id)
        key.name = name
        return _view(session, key)


def revoke(actor: Actor, key_id: str) -> KeyView:
    """End a key at once and for good: the next call with it is refused. One that is over stays as it ended."""
    creator_id = _in_person(actor)
    with transaction() as session:
        key, now = owned.key(session, creator_id, key_id), clock.now()
        if _living(key, now):
            key.revoked_at = now
        return _view(session, key)


def rotate(actor: Actor, key_id: str, overlap: str) -> tuple[KeyView, str]:
    """A new key with all that the old one may do, and its text; the old one works for `overlap` more, of OVERLAPS.

    It never works longer than it would have. Both spend from one cap.
    ApiKeyOverError for a key that is over or replaced already; ValidationFailedError with field `overlap`.
    """
    creator_id = _in_person(actor)
    more_time = next((span for key, span in OVERLAPS.items() if key == overlap), None)
    if more_time is None:
        raise ValidationFailedError({"overlap": "Choose from the list for how long the old key works."})
    token = key_tokens.new()
    with transaction() as session:
        _locked(session, creator_id)
        old, now = owned.key(session, creator_id, key_id), clock.now()
        if old.rotated_to or not _living(old, now):
            raise ApiKeyOverError
        _require_room(session, creator_id)
        terms = _Terms(old.name, old.scopes, old.networks, old.cap_credits, old.cap_period, old.expires_at)
        key = _row(creator_id, actor, token, terms)
        key.cap_id = old.cap_id or old.id
        session.add(key)
        session.flush()
        old.rotated_to, old.expires_at = key.id, min(filter(None, (old.expires_at, now + more_time)))
        return _view(session, key), token


def kept(actor: Actor, draft: KeyDraft, seed: str) -> str:
    """The text of a key that follows from the instance's secret, the creator and `seed`, made where it is not there.

    For the demo, which prints the same key each time. Where that one has ended, the next one takes its place.
    """
    creator_id = _in_person(actor)
    secret = settings().secret_key.get_secret_value()
    number = 0
    while True:
        token = key_tokens.derived(f"{secret}\n{creator_id}\n{seed}\n{number}".encode())
        with transaction() as session:
            key = _found(session, token)
        if key is None:
            return _create(actor, draft, token)[1]
        if _living(key, clock.now()):
            return token
        number += 1


def authenticate(token: str, address: str) -> Actor:
    """Who calls with this key from this IP address. The database is asked each time, so a revoked key ends at once.

    InvalidApiKeyError, without a look into the database where the text cannot be a key; AddressNotAllowedError where
    the key is not for this address.
    """
    if not key_tokens.sound(token):
        raise InvalidApiKeyError(_what_is_wrong(token))
    with transaction() as session:
        key, now = _found(session, token), clock.now()
        if key is None:
            raise InvalidApiKeyError
        if not _living(key, now):
            raise InvalidApiKeyError(f"This API key was {_state(key, now)}. Make a new one under Developers.")
        if key.networks and not networks.hold(key.networks, address):
            raise AddressNotAllowedError
        _note_use(session, key, now)
        return Actor(creator_id=key.creator_id, key_id=key.id, scopes=frozenset(key.scopes))


def first_call(actor: Actor, token: str, scopes: Sequence[str]) -> str:
    """A call for the command line to try a key with: a debit, or where it may not do that, a look at the customers.

    It names the newest customer who has credits, where there is one. "" for a key that may do neither.
    """
    creator_id = _in_person(actor)
    begin, proof = f"curl {settings().base_url}/api/v1", f'-H "Authorization: Bearer {token}"'
    if "debits:write" not in scopes:
        return f"{begin}/customers \\\n  {proof}" if "read" in scopes else ""
    with snapshot() as session:
        query = select(Customer.email).join(Wallet, col(Wallet.customer_id) == col(Customer.id))
        query = query.where(Wallet.creator_id == creator_id, Wallet.posted > Wallet.held)
        email = session.exec(query.order_by(col(Wallet.customer_id).desc()).limit(1)).first()
    body = json.dumps({"customer": email or NO_CUSTOMER, "amount": 1, "reason": "First call"}, ensure_ascii=False)
    lines = (
        f"{begin}/debits",
        proof,
        f'-H "Idempotency-Key: first-call-{secrets.token_hex(4)}"',
        '-H "Content-Type: application/json"',
        f"-d {shlex.quote(body)}",
    )
    return " \\\n  ".join(lines)


def placeholder() -> str:
    """What stands for a key in examples."""
    return f"{key_tokens.kind()}…"


def _in_person(actor: Actor) -> UUID:
    """The creator's id, for somebody who is signed in: no key can make, change or see keys."""
    actor.require_user()
    return actor.require_creator()


def _create(actor: Actor, draft: KeyDraft, token: str) -> tuple[KeyView, str]:
    creator_id = _in_person(actor)
    with transaction() as session:
        terms = _settled(draft, _locked(session, creator_id).time_zone)
        _require_room(session, creator_id)
        key = _row(creator_id, actor, token, terms)
        session.add(key)
        session.flush()
        return _view(session, key), token


def _locked(session: Session, creator_id: UUID) -> Creator:
    """The creator, locked, so that two new keys cannot both be the last; debits go on meanwhile."""
    query = select(Creator).where(Creator.id == creator_id)
    return session.exec(query.with_for_update(key_share=True)).one()


def _require_room(session: Session, creator_id: UUID) -> None:
    query = select(func.count()).select_from(ApiKey).where(ApiKey.creator_id == creator_id, *_works(clock.now()))
    if session.exec(query).one() >= MOST_KEYS:
        raise TooManyApiKeysError(f"You have {MOST_KEYS} keys. Revoke one that is not used any more.")


def _works(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(ApiKey.revoked_at).is_(None), or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now)


def _row(creator_id: UUID, actor: Actor, token: str, terms: _Terms) -> ApiKey:
    return ApiKey(
        id=ids.new(),
        creator_id=creator_id,
        name=terms.name,
        prefix=token[: key_tokens.SHOWN_LENGTH],
        hash=key_tokens.digest(token),
        created_by=actor.require_user(),
        created_at=clock.now(),
        scopes=terms.scopes,
        networks=terms.networks,
        cap_credits=terms.cap_credits,
        cap_period=terms.cap_period,
        expires_at=terms.expires_at,
    )


def _found(session: Session, token: str) -> ApiKey | None:
    return session.exec(select(ApiKey).where(ApiKey.hash == key_tokens.digest(token))).one_or_none()


def _what_is_wrong(token: object) -> str | None:
    """What helps whoever has a key of another kind of instance, or only a part of one."""
    other = key_tokens.TEST if settings().production else key_tokens.LIVE
    if not isinstance(token, str):
        return None
    if token.startswith(other):
        return f"Keys of this instance begin with {key_tokens.kind()}. This one belongs to another instance."
    if token.startswith(key_tokens.kind()):
        return "This API key is not whole, or has a typing error. Copy it again, or make a new one under Developers."
    return None


def _note_use(session: Session, key: ApiKey, now: datetime) -> None:
    """Note that the key was used, once a minute; whoever comes at the same moment does not wait to note it, too."""
    due = or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) <= now - USE_NOTED_EVERY)
    if key.last_used_at is not None and key.last_used_at > now - USE_NOTED_EVERY:
        return
    free = select(ApiKey.id).where(ApiKey.id == key.id, due).with_for_update(skip_locked=True, key_share=True)
    statement = update(ApiKey).where(col(ApiKey.id).in_(free)).values(last_used_at=now)
    session.execute(statement, execution_options={"synchronize_session": False})


def _settled(draft: KeyDraft, time_zone: str) -> _Terms:
    """ValidationFailedError with everything that is wrong with the draft."""
    fields: dict[str, str] = {}
    cap = _cap(draft.cap_credits, fields)
    terms = _Terms(
        name=_name(draft.name, fields),
        scopes=_scopes(draft.scopes, fields),
        networks=_networks(draft.networks, fields),
        cap_credits=cap,
        cap_period=_cap_period(draft.cap_period, fields) if cap else None,
        expires_at=_expires_at(draft.expires, time_zone, fields),
    )
    if fields:
        raise ValidationFailedError(fields)
    return terms


def _name(name: str, fields: dict[str, str]) -> str:
    try:
        return prose.line(name, "The name", NAME_LENGTH)
    except prose.TextError as error:
        fields["name"] = str(error)
        return ""


def _scopes(scopes: object, fields: dict[str, str]) -> list[str]:
    given = list(scopes) if isinstance(scopes, list | tuple | set | frozenset) else []
    if not given or any(scope not in list(SCOPES) for scope in given):  # a list: what was sent may have no hash
        fields["scopes"] = "Choose at least one thing that the key may do."
    return [scope for scope in SCOPES if scope in given]


def _expires_at(text: str, time_zone: str, fields: dict[str, str]) -> datetime | None:
    if text == "":
        return None
    today = periods.today(time_zone)
    try:
        days = EXPIRIES.get(str(text))
        last_day = today + timedelta(days=days) if days else date.fromisoformat(str(text))
    except ValueError:
        fields["expires"] = "Choose a date, like 2027-06-30."
        return None
    if not today <= last_day <= today + timedelta(days=LONGEST_DAYS):
        passed = last_day < today
        fields["expires"] = "This date has passed. Choose today or later." if passed else "Choose one within ten years."
        return None
    return Period(last_day, last_day, today, time_zone).until


def _networks(text: str, fields: dict[str, str]) -> list[str]:
    try:
        return networks.read(text)
    except prose.TextError as error:
        fields["networks"] = str(error)
        return []


def _cap(text: str, fields: dict[str, str]) -> int | None:
    plain = str(text).strip()
    if not plain:
        return None
    if CAP.fullmatch(plain) and 1 <= int(plain) <= MOST_CAP:
        return int(plain)
    fields["cap_credits"] = f"Write a whole number from 1 to {MOST_CAP:,}, or leave it empty for no cap."
    return None


def _cap_period(text: str, fields: dict[str, str]) -> CapPeriod | None:
    try:
        return CapPeriod(text)
    except ValueError:
        fields["cap_period"] = "Choose a day or a month."
        return None


def _living(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at:
        return "revoked"
    if not _living(key, now):
        return "replaced" if key.rotated_to else "expired"
    return "ending" if key.rotated_to else "active"


def _view(session: Session, key: ApiKey) -> KeyView:
    return _views(session, session.get_one(Creator, key.creator_id), [key])[0]


def _views(session: Session, creator: Creator, keys: Sequence[ApiKey]) -> list[KeyView]:
    zone, now = creator.time_zone, clock.now()
    starts = {period: periods.first_of(period.value, periods.today(zone)) for period in CapPeriod}
    makers = col(User.id).in_({key.created_by for key in keys})
    names = dict(session.exec(select(User.id, User.name).where(makers)).all())
    counted = select(ApiKeySpend).where(col(ApiKeySpend.key_id).in_([key.cap_id or key.id for key in keys]))
    counted = counted.where(col(ApiKeySpend.period).in_(set(starts.values())))
    spent = {(row.key_id, row.period): row.spent for row in session.exec(counted)}
    views = []
    for key in keys:
        addresses = networks.shown(key.networks)
        views.append(
            KeyView(
                id=ids.show("key", key.id),
                name=key.name,
                prefix=f"{key.prefix}…",
                scopes=key.scopes,
                state=_state(key, now),
                living=_living(key, now),
                made=prose.day(key.created_at.astimezone(ZoneInfo(zone))),
                made_by=names[key.created_by],
                last_used=prose.ago(key.last_used_at, now, zone) if key.last_used_at else "",
                expires=_end(key, now, zone),
                cap=_cap_words(key),
                spent=_spent_words(key, spent.get((key.cap_id or key.id, starts[key.cap_period]), 0))
                if key.cap_period
                else "",
                networks=_shortened(addresses),
                addresses=", ".join(addresses),
            )
        )
    return views


def _end(key: ApiKey, now: datetime, time_zone: str) -> str:
    """ "Until 30 Jun 2027", to the minute for a key that another takes over from; "" where there is no end, or was."""
    if key.expires_at is None or not _living(key, now):
        return ""
    if key.rotated_to:
        return f"Until {prose.moment(key.expires_at, time_zone)}"
    return f"Until {prose.day((key.expires_at - timedelta(microseconds=1)).astimezone(ZoneInfo(time_zone)))}"


def _cap_words(key: ApiKey) -> str:
    return (
        f"{prose.count(key.cap_credits, 'credit')} a {key.cap_period.value}"
        if key.cap_credits and key.cap_period
        else ""
    )


def _spent_words(key: ApiKey, spent: int) -> str:
    return f"{spent:,} used {'today' if key.cap_period is CapPeriod.day else 'this month'}"


def _shortened(addresses: Sequence[str]) -> str:
    """ "", "Only from 192.0.2.7", "Only from 192.0.2.7 and 2 more"."""
    if not addresses:
        return ""
    return f"Only from {addresses[0]}" + (f" and {len(addresses) - 1} more" if len(addresses) > 1 else "")
