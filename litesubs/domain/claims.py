"""Whose a customer is. A customer belongs to a person once that person has proven the address, and not before.

Whoever signs up with an address may not be who reads its mail, so credits that were given to an address wait for the
proof. Both sides lock the person's row first: one who is proving an address and one who is giving to it never miss
each other. Who signs up and proves the address while a gift to it is being written has no row to lock yet; what they
miss is theirs when they sign in or open the mail's link again.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from litesubs.domain import clock, ids
from litesubs.models import Customer, User


def owners(session: Session, addresses: Collection[str]) -> dict[str, UUID]:
    """The person behind each normalised address, where the address is proven.

    Everybody who signed up with one of them stays proven or not, as they are, until the transaction ends: proving takes
    the row for itself, while a change of name or a sign-in need not wait. Call it before touching any customer.
    """
    query = select(User).where(col(User.email_normalized).in_(addresses)).order_by(col(User.id))
    people = session.exec(query.with_for_update(read=True, key_share=True).execution_options(populate_existing=True))
    return {person.email_normalized: person.id for person in people if person.email_verified_at}


def claim(session: Session, person: User) -> None:
    """Give a person who has proven their address the customers that wait for it, with every creator.

    Their row is locked. Cheap where nothing waits.
    """
    waiting = update(Customer).where(
        col(Customer.email_normalized) == person.email_normalized, col(Customer.user_id).is_(None)
    )
    session.execute(waiting.values(user_id=person.id).execution_options(synchronize_session=False))


def buyer(session: Session, creator_id: UUID, person_id: UUID) -> Customer:
    """The customer of somebody who has paid, made if new. Safe to race.

    A new customer is the payer's own. One that was there before stays nobody's until the address is proven, and the
    credits wait with it.
    """
    person = session.exec(select(User).where(User.id == person_id).with_for_update(read=True, key_share=True)).one()
    customer = _customer(session, creator_id, (person.email, person.email_normalized), person.name, person.id)
    if customer.user_id is None and person.email_verified_at:
        customer.user_id = person.id
    return customer


def recipient(session: Session, creator_id: UUID, email: tuple[str, str], name: str, *, test: bool = False) -> Customer:
    """The customer whom a creator addresses by e-mail (as written, as compared), made if new. Safe to race.

    They belong to nobody but who has proven the address: whoever only bought with it waits for the proof from now on.
    With `test` a new one is a test customer.
    """
    owner = owners(session, [email[1]]).get(email[1])
    customer = _customer(session, creator_id, email, name, owner, test=test)
    if customer.user_id is not None and owner is None:  # bought by somebody who may have proven the address since
        owner = owners(session, [email[1]]).get(email[1])
    customer.user_id = owner
    return customer


def _customer(
    session: Session,
    creator_id: UUID,
    email: tuple[str, str],
    name: str,
    person_id: UUID | None,
    *,
    test: bool = False,
) -> Customer:
    row = {
        "id": ids.new(),
        "creator_id": creator_id,
        "user_id": person_id,
        "email": email[0],
        "email_normalized": email[1],
        "name": name,
        "is_test": test,
        "created_at": clock.now(),
    }
    session.execute(insert(Customer).values(row).on_conflict_do_nothing())
    query = select(Customer).where(Customer.creator_id == creator_id, Customer.email_normalized == email[1])
    return session.exec(query.with_for_update(key_share=True).execution_options(populate_existing=True)).one()
