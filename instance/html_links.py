"""Links of strangers: only such as all browsers read alike, and each with its host (T42)."""

import re
from functools import partial
from html import escape, unescape

_HOST_MAX = 253
_LINK = re.compile(r"(https?://)([^/?#@\\\s]+)((?:[/?#].*)?)|mailto:[^/\\\s]+", re.I | re.S)
_ANY_TAG = re.compile(r"<[^<>]*>")
# As the sanitiser writes it: quoted values, and a text that ends with it or where another begins.
_ANCHOR = re.compile(r'<a href="([^"]*)"[^>]*>((?:(?!</a>|<a ).)*)', re.DOTALL)
_NAMED = re.compile(r"(?:https?://)?([^\s/?#:@\\]+)(?![^\s/?#:])")


def kept(tag: str, attribute: str, value: str) -> str | None:
    """An attribute as it may stay, for the sanitiser. An address with credentials, or one that
    browsers would repair, is none; a host is written as resolvers know it."""
    if attribute != "href":
        return value
    found = _LINK.fullmatch(value)
    if found is None or found[2] is None:
        return value if found else None
    scheme, host, rest = found.groups()
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"{scheme}{name}{rest}" if len(name) <= _HOST_MAX else None


def with_hosts(cleaned: str, own_host: str) -> str:
    """Sanitised HTML whose links say where they lead; `own_host` is not said."""
    return _ANCHOR.sub(partial(_with_host, own_host), cleaned)


def _with_host(own_host: str, link: re.Match[str]) -> str:
    """The link with its host behind its text, where the text does not begin with just that."""
    host = _host_of(unescape(link[1]))
    words = unescape(_ANY_TAG.sub("", link[2])).strip().lower()
    if host == own_host or _says(words, host) or link[1].lower() == f"mailto:{words}":
        return link[0]
    return f'{link[0]} <bdi class="host">({escape(host)})</bdi>'


def _says(words: str, host: str) -> bool:
    if not words.isprintable():
        return False  # what can turn the text around
    if words.startswith("@"):
        return words.count("@") == 2 and words.rpartition("@")[2] == host
    named = _NAMED.match(words)
    return named is not None and named[1].removeprefix("www.") == host.removeprefix("www.")


def _host_of(href: str) -> str:
    found = _LINK.fullmatch(href)
    if found is None or found[2] is None:
        return href.rpartition("@")[2].lower()
    return found[2].lower().partition(":")[0]
