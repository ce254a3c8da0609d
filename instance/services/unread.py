"""What is new to a member in the channels they follow.

New is what came here after they followed the channel and after what they saw of the thread, by
our ids, which tell when a post came and not when its author says it was written. What they wrote
themselves is not new to them.
"""

from collections.abc import Collection

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from instance.models import Actor, Follow, FollowState, Member, Post, Seen, Thread


async def of_threads(
    member: Member, own: Collection[Actor], group: Actor, threads: Collection[Thread]
) -> dict[int, int]:
    """How many replies are new, by the thread's id: of those with something new, and with 0 only
    its first post is. `own`: the member's identities."""
    since = await _since(member, own, group, threads)
    if not since:
        return {}
    mine = [actor.id for actor in own]
    is_new = [Q(thread_id=thread, id__gt=seen) for thread, seen in since.items()]
    replies = Post.filter(Q(*is_new, join_type="OR"), in_reply_to_uri__isnull=False)
    counts = await (
        replies.filter(author_id__not_in=mine, author__is_blocked=False, deleted_at=None)
        .annotate(count=Count("id"))
        .group_by("thread_id")
        .values_list("thread_id", "count")
    )
    begun = [t.id for t in threads if t.id > since[t.id] and t.author_id not in mine]
    return dict.fromkeys(begun, 0) | dict(counts)


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
