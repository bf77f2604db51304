"""Customers that a creator brings along: a file of names, e-mails, packs and opening balances.

All of a file is imported or nothing of it, as lots of their own that can be taken back together. A row is known by its
e-mail, pack, credits, last day, and how often it has occurred in its file: importing it again adds nothing, unless its
import was undone, which gives the row free. Nobody is written to.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from litesubs.db import transaction
from litesubs.domain import claims, clock, ids, ledger, locked, opening, prose, sheets
from litesubs.domain.actors import Actor
from litesubs.domain.chain import Note
from litesubs.domain.errors import BulkRefusedError, NotFoundError, ValidationFailedError
from litesubs.domain.ledger import Lot
from litesubs.domain.opening import Opening, PackNames
from litesubs.domain.sheets import Row
from litesubs.domain.views.customers import ImportPlan, ImportRow, ImportView, RefusalView
from litesubs.models import (
    Creator,
    CreditGrant,
    CreditPack,
    Customer,
    CustomerImport,
    EntryType,
    GrantSource,
    LedgerEntry,
    Subscription,
    SubscriptionStatus,
)

ROWS_SHOWN = 200
IMPORTS_SHOWN = 50
FILE_NAME_LENGTH = 100
REASON = Note("Opening balance")  # buyers read it, and not what the creator's files are called
UNDONE = Note("Import undone")
ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('import ' || CAST(:creator AS text), 0))")


@dataclass(frozen=True)
class _Line:
    """A row with what becomes of it. `opening` is None where it is wrong; `ref` is what its lot is known by."""

    shown: ImportRow
    opening: Opening | None
    ref: str


@dataclass(frozen=True)
class _Plan:
    """All rows of a file, and what importing them would do."""

    lines: list[_Line]
    ignored: list[str]

    def of(self, *kinds: str) -> list[_Line]:
        """The rows of these kinds."""
        return [line for line in self.lines if line.shown.kind in kinds]

    def to_do(self) -> list[tuple[Opening, str]]:
        """What is to be written: each opening balance with its reference."""
        return [(line.opening, line.ref) for line in self.of("new", "more") if line.opening]


def check(actor: Actor, file_name: str, data: bytes) -> ImportPlan:
    """What importing the file would do, row by row. Writes nothing.

    Raises ValidationFailedError (`file`) for a file that cannot be read as a whole.
    """
    creator_id = actor.require_creator()
    with transaction() as session:
        plan = _plan(session, creator_id, data)
    wrong = plan.of("error")
    todo = plan.to_do()
    shown = [line.shown for line in (*wrong, *plan.of("new", "more", "before"))]
    return ImportPlan(
        file_name=_file_name(file_name),
        digest=_digest(data),
        rows=shown[:ROWS_SHOWN],
        total=len(plan.lines),
        customers=len({row.email_normalized for row, _ in todo}),
        new_customers=len({line.opening.email_normalized for line in plan.of("new") if line.opening}),
        more=len(plan.of("more")),
        before=len(plan.of("before")),
        errors=len(wrong),
        credits=sum(row.credits for row, _ in todo),
        summary=_summary(plan),
        ignored=_left_out(plan.ignored),
        ready=not wrong and bool(todo),
    )


def run(actor: Actor, file_name: str, data: bytes, digest: str) -> ImportView:
    """Import the file that was checked, all of it, once: the same file again changes nothing and answers the same.

    Raises ValidationFailedError (`file`) where it is another file, or where a row has become wrong since.
    """
    creator_id = actor.require_creator()
    if digest != _digest(data):
        raise ValidationFailedError({"file": "This is another file than the one that was checked. Check it again."})
    with transaction() as session:
        session.execute(ONE_AT_A_TIME, {"creator": creator_id})
        plan = _plan(session, creator_id, data)
        if plan.of("error"):
            raise ValidationFailedError({"file": "Some rows can no longer be imported. Check the file again."})
        todo = plan.to_do()
        if not todo:
            return _view(session, _before(session, creator_id, [line.ref for line in plan.lines]))
        done = CustomerImport(
            id=ids.new(),
            creator_id=creator_id,
            file_name=_file_name(file_name),
            rows=len(todo),
            credits=sum(row.credits for row, _ in todo),
            actor=actor.ledger_id,
            created_at=clock.now(),
        )
        session.add(done)
        session.flush()
        _write(session, actor, done, todo)
        return _view(session, done)


def undo(actor: Actor, import_id: str) -> ImportView:
    """Take back every credit of an import, all or none. Its customers stay, without them. Again changes nothing.

    Raises BulkRefusedError, which names every customer whose credits were used, are held, have expired or are disabled.
    """
    creator_id = actor.require_creator()
    with transaction() as session:
        session.execute(ONE_AT_A_TIME, {"creator": creator_id})
        done = session.exec(
            select(CustomerImport)
            .where(CustomerImport.id == ids.read("imp", import_id), CustomerImport.creator_id == creator_id)
            .with_for_update()
        ).one_or_none()
        if done is None:
            raise NotFoundError
        if done.undone_at is None:
            _take_back(session, actor, done)
            done.undone_at = clock.now()
        return _view(session, done)


def mine(actor: Actor) -> list[ImportView]:
    """The creator's imports, the last first."""
    query = select(CustomerImport).where(CustomerImport.creator_id == actor.require_creator())
    with transaction() as session:
        newest = query.order_by(col(CustomerImport.created_at).desc()).limit(IMPORTS_SHOWN)
        return [_view(session, done) for done in session.exec(newest)]


def _plan(session: Session, creator_id: UUID, data: bytes) -> _Plan:
    try:
        sheet = sheets.read(data, opening.COLUMNS)
    except sheets.SheetError as error:
        raise ValidationFailedError({"file": str(error)}) from None
    names = PackNames(session.exec(select(CreditPack).where(CreditPack.creator_id == creator_id)))
    read = [(row, opening.read(row, names)) for row in sheet.rows]
    refs = _refs(creator_id, [found for _, found in read if isinstance(found, Opening)])
    known = {ref for _, ref in locked.granted(session, [(GrantSource.imported, ref) for ref in refs])}
    people = _People(session, creator_id, {found.email_normalized for _, found in read if isinstance(found, Opening)})
    ref = iter(refs)
    lines = []
    for row, found in read:
        if isinstance(found, Opening):
            own = next(ref)
            kind, fate = people.fate(found, imported=own in known)
            lines.append(_Line(_shown(row, found, kind, fate), None if kind == "error" else found, own))
        else:
            lines.append(_Line(_as_written(row, " ".join(found)), None, ""))
    return _Plan(lines, sheet.ignored)


def _refs(creator_id: UUID, openings: Iterable[Opening]) -> list[str]:
    """What each row's lot is known by: what it says, and the how manieth of its like it is."""
    seen: Counter[tuple[object, ...]] = Counter()
    refs = []
    for row in openings:
        said = (row.email_normalized, row.pack.id, row.credits, row.expires_at)
        seen[said] += 1
        refs.append(hashlib.sha256(repr((creator_id, *said, seen[said])).encode()).hexdigest())
    return refs


class _People:
    """Who is there already, and who will be when the rows so far are imported."""

    def __init__(self, session: Session, creator_id: UUID, addresses: Collection[str]) -> None:
        """Ask for all addresses of a file at once."""
        query = (
            sa.select(col(Customer.email_normalized), col(Subscription.pack_id), col(Subscription.status))
            .outerjoin(Subscription, col(Subscription.customer_id) == col(Customer.id))
            .where(col(Customer.creator_id) == creator_id, _any_of(addresses))
        )
        self._holds: dict[str, dict[UUID, SubscriptionStatus]] = {}
        for address, pack_id, status in session.execute(query):
            self._holds.setdefault(address, {})[pack_id] = status

    def fate(self, row: Opening, *, imported: bool) -> tuple[str, str]:
        """(kind, words) of what importing the row does."""
        new = row.email_normalized not in self._holds
        holds = self._holds.setdefault(row.email_normalized, {})
        had = holds.get(row.pack.id)
        if imported:
            return "before", "Imported before, nothing changes"
        if had is SubscriptionStatus.disabled:
            return "error", f"{row.pack.name} is disabled for this customer. Enable it first."
        holds.setdefault(row.pack.id, SubscriptionStatus.active)
        if row.credits:
            amount = prose.count(row.credits, "credit")
            return ("new", f"New customer, {amount}") if new else ("more", f"Gets {amount.replace(' ', ' more ')}")
        if had:
            return "before", "Has this pack, nothing changes"
        return ("new", "New customer, no credits") if new else ("more", "Gets the pack, no credits")


def _shown(row: Row, found: Opening, kind: str, fate: str) -> ImportRow:
    expires = prose.day(prose.last_day(found.expires_at)) if found.expires_at else "Never"
    return ImportRow(
        row.line, found.name, found.email, found.pack.name, f"{found.credits:,}", expires, kind=kind, fate=fate
    )


def _as_written(row: Row, fate: str) -> ImportRow:
    cells = {column: opening.shown(row.cells[column]) for column in opening.COLUMNS}
    return ImportRow(row.line, **cells, kind="error", fate=fate)


def _summary(plan: _Plan) -> str:
    if wrong := plan.of("error"):
        need = "row needs" if len(wrong) == 1 else "rows need"
        return f"{len(wrong):,} {need} another look. Nothing is imported until all are right."
    todo = plan.to_do()
    if not todo:
        return "Nothing in this file is new."
    people = len({row.email_normalized for row, _ in todo})
    total = prose.count(sum(row.credits for row, _ in todo), "credit")
    return f"{prose.count(people, 'customer')} will get {total} in {prose.count(len(todo), 'row')}."


def _left_out(columns: Sequence[str]) -> str:
    if not columns:
        return ""
    names = sheets.listed([opening.shown(name) for name in columns])
    return f"Left out: the {'column' if len(columns) == 1 else 'columns'} {names}."


def _write(session: Session, actor: Actor, done: CustomerImport, todo: Sequence[tuple[Opening, str]]) -> None:
    customers = _customers(session, done.creator_id, [row for row, _ in todo])
    pairs = [(customers[row.email_normalized], row.pack.id) for row, _ in todo]
    sold = ledger.open_subscriptions(session, done.creator_id, pairs)
    if any(sold[pair].status is SubscriptionStatus.disabled for pair in pairs):
        raise ValidationFailedError({"file": "Some rows can no longer be imported. Check the file again."})
    lots = [
        (sold[pair].id, Lot(row.credits, GrantSource.imported, ref, row.expires_at, import_id=done.id))
        for pair, (row, ref) in zip(pairs, todo, strict=True)
        if row.credits
    ]
    ledger.grant_many(session, lots, actor, REASON)


def _customers(session: Session, creator_id: UUID, rows: Sequence[Opening]) -> dict[str, UUID]:
    """The customer of each address, made with the name of its first row where there is none.

    Those whom nobody has claimed become theirs who has proven the address. All others stay whose they are, so that
    taking the import back leaves nothing changed.
    """
    first = {row.email_normalized: row for row in reversed(rows)}
    owners = claims.owners(session, first.keys())
    at = clock.now()
    fresh = [
        {
            "id": ids.new(),
            "creator_id": creator_id,
            "email": row.email,
            "email_normalized": address,
            "name": row.name,
            "created_at": at,
        }
        for address, row in sorted(first.items())
    ]
    session.execute(insert(Customer).on_conflict_do_nothing(), fresh)
    query = select(Customer).where(Customer.creator_id == creator_id, _any_of(first.keys()))
    lock = query.order_by(col(Customer.id)).with_for_update(key_share=True)
    found = session.exec(lock.execution_options(populate_existing=True)).all()
    for customer in found:
        customer.user_id = customer.user_id or owners.get(customer.email_normalized)
    return {customer.email_normalized: customer.id for customer in found}


def _any_of(addresses: Collection[str]) -> sa.ColumnElement[bool]:
    """As one array: twenty thousand parameters would take longer to write than the query to run."""
    return col(Customer.email_normalized) == sa.any_(sa.literal(list(addresses), sa.ARRAY(sa.Text)))


def _take_back(session: Session, actor: Actor, done: CustomerImport) -> None:
    ours = col(CreditGrant.import_id) == done.id
    for _ in locked.wallets(session, session.exec(select(CreditGrant.wallet_id).where(ours).distinct()).all()):
        pass  # each batch keeps its locks, so that nothing is spent between looking and taking
    lots = session.execute(
        sa.select(CreditGrant, col(Subscription.status), Customer)
        .join(Subscription, col(Subscription.id) == col(CreditGrant.subscription_id))
        .join(Customer, col(Customer.id) == col(Subscription.customer_id))
        .where(ours)
        .order_by(col(Customer.name))
    ).all()
    taken = _taken_by_hand(session, ours)
    refusals = {
        customer.id: (customer, why)
        for lot, status, customer in lots
        if (why := _kept(lot, status, taken.get(lot.id, 0)))
    }
    if refusals:
        raise BulkRefusedError(
            [
                RefusalView(ids.show("cus", key), customer.name, f"{customer.name} {why}.")
                for key, (customer, why) in refusals.items()
            ],
            len({customer.id for _, _, customer in lots}),
        )
    ledger.void_many(session, [lot.id for lot, _, _ in lots], actor, UNDONE)
    freed = col(CreditGrant.source_ref).concat(f" undone {done.id}")
    session.execute(
        sa.update(CreditGrant).where(ours).values(source_ref=freed).execution_options(synchronize_session=False)
    )


def _taken_by_hand(session: Session, ours: sa.ColumnElement[bool]) -> dict[UUID, int]:
    """What the creator has taken from each of these lots, alone or by lowering a balance: it is gone already."""
    query = (
        sa.select(col(CreditGrant.id), sa.func.sum(-col(LedgerEntry.posted_delta)))
        .join(LedgerEntry, col(LedgerEntry.grant_id) == col(CreditGrant.id))
        .where(ours, col(LedgerEntry.type) == EntryType.adjustment)
        .group_by(col(CreditGrant.id))
    )
    return {grant_id: int(taken) for grant_id, taken in session.execute(query)}


def _kept(lot: CreditGrant, status: SubscriptionStatus, taken: int) -> str:
    """Why what the creator has not `taken` of a lot yet cannot be taken back, or ""."""
    if taken == lot.amount:
        return ""
    if status is SubscriptionStatus.disabled:
        return "has the pack disabled"
    if locked.over(lot, clock.now()):
        return "had credits that have expired"
    if lot.held:
        return "has some of these credits held"
    return "has used some of these credits" if lot.remaining + taken < lot.amount else ""


def _before(session: Session, creator_id: UUID, refs: Sequence[str]) -> CustomerImport:
    """The last import that these rows came with."""
    query = (
        select(CustomerImport)
        .join(CreditGrant, col(CreditGrant.import_id) == col(CustomerImport.id))
        .where(CustomerImport.creator_id == creator_id, CreditGrant.source == GrantSource.imported)
        .where(col(CreditGrant.source_ref) == sa.any_(sa.literal(list(refs), sa.ARRAY(sa.Text))))
        .order_by(col(CustomerImport.created_at).desc())
    )
    found = session.exec(query.limit(1)).first()
    if found is None:
        raise ValidationFailedError({"file": "Nothing in this file is new."})
    return found


def _view(session: Session, done: CustomerImport) -> ImportView:
    zone = session.get_one(Creator, done.creator_id).time_zone
    return ImportView(
        id=ids.show("imp", done.id),
        file_name=done.file_name,
        at=prose.moment(done.created_at, zone),
        rows=done.rows,
        credits=done.credits,
        undone=prose.moment(done.undone_at, zone) if done.undone_at else "",
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _file_name(file_name: object) -> str:
    """The name without what cannot be kept or seen."""
    shown = "".join(character for character in str(file_name)[:FILE_NAME_LENGTH] if character.isprintable())
    return " ".join(shown.split()) or "customers.csv"
