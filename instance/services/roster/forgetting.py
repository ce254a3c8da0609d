"""What of files is kept no longer than it is needed: they hold what HR knows of people."""

from datetime import datetime, timedelta
from typing import TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from instance.models import RosterImport, RosterPart, RosterRow, RosterState, RowVerdict
from instance.services.roster.importing import UNDO_WITHIN
from instance.services.roster.pace import Pace

M = TypeVar("M", bound=Model)

ERRORS_KEPT = timedelta(days=30)  # to be corrected where the file comes from
UNFINISHED_KEPT = timedelta(days=1)
_AT_ONCE = 200
OVER = (RosterState.DONE, RosterState.UNDONE, RosterState.CANCELLED, RosterState.UNREADABLE)


async def forget(now: datetime) -> None:
    """Rows of imports that cannot be undone any more, errors after a month; numbers stay."""
    over = Q(ended_at__lt=now - UNDO_WITHIN) | Q(ended_at=None, created_at__lt=now - UNDO_WITHIN)
    old = Q(ended_at__lt=now - ERRORS_KEPT) | Q(ended_at=None, created_at__lt=now - ERRORS_KEPT)
    ended = RosterImport.filter(state__in=OVER)
    for found in await ended.filter(over):
        rows = RosterRow.filter(roster_import_id=found.id)
        await _delete(rows.exclude(verdict=RowVerdict.ERROR), RosterRow)
        await _delete(RosterPart.filter(roster_import_id=found.id), RosterPart)
    for found in await ended.filter(old):
        await _delete(RosterRow.filter(roster_import_id=found.id), RosterRow)
    half = RosterImport.filter(state=RosterState.RECEIVING)
    for found in await half.filter(created_at__lt=now - UNFINISHED_KEPT):
        await _delete(RosterPart.filter(roster_import_id=found.id), RosterPart)
        await found.delete()


async def _delete(rows: QuerySet[M], model: type[M]) -> None:
    """A few at a time: others write in between."""
    pace = Pace()
    while ids := list(await rows.limit(_AT_ONCE).values_list("id", flat=True)):
        await model.filter(id__in=ids).delete()
        await pace.rest()
