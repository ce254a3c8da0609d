"""When the last backup was made, and whether that is too long ago (ux.md 4 and 5)."""

from datetime import datetime, timedelta

from instance import config
from instance.models import Actor, Backup, Restore

STALE_AFTER = timedelta(hours=26)  # one a night, and two hours in which it may be late
NEVER_AFTER = timedelta(hours=24)  # of a new server
_KEPT = 400  # rows: a year of them


async def note(name: str, made_at: datetime, size: int) -> None:
    """One was made, and is whole."""
    await Backup.create(name=name, made_at=made_at, bytes=size)
    old = Backup.all().order_by("-made_at").offset(_KEPT).limit(100)
    await Backup.filter(id__in=list(await old.values_list("id", flat=True))).delete()


async def last() -> datetime | None:
    """What the last one holds was so at this moment; one that was restored counts too."""
    made = await Backup.all().order_by("-made_at").first()
    restored = await Restore.all().order_by("-made_at").first()
    times = [row.made_at for row in (made, restored) if row is not None]
    return max(times, default=None)


async def newest(limit: int) -> list[Backup]:
    return await Backup.all().order_by("-made_at").limit(limit)


async def stale_since(now: datetime) -> datetime | None:
    """Since when there should have been another one; None while there need not be, as in
    development."""
    if config.current().is_development:
        return None
    made_at = await last()
    if made_at is not None:
        due_at = made_at + STALE_AFTER
    else:
        institution = await Actor.get_or_none(uri=config.current().uri("/actor"))
        if institution is None:  # tables that no server was started on yet
            return None
        due_at = institution.created_at + NEVER_AFTER
    return due_at if due_at <= now else None
