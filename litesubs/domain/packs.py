"""Credit packs: what a creator offers. Editing one never changes what was sold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, count
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from litesubs.db import snapshot, transaction
from litesubs.domain import clock, ids, insights, links, money, owned, prose, sums
from litesubs.domain.actors import Actor
from litesubs.domain.errors import TooManyPacksError, ValidationFailedError
from litesubs.domain.views.offers import NOTHING_SOLD, PackView, PreviewView
from litesubs.models import CreditPack, ExpiryKind, PackStatus, Purchase, ShareLink

NAME_LENGTH = 80
COPY = " copy"
DESCRIPTION_LENGTH = 5_000
MOST_CREDITS = 1_000_000
MOST_PACKS = 200  # of one creator, without the archived: their pages show all of them
LONGEST_DAYS = 3_650
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


@dataclass(frozen=True)
class PackDraft:
    """A pack as its form gives it: text as typed, nothing checked yet."""

    name: str = ""
    description: str = ""
    price: str = ""
    currency: str = "EUR"
    credits: str = ""
    expiry_kind: str = "never"
    expiry_date: str = ""
    expiry_days: str = ""
    slug: str = ""
    listed: bool = True


def currencies() -> list[tuple[str, str]]:
    """(code, label) of every currency a pack can have."""
    return money.currencies()


def preview(_actor: Actor, draft: PackDraft) -> PreviewView:
    """What a buyer would see, from as much of the draft as is right, and what is wrong with the rest."""
    values, errors = _checked(draft)
    shown: dict[str, Any] = {"credits": 0, "price_minor": 0, "currency": "EUR"} | values
    priced = shown["price_minor"] > 0
    return PreviewView(
        name=shown.get("name", ""),
        description_html=prose.markdown(shown.get("description", "")),
        price=money.show(shown["price_minor"], shown["currency"]) if priced else "",
        unit_price=money.show_each(shown["price_minor"], shown["currency"], shown["credits"])
        if priced and shown["credits"]
        else "",
        credits=shown["credits"],
        expiry_promise=_promise(values) if "expiry_kind" in values else "",
        errors=errors,
    )


def create(actor: Actor, draft: PackDraft) -> PackView:
    """A new pack on sale, with its share link. ValidationFailedError names the fields."""
    creator_id = actor.require_creator()
    values = _valid(draft)
    at = clock.now()
    pack = CreditPack(
        id=ids.new(), creator_id=creator_id, status=PackStatus.active, created_at=at, updated_at=at, **values
    )
    with transaction() as session:
        _refuse_too_many(session, creator_id)
        taken = _taken_slugs(session, creator_id, pack.id)
        if not str(draft.slug).strip():
            pack.slug = _free_slug(pack.slug, taken)
        _refuse_taken(pack.slug, taken)
        session.add(pack)
        _flush(session)
        session.add(links.default_link(pack))
    return one(actor, ids.show("pack", pack.id))


def update(actor: Actor, pack_id: str, draft: PackDraft) -> PackView:
    """Change what is offered from now on. ValidationFailedError names the fields."""
    creator_id = actor.require_creator()
    with transaction() as session:
        pack = owned.pack(session, creator_id, pack_id, lock=True)
        for name, value in _valid(draft, unchanged=pack).items():
            setattr(pack, name, value)
        pack.updated_at = clock.now()
        _refuse_taken(pack.slug, _taken_slugs(session, creator_id, pack.id))
        _flush(session)
    return one(actor, pack_id)


def duplicate(actor: Actor, pack_id: str) -> PackView:
    """A pack with the same words and terms, and a link of its own. It is off sale until its creator enables it."""
    creator_id = actor.require_creator()
    at = clock.now()
    with transaction() as session:
        source = owned.pack(session, creator_id, pack_id, lock=True)
        _refuse_too_many(session, creator_id)
        kept = source.model_dump(exclude={"id", "name", "slug", "status", "created_at", "updated_at"})
        copy = CreditPack(
            **kept,
            id=ids.new(),
            name=f"{source.name[: NAME_LENGTH - len(COPY)]}{COPY}",
            slug=source.slug,
            status=PackStatus.disabled,
            created_at=at,
            updated_at=at,
        )
        copy.slug = _free_slug(source.slug, _taken_slugs(session, creator_id, copy.id))
        session.add(copy)
        _flush(session)
        session.add(links.default_link(copy))
    return one(actor, ids.show("pack", copy.id))


def set_active(actor: Actor, pack_id: str, *, active: bool) -> PackView:
    """Put a pack on sale, or take it off.

    Then its open checkouts are closed, and credits already sold stay spendable.
    """
    return _set_status(actor, pack_id, PackStatus.active if active else PackStatus.disabled)


def archive(actor: Actor, pack_id: str) -> PackView:
    """Take a pack off sale and out of the way. Its holders keep their credits, and `restore` brings it back."""
    return _set_status(actor, pack_id, PackStatus.archived)


def restore(actor: Actor, pack_id: str) -> PackView:
    """Bring a pack back from the archive, off sale. One that is not there stays as it is."""
    return _set_status(actor, pack_id, PackStatus.disabled, only_from=PackStatus.archived)


def mine(actor: Actor) -> list[PackView]:
    """The creator's packs, newest first, with what was sold of each."""
    creator_id = actor.require_creator()
    sums.caught_up(creator_id)
    with snapshot() as session:
        query = select(CreditPack).where(CreditPack.creator_id == creator_id)
        order = (col(CreditPack.created_at).desc(), col(CreditPack.id).desc())
        return _with_figures(session, creator_id, session.exec(query.order_by(*order)).all())


def names(actor: Actor, *, archived: bool) -> list[tuple[str, str]]:
    """(id, name) of the creator's packs to choose from, newest first, with or without the archived ones."""
    query = select(CreditPack.id, CreditPack.name).where(CreditPack.creator_id == actor.require_creator())
    if not archived:
        query = query.where(CreditPack.status != PackStatus.archived)
    with transaction() as session:
        found = session.execute(query.order_by(col(CreditPack.created_at).desc(), col(CreditPack.id).desc()))
        return [(ids.show("pack", pack_id), name) for pack_id, name in found]


def one(actor: Actor, pack_id: str) -> PackView:
    """One of the creator's packs. NotFoundError for any other."""
    creator_id = actor.require_creator()
    sums.caught_up(creator_id)
    with snapshot() as session:
        return _with_figures(session, creator_id, [owned.pack(session, creator_id, pack_id)])[0]


def view(pack: CreditPack) -> PackView:
    """A pack as buyers see it, without its figures."""
    rule = {"expiry_kind": pack.expiry_kind, "expiry_date": pack.expiry_date, "expiry_days": pack.expiry_days}
    return PackView(
        id=ids.show("pack", pack.id),
        name=pack.name,
        slug=pack.slug,
        description=pack.description,
        description_html=prose.markdown(pack.description),
        price_minor=pack.price_minor,
        currency=pack.currency,
        price=money.show(pack.price_minor, pack.currency),
        price_input=money.show_input(pack.price_minor, pack.currency),
        unit_price=money.show_each(pack.price_minor, pack.currency, pack.credits),
        credits=pack.credits,
        expiry_kind=pack.expiry_kind.value,
        expiry_date=pack.expiry_date.isoformat() if pack.expiry_date else "",
        expiry_days=pack.expiry_days or 0,
        expiry=_rule_in_words(rule),
        expiry_promise=_promise(rule),
        listed=pack.listed,
        active=pack.status is PackStatus.active,
        status=pack.status.value,
    )


def expires_at(kind: ExpiryKind, on: date | None, days: int | None, bought_at: datetime) -> datetime | None:
    """The moment credits stop being spendable: the end, in UTC, of the pack's date or of the Nth day after purchase."""
    if kind is ExpiryKind.never:
        return None
    last_day = on if kind is ExpiryKind.on_date else bought_at.astimezone(UTC).date() + timedelta(days=days or 0)
    return datetime.combine((last_day or bought_at.date()) + timedelta(days=1), time(), tzinfo=UTC)


def over(pack: CreditPack) -> bool:
    """Whether its credits would have expired before they were bought: nobody is sold those."""
    expiry = expires_at(pack.expiry_kind, pack.expiry_date, pack.expiry_days, clock.now())
    return expiry is not None and expiry <= clock.now()


def not_over() -> ColumnElement[bool]:
    """What the database asks of a pack to find it not over, as `over` does: only a date can have come."""
    today = clock.now().astimezone(UTC).date()
    return col(CreditPack.expiry_date).is_(None) | (col(CreditPack.expiry_date) >= today)


def _set_status(actor: Actor, pack_id: str, status: PackStatus, only_from: PackStatus | None = None) -> PackView:
    with transaction() as session:
        pack = owned.pack(session, actor.require_creator(), pack_id, lock=True)
        if only_from in {None, pack.status}:
            if only_from is PackStatus.archived:
                _refuse_too_many(session, pack.creator_id)
            pack.status, pack.updated_at = status, clock.now()
        if pack.status is not PackStatus.active:
            links.close_open_checkouts(session, col(Purchase.pack_id) == pack.id)
    return one(actor, pack_id)


def _refuse_too_many(session: Session, creator_id: UUID) -> None:
    """Before one more that is not archived."""
    query = select(func.count()).where(CreditPack.creator_id == creator_id, CreditPack.status != PackStatus.archived)
    if session.exec(query).one() >= MOST_PACKS:
        raise TooManyPacksError


def _valid(draft: PackDraft, unchanged: CreditPack | None = None) -> dict[str, Any]:
    values, errors = _checked(draft, unchanged)
    if errors:
        raise ValidationFailedError(errors)
    return values


def _checked(draft: PackDraft, unchanged: CreditPack | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns that are right and, for each field that is not, one sentence."""
    values: dict[str, Any] = {"listed": bool(draft.listed)}
    errors: dict[str, str] = {}
    _check_words(draft, values, errors)
    currency = str(draft.currency).upper()
    if currency in money.MINIMUMS:
        values["currency"] = currency
        try:
            values["price_minor"] = money.read(str(draft.price), currency)
        except money.PriceError as error:
            errors["price"] = str(error)
    else:
        errors["currency"] = "Choose a currency from the list."
    credit_count = _whole(draft.credits)
    if credit_count is None:
        errors["credits"] = "Credits are whole numbers, like 5 or 10."
    elif not 1 <= credit_count <= MOST_CREDITS:
        errors["credits"] = f"A pack has 1 to {MOST_CREDITS:,} credits."
    else:
        values["credits"] = credit_count
    _check_expiry(draft, unchanged, values, errors)
    return values, errors


def _check_words(draft: PackDraft, values: dict[str, Any], errors: dict[str, str]) -> None:
    try:
        values["name"] = prose.line(draft.name, "The name", NAME_LENGTH)
    except prose.TextError as error:
        errors["name"] = str(error)
    try:
        values["description"] = prose.block(draft.description, "The description", DESCRIPTION_LENGTH)
    except prose.TextError as error:
        errors["description"] = str(error)
    slug = str(draft.slug).strip().lower() or prose.slug(values.get("name", "")) or "pack"
    if SLUG.fullmatch(slug):
        values["slug"] = slug
    else:
        errors["slug"] = "Use up to 60 letters a to z, digits and hyphens."


def _check_expiry(
    draft: PackDraft, unchanged: CreditPack | None, values: dict[str, Any], errors: dict[str, str]
) -> None:
    if str(draft.expiry_kind) not in set(ExpiryKind):
        errors["expiry_kind"] = "Choose when credits expire."
        return
    kind = ExpiryKind(str(draft.expiry_kind))
    rule: dict[str, Any] = {"expiry_kind": kind, "expiry_date": None, "expiry_days": None}
    if kind is ExpiryKind.on_date:
        on = _day(draft.expiry_date)
        if on is None:
            errors["expiry_date"] = "Choose a date, like 2027-06-30."
        elif on <= clock.now().date() and (unchanged is None or on != unchanged.expiry_date):
            errors["expiry_date"] = "This date has passed. Choose one from tomorrow on."
        elif on > clock.now().date() + timedelta(days=LONGEST_DAYS):
            errors["expiry_date"] = "Choose a date within ten years, or let the credits never expire."
        rule["expiry_date"] = on
    if kind is ExpiryKind.after_days:
        days = _whole(draft.expiry_days)
        if days is None or not 1 <= days <= LONGEST_DAYS:
            errors["expiry_days"] = f"Write a number of days from 1 to {LONGEST_DAYS:,}."
        rule["expiry_days"] = days
    if not {"expiry_date", "expiry_days"} & set(errors):
        values |= rule


def _whole(text: object) -> int | None:
    plain = str(text).strip()
    return int(plain) if re.fullmatch(r"-?\d{1,18}", plain, re.ASCII) else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text).strip())
    except ValueError:
        return None


def _rule_in_words(rule: dict[str, Any]) -> str:
    if rule["expiry_kind"] is ExpiryKind.on_date:
        return f"Until {prose.day(rule['expiry_date'])}"
    if rule["expiry_kind"] is ExpiryKind.after_days:
        return f"{_span(rule['expiry_days'])} after purchase"
    return "Never expires"


def _promise(rule: dict[str, Any]) -> str:
    """What a buyer is told before paying."""
    at = expires_at(rule["expiry_kind"], rule["expiry_date"], rule["expiry_days"], clock.now())
    if at is None:
        return "Credits never expire."
    until = prose.day(prose.last_day(at))
    if rule["expiry_kind"] is ExpiryKind.on_date:
        return f"Credits are good until {until}."
    return f"Credits last {_span(rule['expiry_days'])}: buy today and they are good until {until}."


def _span(days: int) -> str:
    return prose.count(days // 365, "year") if days % 365 == 0 else prose.count(days, "day")


def _taken_slugs(session: Session, creator_id: UUID, own_id: UUID) -> dict[str, str]:
    """Slug → name of the creator's other packs. The UNIQUE constraint decides a race."""
    query = select(CreditPack.slug, CreditPack.name).where(CreditPack.creator_id == creator_id, CreditPack.id != own_id)
    with session.no_autoflush:
        return dict(session.execute(query).all())


def _refuse_taken(slug: str, taken: dict[str, str]) -> None:
    """Say whose the slug is and offer the next free one."""
    if slug in taken:
        free = _free_slug(slug, taken)
        raise ValidationFailedError({"slug": f"Your pack “{taken[slug]}” uses this. Try {free}."})


def _free_slug(slug: str, taken: dict[str, str]) -> str:
    candidates = chain([slug], (f"{slug[:56]}-{n}" for n in count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_credit_pack_creator_id_slug" not in str(error.orig):
            raise
        raise ValidationFailedError({"slug": "Another of your packs uses this. Change it a little."}) from None


def _with_figures(session: Session, creator_id: UUID, packs: Sequence[CreditPack]) -> list[PackView]:
    """Views with their main link and what was sold."""
    query = select(ShareLink.pack_id, ShareLink.token).where(
        col(ShareLink.pack_id).in_([pack.id for pack in packs]), ShareLink.is_default
    )
    tokens = dict(session.execute(query).all())
    figures = insights.packs(session, creator_id)
    return [
        replace(view(pack), link_url=links.url(tokens[pack.id]), figures=figures.get(pack.id, NOTHING_SOLD))
        for pack in packs
    ]
