"""What those are told who handed a public post on: its author changed it since."""

from instance import raw_sql
from instance.models import Actor, Notification, NotificationKind, Post
from instance.services import notifications

_MOST = 1_000  # of one post, the first that did: a transaction does no more
_HANDED_ON_BY = """
SELECT a.id FROM reaction r JOIN actor a ON a.id = r.actor_id
WHERE r.post_id = ?1 AND r.kind = 'Announce' AND a.member_id IS NOT NULL ORDER BY r.id LIMIT ?2
"""


async def of_edit(post: Post) -> None:
    """In the caller's transaction. Of several changes the last is told."""
    kind, by_id = NotificationKind.EDITED, post.author_id
    for row in await raw_sql.run(_HANDED_ON_BY, [post.id, _MOST]):
        to = await raw_sql.one(Actor, "id", row["id"])
        if to is not None:
            told = Notification.filter(identity_id=to.id, kind=kind, by_id=by_id, post_id=post.id)
            await told.delete()
            await notifications.tell(to, kind, by_id, post)
