"""When a call is sent again, and after how long. A write is always sent again with its own key, so it acts once."""

import random

import httpx

from litesubs_client._errors import IdempotencyKeyInUse, LitesubsError

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 8.0
LONGEST_WAIT_SECONDS = 60.0  # the longest Retry-After that is waited for
STATUSES = frozenset({429, 500, 502, 503, 504})
LOST = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)


def pause_seconds(tries: int, max_retries: int, error: LitesubsError) -> float | None:
    """How long to wait after so many tries, of which the last ended so; None where it is not tried again.

    Pauses double, and each is drawn between half of it and the whole, so that clients do not come back all at once.
    What the server asks for in Retry-After is honoured, up to a minute.
    """
    if tries > max_retries or not _passes(error):
        return None
    if error.retry_after_seconds is not None:
        return error.retry_after_seconds if error.retry_after_seconds <= LONGEST_WAIT_SECONDS else None
    longest = min(FIRST_PAUSE_SECONDS * 2.0 ** (tries - 1), LONGEST_PAUSE_SECONDS)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, hides nothing


def _passes(error: LitesubsError) -> bool:
    """Whether the same call may be answered otherwise a moment later."""
    return isinstance(error.__cause__, LOST) or error.status in STATUSES or isinstance(error, IdempotencyKeyInUse)
