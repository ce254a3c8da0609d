"""What only time brings about: what has had its time is forgotten, counts are written down."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q, Subquery

from federation.delivery import GIVE_UP_AFTER
from instance import events, metrics
from instance.inbox import once, receive
from instance.models import (
    Delivery,
    Event,
    Notification,
    OutboxActivity,
    SeenSignature,
)
from instance.services import (
    addresses,
    case_documents,
    challenges,
    clients,
    dead_letters,
    delivery_figures,
    gone,
    mails,
    media,
    peers,
    pictures,
    pins,
    received_pictures,
    received_portraits,
    refusals,
    renewals,
    rotation,
    sent_once,
    settings,
    signing_in,
    telling,
    treaty_answers,
    unmasking,
    wishes,
)
from instance.services.consults import drafts, purging, readers, releasing
from instance.services.portability import exports, imports
from instance.services.registry import following, importing
from instance.services.roster import forgetting

log = logging.getLogger(__name__)

_EVERY = timedelta(hours=1)
_WATCHED_EVERY = timedelta(minutes=5)
_ALERTED_EVERY = timedelta(minutes=1)
_COUNTED_EVERY = timedelta(seconds=10)
_EVENTS_KEPT = timedelta(days=1)
_DELIVERED_KEPT = timedelta(days=7)
_GIVEN_UP_KEPT = timedelta(days=30)


async def run(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        await purge(datetime.now(UTC))
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY.total_seconds())
        except TimeoutError:
            continue


async def watch(stopping: asyncio.Event) -> None:
    """Look every few minutes whether each partner's server still has the keys we compared."""
    while not stopping.is_set() and not events.current().closed:
        await pins.look_at_all()
        try:
            await asyncio.wait_for(stopping.wait(), _WATCHED_EVERY.total_seconds())
        except TimeoutError:
            continue


async def alert(stopping: asyncio.Event) -> None:
    """Tell administrators what went wrong. Not at once: what was silent is looked at first."""
    while not stopping.is_set() and not events.current().closed:
        try:
            await asyncio.wait_for(stopping.wait(), _ALERTED_EVERY.total_seconds())
        except TimeoutError:
            await telling.check(datetime.now(UTC))


async def count(stopping: asyncio.Event) -> None:
    """Write down every few seconds what was refused, and once more at the end."""
    try:
        while not stopping.is_set():
            await write_counts()
            try:
                await asyncio.wait_for(stopping.wait(), _COUNTED_EVERY.total_seconds())
            except TimeoutError:
                continue
    finally:
        await write_counts()


async def write_counts() -> None:
    taken = receive.counters.copy()
    receive.counters.clear()
    try:
        await refusals.add(taken, datetime.now(UTC))
    except BaseException:
        receive.counters.update(taken)  # with the next ones
        raise
    metrics.current().not_used(taken)


async def purge(now: datetime) -> None:
    await Event.filter(created_at__lt=now - _EVENTS_KEPT).delete()
    await SeenSignature.filter(expires_at__lt=now).delete()
    await once.forget(now)
    await peers.forget_strangers(now)
    await unmasking.tell_due(now)
    await signing_in.purge(now)
    await challenges.purge(now)
    await clients.purge(now)
    await sent_once.purge(now)
    await wishes.forget(now)
    await addresses.purge(now)
    await gone.forget_expired()
    await rotation.destroy_retired(now)
    kept_days = await settings.notification_days()
    await Notification.filter(created_at__lt=now - timedelta(days=kept_days)).delete()
    await telling.purge(now)
    await mails.purge(now)
    await media.purge(now)
    await pictures.purge(now)
    await received_pictures.purge(now)
    await received_portraits.purge(now)
    await refusals.purge(now)
    await delivery_figures.purge(now)
    await treaty_answers.expire(now)
    await forgetting.forget(now)
    await case_documents.purge(now)
    await renewals.remind(now)
    await exports.expire(now)
    await imports.expire(now)
    await following.finish()
    await importing.forget_replaced()
    await purging.expire(now)
    await drafts.purge(now)
    await readers.forget(now)
    await releasing.expire(now)
    while await dead_letters.expire(now, GIVE_UP_AFTER):
        continue
    await Delivery.filter(gave_up_at__lt=now - _GIVEN_UP_KEPT).delete()
    # Not while others of the same activity are still there: its author sees all of them.
    others = Delivery.filter(Q(due_at__not_isnull=True) | Q(gave_up_at__not_isnull=True))
    arrived = Delivery.filter(delivered_at__lt=now - _DELIVERED_KEPT)
    await arrived.exclude(activity_id__in=Subquery(others.values("activity_id"))).delete()
    kept = Subquery(Delivery.all().values("activity_id"))
    old = OutboxActivity.filter(created_at__lt=now - _DELIVERED_KEPT)
    await old.exclude(id__in=kept).delete()
