"""A public object by its id, used exactly as its own origin serves it (T03, T04)."""

from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.errors import Malformed
from federation.origin import require_same_origin
from instance import config
from instance.inbox import fetches, post
from instance.models import Actor, ActorKind, Post
from instance.outbox import remote
from instance.services import follows, posting


async def fetch(uri: str) -> None:
    """Fetch one post and store it where somebody here follows its channel or author.

    An unknown parent is asked for first, and the post again after it.
    """
    if config.current().is_ours(uri) or await Post.filter(uri=uri).exists():
        return
    note = await remote.directory().get(uri)
    author_uri = vocabulary.id_of(note.get("attributedTo"))
    if not author_uri or not post.is_public(note):
        return
    require_same_origin(uri, author_uri, dev=config.current().development)
    await remote.directory().fetch(author_uri)
    async with in_transaction():
        author = await remote.directory().store(author_uri)
        group = await post.channel_of({"object": note})
        if not await _is_wanted(author, group):
            return
        stored = await posting.receive(note, author, group)
    if stored is None:
        await _ask_for_parent(vocabulary.id_of(note.get("inReplyTo")), uri)


async def _is_wanted(author: Actor, group: Actor | None) -> bool:
    if group is not None and group.kind is ActorKind.CHANNEL:
        return group.is_local or await follows.has_local_followers(group)
    return await follows.has_local_followers(author)


async def _ask_for_parent(parent: str, uri: str) -> None:
    if not parent:
        return
    if await Post.filter(uri=parent).exists():
        raise Malformed("a reply that could not be placed")
    await fetches.request("object", parent)
    raise fetches.NotYet(uri)
