"""Who may write in a channel of ours, and what it then passes on (federation.md 5.3)."""

from datetime import UTC, datetime

from federation.authentication import Verified
from instance import raw_sql
from instance.inbox.refusals import Refused
from instance.models import Actor, Thread
from instance.services import channels

_SAID = """
SELECT EXISTS (
        SELECT 1 FROM ban
        WHERE group_id = ?1 AND actor_id = ?2 AND (ends_at IS NULL OR ends_at > ?3)
    ) AS is_banned,
    EXISTS (SELECT 1 FROM channel WHERE actor_id = ?1 AND closed_at IS NOT NULL) AS is_closed,
    EXISTS (SELECT 1 FROM channel WHERE actor_id = ?1 AND only_moderators_post) AS is_restricted,
    EXISTS (SELECT 1 FROM moderator WHERE group_id = ?1 AND actor_id = ?2) AS moderates
"""
_PASSED_ON = frozenset(
    ("Create", "Update", "Delete", "Like", "Dislike", "Undo", "Add", "Remove", "Lock", "Block")
)


async def require_admitted(group: Actor, author: Actor, thread: Thread | None = None) -> None:
    """Raises Refused for who is banned, for a closed channel or thread, and where only moderators
    begin one.

    `thread`: the one that is answered; None for a new one. A channel elsewhere decides itself.
    """
    if not group.is_local:
        return
    [said] = await raw_sql.look_up(_SAID, [group.id, author.id, datetime.now(UTC)])
    if said["is_banned"]:
        raise Refused("5.3 banned")
    if said["is_closed"]:
        raise Refused("5.3 closed")
    if said["moderates"]:
        return
    if thread is not None and thread.locked_at is not None:
        raise Refused("5.4 locked")
    if thread is None and said["is_restricted"]:
        raise Refused("5.3 restricted")


async def relay(verified: Verified, thread: Thread) -> None:
    """Our channel announces what came straight from its sender, as it was received.

    In the caller's transaction; nothing where the channel is not ours or the activity not Public.
    `thread` with its `group` loaded.
    """
    group, activity = thread.group, verified.activity
    is_ours = group is not None and group.is_local and not verified.announced_by
    if group is not None and is_ours and activity.type in _PASSED_ON and activity.is_public():
        await channels.pass_on(group, verified.document, thread)
