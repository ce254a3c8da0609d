"""The standing of our members as others see it: shown when its moment has come (domain.md 4.6)."""

import secrets
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from instance.models import Actor, Standing
from instance.outbox import issuing, standing
from instance.outbox.standing import SHOWN_WITHIN
from instance.services import actor_updates

_AT_ONCE = 200
_LATE = timedelta(minutes=1)  # later than a worker ever is that runs
_random = secrets.SystemRandom()


async def publish_due(now: datetime) -> None:
    """Renew what is due, show what has changed, and tell the partners that know the actor: each in
    a transaction of its own, and never two actors of one member together (F-ACT-2)."""
    shown: set[int | None] = set()
    while rows := await _due(now):
        for row in rows:
            member_id = row.actor.member_id
            if member_id in shown:
                await _put_off(row, now)
                continue
            shown.add(member_id)
            async with in_transaction():
                await _show(row, now)


async def show_now(actor: Actor, now: datetime) -> None:
    """This actor says something that others judge by its standing: as it is, and not as they were
    told minutes ago. Its member's other actors keep their moment. In the caller's transaction."""
    row = await Standing.get_or_none(actor_id=actor.id)
    await actor.fetch_related("member")
    if row is not None and issuing.is_outdated(row, actor):
        await Standing.filter(id=row.id).update(due_at=now)
        await _show(row, now)


async def blur_old(now: datetime) -> None:
    """What pseudonyms said before they kept small groups to themselves is said anew."""
    old = Standing.filter(basis__isnull=True, actor__is_local=True, actor__is_pseudonym=True)
    for row in await old.select_related("actor__member"):
        if row.actor.member is not None:
            await standing.changed(row.actor.member, now)


async def next_due() -> datetime | None:
    row = await Standing.filter(due_at__not_isnull=True).order_by("due_at").only("due_at").first()
    return row.due_at if row is not None else None


async def _show(row: Standing, now: datetime) -> None:
    actor = await issuing.publish(row.id, now)
    if actor is not None:
        await actor_updates.tell_partners(actor, now)


async def _due(now: datetime) -> list[Standing]:
    rows = Standing.filter(due_at__lte=now, actor__is_local=True).order_by("due_at", "id")
    return await rows.select_related("actor").limit(_AT_ONCE)


async def _put_off(row: Standing, now: datetime) -> None:
    """Both were drawn for one moment; or no worker ran for a while, and both waited."""
    is_late = row.due_at is not None and row.due_at < now - _LATE
    within = SHOWN_WITHIN if is_late else _LATE
    due_at = now + timedelta(seconds=_random.uniform(1, within.total_seconds()))
    await Standing.filter(id=row.id, due_at__lte=now).update(due_at=due_at)
