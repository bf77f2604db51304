"""The creator's customers: everybody who holds or has held their credits."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from litesubs.db import snapshot, transaction
from litesubs.domain import ids, prose, statements
from litesubs.domain.actors import Actor
from litesubs.domain.views.customers import CustomerPage, CustomerRow, PackStanding
from litesubs.models import Customer, LedgerEntry, Subscription

ROWS_PER_PAGE = 25
SEARCH_LENGTH = 100


def page(actor: Actor, search: str = "", after: str = "") -> CustomerPage:
    """A page of customers and their packs, the newest first.

    `search` matches name or e-mail, `after` is a page's cursor.
    """
    creator_id = actor.require_creator()
    query = (
        select(Subscription.id)
        .join(Customer, col(Customer.id) == col(Subscription.customer_id))
        .where(Subscription.creator_id == creator_id)
    )
    if prose.storable(search) and (words := search.strip()[:SEARCH_LENGTH]):
        query = query.where(
            or_(
                col(Customer.name).icontains(words, autoescape=True),
                col(Customer.email).icontains(words, autoescape=True),
            )
        )
    with snapshot() as session:
        total = session.exec(select(func.count()).select_from(query.subquery())).one()
        if after:
            query = query.where(Subscription.id < ids.read("sub", after))
        found = session.exec(query.order_by(col(Subscription.id).desc()).limit(ROWS_PER_PAGE + 1)).all()
        shown = found[:ROWS_PER_PAGE]
        rows = _rows(session, list(shown))
    return CustomerPage(
        rows=rows, total=total, count=str(total), after=ids.show("sub", shown[-1]) if len(found) > ROWS_PER_PAGE else ""
    )


def _rows(session: Session, subscription_ids: list[UUID]) -> list[CustomerRow]:
    moved = (
        select(LedgerEntry.subscription_id, func.max(LedgerEntry.at))
        .where(col(LedgerEntry.subscription_id).in_(subscription_ids))
        .group_by(col(LedgerEntry.subscription_id))
    )
    last = {ids.show("sub", key): at for key, at in session.execute(moved)}
    return [
        CustomerRow(
            customer_id=view.customer_id,
            name=view.customer_name,
            email=view.customer_email,
            initials=view.customer_initials,
            confirmed=False,
            packs=[
                PackStanding(
                    subscription_id=view.id,
                    pack_id=view.pack_id,
                    pack_name=view.pack_name,
                    status=view.status,
                    status_note=view.status_note,
                    left=view.posted - view.held,
                    available=view.available,
                    held=view.held,
                    expiring=view.expiring,
                    granted=view.granted,
                    meter=view.meter,
                    expires=view.expires,
                    expires_soon=view.expires_soon,
                )
            ],
            left=view.posted - view.held,
            available=view.available,
            held=view.held,
            expires=view.expires,
            expires_soon=view.expires_soon,
            last_activity=prose.day(last[view.id]) if view.id in last else "",
            spent=view.paid,
        )
        for view in statements.summaries(session, subscription_ids)
    ]


def known(actor: Actor) -> list[tuple[str, str]]:
    """(id, e-mail) of every customer of the creator, the oldest first."""
    query = select(Customer.id, Customer.email).where(Customer.creator_id == actor.require_creator())
    with transaction() as session:
        return [(ids.show("cus", key), email) for key, email in session.exec(query.order_by(col(Customer.id)))]
