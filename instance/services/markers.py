"""How far one identity has read in each timeline, told from one application to the next.

Of notifications the page knows as well: what was read there is read in applications, and what an
application marks is read on the page.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.errors import Conflict
from instance.ids import new_id
from instance.models import MarkedTimeline, Marker
from instance.services import client_notifications
from instance.services.client_notifications import Reader

_STALE = "Conflict during update, please try again"


async def of(reader: Reader, timelines: Collection[MarkedTimeline]) -> list[Marker]:
    """Those that somebody has set, and how far the page was read."""
    found = await _stored(reader, timelines)
    if MarkedTimeline.NOTIFICATIONS in timelines:
        if (here := await _of_page(reader, found.get(MarkedTimeline.NOTIFICATIONS))) is not None:
            found[MarkedTimeline.NOTIFICATIONS] = here
    return [found[timeline] for timeline in MarkedTimeline if timeline in found]


async def move(reader: Reader, wanted: Mapping[MarkedTimeline, int]) -> list[Marker]:
    """All or none. Raises Conflict where another application has just moved one."""
    before = await _stored(reader, wanted)
    moved = []
    async with in_transaction():
        for timeline, last_read_id in wanted.items():
            moved.append(await _moved(reader, timeline, last_read_id, before.get(timeline)))
        if MarkedTimeline.NOTIFICATIONS in wanted:
            last_read_id = wanted[MarkedTimeline.NOTIFICATIONS]
            await client_notifications.read_up_to(reader, last_read_id)
    return moved


async def _stored(
    reader: Reader, timelines: Collection[MarkedTimeline]
) -> dict[MarkedTimeline, Marker]:
    rows = await Marker.filter(actor_id=reader.actor.id, timeline__in=list(timelines))
    return {row.timeline: row for row in rows}


async def _moved(
    reader: Reader, timeline: MarkedTimeline, last_read_id: int, before: Marker | None
) -> Marker:
    now, kept = datetime.now(UTC), last_read_id
    if timeline is MarkedTimeline.NOTIFICATIONS:
        mark = await client_notifications.mark_for_all(reader, last_read_id)
        if mark is None:
            return Marker(timeline=timeline, last_read_id=last_read_id, version=0, updated_at=now)
        kept = mark
    version = before.version + 1 if before is not None else 1
    values = {"last_read_id": kept, "version": version, "updated_at": now}
    if before is None:
        row = raw_sql.new(
            Marker, id=new_id(), actor_id=reader.actor.id, timeline=timeline, **values
        )
        done = await raw_sql.insert(row, unless="actor_id, timeline")
    else:
        mine = Marker.filter(id=before.id, version=before.version)
        done = bool(await mine.update(**values))
        row = before.update_from_dict(values)
    if not done:
        raise Conflict(_STALE)
    row.last_read_id = last_read_id
    return row


async def _of_page(reader: Reader, stored: Marker | None) -> Marker | None:
    """None where what is stored says more."""
    last = await client_notifications.last_read(reader)
    if last is None or last.read_at is None:
        return None
    if stored is not None and stored.last_read_id >= last.id:
        return None
    return Marker(
        actor_id=reader.actor.id,
        timeline=MarkedTimeline.NOTIFICATIONS,
        last_read_id=last.id,
        version=stored.version if stored is not None else 0,
        updated_at=last.read_at,
    )
