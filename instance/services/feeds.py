"""Timelines as applications page them: by our ids, which tell the order in which things came here.

A thread in a channel is its first post, handed on by the channel; it has the thread's id there. A
boost has the id of its row. So each entry has an id of its own, and one order holds for all.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import cast

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from instance.errors import NotFound
from instance.models import (
    Actor,
    ActorKind,
    Block,
    Follow,
    FollowState,
    Post,
    Reaction,
    ReactionKind,
    Thread,
)
from instance.services import posting

_FOR_VISITORS = 40


@dataclass(frozen=True)
class Bounds:
    """Which page: `max_id` above it, `since_id` somewhere below, `min_id` directly below it."""

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def is_upward(self) -> bool:
        return self.min_id is not None

    @property
    def above(self) -> int | None:
        return self.min_id if self.min_id is not None else self.since_id


@dataclass(frozen=True)
class Entry:
    """A post as it stands in a timeline: `by` handed it on, or nobody did."""

    id: int
    post: Post
    by: Actor | None = None


async def home(actor: Actor, bounds: Bounds) -> list[Entry]:
    """What one identity follows, and its own: threads once, by whomever they came first."""
    targets = Follow.filter(
        follower_id=actor.id, state=FollowState.ACCEPTED, target__is_blocked=False
    )
    rows = await targets.values_list("target_id", "target__kind")
    groups = [int(one) for one, kind in rows if kind == ActorKind.CHANNEL]
    people = [int(one) for one, kind in rows if kind == ActorKind.PERSON]
    unwanted = await _blocked(actor)
    starters = _starters().exclude(author_id__in=unwanted)
    own = starters.filter(author_id__in=[*people, actor.id])
    alone = own.filter(Q(thread__group_id=None) | ~Q(thread__group_id__in=groups))
    boosts = _boosts().filter(actor_id__in=people).exclude(post__author_id__in=unwanted)
    return await _merged(
        bounds,
        _threads_of(starters.filter(thread__group_id__in=groups)),
        _posts_of(alone),
        _boosts_of(boosts),
    )


async def public(
    reader: Actor | None, bounds: Bounds, *, local: bool = False, remote: bool = False
) -> list[Entry]:
    """First posts that are known here; visitors see what is of here."""
    here = Q(author__is_local=True) | Q(thread__group__is_local=True)
    query = _starters()
    if reader is None or local:
        query = query.filter(here)
    if remote:
        query = query.filter(author__is_local=False)
    if reader is not None:
        query = query.exclude(author_id__in=await _blocked(reader))
    return await _merged(bounds, _posts_of(query))


async def of_actor(
    actor: Actor, bounds: Bounds, *, replies: bool = True, boosts: bool = True
) -> list[Entry]:
    """What somebody posted and handed on. Of a channel its threads: handed on by it, or as they
    are where none that are handed on are wanted."""
    if actor.kind is ActorKind.CHANNEL:
        threads = _starters().filter(thread__group_id=actor.id)
        source = _threads_of(threads) if boosts else _posts_of(threads)
        return await _merged(bounds, source)
    posts = _shown(Post.filter(author_id=actor.id))
    if not replies:
        posts = posts.filter(in_reply_to_uri=None)
    sources = [_posts_of(posts)]
    if boosts:
        sources.append(_boosts_of(_boosts().filter(actor_id=actor.id)))
    return await _merged(bounds, *sources)


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


async def boost_of(actor: Actor, post: Post) -> Entry:
    """Raises NotFound where `actor` did not hand it on."""
    row = await Reaction.get_or_none(kind=ReactionKind.BOOST, actor_id=actor.id, post_id=post.id)
    if row is None:
        raise NotFound
    return Entry(row.id, await _open(post.id), actor)


async def around(post: Post, *, is_visitor: bool) -> tuple[list[Post], list[Post]]:
    """What it answers, from the top; and what answers it, each after what it answers. Of a long
    thread a visitor sees some."""
    found = await posting.in_thread(post.thread)
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
    most = _FOR_VISITORS if is_visitor else len(found)
    return _living(reversed(above[:most])), _living(below[:most])


_Source = Callable[[Bounds], Awaitable[list[Entry]]]


def _living(posts: Iterable[Post]) -> list[Post]:
    return [post for post in posts if post.deleted_at is None]


async def _open(post_id: int) -> Post:
    post = await posting.by_id(post_id)
    if post.deleted_at is not None:
        raise NotFound
    return post


def _shown(query: QuerySet[Post]) -> QuerySet[Post]:
    in_sight = Q(thread__group_id=None) | Q(thread__group__is_blocked=False)
    shown = query.filter(in_sight, author__is_blocked=False, deleted_at=None)
    return shown.select_related("author", "thread__group")


def _starters() -> QuerySet[Post]:
    return _shown(Post.filter(in_reply_to_uri=None))


def _boosts() -> QuerySet[Reaction]:
    in_sight = Q(post__thread__group_id=None) | Q(post__thread__group__is_blocked=False)
    rows = Reaction.filter(
        in_sight,
        kind=ReactionKind.BOOST,
        actor__is_blocked=False,
        post__author__is_blocked=False,
        post__deleted_at=None,
    )
    return rows.select_related("actor", "post__author", "post__thread__group")


def _posts_of(query: QuerySet[Post]) -> _Source:
    async def source(bounds: Bounds) -> list[Entry]:
        return [Entry(post.id, post) for post in await _page(query, "id", bounds)]

    return source


def _threads_of(query: QuerySet[Post]) -> _Source:
    async def source(bounds: Bounds) -> list[Entry]:
        found = await _page(query, "thread_id", bounds)
        return [Entry(post.thread_id, post, post.thread.group) for post in found]

    return source


def _boosts_of(query: QuerySet[Reaction]) -> _Source:
    async def source(bounds: Bounds) -> list[Entry]:
        return [Entry(row.id, row.post, row.actor) for row in await _page(query, "id", bounds)]

    return source


def _page(query: QuerySet, column: str, bounds: Bounds) -> QuerySet:  # type: ignore[type-arg]
    if bounds.max_id is not None:
        query = query.filter(**{f"{column}__lt": bounds.max_id})
    if bounds.above is not None:
        query = query.filter(**{f"{column}__gt": bounds.above})
    return query.order_by(column if bounds.is_upward else f"-{column}").limit(bounds.limit)


async def _merged(bounds: Bounds, *sources: _Source) -> list[Entry]:
    """The newest first, whichever way the page was reached."""
    found = [one for source in sources for one in await source(bounds)]
    ordered = sorted(found, key=lambda one: one.id, reverse=not bounds.is_upward)
    page = ordered[: bounds.limit]
    return page[::-1] if bounds.is_upward else page


async def _blocked(actor: Actor) -> list[int]:
    rows = await Block.filter(actor_id=actor.id).values_list("target_id", flat=True)
    return [int(cast(int, one)) for one in rows]
