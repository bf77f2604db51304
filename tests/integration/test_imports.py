"""Importing customers: read strictly, all or nothing, once, and taken back without a trace in the balances."""

import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from litesubs.db import transaction
from litesubs.domain import claims, clock, customers, exports, ids, imports, purchases, sheets, verify, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customer_query import CustomerQuery
from litesubs.domain.errors import BulkRefusedError, NotFoundError, ValidationFailedError
from litesubs.domain.opening import CellError, PackNames
from litesubs.domain.views.customers import ImportPlan, ImportView
from litesubs.models import CreditGrant, CreditPack, Customer, Subscription, User
from tests import factories
from tests.factories import HOSTILE, at_once, later, unexpected

pytestmark = pytest.mark.usefixtures("shared_database")

HEADER = "name,email,pack,credits,expires"


def sheet(*rows: str, header: str = HEADER) -> bytes:
    """A file of these rows."""
    return "\r\n".join([header, *rows, ""]).encode()


def seller(*names: str) -> Actor:
    """A creator with packs of these names."""
    actor = factories.creator()
    for name in names or ("Coaching",):
        factories.pack(actor, name=name)
    return actor


def plan(actor: Actor, data: bytes) -> ImportPlan:
    """What importing would do."""
    return imports.check(actor, "customers.csv", data)


def imported(actor: Actor, data: bytes) -> ImportView:
    """The file, checked and imported."""
    return imports.run(actor, "customers.csv", data, plan(actor, data).digest)


def refusal(actor: Actor, data: bytes) -> str:
    """Why the file as a whole cannot be read."""
    with pytest.raises(ValidationFailedError) as refused:
        plan(actor, data)
    return refused.value.fields["file"]


def fates(actor: Actor, *rows: str) -> list[str]:
    """What becomes of each row."""
    found = plan(actor, sheet(*rows)).rows
    return [row.fate for row in sorted(found, key=lambda row: row.line)]


def balances(actor: Actor) -> dict[tuple[str, str, str], int]:
    """Credits by e-mail, pack and last day."""
    query = (
        select(Customer.email_normalized, Subscription.pack_id, CreditGrant.expires_at, CreditGrant.remaining)
        .join(Subscription, col(Subscription.customer_id) == col(Customer.id))
        .join(CreditGrant, col(CreditGrant.subscription_id) == col(Subscription.id))
        .where(Customer.creator_id == actor.creator_id, CreditGrant.remaining > 0)
    )
    found: dict[tuple[str, str, str], int] = {}
    with transaction() as session:
        for email, pack_id, expires_at, remaining in session.exec(query):
            key = (email, str(pack_id), str(expires_at))
            found[key] = found.get(key, 0) + remaining
    return found


def test_a_file_of_customers_becomes_lots_of_their_own() -> None:
    ada = seller("Coaching", "Voice reset")
    until = str(later(days=40).date())
    done = imported(
        ada,
        sheet(
            f"Jonas Weber,Jonas@Example.com,coaching,10,{until}",
            'Leïla Haddad,leila@example.com," Voice  Reset ",3,',
            "Leïla H.,LEILA@example.com,Coaching,2,never",
        ),
    )
    assert (done.rows, done.credits, done.file_name, done.undone) == (3, 15, "customers.csv", "")
    leila, jonas = sorted(customers.page(ada).rows, key=lambda row: row.email, reverse=True)
    assert (jonas.name, jonas.email, jonas.left) == ("Jonas Weber", "Jonas@example.com", 10)
    assert (leila.name, sorted(pack.left for pack in leila.packs)) == ("Leïla Haddad", [2, 3])
    entry = wallets.subscription(ada, jonas.packs[0].subscription_id).entries[0]
    assert (entry.title, entry.amount, entry.who) == ("Opening balance", "+10", "You")
    assert entry.lot_expiry.startswith("until")
    assert [view.id for view in imports.mine(ada)] == [done.id]
    assert verify.violations() == []


def test_each_row_says_what_becomes_of_it() -> None:
    ada = seller("Coaching")
    rows = (
        "Jonas,jonas@example.com,Coaching,1,",
        "Jonas,jonas@example.com,Coaching,3,",
        "Mia,mia@example.com,Coaching,0,",
    )
    assert fates(ada, *rows) == ["New customer, 1 credit", "Gets 3 more credits", "New customer, no credits"]
    found = plan(ada, sheet(*rows))
    assert (found.total, found.new_customers, found.more, found.credits, found.ready) == (3, 2, 1, 4, True)
    assert found.summary == "2 customers will get 4 credits in 3 rows."
    imported(ada, sheet(*rows))
    assert fates(ada, *rows, "J,jonas@example.com,Coaching,2,") == [
        *["Imported before, nothing changes"] * 2,
        "Has this pack, nothing changes",
        "Gets 2 more credits",
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",a@example.com,Coaching,1,", "The name is empty"),
        (f"{'x' * 81},a@example.com,Coaching,1,", "Shorten it to 80"),
        ("A\tB\x07,a@example.com,Coaching,1,", "invisible control"),
        ("A,,Coaching,1,", "The e-mail is missing"),
        ("A,a@,Coaching,1,", "“a@” is not an e-mail address"),
        ("A,a@example.com,,1,", "The pack is missing. Yours: Coaching"),
        ("A,a@example.com,Couching,1,", "You have no pack “Couching”. Yours: Coaching"),
        ("A,a@example.com,Coaching,,", "The credits are missing"),
        ("A,a@example.com,Coaching,-1,", "cannot be negative"),
        ("A,a@example.com,Coaching,−1,", "cannot be negative"),
        ("A,a@example.com,Coaching,2.5,", "whole numbers"),
        ('A,a@example.com,Coaching,"2,5",', "whole numbers"),
        ('A,a@example.com,Coaching,"1,000",', "without separators: 1000"),
        ("A,a@example.com,Coaching,1.000,", "without separators: 1000"),
        ("A,a@example.com,Coaching,1 000,", "without separators: 1000"),
        ("A,a@example.com,Coaching,1000000001,", "at most 1,000,000,000"),
        (f"A,a@example.com,Coaching,{'9' * 40},", "at most 1,000,000,000"),
        ("A,a@example.com,Coaching,ten,", "not a whole number"),
        ("A,a@example.com,Coaching,٣,", "not a whole number"),
        ("A,a@example.com,Coaching,=1+1,", "not a whole number"),
        ("A,a@example.com,Coaching,1,30.06.2027", "like 2027-06-30"),
        ("A,a@example.com,Coaching,1,6/30/2027", "like 2027-06-30"),
        ("A,a@example.com,Coaching,1,2027-02-30", "There is no day 2027-02-30"),
        ("A,a@example.com,Coaching,1,2020-01-31", "has passed"),
        ("A,a@example.com,Coaching,1,2999-01-31", "more than ten years"),
        ("=cmd|'/C calc'!A0,a@example.com,Coaching,1,", "The name begins like a formula"),
        ("@sum,a@example.com,Coaching,1,", "The name begins like a formula"),
        ("A,+a@example.com,Coaching,1,", "The e-mail begins like a formula"),
        ("A,a@example.com,Coaching,1,=today()", "The expiry begins like a formula"),
        ("A,a@example.com,Coaching,1,,left over", "more cells than columns"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_and_nothing_is_imported(row: str, words: str) -> None:
    ada = seller("Coaching")
    data = sheet("Good,good@example.com,Coaching,1,", row)
    found = plan(ada, data)
    assert not found.ready
    assert (found.errors, found.rows[0].kind, found.rows[0].line) == (1, "error", 3)
    assert words in found.rows[0].fate
    with pytest.raises(ValidationFailedError):
        imports.run(ada, "x.csv", data, found.digest)
    assert customers.page(ada).rows == []


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    [fate] = fates(seller("Coaching"), "A,nobody,Nothing,-3,tomorrow")
    for words in ("nobody", "Nothing", "negative", "tomorrow"):
        assert words in fate


def test_an_apostrophe_keeps_what_looks_like_a_formula_as_text() -> None:
    ada = factories.creator()
    factories.pack(ada, name="+5 sessions")
    imported(ada, sheet("'=Jonas,'+jonas@example.com,'+5 sessions,1,", "'s Gravenhage,b@example.com,'+5 sessions,1,"))
    assert {(row.name, row.email) for row in customers.page(ada).rows} == {
        ("=Jonas", "+jonas@example.com"),
        ("'s Gravenhage", "b@example.com"),
    }


def test_two_packs_of_one_name_are_told_apart_by_their_addresses() -> None:
    ada = factories.creator()
    for slug in ("long", "short"):
        factories.pack(ada, name="Coaching", slug=slug)
    assert "Write long or short" in fates(ada, "A,a@example.com,Coaching,1,")[0]
    assert fates(ada, "A,a@example.com,short,1,") == ["New customer, 1 credit"]


@pytest.mark.parametrize(
    "data",
    [
        f"{HEADER}\r\nÉva,eva@example.com,Coaching,4,\r\n".encode("utf-8-sig"),
        f"{HEADER}\nÉva,eva@example.com,Coaching,4,\n".encode("utf-16"),
        f"\n\n{HEADER.replace(',', ';')}\rÉva;eva@example.com;Coaching;4;\r".encode(),
        "sep=;\r\nE-Mail;Name;Balance;Expiry Date;Pack\r\neva@example.com;Éva;4;;Coaching".encode(),
        "EMAIL\tNAME\ta, b\tCredits\tPack\texpires_on\neva@example.com\tÉva\t1\t4\tCoaching\tNever\n\t\t".encode(),
        'name,email,pack,credits,expires\n"Éva","eva@example.com","Coaching","4"\n,,,,\n'.encode(),
    ],
    ids=["bom", "utf-16", "semicolons", "sep", "tabs", "short row"],
)
def test_spreadsheets_of_all_countries_are_read(data: bytes) -> None:
    ada = seller("Coaching")
    assert imported(ada, data).credits == 4
    assert [row.name for row in customers.page(ada).rows] == ["Éva"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b"\r\n \r\n", "The file is empty"),
        (f"{HEADER}\r\n".encode(), "no rows"),
        (f"{HEADER}\r\nJürgen,a@example.com,C,1,".encode("cp1252"), "CSV UTF-8"),
        (HEADER.encode("utf-16-le"), "not a CSV file"),
        (b"PK\x03\x04rest of a workbook", "This is a spreadsheet, not a CSV file"),
        (b"name,email,credits\nA,a@example.com,1", "The file has no columns pack and expires"),
        (b"name,email,credits,pack\nA,a@example.com,1,C", "The file has no column expires"),
        (b"Jonas,jonas@example.com,Coaching,10,\n", "The first line must name the columns"),
        (b"name,email,mail,pack,credits,expires\n", "The columns email and mail mean the same"),
        (sheet('"A,a@example.com,C,1,', "B,b@example.com,C,1,"), "Line 2 cannot be read"),
        (sheet("A,a@example.com,C,1,", '"B" x,b@example.com,C,1,'), "Line 3 cannot be read"),
        (sheet("x" * 200_000), "Line 2 cannot be read"),
        (b"," * 1_000_000, "Line 1 cannot be read"),
        (b"x" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    assert words in refusal(factories.creator(), data)


def test_columns_that_are_not_wanted_are_left_out_and_named() -> None:
    ada = seller("Coaching")
    found = plan(ada, sheet("A,a@example.com,Coaching,1,,x,y", header=f"{HEADER},phone,Notes"))
    assert found.ready
    assert found.ignored == "Left out: the columns phone and Notes."


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    found = plan(seller("Coaching"), sheet("", '"A\nB",a@example.com,Coaching,1,', "C,nobody,Coaching,1,"))
    assert [(row.line, row.kind) for row in found.rows] == [(5, "error"), (3, "new")]


def test_a_file_of_a_hundred_thousand_rows_is_refused_at_once_in_little_memory() -> None:
    ada = seller("Coaching")
    data = sheet(*(f"Customer {n},customer{n}@example.com,Coaching,10,2027-06-30" for n in range(100_000)))
    tracemalloc.start()
    begun = time.monotonic()
    words = refusal(ada, data)
    seconds, (_, peak) = time.monotonic() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert words == "The file has more than 10,000 rows. Split it and import the parts."
    assert seconds < 10  # traced, on a busy machine; about one
    assert peak < 60_000_000


def test_the_same_file_again_changes_nothing() -> None:
    ada = seller("Coaching")
    data = sheet("A,a@example.com,Coaching,5,", "A,a@example.com,Coaching,5,", "B,b@example.com,Coaching,1,")
    first = imported(ada, data)
    before = balances(ada)
    again = imported(ada, data)
    assert again == first
    assert balances(ada) == before
    assert sum(before.values()) == 11
    assert not plan(ada, data).ready
    assert len(imports.mine(ada)) == 1


def test_rows_that_are_new_since_are_imported_and_the_others_are_not() -> None:
    ada = seller("Coaching")
    imported(ada, sheet("A,a@example.com,Coaching,5,"))
    more = imported(
        ada, sheet("A,A@Example.com,Coaching,5,", "A,a@example.com,Coaching,5,", "B,b@example.com,Coaching,1,")
    )
    assert (more.rows, more.credits) == (2, 6)
    assert sum(balances(ada).values()) == 11


def test_what_is_imported_is_what_was_checked() -> None:
    ada = seller("Coaching")
    digest = plan(ada, sheet("A,a@example.com,Coaching,5,")).digest
    with pytest.raises(ValidationFailedError, match="another file"):
        imports.run(ada, "x.csv", sheet("A,a@example.com,Coaching,500,"), digest)
    assert balances(ada) == {}


def test_people_who_are_there_already_keep_their_name_and_what_they_have() -> None:
    ada = factories.creator()
    held = factories.holding(factories.pack(ada, name="Coaching"), ada, 4, buyer=factories.person("Jonas Weber"))
    imported(ada, sheet(f"J. W.,{held.buyer.email.upper()},Coaching,6,"))
    [row] = customers.page(ada).rows
    assert (row.name, row.left, row.customer_id) == ("Jonas Weber", 10, ids.show("cus", held.customer_id))


@pytest.mark.parametrize("proven", [True, False])
def test_imported_credits_belong_to_whoever_has_proven_the_address(proven: bool) -> None:  # noqa: FBT001 - a parameter
    ada, jonas = seller("Coaching"), factories.person()
    with transaction() as session:
        session.get_one(User, jonas.user_id).email_verified_at = clock.now() if proven else None
    imported(ada, sheet(f"Jonas,{jonas.email},Coaching,6,"))
    assert len(wallets.mine(jonas).groups) == int(proven)


def test_an_import_and_its_undoing_leave_a_customer_with_who_bought_without_proof() -> None:
    ada = seller("Coaching")
    jonas = factories.person(verified=False)
    with transaction() as session:
        claims.buyer(session, ada.require_creator(), jonas.require_user())
    done = imported(ada, sheet(f"Jonas,{jonas.email},Coaching,6,"))
    assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 6
    imports.undo(ada, done.id)
    assert wallets.mine(jonas).groups[0].subscriptions[0].posted == 0


def test_a_disabled_pack_of_a_customer_takes_no_credits() -> None:
    ada = factories.creator()
    held = factories.holding(factories.pack(ada, name="Coaching"), ada, 4)
    wallets.set_status(ada, held.public_id, "disabled")
    assert fates(ada, f"J,{held.buyer.email},Coaching,6,") == [
        "Coaching is disabled for this customer. Enable it first."
    ]


def test_an_import_is_taken_back_as_if_it_had_not_been_and_can_be_made_again() -> None:
    ada = factories.creator()
    held = factories.holding(factories.pack(ada, name="Coaching"), ada, 4)
    factories.give(held, 2, expires_at=later(days=9))
    before = balances(ada)
    data = sheet(f"J,{held.buyer.email},Coaching,6,", "B,b@example.com,Coaching,3,", "B,b@example.com,Coaching,3,")
    done = imported(ada, data)
    wallets.use(ada, held.public_id, 3, "", str(ids.new()))
    wallets.reverse(ada, held.public_id, wallets.subscription(ada, held.public_id).entries[0].id, str(ids.new()))
    undone = imports.undo(ada, done.id)
    assert undone.undone
    assert imports.undo(ada, done.id) == undone
    assert balances(ada) == before
    assert wallets.subscription(ada, held.public_id).entries[0].title == "Import undone"
    assert verify.violations() == []
    again = imported(ada, data)
    assert (again.rows, again.id != done.id) == (3, True)
    assert sum(balances(ada).values()) == 4 + 2 + 12
    imports.undo(ada, again.id)
    imported(ada, data)
    assert verify.violations() == []


def test_an_import_whose_credits_have_moved_is_not_taken_back_and_says_whose() -> None:
    ada = seller("Coaching")
    soon = str(later(days=1).date())
    names = ("Used", "Expired", "Disabled", "Untouched")
    done = imported(ada, sheet(*(f"{n},{n}@example.com,Coaching,6,{soon if n == 'Expired' else ''}" for n in names)))
    standing = {row.name: row.packs[0].subscription_id for row in customers.page(ada).rows}
    wallets.use(ada, standing["Used"], 1, "", str(ids.new()))
    wallets.set_status(ada, standing["Disabled"], "disabled")
    with clock.at(later(days=3)), pytest.raises(BulkRefusedError) as refused:
        imports.undo(ada, done.id)
    assert [(refusal.name, refusal.sentence) for refusal in refused.value.refusals] == [
        ("Disabled", "Disabled has the pack disabled."),
        ("Expired", "Expired had credits that have expired."),
        ("Used", "Used has used some of these credits."),
    ]
    assert "3 of 4" in refused.value.message
    assert sum(balances(ada).values()) == 23


def test_what_was_taken_back_by_hand_is_no_reason_to_keep_the_rest() -> None:
    ada = seller("Coaching")
    done = imported(ada, sheet(*(f"{n},{n}@example.com,Coaching,6," for n in ("Whole", "Part", "Used"))))
    standing = {row.name: row.packs[0].subscription_id for row in customers.page(ada).rows}
    wallets.void(ada, standing["Whole"], wallets.subscription(ada, standing["Whole"]).lots[0].id, "Wrong", "k1")
    wallets.adjust(ada, standing["Part"], "-2", "Wrong", "", "k2")
    used = wallets.use(ada, standing["Used"], 1, "", "k3")
    with pytest.raises(BulkRefusedError) as refused:
        imports.undo(ada, done.id)
    assert [refusal.name for refusal in refused.value.refusals] == ["Used"]
    wallets.reverse(ada, standing["Used"], used.entries[0].id, "k4")
    imports.undo(ada, done.id)
    assert balances(ada) == {}
    assert verify.violations() == []


def test_lots_that_are_one_row_of_an_export_come_back_however_many_credits_they_are() -> None:
    ada, ida = seller("Coaching"), seller("Coaching")
    imported(ada, sheet(*["Jonas,j@example.com,Coaching,1000000,"] * 2))
    imported(ida, "".join(sheets.lines(exports.rows(ada, CustomerQuery()))).encode())
    assert sum(balances(ida).values()) == 2_000_000


def test_each_pack_is_found_by_the_name_that_an_export_gives_it() -> None:
    ada = factories.creator()
    for name, slug in (("Coaching", "coaching-a"), ("Coaching", "coaching-b"), ("coaching-b", "zzz"), ("ZZZ", "voice")):
        factories.pack(ada, name=name, slug=slug)
    with transaction() as session:
        offered = session.exec(select(CreditPack).where(CreditPack.creator_id == ada.creator_id)).all()
    names = PackNames(offered)
    written = [names.name(pack) for pack in offered]
    assert [names.find(text).slug for text in written] == [pack.slug for pack in offered]
    assert [text for text in written if not text.startswith("pack_")] == ["coaching-a", "voice"]
    for twofold in ("Coaching", "Coaching-B", "zzz"):
        with pytest.raises(CellError, match="2 of your packs have this name"):
            names.find(twofold)


def test_one_import_at_a_time_and_each_row_once() -> None:
    ada = seller("Coaching")
    data = sheet(*(f"C,c{n}@example.com,Coaching,1," for n in range(20)))
    digest = plan(ada, data).digest
    outcomes = at_once(*[lambda: imports.run(ada, "x.csv", data, digest)] * 4)
    assert unexpected(outcomes) == []
    assert len({str(outcome) for outcome in outcomes}) == 1
    assert sum(balances(ada).values()) == 20
    assert verify.violations() == []


def test_spending_while_an_import_is_undone_ends_with_one_of_the_two() -> None:
    ada = seller("Coaching")
    done = imported(ada, sheet(*(f"C,c{n}@example.com,Coaching,1," for n in range(5))))
    spent = customers.page(ada).rows[0].packs[0].subscription_id
    outcomes = at_once(
        lambda: str(imports.undo(ada, done.id)), lambda: str(wallets.use(ada, spent, 1, "", str(ids.new())))
    )
    assert unexpected(outcomes) == []
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert sum(balances(ada).values()) in {0, 4}
    assert verify.violations() == []


def test_thousands_of_rows_are_imported_and_undone() -> None:
    ada = seller("Coaching", "Voice reset")
    names = ("Coaching", "Voice reset")
    most = 2_500
    rows = [f"C{n},c{n % (most - 99)}@example.com,{names[n % 2]},{n % 9},2030-06-30" for n in range(most)]
    done = imported(ada, sheet(*rows))
    assert (done.rows, done.credits) == (most, sum(n % 9 for n in range(most)))
    assert sum(balances(ada).values()) == done.credits
    imports.undo(ada, done.id)
    assert balances(ada) == {}
    assert verify.violations() == []


@pytest.mark.parametrize("bad", HOSTILE)
def test_whatever_is_sent_in_place_of_a_name_digest_or_id_is_refused(bad: Any) -> None:
    ada = seller("Coaching")
    data = sheet("A,a@example.com,Coaching,1,")
    assert imports.check(ada, bad, data).ready
    with pytest.raises(ValidationFailedError):
        imports.run(ada, bad, data, bad)
    with pytest.raises(NotFoundError):
        imports.undo(ada, bad)


def test_nobody_undoes_an_import_of_another_creator() -> None:
    done = imported(seller("Coaching"), sheet("A,a@example.com,Coaching,1,"))
    with pytest.raises(NotFoundError):
        imports.undo(factories.creator(), done.id)


def test_a_purchase_that_settles_during_an_import_of_its_buyer_makes_one_customer(payments: httpx.Client) -> None:
    ada, jonas = factories.creator(), factories.person("Jonas Weber")
    offer = factories.pack(ada, name="Coaching")
    url = purchases.start(jonas, factories.token_of(offer))
    factories.pay(payments, url)
    data = sheet(f"J. W.,{jonas.email},Coaching,6,")
    digest = plan(ada, data).digest
    paid = factories.purchase_of(url).id
    both: list[Callable[[], object]] = [
        partial(imports.run, ada, "x.csv", data, digest),
        partial(purchases.settle, paid),
    ]
    outcomes = at_once(*both)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    [row] = customers.page(ada).rows
    assert (row.left, len(row.packs)) == (16, 1)
    assert verify.violations() == []
