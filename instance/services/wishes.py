"""Of whom one identity wants to see or hear nothing, and what it keeps to itself about others.

All of it is of one identity: nothing says that another of the same member wishes the same.
"""

from collections.abc import Sequence

from instance import raw_sql
from instance.errors import FormRefused
from instance.models import (
    Actor,
    ActorNote,
    Block,
    Endorsement,
    Follow,
    FollowState,
    HiddenHost,
    Mute,
)
from instance.services import feed_sources
from instance.services.feed_sources import Bounds

NOTE_MOST = 2_000
_KEEPS_AWAY = """
SELECT 1 FROM block WHERE actor_id = ?1 AND target_id = ?2
UNION ALL SELECT 1 FROM hidden_host WHERE actor_id = ?1 AND host = ?3
"""


async def keeps_away(by: Actor, target: Actor) -> bool:
    """Whether one wants nothing at all of the other, or of anybody at their server."""
    return bool(await raw_sql.look_up(_KEEPS_AWAY, [by.id, target.id, target.host]))


async def is_blocked(own: Sequence[Actor], target: Actor) -> bool:
    """By one of these names."""
    return await Block.filter(actor_id__in=[a.id for a in own], target_id=target.id).exists()


async def is_muted(own: Sequence[Actor], target: Actor) -> bool:
    held = Mute.filter(feed_sources.holds(), actor_id__in=[actor.id for actor in own])
    return await held.filter(target_id=target.id).exists()


async def blocks(by: Actor, bounds: Bounds) -> list[Block]:
    """Each with its `target`, the last first."""
    rows = Block.filter(actor_id=by.id).select_related("target")
    return await feed_sources.newest(rows, bounds)


async def mutes(by: Actor, bounds: Bounds) -> list[Mute]:
    """Those that hold; each with its `target`, the last first."""
    rows = Mute.filter(feed_sources.holds(), actor_id=by.id).select_related("target")
    return await feed_sources.newest(rows, bounds)


async def hidden_hosts(by: Actor, bounds: Bounds) -> list[HiddenHost]:
    return await feed_sources.newest(HiddenHost.filter(actor_id=by.id), bounds)


async def note(by: Actor, target: Actor, text: str) -> None:
    """For their eyes alone. No text: none. Raises FormRefused for one that is too long."""
    if len(text) > NOTE_MOST:
        raise FormRefused({"comment": f"is too long (maximum is {NOTE_MOST} characters)"})
    pair = {"actor_id": by.id, "target_id": target.id}
    if text.strip():
        await ActorNote.update_or_create(defaults={"words": {"note": text.strip()}}, **pair)
    else:
        await ActorNote.filter(**pair).delete()


async def endorse(by: Actor, target: Actor) -> None:
    """Show somebody on one's profile. Raises FormRefused for whom one does not follow."""
    pair = {"follower_id": by.id, "target_id": target.id}
    if not await Follow.filter(state=FollowState.ACCEPTED, **pair).exists():
        raise FormRefused({"account_id": "must be somebody whom you follow"})
    await Endorsement.get_or_create(actor_id=by.id, target_id=target.id)


async def unendorse(by: Actor, target: Actor) -> None:
    await Endorsement.filter(actor_id=by.id, target_id=target.id).delete()


async def endorsed(by: Actor, bounds: Bounds) -> list[Endorsement]:
    """Each with its `target`, the last first."""
    rows = Endorsement.filter(actor_id=by.id).select_related("target")
    return await feed_sources.newest(rows, bounds)
