"""Public posts that somebody keeps for later; nobody else learns of it."""

from collections.abc import Iterable, Sequence

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.ids import new_id
from instance.models import Actor, Bookmark, Post
from instance.services import feed_sources
from instance.services.feed_sources import Bounds, Place
from instance.services.post_rows import Row

PAGE = 20
_KEPT = "SELECT post_id FROM bookmark WHERE actor_id IN ({own}) AND post_id IN ({posts})"


async def add(actor: Actor, post: Post) -> None:
    """Twice is once."""
    async with in_transaction():
        await Bookmark.get_or_create(defaults={"id": new_id()}, actor_id=actor.id, post_id=post.id)


async def remove(actor: Actor, post: Post) -> None:
    await Bookmark.filter(actor_id=actor.id, post_id=post.id).delete()


async def of_actor(actor: Actor, bounds: Bounds) -> list[Place]:
    """What one identity keeps, the last kept first; the ids of the entries are those of the rows,
    which say the order."""
    return await feed_sources.merged(bounds, feed_sources.of_marks(_shown([actor])))


async def of_all(actors: Sequence[Actor], before: int | None) -> list[Bookmark]:
    """Of several identities, for the page of whom they are; `before`: a row of the page before."""
    return list(await feed_sources.page(_shown(actors), "id", Bounds(PAGE, max_id=before)))


async def kept(actors: Iterable[Actor], posts: Iterable[Post | Row]) -> set[int]:
    """The ids of those of the posts that any of these identities keeps."""
    own, ids = [actor.id for actor in actors], [post.id for post in posts]
    if not own or not ids:
        return set()
    sql = _KEPT.format(own=raw_sql.marks(len(own)), posts=raw_sql.marks(len(ids), len(own) + 1))
    return {int(post_id) for (post_id,) in await raw_sql.look_up_tuples(sql, [*own, *ids])}


def _shown(actors: Iterable[Actor]) -> QuerySet[Bookmark]:
    """What is deleted, or of a server that is blocked now, is not there."""
    in_sight = Q(post__thread__group_id=None) | Q(post__thread__group__is_blocked=False)
    rows = Bookmark.filter(
        in_sight,
        actor_id__in=[actor.id for actor in actors],
        post__author__is_blocked=False,
        post__deleted_at=None,
    )
    return rows.select_related("post__author", "post__thread__group")
