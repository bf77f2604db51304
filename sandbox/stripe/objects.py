"""The shapes of Checkout Sessions, PaymentIntents and Charges, with the fields that a payment of ours fills."""

from typing import Any

from sandbox.stripe.cards import Card, Decline
from sandbox.stripe.store import Json, new_id, now

BANK_METHODS = {"usd": "us_bank_account", "gbp": "bacs_debit", "aud": "au_becs_debit", "cad": "acss_debit"}
SESSION_NULLS = (
    "after_expiration allow_promotion_codes allowed_payment_method_types billing_address_collection cancel_url"
    " client_reference_id client_secret collected_information consent consent_collection currency_conversion customer"
    " customer_account customer_details customer_email discounts excluded_payment_method_types integration_identifier"
    " invoice locale managed_payments name_collection optional_items origin_context payment_intent payment_link"
    " payment_method_configuration_details payment_method_options permissions presentment_details recovered_from"
    " redirect_on_completion return_url saved_payment_method_options setup_intent shipping_address_collection"
    " shipping_cost submit_type subscription tax_id_collection wallet_options"
).split()
INTENT_NULLS = (
    "amount_details application application_fee_amount canceled_at cancellation_reason customer customer_account"
    " description excluded_payment_method_types hooks last_payment_error latest_charge next_action on_behalf_of"
    " payment_method payment_method_configuration_details presentment_details processing receipt_email review"
    " setup_future_usage shipping source statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
).split()
CHARGE_NULLS = (
    "application application_fee application_fee_amount balance_transaction customer description"
    " failure_balance_transaction failure_code failure_message on_behalf_of payment_method presentment_details"
    " receipt_email receipt_number receipt_url refunds review shipping source_transfer statement_descriptor"
    " statement_descriptor_suffix transfer_data transfer_group"
).split()


def line_item(params: Json) -> Json:
    """One line of a session, from its parameters."""
    price, quantity = params["price_data"], params.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    product = price["product_data"]
    return {
        "id": new_id("li"), "object": "item", "quantity": quantity, "currency": price["currency"],
        "amount_subtotal": amount, "amount_total": amount, "amount_discount": 0, "amount_tax": 0,
        "description": product["name"], "metadata": {}, "_details": product.get("description"),
        "price": {"id": new_id("price"), "object": "price", "active": False, "currency": price["currency"],
                  "unit_amount": price["unit_amount"], "unit_amount_decimal": str(price["unit_amount"]),
                  "product": new_id("prod"), "type": "one_time", "livemode": False, "metadata": {}},
    }  # fmt: skip


def session(params: Json, lines: list[Json], public_url: str) -> Json:
    """An open session. Its PaymentIntent is made at the first try to pay, as hosted Checkout does."""
    identifier, total = new_id("cs_test"), sum(line["amount_total"] for line in lines)
    optional = ("cancel_url", "client_reference_id", "customer_email", "locale", "submit_type")
    given = {key: params[key] for key in optional if key in params}
    known: Json = {
        "id": identifier, "object": "checkout.session", "created": now(), "livemode": False, "mode": "payment",
        "status": "open", "payment_status": "unpaid", "amount_subtotal": total, "amount_total": total,
        "currency": lines[0]["currency"], "expires_at": params.get("expires_at", now() + 24 * 3600),
        "url": f"{public_url}/c/pay/{identifier}", "success_url": params["success_url"], "ui_mode": "hosted_page",
        "metadata": params.get("metadata", {}), "payment_method_types": ["card", bank_method(lines[0]["currency"])],
        "customer_creation": params.get("customer_creation", "if_required"), "custom_fields": [],
        "payment_method_collection": "if_required", "invoice_creation": None, "shipping_options": [],
        "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", False)},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "branding_settings": None, "phone_number_collection": {"enabled": False},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "_lines": lines, "_intent": params.get("payment_intent_data", {}), "_challenge": None, "_settles": None,
        "_completed_event": None,
    }  # fmt: skip
    return dict.fromkeys(SESSION_NULLS) | known | given


def payment_intent(session: Json) -> Json:
    """The attempt to pay a session's total."""
    known: Json = {
        "id": new_id("pi"), "object": "payment_intent", "created": now(), "livemode": False,
        "amount": session["amount_total"], "amount_capturable": 0, "amount_received": 0,
        "currency": session["currency"], "status": "requires_payment_method", "capture_method": "automatic_async",
        "confirmation_method": "automatic", "automatic_payment_methods": None, "client_secret": None, "metadata": {},
        "payment_details": None, "payment_method_options": {}, "payment_method_types": session["payment_method_types"],
    }  # fmt: skip
    from_session: Json = session["_intent"]
    return dict.fromkeys(INTENT_NULLS) | known | from_session


def charge(intent: Json, session: Json, details: Json, name: str | None) -> Json:
    """A charge that is not yet decided."""
    email = (session["customer_details"] or {}).get("email") or session["customer_email"]
    known: Json = {
        "id": new_id("ch"), "object": "charge", "created": now(), "livemode": False, "amount": intent["amount"],
        "amount_captured": 0, "amount_refunded": 0, "captured": False, "currency": intent["currency"],
        "disputed": False, "metadata": intent["metadata"], "paid": False, "payment_intent": intent["id"],
        "payment_method_details": details, "refunded": False, "status": "pending", "fraud_details": {},
        "billing_details": {"address": None, "email": email, "name": name, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "LITESUBS SANDBOX", "radar_options": {}, "source": None,
        "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
        "description": intent["description"], "receipt_email": intent["receipt_email"],
    }  # fmt: skip
    return dict.fromkeys(CHARGE_NULLS) | known


def decided(charge: Json, decline: Decline | None) -> Json:
    """The charge after the bank's word: paid, or failed with the reason."""
    if decline is None:
        return charge | {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    outcome = {"network_status": "declined_by_network", "reason": decline.decline_code or decline.code,
               "risk_level": "normal", "seller_message": decline.message, "type": "issuer_declined"}  # fmt: skip
    failure = {"failure_code": decline.code, "failure_message": decline.message, "outcome": outcome}
    return charge | {"status": "failed", "paid": False} | failure


def payment_error(decline: Decline, charge: str | None, method: str) -> Json:
    """The PaymentIntent's `last_payment_error`."""
    payment_method = {"id": new_id("pm"), "object": "payment_method", "type": method, "livemode": False}
    kind = "card_error" if method == "card" else "invalid_request_error"
    return {"type": kind, "code": decline.code, "decline_code": decline.decline_code, "message": decline.message,
            "charge": charge, "payment_method": payment_method}  # fmt: skip


def card_details(card: Card, *, authenticated: bool) -> Json:
    """The Charge's `payment_method_details` of a card."""
    secure = {"result": "authenticated", "version": "2.2.0"} if authenticated else None
    card_json: dict[str, Any] = {
        "brand": card.kind.brand, "country": "US", "exp_month": card.exp_month, "exp_year": card.exp_year,
        "funding": "credit", "last4": card.last4, "network": card.kind.brand, "three_d_secure": secure, "wallet": None,
    }  # fmt: skip
    return {"type": "card", "card": card_json}


def bank_details(currency: str, account_number: str) -> Json:
    """The Charge's `payment_method_details` of a bank debit."""
    method = bank_method(currency)
    return {"type": method, method: {"bank_name": "STRIPE TEST BANK", "last4": account_number[-4:]}}


def bank_method(currency: str) -> str:
    """The bank debit that people use in a currency."""
    return BANK_METHODS.get(currency, "sepa_debit")
