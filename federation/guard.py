"""Which URLs and addresses a request of ours may go to, whatever a peer or a name server says.

Source: F-DOC-4, federation.md 14 (loopback in development), threats T35-T38.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from federation.addresses import PRIVATE, Address, Network, may_connect, parsed
from federation.errors import FetchFailed, Malformed, UnsafeAddress
from federation.origin import Development, origin_of

SocketAddress = tuple[int, int, int, str, tuple[Any, ...]]
"""Family, kind, protocol, canonical name, and host and port, as getaddrinfo gives them."""


class RefusedAddress(OSError):
    """Raised where a socket is made: aiohttp handles an OSError there and loses anything else."""


@dataclass(frozen=True)
class Guard:
    """`private_networks` are allowed; loopback is for the pairs of `development` alone.

    `named`: one origin that an owner named: it may have a private address, and any port. What it
    redirects or refers to may not.
    """

    development: Development
    private_networks: tuple[Network, ...] = ()
    named: str = ""
    _loopback_ports: frozenset[int] = field(init=False)
    _named_places: set[tuple[str, int]] = field(init=False, default_factory=set, compare=False)

    def __post_init__(self) -> None:
        ports = frozenset(int(pair.rpartition(":")[2]) for pair in self.development.peers)
        object.__setattr__(self, "_loopback_ports", ports)

    @lru_cache(maxsize=1024)  # noqa: B019 (a guard lives as long as its process)
    def vetted(self, url: str) -> str:
        """The URL in one normal form, without fragment. UnsafeAddress if it may not be asked."""
        try:
            origin = origin_of(url, self.development)
            asked, target = urlsplit(origin), urlsplit(url)
        except (Malformed, ValueError):
            raise UnsafeAddress("not a URL that may be fetched") from None
        is_peer = asked.scheme == "http"  # origin_of lets no other http pass
        is_named = origin == self.named
        if asked.port is not None and not (is_peer or is_named):
            raise UnsafeAddress(f"{asked.netloc}: a port that is not 443")
        address = parsed(asked.hostname or "")
        if address is not None and not self.allows(address, is_peer, is_named):
            raise UnsafeAddress(f"{asked.netloc} is not a public address")
        path = quote(target.path or "/", safe="/%:@!$&'()*+,;=~")
        query = quote(target.query, safe="/%:@!$&'()*+,;=~?")
        return f"{origin}{path}?{query}" if query else f"{origin}{path}"

    def redirected(self, url: str, location: str | None) -> str:
        """Where `url` redirects to, vetted like any other. FetchFailed when that is nowhere."""
        if not location:
            raise FetchFailed(f"{urlsplit(url).netloc} redirects to nowhere", permanent=True)
        try:
            return self.vetted(urljoin(url, location))
        except ValueError:
            raise UnsafeAddress(f"{urlsplit(url).netloc} redirects to no URL") from None

    def same_origin(self, one: str, other: str) -> bool:
        """False also for what has no origin."""
        try:
            return origin_of(one, self.development) == origin_of(other, self.development)
        except Malformed:
            return False

    def allows(self, address: Address, is_peer: bool, is_named: bool = False) -> bool:
        """`is_peer`: whether the address is asked for as a listed development peer; `is_named`: as
        the origin that an owner named."""
        if address.is_loopback:
            return is_peer
        more = PRIVATE if is_named else ()
        return may_connect(address, (*self.private_networks, *more))

    async def resolve(self, host: str, port: int, family: int = 0) -> list[SocketAddress]:
        """The addresses of a name. One that is not allowed refuses the name (T36).

        Raises UnsafeAddress, and OSError when there is no such name.
        """
        loop = asyncio.get_running_loop()
        found: Sequence[SocketAddress] = await loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, family=family
        )
        is_peer = f"{host}:{port}" in self.development.peers
        is_named = self._is_named(host, port)
        for entry in found:
            address = parsed(str(entry[4][0]))
            if address is None or not self.allows(address, is_peer, is_named):
                raise UnsafeAddress(f"{host} resolves to an address that is not public")
        if is_named:
            self._named_places.update((str(entry[4][0]), port) for entry in found)
        return list(found)

    async def addresses(self, url: str) -> list[str]:
        """Where the name in a URL leads. Raises as `vetted` and `resolve` do."""
        parts = urlsplit(self.vetted(url))
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = await self.resolve(parts.hostname or "", port)
        return sorted({str(place[0]) for *_, place in found})

    def new_socket(self, target: SocketAddress) -> socket.socket:
        """A socket for an address that passes again: the last look before a connection."""
        family, kind, protocol, _, place = target
        address = parsed(str(place[0]))
        there = (str(place[0]), place[1])
        is_named = there in self._named_places or self._is_named(*there)
        if address is None or not self.allows(address, place[1] in self._loopback_ports, is_named):
            raise RefusedAddress("not a public address")
        return socket.socket(family, kind, protocol)

    def _is_named(self, host: str, port: int) -> bool:
        named = urlsplit(self.named)
        return named.scheme == "https" and (host, port) == (named.hostname, named.port or 443)
