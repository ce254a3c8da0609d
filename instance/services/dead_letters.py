"""How a delivery ends without arriving. The workers say when; this is what it means."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
from tortoise.transactions import in_transaction

from instance import events
from instance.models import Contribution, Delivery, OutboxActivity, Peer
from instance.services import audit

_ERROR_MAX = 200  # as in the table
_PAGE = 500


async def expire(now: datetime, longest: timedelta) -> int:
    """Give up what has waited for too long behind others of a host that fails.

    What an administrator holds back waits on. Returns how many; a call does not take all.
    """
    held = await Peer.exclude(paused_by="").filter(paused_at__not_isnull=True)
    hosts = [peer.host for peer in held]
    async with in_transaction():
        old = Delivery.filter(due_at__not_isnull=True, created_at__lt=now - longest)
        old = old.filter(claimed_until=None).exclude(host__in=hosts) if hosts else old
        rows = await old.order_by("id").limit(_PAGE).select_related("activity__actor")
        for row in rows:
            await give_up(row, row.last_error or "unreachable", "delivery.gave_up", now)
        await drop_bodies([row.activity for row in rows])
    return len(rows)


async def give_up(row: Delivery, error: str, action: str, now: datetime) -> None:
    """In the caller's transaction; `row` comes with `activity__actor`. Audited as `action`."""
    await end(row, error, now)
    await audit.record(
        action, actor_uri=row.activity.actor.uri, host=row.host, subject=row.activity.uri
    )


async def end(row: Delivery, error: str, now: datetime) -> None:
    """The row stays for 30 days, and says why."""
    await Delivery.filter(id=row.id).update(
        gave_up_at=now, due_at=None, claimed_until=None, last_error=error[:_ERROR_MAX]
    )
    activity = row.activity
    if activity.consult_id is not None and activity.type == "Create" and activity.body:
        # Our member's contribution was not taken by the consult's owner: say so on the page.
        note = orjson.loads(activity.body)["object"]
        await Contribution.filter(uri=note["id"], seq=None).update(refused_at=now)


async def drop_bodies(activities: Sequence[OutboxActivity]) -> None:
    """A consult's words leave the queue with the last delivery (T62), in the caller's transaction.

    Locked: of two last deliveries that end at once, one has to see that it is the last.
    """
    for activity in sorted({one.id: one for one in activities}.values(), key=lambda one: one.id):
        if activity.consult_id is not None:
            await OutboxActivity.filter(id=activity.id).select_for_update().first()
            waiting = Delivery.filter(activity_id=activity.id, due_at__not_isnull=True)
            if not await waiting.exists():
                await OutboxActivity.filter(id=activity.id).update(body=None)
        await events.publish("delivered", activity.consult_id or activity.id)
