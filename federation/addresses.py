"""Which network addresses a request of ours may go to. Pure: nothing is resolved here.

An allow rule: what is not known to be an ordinary public host is refused. `ipaddress.is_global`
alone is not that rule, it passes multicast and every way to wrap an IPv4 address in an IPv6 one.
Source: F-DOC-4, threats T35 and T36.
"""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network(
    "64:ff9b::/96"
)  # how a host without IPv4 reaches it; judged by the last 32 bits
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_REFUSED: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments; some of it counts as global
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
# Where hospitals have their own servers: RFC 1918, RFC 6598, RFC 4193.
PRIVATE: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# Never, whatever an operator lists as private: ourselves, cloud metadata, not one host.
_NEVER_PRIVATE: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/3",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/32",
        "2002::/16",
        "2001::/32",
        "fe80::/10",
        "ff00::/8",
        "fd00:ec2::254/128",  # cloud metadata over IPv6
    )
)


def parsed(text: str) -> Address | None:
    """The address in its one plain notation; None for a name or any other way to write one."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if isinstance(address, IPv6Address) and address.scope_id else address


def may_connect(address: Address, private_networks: Sequence[Network] = ()) -> bool:
    """Whether `address` is globally routable unicast, or in a network the operator listed."""
    if any(address in network for network in private_networks):
        return not any(address in network for network in _NEVER_PRIVATE)
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return may_connect(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    if any(address in network for network in _REFUSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
