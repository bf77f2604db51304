"""The hosted checkout page. Plain forms: it works without JavaScript."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sandbox.stripe import cards, checkout, pages, params
from sandbox.stripe.errors import StripeError
from sandbox.stripe.sandbox import Sandbox
from sandbox.stripe.store import Json

MEANWHILE = 303


def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


async def _typed(request: Request) -> dict[str, str]:
    """The form's fields as text; anything else in the body is dropped."""
    fields: dict[str, Any] = params.decode((await request.body()).decode(errors="replace"))
    return {name: value.strip() for name, value in fields.items() if isinstance(value, str)}


router = APIRouter(prefix="/c", default_response_class=HTMLResponse)
Hosting = Annotated[Sandbox, Depends(_sandbox)]
Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("/pay/{identifier}")
def show(sandbox: Hosting, identifier: str, card: str = "") -> Response:
    """The page as the session stands; `card` fills in a test card."""
    session = checkout.find(sandbox, identifier, None)
    if session["status"] != "open":
        return HTMLResponse(pages.closed(session, success_url(session)))
    if session["_challenge"]:
        return RedirectResponse(_challenge_url(identifier), MEANWHILE)
    values = {"number": card, "expiry": "12 / 34", "cvc": "123", "name": "Test Buyer"} if card in cards.CARDS else {}
    error = None if card else checkout.last_error(sandbox, session)
    return HTMLResponse(pages.pay(session, values=values, errors={}, decline=error))


@router.post("/pay/{identifier}")
def pay(sandbox: Hosting, identifier: str, typed: Typed) -> Response:
    """Tries to pay with what was typed."""
    session = checkout.find(sandbox, identifier, None)
    if session["status"] != "open":
        return _after(sandbox, session)
    errors, card = _check(session, typed)
    if errors:
        return HTMLResponse(pages.pay(session, values=_kept(typed), errors=errors, decline=None), 422)
    who = {"email": session["customer_email"] or typed["email"], "name": typed.get("name", "")}
    if card is None:
        return _after(sandbox, checkout.pay_from_bank(sandbox, identifier, typed["account"], **who))
    return _after(sandbox, checkout.pay_with_card(sandbox, identifier, card, **who), typed)


@router.get("/pay/{identifier}/authenticate")
def show_challenge(sandbox: Hosting, identifier: str) -> Response:
    """The bank's 3-D Secure page."""
    session = checkout.find(sandbox, identifier, None)
    if session["status"] == "open" and session["_challenge"]:
        return HTMLResponse(pages.challenge(session))
    return RedirectResponse(f"/c/pay/{identifier}", MEANWHILE)


@router.post("/pay/{identifier}/authenticate")
def answer_challenge(sandbox: Hosting, identifier: str, typed: Typed) -> Response:
    """Completes or fails 3-D Secure."""
    completed = typed.get("answer") == "complete"
    return _after(sandbox, checkout.answer_challenge(sandbox, identifier, completed=completed))


def success_url(session: Json) -> str:
    """Where the buyer goes after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def refusal(error: StripeError) -> Response:
    """The page for an id that names nothing."""
    return HTMLResponse(pages.unknown(), error.status)


def _check(session: Json, typed: dict[str, str]) -> tuple[dict[str, str], cards.Card | None]:
    """One sentence for each field that needs another value, and the card if that is how it is paid."""
    errors: dict[str, str] = {}
    try:
        params.email(session["customer_email"] or typed.get("email", ""), "email")
    except StripeError:
        errors["email"] = "Enter an e-mail address, like name@example.com."
    if typed.get("method") == "bank":
        if typed.get("account") not in cards.BANK_ACCOUNTS:
            errors["account"] = "Choose an account."
        return errors, None
    card, card_errors = cards.read(typed.get("number", ""), typed.get("expiry", ""), typed.get("cvc", ""))
    if not typed.get("name"):
        card_errors["name"] = "Enter the name on the card."
    return errors | card_errors, card


def _kept(typed: dict[str, str]) -> dict[str, str]:
    """What the page may show again: never the security code, and no number but a test card's."""
    kept = {name: value for name, value in typed.items() if name != "cvc"}
    if "".join(kept.get("number", "").split()) not in cards.CARDS:
        kept.pop("number", None)
    return kept


def _after(sandbox: Sandbox, session: Json, typed: dict[str, str] | None = None) -> Response:
    """Where a try to pay leads."""
    if session["status"] == "complete":
        _wait_for_webhook(sandbox, session)
        return RedirectResponse(success_url(session), MEANWHILE)
    if session["status"] == "expired":
        return RedirectResponse(f"/c/pay/{session['id']}", MEANWHILE)
    if session["_challenge"]:
        return RedirectResponse(_challenge_url(session["id"]), MEANWHILE)
    if typed is None:  # a failed challenge: the page says so
        return RedirectResponse(f"/c/pay/{session['id']}", MEANWHILE)
    decline = checkout.last_error(sandbox, session)
    return HTMLResponse(pages.pay(session, values=_kept(typed), errors={}, decline=decline), 402)


def _wait_for_webhook(sandbox: Sandbox, session: Json) -> None:
    """As Stripe does, gives our endpoint a moment to hear of the payment before the buyer comes back."""
    sandbox.courier.wait_for_first_try(session["_completed_event"], sandbox.config.redirect_wait_seconds)


def _challenge_url(identifier: str) -> str:
    return f"/c/pay/{identifier}/authenticate"
