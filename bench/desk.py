"""Whether a creator's desk stays fast: 100,000 customers and 1,000,000 entries against a hundredth of that.

    .venv/bin/python -m bench.desk

Makes two databases in a PostgreSQL of its own, asks both for the same pages in turns, and prints the medians and their
ratio. Ends with 1 where the large database takes more than three times as long, or where a statement that a page sent
reads a large table from one end to the other.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psycopg2
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlmodel import col, select

from bench import history
from litesubs import db, migrations, postgres
from litesubs.domain import customers, desk, ids, sums, wallets
from litesubs.domain.actors import Actor
from litesubs.domain.customers import CustomerQuery
from litesubs.models import Creator, Subscription
from litesubs.settings import settings

SIZES = {"small": 1_000, "large": 100_000}
ROUNDS, TIMES = 7, 5
MOST = 3.0
LARGE_TABLES = frozenset(
    "ledger_entry credit_grant wallet subscription purchase customer customer_summary insight_day insight_buyer".split()
)


@dataclass
class Instance:
    """A database, who asks, and how long each page took, in milliseconds."""

    url: str
    creator: Actor
    subscription_id: str
    pack_id: str
    cursor: str = ""
    took: dict[str, list[float]] = field(default_factory=dict)


def pages(of: Instance) -> dict[str, Callable[[], object]]:
    """What is asked for, by name."""
    creator = of.creator
    found: dict[str, Callable[[], object]] = {}
    for sort in ("name", "credits", "expires", "active", "spent", "joined"):
        query = CustomerQuery(sort=sort, descending=sort not in {"name", "expires"})
        found[f"customers by {sort}"] = lambda query=query: customers.page(creator, query)  # type: ignore[misc]
    searches = {
        "customers, expiring": CustomerQuery(expiring=True),
        "customers, low": CustomerQuery(low=True),
        "customers, paused": CustomerQuery(statuses=("paused",)),
        "customers of a pack": CustomerQuery(pack=of.pack_id),
        "search: ann": CustomerQuery(search="ann", sort="name", descending=False),
        "search: an e-mail": CustomerQuery(search="anna.moreau.977@example.com"),
        "search: a rare word": CustomerQuery(search=history.RARE_NAME.lower()),
    }
    for name, query in searches.items():
        found[name] = lambda query=query: customers.page(creator, query)  # type: ignore[misc]
    found["customers, second page"] = lambda: customers.page(creator, CustomerQuery(), of.cursor)
    found["jump: moreau"] = lambda: customers.jump(creator, "moreau")
    found["ledger"] = lambda: wallets.subscription(creator, of.subscription_id)
    found["desk, this month"] = lambda: desk.overview(creator, "this_month")
    found["desk, last 12 months"] = lambda: desk.overview(creator, "last_12_months")
    found["sidebar"] = lambda: desk.nav(creator)
    return found


def main() -> int:
    """Measure, print, judge."""
    begun = time.monotonic()
    with scratch_server() as server:
        made = {name: instance(server, name, size) for name, size in SIZES.items()}
        print(f"Databases made in {time.monotonic() - begun:.0f} s.", flush=True)
        for _ in range(ROUNDS):
            for of in made.values():
                measure(of)
        scanned = scans(made["large"])
    slow = report(made)
    for (name, table), statement in scanned.items():
        print(f"{name}: reads all of {table} in {' '.join(statement.split())[:300]}")
    print(f"Took {time.monotonic() - begun:.0f} s.")
    return 1 if slow or scanned else 0


def measure(of: Instance) -> None:
    """Ask for each page some times."""
    use(of.url)
    for name, ask in pages(of).items():
        ask()
        for _ in range(TIMES):
            start = time.perf_counter()
            ask()
            of.took.setdefault(name, []).append((time.perf_counter() - start) * 1000)


def report(made: dict[str, Instance]) -> list[str]:
    """Print the medians. Returns the pages that are too slow."""
    small, large = (made[name].took for name in SIZES)
    slow = []
    print(f"{'':28}{'small':>9}{'large':>9}   ratio")
    for name in small:
        few, many = median(small[name]), median(large[name])
        slow += [name] if many / few > MOST else []
        print(f"{name:28}{few:7.1f}ms{many:7.1f}ms{many / few:7.2f}×{'  too slow' if many / few > MOST else ''}")
    return slow


def scans(of: Instance) -> dict[tuple[str, str], str]:
    """The statement by which a (page, large table) is read from end to end, as PostgreSQL plans what was sent."""
    use(of.url)
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(db.engine(), "before_cursor_execute", note)
    found: dict[tuple[str, str], str] = {}
    for name, ask in pages(of).items():
        sent.clear()
        ask()
        with closing(psycopg2.connect(of.url)) as connection, connection.cursor() as cursor:
            for statement, parameters in sent.copy():
                if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
                    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
                    plan = cursor.fetchone()[0][0]["Plan"]  # type: ignore[index]
                    found |= {(name, table): statement for table in LARGE_TABLES.intersection(_scanned(plan))}
    return found


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from _scanned(part)


def instance(server: str, name: str, size: int) -> Instance:
    """A migrated database with two years of history, its sums made by the product."""
    url = database(server, name)
    use(url)
    migrations.upgrade()
    creator_ids = history.fill(url, size)
    for creator_id in creator_ids:
        with db.transaction() as session:
            sums.rebuild(session, creator_id)
    history.settle(url)
    with db.transaction() as session:
        creator = session.get_one(Creator, creator_ids[0])
        query = select(Subscription).where(Subscription.creator_id == creator.id).order_by(col(Subscription.id))
        sold = session.exec(query.offset(size // 2).limit(1)).one()
    actor = Actor(user_id=creator.user_id, creator_id=creator.id, email="creator@example.com")
    made = Instance(url, actor, ids.show("sub", sold.id), ids.show("pack", sold.pack_id))
    made.cursor = customers.page(actor, CustomerQuery()).after
    return made


def database(server: str, name: str) -> str:
    """A new database of this server: its URL."""
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def use(url: str) -> None:
    """Let the product talk to this database."""
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    db.reset()


@contextmanager
def scratch_server(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL in a temporary folder: its URL. A `durable` one waits for the disk, as in production."""
    with tempfile.TemporaryDirectory(prefix="litesubs-bench-") as folder:
        Path(folder).chmod(0o755)
        server = postgres.start(Path(folder), durable=durable)
        try:
            yield server.url
        finally:
            db.reset()
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
