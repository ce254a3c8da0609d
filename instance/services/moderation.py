"""Who keeps a channel, and what they do to its threads and posts (federation.md 5.3, 5.4).

A moderator here goes through `lock`, `pin`, `remove`, …: in a channel of ours that changes rows and
is announced; about a channel elsewhere its own server is told, and announces what it accepts.
`mark_…` is the change alone, in the caller's transaction, for what was signed elsewhere.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation.errors import FederationError
from federation.origin import host_of
from instance import config, events
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, Channel, Member, Moderator, Post, SignedBy, Thread
from instance.outbox import moderation as documents
from instance.outbox.enqueue import enqueue
from instance.services import audit, channels, duties, members, tombstones
from instance.services.duties import Duty

REASON_MAX, RULES_MAX = 300, 4_000
_NOT_A_MODERATOR = "Only moderators of this channel can do this."


async def may_moderate(actor: Actor, group: Actor) -> bool:
    """A moderator of the channel; the channel itself, for its operator; of ours also our staff,
    under their own name."""
    if actor.id == group.id:
        return True
    if await Moderator.filter(group_id=group.id, actor_id=actor.id).exists():
        return True
    if not group.is_local or not actor.is_local:
        return False
    is_named = actor.member_id is not None and not actor.is_pseudonym
    staff = duties.holders(Duty.CHANNELS).filter(id=actor.member_id)
    return is_named and await staff.exists()


async def acting_as(member: Member, group: Actor) -> Actor | None:
    """The identity under which this member moderates the channel, if they do."""
    for own in await members.identities(member):
        if await may_moderate(own, group):
            return own
    return None


async def required_acting_as(member: Member, group: Actor) -> Actor:
    """As `acting_as`. Raises NotAllowed where they do not."""
    if (found := await acting_as(member, group)) is None:
        raise NotAllowed(_NOT_A_MODERATOR)
    return found


async def require(by: Actor, group: Actor) -> None:
    if not await may_moderate(by, group):
        raise NotAllowed(_NOT_A_MODERATOR)
    if not by.discoverable:
        raise NotAllowed(
            "Other servers must be able to see who decides. Make your profile public in your "
            "account first."
        )


async def moderators_of(group: Actor) -> list[Actor]:
    rows = await Moderator.filter(group_id=group.id).order_by("id").select_related("actor")
    return [row.actor for row in rows]


async def appoint(slug: str, address: str, *, is_one: bool) -> None:
    """The operator's word on who moderates a channel of ours; `address`: here or elsewhere, where
    their server is asked. Raises NotFound, or FormRefused where nobody is found."""
    group = await channels.by_slug(slug)
    if not group.is_local:
        raise NotAllowed("This channel is kept elsewhere.")
    try:
        person = await members.found_at(address.strip())
    except (FederationError, OSError) as error:
        raise FormRefused({"address": f"Nobody was found at {address}."}) from error
    await (add_moderator if is_one else remove_moderator)(group, group, person)


async def add_moderator(by: Actor, group: Actor, moderator: Actor) -> None:
    channels.require_seen(moderator)
    await _change_moderators("Add", by, group, moderator)


async def remove_moderator(by: Actor, group: Actor, moderator: Actor) -> None:
    await _change_moderators("Remove", by, group, moderator)


async def _change_moderators(
    kind: documents.ListChange, by: Actor, group: Actor, moderator: Actor
) -> None:
    await require(by, group)
    activity = await documents.change_moderators(kind, by, group, moderator, datetime.now(UTC))
    async with in_transaction():
        if group.is_local:
            await mark_moderator(group, moderator, by.uri, is_one=kind == "Add")
        await send(by, group, activity)


async def mark_moderator(group: Actor, moderator: Actor, by_uri: str, *, is_one: bool) -> None:
    if is_one:
        await Moderator.get_or_create(group_id=group.id, actor_id=moderator.id)
    else:
        await Moderator.filter(group_id=group.id, actor_id=moderator.id).delete()
    action = "moderator.added" if is_one else "moderator.removed"
    await record(action, by_uri, group, moderator.uri)


async def set_rules(
    by: Actor,
    group: Actor,
    *,
    rules: str,
    approves_followers: bool,
    only_moderators_post: bool,
    signed_by: SignedBy = SignedBy.EITHER,
) -> None:
    """How a channel of ours is kept; its followers are told. Raises FormRefused for rules that
    are too long."""
    await require(by, group)
    if len(rules) > RULES_MAX:
        raise FormRefused({"rules": f"Shorten the rules to {RULES_MAX} characters."})
    async with in_transaction():
        await Channel.filter(actor_id=group.id).update(
            rules=rules.strip(),
            approves_followers=approves_followers,
            only_moderators_post=only_moderators_post,
            signed_by=signed_by,
        )
        await record("channel.changed", by.uri, group, group.uri)
        await channels.tell_change(group)


async def lock(by: Actor, thread: Thread) -> str:
    """Close a thread: it can be read, not answered. `thread.group` is loaded. Returns the id of
    the Lock."""
    group, starter = await board_of(thread)
    await require(by, group)
    activity = await documents.lock(by, group, starter.uri, datetime.now(UTC))
    async with in_transaction():
        if group.is_local:
            await mark_locked(thread, activity["id"], by.uri)
        await send(by, group, activity, thread)
    return str(activity["id"])


async def unlock(by: Actor, thread: Thread) -> None:
    """Open it again. An Undo counts from its own author only, so another moderator's Lock is
    first replaced by one of `by`."""
    group, starter = await board_of(thread)
    await require(by, group)
    is_own = thread.locked_by_uri == by.uri
    lock_uri = thread.lock_uri if is_own else await lock(by, thread)
    undone = {"id": lock_uri, "type": "Lock", "object": starter.uri}
    activity = await documents.undo(by, group, undone, datetime.now(UTC))
    async with in_transaction():
        if group.is_local:
            await mark_unlocked(thread, by.uri)
        await send(by, group, activity, thread)


async def mark_locked(thread: Thread, lock_uri: str, by_uri: str) -> None:
    locked_at = thread.locked_at or datetime.now(UTC)
    values = {"locked_at": locked_at, "lock_uri": lock_uri, "locked_by_uri": by_uri}
    await _change(thread, "thread.locked", by_uri, values)


async def mark_unlocked(thread: Thread, by_uri: str) -> None:
    values = {"locked_at": None, "lock_uri": None, "locked_by_uri": None}
    await _change(thread, "thread.unlocked", by_uri, values)


async def pin(by: Actor, thread: Thread) -> None:
    """Show a thread first on its channel's board."""
    await _change_featured("Add", by, thread)


async def unpin(by: Actor, thread: Thread) -> None:
    await _change_featured("Remove", by, thread)


async def _change_featured(kind: documents.ListChange, by: Actor, thread: Thread) -> None:
    group, starter = await board_of(thread)
    await require(by, group)
    activity = await documents.change_featured(kind, by, group, starter.uri, datetime.now(UTC))
    async with in_transaction():
        if group.is_local:
            await mark_featured(thread, by.uri, is_one=kind == "Add")
        await send(by, group, activity, thread)


async def mark_featured(thread: Thread, by_uri: str, *, is_one: bool) -> None:
    action = "thread.pinned" if is_one else "thread.unpinned"
    await _change(thread, action, by_uri, {"featured_at": datetime.now(UTC) if is_one else None})


async def remove(by: Actor, post: Post, reason: str) -> None:
    """Take a post off a channel; readers see the reason in its place. `post.thread.group` is
    loaded. Raises FormRefused without a reason."""
    reason = required_reason(reason)
    group = post.thread.group
    if group is None or post.deleted_at is not None:
        raise NotFound
    await require(by, group)
    activity = await documents.delete(by, group, post.uri, reason, datetime.now(UTC))
    async with in_transaction():
        if group.is_local:
            await mark_removed(post, by.uri, reason)
        await send(by, group, activity, post.thread)


async def mark_removed(post: Post, by_uri: str, reason: str) -> None:
    if await tombstones.bury(post, reason):
        await record("post.removed", by_uri, post.thread.group, post.uri)


async def send(
    by: Actor, group: Actor, activity: Mapping[str, Any], thread: Thread | None = None
) -> None:
    """Announce it to those who follow a channel of ours, or hand it to the server that keeps the
    channel. `thread`: the one it is about, if it is about one."""
    if group.is_local:
        await channels.pass_on(group, activity, thread)
    else:
        lane = thread.id if thread is not None else None
        await enqueue(activity, sender=by, inboxes=[group.inbox], lane=lane)


async def board_of(thread: Thread) -> tuple[Actor, Post]:
    """The channel a thread stands in, and its starter."""
    starter = await Post.filter(thread_id=thread.id, in_reply_to_uri=None).order_by("id").first()
    if thread.group is None or starter is None:
        raise NotFound
    return thread.group, starter


def required_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise FormRefused({"reason": "Say which rule, or why."})
    if len(reason) > REASON_MAX:
        raise FormRefused({"reason": f"Shorten the reason to {REASON_MAX} characters."})
    return reason


async def record(action: str, by_uri: str, group: Actor | None, subject: str) -> None:
    """What happened in a channel of ours; what others do in theirs is theirs to keep."""
    if group is None or not group.is_local:
        return
    host = host_of(by_uri, config.current().development)
    await audit.record(action, actor_uri=by_uri, host=host, subject=subject, channel=group.uri)


async def _change(thread: Thread, action: str, by_uri: str, values: dict[str, Any]) -> None:
    await Thread.filter(id=thread.id).update(**values)
    thread.update_from_dict(values)
    await record(action, by_uri, thread.group, thread.uri)
    await events.publish("thread", thread.id)
