"""Where an application may have its answer sent (T69): pure, no database."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"  # it is shown to its user, who copies it
LONGEST = 500
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.ASCII)
_PLACE = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?", re.ASCII)
# Those would run or open something in the browser of who says yes.
_DANGEROUS = {
    *("about", "blob", "chrome", "cid", "content", "data", "file", "filesystem", "ftp", "intent"),
    *("javascript", "jar", "mailto", "sms", "tel", "urn", "vbscript", "view-source", "ws", "wss"),
}
_HERE = {"localhost", "127.0.0.1", "::1"}


def is_allowed(uri: str) -> bool:
    """https anywhere, http on the user's own machine, an application's own scheme, or by hand."""
    if uri == OUT_OF_BAND:
        return True
    if not 0 < len(uri) <= LONGEST or not uri.isascii() or not uri.isprintable():
        return False
    if any(character in uri for character in ' #\\"<>'):
        return False
    scheme, colon, rest = uri.partition(":")
    if not colon or not rest or _SCHEME.fullmatch(scheme.lower()) is None:
        return False
    if scheme.lower() in ("http", "https"):
        return _is_web(uri)
    return scheme.lower() not in _DANGEROUS


def with_answer(uri: str, answer: Mapping[str, str]) -> str:
    """The address with this in its query, which is kept."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer)}"


def target(uri: str) -> str:
    """As a policy for forms names where it leads; "" for what stays here."""
    if uri == OUT_OF_BAND:
        return ""
    parts = urlsplit(uri)
    is_web = parts.scheme in ("http", "https")
    return f"{parts.scheme}://{parts.netloc}" if is_web else f"{parts.scheme}:"


def place(uri: str) -> str:
    """As people read where it leads: a host, or an application's own scheme; "" for nowhere."""
    if uri == OUT_OF_BAND:
        return ""
    parts = urlsplit(uri)
    return parts.netloc if parts.scheme in ("http", "https") else parts.scheme


def _is_web(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if not host or not has_port or _PLACE.fullmatch(parts.netloc) is None:
        return False  # a name before the host would make it look like another one (T42)
    return parts.scheme == "https" or host in _HERE
