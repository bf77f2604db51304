"""A hold around a long job: spent when the job is done, free again when it fails."""

from dataclasses import dataclass

from litesubs_client import _calls
from litesubs_client._answers import Hold


@dataclass
class Holding:
    """An open hold and what of it was `used`, which the job may set: None is all of it, 0 nothing.

    `hold` is open while the job runs, and settled afterwards.
    """

    hold: Hold
    used: int | None = None


def settlement(holding: Holding, *, failed: bool) -> _calls.Call[Hold]:
    """The call that ends the hold."""
    if failed or holding.used == 0:
        return _calls.release(holding.hold.id)
    return _calls.capture(holding.hold.id, holding.used)
