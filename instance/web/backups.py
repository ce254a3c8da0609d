"""Administration: when backups were made, and what is missing since one was restored."""

from datetime import UTC, datetime

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.models import Member
from instance.restore_words import FACTS
from instance.services import backups, differences
from instance.services.differences import Difference
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
    found = await differences.last(now - RESTORED_FOR)
    rows = await backups.newest(SHOWN)
    return draw(
        BackupsPage(
            page=around.page,
            backups=tuple(BackupRow(made_at=r.made_at, megabytes=_size(r.bytes)) for r in rows),
            is_stale=await backups.stale_since(now) is not None,
            restored=_restored(found) if found is not None else None,
        )
    )


def _restored(found: Difference) -> Restored:
    return Restored(
        made_at=found.restore.made_at,
        restored_at=found.restore.restored_at,
        awaited=tuple(peer.name or peer.host for peer in found.awaited),
        missing=tuple(
            MissingWith(
                name=one.name,
                rows=tuple(
                    MissingRow(kind=kind, count=many)
                    for kind, many in one.counts.items()
                    if kind not in FACTS
                ),
                facts=tuple(kind for kind in one.counts if kind in FACTS),
            )
            for one in found.between
        ),
    )


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f}"
