"""Share links: named, limited, expiring, revoked."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import clock, ids, insights, links, packs, storefront
from litesubs.domain.actors import VISITOR
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    DomainError,
    LinkUnavailableError,
    NotFoundError,
    SignInRequiredError,
    ValidationFailedError,
)
from litesubs.models import ShareLink
from tests import factories
from tests.factories import HOSTILE, at_once, unexpected

pytestmark = pytest.mark.usefixtures("shared_database")


def wrong(field: str, *values: Any) -> list[tuple[str, Any]]:
    """(field, value) for each."""
    return [(field, value) for value in values]


def reserve(link_id: str) -> None:
    """Take one use, as the start of a checkout does."""
    with transaction() as session:
        links.reserve_use(session, ids.read("link", link_id))


def free(link_id: str) -> None:
    """Give one use back, as a checkout that expires does."""
    with transaction() as session:
        links.free_use(session, ids.read("link", link_id))


def test_links_have_names_limits_and_ends() -> None:
    seller = factories.creator()
    pack = factories.pack(seller)
    last_day = clock.now().date() + timedelta(days=3)
    link = links.create(seller, pack.id, "  Summer   fair ", "1000", str(last_day))
    assert (link.name, link.uses, link.state, link.is_default) == ("Summer fair", "0 of 1,000 used", "open", False)
    assert link.expires.startswith("Until ")
    plain = links.create(seller, pack.id, "Plain")
    assert (plain.uses, plain.expires) == ("0 uses", "No end")
    assert [found.name for found in links.of_pack(seller, pack.id)] == ["Main link", "Plain", "Summer fair"]
    assert len({link.token, plain.token, factories.token_of(pack)}) == 3


def test_a_link_can_be_locked_to_an_address() -> None:
    seller = factories.creator()
    pack = factories.pack(seller)
    link = links.create(seller, pack.id, "For Anna", email=" Anna@Example.COM ")
    assert link.email == "Anna@example.com"
    with transaction() as session:
        kept = session.exec(select(ShareLink).where(ShareLink.token == link.token)).one()
    assert (kept.email, kept.email_normalized) == ("Anna@example.com", "anna@example.com")
    assert links.create(seller, pack.id, "For all", email="  ").email == ""


def test_all_links_of_a_creator_are_listed_newest_first_with_their_packs() -> None:
    seller = factories.creator()
    first, second = factories.pack(seller, name="First"), factories.pack(seller, name="Second")
    made = links.create(seller, first.id, "Fair", "3", str(clock.now().date()))
    assert [(link.name, link.pack_name) for link in links.mine(seller)] == [
        ("Fair", "First"),
        ("Main link", "Second"),
        ("Main link", "First"),
    ]
    assert (made.pack_id, made.used, made.most, made.ends) == (first.id, 0, 3, str(clock.now().date()))
    packs.set_active(seller, second.id, active=False)
    assert [link.state for link in links.mine(seller)] == ["open", "off_sale", "open"]
    assert links.mine(factories.creator()) == []


def test_a_qr_code_is_a_picture_of_the_address() -> None:
    seller = factories.creator()
    (link,) = links.of_pack(seller, factories.pack(seller, slug="ten").id)
    (name, png), (_, svg) = links.qr(seller, link.id, "png"), links.qr(seller, link.id, "svg")
    assert name == "ten-main-link.png"
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == int.from_bytes(png[20:24]) >= 800
    assert svg.lstrip().startswith((b"<?xml", b"<svg"))
    assert b"viewBox" in svg
    assert links.qr(seller, links.create(seller, link.pack_id, "李").id, "svg")[0] == "ten.svg"


def test_tokens_cannot_be_guessed_or_misread() -> None:
    pack = factories.pack(factories.creator())
    token = factories.token_of(pack)
    assert len(token) == 12
    assert not set(token) & set("0OIl1")


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        *wrong("name", "", " ", "x" * 61, "x" * 100_000, "a\x00b", "a\u202eb", None, 5, []),
        *wrong("email", "anna", "anna@", "@example.com", "a b@example.com", "x" * 100_000, "a\x00@b.de", 5, []),
        *wrong("max_uses", "0", "-1", "1.5", "100001", str(10**10), "many", "١", "1" * 100_000, None, [], 1.5),
        *wrong("expires", "2020-01-01", "2026-02-30", "soon", "9999-12-31", "x" * 100_000, None, [], 5),
    ],
)
def test_a_wrong_value_is_named(field: str, bad: Any) -> None:
    seller = factories.creator()
    pack = factories.pack(seller)
    with pytest.raises(ValidationFailedError) as refused:
        links.create(seller, pack.id, **({"name": "Fair"} | {field: bad}))
    assert set(refused.value.fields) == {field}
    assert len(links.of_pack(seller, pack.id)) == 1


def test_a_link_works_through_its_last_day_and_not_after() -> None:
    seller = factories.creator("Ada Byron")
    today = clock.now().date()
    link = links.create(seller, factories.pack(seller).id, "Today", "", str(today))
    end = datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC)
    with clock.at(end - timedelta(microseconds=1)):
        assert storefront.open_link(link.token).state == "open"
        reserve(link.id)
    with clock.at(end):
        page = storefront.open_link(link.token)
        assert page.state == "expired"
        assert "Ask Ada for a new one." in page.closed_text
        with pytest.raises(LinkUnavailableError):
            reserve(link.id)


def test_a_limited_link_gives_out_exactly_its_uses_in_a_race() -> None:
    seller = factories.creator()
    link = links.create(seller, factories.pack(seller).id, "Three", "3")
    outcomes = at_once(*[partial(reserve, link.id)] * 12)
    assert outcomes.count(None) == 3
    assert unexpected(outcomes) == []
    assert storefront.open_link(link.token).state == "used_up"
    free(link.id)
    assert storefront.open_link(link.token).state == "open"


def test_uses_taken_and_given_back_at_once_add_up() -> None:
    seller = factories.creator()
    pack = factories.pack(seller)
    link = links.create(seller, pack.id, "Many", "10")
    for _ in range(5):
        reserve(link.id)
    assert unexpected(at_once(*[partial(reserve, link.id)] * 5, *[partial(free, link.id)] * 5)) == []
    assert links.of_pack(seller, pack.id)[1].uses == "5 of 10 used"


def test_a_revoked_link_stays_closed() -> None:
    seller = factories.creator()
    link = links.create(seller, factories.pack(seller).id, "Gone")
    first = links.revoke(seller, link.id)
    assert links.revoke(seller, link.id) == first
    assert first.state == storefront.open_link(link.token).state == "revoked"
    with pytest.raises(LinkUnavailableError):
        reserve(link.id)


def test_a_link_is_its_creators_business() -> None:
    seller = factories.creator()
    link = links.create(seller, factories.pack(seller).id, "Mine")
    for actor, error in (
        (factories.creator(), NotFoundError),
        (factories.person(), CreatorProfileRequiredError),
        (VISITOR, SignInRequiredError),
    ):
        for call in (partial(links.revoke, actor, link.id), partial(links.qr, actor, link.id, "svg")):
            with pytest.raises(error):
                call()
    assert storefront.open_link(link.token).state == "open"


def test_a_forged_token_opens_nothing() -> None:
    token = factories.token_of(factories.pack(factories.creator()))
    for forged in (token[:-1], token + "x", token.swapcase(), f" {token}", "%", "_" * 12, *HOSTILE):
        with pytest.raises(NotFoundError):
            storefront.open_link(forged)


def test_whatever_a_client_sends_is_answered_with_one_of_our_errors() -> None:
    seller = factories.creator()
    for bad in HOSTILE:
        for call in (
            partial(links.create, seller, bad, "Name"),
            partial(links.of_pack, seller, bad),
            partial(links.revoke, seller, bad),
            partial(links.qr, seller, bad, "png"),
            partial(links.create, seller, bad, bad, bad, bad, bad),
        ):
            with pytest.raises(DomainError):
                call()


def test_one_link_is_counted_without_the_others() -> None:
    held = factories.customer_with()
    factories.bought(held, 1000)
    factories.bought(factories.holding(factories.pack(held.creator), held.creator), 1000)
    whole = links.mine(held.creator)
    assert [link.figures.sales for link in whole] == [1, 1]
    assert held.creator.creator_id
    one = ids.read("link", whole[0].id)
    with transaction() as session:
        asked: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *call: asked.append(str(call[2:4])))
        assert insights.links(session, held.creator.creator_id, [one]) == {one: whole[0].figures}
    assert len(asked) == 2
    assert all(str(one) in query for query in asked)
