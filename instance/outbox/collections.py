"""The public collections we serve (federation.md 3, 7): of actors, threads and objects.

Everything here is read from the tables of public channels, which hold no consult (T52). A cursor
is the id of the last item seen; "0" stands before the first.
"""

from collections.abc import Sequence
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from federation import collections, contexts
from federation.collections import PAGE_SIZE
from instance import config
from instance.models import (
    Actor,
    ActorKind,
    Announced,
    Follow,
    FollowState,
    Moderator,
    Post,
    Thread,
)
from instance.outbox import posts, sight

FEATURED_MAX = 50


async def followers(actor: Actor) -> dict[str, Any]:
    """How many; never who (section 3)."""
    total = await Follow.filter(target_id=actor.id, state=FollowState.ACCEPTED).count()
    return _count(f"{actor.uri}/followers", total)


async def following(actor: Actor) -> dict[str, Any]:
    total = await Follow.filter(follower_id=actor.id, state=FollowState.ACCEPTED).count()
    return _count(f"{actor.uri}/following", total)


async def outbox(actor: Actor, after: int | None) -> dict[str, Any]:
    """The newest first: what a channel announced, or the posts a person made public."""
    uri = f"{actor.uri}/outbox"
    rows: QuerySet[Any] = (
        Announced.filter(group_id=actor.id)
        if actor.kind is ActorKind.CHANNEL
        else Post.filter(author_id=actor.id, deleted_at=None)
    )
    if after is None:
        return _collection(uri, await rows.count(), attributedTo=actor.uri)
    earlier = rows.filter(id__lt=after) if after else rows
    found = await earlier.order_by("-id").limit(PAGE_SIZE + 1)
    if actor.kind is ActorKind.CHANNEL:
        shown = await sight.announced(found[:PAGE_SIZE])
        return _page(uri, after, found, [row.document for row in shown])
    items = [await posts.create_of(row, actor) for row in found[:PAGE_SIZE]]
    return _page(uri, after, found, items)


async def featured(actor: Actor) -> dict[str, Any]:
    """The threads that a channel's moderators pinned, by their starters, or the posts that a
    person pinned. Short, so without pages."""
    is_channel = actor.kind is ActorKind.CHANNEL
    found = await (_pinned_threads(actor) if is_channel else _pinned_posts(actor))
    return _whole(f"{actor.uri}/featured", found, attributedTo=actor.uri)


async def _pinned_posts(author: Actor) -> list[str]:
    in_sight = Q(thread__group_id=None) | Q(thread__group__is_blocked=False)
    rows = Post.filter(in_sight, author_id=author.id, pinned_at__not_isnull=True, deleted_at=None)
    return [row.uri for row in await rows.order_by("-pinned_at", "-id").limit(FEATURED_MAX)]


async def _pinned_threads(group: Actor) -> list[str]:
    threads = Thread.filter(group_id=group.id, featured_at__not_isnull=True)
    pinned = await threads.order_by("-featured_at", "-id").limit(FEATURED_MAX)
    starters = Post.filter(
        thread_id__in=[thread.id for thread in pinned],
        in_reply_to_uri=None,
        deleted_at=None,
        author__is_blocked=False,
    )
    by_thread = dict(await starters.values_list("thread_id", "uri"))
    return [by_thread[thread.id] for thread in pinned if thread.id in by_thread]


async def moderators(group: Actor) -> dict[str, Any]:
    found = await Moderator.filter(group_id=group.id).order_by("id").select_related("actor")
    uris = [row.actor.uri for row in found]
    return _whole(f"{group.uri}/moderators", uris, attributedTo=group.uri)


async def context(thread: Thread, after: int | None) -> dict[str, Any]:
    """The posts that belong to a thread, as they came in (FEP-f228); its owner loaded."""
    rows = Post.filter(thread_id=thread.id, deleted_at=None, author__is_blocked=False)
    if after is None:
        return _collection(
            thread.uri,
            await rows.count(),
            attributedTo=_owner(thread).uri,
            contextHistory=f"{thread.uri}/history",
        )
    found = await rows.filter(id__gt=after).order_by("id").limit(PAGE_SIZE + 1)
    return _page(thread.uri, after, found, [row.uri for row in found[:PAGE_SIZE]])


async def history(thread: Thread, after: int | None) -> dict[str, Any]:
    """The activities that made a thread what it is: those its channel took, as they came."""
    uri, owner = f"{thread.uri}/history", _owner(thread)
    if owner.kind is not ActorKind.CHANNEL:
        return await _written(uri, thread, owner, after)
    rows = Announced.filter(thread_id=thread.id, is_plain=False)
    if after is None:
        return _collection(uri, await rows.count(), attributedTo=owner.uri)
    found = await rows.filter(id__gt=after).order_by("id").limit(PAGE_SIZE + 1)
    shown = await sight.announced(found[:PAGE_SIZE])
    return _page(uri, after, found, [row.document["object"] for row in shown])


async def replies(post: Post, after: int | None) -> dict[str, Any]:
    """What answers a post: what was written here first, then the rest (section 7)."""
    uri = f"{post.uri}/replies"
    rows = Post.filter(in_reply_to_uri=post.uri, deleted_at=None, author__is_blocked=False)
    if after is None:
        return _collection(uri, await rows.count(), attributedTo=post.document.get("attributedTo"))
    last = await rows.filter(id=after).first().select_related("author")
    is_here = last is None or last.author.is_local
    found: list[Post] = []
    for local in (True, False) if is_here else (False,):
        part = rows.filter(author__is_local=local)
        if local is is_here:
            part = part.filter(id__gt=after)
        found += await part.order_by("id").limit(PAGE_SIZE + 1 - len(found))
    return _page(uri, after, found, [row.uri for row in found[:PAGE_SIZE]])


def likes(post: Post) -> dict[str, Any]:
    return _count(f"{post.uri}/likes", post.likes_count)


def shares(post: Post) -> dict[str, Any]:
    return _count(f"{post.uri}/shares", post.boosts_count)


def nothing(uri: str) -> dict[str, Any]:
    return _count(uri, 0)


def is_ours(thread: Thread) -> bool:
    """Whether we list what belongs to a thread: its channel is here, or who began it; both
    loaded."""
    return config.current().is_ours(thread.uri) and _owner(thread).is_local


async def _written(uri: str, thread: Thread, owner: Actor, after: int | None) -> dict[str, Any]:
    """Of a member's own thread: what its members here wrote; of others we keep no activities."""
    rows = Post.filter(thread_id=thread.id, author__is_local=True, deleted_at=None)
    if after is None:
        return _collection(uri, await rows.count(), attributedTo=owner.uri)
    later = rows.filter(id__gt=after).order_by("id").limit(PAGE_SIZE + 1)
    found = await later.select_related("author")
    items = [await posts.create_of(row, row.author) for row in found[:PAGE_SIZE]]
    return _page(uri, after, found, items)


def _owner(thread: Thread) -> Actor:
    """The channel; where that is elsewhere, its server's list cannot be under an id of ours."""
    if thread.group is not None and thread.group.is_local:
        return thread.group
    return thread.author


def _collection(uri: str, total: int, **members: Any) -> dict[str, Any]:
    return _sent(collections.build(uri, total, **members))


def _whole(uri: str, items: list[str], **members: Any) -> dict[str, Any]:
    built = collections.build(uri, len(items), browsable=False, orderedItems=items, **members)
    return _sent(built)


def _count(uri: str, total: int) -> dict[str, Any]:
    return _sent(collections.build(uri, total, browsable=False))


def _page(uri: str, after: int, found: Sequence[Model], items: list[Any]) -> dict[str, Any]:
    """`found`: the rows of the page, and one more where there is another page."""
    is_full = len(found) > PAGE_SIZE
    next_after = str(found[PAGE_SIZE - 1].pk) if is_full else None
    return _sent(collections.build_page(uri, items, after=str(after), next_after=next_after))


def _sent(built: Any) -> dict[str, Any]:
    return {**built.to_wire(), "@context": contexts.WRAPPING}
