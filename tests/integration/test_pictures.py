"""A creator's picture as it is kept: one for each creator, theirs alone to change, whole or not at all."""

from functools import partial

import pytest
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import accounts, pictures, profiles, storefront, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    NotFoundError,
    SignInRequiredError,
    ValidationFailedError,
)
from litesubs.models import Creator, CreatorPicture
from tests import factories
from tests.factories import at_once, unexpected
from tests.pictures import BLUE, RED, file, plain

pytestmark = pytest.mark.usefixtures("shared_database")
COLOURS = [(40 * n, 250 - 40 * n, 90) for n in range(6)]


def kept(seller: Actor) -> list[tuple[str, bytes]]:
    """(address, picture) of what is kept for a creator."""
    with transaction() as session:
        rows = session.exec(select(CreatorPicture).where(CreatorPicture.creator_id == seller.creator_id)).all()
        return [(f"/pictures/{row.digest}.webp", row.webp) for row in rows]


def shown(address: str) -> bytes:
    """What is served at an address."""
    return pictures.webp(address.removeprefix("/pictures/").removesuffix(".webp"))


def test_a_picture_is_kept_shown_replaced_and_removed() -> None:
    seller = factories.creator()
    assert accounts.account(seller).picture == ""
    first = pictures.put(seller, file(plain(RED)))
    assert kept(seller) == [(first, pictures.portrait(file(plain(RED))))]
    assert accounts.account(seller).picture == first
    assert storefront.profile(accounts.account(seller).handle).picture == first
    second = pictures.put(seller, file(plain(BLUE)))
    assert second != first
    assert kept(seller) == [(second, shown(second))]
    with pytest.raises(NotFoundError):
        shown(first)
    pictures.remove(seller)
    pictures.remove(seller)
    assert (kept(seller), accounts.account(seller).picture) == ([], "")
    with pytest.raises(NotFoundError):
        shown(second)


def test_a_file_that_is_refused_changes_nothing() -> None:
    seller = factories.creator()
    first = pictures.put(seller, file(plain(RED)))
    before = kept(seller)
    for bad in (b"", b"<svg/>", file(plain(BLUE), "JPEG")[:200]):
        with pytest.raises(ValidationFailedError) as refused:
            pictures.put(seller, bad)
        assert set(refused.value.fields) == {"picture"}
    assert (kept(seller), accounts.account(seller).picture) == (before, first)


def test_two_creators_may_have_the_same_picture_and_each_changes_only_their_own() -> None:
    ada, bea = factories.creator(), factories.creator()
    same = pictures.put(ada, file(plain(RED)))
    assert pictures.put(bea, file(plain(RED))) == same
    pictures.put(bea, file(plain(BLUE)))
    assert accounts.account(ada).picture == same
    pictures.remove(bea)
    assert kept(ada) == [(same, shown(same))]


def test_only_who_sells_has_a_picture() -> None:
    for who, error in ((VISITOR, SignInRequiredError), (factories.person(), CreatorProfileRequiredError)):
        with pytest.raises(error):
            pictures.put(who, file(plain()))
        with pytest.raises(error):
            pictures.remove(who)


def test_pictures_that_come_at_once_leave_one_of_them_whole() -> None:
    seller = factories.creator()
    answers = at_once(
        *[partial(pictures.put, seller, file(plain(colour))) for colour in COLOURS], partial(pictures.remove, seller)
    )
    assert unexpected(answers) == []
    found = kept(seller)
    assert [address for address, _ in found] == [accounts.account(seller).picture] * len(found)
    with transaction() as session:
        digest = session.get_one(Creator, seller.creator_id).picture
    assert (digest is not None) == bool(found)


def test_pages_kept_in_memory_are_made_anew_with_it() -> None:
    seller = factories.creator()
    token = factories.token_of(factories.pack(seller))
    handle = accounts.account(seller).handle

    def versions() -> tuple[str, str]:
        return storefront.version_of_link(token), storefront.version_of_creator(handle)

    before = versions()
    pictures.put(seller, file(plain(RED)))
    between = versions()
    pictures.remove(seller)
    after = versions()
    for place in range(2):
        assert len({before[place], between[place], after[place]}) == 3


def test_buyers_see_it_in_the_wallet() -> None:
    held = factories.customer_with(3)
    address = pictures.put(held.creator, file(plain(RED)))
    (group,) = wallets.mine(held.buyer).groups
    assert group.creator_picture == group.subscriptions[0].creator_picture == address
    assert storefront.open_link(factories.token_of(held.pack)).creator_picture == address


def test_another_name_or_handle_keeps_it() -> None:
    seller = factories.creator()
    address = pictures.put(seller, file(plain(RED)))
    handle = f"{accounts.account(seller).handle}-new"
    assert profiles.update(seller, "Ada", handle, "UTC", "EUR").picture == address


@pytest.mark.parametrize("digest", ["", "0" * 32, "a\x00b", "\ud800", "x" * 10_000])
def test_a_picture_that_nobody_has_is_not_found(digest: str) -> None:
    with pytest.raises(NotFoundError):
        pictures.webp(digest)
