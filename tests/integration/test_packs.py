"""Packs in the database: created with a link, edited without touching what was sold, and nobody else's business."""

import contextlib
from functools import partial
from typing import Any

import pytest

from litesubs.domain import clock, links, packs, purchases, storefront, wallets
from litesubs.domain.actors import VISITOR
from litesubs.domain.errors import (
    CreatorProfileRequiredError,
    LinkUnavailableError,
    NotFoundError,
    SignInRequiredError,
    TooManyPacksError,
    ValidationFailedError,
)
from litesubs.domain.views.offers import PackView
from tests import factories
from tests.factories import HOSTILE, at_once, draft, later, token_of

pytestmark = pytest.mark.usefixtures("shared_database")


def test_a_new_pack_is_on_sale_with_its_main_link() -> None:
    seller = factories.creator("Ada Byron")
    pack = packs.create(seller, draft(description="# Hi <b>you</b>", slug="", listed=False))
    assert (pack.name, pack.slug, pack.price, pack.unit_price) == (
        "10 coaching sessions",
        "10-coaching-sessions",
        "€450",
        "€45.00",
    )
    assert (pack.active, pack.listed, pack.figures.sales, pack.expiry) == (True, False, 0, "Never expires")
    (link,) = links.of_pack(seller, pack.id)
    assert (link.is_default, link.url, link.state) == (True, pack.link_url, "open")
    page = storefront.open_link(token_of(pack))
    assert (page.state, page.creator_name, page.pack.name) == ("open", "Ada Byron", pack.name)
    assert "<b>" not in page.pack.description_html
    assert packs.mine(seller) == [pack]


def test_a_pack_in_every_rule_of_expiry_reads_right() -> None:
    seller = factories.creator()
    assert factories.pack(seller, expiry_kind="after_days", expiry_days="90").expiry == "90 days after purchase"
    assert factories.pack(seller, expiry_kind="after_days", expiry_days="730").expiry == "2 years after purchase"
    on = later(days=400).date()
    dated = factories.pack(seller, expiry_kind="on_date", expiry_date=str(on))
    assert (dated.expiry_date, dated.expiry_days) == (str(on), 0)
    assert dated.expiry.startswith("Until ")


def test_wrong_input_writes_nothing() -> None:
    seller = factories.creator()
    for change in (
        {"price": "0.49"},
        {"credits": "1.5"},
        {"name": "x" * 100_000},
        {"slug": "no/slug"},
        {"currency": "XXX"},
    ):
        with pytest.raises(ValidationFailedError) as refused:
            packs.create(seller, draft(**change))
        assert set(refused.value.fields) == set(change)
    assert packs.mine(seller) == []


def test_a_slug_is_the_creators_own_and_the_next_free_one_is_offered() -> None:
    seller = factories.creator()
    packs.create(seller, draft(slug="coaching"))
    second = packs.create(seller, draft(slug="second"))
    with pytest.raises(ValidationFailedError, match="Try coaching-2"):
        packs.create(seller, draft(slug="Coaching"))
    with pytest.raises(ValidationFailedError, match="Try coaching-2"):
        packs.update(seller, second.id, draft(slug="coaching"))
    assert packs.update(seller, second.id, draft(slug="second")).slug == "second"
    assert packs.create(factories.creator(), draft(slug="coaching")).slug == "coaching"
    assert packs.create(seller, draft(name="李", slug="")).slug == "pack"


def test_two_packs_racing_for_a_slug_end_with_one() -> None:
    seller = factories.creator()
    outcomes = at_once(*[partial(packs.create, seller, draft(slug="same"))] * 4)
    assert sum(isinstance(outcome, ValidationFailedError) for outcome in outcomes) == 3
    assert len(packs.mine(seller)) == 1


def test_editing_changes_what_is_offered_from_now_on() -> None:
    seller = factories.creator()
    pack = factories.pack(seller)
    changed = packs.update(seller, pack.id, draft(name="New", price="500", currency="JPY", credits="3", slug="new"))
    assert (changed.id, changed.name, changed.price, changed.credits) == (pack.id, "New", "¥500", 3)
    assert token_of(changed) == token_of(pack)
    with pytest.raises(ValidationFailedError):
        packs.update(seller, pack.id, draft(price="1", currency="JPY"))
    assert packs.one(seller, pack.id) == changed


def test_a_pack_whose_date_has_passed_can_be_edited_but_not_given_another_past_date() -> None:
    seller = factories.creator()
    on = str(later(days=1).date())
    dated = {"expiry_kind": "on_date", "expiry_date": on}
    pack = factories.pack(seller, **dated)
    with clock.at(later(days=30)):
        assert packs.update(seller, pack.id, draft(name="Renamed", slug=pack.slug, **dated)).name == "Renamed"
        with pytest.raises(ValidationFailedError, match="has passed"):
            packs.update(seller, pack.id, draft(**dated | {"expiry_date": str(later(days=-1).date())}))
        assert storefront.open_link(token_of(pack)).state == "disabled"


def test_taking_a_pack_off_sale_and_back() -> None:
    held = factories.customer_with(5)
    assert not packs.set_active(held.creator, held.pack.id, active=False).active
    assert storefront.open_link(token_of(held.pack)).closed_title == "This pack is not on sale"
    assert factories.balance(held) == 5
    again = packs.set_active(held.creator, held.pack.id, active=True)
    assert (again.active, again.figures.holders, again.figures.unused) == (True, 1, 5)


def test_a_copy_has_the_same_terms_and_is_off_sale_with_a_link_of_its_own() -> None:
    held = factories.customer_with(
        5, name="Ten lessons", slug="ten", listed=False, expiry_kind="after_days", expiry_days="90"
    )
    copy = packs.duplicate(held.creator, held.pack.id)
    assert (copy.name, copy.slug, copy.status) == ("Ten lessons copy", "ten-2", "disabled")
    same = ("description", "price_minor", "currency", "credits", "expiry_kind", "expiry_days", "listed")
    assert [getattr(copy, field) for field in same] == [getattr(held.pack, field) for field in same]
    assert (copy.figures.sales, copy.figures.holders, copy.figures.unused) == (0, 0, 0)
    assert copy.link_url != held.pack.link_url
    assert storefront.open_link(token_of(copy)).state == "disabled"
    assert packs.one(held.creator, held.pack.id).status == "active"
    assert len(packs.duplicate(held.creator, factories.pack(held.creator, name="x" * 80).id).name) == 80


def test_copies_made_at_once_have_slugs_of_their_own() -> None:
    seller = factories.creator()
    pack = factories.pack(seller, slug="ten")
    copies = at_once(*[partial(packs.duplicate, seller, pack.id)] * 4)
    assert {copy.slug for copy in copies if isinstance(copy, PackView)} == {"ten-2", "ten-3", "ten-4", "ten-5"}


def test_a_creator_has_so_many_packs_and_no_more_until_one_is_archived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MOST_PACKS", 2)
    seller = factories.creator()
    first, second = factories.pack(seller), factories.pack(seller)
    with pytest.raises(TooManyPacksError, match="Archive one"):
        packs.create(seller, draft())
    with pytest.raises(TooManyPacksError, match="Archive one"):
        packs.duplicate(seller, first.id)
    packs.archive(seller, first.id)
    packs.create(seller, draft())
    with pytest.raises(TooManyPacksError):
        packs.restore(seller, first.id)
    assert packs.one(seller, first.id).status == "archived"
    packs.restore(seller, second.id)  # it is not in the archive, so this changes nothing
    assert len(packs.mine(seller)) == 3


def test_an_archived_pack_cannot_be_bought_and_its_holders_keep_their_credits() -> None:
    held = factories.customer_with(5)
    archived = packs.archive(held.creator, held.pack.id)
    assert (archived.status, archived.active, archived.figures.holders, archived.figures.unused) == (
        "archived",
        False,
        1,
        5,
    )
    page = storefront.open_link(token_of(held.pack))
    assert (page.state, page.closed_title) == ("archived", "This pack is no longer sold")
    with pytest.raises(LinkUnavailableError):
        purchases.start(factories.person(), token_of(held.pack))
    wallets.use(held.creator, held.public_id, 1, "", "key")
    assert factories.balance(held) == 4
    assert links.mine(held.creator)[0].state == "off_sale"
    assert packs.archive(held.creator, held.pack.id).status == "archived"
    other = factories.pack(held.creator, name="Other")
    assert packs.names(held.creator, archived=False) == [(other.id, "Other")]
    assert packs.names(held.creator, archived=True) == [(other.id, "Other"), (held.pack.id, held.pack.name)]


def test_a_restored_pack_is_off_sale_until_it_is_enabled() -> None:
    seller = factories.creator()
    pack = factories.pack(seller)
    assert packs.restore(seller, pack.id).status == "active"  # it was never archived
    packs.archive(seller, pack.id)
    assert packs.restore(seller, pack.id).status == "disabled"
    assert storefront.open_link(token_of(pack)).state == "disabled"
    assert packs.set_active(seller, pack.id, active=True).status == "active"
    assert storefront.open_link(token_of(pack)).state == "open"


def test_a_storefront_shows_the_creators_other_listed_open_packs_only() -> None:
    seller = factories.creator()
    shown, listed, unlisted, disabled, revoked = (
        factories.pack(seller, name=name, listed=name != "unlisted")
        for name in ("shown", "listed", "unlisted", "disabled", "revoked")
    )
    packs.set_active(seller, disabled.id, active=False)
    links.revoke(seller, links.of_pack(seller, revoked.id)[0].id)
    factories.pack(factories.creator(), name="foreign")
    assert [other.name for other in storefront.open_link(token_of(shown)).others] == ["listed"]
    assert [other.name for other in storefront.open_link(token_of(unlisted)).others] == ["shown", "listed"]
    assert listed.listed


def test_another_creators_pack_is_not_found_by_any_use_case() -> None:
    pack = factories.pack(factories.creator())
    stranger = factories.creator()
    for call in (
        lambda: packs.one(stranger, pack.id),
        lambda: packs.update(stranger, pack.id, draft(name="Stolen")),
        lambda: packs.set_active(stranger, pack.id, active=False),
        lambda: packs.archive(stranger, pack.id),
        lambda: packs.restore(stranger, pack.id),
        lambda: packs.duplicate(stranger, pack.id),
        lambda: links.of_pack(stranger, pack.id),
        lambda: links.create(stranger, pack.id, "Mine now"),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert storefront.open_link(token_of(pack)).pack.name == pack.name
    assert storefront.open_link(token_of(pack)).state == "open"


def test_packs_are_for_people_with_a_selling_side() -> None:
    pack = factories.pack(factories.creator())
    for actor, error in ((VISITOR, SignInRequiredError), (factories.person(), CreatorProfileRequiredError)):
        for call in (
            lambda actor: packs.create(actor, draft()),
            packs.mine,
            lambda actor: packs.one(actor, pack.id),
            lambda actor: packs.update(actor, pack.id, draft()),
            lambda actor: packs.set_active(actor, pack.id, active=False),
            lambda actor: packs.archive(actor, pack.id),
            lambda actor: packs.duplicate(actor, pack.id),
        ):
            with pytest.raises(error):
                call(actor)


def test_whatever_a_client_sends_is_answered_with_one_of_our_errors() -> None:
    seller = factories.creator()
    pack = factories.pack(seller)
    bad: Any
    for bad in HOSTILE:
        for field in (
            "name",
            "description",
            "price",
            "currency",
            "credits",
            "expiry_kind",
            "expiry_date",
            "expiry_days",
            "slug",
        ):
            wanted = {field: bad} | ({"expiry_kind": "on_date"} if field == "expiry_date" else {})
            wanted |= {"expiry_kind": "after_days"} if field == "expiry_days" else {}
            with contextlib.suppress(ValidationFailedError):
                packs.update(seller, pack.id, draft(**wanted))
        for call in (
            partial(packs.one, seller, bad),
            partial(packs.update, seller, bad, draft()),
            partial(packs.set_active, seller, bad, active=False),
            partial(packs.archive, seller, bad),
            partial(packs.restore, seller, bad),
            partial(packs.duplicate, seller, bad),
        ):
            with pytest.raises(NotFoundError):
                call()
