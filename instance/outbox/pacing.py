"""When what somebody says may leave: what one author makes us send is bounded (T76).

Nothing is dropped for it. Of one post an Update leaves at most once a minute; and who causes more
deliveries than a member ever does waits behind their own.
"""

from datetime import datetime, timedelta

from instance import raw_sql
from instance.errors import TooMany
from instance.models import Actor, Post
from instance.outbox import limits

UPDATE_EVERY = timedelta(minutes=1)
# Of one author: two posts to as many inboxes as there may be, then another every half hour.
DELIVERIES_AT_ONCE, DELIVERIES_PER_HOUR = 100_000, 100_000
_WAITS_MOST = timedelta(hours=1)
_FREE = frozenset({"Delete", "Undo"})  # what is taken back is never late for it
_LAST_UPDATE = """
SELECT a.created_at FROM outbox_activity a
WHERE a.post_id = ?1 AND a.actor_id = ?2 AND a.type = 'Update'
    AND EXISTS (SELECT 1 FROM delivery d WHERE d.activity_id = a.id)
ORDER BY a.created_at DESC LIMIT 1
"""


def of_author(author_uri: str, kind: str, deliveries: int, now: datetime) -> datetime:
    """From when an activity with so many deliveries may leave, as far as its author's budget goes.

    Raises TooMany where it would wait for hours: then nothing is accepted, and its sender, or
    their server, comes again.
    """
    if kind in _FREE:
        return now
    wait = limits.current().fan_out.spend(
        author_uri, deliveries, DELIVERIES_AT_ONCE, DELIVERIES_PER_HOUR, now
    )
    if wait > _WAITS_MOST and kind != "Update":
        limits.current().fan_out.spend(
            author_uri, -deliveries, DELIVERIES_AT_ONCE, DELIVERIES_PER_HOUR, now
        )
        raise TooMany(retry_after_seconds=int(wait.total_seconds()))
    return now + wait


async def of_update(post: Post, sender: Actor, now: datetime) -> datetime:
    """From when the next Update of a post may leave."""
    rows = await raw_sql.run(_LAST_UPDATE, [post.id, sender.id])
    return max(now, raw_sql.time(rows[0]["created_at"]) + UPDATE_EVERY) if rows else now
