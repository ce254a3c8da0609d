"""Deletes what had its time, a few rows at a time, and says how that went.

Each kind leaves a row that says when it was looked for last and how much went: what should be gone
and is not is found by asking the same table again (`look`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tortoise.exceptions import BaseORMException
from tortoise.expressions import F
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance.models import PurgeRun
from instance.services import settings
from instance.services.retention.kind import HOURLY, Kind
from instance.services.retention.kinds import KINDS
from instance.services.roster.pace import Pace

log = logging.getLogger(__name__)

LATE_AFTER = timedelta(hours=3)  # the purge of an hour is done by then, also on a busy server
_AT_ONCE = 200
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """One kind as it is. `due`: rows that had their time; `overdue`: and had it long ago."""

    kind: Kind
    kept: timedelta
    oldest: datetime | None
    due: int
    overdue: int
    ran_at: datetime | None = None
    last_removed: int = 0
    removed: int = 0


async def run(now: datetime, kinds: Sequence[Kind] = KINDS) -> None:
    """Everything that had its time. What fails keeps nothing else from going."""
    for kind in kinds:
        if not await _is_its_turn(kind, now):
            continue
        try:
            await purge(kind, now)
        except (BaseORMException, OSError) as error:
            log.error("purge of %s failed: %s", kind.name, type(error).__name__)


async def purge(kind: Kind, now: datetime) -> int:
    """How many rows went."""
    kept = await kept_of(kind)
    if kind.purge is None:
        removed = await _delete(kind.rows(now - kept))
    else:
        before = await due(kind, now)
        await kind.purge(now, kept)
        removed = before - await due(kind, now) if before else 0
    await _note(kind, now, max(0, removed))
    return removed


async def due(kind: Kind, now: datetime) -> int:
    """How many rows would go."""
    kept = await kept_of(kind)
    if kind.due is not None:
        return await kind.due(now, kept)
    return await kind.rows(now - kept).count()


async def kept_of(kind: Kind) -> timedelta:
    """As an owner decided, or as the table says."""
    if not kind.setting:
        return kind.kept
    return timedelta(days=int(getattr(await settings.read(), kind.setting)))


async def look(now: datetime, kinds: Sequence[Kind] = KINDS) -> list[Look]:
    runs = {row.name: row for row in await PurgeRun.all()}
    return [await _look(kind, runs.get(kind.name), now) for kind in kinds]


async def _look(kind: Kind, ran: PurgeRun | None, now: datetime) -> Look:
    many = await due(kind, now)
    return Look(
        kind,
        await kept_of(kind),
        await _oldest(kind),
        many,
        await due(kind, now - kind.every - LATE_AFTER) if many else 0,
        ran.ran_at if ran else None,
        ran.last_removed if ran else 0,
        ran.removed if ran else 0,
    )


async def _oldest(kind: Kind) -> datetime | None:
    rows: Any = kind.rows(_EVER).order_by(kind.since).limit(1)
    for value in await rows.values_list(kind.since, flat=True):
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time(), UTC)
        return value if isinstance(value, datetime) else None
    return None


async def _delete(rows: QuerySet[Any]) -> int:
    """A few at a time: others write in between."""
    removed, pace, key = 0, Pace(), rows.model._meta.pk_attr
    while keys := list(await rows.limit(_AT_ONCE).values_list(key, flat=True)):
        # Asked again with it: or it was used meanwhile.
        gone = await rows.filter(**{f"{key}__in": keys}).delete()
        removed += gone
        if not gone:
            break
        await pace.rest()
    return removed


async def _is_its_turn(kind: Kind, now: datetime) -> bool:
    """What costs more is not looked for each hour. A clock that was put back keeps nothing."""
    if kind.every == HOURLY:
        return True
    ran = await PurgeRun.get_or_none(name=kind.name)
    return ran is None or not now - kind.every < ran.ran_at <= now


async def _note(kind: Kind, now: datetime, removed: int) -> None:
    async with in_transaction():
        row, _ = await PurgeRun.get_or_create(name=kind.name, defaults={"ran_at": now})
        values = {"ran_at": now, "last_removed": removed, "removed": F("removed") + removed}
        await PurgeRun.filter(name=row.name).update(**values)
