"""The keys an actor's document lists. Source: federation.md 4, 9.3 (key lookup); T05, T07, T11."""

from collections.abc import Iterable, Iterator
from typing import Any

from federation.errors import KeyUnavailable, Malformed
from federation.keys import PublicKey, public_from_multikey, public_from_pem
from federation.origin import PRODUCTION, Development, require_same_origin

_PRIVATE_MEMBERS = frozenset(
    {"privateKey", "privateKeyPem", "privateKeyMultibase", "privateKeyJwk", "secretKeyMultibase"}
)


def find_key(listed: Iterable[PublicKey], key_id: str) -> PublicKey:
    """The key with this very id among those that an actor's own document lists.

    Raises KeyUnavailable when the actor does not list it, or lists it twice.
    """
    found = [key for key in listed if key.id == key_id]
    if len(found) != 1:
        raise KeyUnavailable("the actor does not list that key")
    return found[0]


def listed_keys(document: dict[str, Any], dev: Development = PRODUCTION) -> list[PublicKey]:
    """All usable keys in an actor's own document; weak ones and other actors' are left out.

    `owner` of each is the actor. Raises Malformed for an actor without id, or with private keys,
    and OriginMismatch for a key id of another origin.
    """
    actor = document.get("id")
    if not isinstance(actor, str) or not actor:
        raise Malformed("an actor without id")
    found = []
    for entry, asserts in _entries(document):
        _require_public(entry)
        key = _usable(entry, actor, asserts=asserts, dev=dev)
        if key is not None:
            found.append(key)
    return found


def owner_named_by(document: dict[str, Any], key_id: str, dev: Development = PRODUCTION) -> str:
    """Whose key a document served at the key id itself (no fragment) says this is.

    Only a hint where to look: the owner's document must list the key (find_key). Raises
    KeyUnavailable when the document is another key's (T07), OriginMismatch for another origin.
    """
    inner = document.get("publicKey")
    for entry in (document, inner):
        if isinstance(entry, dict) and entry.get("id") == key_id:
            owner = entry.get("owner", entry.get("controller"))
            if isinstance(owner, str) and owner:
                require_same_origin(key_id, owner, dev=dev)
                return owner
    raise KeyUnavailable("the document is not that key's, or names no owner")


def _entries(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    _require_public(document)
    for name, asserts in (("publicKey", False), ("assertionMethod", True)):
        value = document.get(name)
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, dict):
                yield entry, asserts


def _usable(
    entry: dict[str, Any], actor: str, *, asserts: bool, dev: Development
) -> PublicKey | None:
    key_id = entry.get("id")
    owner = entry.get("controller" if asserts else "owner")
    if not isinstance(key_id, str) or owner != actor:
        return None
    require_same_origin(actor, key_id, dev=dev)
    try:
        if not asserts:
            key = public_from_pem(entry.get("publicKeyPem"))
            return PublicKey(key_id, actor, key, may_assert=False)
        if entry.get("type") != "Multikey":
            return None
        multikey = public_from_multikey(entry.get("publicKeyMultibase"))
        return PublicKey(key_id, actor, multikey)
    except Malformed:
        return None


def _require_public(entry: dict[str, Any]) -> None:
    """Whoever publishes a private key has lost it: nothing signed with it means anything (T11)."""
    pem = entry.get("publicKeyPem")
    if _PRIVATE_MEMBERS & entry.keys() or (isinstance(pem, str) and "PRIVATE KEY" in pem):
        raise Malformed("a private key in a public document")
