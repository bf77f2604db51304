"""Money is integer minor units and an ISO currency. Stripe's decimals and minimum charges, formatting and reading.

Sources: docs.stripe.com/currencies (decimals, minimum and maximum charge amounts, special cases).
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency, get_currency_symbol

LOCALE = Locale("en")
ZERO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMALS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
SENT_TIMES_100 = frozenset({"ISK", "UGX"})  # Stripe counts these as two-decimal although they have none
LARGEST_CHARGE = 99_999_999  # as Stripe counts

# The least Stripe charges, in major units. The first two lines are Stripe's own figures or, where those depend on the
# bank account's currency, values that leave room for conversion; the rest is about 0.60 US dollars at November 2026.
MINIMUMS = {
    code: Decimal(amount)
    for code, amount in (
        pair.split("=")
        for pair in [
            "USD=.50",
            "EUR=.50",
            "CHF=.50",
            "AED=2",
            "CZK=15",
            "HKD=4",
            "HUF=175",
            "MYR=2",
            "PLN=2",
            "GBP=.40",
            "AUD=.70",
            "CAD=.70",
            "NZD=.90",
            "SGD=.70",
            "BRL=2.50",
            "DKK=3.20",
            "NOK=5",
            "SEK=5",
            "MXN=9",
            "INR=60",
            "JPY=80",
            "THB=20",
            "ZAR=9",
            "TRY=30",
            "AFN=45",
            "ALL=60",
            "AMD=240",
            "ANG=1.10",
            "AOA=560",
            "ARS=900",
            "AWG=1.10",
            "AZN=1.10",
            "BAM=1.10",
            "BBD=1.20",
            "BDT=75",
            "BGN=1",
            "BHD=.250",
            "BIF=1800",
            "BMD=.60",
            "BND=.80",
            "BOB=4.20",
            "BSD=.60",
            "BWP=8",
            "BYN=2",
            "BZD=1.20",
            "CDF=1500",
            "CLP=600",
            "CNY=4.30",
            "COP=2500",
            "CRC=310",
            "CVE=60",
            "DJF=110",
            "DOP=38",
            "DZD=82",
            "EGP=30",
            "ETB=90",
            "FJD=1.40",
            "FKP=.50",
            "GEL=1.70",
            "GIP=.50",
            "GMD=43",
            "GNF=5200",
            "GTQ=4.70",
            "GYD=126",
            "HNL=16",
            "HTG=80",
            "IDR=10000",
            "ILS=2.20",
            "ISK=80",
            "JMD=97",
            "JOD=.430",
            "KES=78",
            "KGS=53",
            "KHR=2500",
            "KMF=260",
            "KRW=850",
            "KWD=.190",
            "KYD=.50",
            "KZT=320",
            "LAK=13500",
            "LBP=54000",
            "LKR=182",
            "LRD=115",
            "LSL=11",
            "MAD=5.60",
            "MDL=10.50",
            "MGA=2700",
            "MKD=32",
            "MMK=1300",
            "MNT=2200",
            "MOP=5",
            "MUR=28",
            "MVR=9.30",
            "MWK=1050",
            "MZN=39",
            "NAD=11",
            "NGN=950",
            "NIO=22",
            "NPR=85",
            "OMR=.240",
            "PAB=.60",
            "PEN=2.20",
            "PGK=2.50",
            "PHP=35",
            "PKR=170",
            "PYG=4400",
            "QAR=2.20",
            "RON=2.70",
            "RSD=62",
            "RUB=55",
            "RWF=880",
            "SAR=2.30",
            "SBD=5",
            "SCR=9",
            "SHP=.50",
            "SLE=14",
            "SOS=345",
            "SRD=24",
            "STD=13000",
            "SZL=11",
            "TJS=6.50",
            "TND=1.800",
            "TOP=1.50",
            "TTD=4.10",
            "TWD=20",
            "TZS=1600",
            "UAH=25",
            "UGX=2200",
            "UYU=25",
            "UZS=7600",
            "VND=16000",
            "VUV=73",
            "WST=1.70",
            "XAF=350",
            "XCD=1.70",
            "XCG=1.10",
            "XOF=350",
            "XPF=64",
            "YER=150",
            "ZMW=15",
        ]
    )
}


THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
NUMBER = re.compile(r"-?(\d{1,20}(\.\d{0,10})?|\.\d{1,10})", re.ASCII)
NOT_A_NUMBER = "Write the price as a number, like 450 or 49.50."


class PriceError(ValueError):
    """The sentence to show beside the price field."""


def decimals(currency: str) -> int:
    """How many digits the minor unit has: 0, 2 or 3."""
    return 0 if currency in ZERO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def minimum_minor(currency: str) -> int:
    """The least Stripe charges, in minor units. `currency` must be one of MINIMUMS."""
    return int(MINIMUMS[currency].scaleb(decimals(currency)))


def maximum_minor(currency: str) -> int:
    """The most Stripe charges, in minor units."""
    return LARGEST_CHARGE // (100 if currency in SENT_TIMES_100 else 1)


def stripe_amount(minor: int, currency: str) -> int:
    """`minor` as Stripe counts it."""
    return minor * 100 if currency in SENT_TIMES_100 else minor


@lru_cache
def currencies() -> list[tuple[str, str]]:
    """(code, "EUR, Euro") of every currency that can be charged, the most used first, the rest by code."""
    first = ["EUR", "USD", "GBP", "CHF", "CAD", "AUD", "DKK", "NOK", "SEK", "PLN", "JPY"]
    ordered = first + sorted(set(MINIMUMS) - set(first))
    return [(code, f"{code}, {LOCALE.currencies.get(code, code)}") for code in ordered]


def show(minor: int, currency: str, *, whole: bool = True) -> str:
    """ "€450", "€450.50"; with `whole=False` always with decimals: "€450.00"."""
    digits = decimals(currency)
    if whole and minor % 10**digits == 0:
        digits = 0
    return _format(Decimal(minor).scaleb(-decimals(currency)), currency, digits)


def show_each(minor: int, currency: str, credits_sold: int) -> str:
    """The price of one credit: "€45.00", with at least two digits that count: "$0.0033"."""
    each = Decimal(minor).scaleb(-decimals(currency)) / credits_sold
    digits = max(decimals(currency), 1 - each.adjusted())
    return _format(each.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), currency, digits)


def spell(minor: int, currency: str) -> str:
    """The amount for letters that lack the currency's sign: "1,450.00 EUR"."""
    return f"{Decimal(minor).scaleb(-decimals(currency)):,.{decimals(currency)}f} {currency}"


def show_input(minor: int, currency: str) -> str:
    """The amount as a person would type it: "450.00"."""
    return f"{Decimal(minor).scaleb(-decimals(currency)):.{decimals(currency)}f}"


def read(text: str, currency: str) -> int:
    """Minor units of a typed price, or PriceError with one sentence: what is wrong and what to do."""
    digits = decimals(currency)
    plain = text.strip()
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    if not NUMBER.fullmatch(plain):
        raise PriceError(NOT_A_NUMBER)
    amount = Decimal(plain)
    least, most = minimum_minor(currency), maximum_minor(currency)
    name = LOCALE.currencies.get(currency, currency)
    if amount > Decimal(most).scaleb(-digits):
        raise PriceError(f"The most that can be charged at once is {show(most, currency)}.")
    minor = amount.scaleb(digits)
    if amount > 0 and minor != minor.to_integral_value():
        raise PriceError(f"{name} has {digits or 'no'} decimals. Round the price.")
    if minor < least:
        given = f"{show(int(minor), currency, whole=False)} is" if amount > 0 else "That is"
        raise PriceError(f"{given} below what Stripe can charge. The least is {show(least, currency, whole=False)}.")
    if currency in THREE_DECIMALS and int(minor) % 10:
        raise PriceError("Stripe charges this currency in steps of 0.010. Let the last digit be 0.")
    return int(minor)


def _format(amount: Decimal, currency: str, digits: int) -> str:
    gap = "\u00a0" if get_currency_symbol(currency, LOCALE)[-1].isalpha() else ""
    pattern = f"¤{gap}#,##0" + ("." + "0" * digits if digits else "")
    return format_currency(amount, currency, pattern, locale=LOCALE, currency_digits=False)
