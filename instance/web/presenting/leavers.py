"""Who left a consult, and what became of the copy it had."""

from collections.abc import Sequence
from datetime import datetime

from instance.models import Consult, Receipt
from instance.outbox import trust
from instance.services import agreements
from instance.services.consults import leaving, receipts
from instance.web.presenting.pages import Surroundings
from instance.web.views import Copy, Event, TimelineItem


async def with_departures(
    items: Sequence[TimelineItem], consult: Consult, around: Surroundings
) -> tuple[TimelineItem, ...]:
    """A line for each hospital that left, before what was written after it."""
    found = list(items)
    for row in await leaving.of_consult(consult):
        name = around.institutions.get(row.host, row.host)
        later = (place for place, item in enumerate(found) if item.at > row.left_at)
        event = Event(kind="left", at=row.left_at, name=name)
        found.insert(next(later, len(found)), event)
    return tuple(found)


async def copies(consult: Consult, around: Surroundings) -> tuple[Copy, ...]:
    """Of a consult of ours, the copies of those who left it, by what they say of them."""
    return await of_receipts(await receipts.of_leavers(consult), around)


async def of_receipts(rows: Sequence[Receipt], around: Surroundings) -> tuple[Copy, ...]:
    """What was asked of each hospital, and what it said of it."""
    if not rows:
        return ()
    hosts = {row.host for row in rows}
    said, terms = await trust.said_of(hosts), await agreements.terms_with(hosts)
    return tuple(
        Copy(
            name=around.institutions.get(row.host, row.host),
            status=_status(row, around.page.now, is_blocked=trust.has_block(row.host, said)),
            asked_at=row.asked_at,
            at=row.purged_at or row.asked_at,
            due_at=row.asked_at + receipts.OVERDUE_AFTER,
            remaining=row.remaining or 0,
            backups_until=row.backups_until,
            contact=terms[row.host].contact if row.host in terms else "",
            refusal=row.refusal,
        )
        for row in rows
    )


def _status(row: Receipt, now: datetime, *, is_blocked: bool) -> str:
    if row.purged_at is not None:
        return "deleted"
    if is_blocked:
        return "blocked"
    waits = now - row.asked_at
    if waits >= receipts.OVERDUE_AFTER:
        return "overdue"
    if row.refusal:
        return "refused"
    if row.remaining:
        return "remaining"
    return "late" if waits >= receipts.LATE_AFTER else "asked"
