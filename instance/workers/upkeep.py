"""Forget what has had its time: events, seen signatures, sessions, finished deliveries."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Subquery

from instance import events
from instance.models import (
    Delivery,
    Event,
    Notification,
    OutboxActivity,
    SeenSignature,
    Session,
    SignInFailure,
)
from instance.services import gone, rotation

log = logging.getLogger(__name__)

_EVERY = timedelta(hours=1)
_EVENTS_KEPT = timedelta(days=1)
_FAILURES_KEPT = timedelta(hours=1)
_DELIVERIES_KEPT = timedelta(days=30)
_NOTIFICATIONS_KEPT = timedelta(days=90)


async def run(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        await purge(datetime.now(UTC))
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY.total_seconds())
        except TimeoutError:
            continue


async def purge(now: datetime) -> None:
    await Event.filter(created_at__lt=now - _EVENTS_KEPT).delete()
    await SeenSignature.filter(expires_at__lt=now).delete()
    await Session.filter(expires_at__lt=now).delete()
    await gone.forget_expired()
    await SignInFailure.filter(created_at__lt=now - _FAILURES_KEPT).delete()
    await rotation.destroy_retired(now)
    await Notification.filter(created_at__lt=now - _NOTIFICATIONS_KEPT).delete()
    finished = now - _DELIVERIES_KEPT
    await Delivery.filter(due_at=None, created_at__lt=finished).delete()
    kept = Subquery(Delivery.all().values("activity_id"))
    await OutboxActivity.filter(created_at__lt=finished).exclude(id__in=kept).delete()
