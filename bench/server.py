"""The API alone, as the benchmarks serve it: `granian bench.server:app`.

BENCH_WAY says how orders are posted: "product", as they are; "unwritten", answered without the database, after the same
key check and validation; "alone", each by itself in a thread of the pool.
"""

import os
import threading
from typing import Any

from anyio import to_thread
from fastapi import FastAPI

from litesubs.api.app import api
from litesubs.domain import spends
from litesubs.domain.group_commit import GroupCommit, Order, Posted

CANNED = (
    '{"id":"debit_01m84dzfkxeew8crj6359r724b","amount":1,"balance":{"posted":2999999999,"held":0,"available":2999999999},'
    '"allocations":[{"grant":"grant_01m84dzfkxeew8crj6359r724b","pack":"pack_01m84dzfkxeew8crj6359r724b","amount":1,'
    '"expires_at":"2027-11-23T07:02:08Z"}]}'
)
own = threading.local()


class Unwritten(GroupCommit):
    """Answers at once."""

    async def post(self, order: Order) -> Posted:  # noqa: ARG002 - nothing is asked
        """The answer of a debit, whatever was ordered."""
        return "", False, CANNED


class Alone(GroupCommit):
    """Posts each order by itself, in a thread that waits for it."""

    async def post(self, order: Order) -> Posted:
        """What came of it."""
        return await to_thread.run_sync(self._by_itself, order)

    @staticmethod
    def _by_itself(order: Order) -> Posted:
        if not hasattr(own, "group_commit"):
            own.group_commit = GroupCommit()
        [answer] = own.group_commit._posted([order])  # noqa: SLF001 - what the product's thread calls
        if isinstance(answer, Exception):
            raise answer
        posted: Posted = answer
        return posted


WAYS: dict[str, type[GroupCommit]] = {"product": GroupCommit, "unwritten": Unwritten, "alone": Alone}
spends.group_commit = WAYS[os.environ["BENCH_WAY"]]()
app: FastAPI | Any = api
