"""Money: what Stripe can charge, how it is read from a form, and how it is shown."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litesubs.domain import money

CURRENCIES = sorted(money.MINIMUMS)


@st.composite
def chargeable(draw: st.DrawFn) -> tuple[int, str]:
    """An amount in minor units that Stripe charges, and its currency."""
    currency = draw(st.sampled_from(CURRENCIES))
    step = 10 if currency in money.THREE_DECIMALS else 1
    least, most = money.minimum_minor(currency), money.maximum_minor(currency)
    return draw(st.integers(-(-least // step), most // step)) * step, currency


@given(chargeable())
def test_a_price_survives_being_shown_in_the_form_and_read_back(price: tuple[int, str]) -> None:
    minor, currency = price
    assert money.read(money.show_input(minor, currency), currency) == minor


@given(chargeable())
def test_what_is_shown_has_exactly_the_digits_of_the_amount(price: tuple[int, str]) -> None:
    minor, currency = price
    shown = money.show(minor, currency, whole=False)
    digits = "".join(character for character in shown if character.isdigit())
    assert int(digits) == minor
    assert ("." in shown.lstrip("¤")) >= (money.decimals(currency) > 0)


@given(chargeable(), st.integers(1, 1_000_000))
def test_the_price_of_one_credit_is_within_half_of_its_last_digit(price: tuple[int, str], credit_count: int) -> None:
    minor, currency = price
    shown = money.show_each(minor, currency, credit_count)
    number = "".join(character for character in shown if character.isdigit() or character == ".").strip(".")
    exact = Decimal(minor).scaleb(-money.decimals(currency)) / credit_count
    last_digit = Decimal(1).scaleb(Decimal(number).as_tuple().exponent)  # type: ignore[arg-type]
    assert abs(Decimal(number) - exact) <= last_digit / 2
    assert Decimal(number) > 0


@given(st.text())
def test_any_text_is_a_price_within_bounds_or_refused(text: str) -> None:
    for currency in ("EUR", "JPY", "BHD", "ISK"):
        with contextlib.suppress(money.PriceError):
            assert money.minimum_minor(currency) <= money.read(text, currency) <= money.maximum_minor(currency)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_currency_takes_its_minimum_and_maximum_and_nothing_beyond(currency: str) -> None:
    least, most = money.minimum_minor(currency), money.maximum_minor(currency)
    step = 10 if currency in money.THREE_DECIMALS else 1
    assert money.read(money.show_input(least, currency), currency) == least
    assert money.read(money.show_input(most // step * step, currency), currency) == most // step * step
    for outside in (least - step, most + 1):
        with pytest.raises(money.PriceError):
            money.read(money.show_input(outside, currency), currency)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_stripe_counts_two_decimals_for_the_two_currencies_that_pretend_to_have_them(currency: str) -> None:
    assert money.stripe_amount(123, currency) == (12_300 if currency in {"ISK", "UGX"} else 123)
    assert money.stripe_amount(money.maximum_minor(currency), currency) <= money.LARGEST_CHARGE


def test_every_currency_of_the_form_can_be_charged_and_is_listed_once() -> None:
    codes = [code for code, _label in money.currencies()]
    assert sorted(codes) == CURRENCIES
    assert set(codes) >= money.ZERO_DECIMALS | money.THREE_DECIMALS


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("450", "EUR", 45_000),
        (" 49.50 ", "EUR", 4_950),
        ("49,50", "EUR", 4_950),
        ("49,5", "EUR", 4_950),
        ("1,500", "EUR", 150_000),
        ("1,234.5", "USD", 123_450),
        (".5", "EUR", 50),
        ("450.00", "JPY", 450),
        ("0.250", "BHD", 250),
        ("007", "EUR", 700),
    ],
)
def test_prices_are_read_as_people_type_them(typed: str, currency: str, minor: int) -> None:
    assert money.read(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency", "said"),
    [
        ("", "EUR", "as a number"),
        ("free", "EUR", "as a number"),
        ("NaN", "EUR", "as a number"),
        ("Infinity", "EUR", "as a number"),
        ("1e3", "EUR", "as a number"),
        ("1_000", "EUR", "as a number"),
        ("€5", "EUR", "as a number"),
        ("٤٥٠", "EUR", "as a number"),
        ("4\x0050", "EUR", "as a number"),
        ("1.5.0", "EUR", "as a number"),
        ("9" * 100_000, "EUR", "as a number"),
        ("0", "EUR", "That is below"),
        ("-5", "EUR", "That is below"),
        ("0.49", "EUR", "€0.49 is below"),
        ("0.001", "EUR", "2 decimals"),
        ("79", "JPY", "below"),
        ("100.5", "JPY", "no decimals"),
        ("1.2345", "BHD", "3 decimals"),
        ("1.005", "BHD", "steps of 0.010"),
        ("1000000", "EUR", "The most"),
        (str(10**12), "EUR", "The most"),
        ("1000000", "ISK", "The most"),
    ],
)
def test_a_price_that_cannot_be_charged_says_why(typed: str, currency: str, said: str) -> None:
    with pytest.raises(money.PriceError, match=said):
        money.read(typed, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (45_000, "EUR", "€450"),
        (45_050, "EUR", "€450.50"),
        (123_456_789, "USD", "$1,234,567.89"),
        (450, "JPY", "¥450"),
        (1_500, "BHD", "BHD\u00a01.500"),
        (5_000, "CHF", "CHF\u00a050"),
    ],
)
def test_amounts_are_shown_with_their_currency(minor: int, currency: str, shown: str) -> None:
    assert money.show(minor, currency) == shown


def test_the_price_of_one_credit_keeps_two_digits_that_count() -> None:
    assert money.show_each(45_000, "EUR", 10) == "€45.00"
    assert money.show_each(1_000, "USD", 3_000) == "$0.0033"
    assert money.show_each(450, "JPY", 1_000) == "¥0.45"


def test_a_price_is_spelled_where_its_sign_cannot_be_drawn() -> None:
    assert money.spell(145_000, "EUR") == "1,450.00 EUR"
    assert money.spell(99_999_999_999, "KRW") == "99,999,999,999 KRW"
    assert money.spell(1_234_500, "TND") == "1,234.500 TND"
