"""What the ledger decides on: rows as they are under the wallet's lock, which the caller keeps to the end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from litesubs.domain.errors import NotFoundError
from litesubs.models import CreditGrant, GrantSource, Subscription, Wallet

WALLETS_AT_ONCE = 1000


def wallet(session: Session, wallet_id: UUID) -> Wallet:
    """The wallet's row, locked until the transaction ends. Lock several wallets in id order."""
    query = select(Wallet).where(Wallet.id == wallet_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def wallets(
    session: Session, wallet_ids: Iterable[UUID]
) -> Iterator[tuple[Sequence[Wallet], dict[UUID, Subscription]]]:
    """The wallets in batches, locked in id order, with all their subscriptions as they are under the lock."""
    ordered = sorted(wallet_ids)
    for start in range(0, len(ordered), WALLETS_AT_ONCE):
        batch = ordered[start : start + WALLETS_AT_ONCE]
        lock = select(Wallet).where(col(Wallet.id).in_(batch)).order_by(col(Wallet.id)).with_for_update()
        wallets = session.exec(lock.execution_options(populate_existing=True)).all()
        query = select(Subscription).where(col(Subscription.wallet_id).in_(batch))
        found = session.exec(query.execution_options(populate_existing=True))
        yield wallets, {subscription.id: subscription for subscription in found}


def subscriptions(session: Session, wallet_id: UUID, pack_id: UUID | None = None) -> dict[UUID, Subscription]:
    """The wallet's subscriptions by id, or only the one to a pack."""
    query = select(Subscription).where(Subscription.wallet_id == wallet_id).execution_options(populate_existing=True)
    if pack_id is not None:
        query = query.where(Subscription.pack_id == pack_id)
    return {subscription.id: subscription for subscription in session.exec(query)}


def open_lots(session: Session, subscription_ids: Iterable[UUID]) -> list[CreditGrant]:
    """Lots with credits, in burn order."""
    order = (
        col(CreditGrant.priority),
        col(CreditGrant.expires_at).asc().nulls_last(),
        col(CreditGrant.promo).desc(),
        col(CreditGrant.created_at),
        col(CreditGrant.id),
    )
    wanted = select(CreditGrant).where(
        col(CreditGrant.subscription_id).in_(list(subscription_ids)), ~col(CreditGrant.closed)
    )
    return list(session.exec(wanted.order_by(*order).execution_options(populate_existing=True)))


def lots(session: Session, grant_ids: Iterable[UUID]) -> Iterable[CreditGrant]:
    """These lots, in no order."""
    query = select(CreditGrant).where(col(CreditGrant.id).in_(list(grant_ids)))
    return session.exec(query.execution_options(populate_existing=True))


def granted(session: Session, refs: Iterable[tuple[GrantSource, str]]) -> set[tuple[GrantSource, str]]:
    """Those of these (source, ref) that were granted before, to whomever."""
    by_source: dict[GrantSource, list[str]] = defaultdict(list)
    for source, ref in refs:
        by_source[source].append(ref)
    found: set[tuple[GrantSource, str]] = set()
    for source, some in by_source.items():
        same = select(CreditGrant.source_ref).where(CreditGrant.source == source, col(CreditGrant.source_ref).in_(some))
        found |= {(source, ref) for ref in session.exec(same)}
    return found


def over(lot: CreditGrant, at: datetime) -> bool:
    """Whether the lot's time has come, whether or not the job that writes it off has run."""
    return lot.expires_at is not None and lot.expires_at <= at
