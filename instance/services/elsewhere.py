"""Copies of conversations elsewhere in which nobody here took part: they are kept for a while.

What somebody here wrote in, kept, liked, passed on, voted in, muted, filtered, was told of or
reported stays, and so does everything on a board of ours. An id that its owner deleted stays, too:
it must not come back (T13). Whoever meets the rest again gets it from where it is.
"""

from datetime import datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import raw_sql, word_tables
from instance.models import Post, Thread
from instance.services.roster.pace import Pace

KEPT = timedelta(days=365)
_AT_ONCE = 50  # conversations
_POSTS_AT_ONCE = 200
_OURS = "SELECT id FROM actor WHERE is_local"
# The conditions stand in the order of what they cost.
_UNTOUCHED = f"""
FROM thread t JOIN actor a ON a.id = t.author_id LEFT JOIN actor g ON g.id = t.group_id
WHERE t.last_post_at < ?1 AND t.id > ?2 AND NOT a.is_local AND (g.id IS NULL OR NOT g.is_local)
AND EXISTS (SELECT 1 FROM post p WHERE p.thread_id = t.id AND p.deleted_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM muted_thread m WHERE m.thread_id = t.id)
AND NOT EXISTS (
    SELECT 1 FROM post p WHERE p.thread_id = t.id AND (
        p.author_id IN ({_OURS})
        OR EXISTS (SELECT 1 FROM bookmark b WHERE b.post_id = p.id)
        OR EXISTS (SELECT 1 FROM reaction r WHERE r.post_id = p.id AND r.actor_id IN ({_OURS}))
        OR EXISTS (SELECT 1 FROM notification n WHERE n.post_id = p.id)
        OR EXISTS (SELECT 1 FROM report_post s WHERE s.post_id = p.id)
        OR EXISTS (SELECT 1 FROM filter_post f WHERE f.post_id = p.id)
        OR EXISTS (
            SELECT 1 FROM poll q JOIN vote v ON v.poll_id = q.id
            WHERE q.post_id = p.id AND v.actor_id IN ({_OURS})
        )
    )
)
"""  # noqa: S608  (a text of ours)
_SOME = f"SELECT t.id {_UNTOUCHED} ORDER BY t.id LIMIT ?3"
_COUNT = f"SELECT COUNT(*) AS n {_UNTOUCHED}"


def old_threads(before: datetime) -> QuerySet[Any]:
    """All from elsewhere, also those that stay."""
    return Thread.filter(last_post_at__lt=before, author__is_local=False)


async def count(now: datetime, kept: timedelta) -> int:
    """How many would go."""
    [row] = await raw_sql.run(_COUNT, [now - kept, 0])
    return int(row["n"])


async def purge(now: datetime, kept: timedelta) -> None:
    """A few at a time: others write in between."""
    pace, last = Pace(), 0
    while rows := await raw_sql.run(_SOME, [now - kept, last, _AT_ONCE]):
        for row in rows:
            last = row["id"]
            await _forget(last, now - kept)
            await pace.rest()


async def _forget(thread_id: int, before: datetime) -> None:
    posts = Post.filter(thread_id=thread_id, deleted_at=None).order_by("id").limit(_POSTS_AT_ONCE)
    is_more = True
    while is_more:
        async with in_transaction():
            await Thread.filter(id=thread_id).select_for_update().first()
            if [row["id"] for row in await raw_sql.run(_SOME, [before, thread_id - 1, 1])] != [
                thread_id
            ]:
                return  # somebody here has a part in it now
            ids = [post.id for post in await posts.only("id")]
            await word_tables.POSTS.drop(ids)
            await Post.filter(id__in=ids).delete()
            is_more = len(ids) == _POSTS_AT_ONCE
            if not is_more and not await Post.filter(thread_id=thread_id).exists():
                await Thread.filter(id=thread_id).delete()
