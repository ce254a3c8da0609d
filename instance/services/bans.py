"""Who may not write in a channel, until when and why (federation.md 5.4, Block)."""

from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import events
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, Ban, Channel, Thread
from instance.outbox import moderation as documents
from instance.services import moderation, signatures

LONGEST = timedelta(days=3_650)


async def is_banned(group: Actor, actor: Actor) -> bool:
    return await _standing().filter(group_id=group.id, actor_id=actor.id).exists()


async def require_admitted(author: Actor, group: Actor, thread: Thread | None = None) -> None:
    """Raises NotAllowed, in words, for who may not write here now; `thread`: the one they answer.

    A channel elsewhere decides itself; what it closed is closed here too.
    """
    if thread is not None and thread.locked_at is not None:
        if not await moderation.may_moderate(author, group):
            raise NotAllowed("This thread is closed. It can be read, not answered.")
    if not group.is_local:
        return
    found = await of_actor(group, author)
    if found is not None:
        until = f" until {found.ends_at:%-d %b %Y}" if found.ends_at else ""
        raise NotAllowed(f"A moderator has banned you from this channel{until}: {found.reason}")
    channel = await Channel.get_or_none(actor_id=group.id)
    if channel is None:
        return
    if channel.closed_at is not None:
        raise NotAllowed("This channel is closed. It can be read, and nobody writes in it.")
    signatures.require(author, channel)
    if thread is None and channel.only_moderators_post:
        if not await moderation.may_moderate(author, group):
            raise NotAllowed("Only moderators begin threads in this channel. Everybody may reply.")


async def of_channel(group: Actor) -> list[Ban]:
    """The bans that count now, the latest first, each with its `actor`."""
    return await _standing().filter(group_id=group.id).order_by("-id").select_related("actor")


async def of_actor(group: Actor, actor: Actor) -> Ban | None:
    return await _standing().get_or_none(group_id=group.id, actor_id=actor.id)


async def ban(
    by: Actor, group: Actor, banned: Actor, reason: str, ends_at: datetime | None
) -> None:
    """Nobody's word in the channel counts while it stands; `ends_at` None: until it is lifted.

    Raises FormRefused without a reason, or for an end that is past; NotAllowed.
    """
    reason = moderation.required_reason(reason)
    now = datetime.now(UTC)
    if ends_at is not None and not now < ends_at < now + LONGEST:
        raise FormRefused({"ends_at": "Choose a day after today, or leave it empty."})
    await moderation.require(by, group)
    if await moderation.may_moderate(banned, group):
        raise FormRefused({"reason": "This is a moderator. Take that from them first."})
    await _issue(by, group, banned, reason, ends_at)


async def lift(by: Actor, group: Actor, banned: Actor) -> None:
    """End a ban before its time; another moderator's is first replaced by one of `by`."""
    await moderation.require(by, group)
    found = await of_actor(group, banned)
    if found is None:
        raise NotFound
    block_uri = found.uri
    if found.by_uri != by.uri:
        block_uri = await _issue(by, group, banned, found.reason, found.ends_at)
    undone = {"id": block_uri, "type": "Block", "object": banned.uri, "target": group.uri}
    activity = await documents.undo(by, group, undone, datetime.now(UTC))
    async with in_transaction():
        if group.is_local:
            await mark_lifted(found, group, banned, by.uri)
        await moderation.send(by, group, activity)


async def _issue(
    by: Actor, group: Actor, banned: Actor, reason: str, ends_at: datetime | None
) -> str:
    activity = await documents.block(by, group, banned, reason, ends_at, datetime.now(UTC))
    async with in_transaction():
        if group.is_local:
            await mark_banned(group, banned, activity["id"], by.uri, reason, ends_at)
        await moderation.send(by, group, activity)
    return str(activity["id"])


async def mark_banned(
    group: Actor,
    banned: Actor,
    block_uri: str,
    by_uri: str,
    reason: str,
    ends_at: datetime | None,
) -> None:
    """In the caller's transaction. A second one replaces the first."""
    values = {
        "uri": block_uri,
        "by_uri": by_uri,
        "reason": reason[: moderation.REASON_MAX],
        "ends_at": ends_at,
    }
    await Ban.update_or_create(defaults=values, group_id=group.id, actor_id=banned.id)
    await moderation.record("member.banned", by_uri, group, banned.uri)
    await events.publish("channel", group.id)


async def mark_lifted(row: Ban, group: Actor, banned: Actor, by_uri: str) -> None:
    await row.delete()
    await moderation.record("member.unbanned", by_uri, group, banned.uri)
    await events.publish("channel", group.id)


def _standing() -> QuerySet[Ban]:
    return Ban.filter(Q(ends_at=None) | Q(ends_at__gt=datetime.now(UTC)))
