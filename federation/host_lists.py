"""A list of hosts that an institution publishes, for others to subscribe to (federation.md 11.2).

A list blocks or proposes, and never trusts. Whose key counts is the subscriber's to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from federation import contexts, proofs
from federation.errors import Malformed, NotAllowed
from federation.fields import id_of
from federation.keys import PrivateKey, PublicKey
from federation.origin import PRODUCTION, Development, host_of

TYPE = "cs:HostList"
ITEMS_MOST = 4_000  # what a document may hold (F-DOC-1)
_COMMENT_MOST = 500
_VERSION_MOST = 2**31 - 1

Level = Literal["blocked", "candidate"]


@dataclass(frozen=True)
class Item:
    host: str
    level: Level
    summary: str = ""


@dataclass(frozen=True)
class HostList:
    """As read, with its proof checked. `publisher`: the id of an Application."""

    uri: str
    publisher: str
    version: int
    items: tuple[Item, ...]


def build(
    uri: str, version: int, items: Sequence[Item], key: PrivateKey, now: datetime
) -> dict[str, Any]:
    document = {
        "@context": contexts.CONSULT,
        "id": uri,
        "type": TYPE,
        "attributedTo": key.owner,
        "cs:version": version,
        "updated": contexts.timestamp(now),
        "items": [_item(item) for item in items],
    }
    return proofs.add_proof(document, key, now)


def read(
    document: dict[str, Any],
    key: PublicKey,
    now: datetime,
    development: Development = PRODUCTION,
) -> HostList:
    """Raises Malformed for what is no list, NotAllowed where it is not the key owner's, and
    ProofRefused."""
    version, items = document.get("cs:version"), document.get("items")
    if document.get("type") != TYPE or not isinstance(items, list) or len(items) > ITEMS_MOST:
        raise Malformed("not a list of hosts")
    if type(version) is not int or not 0 < version <= _VERSION_MOST:
        raise Malformed("not a version")
    if id_of(document.get("attributedTo")) != key.owner:
        raise NotAllowed("a list of somebody else")
    if proofs.proof_method(document) != key.id:
        raise NotAllowed("a list without the proof of its publisher")
    proofs.check_proof(document, key, now)
    read_items = {item.host: item for item in (_read(entry, development) for entry in items)}
    return HostList(id_of(document), key.owner, version, tuple(read_items.values()))


def _item(item: Item) -> dict[str, str]:
    told = {"summary": item.summary} if item.summary else {}
    return {"cs:host": item.host, "cs:level": item.level, **told}


def _read(entry: Any, development: Development) -> Item:
    if not isinstance(entry, dict) or entry.get("cs:level") not in ("blocked", "candidate"):
        raise Malformed("not an entry of a list of hosts")
    name, summary = entry.get("cs:host"), entry.get("summary")
    if not isinstance(name, str):
        raise Malformed("not a host")
    scheme = "http" if name in development.peers else "https"
    host = host_of(f"{scheme}://{name}/", development)
    if host != name:
        raise Malformed("not a host in normal form")
    shown = summary if isinstance(summary, str) else ""
    text = "".join(sign for sign in shown if sign.isprintable())
    return Item(host, entry["cs:level"], text[:_COMMENT_MOST])
