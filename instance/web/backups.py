"""Administration: when backups were made, and what is missing since one was restored."""

from datetime import UTC, datetime

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.models import Member, Peer, Restore
from instance.services import backups, restoring
from instance.services.duties import Duty
from instance.services.waiting import RESTORED_FOR
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting.pages import surroundings
from instance.web.views.backups import BackupRow, BackupsPage, MissingRow, MissingWith, Restored

blueprint = Blueprint("backups", __name__)
SHOWN = 7


@blueprint.get("/admin/backups")
@on_duty(Duty.HOSPITALS)
async def show_backups(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/backups")
    now = datetime.now(UTC)
    restore = await restoring.last(now - RESTORED_FOR)
    rows = await backups.newest(SHOWN)
    return draw(
        BackupsPage(
            page=around.page,
            backups=tuple(BackupRow(made_at=r.made_at, megabytes=_size(r.bytes)) for r in rows),
            is_stale=await backups.stale_since(now) is not None,
            restored=await _restored(restore) if restore is not None else None,
        )
    )


async def _restored(restore: Restore) -> Restored:
    awaited = await restoring.awaited() if restore.ended_at is None else []
    counted: dict[str, list[MissingRow]] = {}
    for row in await restoring.counts(restore):
        counted.setdefault(row.host, []).append(MissingRow(kind=row.kind, count=row.count))
    peers = await Peer.filter(host__in=list(counted))
    names = {peer.host: peer.name or peer.host for peer in peers}
    return Restored(
        made_at=restore.made_at,
        restored_at=restore.restored_at,
        awaited=tuple(peer.name or peer.host for peer in awaited),
        missing=tuple(
            MissingWith(name=names.get(host, host), rows=tuple(rows))
            for host, rows in counted.items()
        ),
    )


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f}"
