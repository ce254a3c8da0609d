"""Who may write in a channel of ours, and what it then passes on (federation.md 5.3)."""

from datetime import UTC, datetime

from tortoise.expressions import Q

from federation.authentication import Verified
from instance.inbox.refusals import Refused
from instance.models import Actor, Ban, Channel, Moderator, Thread
from instance.services import channels

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
    unended = Q(ends_at__isnull=True) | Q(ends_at__gt=datetime.now(UTC))
    if await Ban.filter(unended, group_id=group.id, actor_id=author.id).exists():
        raise Refused("5.3 banned")
    if await Channel.filter(actor_id=group.id, closed_at__not_isnull=True).exists():
        raise Refused("5.3 closed")
    if await Moderator.filter(group_id=group.id, actor_id=author.id).exists():
        return
    if thread is not None and thread.locked_at is not None:
        raise Refused("5.4 locked")
    if thread is None and await Channel.filter(actor_id=group.id, only_moderators_post=True):
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
