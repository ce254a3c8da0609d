"""A request as the protocol sees it: raw target, every header, the body."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import quote

from quart import Request
from quart.wrappers.base import BaseRequestWebsocket

from federation import messages
from instance import config

BODY_MAX = 512 * 1024
BODY_SECONDS = 10  # F-DOC-1, T30

Headers = tuple[tuple[str, str], ...]


async def signed_request(incoming: Request) -> messages.Request:
    """The request that signatures are checked on; nothing decoded, order and repeats kept."""
    raw = await incoming.get_data()
    scope: Any = incoming.scope
    return message(scope, raw_headers(scope), raw if isinstance(raw, bytes) else raw.encode())


def message(scope: Mapping[str, Any], headers: Headers, body: bytes) -> messages.Request:
    """`scope`: as ASGI has it; `headers`: its own."""
    target, query = raw_path(scope), scope.get("query_string")
    if query:
        target += b"?" + query
    return messages.Request(scope["method"], target.decode("latin-1"), headers, body)


def raw_headers(scope: Mapping[str, Any]) -> Headers:
    """Their names are lower-case: ASGI says so."""
    found = scope["headers"]
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in found])


def raw_path(scope: Mapping[str, Any]) -> bytes:
    """As it was sent, nothing decoded; without the query."""
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return path.partition(b"?")[0]


def has_nul(incoming: BaseRequestWebsocket) -> bool:
    """Whether path or query hold a character that PostgreSQL keeps in no text: nothing is there."""
    query = incoming.query_string
    return "\0" in incoming.path or b"%00" in query or b"\0" in query


def wants_activity(incoming: BaseRequestWebsocket) -> bool:
    """Whether `Accept` names an ActivityStreams type before HTML (federation.md 3)."""
    for entry in incoming.headers.get("Accept", "").lower().split(","):
        kind = entry.partition(";")[0].strip()
        if kind == "application/activity+json":
            return True
        if kind == "application/ld+json":
            return True
        if kind in ("text/html", "application/xhtml+xml"):
            return False
    return False


def network(incoming: BaseRequestWebsocket) -> str:
    """Whom to throttle: the client's address, of IPv6 its /64 (T65).

    A forwarded address is believed only from a configured proxy. Each proxy adds on the right, in
    the header it found or in another one; so the client is the first from the right that is no
    proxy of ours. What stands left of it is the client's own invention.
    """
    address = _address(incoming.remote_addr or "")
    if address is None:
        return "unknown"
    hops = ",".join(incoming.headers.getlist("X-Forwarded-For")).split(",")
    while hops and _is_proxy(address):
        hop = _address(hops.pop().strip())
        if hop is None:
            break
        address = hop
    if address.version == 6:
        return str(ip_network(f"{address}/64", strict=False))
    return str(address)


def is_proxy(text: str, settings: config.Config) -> bool:
    """Whether it is the address of a proxy of ours."""
    address = _address(text)
    return address is not None and any(address in proxy for proxy in settings.trusted_proxies)


def _is_proxy(address: IPv4Address | IPv6Address) -> bool:
    return any(address in proxy for proxy in config.current().trusted_proxies)


@lru_cache(maxsize=1_024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address that is written as IPv6 is still that IPv4 address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
