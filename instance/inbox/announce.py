"""Announce by a channel elsewhere that somebody here follows (federation.md 5.3)."""

from collections.abc import Mapping
from typing import Any

from federation import vocabulary
from federation.authentication import Verified
from federation.errors import OriginMismatch
from federation.origin import require_same_origin
from instance import config
from instance.inbox import consult, fetches, objects, post
from instance.inbox.refusals import Refused
from instance.models import Actor, Post
from instance.outbox import remote
from instance.services import posting


async def receive_announce(verified: Verified) -> None:
    if await consult.concerns_consult(verified.document):
        raise Refused("T51")
    await remote.directory().store(verified.signer)
    group = await objects.announcer(verified.signer)
    if group is None:
        return
    inner = verified.document.get("object")
    if isinstance(inner, str):
        await _fetch(inner, group)
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
    if not isinstance(note, Mapping):
        await _fetch(uri, group)
        return
    if not post.is_public(note) or not await objects.may_announce(group, note):
        return
    actor_uri = vocabulary.id_of(inner.get("actor"))
    author = await Actor.get_or_none(uri=actor_uri) if actor_uri else None
    if author is None or not _is_of(group, author, note):
        await _fetch(uri, group)
    elif await posting.receive(note, author, group) is None:
        await _fetch(uri, group)


async def _fetch(uri: str, group: Actor) -> None:
    if not await Post.filter(uri=uri).exists():
        await fetches.request_for(group.host, uri, channel=group.uri)


def _is_of(group: Actor, author: Actor, note: Mapping[str, Any]) -> bool:
    try:
        require_same_origin(
            group.uri, author.uri, str(note.get("id")), dev=config.current().development
        )
    except OriginMismatch:
        return False
    return vocabulary.id_of(note.get("attributedTo")) == author.uri
