"""How much room copies of pictures from elsewhere take: what was not used for the longest time goes
first, and is fetched again when it is to be shown."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.models import Actor, Attachment, PictureUse, Portrait
from instance.outbox import limits
from instance.services import received_pictures, received_portraits, settings

_MIB = 1024 * 1024
_AT_ONCE = 200
_REST = 0.05  # seconds between two batches: others write in between
_TOTAL = """
SELECT COALESCE((SELECT SUM(LENGTH(f.content)) FROM attachment_file f
JOIN attachment a ON a.id = f.attachment_id WHERE a.source IS NOT NULL), 0)
+ COALESCE((SELECT SUM(LENGTH(content)) FROM portrait WHERE source IS NOT NULL), 0) AS size
"""
_OLDEST = """
SELECT 0 AS is_portrait, a.id AS id, SUM(LENGTH(f.content)) AS size,
MIN(COALESCE(u.used_at, a.created_at)) AS used_at
FROM attachment a JOIN attachment_file f ON f.attachment_id = a.id
LEFT JOIN picture_use u ON u.name = a.name
WHERE a.source IS NOT NULL AND a.state = 'ready' GROUP BY a.id
UNION ALL
SELECT 1, p.id, LENGTH(p.content), COALESCE(u.used_at, p.asked_at, p.created_at)
FROM portrait p LEFT JOIN picture_use u ON u.name = p.name
WHERE p.source IS NOT NULL AND p.content IS NOT NULL
ORDER BY used_at LIMIT ?1
"""


async def write(now: datetime) -> None:
    """Put down what was shown since the last time, and ask for what was to be and is not here."""
    seen = limits.current().seen_pictures
    taken = seen.take()
    if taken.used:
        rows = [PictureUse(name=name, used_at=now) for name in sorted(taken.used)]
        await PictureUse.bulk_create(rows, on_conflict=["name"], update_fields=["used_at"])
        seen.wrote(taken.used)
    for attachment_id in sorted(taken.wanted):
        await received_pictures.want_again(attachment_id, now)
    for actor in await Actor.filter(id__in=sorted(taken.faces), gone_at=None):
        async with in_transaction():
            await received_portraits.want(actor)


async def make_room(now: datetime) -> int:
    """How many went, because all of them were larger than an owner lets them be."""
    most, gone = int((await settings.read()).picture_mib) * _MIB, 0
    if not most:
        return 0
    too_much = await size() - most
    while too_much > 0 and (rows := await raw_sql.run(_OLDEST, [_AT_ONCE])):
        going: list[dict[str, Any]] = []
        for row in rows:
            if too_much <= 0:
                break
            too_much -= int(row["size"])
            going.append(row)
        await _forget(going, now)
        gone += len(going)
        await asyncio.sleep(_REST)
    return gone


async def size() -> int:
    """Bytes, of all that are here."""
    return int((await raw_sql.run(_TOTAL, []))[0]["size"])


async def _forget(rows: Sequence[dict[str, Any]], now: datetime) -> None:
    pictures = [row["id"] for row in rows if not row["is_portrait"]]
    faces = [row["id"] for row in rows if row["is_portrait"]]
    async with in_transaction():
        await received_pictures.forget(Attachment.filter(id__in=pictures))
        # As long ago as it takes to be asked for again.
        asked_at = now.astimezone(UTC) - received_portraits.AGAIN_AFTER - timedelta(seconds=1)
        await Portrait.filter(id__in=faces).update(content=None, media_type="", asked_at=asked_at)
