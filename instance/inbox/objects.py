"""A public object by its id, used exactly as its own origin serves it (T03, T04)."""

from collections.abc import Mapping
from typing import Any

from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.errors import OriginMismatch
from federation.origin import require_same_origin
from instance import config
from instance.inbox import fetches, post
from instance.models import Actor, ActorKind, Post
from instance.outbox import remote
from instance.services import follows, posting


async def fetch(uri: str, channel: str = "") -> None:
    """Fetch one post and store it where somebody here follows its channel or author.

    `channel`: the one that announced it, "" for none. An unknown parent is asked for first, and
    the post again after it.
    """
    if config.current().is_ours(uri) or await Post.filter(uri=uri).exists():
        return
    note = await remote.directory().get(uri)
    if note.get("id") != uri:
        raise OriginMismatch("another object under that id")
    author_uri = vocabulary.id_of(note.get("attributedTo"))
    if not author_uri or not post.is_public(note):
        return
    require_same_origin(uri, author_uri, dev=config.current().development)
    await remote.directory().fetch(author_uri)
    async with in_transaction():
        author = await remote.directory().store(author_uri)
        if channel:
            group = await announcer(channel)
            if group is None or not await may_announce(group, note):
                return
        else:
            group = await post.channel_of({"object": note})
            if not await post.is_wanted(note, author, group):
                return
        stored = await posting.receive(note, author, group)
    if stored is None:
        await _ask_for_parent(vocabulary.id_of(note.get("inReplyTo")), uri, channel)


async def fetch_actor(uri: str) -> None:
    """An actor's document anew: a decision about what they sent waits for it."""
    await remote.directory().fetch(uri, refresh=True)
    async with in_transaction():
        await remote.directory().store(uri)


async def announcer(uri: str) -> Actor | None:
    """The channel elsewhere with this id, as long as somebody here follows it."""
    group = await Actor.get_or_none(uri=uri, kind=ActorKind.CHANNEL, is_local=False)
    return group if group and await follows.has_local_followers(group) else None


async def may_announce(group: Actor, note: Mapping[str, Any]) -> bool:
    """Nobody writes on the board of another channel: what belongs there is its own to announce."""
    board = await post.channel_of({"object": note})
    return board is None or board.id == group.id


async def _ask_for_parent(parent: str, uri: str, channel: str) -> None:
    if not parent:
        return
    if await Post.filter(uri=parent).exists():
        await fetches.request("object", uri, channel=channel)  # it came while we looked
        return
    await fetches.request("object", parent, channel=channel)
    raise fetches.NotYet(uri)
