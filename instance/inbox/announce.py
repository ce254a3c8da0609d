"""Announce by a channel elsewhere that somebody here follows (federation.md 5.3)."""

from collections.abc import Mapping
from typing import Any

from federation import vocabulary
from federation.authentication import Verified
from federation.errors import OriginMismatch
from federation.origin import require_same_origin
from instance import config
from instance.inbox import consult, fetches
from instance.inbox.refusals import Refused
from instance.models import Actor, ActorKind, Post
from instance.outbox import remote
from instance.services import follows, posting


async def receive_announce(verified: Verified) -> None:
    if await consult.concerns_consult(verified.document):
        raise Refused("T51")
    group = await remote.directory().store(verified.signer)
    if group.kind is not ActorKind.CHANNEL or not await follows.has_local_followers(group):
        return
    inner = verified.document.get("object")
    if isinstance(inner, str):
        if not await Post.filter(uri=inner).exists():
            await fetches.request("object", inner)
    elif isinstance(inner, Mapping) and inner.get("type") == "Create":
        await _receive_create(inner, group)


async def _receive_create(inner: Mapping[str, Any], group: Actor) -> None:
    """Believe the inner activity only where the Group's own server speaks for its author.

    Anything else is fetched from its own origin, and only what comes back is used.
    """
    note = inner.get("object")
    uri = vocabulary.id_of(note)
    if not uri or await Post.filter(uri=uri).exists():
        return
    actor_uri = vocabulary.id_of(inner.get("actor"))
    author = await Actor.get_or_none(uri=actor_uri) if actor_uri else None
    if author is None or not isinstance(note, Mapping) or not _is_of(group, author, note):
        await fetches.request("object", uri)
        return
    if await posting.receive(note, author, group) is None:
        await fetches.request("object", uri)


def _is_of(group: Actor, author: Actor, note: Mapping[str, Any]) -> bool:
    try:
        require_same_origin(
            group.uri, author.uri, str(note.get("id")), dev=config.current().development
        )
    except OriginMismatch:
        return False
    return vocabulary.id_of(note.get("attributedTo")) == author.uri
