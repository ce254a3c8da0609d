"""Who follows one of ours and whom it follows, as its own applications read it; and who asks to.

Nobody else is told who: pages and documents say how many, never who (federation.md 3).
"""

from collections.abc import Collection
from datetime import UTC, datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance.errors import NotFound
from instance.models import Actor, ActorKind, Follow, FollowState, Moderator
from instance.outbox import posts
from instance.outbox.enqueue import enqueue
from instance.services import feed_sources, follows, parting
from instance.services.feed_sources import Bounds

_MOST = 200
_SEEN = (ActorKind.PERSON, ActorKind.CHANNEL)


async def followers(of: Actor, bounds: Bounds) -> list[Follow]:
    """Each with its `follower`, the last first."""
    rows = Follow.filter(target_id=of.id, state=FollowState.ACCEPTED, follower__is_blocked=False)
    rows = rows.exclude(follower_id__in=await feed_sources.unwanted(of))
    return await feed_sources.newest(rows.select_related("follower"), bounds)


async def following(by: Actor, bounds: Bounds) -> list[Follow]:
    """Each with its `target`, the last first."""
    rows = Follow.filter(follower_id=by.id, state=FollowState.ACCEPTED, target__is_blocked=False)
    rows = rows.filter(target__kind__in=list(_SEEN)).select_related("target")
    return await feed_sources.newest(rows, bounds)


async def followed_among(by: Actor, ids: Collection[int]) -> list[Actor]:
    """Whom of these somebody follows."""
    rows = Follow.filter(follower_id=by.id, state=FollowState.ACCEPTED, target_id__in=list(ids))
    return [row.target for row in await rows.select_related("target")]


async def requests(to: Actor, bounds: Bounds) -> list[Follow]:
    """Who asks to follow somebody, or a channel of ours that they keep; each with its `follower`
    and once, the last first."""
    rows = await _waiting(to)
    found = await feed_sources.newest(rows.select_related("follower"), bounds)
    return list({row.follower_id: row for row in found}.values())


async def own_requests(to: Actor) -> list[Follow]:
    """Who asks to follow this very name, the last first."""
    rows = (await _waiting(to)).filter(target_id=to.id).select_related("follower")
    return await rows.order_by("-id").limit(_MOST)


async def count_requests(to: Actor) -> int:
    return len(set(await (await _waiting(to)).values_list("follower_id", flat=True)))


async def decide(by: Actor, follower: Actor, *, accepted: bool) -> None:
    """Answer who asked to follow `by`, or else a channel that they keep. Raises NotFound."""
    pair = {"follower_id": follower.id, "target_id": by.id}
    if await Follow.filter(state=FollowState.PENDING, **pair).exists():
        await decide_own(by, follower, accepted=accepted)
        return
    group = await follows.asked_of(follower.id, by.id)
    if group is None:
        raise NotFound
    row = await Follow.get(follower_id=follower.id, target_id=group.id)
    row.follower = follower
    await follows.decide(by, group, row, accepted=accepted)


async def decide_own(by: Actor, follower: Actor, *, accepted: bool) -> None:
    """Raises NotFound where they do not ask, or not any more."""
    pair = {"follower_id": follower.id, "target_id": by.id}
    row = await Follow.get_or_none(state=FollowState.PENDING, **pair)
    if row is None:
        raise NotFound
    await _answer(by, follower, row, accepted=accepted)


async def set_approval(of: Actor, *, approves: bool) -> bool:
    """Whether they decide who follows; who asked is let in once they decide no more. Returns
    whether anything changed."""
    if of.approves_followers == approves:
        return False
    of.approves_followers = approves
    await of.save(update_fields=["approves_followers"])
    if not approves:
        waiting = Follow.filter(target_id=of.id, state=FollowState.PENDING)
        for row in await waiting.select_related("follower"):
            await _answer(of, row.follower, row, accepted=True)
    return True


async def _answer(of: Actor, follower: Actor, row: Follow, *, accepted: bool) -> None:
    if not accepted:
        await parting.remove_follower(of, follower)
        return
    now = datetime.now(UTC)
    async with in_transaction():
        waiting = Follow.filter(id=row.id, state=FollowState.PENDING)
        if await waiting.update(state=FollowState.ACCEPTED) and not follower.is_local:
            asked = posts.follow(row, follower, of, now)
            accept = posts.answer_to_follow("Accept", of, asked, now)
            await enqueue(accept, sender=of, inboxes=[follower.inbox])


async def _waiting(to: Actor) -> QuerySet[Follow]:
    kept = await Moderator.filter(actor_id=to.id).values_list("group_id", flat=True)
    asked = Q(target_id=to.id) | Q(target_id__in=list(kept), target__is_local=True)
    rows = Follow.filter(asked, state=FollowState.PENDING, follower__is_blocked=False)
    return rows.exclude(follower_id__in=await feed_sources.unwanted(to))
