"""Who a document is for, and to which inboxes that leads.

It knows addresses only. Whether a peer may be sent something is decided by the instance.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from federation import vocabulary
from federation.errors import Malformed
from federation.fields import PUBLIC, id_of, is_public, listed
from federation.origin import PRODUCTION, Development, require_same_origin

__all__ = [
    "PUBLIC",
    "Reachable",
    "Visibility",
    "is_public",
    "recipients",
    "require_own_addresses",
    "unique_inboxes",
    "visibility",
]


class Visibility(StrEnum):
    """Whom a document is shown to, from its addresses alone."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    NAMED = "named"


class Reachable(Protocol):
    """An actor as far as delivery goes, remote document or stored row alike."""

    @property
    def inbox(self) -> str: ...
    @property
    def shared_inbox(self) -> str | None: ...


def visibility(addresses: Iterable[str], followers: str | None = None) -> Visibility:
    """`followers` is the author's followers collection. One Public address makes it public."""
    addressed = frozenset(addresses)
    if any(is_public(address) for address in addressed):
        return Visibility.PUBLIC
    return Visibility.FOLLOWERS if followers in addressed else Visibility.NAMED


def recipients(activity: vocabulary.Object) -> frozenset[str]:
    """Every id the activity and the objects it embeds are addressed to: to, cc, bto, bcc, audience.

    Without Public, which nobody delivers to, and without the activity's own actor. Collections are
    not resolved. Ask before `to_wire`, which drops bto and bcc. Raises Malformed.
    """
    found = set(activity.addressed_to())
    for embedded in listed(activity.get("object")):
        if isinstance(embedded, dict) and isinstance(embedded.get("type"), str):
            found |= recipients(vocabulary.parse(embedded))
    return frozenset(found - {PUBLIC, activity.actor_id, ""})


def unique_inboxes(actors: Iterable[Reachable], *, shared: bool = True) -> list[str]:
    """One inbox per host that shares one, else one per actor; each once, in order of first use.

    `shared=False` keeps to personal inboxes, for what one actor alone may see (votes). Actors
    without an inbox are left out.
    """
    found: dict[str, None] = {}
    for actor in actors:
        if inbox := (actor.shared_inbox if shared else "") or actor.inbox:
            found[inbox] = None
    return list(found)


def require_own_addresses(actor: vocabulary.Object, dev: Development = PRODUCTION) -> None:
    """An actor document may name only addresses and keys of its own origin.

    Source: federation.md 4, "Consuming"; T55. Checked: type, inbox (required), shared inbox,
    outbox, followers, and id and owner of each key. Raises Malformed or OriginMismatch.
    """
    if not isinstance(actor, vocabulary.Actor):
        raise Malformed(f"a {actor.type_name} is not an actor")
    if not actor.inbox:
        raise Malformed("an actor without inbox")
    addresses = (actor.shared_inbox, actor.outbox, actor.followers)
    named = [actor.inbox, *(address for address in addresses if address)]
    for key in (*actor.objects("publicKey"), *actor.objects("assertionMethod")):
        named.append(id_of(key))
        named += [id_of(key[role]) for role in ("owner", "controller") if role in key]
    require_same_origin(actor.id, *named, dev=dev)
