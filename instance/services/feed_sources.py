"""What timelines are made of: sources of entries, each paged by the same ids, and their merging."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from instance import raw_sql
from instance.models import Actor, Attachment, Post, Reaction, ReactionKind

M = TypeVar("M", bound=Model)
_ID = itemgetter(0)
_UNWANTED = """
SELECT target_id AS id FROM block WHERE actor_id = ?1
UNION SELECT target_id FROM mute WHERE actor_id = ?1 AND (ends_at IS NULL OR ends_at > ?2)
UNION SELECT a.id FROM hidden_host h JOIN actor a ON a.host = h.host WHERE h.actor_id = ?1
"""
_ENDED = "SELECT ends_at FROM mute WHERE actor_id IN ({own}) AND ends_at IS NOT NULL"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# What somebody follows, with the row of each. PostgreSQL shall look them up (OFFSET 0 keeps it from
# a join): it would read everybody there is, to find a few of them.
FOLLOWS = {
    "sqlite": "follow f JOIN actor o ON o.id = f.target_id",
    "postgres": """follow f CROSS JOIN LATERAL (
        SELECT id, host, kind, is_blocked FROM actor WHERE id = f.target_id OFFSET 0) o""",
}


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

    @property
    def place(self) -> "Place":
        return Place(self.id, self.post.id, self.by.id if self.by is not None else None)


class Place(NamedTuple):
    """An entry by its ids alone."""

    id: int
    post_id: int
    by_id: int | None = None


Source = Callable[[Bounds], Awaitable[list[Place]]]


def shown(query: QuerySet[Post]) -> QuerySet[Post]:
    in_sight = Q(thread__group_id=None) | Q(thread__group__is_blocked=False)
    shown = query.filter(in_sight, author__is_blocked=False, deleted_at=None)
    return shown.select_related("author", "thread__group")


def starters() -> QuerySet[Post]:
    return shown(Post.filter(in_reply_to_uri=None))


def with_pictures(query: QuerySet[Post]) -> QuerySet[Post]:
    shown = Attachment.filter(post_id__not_isnull=True)
    return query.filter(id__in=Subquery(shown.values("post_id")))


def boosts() -> QuerySet[Reaction]:
    return reacted(ReactionKind.BOOST)


def reacted(kind: ReactionKind) -> QuerySet[Reaction]:
    """What anybody did to posts that are shown, with both."""
    in_sight = Q(post__thread__group_id=None) | Q(post__thread__group__is_blocked=False)
    rows = Reaction.filter(
        in_sight,
        kind=kind,
        actor__is_blocked=False,
        post__author__is_blocked=False,
        post__deleted_at=None,
    )
    return rows.select_related("actor", "post__author", "post__thread__group")


# Each reads ids alone: to build wide rows out of joins takes Tortoise as long as all the rest.
def posts_of(query: QuerySet[Post]) -> Source:
    async def source(bounds: Bounds) -> list[Place]:
        return [Place(one, one) for (one,) in await _keys(query, "id", bounds, "id")]

    return source


def threads_of(query: QuerySet[Post]) -> Source:
    async def source(bounds: Bounds) -> list[Place]:
        found = await _keys(query, "thread_id", bounds, "thread_id", "id", "thread__group_id")
        return [Place(*row) for row in found]

    return source


def boosts_of(query: QuerySet[Reaction]) -> Source:
    async def source(bounds: Bounds) -> list[Place]:
        return [
            Place(*row) for row in await _keys(query, "id", bounds, "id", "post_id", "actor_id")
        ]

    return source


def of_marks(query: QuerySet[Any]) -> Source:
    """Of rows that each name a post: likes, bookmarks."""

    async def source(bounds: Bounds) -> list[Place]:
        return [Place(*row) for row in await _keys(query, "id", bounds, "id", "post_id")]

    return source


async def entries(places: Sequence[Place]) -> list[Entry]:
    """With the posts, and with who handed them on."""
    posts = {post.id: post for post in await whole([one.post_id for one in places])}
    wanted = {one.by_id for one in places} - {None}
    by = {actor.id: actor for actor in await raw_sql.some(Actor, "id", [*wanted])}
    return [
        Entry(one.id, posts[one.post_id], by.get(one.by_id or 0))
        for one in places
        if one.post_id in posts
    ]


async def _keys(
    query: QuerySet[Any], column: str, bounds: Bounds, *wanted: str
) -> list[tuple[int, ...]]:
    found: Any = await page(query, column, bounds).values_list(*wanted)
    return [tuple(row) for row in found]


async def whole(ids: Sequence[int]) -> list[Post]:
    """In this order, each with its author, its thread and that one's channel."""
    found = await raw_sql.some(Post, "id", ids)
    threads = await raw_sql.load_all(found, "thread")
    await raw_sql.load_all(found, "author")
    await raw_sql.load_all(threads, "group")
    posts = {post.id: post for post in found}
    return [posts[one] for one in ids if one in posts]


def page(query: QuerySet, column: str, bounds: Bounds) -> QuerySet:  # type: ignore[type-arg]
    if bounds.max_id is not None:
        query = query.filter(**{f"{column}__lt": bounds.max_id})
    if bounds.above is not None:
        query = query.filter(**{f"{column}__gt": bounds.above})
    return query.order_by(column if bounds.is_upward else f"-{column}").limit(bounds.limit)


async def merged(bounds: Bounds, *sources: Source) -> list[Place]:
    """The newest first, whichever way the page was reached."""
    found = [one for source in sources for one in await source(bounds)]
    ordered = sorted(found, key=_ID, reverse=not bounds.is_upward)
    first = ordered[: bounds.limit]
    return first[::-1] if bounds.is_upward else first


async def newest(query: QuerySet[M], bounds: Bounds) -> list[M]:
    """A page of rows by their id, the newest first, whichever way it was reached."""
    found: list[Any] = await page(query, "id", bounds)
    return found[::-1] if bounds.is_upward else found


async def unwanted(actor: Actor) -> list[int]:
    """The ids of those of whom one identity wants to see nothing: whom it blocked or muted, and
    whoever is at a host that it hid. People and channels."""
    rows = await raw_sql.run(_UNWANTED, [actor.id, datetime.now(UTC)])
    return [int(row["id"]) for row in rows]


async def moment(own: Sequence[int]) -> datetime:
    """Now, as far as mutes of these identities go: when the last of them ended. What is asked of
    it is the same question until another one ends, and need not be asked again."""
    rows = await raw_sql.look_up_tuples(_ENDED.format(own=raw_sql.marks(len(own))), own)
    now = datetime.now(UTC)
    return max((at for one in rows if (at := raw_sql.time(one[0])) <= now), default=_LONG_AGO)


def outside(groups: list[int]) -> Q:
    """Posts that stand in none of these channels."""
    return Q(thread__group_id=None) | ~Q(thread__group_id__in=groups)


def holds() -> Q:
    """Mutes that did not end."""
    return Q(ends_at=None) | Q(ends_at__gt=datetime.now(UTC))
