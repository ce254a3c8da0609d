"""What a member's home shows of public channels and people."""

from datetime import UTC, datetime
from functools import cache

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from instance import raw_sql
from instance.models import Actor, Post

PAGE = 40
# The ids alone: whole rows are large, and of those that are looked at half are not shown.
_FOLLOWED = """
SELECT p.published_at, p.id FROM post p
JOIN thread t ON t.id = p.thread_id JOIN actor a ON a.id = p.author_id
LEFT JOIN actor g ON g.id = t.group_id
WHERE {followed} IN (SELECT f.target_id FROM follow f JOIN actor target ON target.id = f.target_id
        WHERE f.follower_id IN ({own}) AND f.state = 'accepted' AND NOT target.is_blocked)
    AND p.in_reply_to_uri IS NULL AND p.deleted_at IS NULL AND NOT a.is_blocked
    AND (g.id IS NULL OR NOT g.is_blocked) AND a.id NOT IN ({unwanted})
    AND (g.id IS NULL OR g.id NOT IN ({unwanted})) {earlier}
ORDER BY p.published_at DESC, p.id DESC LIMIT {page}
"""
# Of any of a member's identities: their home is one page for all.
_UNWANTED = """
SELECT target_id FROM block WHERE actor_id IN ({own}) UNION ALL SELECT target_id FROM mute
WHERE actor_id IN ({own}) AND (ends_at IS NULL OR ends_at > ?{now}) UNION ALL
SELECT there.id FROM actor there JOIN hidden_host h ON h.host = there.host
WHERE h.actor_id IN ({own})
"""
_BOTH = """
SELECT * FROM ({channels}) AS of_channels UNION SELECT * FROM ({people}) AS of_people
ORDER BY published_at DESC, id DESC LIMIT {page}
"""
_EARLIER = "AND (p.published_at < ?{at} OR p.published_at = ?{at} AND p.id < ?{id})"


async def home(actors: list[Actor], *, before: int | None = None) -> list[int]:
    """The ids of thread starters of what these identities follow, newest first; `before`: a post
    id's time.

    Keyset page: pass the id of the last post shown.
    """
    last = await _post(before)
    own = [actor.id for actor in actors]
    if not own:
        return []
    sql = _home(len(own), is_first=last is None)
    values = [*own, datetime.now(UTC), *((last.published_at, last.id) if last else ())]
    return [post_id for _, post_id in await raw_sql.look_up_tuples(sql, values)]


@cache
def _home(own: int, *, is_first: bool) -> str:
    """Of channels and of people, each by its index; one post may be of both."""
    earlier = "" if is_first else _EARLIER.format(at=own + 2, id=own + 3)
    unwanted = _UNWANTED.format(own=(marks := raw_sql.marks(own)), now=own + 1)
    channels, people = (
        _FOLLOWED.format(followed=column, own=marks, page=PAGE, unwanted=unwanted, earlier=earlier)
        for column in ("t.group_id", "p.author_id")
    )
    return _BOTH.format(channels=channels, people=people, page=PAGE)


async def of_author(author: Actor, *, before: int | None = None) -> list[Post]:
    """A person's public posts, newest first; pages as those of `home`."""
    return await _page(Post.filter(author_id=author.id, deleted_at=None), await _post(before))


async def pinned(author: Actor) -> list[Post]:
    """What they keep at the top of their profile, the last pinned first."""
    found = await shown(Post.filter(author_id=author.id, deleted_at=None)).filter(
        pinned_at__not_isnull=True
    )
    return sorted(found, key=lambda post: (post.pinned_at, post.id), reverse=True)


async def _post(post_id: int | None) -> Post | None:
    return await Post.get_or_none(id=post_id) if post_id is not None else None


def _page(query: QuerySet[Post], last: Post | None) -> QuerySet[Post]:
    if last is not None:
        earlier = Q(published_at__lt=last.published_at)
        query = query.filter(earlier | Q(published_at=last.published_at, id__lt=last.id))
    return shown(query).order_by("-published_at", "-id").limit(PAGE)


def shown(query: QuerySet[Post]) -> QuerySet[Post]:
    """Without those of blocked hosts; each with its author and channel."""
    in_sight = Q(thread__group_id=None) | Q(thread__group__is_blocked=False)
    shown = query.filter(in_sight, author__is_blocked=False)
    return shown.select_related("author", "thread__group")
