"""Pictures of profiles of elsewhere: of who posts something that comes here, fetched and made anew,
and shown from here for a while. Of everybody else ours is shown (T48)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from instance import config, events, raw_sql
from instance.ids import new_id
from instance.media import images
from instance.media.images import PictureRefused
from instance.models import Actor, Fetch, Portrait
from instance.outbox import faces, limits, remote
from instance.services import portraits

KIND = "portrait"  # of what is fetched; `channel` is whose
KEPT = timedelta(days=30)
AGAIN_AFTER = portraits.AGAIN_AFTER
PER_MINUTE = 30  # that the people of one host make us fetch (T40)
OF_HOST_MOST = 1_000  # that we keep of them (T78)
_WANTED = """
SELECT source, asked_at FROM portrait
WHERE actor_id = (SELECT id FROM actor WHERE uri = ?1) AND source IS NOT NULL AND media_type = ''
"""


def question(actor_uri: str) -> raw_sql.Question:
    """What `want` asks first."""
    return _WANTED, (actor_uri,)


async def want(actor: Actor) -> None:
    """Ask for those that are not here, in the caller's transaction."""
    rows = await raw_sql.look_up(*question(actor.uri))
    if not rows:
        return  # of nearly all
    now = datetime.now(UTC)
    rows = [row for row in rows if _may_be_asked(row["asked_at"], now)]
    if not rows or not await _has_room(actor.host):
        return
    await Portrait.filter(actor_id=actor.id, media_type="").update(asked_at=now)
    for source in {str(row["source"]) for row in rows}:
        defaults = {"id": new_id(), "host": faces.host(source), "due_at": now}
        row, _ = await Fetch.get_or_create(
            defaults=defaults, kind=KIND, uri=source, channel=actor.uri
        )
        await events.publish("fetch", row.id)


def _may_be_asked(asked_at: Any, now: datetime) -> bool:
    return asked_at is None or raw_sql.time(asked_at) < now - AGAIN_AFTER


async def bring(url: str, actor_uri: str) -> None:
    """Fetch one, and keep it. Raises FederationError."""
    wanted = Portrait.filter(source=url, actor__uri=actor_uri, media_type="")
    kinds = [row["kind"] for row in await wanted.values("kind")]
    if not kinds:
        return
    content = await remote.directory().picture(url)
    for kind in kinds:
        try:
            made = await images.process(content, fit=portraits.SIZES[kind])
        except PictureRefused:
            return
        values = {"content": made.content, "media_type": made.media_type}
        async with in_transaction():
            row = await wanted.filter(kind=kind).select_for_update().first()
            if row is not None:  # or it has another one since
                await Portrait.filter(id=row.id).update(**values)


async def purge(now: datetime, kept: timedelta) -> None:
    """What was fetched long ago: of who posts again it is fetched again."""
    old = Portrait.filter(source__not_isnull=True, asked_at__lt=now - kept)
    await old.exclude(media_type="").update(content=None, media_type="")


async def _has_room(host: str) -> bool:
    if not config.current().media_origin:
        return False
    if not limits.current().picture_fetches.take(host, PER_MINUTE):
        return False
    kept = Portrait.filter(actor__host=host, source__not_isnull=True).exclude(media_type="")
    return await kept.count() < OF_HOST_MOST
