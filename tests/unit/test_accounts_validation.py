"""What sign-up and a creator's profile refuse before they look at the database."""

from itertools import count
from typing import Any

import pytest

from litesubs.domain import accounts, ids, profiles
from litesubs.domain.actors import Actor
from litesubs.domain.errors import ValidationFailedError
from tests.factories import PASSWORD

_addresses = (f"10.1.{number // 250}.{number % 250}" for number in count())


@pytest.fixture
def ip() -> str:
    """An address from which nobody has tried anything."""
    return next(_addresses)


def fields_of(error: pytest.ExceptionInfo[ValidationFailedError]) -> set[str]:
    """The fields that were refused."""
    return set(error.value.fields)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "a@b",
        "a b@example.com",
        "a@example..com",
        "<b>@example.com",
        "a\x00@example.com",
        "a\u202e@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "x" * 100_000 + "@example.com",
        None,
        5,
        [],
        "a\ud800@b.com",
    ],
)
def test_an_address_that_cannot_be_one_is_refused(bad: Any, ip: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        accounts.sign_up(bad, PASSWORD, "Ada", ip)
    assert fields_of(refused) == {"email"}


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "short",
        "x" * 11,
        "x" * 12,
        "x" * 129,
        "y" * 100_000,
        "ADA-BYRON@EXAMPLE.COM",
        None,
        123456789012,
        ["x"] * 12,
    ],
)
def test_a_password_that_is_too_easy_is_refused(bad: Any, ip: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        accounts.sign_up("ada-byron@example.com", bad, "Ada", ip)
    assert fields_of(refused) == {"password"}


@pytest.mark.parametrize(
    "bad", ["", " ", "\u200b", "x" * 81, "x" * 100_000, "a\x00b", "a\x1bb", "a\u202eb", "a\u200fb", None, 5, []]
)
def test_a_name_nobody_could_read_is_refused(bad: Any, ip: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        accounts.sign_up("ada@example.com", PASSWORD, bad, ip)
    assert fields_of(refused) == {"name"}


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ab",
        "x" * 31,
        "x" * 100_000,
        "-abc",
        "abc-",
        "a_b",
        "a.b",
        "a b",
        "a/b",
        "../etc",
        "admin",
        "API",
        "www",
        "p",
        "null",
        "аda",
        "ada\u200b",
        "ａda",
        "ada\x00",
        "<b>",
        None,
        5,
        [],
    ],
)
def test_handles_that_are_reserved_look_alike_or_do_not_fit_an_address_are_refused(bad: Any) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        profiles.become_creator(Actor(user_id=ids.new()), "Ada", bad)
    assert fields_of(refused) == {"handle"}
