"""Files of the desk: who gets them, what is in them, and that what is in them can be opened and imported."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from litesubs import db
from litesubs.api.app import api
from litesubs.domain import accounts, clock, customers, exports, ids, imports, packs, verify, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.domain.views.offers import PackView
from litesubs.settings import settings
from tests import factories
from tests.conftest import cloned_database
from tests.factories import PASSWORD, Holding, later

HTML = {"accept": "text/html"}
LIST = "/dashboard/customers.csv"


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:  # noqa: ARG001 - a database comes first
    """A browser that stops at redirects."""
    with TestClient(api, follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, actor: Actor) -> None:
    """Give the browser this person's session."""
    client.cookies.set(accounts.cookie_name(), accounts.sign_in(actor.email, PASSWORD, actor.email))


def read(data: bytes) -> list[dict[str, str]]:
    """The rows of a file as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def midnight(days: int) -> datetime:
    """The end of the day that many days ahead, as lots that are given a day end."""
    return later(days=days + 1).replace(hour=0, minute=0, second=0, microsecond=0)


def named(seller: Actor, offer: PackView, name: str, *amounts: int) -> Holding:
    """A customer of this name."""
    return factories.holding(offer, seller, *amounts, buyer=factories.person(name))


def test_the_list_goes_out_with_a_row_for_each_pack_and_expiry(client: TestClient) -> None:
    ada = factories.creator()
    coaching, voice = factories.pack(ada), factories.pack(ada, name="Voice reset")
    zoe = named(ada, coaching, "Zoë Ängström", 10)
    factories.give(zoe, 2, expires_at=later(days=9))
    factories.give(zoe, 1, expires_at=later(days=9, microseconds=1))
    factories.holding(voice, ada, buyer=zoe.buyer)
    paused = named(ada, voice, "Ben, “B”", 4)
    wallets.set_status(ada, paused.public_id, "paused")
    sign_in(client, ada)
    answer = client.get(LIST)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    name = f"customers-{clock.now():%Y-%m-%d}.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.content.startswith(
        b"\xef\xbb\xbfname,email,pack,credits,expires,status,available,held,last_activity,spent\r\n"
    )
    rows = read(answer.content)
    assert [(row["name"], row["pack"], row["credits"], row["available"], row["status"]) for row in rows] == [
        ("Zoë Ängström", "10 coaching sessions", "2", "2", "active"),
        ("Zoë Ängström", "10 coaching sessions", "1", "1", "active"),
        ("Zoë Ängström", "10 coaching sessions", "10", "10", "active"),
        ("Zoë Ängström", "Voice reset", "0", "0", "active"),
        ("Ben, “B”", "Voice reset", "4", "0", "paused"),
    ]
    assert rows[2]["expires"] == ""
    assert rows[0]["last_activity"] == f"{clock.now():%Y-%m-%d}"


def test_what_a_spreadsheet_would_run_is_text(client: TestClient) -> None:
    ada = factories.creator()
    offer = factories.pack(ada, name="@sum")
    for name in ("=cmd|'/C calc'!A0", "+1", "-1", "'=1", "\uff1d1"):
        named(ada, offer, name, 5)
    sign_in(client, ada)
    rows = read(client.get(LIST).content)
    assert {row["name"] for row in rows} == {"'=cmd|'/C calc'!A0", "'+1", "'-1", "''=1", "'\uff1d1"}
    assert {(row["pack"], row["credits"]) for row in rows} == {("'@sum", "5")}


def test_the_lists_filters_and_selection_hold_for_its_file(client: TestClient) -> None:
    ada = factories.creator()
    coaching, voice = factories.pack(ada), factories.pack(ada, name="Voice reset")
    anna = named(ada, coaching, "Anna", 1)
    wallets.set_status(ada, named(ada, voice, "Ben", 9).public_id, "paused")
    chosen = ids.show("cus", anna.customer_id)
    sign_in(client, ada)
    for query, names in (
        ("search=ann&sort=-active", {"Anna"}),
        (f"pack={voice.id}", {"Ben"}),
        ("status=paused", {"Ben"}),
        ("low=1", {"Anna"}),
        ("expiring=1", set()),
        ("test=only", set()),
        ("test=without&low=1", {"Anna"}),
        (f"customers={chosen},x", {"Anna"}),
        ("", {"Anna", "Ben"}),
    ):
        assert {row["name"] for row in read(client.get(f"{LIST}?{query}").content)} == names, query


@pytest.mark.parametrize("path", [LIST, f"{LIST}?search=a%26b", "/dashboard/subscriptions/sub_1.csv"])
def test_a_visitor_is_led_to_sign_in_and_back(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 303
    back = path.replace("/", "%2F").replace("%26", "%2526").replace("?", "%3F").replace("=", "%3D")
    assert answer.headers["location"] == f"/login?next={back}"
    assert client.get(path).status_code == 401


def test_who_sells_nothing_has_no_list(client: TestClient) -> None:
    sign_in(client, factories.person())
    answer = client.get(LIST)
    assert (answer.status_code, answer.json()["code"]) == (403, "creator_profile_required")


def test_files_of_others_are_not_found(client: TestClient) -> None:
    held, other = factories.customer_with(5), factories.customer_with(5)
    sign_in(client, other.creator)
    for name in (held.public_id, "sub_x", "%00"):
        assert client.get(f"/dashboard/subscriptions/{name}.csv").status_code == 404
    rows = read(client.get(f"{LIST}?customers={ids.show('cus', held.customer_id)}").content)
    assert rows == []
    assert len(read(client.get(f"/dashboard/subscriptions/{other.public_id}.csv").content)) == 1


@contextmanager
def fresh_instance(config: pytest.Config) -> Iterator[None]:
    """Another database, used by what runs in the block."""
    with cloned_database(config) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        db.reset()
        yield
        db.reset()
    settings.cache_clear()
    db.reset()


NAMES = ["Zoë Ängström", 'Ben "the, Ben"', "=SUM(A1)", "'=text", "-minus", "李小龙", "O'Brien; Pat", "Anna"]
PACKS = {"long": "Coaching", "short": "Coaching", "voice": "-5 kg, voice", "single": 'Single "try"'}


def seller() -> tuple[Actor, list[PackView]]:
    """A creator with packs whose names need care."""
    ada = factories.creator()
    return ada, [factories.pack(ada, name=name, slug=slug) for slug, name in PACKS.items()]


def standing(actor: Actor) -> Counter[tuple[str, str, str]]:
    """Credits by e-mail, pack (its address) and last day, from the rows of the ledger's lots."""
    found: Counter[tuple[str, str, str]] = Counter()
    slugs = {pack.id: pack.slug for pack in packs.mine(actor)}
    for row in customers.page(actor).rows:
        for held in row.packs:
            for lot in wallets.subscription(actor, held.subscription_id).lots:
                found[row.email.lower(), slugs[held.pack_id], lot.last_day] += lot.remaining
    return +found


def test_what_was_exported_gives_the_same_balances_in_a_fresh_instance(
    client: TestClient, request: pytest.FixtureRequest
) -> None:
    ada, offers = seller()
    for number, name in enumerate(NAMES):
        person = factories.person(name)
        for place, offer in enumerate(offers[: 1 + number % 4]):
            held = factories.holding(offer, ada, 7 + number, buyer=person)
            factories.give(held, 3, expires_at=midnight(days=5 + place))
            factories.give(held, 2, expires_at=midnight(days=5 + place))
            wallets.use(ada, held.public_id, 6, "", str(ids.new()))
            if number == 2:
                wallets.set_status(ada, held.public_id, "paused")
    empty = factories.holding(offers[0], ada, 1, buyer=factories.person("Nothing left"))
    wallets.use(ada, empty.public_id, 1, "", str(ids.new()))
    sign_in(client, ada)
    file = client.get(LIST).content
    before, people = standing(ada), {(row.name, row.email) for row in customers.page(ada).rows}
    assert before.total() > 0
    with fresh_instance(request.config):
        bea, _ = seller()
        plan = imports.check(bea, "customers.csv", file)
        assert plan.ignored == "Left out: the columns status, available, held, last_activity and spent."
        assert plan.errors == 0, plan.rows[0]
        imports.run(bea, "customers.csv", file, plan.digest)
        assert standing(bea) == before
        assert {(row.name, row.email) for row in customers.page(bea).rows} == people
        assert verify.violations() == []


def test_a_long_list_is_sent_as_it_is_read(monkeypatch: pytest.MonkeyPatch, database: str) -> None:  # noqa: ARG001
    monkeypatch.setattr(exports, "CUSTOMERS_PER_BATCH", 50)
    ada = factories.creator()
    factories.pack(ada, name="Coaching")
    lines = [f"Customer {n},c{n}@example.com,Coaching,1," for n in range(230)]
    data = "\n".join(["name,email,pack,credits,expires", *lines]).encode()
    imports.run(ada, "x.csv", data, imports.check(ada, "x.csv", data).digest)
    found = [row[1] for row in exports.rows(ada, CustomerQuery())][1:]
    assert len(found) == len(set(found)) == 230
