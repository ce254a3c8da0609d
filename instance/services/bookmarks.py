"""Public posts that somebody keeps for later; nobody else learns of it."""

from collections.abc import Iterable, Sequence
from typing import cast

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance.ids import new_id
from instance.models import Actor, Bookmark, Post
from instance.services import feed_sources
from instance.services.feed_sources import Bounds, Entry

PAGE = 20


async def add(actor: Actor, post: Post) -> None:
    """Twice is once."""
    async with in_transaction():
        await Bookmark.get_or_create(defaults={"id": new_id()}, actor_id=actor.id, post_id=post.id)


async def remove(actor: Actor, post: Post) -> None:
    await Bookmark.filter(actor_id=actor.id, post_id=post.id).delete()


async def of_actor(actor: Actor, bounds: Bounds) -> list[Entry]:
    """What one identity keeps, the last kept first; the ids of the entries are those of the rows,
    which say the order."""
    rows = await feed_sources.page(_shown([actor]), "id", bounds)
    found = [Entry(row.id, row.post) for row in rows]
    return found[::-1] if bounds.is_upward else found


async def of_all(actors: Sequence[Actor], before: int | None) -> list[Bookmark]:
    """Of several identities, for the page of whom they are; `before`: a row of the page before."""
    return list(await feed_sources.page(_shown(actors), "id", Bounds(PAGE, max_id=before)))


async def kept(actors: Iterable[Actor], posts: Iterable[Post]) -> set[int]:
    """The ids of those of the posts that any of these identities keeps."""
    own, ids = [actor.id for actor in actors], [post.id for post in posts]
    if not own or not ids:
        return set()
    rows = Bookmark.filter(actor_id__in=own, post_id__in=ids)
    return {cast(int, one) for one in await rows.values_list("post_id", flat=True)}


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
