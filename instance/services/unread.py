"""What is new to a member in the channels they follow.

New is what came here after they followed the channel and after what they saw of the thread, by
our ids, which tell when a post came and not when its author says it was written. What they wrote
themselves is not new to them.
"""

from collections.abc import Collection
from dataclasses import dataclass

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance.models import Actor, Follow, FollowState, Member, Post, Seen, Thread


@dataclass(frozen=True)
class New:
    """`replies` that the member has not seen; `whole`: not even the first post."""

    replies: int
    whole: bool


async def of_threads(
    member: Member, own: Collection[Actor], group: Actor, threads: Collection[Thread]
) -> dict[int, New]:
    """By the thread's id, those with something new. `own`: the member's identities."""
    since = await _since(member, own, group, threads)
    if not since:
        return {}
    is_new = [Q(thread_id=thread, id__gt=seen) for thread, seen in since.items()]
    counts = await (
        _by_others(own)
        .filter(Q(*is_new, join_type="OR"), in_reply_to_uri__isnull=False)
        .annotate(count=Count("id"))
        .group_by("thread_id")
        .values_list("thread_id", "count")
    )
    replies: dict[int, int] = dict(counts)
    others = [thread for thread in threads if not is_own(thread.author_id, own)]
    whole = {thread.id for thread in others if thread.id > since[thread.id]}
    return {
        thread: New(replies.get(thread, 0), thread in whole) for thread in replies.keys() | whole
    }


async def after(member: Member, own: Collection[Actor], thread: Thread) -> int | None:
    """The id that posts of this thread are new after; None where the channel is not followed."""
    if thread.group is None:
        return None
    since = await _since(member, own, thread.group, [thread])
    return since.get(thread.id)


async def see(member: Member, thread_id: int, post_id: int) -> None:
    """The member was shown the thread up to this post. Never goes back."""
    last = max(post_id, thread_id)  # the ids of a thread and its first post may be of one moment
    async with in_transaction():
        seen, is_first = await Seen.get_or_create(
            member_id=member.id, thread_id=thread_id, defaults={"post_id": last}
        )
        if not is_first and seen.post_id < last:
            await Seen.filter(id=seen.id, post_id__lt=last).update(post_id=last)


async def _since(
    member: Member, own: Collection[Actor], group: Actor, threads: Collection[Thread]
) -> dict[int, int]:
    """By the thread's id: what came before this id is known. Empty where nobody follows."""
    followed = await Follow.filter(
        follower_id__in=[actor.id for actor in own],
        target_id=group.id,
        state=FollowState.ACCEPTED,
    ).values_list("id", flat=True)
    if not followed:
        return {}
    ids = [thread.id for thread in threads]
    rows = await Seen.filter(member_id=member.id, thread_id__in=ids).values_list(
        "thread_id", "post_id"
    )
    seen = dict(rows)
    return {id: max(min(followed), seen.get(id, 0)) for id in ids}


def is_own(author_id: int, own: Collection[Actor]) -> bool:
    return author_id in {actor.id for actor in own}


def _by_others(own: Collection[Actor]) -> QuerySet[Post]:
    mine = [actor.id for actor in own]
    return Post.filter(author_id__not_in=mine, author__is_blocked=False, deleted_at=None)
