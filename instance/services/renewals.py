"""Tell members in time that something ends on which their standing rests."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from instance.models import (
    AlertKind,
    CaseKind,
    CaseState,
    Level,
    Member,
    Method,
    NotificationKind,
    Verification,
)
from instance.outbox import local
from instance.services import case_notes, cases, mails, members, notifications, verification

# How long before. Not of signing in through the hospital: that is renewed each time.
BEFORE: Mapping[Method, timedelta] = {
    Method.ROSTER: timedelta(days=14),
    Method.DOCUMENT: timedelta(days=14),
    Method.REGISTRY: timedelta(days=5),  # the file comes each month
    Method.VOUCH: timedelta(days=14),
    Method.ATTEST: timedelta(days=14),
}
_SOME = 100


async def expire(now: datetime) -> None:
    """End what has had its time, and tell whose standing is lower now."""
    await verification.expire(now, case_notes.tell)


async def remind(now: datetime) -> None:
    """Each once, and of what would lower their standing alone."""
    for method, before in BEFORE.items():
        due = Verification.filter(ended_at=None, reminded_at=None, method=method)
        due = due.filter(valid_until__gt=now, valid_until__lte=now + before).order_by("id")
        last = 0
        while rows := await due.filter(id__gt=last).limit(_SOME).select_related("member"):
            for row in rows:
                if row.member.suspended_at is None and await _would_fall(row, now):
                    await _remind(row, now)
            last = rows[-1].id


async def _would_fall(row: Verification, now: datetime) -> bool:
    others = await verification.living(row.member, row.valid_until or now).exclude(id=row.id)
    return max((other.level for other in others), default=Level.GUEST) < row.member.level


async def _remind(row: Verification, now: datetime) -> None:
    member = row.member
    async with in_transaction():
        mine = Verification.filter(id=row.id, reminded_at=None)
        if not await mine.update(reminded_at=now):
            return  # another worker was faster
        if row.method is Method.DOCUMENT:
            await _open_renewal(member, now)
        own = (await members.identities(member))[0]
        await notifications.anew(own, NotificationKind.ENDS_SOON, await local.institution())
        await mails.queue(member, AlertKind.EXPIRES)


async def _open_renewal(member: Member, now: datetime) -> None:
    """It waits for them, until they send new documents."""
    case = await cases.open_case(member, CaseKind.RENEWAL, now)
    if case.opened_at == now:
        case.state = CaseState.ASKED
        await case.save(update_fields=["state"])
