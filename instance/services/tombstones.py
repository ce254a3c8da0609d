"""What is left of a public post that was deleted: its row, without a word of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import F, Q

from instance import events, html, word_tables
from instance.models import (
    Actor,
    Announced,
    Attachment,
    Bookmark,
    FilterPost,
    Follow,
    Notification,
    OutboxActivity,
    Poll,
    Portrait,
    Post,
    PostTag,
    Reaction,
    ReactionKind,
    Revision,
    Thread,
)
from instance.outbox.enqueue import take_back
from instance.services import pictures, reaction_counts

REMOVAL_MAX = 300  # characters, as in the table
_AT_ONCE = 500  # posts of somebody who is gone
_EMPTY: dict[str, Any] = {
    **{"content": "", "source": None, "document": {}},
    **{"likes_count": 0, "boosts_count": 0},
}


async def bury(post: Post, removal: str = "") -> bool:
    """Delete a post in the caller's transaction; False where it was deleted before.

    `removal`: why a moderator removed it. Its likes, its poll, its pictures, its earlier versions,
    what anybody was told of it, and the copies that wait to be sent, go with it.
    """
    return bool(await _bury([post.id], html.plain(removal, REMOVAL_MAX)))


async def bury_actor(actor: Actor) -> None:
    """Somebody's server deleted them: their posts and likes go, and no follow of theirs is left."""
    if actor.is_local or actor.gone_at is not None:
        return
    nothing = {"name": "", "summary": "", "also_known_as": None}
    await Actor.filter(id=actor.id).update(gone_at=datetime.now(UTC), **nothing)
    await word_tables.ACTORS.drop([actor.id])
    rows = Post.filter(author_id=actor.id, deleted_at=None).order_by("id").limit(_AT_ONCE)
    while ids := await rows.values_list("id", flat=True):
        await _bury(ids)
    await reaction_counts.forget(await Reaction.filter(actor_id=actor.id))
    await Follow.filter(Q(follower_id=actor.id) | Q(target_id=actor.id)).delete()
    await Notification.filter(by_id=actor.id).delete()
    await Portrait.filter(actor_id=actor.id).delete()


async def _bury(post_ids: Iterable[Any], removal: str = "") -> int:
    found = Post.filter(id__in=list(post_ids), deleted_at=None)
    posts = await found.order_by("id").select_for_update()
    ids = [post.id for post in posts]
    now = datetime.now(UTC)
    await Post.filter(id__in=ids).update(**_EMPTY, deleted_at=now, removal=removal)
    boosts = await Reaction.filter(post_id__in=ids, kind=ReactionKind.BOOST)
    # What a channel of ours announced of them holds their words, and so do earlier versions.
    of_posts = (Reaction, Notification, Poll, Announced, PostTag, Revision, Bookmark, FilterPost)
    for forgotten in of_posts:
        await forgotten.filter(post_id__in=ids).delete()
    await pictures.erase(Attachment.filter(post_id__in=ids))
    await word_tables.POSTS.drop(ids)
    await take_back(ids)
    # What is on its way at this moment may arrive; no further try brings a word of it.
    await OutboxActivity.filter(post_id__in=ids).exclude(type="Delete").update(body=None)
    await _forget_in_threads(posts)
    for post in posts:
        gone = [reaction_counts.withdrawn(row) for row in boosts if row.post_id == post.id]
        await events.publish("thread", post.thread_id, ("deleted", post.id), *gone)
    return len(posts)


async def _forget_in_threads(posts: list[Post]) -> None:
    replies = Counter(post.thread_id for post in posts if post.in_reply_to_uri)
    for thread_id, count in replies.items():
        await Thread.filter(id=thread_id).update(replies_count=F("replies_count") - count)
    started = [post.thread_id for post in posts if not post.in_reply_to_uri]
    await Thread.filter(id__in=started).update(title="")
    uris = {post.uri for post in posts}
    await Thread.filter(accepted_uri__in=uris).update(accepted_uri=None)
