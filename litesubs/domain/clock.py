"""One clock. Time is passed on as `at`; tests and `demo` set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The current time, aware, in UTC, to the microsecond (what PostgreSQL keeps)."""
    return _set_to.get() or datetime.now(UTC)


def fixed() -> datetime | None:
    """The moment the clock was set to; None where it runs, and the database may look at its own."""
    return _set_to.get()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run the block as if it were `moment` (aware)."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
