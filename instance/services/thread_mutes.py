"""Threads of which somebody wants to be told nothing more; they read them as before."""

from collections.abc import Iterable
from typing import cast

from tortoise.transactions import in_transaction

from instance.ids import new_id
from instance.models import Actor, MutedThread, Post


async def mute(actor: Actor, post: Post) -> None:
    """The thread that a post stands in. Twice is once."""
    async with in_transaction():
        await MutedThread.get_or_create(
            defaults={"id": new_id()}, actor_id=actor.id, thread_id=post.thread_id
        )


async def unmute(actor: Actor, post: Post) -> None:
    await MutedThread.filter(actor_id=actor.id, thread_id=post.thread_id).delete()


async def muted(actor: Actor, posts: Iterable[Post]) -> set[int]:
    """The ids of the threads of these posts that one identity muted."""
    rows = MutedThread.filter(actor_id=actor.id, thread_id__in={post.thread_id for post in posts})
    return {cast(int, one) for one in await rows.values_list("thread_id", flat=True)}
