"""Reading a consult one takes no part in (T72, "break-glass"): why, and with whose consent.

For patient safety alone. One steward or owner asks and says why, another one approves, everybody
here who takes part is told, and each reading is written down. It is read, and nothing else; when
the time is over, or without all of this, the consult does not exist for them.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config, raw_sql
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import read_id
from instance.models import (
    Actor,
    BreakGlass,
    Consult,
    Contribution,
    Member,
    NotificationKind,
    Participant,
)
from instance.services import audit, duties, members, notifications
from instance.services.consults import reading
from instance.services.duties import Duty

# Enough to read a long thread and act on it; an approval that is forgotten, or a screen that is
# left open, shows nothing to whoever comes by in the next shift.
LASTS = timedelta(minutes=60)
ASKED_FOR = timedelta(hours=24)  # what nobody decided by then lapses
REASON_LEAST, REASON_MOST = 10, 300
OWN = "You asked for this yourself. Another steward or owner decides."
_ADDRESS = re.compile(r"(?:https?://[^/\s]+)?/?(?:k/)?(\d{1,19})(?:[/?#]\S*)?")


async def ask(by: Member, address: str, reason: str, now: datetime) -> BreakGlass:
    """Ask to read the consult at `address` (`/k/<id>`). Raises FormRefused, NotAllowed."""
    duties.require(by, Duty.SAFETY)
    why = " ".join(reason.split())
    problems = {}
    if not REASON_LEAST <= len(why) <= REASON_MOST:
        problems["reason"] = f"Say why in {REASON_LEAST} to {REASON_MOST} characters."
    consult = await named(address)
    if consult is None:
        problems["address"] = "No consult is at this address."
    if consult is not None and await _reads_it(by, consult):
        problems["address"] = "You can read this consult already."
    if problems or consult is None:
        raise FormRefused(problems)
    async with in_transaction():
        await Consult.filter(id=consult.id).select_for_update().first()
        if await _waiting(now).filter(consult_id=consult.id, asked_by_id=by.id).exists():
            raise FormRefused({"address": "You have asked for this. It waits for a decision."})
        row = await BreakGlass.create(consult=consult, asked_by=by, reason=why, created_at=now)
        await _record("break_glass.asked", by, row, consult)
        for member in await duties.holders(Duty.SAFETY):
            if member.id != by.id:
                await _tell(member, NotificationKind.READING_ASKED, by)
    return row


async def approve(by: Member, row_id: int, now: datetime) -> None:
    """Raises NotAllowed for who asked, NotFound for what is decided or lapsed."""
    async with in_transaction():
        row = await _decided(by, row_id, now, ends_at=now + LASTS)
        await _record("break_glass.approved", by, row, row.consult)
        await _tell(row.asked_by, NotificationKind.READING_DECIDED, by)
        group = await Actor.get(id=row.consult.group_id)
        for actor in await taking_part(row.consult):
            await notifications.anew(actor, NotificationKind.READING, group)


async def refuse(by: Member, row_id: int, now: datetime) -> None:
    """Raises as `approve`."""
    async with in_transaction():
        row = await _decided(by, row_id, now, ends_at=None)
        await _record("break_glass.refused", by, row, row.consult)
        await _tell(row.asked_by, NotificationKind.READING_DECIDED, by)


async def read(by: Member, row_id: int, now: datetime) -> tuple[BreakGlass, Consult]:
    """The consult, for who asked, while it lasts; written down each time. Raises NotFound."""
    duties.require(by, Duty.SAFETY)
    row = await BreakGlass.get_or_none(id=row_id, asked_by_id=by.id, ends_at__gt=now)
    consult = await _here(row.consult_id).select_related("asker", "group").first() if row else None
    if row is None or consult is None:
        raise NotFound
    await _record("break_glass.read", by, row, consult)
    return row, consult


async def opened_to(by: Member, now: datetime) -> dict[int, BreakGlass]:
    """By consult, what they may read now for patient safety; nothing without that duty."""
    if not duties.may(by, Duty.SAFETY):
        return {}
    return {row.consult_id: row for row in await open_to(by, now)}


async def note_reading(by: Member, row: BreakGlass) -> None:
    """An image of it was looked at: written down as the page is."""
    consult = await _here(row.consult_id).first()
    if consult is None:
        raise NotFound
    await _record("break_glass.read", by, row, consult)


async def waiting(by: Member, now: datetime) -> list[BreakGlass]:
    """What nobody decided yet, the oldest first; also one's own."""
    duties.require(by, Duty.SAFETY)
    return await _waiting(now).order_by("id")


async def open_to(by: Member, now: datetime) -> list[BreakGlass]:
    """What this member may read now."""
    duties.require(by, Duty.SAFETY)
    rows = BreakGlass.filter(asked_by_id=by.id, ends_at__gt=now)
    return await rows.order_by("id")


async def of_consult(consult: Consult) -> list[BreakGlass]:
    """Whom it was opened to, for those who take part, the latest first."""
    wanted = "consult_id = ?1 AND ends_at IS NOT NULL ORDER BY id DESC"
    return await raw_sql.where(BreakGlass, wanted, [consult.id])


async def names(rows: Iterable[BreakGlass]) -> dict[int | None, str]:
    """Of those who asked and decided, as colleagues see them, by member id."""
    ids = {number for row in rows for number in (row.asked_by_id, row.decided_by_id)} - {None}
    return await members.names(ids)


async def reasons(requests: Iterable[object]) -> dict[str, str]:
    """By the id of the request, as the audit record names it."""
    ids = [number for name in requests if (number := read_id(str(name))) is not None]
    rows = await BreakGlass.filter(id__in=ids) if ids else []
    return {str(row.id): row.reason for row in rows}


async def consult_of(group_id: int) -> int:
    """The id of the consult with this group. Raises NotFound."""
    consult = await Consult.get_or_none(group_id=group_id)
    if consult is None:
        raise NotFound
    return int(consult.id)


async def taking_part(consult: Consult) -> list[Actor]:
    """Those of ours who asked, wrote or are named, one identity each."""
    wrote = Subquery(Contribution.filter(consult_id=consult.id).values("author_id"))
    named = Subquery(Participant.filter(consult_id=consult.id).values("actor_uri"))
    found = Actor.filter(Q(id=consult.asker_id) | Q(id__in=wrote) | Q(uri__in=named))
    rows = await found.filter(member_id__not_isnull=True).order_by("id")
    return list({row.member_id: row for row in rows}.values())


async def named(address: str) -> Consult | None:
    """The consult at `/k/<id>`, ours or read here; None where there is none."""
    match = _ADDRESS.fullmatch(address.strip()[:600])
    number = read_id(match[1]) if match else None
    return await _here(number).first() if number is not None else None


def _here(consult_id: int) -> QuerySet[Consult]:
    """Ours, or one that its hospital lets somebody here read: not where we were cut off (T56)."""
    ours = Participant.filter(host=config.current().host)
    may_be_here = Q(is_local=True) | Q(id__in=Subquery(ours.values("consult_id")))
    return Consult.filter(may_be_here, id=consult_id)


async def _reads_it(by: Member, consult: Consult) -> bool:
    return await (await reading.visible(by)).filter(id=consult.id).exists()


def _waiting(now: datetime) -> QuerySet[BreakGlass]:
    return BreakGlass.filter(decided_at=None, created_at__gt=now - ASKED_FOR)


async def _decided(
    by: Member, row_id: int, now: datetime, *, ends_at: datetime | None
) -> BreakGlass:
    duties.require(by, Duty.SAFETY)
    row = await _waiting(now).filter(id=row_id).select_for_update().first()
    if row is None or not await _here(row.consult_id).exists():
        raise NotFound
    if row.asked_by_id == by.id:
        raise NotAllowed(OWN)
    await row.fetch_related("asked_by", "consult")
    row.decided_by_id, row.decided_at, row.ends_at = by.id, now, ends_at
    await row.save(update_fields=["decided_by_id", "decided_at", "ends_at"])
    return row


async def _record(action: str, by: Member, row: BreakGlass, consult: Consult) -> None:
    """Not the reason: what somebody typed about a patient could never be removed there."""
    actor = await members.speaking_as(by)
    ours = config.current().host
    await audit.record(
        action, actor_uri=actor.uri, host=ours, subject=consult.uri, request=str(row.id)
    )


async def _tell(member: Member, kind: NotificationKind, by: Member) -> None:
    own = (await members.identities(member))[0]
    await notifications.anew(own, kind, await members.speaking_as(by))
