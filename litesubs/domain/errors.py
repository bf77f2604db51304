"""One class per error: its code, its HTTP status and, as its docstring, what the person reads."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar

from litesubs.domain.views.customers import RefusalView


class DomainError(Exception):
    """Something went wrong. Try again."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str | None = None, **data: object) -> None:
        """`message` replaces the docstring where the case needs exact words; `data` goes to the caller as fields."""
        self.message = message or (type(self).__doc__ or "").strip()
        self.data = data
        super().__init__(self.message)


class ValidationFailedError(DomainError):
    """Some fields need another value."""

    code = "validation_failed"
    status = 422

    def __init__(self, fields: dict[str, str]) -> None:
        """`fields` maps a field's name to one sentence: what is wrong and what to do."""
        super().__init__(next(iter(fields.values()), None), fields=fields)
        self.fields = fields


class NotFoundError(DomainError):
    """There is nothing here, or it is not yours."""

    code = "not_found"
    status = 404


class TooManyPacksError(DomainError):
    """You have 200 packs. Archive one that you no longer sell, and this works."""

    code = "too_many_packs"
    status = 409


class SignInRequiredError(DomainError):
    """Sign in to go on."""

    code = "sign_in_required"
    status = 401


class CreatorProfileRequiredError(DomainError):
    """Choose a display name and a handle first."""

    code = "creator_profile_required"
    status = 403


class WrongCredentialsError(DomainError):
    """This e-mail and password do not go together. Check both, or create a sign-in."""

    code = "wrong_credentials"
    status = 401


class InvalidApiKeyError(DomainError):
    """This is not a valid API key. Send one as Authorization: Bearer ls_…, whole and as it was shown."""

    code = "invalid_api_key"
    status = 401


class InsufficientScopeError(DomainError):
    """This API key may not do this. Make one with the scope that it needs."""

    code = "insufficient_scope"
    status = 403


class AddressNotAllowedError(DomainError):
    """This API key cannot be used from this address."""

    code = "address_not_allowed"
    status = 403


class SpendCapReachedError(DomainError):
    """This API key has reached its spend cap. It can spend again when the next period begins."""

    code = "spend_cap_reached"
    status = 403


class ApiKeyOverError(DomainError):
    """This key works no more, or has been replaced already. Make a new one."""

    code = "api_key_over"
    status = 409


class TooManyApiKeysError(DomainError):
    """There are too many keys. Revoke one that is not used any more."""

    code = "too_many_api_keys"
    status = 409


class TooManyAttemptsError(DomainError):
    """Too many attempts. Wait a minute, then try again."""

    code = "too_many_attempts"
    status = 429


class InsufficientCreditsError(DomainError):
    """There are not enough credits for this."""

    code = "insufficient_credits"
    status = 402


class SubscriptionInactiveError(DomainError):
    """These credits are paused or disabled, so they cannot be spent. They are not lost."""

    code = "subscription_inactive"
    status = 403


class SubscriptionDisabledError(DomainError):
    """This pack is disabled for this customer. Enable it first, then adjust."""

    code = "subscription_disabled"
    status = 409


class BulkRefusedError(DomainError):
    """Nothing was changed."""

    code = "bulk_refused"
    status = 409

    def __init__(self, refusals: Sequence[RefusalView], chosen: int) -> None:
        """`refusals` says for each customer who cannot be changed why; `chosen` is how many there were."""
        super().__init__(
            f"Nothing was changed: {len(refusals):,} of {chosen:,} cannot be.",
            refusals=[asdict(refusal) for refusal in refusals],
        )
        self.refusals = list(refusals)


class NothingToReverseError(DomainError):
    """This has been given back already."""

    code = "nothing_to_reverse"
    status = 409


class LotOverError(DomainError):
    """Nothing of these credits can be changed any more: they are used, held or expired."""

    code = "lot_over"
    status = 409


class LinkUnavailableError(DomainError):
    """This pack cannot be bought here right now."""

    code = "link_unavailable"
    status = 410


class LinkLockedError(DomainError):
    """This link was for another e-mail address. Sign in with that one, or ask for a new link."""

    code = "link_locked"
    status = 403


class EmailNotVerifiedError(DomainError):
    """Confirm your e-mail address first."""

    code = "email_not_verified"
    status = 403


class StaleLinkError(DomainError):
    """This link is no longer good. Send a new mail."""

    code = "stale_link"
    status = 410


class IdempotencyKeyReusedError(DomainError):
    """This was sent before with other values. Reload the page and try again."""

    code = "idempotency_key_reused"
    status = 422


class IdempotencyKeyMissingError(DomainError):
    """Send an Idempotency-Key header: a fresh value for each intention, the same one again for each retry of it."""

    code = "idempotency_key_missing"
    status = 400


class IdempotencyKeyInUseError(DomainError):
    """A request with this Idempotency-Key is still running. Send it again in a moment."""

    code = "idempotency_key_in_use"
    status = 409


class HoldNotOpenError(DomainError):
    """This hold is no longer open."""

    code = "hold_not_open"
    status = 409


class OutcomeUnknownError(DomainError):
    """The database is busy, or was lost on the way. Send it again with the same Idempotency-Key."""

    code = "unavailable"
    status = 503


class CrossSiteError(DomainError):
    """This form was sent from another site. Open Litesubs itself and try again."""

    code = "cross_site"
    status = 403


class InvalidEventError(DomainError):
    """The event is not one that Stripe signed for this endpoint."""

    code = "invalid_event"
    status = 400


class PaymentProviderError(DomainError):
    """Stripe could not be reached. Nothing was charged. Try again in a moment."""

    code = "payment_provider_unavailable"
    status = 503
