"""Changing many customers at once: all or none, each by its own rules, whoever else does what meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest

from litesubs.domain import bulk, customers, ids, imports, verify, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.domain.errors import (
    BulkRefusedError,
    DomainError,
    IdempotencyKeyReusedError,
    NotFoundError,
    ValidationFailedError,
)
from litesubs.domain.views.customers import BulkView
from litesubs.domain.views.offers import PackView
from tests import factories
from tests.factories import HOSTILE, Holding, at_once, unexpected

pytestmark = pytest.mark.usefixtures("shared_database")


def several(*amounts: int) -> tuple[Actor, PackView, list[Holding]]:
    """A creator, a pack, and a customer of it with each amount."""
    ada = factories.creator()
    offer = factories.pack(ada)
    return ada, offer, [factories.holding(offer, ada, amount) for amount in amounts]


def chosen(*held: Holding) -> list[str]:
    """Their public ids."""
    return [ids.show("cus", one.customer_id) for one in held]


def adjust(ada: Actor, offer: PackView, held: list[Holding], amount: str, key: str = "") -> BulkView:
    """Adjust as the creator does."""
    return bulk.adjust_all(ada, chosen(*held), offer.id, amount, "Storm", "", key or str(ids.new()))


def balances(held: list[Holding]) -> list[int]:
    """What each has now."""
    return [factories.balance(one) for one in held]


def test_all_get_credits_with_a_reason_once() -> None:
    ada, offer, held = several(5, 1)
    for _ in range(2):
        assert adjust(ada, offer, held, "+2", "k1").words == "2 credits added to 2 customers."
    assert balances(held) == [7, 3]
    assert wallets.subscription(ada, held[0].public_id).entries[0].title == "Storm"
    assert adjust(ada, offer, held, "-1").words == "1 credit taken from 2 customers."
    assert balances(held) == [6, 2]
    with pytest.raises(IdempotencyKeyReusedError):
        adjust(ada, offer, held[:1], "+2", "k1")
    assert verify.violations() == []


def test_whoever_cannot_be_changed_is_named_and_nobody_is_changed() -> None:
    ada, offer, (rich, poor, disabled) = several(9, 1, 9)
    stranger = factories.holding(factories.pack(ada, name="Voice reset"), ada, 5, buyer=factories.person("Yusuf"))
    wallets.set_status(ada, disabled.public_id, "disabled")
    with pytest.raises(BulkRefusedError) as refused:
        adjust(ada, offer, [rich, poor, disabled, stranger], "-2")
    why = {refusal.customer_id: refusal.sentence for refusal in refused.value.refusals}
    assert set(why) == set(chosen(poor, disabled, stranger))
    assert why[chosen(poor)[0]] == "Ben Okafor has 1 free: this would leave −1."
    assert why[chosen(disabled)[0]] == "Ben Okafor has 10 coaching sessions disabled. Enable it first."
    assert why[chosen(stranger)[0]] == "Yusuf does not have 10 coaching sessions."
    assert refused.value.message == "Nothing was changed: 3 of 4 cannot be."
    assert balances([rich, poor, disabled, stranger]) == [9, 1, 9, 5]
    assert adjust(ada, offer, [rich], "-2").changed == 1


def test_all_packs_of_all_are_paused_with_a_note_and_what_is_disabled_stays_so() -> None:
    ada, _, held = several(5, 5)
    voice = factories.pack(ada, name="Voice reset")
    sung = factories.holding(voice, ada, 3, buyer=held[0].buyer)
    wallets.set_status(ada, held[1].public_id, "disabled", "Fraud")
    for _ in range(2):
        assert bulk.pause_all(ada, chosen(*held), "Summer", "k2").words == "2 customers paused."
    shown = [wallets.subscription(ada, one.public_id) for one in (held[0], sung, held[1])]
    assert [(one.status, one.status_note) for one in shown] == [
        ("paused", "Summer"),
        ("paused", "Summer"),
        ("disabled", "Fraud"),
    ]
    assert adjust(ada, held[0].pack, held[:1], "1").changed == 1


def test_customers_of_others_and_none_at_all_are_refused() -> None:
    ada, offer, held = several(5)
    other = factories.customer_with(5)
    with pytest.raises(NotFoundError):
        adjust(ada, offer, [*held, other], "1")
    with pytest.raises(NotFoundError):
        bulk.pause_all(ada, chosen(other), "", "k3")
    with pytest.raises(NotFoundError):
        adjust(ada, other.pack, held, "1")
    with pytest.raises(ValidationFailedError, match="at least one"):
        adjust(ada, offer, [], "1")
    with pytest.raises(ValidationFailedError, match="up to 500"):
        bulk.pause_all(ada, chosen(*held) * 501, "", "k4")
    assert balances([*held, other]) == [5, 5]


@pytest.mark.parametrize("bad", HOSTILE)
def test_whatever_is_sent_is_answered_with_one_of_our_errors(bad: Any) -> None:
    ada, offer, held = several(5)
    people = chosen(*held)
    attempts: list[Callable[[], BulkView]] = [
        lambda: bulk.adjust_all(ada, bad, offer.id, "1", "x", "", "k5"),
        lambda: bulk.adjust_all(ada, [bad], offer.id, "1", "x", "", "k5"),
        lambda: bulk.adjust_all(ada, people, bad, "1", "x", "", "k5"),
        lambda: bulk.adjust_all(ada, people, offer.id, bad, "", "", "k5"),
        lambda: bulk.adjust_all(ada, people, offer.id, "1", "", bad, ""),
        lambda: bulk.pause_all(ada, [bad], "x", "k6"),
    ]
    for attempt in attempts:
        with pytest.raises(DomainError):
            attempt()
    assert balances(held) == [5]


def test_people_who_change_the_same_customers_at_once_wait_for_each_other() -> None:
    ada, offer, held = several(20, 20, 20)
    outcomes = at_once(
        lambda: adjust(ada, offer, held, "-3"),
        lambda: adjust(ada, offer, held[::-1], "-4"),
        lambda: adjust(ada, offer, held, "+5"),
        lambda: bulk.pause_all(ada, chosen(*held[::-1]), "", str(ids.new())),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert balances(held) == [18, 18, 18]
    assert verify.violations() == []


def test_of_two_who_take_the_same_credits_one_is_refused_and_nothing_goes_below_zero() -> None:
    ada, offer, held = several(5, 5)
    outcomes = at_once(*[lambda: adjust(ada, offer, held, "-3")] * 3)
    assert unexpected(outcomes) == []
    assert sum(isinstance(outcome, BulkRefusedError) for outcome in outcomes) == 2
    assert balances(held) == [2, 2]


def test_five_hundred_are_changed_in_one_go() -> None:
    ada = factories.creator()
    offer = factories.pack(ada, name="Coaching")
    rows = "\n".join(f"C,c{n}@example.com,Coaching,1," for n in range(bulk.MOST))
    data = f"name,email,pack,credits,expires\n{rows}".encode()
    imports.run(ada, "x.csv", data, imports.check(ada, "x.csv", data).digest)
    everybody = [key for key, _ in customers.known(ada)]
    bulk.adjust_all(ada, everybody, offer.id, "2", "Storm", "", "k7")
    bulk.pause_all(ada, everybody, "Storm", "k8")
    page = customers.page(ada, CustomerQuery(statuses=["paused"]))
    assert (page.count, {row.left for row in page.rows}) == ("500", {3})


def test_the_same_click_twice_at_once_counts_once() -> None:
    ada, offer, held = several(5, 5)
    outcomes = at_once(*[lambda: adjust(ada, offer, held, "1", "same")] * 4)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert balances(held) == [6, 6]


def test_two_who_adjust_one_customer_at_once_both_count() -> None:
    ada, offer, held = several(10)
    outcomes = at_once(
        *[lambda: wallets.adjust(ada, held[0].public_id, "-1", "One", "", str(ids.new()))] * 3,
        lambda: adjust(ada, offer, held, "-1"),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert balances(held) == [6]
    assert customers.page(ada).rows[0].left == 6
