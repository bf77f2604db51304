"""What Stripe accepts as money: https://docs.stripe.com/currencies.

Written apart from the product's own table, so that a mistake there is refused here as Stripe would refuse it.
"""

from decimal import Decimal

from babel.numbers import format_currency

from sandbox.stripe.errors import StripeError

CURRENCIES = frozenset(
    """usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf
    clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr
    isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr
    mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd
    std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw""".split()
)
ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
WHOLE_IN_HUNDREDTHS = frozenset(("isk", "ugx"))
"""No decimals, yet sent as if they had two: the last two digits must be 00."""

MINIMUM_MINOR = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
MAXIMUM_MINOR = 99_999_999


def check_currency(currency: str, param: str) -> str:
    """The currency in lower case. Raises StripeError for one that Stripe does not know."""
    if currency.lower() not in CURRENCIES:
        known = ", ".join(sorted(CURRENCIES))
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {known}"
        raise StripeError(message, param=param)
    return currency.lower()


def check_amount(amount_minor: int, currency: str, param: str) -> None:
    """Raises StripeError for a total that Stripe would not charge in this currency."""
    if amount_minor > MAXIMUM_MINOR:
        message = f"Amount must be no more than {show(MAXIMUM_MINOR, currency)}"
        raise StripeError(message, code="amount_too_large", param=param)
    least = MINIMUM_MINOR.get(currency, 1)
    if amount_minor < least:
        message = f"The Checkout Session's total amount due must add up to at least {show(least, currency)}"
        raise StripeError(message, code="amount_too_small", param=param)
    step = 100 if currency in WHOLE_IN_HUNDREDTHS else 10 if currency in THREE_DECIMAL else 1
    if amount_minor % step:
        message = f"Invalid amount: {currency.upper()} amounts must be divisible by {step}."
        raise StripeError(message, code="parameter_invalid_integer", param=param)


def show(amount_minor: int, currency: str) -> str:
    """`show(45000, "eur")` → `€450.00`, as a person reads it."""
    decimals = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    return format_currency(Decimal(amount_minor).scaleb(-decimals), currency.upper(), locale="en_US")
