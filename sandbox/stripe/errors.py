"""Stripe's error shape: https://docs.stripe.com/api/errors."""

from typing import Any, Literal

ErrorType = Literal["invalid_request_error", "idempotency_error", "card_error", "api_error"]


class StripeError(Exception):
    """A refusal, as the API answers it.

    `keep` says whether an idempotency key remembers it; a key does not remember requests that never ran:
    https://docs.stripe.com/api/idempotent_requests.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        kind: ErrorType = "invalid_request_error",
        keep: bool = False,
    ) -> None:
        """The fields of Stripe's error object; `kind` is its `type`."""
        super().__init__(message)
        self.message, self.status, self.code, self.param, self.kind, self.keep = (
            message,
            status,
            code,
            param,
            kind,
            keep,
        )

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON that goes over the wire."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error |= {
                "code": self.code,
                "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}",
            }
        if self.param:
            error["param"] = self.param
        return {"error": error | {"request_log_url": f"sandbox:{request_id}"}}


def missing(noun: str, identifier: str, *, param: str = "id", status: int = 404) -> StripeError:
    """What Stripe says of an id that is unknown, or that belongs to another account."""
    return StripeError(f"No such {noun}: '{identifier}'", status=status, code="resource_missing", param=param)
