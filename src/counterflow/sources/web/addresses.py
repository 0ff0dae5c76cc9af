"""Which network addresses a page may come from: those of the open Internet; all others only where the user allows it.

Ranges: the special-purpose registries of IANA for IPv4 and IPv6 (RFC 6890), multicast (RFC 5771), and what clouds use
for the metadata of their machines.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_METADATA: Final = "the metadata of a cloud machine"
_CLOSED_4: Final = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("169.254.169.254/32", _METADATA),
        ("100.100.100.200/32", _METADATA),
        ("192.0.0.192/32", _METADATA),
        ("168.63.129.16/32", _METADATA),  # public by its number, yet each machine's own
        ("0.0.0.0/8", "no address of a server"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address inside a provider's network"),
        ("127.0.0.0/8", "an address of this machine"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a reserved address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for tests"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    )
)
_OPEN_6: Final = IPv6Network("2000::/3")  # all that was ever given out; no page lives elsewhere
_CLOSED_6: Final = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("fd00:ec2::254/128", _METADATA),
        ("::/128", "no address of a server"),
        ("::1/128", "an address of this machine"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("ff00::/8", "a multicast address"),
        ("2001::/23", "a reserved address"),  # Teredo, benchmarks, identifiers
        ("2001:db8::/32", "an address for documentation"),
        ("2002::/16", "a reserved address"),  # 6to4, which carries any IPv4 address and is given up (RFC 7526)
        ("3fff::/20", "an address for documentation"),
    )
)
_CARRYING: Final = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv4 written as IPv6, and NAT64, by which a network without IPv4 reaches it: both end in the IPv4 address."""
_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def closed(address: Address) -> str | None:
    """What an address is that no page on the open Internet has ("a private address"), or None where it is open."""
    if isinstance(address, IPv4Address):
        return next((what for network, what in _CLOSED_4 if address in network), None)
    address = IPv6Address(int(address))  # without the zone behind "%"
    named = next((what for network, what in _CLOSED_6 if address in network), None)
    if named:
        return named
    if any(address in network for network in _CARRYING):
        return closed(IPv4Address(int(address) & 0xFFFFFFFF))
    return None if address in _OPEN_6 else "a reserved address"


def literal(host: str) -> Address | None:
    """The address that a host name spells out in any form that resolvers take, or None for a name.

    As the URL standard reads IPv4: one to four parts, decimal, octal ("0177") or hexadecimal ("0x7f"), the last one
    filling what is left. Raises ValueError for what ends in a number and is no address.
    """
    if ":" in host:
        return ip_address(host)
    parts = host.removesuffix(".").split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) and len(part) < 20 for part in parts):
        raise ValueError(f"{host[:80]} is no address")
    *first, last = [_value(part) for part in parts]
    rest = 4 - len(first)
    if any(part > 255 for part in first) or last >= 256**rest:
        raise ValueError(f"{host[:80]} is no address")
    return IPv4Address(sum(part << 8 * (3 - k) for k, part in enumerate(first)) + last)


def _value(part: str) -> int:
    if part[:2] in {"0x", "0X"}:
        return int(part[2:] or "0", 16)
    return int(part, 8 if part[0] == "0" else 10)
