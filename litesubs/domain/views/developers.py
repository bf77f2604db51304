"""What a creator sees of their API keys. The key itself is in none of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyView:
    """An API key. `state` is active, ending (another takes over), replaced, expired or revoked; `living` the first two.

    `expires`, `cap`, `spent` and `networks` are words, "" where there is no such limit; `addresses` are all of them.
    """

    id: str
    name: str
    prefix: str
    scopes: list[str]
    state: str
    living: bool
    made: str
    made_by: str
    last_used: str
    expires: str
    cap: str
    spent: str
    networks: str
    addresses: str


@dataclass(frozen=True)
class NewKeyView:
    """A key that was just made: the only time that its `token` is told, with a first call to try it with.

    `call` is "" where the key may do neither of the calls that one begins with.
    """

    name: str
    token: str
    call: str
