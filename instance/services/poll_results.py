"""When polls end, and what we tell others of ours: at most every three minutes, and at the end.

Of those in which physicians alone count at the end only: each count before it would tell a vote.
"""

from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from instance import events
from instance.models import Actor, Poll, PollOption, Post, Thread, Vote
from instance.outbox import polls as documents
from instance.services import notifications, posting

TELL_EVERY = timedelta(minutes=3)
_AT_A_TIME = 50


async def ended(now: datetime) -> list[Poll]:
    """Polls whose time is over and which are still to be closed, the oldest first."""
    found = Poll.filter(closed_at=None, ends_at__lte=now).order_by("ends_at").limit(_AT_A_TIME)
    return await found.select_related("post__author")


async def close(poll: Poll) -> None:
    """Votes count no more; who made it or voted here is told."""
    async with in_transaction():
        await _close(poll)


async def _close(poll: Poll) -> None:
    post = await _locked(poll.post)
    is_told = not poll.post.author.is_local
    done = await Poll.filter(id=poll.id, closed_at=None).update(
        closed_at=poll.ends_at, is_told=is_told
    )
    if done and post is not None:
        await notifications.of_poll(poll, poll.post)
        await events.publish("thread", poll.post.thread_id)


async def untold(now: datetime) -> list[Poll]:
    """Polls of ours with counts that nobody has heard of yet."""
    may_be_told = Q(min_level=None) | Q(closed_at__not_isnull=True)
    due = Q(told_at=None) | Q(told_at__lte=now - TELL_EVERY) | Q(closed_at__not_isnull=True)
    found = Poll.filter(
        due, may_be_told, is_told=False, post__author__is_local=True, post__deleted_at=None
    )
    return await found.order_by("id").limit(_AT_A_TIME).select_related("post__author")


async def tell(poll: Poll, now: datetime) -> None:
    """Send its counts: signed outside the transaction; what changed meanwhile is told next time."""
    post = poll.post
    ballot = await _ballot(poll)
    note = documents.with_results(post.document, ballot)
    activity = await documents.update(post.author, note, now)
    async with in_transaction():
        found = await _locked(post)
        current = await Poll.filter(id=poll.id, is_told=False).select_for_update().first()
        if found is None or found.document != post.document or current is None:
            return
        if await _ballot(current) != ballot:
            return
        found.document = note
        await found.save(update_fields=["document"])
        await Poll.filter(id=poll.id).update(told_at=now, is_told=True)
        thread = await Thread.get(id=post.thread_id).select_related("group")
        voters = await _voters(poll) if poll.closed_at is not None else []
        await posting.send(post, thread, post.author, activity, also=voters)


async def _ballot(poll: Poll) -> documents.Ballot:
    options = await PollOption.filter(poll_id=poll.id).order_by("position")
    return documents.ballot_of(poll, options)


async def _locked(post: Post) -> Post | None:
    """The post as it is now, before its poll is locked; None where it was deleted."""
    return await Post.filter(id=post.id, deleted_at=None).select_for_update().first()


async def _voters(poll: Poll) -> list[Actor]:
    """Those who voted from elsewhere: the last count goes to them too, without naming them."""
    votes = Vote.filter(poll_id=poll.id, actor__is_local=False).select_related("actor")
    return [vote.actor for vote in await votes]
