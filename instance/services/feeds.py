"""Timelines as applications page them: by our ids, which tell the order in which things came here.

A thread in a channel is its first post, handed on by the channel; it has the thread's id there. A
boost has the id of its row. So each entry has an id of its own, and one order holds for all.
"""

from collections.abc import Collection, Iterable, Sequence

from tortoise.expressions import Q

from instance.errors import NotFound
from instance.models import (
    Actor,
    ActorKind,
    Post,
    Reaction,
    ReactionKind,
    Thread,
)
from instance.services import feed_sources, posting
from instance.services.feed_sources import Bounds, Entry, Place

_FOR_VISITORS, _FOR_MEMBERS = 40, 4_096


async def public(
    reader: Actor | None,
    bounds: Bounds,
    *,
    local: bool = False,
    remote: bool = False,
    only_media: bool = False,
) -> list[Place]:
    """First posts that are known here; visitors see what is of here."""
    here = Q(author__is_local=True) | Q(thread__group__is_local=True)
    query = feed_sources.starters()
    if reader is None or local:
        query = query.filter(here)
    if remote:
        query = query.filter(author__is_local=False)
    if only_media:
        query = feed_sources.with_pictures(query)
    if reader is not None:
        unwanted = await feed_sources.unwanted(reader)
        query = query.exclude(author_id__in=unwanted).filter(feed_sources.outside(unwanted))
    return await feed_sources.merged(bounds, feed_sources.posts_of(query))


async def of_actor(
    actor: Actor,
    bounds: Bounds,
    *,
    replies: bool = True,
    boosts: bool = True,
    only_media: bool = False,
) -> list[Place]:
    """What somebody posted and handed on. Of a channel its threads: handed on by it, or as they
    are where none that are handed on are wanted. With `only_media` nobody's but their own."""
    if actor.kind is ActorKind.CHANNEL:
        threads = feed_sources.starters().filter(thread__group_id=actor.id)
        if only_media:
            threads = feed_sources.with_pictures(threads)
        source = feed_sources.threads_of(threads) if boosts else feed_sources.posts_of(threads)
        return await feed_sources.merged(bounds, source)
    posts = feed_sources.shown(Post.filter(author_id=actor.id))
    if not replies:
        posts = posts.filter(in_reply_to_uri=None)
    if only_media:
        posts = feed_sources.with_pictures(posts)
    sources = [feed_sources.posts_of(posts)]
    if boosts and not only_media:
        sources.append(feed_sources.boosts_of(feed_sources.boosts().filter(actor_id=actor.id)))
    return await feed_sources.merged(bounds, *sources)


async def entry(entry_id: int) -> Entry:
    """By its id in any timeline. Raises NotFound; also for one that is deleted."""
    post = await Post.get_or_none(id=entry_id)
    if post is not None:
        return Entry(entry_id, await _open(post.id))
    boost = await Reaction.get_or_none(id=entry_id, kind=ReactionKind.BOOST)
    if boost is not None:
        by = await Actor.get(id=boost.actor_id)
        if by.is_blocked:
            raise NotFound
        return Entry(entry_id, await _open(boost.post_id), by)
    thread = await Thread.get_or_none(id=entry_id, group_id__not_isnull=True)
    starter = thread and await Post.get_or_none(thread_id=thread.id, in_reply_to_uri=None)
    if not starter:
        raise NotFound
    post = await _open(starter.id)
    return Entry(entry_id, post, post.thread.group)


async def entries(ids: Sequence[int]) -> list[Entry]:
    """Those of them that are there, in their order; in as many questions however many."""
    posts = feed_sources.shown(Post.filter(id__in=list(ids)))
    found = {post.id: Entry(post.id, post) for post in await posts}
    boosts = feed_sources.boosts().filter(id__in=list(ids))
    found |= {row.id: Entry(row.id, row.post, row.actor) for row in await boosts}
    threads = feed_sources.starters().filter(
        thread_id__in=list(ids), thread__group_id__not_isnull=True
    )
    found |= {p.thread_id: Entry(p.thread_id, p, p.thread.group) for p in await threads}
    return [found[one] for one in ids if one in found]


async def favourites(actor: Actor, bounds: Bounds) -> list[Place]:
    """What one identity liked, the last first; the ids of the entries are those of the likes."""
    likes = feed_sources.reacted(ReactionKind.LIKE).filter(actor_id=actor.id)
    return await feed_sources.merged(bounds, feed_sources.of_marks(likes))


async def boost_of(actor: Actor, post: Post) -> Entry:
    """Raises NotFound where `actor` did not hand it on."""
    row = await Reaction.get_or_none(kind=ReactionKind.BOOST, actor_id=actor.id, post_id=post.id)
    if row is None:
        raise NotFound
    return Entry(row.id, await _open(post.id), actor)


async def around(post: Post, reader: Actor | None) -> tuple[list[Post], list[Post]]:
    """What it answers, from the top; and what answers it, each after what it answers. Of a long
    thread a visitor sees some. Without whom the reader wants to see nothing of."""
    found = await posting.in_thread(post.thread)
    unwanted = set(await feed_sources.unwanted(reader)) if reader is not None else set()
    by_uri = {one.uri: one for one in found}
    answers: dict[str, list[Post]] = {}
    for one in found:
        one.thread = post.thread
        if one.in_reply_to_uri:
            answers.setdefault(one.in_reply_to_uri, []).append(one)
    above: list[Post] = []
    current = by_uri.get(post.in_reply_to_uri or "")
    while current is not None and current not in above:
        above.append(current)
        current = by_uri.get(current.in_reply_to_uri or "")
    below: list[Post] = []
    waiting = list(reversed(answers.pop(post.uri, [])))
    while waiting:
        below.append(one := waiting.pop())
        waiting += reversed(answers.pop(one.uri, []))
    most = _FOR_VISITORS if reader is None else _FOR_MEMBERS
    above, below = _living(reversed(above), unwanted), _living(below, unwanted)
    return above[-most:], below[:most]


def _living(posts: Iterable[Post], unwanted: Collection[int]) -> list[Post]:
    return [post for post in posts if post.deleted_at is None and post.author_id not in unwanted]


async def _open(post_id: int) -> Post:
    post = await posting.by_id(post_id)
    if post.deleted_at is not None:
        raise NotFound
    return post
