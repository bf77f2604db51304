"""Buying with an address that nobody has proven: what is refused, and where the credits go all the same."""

import httpx
import pytest
from sqlmodel import select

from litesubs.db import transaction
from litesubs.domain import claims, gifts, links, purchases, storefront, verification, wallets
from litesubs.domain.actors import VISITOR, Actor
from litesubs.domain.errors import EmailNotVerifiedError, LinkLockedError
from litesubs.domain.gifts import Gift
from litesubs.domain.views.offers import PackView
from litesubs.models import Customer, EmailVerification, ShareLink
from tests import factories

EMAIL = "jonas@example.com"


def locked(mara: Actor, email: str = EMAIL) -> str:
    return links.create(mara, factories.pack(mara).id, "For Jonas", email=email).token


def known(mara: Actor, offer: PackView) -> None:
    """Somebody whom the creator knows by that address, and nobody has claimed."""
    gifts.give(mara, Gift("Jonas", EMAIL, offer.id, "1", reason="Welcome"), "k")


def owner() -> object:
    with transaction() as session:
        return session.exec(select(Customer.user_id).where(Customer.email_normalized == EMAIL)).one()


class TestALockedLink:
    def test_sells_to_its_proven_owner_in_any_letter_case(self, payments: httpx.Client) -> None:  # noqa: ARG002
        token = locked(factories.creator(), EMAIL.upper())
        assert purchases.start(factories.person(email="Jonas@Example.com"), token).startswith("http")

    def test_refuses_another_address_and_names_who_can_help(self, payments: httpx.Client) -> None:  # noqa: ARG002
        token = locked(factories.creator("Mara Lindqvist"))
        with pytest.raises(LinkLockedError, match=r"Sign in with that one, or ask Mara for a new link\."):
            purchases.start(factories.person(), token)

    def test_refuses_the_right_address_until_it_is_proven(self, payments: httpx.Client) -> None:  # noqa: ARG002
        token, jonas = locked(factories.creator()), factories.person(email=EMAIL, verified=False)
        with pytest.raises(EmailNotVerifiedError, match=EMAIL):
            purchases.start(jonas, token)
        with transaction() as session:
            assert session.exec(select(ShareLink.uses).where(ShareLink.token == token)).one() == 0

    @pytest.mark.parametrize(
        ("email", "verified", "state"),
        [
            ("", False, "locked"),
            ("ida@example.com", True, "not_yours"),
            (EMAIL, False, "unconfirmed"),
            (EMAIL, True, "open"),
        ],
    )
    def test_its_page_tells_each_the_way_on(self, database: str, email: str, verified: bool, state: str) -> None:  # noqa: ARG002, FBT001
        token = locked(factories.creator())
        page = storefront.open_link(token, factories.person(email=email, verified=verified) if email else VISITOR)
        assert page.state == state
        assert (EMAIL in page.closed_text) == (state == "unconfirmed")
        assert ("j•••@example.com" in page.closed_text) == (state in {"locked", "not_yours"})

    def test_that_is_revoked_says_only_that(self, database: str) -> None:  # noqa: ARG002
        mara = factories.creator()
        link = links.create(mara, factories.pack(mara).id, "For Jonas", email=EMAIL)
        links.revoke(mara, link.id)
        assert storefront.open_link(link.token).state == "revoked"


class TestAnAddressThatIsKnown:
    def test_can_be_bought_with_and_is_told_like_any_other(self, payments: httpx.Client) -> None:
        """Otherwise pressing Buy would tell whoever signs up with an address whether a creator knows it."""
        mara = factories.creator()
        offer = factories.pack(mara)
        known(mara, offer)
        jonas = factories.person(email=EMAIL, verified=False)
        url = purchases.start(jonas, factories.token_of(offer))
        factories.pay(payments, url)
        assert purchases.result(jonas, factories.session_id(url)).state == "unproven"
        assert wallets.mine(jonas).groups == []
        assert wallets.mine(jonas).waiting
        with transaction() as session:
            assert len(session.exec(select(EmailVerification)).all()) == 1  # sent when it was paid
        verification.vouch(jonas)
        assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 11

    def test_since_the_checkout_began_gets_the_credits_and_shows_them_to_nobody(self, payments: httpx.Client) -> None:
        mara = factories.creator()
        offer = factories.pack(mara)
        jonas = factories.person(email=EMAIL, verified=False)
        url = purchases.start(jonas, factories.token_of(offer))
        known(mara, offer)
        factories.pay(payments, url)
        assert purchases.result(jonas, factories.session_id(url)).state == "unproven"
        assert owner() is None
        assert wallets.mine(jonas).groups == []
        verification.vouch(jonas)
        assert purchases.result(jonas, factories.session_id(url)).state == "paid"
        assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 11

    def test_of_another_creator_is_no_hindrance(self, payments: httpx.Client) -> None:
        other = factories.creator()
        known(other, factories.pack(other))
        jonas = factories.person(email=EMAIL, verified=False)
        factories.paid_purchase(payments, factories.pack(factories.creator()), jonas)
        assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 10


def test_a_wallet_says_that_what_was_bought_waits_for_the_proof(payments: httpx.Client) -> None:
    mara, jonas = factories.creator(), factories.person(email=EMAIL, verified=False)
    offer = factories.pack(mara)
    factories.paid_purchase(payments, offer, jonas)
    assert not wallets.mine(jonas).waiting
    known(mara, offer)
    assert wallets.mine(jonas).waiting
    assert not wallets.mine(factories.person(verified=False)).waiting
    verification.vouch(jonas)
    assert not wallets.mine(jonas).waiting


def test_whoever_pays_first_with_a_new_address_has_the_credits_at_once(payments: httpx.Client) -> None:
    jonas = factories.person(email=EMAIL, verified=False)
    factories.paid_purchase(payments, factories.pack(factories.creator()), jonas)
    assert owner() == jonas.user_id


def test_two_payments_at_once_make_one_customer(database: str) -> None:  # noqa: ARG001
    mara, jonas = factories.creator(), factories.person(email=EMAIL, verified=False)

    def pay() -> None:
        with transaction() as session:
            claims.buyer(session, mara.require_creator(), jonas.require_user())

    assert factories.at_once(*[pay] * 8) == [None] * 8
    assert owner() == jonas.user_id
