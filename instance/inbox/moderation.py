"""What moderators elsewhere do in channels, and askers with their answers (federation.md 5.4).

In a channel of ours a moderator's own signature counts, and the channel passes it on. In a channel
elsewhere only what its Group announces counts: whom it lets moderate is its own matter.
"""

from datetime import datetime

from federation.authentication import Verified
from federation.errors import NotAllowed
from instance import config, html
from instance.inbox import channel_door, consult, fetches
from instance.inbox.consult_rules import is_history_add
from instance.inbox.refusals import Refused
from instance.models import Actor, ActorKind, Ban, Post, Thread
from instance.services import accepting, bans, blocks, channels, gone, moderation


async def receive_add(verified: Verified) -> None:
    if is_history_add(verified.document):
        await consult.receive_add(verified)
    else:
        await receive_announced_add(verified)


async def receive_announced_add(verified: Verified) -> None:
    """No channel speaks in the matter of a consult."""
    await _receive_list_change(verified, is_one=True)


async def receive_remove(verified: Verified) -> None:
    await _receive_list_change(verified, is_one=False)


async def _receive_list_change(verified: Verified, *, is_one: bool) -> None:
    """Of a channel's moderators or pinned threads, or of a thread's answers."""
    await _require_public_matter(verified)
    owner_uri, _, name = verified.activity.target_id.rpartition("/")
    if name == "answers":
        await _change_answers(verified, owner_uri, is_one=is_one)
        return
    group = await Actor.get_or_none(uri=owner_uri, kind=ActorKind.CHANNEL) if owner_uri else None
    if group is not None and name == "featured":
        await _change_featured(verified, group, is_one=is_one)
    elif group is not None and name == "moderators":
        await _change_moderators(verified, group, is_one=is_one)


async def receive_lock(verified: Verified) -> None:
    await _require_public_matter(verified)
    if await gone.is_gone(verified.activity.id, verified.signer):
        return  # its Undo was faster (T80)
    thread = await _thread_begun_by(verified.activity.object_id)
    if thread is None or thread.group is None:
        return
    await _require_moderator(verified, thread.group)
    await moderation.mark_locked(thread, verified.activity.id, verified.activity.actor_id)
    await channel_door.relay(verified, thread)


async def receive_block(verified: Verified) -> None:
    """A ban from a channel, which names it as `target`; else somebody wants nothing of a member."""
    await _require_public_matter(verified)
    if await gone.is_gone(verified.activity.id, verified.signer):
        return
    target = verified.activity.target_id
    group = await Actor.get_or_none(uri=target, kind=ActorKind.CHANNEL) if target else None
    if group is not None:
        await _ban(verified, group)
    elif not target and not verified.announced_by:
        await blocks.receive(verified.signer, verified.activity.object_id, verified.activity.id)


async def is_moderators(verified: Verified, group: Actor) -> bool:
    """Whether an activity counts as a moderator's: in a channel of ours its own signature says
    so, elsewhere that the Group itself announced it."""
    if not group.is_local:
        return verified.announced_by == group.uri
    by = await Actor.get_or_none(uri=verified.signer)
    came_straight = not verified.announced_by and not verified.forwarded
    return came_straight and by is not None and await moderation.may_moderate(by, group)


async def take_back(verified: Verified, uri: str) -> bool:
    """Undo of the Lock or ban with this id, by its author; False where there is none (T22)."""
    thread = await Thread.get_or_none(lock_uri=uri).select_related("group")
    if thread is not None and thread.group is not None:
        _require_same(verified.signer, thread.locked_by_uri)
        await _require_moderator(verified, thread.group)
        await moderation.mark_unlocked(thread, verified.signer)
        return True
    row = await Ban.get_or_none(uri=uri).select_related("group", "actor")
    if row is None:
        return False
    _require_same(verified.signer, row.by_uri)
    await _require_moderator(verified, row.group)
    await bans.mark_lifted(row, row.group, row.actor, verified.signer)
    return True


async def undo_block(uri: str, signer: str) -> bool:
    return await blocks.receive_undo(uri, signer)


async def _change_answers(verified: Verified, thread_uri: str, *, is_one: bool) -> None:
    thread = await Thread.get_or_none(uri=thread_uri).select_related("group", "author")
    if thread is None or thread.group is None:
        return
    reply_uri = verified.activity.object_id
    in_thread = Post.filter(uri=reply_uri, thread_id=thread.id, in_reply_to_uri__not_isnull=True)
    if not await in_thread.filter(deleted_at=None).exists():
        return
    if verified.activity.actor_id == thread.author.uri and not verified.announced_by:
        if not thread.group.is_local:
            raise NotAllowed("5.4: not announced by its channel")
        await channel_door.require_admitted(thread.group, thread.author, thread)
    else:
        await _require_moderator(verified, thread.group)
    if is_one or thread.accepted_uri == reply_uri:
        await accepting.mark(thread, reply_uri if is_one else None)
    await channel_door.relay(verified, thread)


async def _change_featured(verified: Verified, group: Actor, *, is_one: bool) -> None:
    thread = await _thread_begun_by(verified.activity.object_id)
    if thread is None or thread.group_id != group.id:
        return
    await _require_moderator(verified, group)
    await moderation.mark_featured(thread, verified.activity.actor_id, is_one=is_one)
    await channel_door.relay(verified, thread)


async def _change_moderators(verified: Verified, group: Actor, *, is_one: bool) -> None:
    await _require_moderator(verified, group)
    moderator = await _person(verified, group)
    if moderator is not None:
        by_uri = verified.activity.actor_id
        await moderation.mark_moderator(group, moderator, by_uri, is_one=is_one)
        await _pass_on(verified, group)


async def _ban(verified: Verified, group: Actor) -> None:
    await _require_moderator(verified, group)
    banned = await _person(verified, group)
    if banned is None:
        return
    activity = verified.activity
    reason = html.plain(activity.text("summary"), moderation.REASON_MAX)
    ends_at: datetime | None = activity.time("endTime")
    await bans.mark_banned(group, banned, activity.id, activity.actor_id, reason, ends_at)
    await _pass_on(verified, group)


async def _person(verified: Verified, group: Actor) -> Actor | None:
    """Whom it is about; None for somebody hidden here, who must seem not to be (T64).

    For a channel of ours somebody unknown is asked for first; the sender comes again.
    """
    uri = verified.activity.object_id
    found = await Actor.get_or_none(uri=uri) if uri else None
    if found is None:
        if uri and group.is_local and not config.current().is_ours(uri):
            raise fetches.Awaited("actor", uri)
        return None
    is_hidden = found.is_local and not found.discoverable
    return None if found.kind is not ActorKind.PERSON or is_hidden else found


async def _pass_on(verified: Verified, group: Actor) -> None:
    """What concerns a channel as a whole, in no thread."""
    if group.is_local and not verified.announced_by and verified.activity.is_public():
        await channels.pass_on(group, verified.document, None)


async def _require_moderator(verified: Verified, group: Actor) -> None:
    """Raises NotAllowed: nothing changes, and nothing is announced (T06, T21)."""
    if not await is_moderators(verified, group):
        raise NotAllowed("5.4: not a moderator's, or not announced by its channel")


def _require_same(signer: str, owner_uri: str | None) -> None:
    if signer != owner_uri:
        raise NotAllowed("T22: not theirs to take back")


async def _require_public_matter(verified: Verified) -> None:
    if await consult.concerns_consult(verified.document):
        raise Refused("T51")


async def _thread_begun_by(post_uri: str) -> Thread | None:
    starter = (
        await Post.get_or_none(uri=post_uri, in_reply_to_uri=None).select_related("thread__group")
        if post_uri
        else None
    )
    return starter.thread if starter is not None else None
