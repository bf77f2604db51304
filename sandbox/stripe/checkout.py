"""The life of a Checkout Session: made, paid or not, settled later or expired.

Each function is one transaction: what it answers, its events and its webhooks exist together or not at all, and two
people pressing Pay at once are served one after the other.
"""

import time
from collections.abc import Callable

from sandbox.stripe import cards, money, objects, params
from sandbox.stripe.cards import Card, Decline, TestCard
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.params import Choice, Flag, Group, Many, Metadata, Text, Whole
from sandbox.stripe.sandbox import Sandbox
from sandbox.stripe.store import Json, now

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 3600

PRODUCT = Group(
    fields={
        "name": Text(required=True, at_most=250),
        "description": Text(),
        "images": Many(of=Text(check=params.url), at_most=8),
        "metadata": Metadata(),
        "tax_code": Text(),
    },
    required=True,
)
PRICE = Group(
    fields={
        "currency": Text(required=True, check=money.check_currency),
        "product_data": PRODUCT,
        "unit_amount": Whole(required=True, least=0),
        "tax_behavior": Choice(options=("exclusive", "inclusive", "unspecified")),
    },
    required=True,
)
INTENT = Group(
    fields={
        "description": Text(at_most=1000),
        "metadata": Metadata(),
        "receipt_email": Text(check=params.email),
        "statement_descriptor_suffix": Text(at_most=22),
    }
)
NEW_SESSION = Group(
    fields={
        "mode": Choice(options=("payment",), unmodelled=("setup", "subscription"), required=True),
        "line_items": Many(
            of=Group(fields={"price_data": PRICE, "quantity": Whole(required=True, least=1)}), required=True
        ),
        "success_url": Text(required=True, check=params.url),
        "cancel_url": Text(check=params.url),
        "client_reference_id": Text(at_most=200),
        "customer_email": Text(at_most=800, check=params.email),
        "customer_creation": Choice(options=("always", "if_required")),
        "expires_at": Whole(),
        "metadata": Metadata(),
        "payment_intent_data": INTENT,
        "ui_mode": Choice(options=("hosted_page",), unmodelled=("embedded_page", "elements", "form")),
        "adaptive_pricing": Group(fields={"enabled": Flag()}),
        "locale": Text(at_most=10),
        "submit_type": Choice(options=("auto", "book", "donate", "pay", "subscribe")),
        "expand": Many(of=Text(), at_most=20),
    },
    gone={
        "payment_method_types": "Received unknown parameter: payment_method_types. It was removed in 2026-09-30.endive:"
        " use allowed_payment_method_types or excluded_payment_method_types."
    },
)


def create(sandbox: Sandbox, account: str, given: Json) -> Json:
    """A new open session. Raises StripeError for parameters that Stripe would refuse."""
    wanted = NEW_SESSION.parse(given)
    lines = [objects.line_item(line) for line in wanted["line_items"]]
    if not lines:
        message = "Missing required param: line_items."
        raise StripeError(message, code="parameter_missing", param="line_items")
    if len({line["currency"] for line in lines}) > 1:
        message = "All line items must have the same currency."
        raise StripeError(message, param="line_items")
    money.check_amount(sum(line["amount_total"] for line in lines), lines[0]["currency"], "line_items")
    _check_expiry(wanted.get("expires_at"))
    session = objects.session(wanted, lines, sandbox.config.public_url)
    with sandbox.store.transaction():
        sandbox.store.put(session, account, due=session["expires_at"])
    sandbox.courier.wake()
    return session


def find(sandbox: Sandbox, identifier: str, account: str | None) -> Json:
    """The session, in that account (None: in any). Raises StripeError if there is none."""
    session = sandbox.store.find(identifier, "checkout.session", account)
    if session is None:
        raise missing("checkout.session", identifier, param="session")
    return session


def expire(sandbox: Sandbox, identifier: str, account: str | None) -> Json:
    """Closes an open session, so that it cannot be paid. Raises StripeError if it is not open."""
    with sandbox.store.transaction():
        session = find(sandbox, identifier, account)
        if session["status"] != "open":
            message = (
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status'
            )
            raise StripeError(f"{message} of {session['status']}.", keep=True)
        account = sandbox.store.account_of(identifier)
        sandbox.store.put(session | {"status": "expired", "url": None, "_challenge": None}, account)
        session = find(sandbox, identifier, account)
        if session["payment_intent"]:
            _update_intent(sandbox, session, status="canceled", canceled_at=now(), cancellation_reason="expired")
        sandbox.emit("checkout.session.expired", session, account)
        return session


def pay_with_card(sandbox: Sandbox, identifier: str, card: Card, *, email: str, name: str) -> Json:
    """The session after this card was tried.

    It is complete, still open with an error on its PaymentIntent, or open with a 3-D Secure challenge to answer. A
    session that was not open comes back as it is: paying twice pays once.
    """

    def attempt(session: Json) -> Json:
        if card.kind.challenge:
            challenge = {"number": card.kind.number, "exp_month": card.exp_month, "exp_year": card.exp_year}
            session = session | {"_challenge": challenge | {"email": email, "name": name}}
            _update_intent(sandbox, session, status="requires_action", next_action={"type": "use_stripe_sdk"})
            return session
        return _charge_card(sandbox, session, card, email=email, name=name, authenticated=False)

    return _attempt(sandbox, identifier, attempt)


def answer_challenge(sandbox: Sandbox, identifier: str, *, completed: bool) -> Json:
    """The session after the 3-D Secure challenge was completed or failed; without a challenge, as it is."""

    def attempt(session: Json) -> Json:
        challenge = session["_challenge"]
        if challenge is None:
            return session
        session = session | {"_challenge": None}
        if not completed:
            _decline(sandbox, session, cards.UNAUTHENTICATED, None, "card")
            return session
        kind: TestCard = cards.CARDS[challenge["number"]]
        card = Card(kind, challenge["exp_month"], challenge["exp_year"])
        email, name = challenge["email"], challenge["name"]
        return _charge_card(sandbox, session, card, email=email, name=name, authenticated=True)

    return _attempt(sandbox, identifier, attempt)


def pay_from_bank(sandbox: Sandbox, identifier: str, account_number: str, *, email: str, name: str) -> Json:
    """The session, complete but unpaid: the bank answers after `bank_delay_seconds`, or when a test settles it."""

    def attempt(session: Json) -> Json:
        details = objects.bank_details(session["currency"], account_number)
        session = _complete(session, "unpaid", email=email, name=name)
        charge = _add_charge(sandbox, session, details, name)
        fate = cards.BANK_ACCOUNTS[account_number]
        intent = _update_intent(sandbox, session, status="processing", latest_charge=charge["id"])
        sandbox.emit("charge.pending", charge, sandbox.store.account_of(session["id"]))
        sandbox.emit("payment_intent.processing", intent, sandbox.store.account_of(session["id"]))
        return session | {"_settles": fate}

    return _attempt(sandbox, identifier, attempt)


def settle(sandbox: Sandbox, identifier: str, *, succeeded: bool) -> Json:
    """The bank's answer to a debit. Raises StripeError if the session does not wait for one."""
    with sandbox.store.transaction():
        session = find(sandbox, identifier, None)
        account = sandbox.store.account_of(identifier)
        if not session["_settles"]:
            message = "This session does not wait for a bank debit."
            raise StripeError(message)
        session |= {"_settles": None, "payment_status": "paid" if succeeded else "unpaid"}
        sandbox.store.put(session, account)
        intent = _intent(sandbox, session)
        decline = None if succeeded else cards.BANK_REFUSED
        charge = objects.decided(sandbox.store.find(intent["latest_charge"], "charge") or {}, decline)
        sandbox.store.put(charge, account)
        _conclude(sandbox, session, charge, decline)
        outcome = "succeeded" if succeeded else "failed"
        sandbox.emit(f"checkout.session.async_payment_{outcome}", session, account)
        return session


def run_due(sandbox: Sandbox) -> None:
    """Expires the sessions and settles the debits whose time has come."""
    with sandbox.store.transaction():
        for session in sandbox.store.due_objects(time.time()):
            if session["status"] == "open":
                expire(sandbox, session["id"], None)
            elif session["_settles"]:
                settle(sandbox, session["id"], succeeded=session["_settles"] == "succeeds")
            else:
                sandbox.store.put(session, sandbox.store.account_of(session["id"]))


def last_error(sandbox: Sandbox, session: Json) -> str | None:
    """Why the last try to pay failed, in a sentence."""
    if not session["payment_intent"]:
        return None
    error = _intent(sandbox, session)["last_payment_error"]
    return str(error["message"]) if error else None


def _check_expiry(expires_at: int | None) -> None:
    if expires_at is None:
        return
    if expires_at < now() + SHORTEST_SECONDS:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise StripeError(message, param="expires_at")
    if expires_at > now() + LONGEST_SECONDS:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise StripeError(message, param="expires_at")


def _attempt(sandbox: Sandbox, identifier: str, attempt: Callable[[Json], Json]) -> Json:
    """Tries to pay an open session, storing it with the time when something happens to it next."""
    with sandbox.store.transaction():
        session = find(sandbox, identifier, None)
        if session["status"] == "open" and session["expires_at"] <= now():
            session = expire(sandbox, identifier, None)
        if session["status"] != "open":
            return session
        account = sandbox.store.account_of(identifier)
        if session["payment_intent"] is None:
            intent = objects.payment_intent(session)
            session["payment_intent"] = intent["id"]
            sandbox.store.put(intent, account)
            sandbox.emit("payment_intent.created", intent, account)
        session = attempt(session)
        if session["status"] == "complete":
            completed = sandbox.emit("checkout.session.completed", session, account)
            session["_completed_event"] = completed["id"]
        due = session["expires_at"] if session["status"] == "open" else None
        if session["_settles"] in ("succeeds", "fails"):
            due = now() + sandbox.config.bank_delay_seconds
        sandbox.store.put(session, account, due=due)
    sandbox.courier.wake()
    return session


def _charge_card(sandbox: Sandbox, session: Json, card: Card, *, email: str, name: str, authenticated: bool) -> Json:
    details = objects.card_details(card, authenticated=authenticated)
    if card.kind.decline is cards.LIVE_CARD:
        _decline(sandbox, session, cards.LIVE_CARD, None, "card")
        return session
    charge = objects.decided(_add_charge(sandbox, session, details, name), card.kind.decline)
    sandbox.store.put(charge, sandbox.store.account_of(session["id"]))
    _conclude(sandbox, session, charge, card.kind.decline)
    return session if card.kind.decline else _complete(session, "paid", email=email, name=name)


def _conclude(sandbox: Sandbox, session: Json, charge: Json, decline: Decline | None) -> None:
    account = sandbox.store.account_of(session["id"])
    sandbox.emit("charge.failed" if decline else "charge.succeeded", charge, account)
    if decline:
        _decline(sandbox, session, decline, charge["id"], charge["payment_method_details"]["type"])
        return
    paid = {"status": "succeeded", "amount_received": charge["amount"], "latest_charge": charge["id"]}
    intent = _update_intent(sandbox, session, **paid, next_action=None, last_payment_error=None)
    sandbox.emit("payment_intent.succeeded", intent, account)


def _decline(sandbox: Sandbox, session: Json, decline: Decline, charge: str | None, method: str) -> None:
    error = objects.payment_error(decline, charge, method)
    failed = {"status": "requires_payment_method", "latest_charge": charge, "next_action": None}
    intent = _update_intent(sandbox, session, **failed, last_payment_error=error)
    sandbox.emit("payment_intent.payment_failed", intent, sandbox.store.account_of(session["id"]))


def _complete(session: Json, payment_status: str, *, email: str, name: str) -> Json:
    details: Json = dict.fromkeys(("address", "business_name", "individual_name", "phone"))
    details |= {"email": email, "name": name or None, "tax_exempt": "none", "tax_ids": []}
    done = {"status": "complete", "payment_status": payment_status, "url": None, "_challenge": None}
    return session | done | {"customer_details": details}


def _add_charge(sandbox: Sandbox, session: Json, details: Json, name: str) -> Json:
    charge = objects.charge(_intent(sandbox, session), session, details, name or None)
    return sandbox.store.put(charge, sandbox.store.account_of(session["id"]))


def _intent(sandbox: Sandbox, session: Json) -> Json:
    intent = sandbox.store.find(session["payment_intent"], "payment_intent")
    if intent is None:
        raise missing("payment_intent", session["payment_intent"])
    return intent


def _update_intent(sandbox: Sandbox, session: Json, **changes: object) -> Json:
    return sandbox.store.put(_intent(sandbox, session) | changes, sandbox.store.account_of(session["id"]))
