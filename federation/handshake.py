"""The documents of the handshake between two institutions: Offer, Accept, Reject and Undo of trust.

Each carries a proof by the Application that says it. Source: federation.md 11.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from federation import statements
from federation.errors import NotAllowed
from federation.fields import id_of
from federation.keys import PrivateKey
from federation.origin import PRODUCTION, Development
from federation.relationships import Relationship, id_in, require_current


@dataclass(frozen=True)
class Offered:
    """An Offer as read: who made it is its relationship's `subject`."""

    uri: str
    relationship: Relationship


@dataclass(frozen=True)
class Accepted:
    """An Accept as read; `relationship` is the other direction."""

    uri: str
    offer_uri: str
    relationship: Relationship


def offer(uri: str, ours: Relationship, key: PrivateKey, now: datetime) -> dict[str, Any]:
    return _of_ours("Offer", uri, ours, ours.to_wire(), key, now)


def accept(
    uri: str, offer_uri: str, ours: Relationship, key: PrivateKey, now: datetime
) -> dict[str, Any]:
    """`ours` has the nonce of the Offer that it answers."""
    return _of_ours("Accept", uri, ours, offer_uri, key, now, result=ours.to_wire())


def close(
    kind: Literal["Reject", "Undo"],
    uri: str,
    named: str,
    *,
    to: str,
    key: PrivateKey,
    now: datetime,
    summary: str = "",
) -> dict[str, Any]:
    """Reject their Offer, or take back an Offer or Accept of ours; `named` is its id."""
    more = {"summary": summary} if summary else {}
    return statements.build(
        kind, uri, actor=key.owner, to=to, content=named, key=key, now=now, more=more
    )


def is_offer_of_trust(document: Mapping[str, Any]) -> bool:
    """Other Offers ask for other things (6.4)."""
    inner = document.get("object")
    return isinstance(inner, Mapping) and inner.get("type") == "Relationship"


def read_offer(
    document: Mapping[str, Any], now: datetime, dev: Development = PRODUCTION
) -> Offered:
    """Raises Malformed, and NotAllowed where it is for others or not for now."""
    relationship = Relationship.from_wire(document.get("object"), dev)
    _require_own(document, relationship)
    require_current(relationship, now)
    return Offered(id_in(document, "id"), relationship)


def read_accept(
    document: Mapping[str, Any], now: datetime, dev: Development = PRODUCTION
) -> Accepted:
    """As read_offer. That it answers what is outstanding is the caller's to compare."""
    relationship = Relationship.from_wire(document.get("result"), dev)
    _require_own(document, relationship)
    require_current(relationship, now)
    return Accepted(id_in(document, "id"), id_in(document, "object"), relationship)


def _of_ours(
    kind: str,
    uri: str,
    ours: Relationship,
    content: Any,
    key: PrivateKey,
    now: datetime,
    **more: Any,
) -> dict[str, Any]:
    """From its one end to the other."""
    actor, to = ours.subject, ours.object
    return statements.build(
        kind, uri, actor=actor, to=to, content=content, key=key, now=now, more=more
    )


def _require_own(document: Mapping[str, Any], relationship: Relationship) -> None:
    if id_of(document.get("actor")) != relationship.subject:
        raise NotAllowed("11.1.2 subject")
