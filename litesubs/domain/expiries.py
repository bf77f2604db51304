"""When credits that a creator adds by hand expire."""

from datetime import date, datetime, timedelta

from litesubs.domain import clock, packs
from litesubs.domain.errors import ValidationFailedError
from litesubs.models import CreditPack, ExpiryKind

NEVER = "never"


def chosen(pack: CreditPack, expires: str) -> datetime | None:
    """`expires` is "" as the pack's rule says, "never", or a date, their last day. Raises ValidationFailedError."""
    if expires == NEVER:
        return None
    at = clock.now()
    if not expires:
        by_rule = packs.expires_at(pack.expiry_kind, pack.expiry_date, pack.expiry_days, at)
        if by_rule is not None and by_rule <= at:
            raise ValidationFailedError(
                {"expires": "The pack's last day has passed. Choose a date for these, or never."}
            )
        return by_rule
    try:
        last_day = date.fromisoformat(expires)
    except (TypeError, ValueError):
        raise ValidationFailedError({"expires": "Choose a date, like 2027-06-30."}) from None
    if not at.date() <= last_day <= at.date() + timedelta(days=packs.LONGEST_DAYS):
        raise ValidationFailedError({"expires": "Choose a date from today on, within ten years."})
    return packs.expires_at(ExpiryKind.on_date, last_day, None, at)
