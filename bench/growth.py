"""Whether spending stays fast as the books grow: 100,000 wallets with 1,000,000 entries against 1,000 with 10,000.

    .venv/bin/python -m bench.growth

Any wallet may be spent from. Both databases are measured in turns, after each has been written to for a while: the
first write to a page after a checkpoint is several times larger, and a larger database has more of those. Ends with 1
where the large one makes less than 0.8 of the debits.
"""

import sys
import time
from statistics import median

from bench import wallets
from bench.debits import debit_script, pgbench
from bench.desk import database, scratch_server, use
from litesubs import migrations

SIZES = {"small": (1_000, 10_000), "large": (100_000, 1_000_000)}
ROUNDS, LEAST = 5, 0.8


def main() -> int:
    """Measure, print, judge."""
    began = time.monotonic()
    rates: dict[str, list[float]] = {name: [] for name in SIZES}
    with scratch_server(durable=True) as server:
        urls = {}
        for name, (people, entries) in SIZES.items():
            urls[name] = database(server, name)
            use(urls[name])
            migrations.upgrade()
            wallets.fill(urls[name], people, entries)
        for turn in range(-1, ROUNDS):
            for name, (people, _) in SIZES.items():
                rate = pgbench(urls[name], debit_script(people))
                if turn >= 0:
                    rates[name].append(rate)
    for name, found in rates.items():
        print(f"{name:8}{median(found):9.0f} debits/s   {min(found):.0f} to {max(found):.0f}")
    ratio = median(rates["large"]) / median(rates["small"])
    print(f"large / small {ratio:.2f}   at least {LEAST}{'' if ratio >= LEAST else '   MISSED'}")
    print(f"Took {time.monotonic() - began:.0f} s.")
    return 0 if ratio >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
