"""From a pack page to Stripe's checkout."""

from urllib.parse import quote, urlencode

from fastapi.responses import RedirectResponse

from litesubs.api import flash
from litesubs.domain import purchases
from litesubs.domain.actors import Actor
from litesubs.domain.errors import (
    EmailNotVerifiedError,
    LinkLockedError,
    LinkUnavailableError,
    NotFoundError,
    PaymentProviderError,
)


def to_checkout(actor: Actor, token: str) -> RedirectResponse:
    """Start the purchase and go to Stripe; where it cannot start, back to the pack page, which says why.

    Who must prove the address first is led there, and from there to the pack page.
    """
    here = f"/p/{quote(token, safe='')}"
    back = RedirectResponse(here, 303)
    try:
        return RedirectResponse(purchases.start(actor, token), 303)
    except NotFoundError:
        return back
    except EmailNotVerifiedError:
        return RedirectResponse(f"/verify-email?{urlencode({'next': here})}", 303)
    except (LinkLockedError, LinkUnavailableError, PaymentProviderError) as error:
        flash.leave(back, {"form_error": error.message})
        return back
