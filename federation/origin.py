"""Which host an id belongs to. Who may speak for whom is decided by comparing origins.

Strict on purpose: what two URL parsers could read differently is refused, not repaired.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from unicodedata import normalize

from federation.errors import Malformed, OriginMismatch

MAX_URI_LENGTH = 2048
MAX_HOST_LENGTH = 255  # with its port

_URI = re.compile(r"(https?)://([^/?#]*)((?:[/?#].*)?)", re.IGNORECASE | re.ASCII)
_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:@]+)(?::([0-9]{1,5}))?", re.ASCII)
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\"\ud800-\udfff]|\s")
_UNSAFE_ASCII = bytes(code for code in range(128) if _UNSAFE.match(chr(code)))
_MARKED = bytes.maketrans(_UNSAFE_ASCII, b"?" * len(_UNSAFE_ASCII))
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


@dataclass(frozen=True, eq=False)  # itself a key of the caches below, and quick to hash
class Development:
    """The `host:port` pairs for which http stands for https (federation.md 14). Empty: none."""

    peers: frozenset[str] = frozenset()

    def with_files(self) -> "Development":
        """And where these pairs serve files: at the address of `localhost`."""
        places = {pair.replace("localhost:", "127.0.0.1:", 1) for pair in self.peers}
        return Development(self.peers | places)


PRODUCTION = Development()

# Below a country's name these are registries, not somebody's domain.
REGISTRIES = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "govt", "net", "nhs", "or", "org", "sch"}
)


def origin_of(uri: object, dev: Development = PRODUCTION) -> str:
    """`https://host[:port]` of an absolute id; host as lower-case A-label, port 443 dropped.

    Source: federation.md, "Origin"; F-DOC-3. http only for the pairs of `dev`, which keep their
    port. Raises Malformed for whatever is not such an id: a number, a relative path, credentials,
    white space, a trailing dot, an address in another notation. A fragment is allowed.
    """
    scheme, host = _split(uri, dev)
    return f"{scheme}://{host}"


def host_of(uri: object, dev: Development = PRODUCTION) -> str:
    """The host that trust, handles and delivery lanes are about: `host`, or `host:port` where the
    port is not the default. Raises Malformed like origin_of."""
    return _split(uri, dev)[1]


def is_registry(host: str) -> bool:
    """Whether strangers have names below this one, as below `com` and `co.uk`. A guess."""
    labels = host.partition(":")[0].split(".")
    if len(labels) == 1:
        return ":" not in host
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in REGISTRIES


def require_same_origin(uri: object, *others: object, dev: Development = PRODUCTION) -> None:
    """An actor may speak for its own origin only.

    Source: FEP-fe34, origin-based security. Raises OriginMismatch, naming origins and no path,
    and Malformed when one of them has no origin.
    """
    own, different = _split(uri, dev), None
    for each in others:
        if (found := _split(each, dev)) != own:
            different = different or found
    if different is not None:
        raise OriginMismatch(f"{'://'.join(own)} spoke for {'://'.join(different)}")


def is_same_origin(one: object, other: object, dev: Development = PRODUCTION) -> bool:
    """As `require_same_origin`, where a difference is no reason to refuse; False for no origin."""
    try:
        require_same_origin(one, other, dev=dev)
    except (Malformed, OriginMismatch):
        return False
    return True


def authority_and_target(url: str) -> tuple[str, str]:
    """What a request to `url` has as Host, and as raw path and query; default ports dropped.

    Whether we may go there is not decided here: http passes. Raises Malformed.
    """
    scheme, host, port, rest = _parts(url)
    target = rest.partition("#")[0]
    if not target.startswith("/"):
        target = "/" + target
    if port is None or port == {"https": 443, "http": 80}[scheme]:
        return host, target
    return f"{host}:{port}", target


def _split(uri: object, dev: Development) -> tuple[str, str]:
    if not isinstance(uri, str):
        raise Malformed("not an absolute URI")
    return _split_text(uri, dev)


@lru_cache(maxsize=1024)
def _split_text(uri: str, dev: Development) -> tuple[str, str]:
    """Ids of posts are new, those of actors and keys come again with each; and few are of a server
    that wrote nothing of late."""
    if len(uri) > MAX_URI_LENGTH or _is_unsafe(uri):
        raise Malformed("not an absolute URI")
    end = uri.find("/", len("https://"))
    return _origin(uri if end < 0 else uri[:end], dev)


@lru_cache(maxsize=1024)
def _origin(uri: str, dev: Development) -> tuple[str, str]:
    scheme, host, port, _ = _parts(uri)
    if scheme == "http":
        pair = f"{host}:{port or 80}"
        if pair not in dev.peers:
            raise Malformed("not an https URI")
        return scheme, pair
    host = host if port in (None, 443) else f"{host}:{port}"
    if len(host) > MAX_HOST_LENGTH:
        raise Malformed("not a host")
    return scheme, host


def _parts(uri: object) -> tuple[str, str, int | None, str]:
    if not isinstance(uri, str) or len(uri) > MAX_URI_LENGTH or _is_unsafe(uri):
        raise Malformed("not an absolute URI")
    found = _URI.fullmatch(uri)
    authority = _AUTHORITY.fullmatch(found[2]) if found else None
    if found is None or authority is None:
        raise Malformed("not an absolute https URI without credentials")
    host, port = _canonical_host(authority[1]), _port(authority[2])
    return found[1].lower(), host, port, found[3]


def _is_unsafe(uri: str) -> bool:
    if not uri.isascii():
        return bool(_UNSAFE.search(uri))
    text = uri.encode()  # nearly all, and quicker than a pattern
    return text.translate(_MARKED) != text


def _port(digits: str | None) -> int | None:
    if digits is None:
        return None
    if digits.startswith("0") or int(digits) > 65535:
        raise Malformed("not a port")
    return int(digits)


@lru_cache(maxsize=1024)
def _canonical_host(host: str) -> str:
    try:
        if host.startswith("["):
            return f"[{IPv6Address(host[1:-1])}]"
        name = _ascii_name(host.lower())
        # The last label decides, as in browsers: "127.1" and "0x7f.1" are addresses to a resolver.
        if _NUMBER.fullmatch(name.rpartition(".")[2]):
            return str(IPv4Address(name))
    except (AddressValueError, UnicodeError) as error:
        raise Malformed("not a host") from error
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Malformed("not a host")
    for label in labels:
        _check_a_label(label)
    return name


def _ascii_name(name: str) -> str:
    """The name in ASCII. Names that two IDNA versions map differently (sharp s) are refused."""
    if name.isascii():
        return name
    if len(name) > 253:
        raise Malformed("not a host")
    encoded = name.encode("idna")
    if encoded.decode("idna") != name:
        raise Malformed("not a host in normal form")
    return encoded.decode("ascii").lower()


def _check_a_label(label: str) -> None:
    """A label that starts with xn-- must stand for what only it can stand for (T19)."""
    if not label.startswith("xn--"):
        return
    try:
        decoded = label[4:].encode().decode("punycode")
        again = decoded.encode("punycode").decode()
    except (UnicodeError, ValueError, OverflowError) as error:
        raise Malformed("not a host") from error
    plain = normalize("NFC", decoded).lower()
    if decoded.isascii() or not decoded.isprintable() or decoded != plain or again != label[4:]:
        raise Malformed("not a host")
