"""Threads of which somebody wants to be told nothing more; they read them as before."""

from collections.abc import Collection, Iterable

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.ids import new_id
from instance.models import Actor, MutedThread, Post
from instance.services.post_rows import Row

_MUTED = "SELECT thread_id FROM muted_thread WHERE actor_id = ?1 AND thread_id IN ({threads})"


async def mute(actor: Actor, post: Post) -> None:
    """The thread that a post stands in. Twice is once."""
    async with in_transaction():
        await MutedThread.get_or_create(
            defaults={"id": new_id()}, actor_id=actor.id, thread_id=post.thread_id
        )


async def unmute(actor: Actor, post: Post) -> None:
    await MutedThread.filter(actor_id=actor.id, thread_id=post.thread_id).delete()


async def of_all(own: Collection[Actor]) -> list[MutedThread]:
    """With their threads, the last muted first."""
    rows = MutedThread.filter(actor_id__in=[one.id for one in own])
    return await rows.order_by("-id").select_related("thread")


async def end(own: Collection[Actor], row_id: int) -> None:
    """One of theirs; anybody else's, and what is over, stay as they are."""
    await MutedThread.filter(id=row_id, actor_id__in=[one.id for one in own]).delete()


async def muted(actor: Actor, posts: Iterable[Post | Row]) -> set[int]:
    """The ids of the threads of these posts that one identity muted."""
    ids = list({post.thread_id for post in posts})
    if not ids:
        return set()
    sql = _MUTED.format(threads=raw_sql.marks(len(ids), 2))
    return {int(thread_id) for (thread_id,) in await raw_sql.look_up_tuples(sql, [actor.id, *ids])}
