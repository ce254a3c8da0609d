"""Create: a public post for a channel or a follower, or a contribution to a consult."""

from collections.abc import Mapping
from itertools import chain
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
        await _receive_forwarded(verified, note)
        return
    author = await remote.directory().store(verified.signer)
    group = await channel_of(verified.document)
    if group is not None and group.is_local:
        await _receive_for_channel(verified, note, author, group)
    elif await is_wanted(note, author, group):
        await posting.receive(note, author, None)


async def _receive_forwarded(verified: Verified, note: Mapping[str, Any]) -> None:
    """Somebody hands on another's post: fetched from its origin where anybody here wants it."""
    uri = vocabulary.id_of(note)
    if await Post.filter(uri=uri).exists():
        return
    group = await channel_of(verified.document)
    author = await Actor.get_or_none(uri=verified.activity.actor_id)
    if await is_wanted(note, author, group):
        await fetches.request_for(verified.host, uri)


async def _receive_for_channel(
    verified: Verified, note: Mapping[str, Any], author: Actor, group: Actor
) -> None:
    """Our channel takes the post and passes it on, unless it answers something unknown."""
    post = await posting.receive(note, author, group)
    if post is not None:
        await channels.pass_on(group, verified.document, post)


async def channel_of(document: Mapping[str, Any]) -> Actor | None:
    """The channel whose board the post in an activity belongs on, if we know it.

    That of the thread it answers; else the one it names as its audience, or is addressed to.
    """
    note = document.get("object")
    layers = [document, note] if isinstance(note, Mapping) else [document]
    parent = vocabulary.id_of(layers[-1].get("inReplyTo"))
    known = await Post.get_or_none(uri=parent).select_related("thread__group") if parent else None
    if known is not None and known.thread.group is not None:
        return known.thread.group
    for members in (("audience",), ("to", "cc")):
        named = [uri for layer in layers for uri in _named(layer, members)]
        found = Actor.filter(uri__in=named, kind=ActorKind.CHANNEL)
        group = await found.order_by("-is_local", "id").first() if named else None
        if group is not None:
            return group
    return None


async def is_wanted(note: Mapping[str, Any], author: Actor | None, group: Actor | None) -> bool:
    """Whether a post that no channel announced concerns us: where it belongs, whose it is, or
    what it answers. What is on the board of a channel elsewhere is for that channel to say (5.3).
    """
    if group is not None:
        return group.is_local
    if author is not None and await follows.has_local_followers(author):
        return True
    parent = vocabulary.id_of(note.get("inReplyTo"))
    return bool(parent) and await Post.filter(uri=parent).exists()


def is_public(document: Mapping[str, Any]) -> bool:
    return any(vocabulary.is_public(uri) for uri in vocabulary.parse(dict(document)).addressed_to())


def _named(layer: Mapping[str, Any], members: tuple[str, ...]) -> list[str]:
    values = [layer.get(member) for member in members]
    lists = [value if isinstance(value, list) else [value] for value in values]
    return [uri for uri in map(vocabulary.id_of, chain(*lists)) if uri]
