"""Somebody wants nothing of somebody (federation.md 5.4, Block). Never shown, never sent (T25)."""

from collections.abc import Iterable

from tortoise.expressions import Q

from instance.errors import NotAllowed
from instance.models import Actor, ActorKind, Block, Follow
from instance.outbox import remote


async def receive(by_uri: str, target_uri: str, block_uri: str) -> None:
    """An actor elsewhere blocks one of ours, in the caller's transaction: nothing of the one goes
    to the other. The same for somebody hidden as for somebody unknown: nothing."""
    target = await Actor.get_or_none(uri=target_uri, is_local=True, discoverable=True)
    if target is None or target.kind is not ActorKind.PERSON:
        return
    by = await remote.directory().store(by_uri)
    await Block.update_or_create(defaults={"uri": block_uri}, actor_id=by.id, target_id=target.id)
    pair = Q(follower_id=by.id, target_id=target.id) | Q(follower_id=target.id, target_id=by.id)
    await Follow.filter(pair).delete()


async def receive_undo(block_uri: str, by_uri: str) -> bool:
    """Looked up by its id; False where there is none (T22)."""
    row = await Block.get_or_none(uri=block_uri).select_related("actor")
    if row is None:
        return False
    if row.actor.uri != by_uri:
        raise NotAllowed
    await row.delete()
    return True


async def without(target: Actor, actors: Iterable[Actor]) -> list[Actor]:
    """Those of them who did not block `target`."""
    blockers = await Block.filter(target_id=target.id).values_list("actor_id", flat=True)
    return [actor for actor in actors if actor.id not in blockers]


async def exists(by: Actor, target: Actor) -> bool:
    return await Block.filter(actor_id=by.id, target_id=target.id).exists()
