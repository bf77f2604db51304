"""Whose attempts a rate limit counts: the visitor's, also behind proxies, and never somebody a visitor made up."""

import pytest
from starlette.requests import Request

from litesubs.api.deps import client_address
from litesubs.settings import settings


def address(peer: str, *forwarded: str, trusted: str = "", monkeypatch: pytest.MonkeyPatch) -> str:
    """What a request from `peer` with these X-Forwarded-For headers counts as."""
    monkeypatch.setenv("LITESUBS_TRUSTED_PROXIES", trusted)
    settings.cache_clear()
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    return client_address(Request({"type": "http", "headers": headers, "client": (peer, 1234)}))


def test_without_trusted_proxies_the_peer_counts_whatever_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert address("127.0.0.1", "203.0.113.9", monkeypatch=monkeypatch) == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("127.0.0.1", ["203.0.113.9"], "127.0.0.1", "203.0.113.9"),
        ("203.0.113.7", ["203.0.113.9"], "127.0.0.1", "203.0.113.7"),  # not through the proxy
        ("127.0.0.1", ["6.6.6.6, 203.0.113.9"], "127.0.0.1", "203.0.113.9"),  # the visitor wrote the first
        ("127.0.0.1", ["6.6.6.6", "203.0.113.9"], "127.0.0.1", "203.0.113.9"),  # in a header of its own
        ("10.0.0.2", ["6.6.6.6, 203.0.113.9, 10.0.0.7"], "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.2", ["10.0.0.8, 10.0.0.7"], "10.0.0.0/8", "10.0.0.8"),  # somebody at home, through both
        ("10.0.0.2", ["203.0.113.9"], "192.168.0.0/16, 10.0.0.2", "203.0.113.9"),
        ("::ffff:10.0.0.2", ["::ffff:203.0.113.9"], "10.0.0.2", "203.0.113.9"),  # a socket for both protocols
        ("fd00::1", ["2001:db8::9"], "fd00::/8", "2001:db8::9"),
        ("10.0.0.2", [], "10.0.0.2", "10.0.0.2"),
        ("10.0.0.2", ["unknown"], "10.0.0.2", "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.9, _hidden"], "10.0.0.2", "10.0.0.2"),
        ("10.0.0.2", [",,,"], "10.0.0.2", "10.0.0.2"),
        ("10.0.0.2", ["\xff" * 1000], "10.0.0.2", "10.0.0.2"),
        ("testclient", ["203.0.113.9"], "0.0.0.0/0", "testclient"),  # a socket without an address
    ],
)
def test_behind_trusted_proxies_the_last_hop_that_is_none_counts(
    peer: str, forwarded: list[str], trusted: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert address(peer, *forwarded, trusted=trusted, monkeypatch=monkeypatch) == expected
