"""The text of an API key, and lists of addresses."""

import zlib
from typing import Any

import pytest

from litesubs.domain import key_tokens, networks, prose
from litesubs.settings import settings
from tests.factories import HOSTILE


def test_a_key_says_its_kind_and_ends_with_a_checksum_that_anybody_can_verify() -> None:
    token = key_tokens.new()
    assert token.startswith("ls_test_")
    assert len(token) == 8 + 32 + 6
    number = 0
    for character in token[-6:]:
        number = number * 62 + key_tokens.ALPHABET.index(character)
    assert number == zlib.crc32(token[:-6].encode())
    assert key_tokens.sound(token)
    assert key_tokens.checksum("ls_test_" + "0" * 32) == "1sentW"


def test_a_key_holds_at_least_190_random_bits() -> None:
    assert 62**key_tokens.RANDOM_LENGTH >= 2**190
    assert len({key_tokens.new() for _ in range(200)}) == 200


def test_production_makes_and_takes_live_keys_only(monkeypatch: pytest.MonkeyPatch) -> None:
    test = key_tokens.new()
    monkeypatch.setenv("LITESUBS_ENV", "production")
    settings.cache_clear()
    live = key_tokens.new()
    assert live.startswith("ls_live_")
    assert (key_tokens.sound(live), key_tokens.sound(test)) == (True, False)


def test_one_wrong_character_anywhere_is_noticed() -> None:
    token = key_tokens.new()
    for place in range(len(token)):
        other = "x" if token[place] != "x" else "y"
        assert not key_tokens.sound(token[:place] + other + token[place + 1 :]), place


@pytest.mark.parametrize("given", [*HOSTILE, "ls_test_", "ls_test_" + "é" * 38, "ls_test_" + "٣" * 38])
def test_what_is_no_key_is_not_sound(given: Any) -> None:
    assert not key_tokens.sound(given)


def test_a_key_with_something_around_it_is_not_sound() -> None:
    token = key_tokens.new()
    for given in (f" {token}", f"{token}\n", token[:-1], f"{token}0", token.upper(), f"Bearer {token}"):
        assert not key_tokens.sound(given)


def test_the_same_seed_makes_the_same_key() -> None:
    assert key_tokens.derived(b"a") == key_tokens.derived(b"a") != key_tokens.derived(b"b")
    assert key_tokens.sound(key_tokens.derived(b"a"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        (" 192.0.2.7 ,192.0.2.7;\n10.1.2.3/8\t2001:DB8::/32", ["192.0.2.7/32", "10.0.0.0/8", "2001:db8::/32"]),
        ("::ffff:192.0.2.7", ["192.0.2.7/32"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.0/8"]),
        ("2001:db8::1", ["2001:db8::1/128"]),
    ],
)
def test_networks_are_read_as_people_write_them(text: str, read: list[str]) -> None:
    assert networks.read(text) == read


@pytest.mark.parametrize(
    "text",
    ["example.com", "192.0.2", "192.0.2.256", "192.0.2.7/33", "fe80::1%eth0", "10.0.0.0/x", "1" * 5_000, "a\0b", "/8"],
)
def test_what_is_no_network_is_refused_by_name(text: str) -> None:
    with pytest.raises(prose.TextError):
        networks.read(text)


def test_at_most_fifty_networks_are_taken() -> None:
    many = [f"10.0.0.{number}" for number in range(51)]
    assert len(networks.read("\n".join(many[:50]))) == 50
    with pytest.raises(prose.TextError, match="51"):
        networks.read("\n".join(many))


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("192.0.2.8", False),
        ("2001:db8:1::5", True),
        ("2001:db9::1", False),
        ("testclient", False),
        ("", False),
    ],
)
def test_an_address_is_looked_for_in_both_kinds_of_network(address: str, held: bool) -> None:  # noqa: FBT001 - a table
    assert networks.hold(networks.read("192.0.2.7 2001:db8::/32"), address) is held


def test_networks_of_one_address_are_shown_as_that_address() -> None:
    assert networks.shown(["192.0.2.7/32", "10.0.0.0/8", "2001:db8::1/128", "2001:db8::/32"]) == [
        "192.0.2.7",
        "10.0.0.0/8",
        "2001:db8::1",
        "2001:db8::/32",
    ]
