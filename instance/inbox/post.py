"""Create: a public post for a channel or a follower, or a contribution to a consult."""

from collections.abc import Mapping
from typing import Any

from federation import vocabulary
from federation.authentication import Verified
from instance.inbox import consult, fetches
from instance.models import Actor, ActorKind, Post
from instance.outbox import remote
from instance.services import channels, follows, posting


async def receive_create(verified: Verified) -> None:
    if await consult.concerns_consult(verified.document):
        await consult.receive_contribution(verified)
        return
    note = verified.activity.object
    if note is None or not is_public(verified.document):
        return
    if verified.forwarded:
        await fetches.request("object", vocabulary.id_of(note))
        return
    author = await remote.directory().store(verified.signer)
    group = await channel_of(verified.document)
    if group is not None and group.is_local:
        await _receive_for_channel(verified, note, author, group)
    elif await follows.has_local_followers(author) or await _is_reply_to_known(note):
        await posting.receive(note, author, group)


async def _receive_for_channel(
    verified: Verified, note: Mapping[str, Any], author: Actor, group: Actor
) -> None:
    """Our channel takes the post and passes it on, unless it answers something unknown."""
    post = await posting.receive(note, author, group)
    if post is not None:
        await channels.pass_on(group, verified.document)


async def channel_of(document: Mapping[str, Any]) -> Actor | None:
    """The known channel an activity is for: its audience, or one it is addressed to."""
    note = document.get("object")
    layers = [document, note] if isinstance(note, Mapping) else [document]
    named: list[str] = []
    for layer in layers:
        for member in ("audience", "to", "cc"):
            value = layer.get(member)
            values = value if isinstance(value, list) else [value]
            named.extend(filter(None, (vocabulary.id_of(entry) for entry in values)))
    return await Actor.filter(uri__in=named, kind=ActorKind.CHANNEL).first()


def is_public(document: Mapping[str, Any]) -> bool:
    return any(vocabulary.is_public(uri) for uri in vocabulary.parse(dict(document)).addressed_to())


async def _is_reply_to_known(note: Mapping[str, Any]) -> bool:
    parent = vocabulary.id_of(note.get("inReplyTo"))
    return bool(parent) and await Post.filter(uri=parent).exists()
