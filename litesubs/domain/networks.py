"""Lists of IP addresses and networks that somebody allows: read as written, kept as CIDR, asked about a caller."""

import ipaddress
import re
from collections.abc import Sequence

from litesubs.domain import prose

MOST = 50
LONGEST = 4_000  # characters
HELP = "Write them like 192.0.2.7 or 2001:db8::/32."
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read(text: str) -> list[str]:
    """The networks in a text, with commas, blanks or line ends between them: each once, as written. prose.TextError."""
    parts = re.split(r"[,;\s]+", prose.block(text, "The list", LONGEST))
    found: dict[str, None] = {}
    for part in filter(None, parts):
        try:
            found[str(_network(part))] = None
        except ValueError:
            message = f"“{part[:45]}” is no address or network. {HELP}"
            raise prose.TextError(message) from None
    if len(found) > MOST:
        message = f"There are {len(found)}. Write up to {MOST}, or networks that hold several."
        raise prose.TextError(message)
    return list(found)


def hold(networks: Sequence[str], address: str) -> bool:
    """Whether the address lies in one of these. What is no address lies nowhere."""
    try:
        caller = _plain(ipaddress.ip_address(address))
    except ValueError:  # a caller without one, as through a socket of the machine
        return False
    return any(caller in ipaddress.ip_network(network) for network in networks)


def shown(networks: Sequence[str]) -> list[str]:
    """As people write them: a network of one address is that address."""
    return [network.removesuffix("/32") if "." in network else network.removesuffix("/128") for network in networks]


def _plain(address: Address) -> Address:
    """An IPv4 address as such, also where a socket for both kinds writes it as ::ffff:192.0.2.7."""
    return getattr(address, "ipv4_mapped", None) or address


def _network(text: str) -> Network:
    """A network, or an address as a network of one. IPv4 that is written as IPv6 is read as IPv4. ValueError."""
    network = ipaddress.ip_network(text, strict=False)
    if isinstance(network, ipaddress.IPv4Network):
        return network
    if network.network_address.scope_id:  # the name of a cable on one machine
        raise ValueError(text)
    mapped, bits = network.network_address.ipv4_mapped, ipaddress.IPV6LENGTH - ipaddress.IPV4LENGTH
    return network if mapped is None else ipaddress.IPv4Network((mapped, max(network.prefixlen - bits, 0)))
