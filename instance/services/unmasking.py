"""Which member a pseudonym is: for a reason, and only to two officers together (domain.md 7, 2).

One asks and says why, another one approves; who asked sees the name for an hour, and each look is
written down. The member is told, at once or, where the law forbids it, on the day that was set.
"""

from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    Actor,
    ActorKind,
    AlertKind,
    Ground,
    Member,
    NotificationKind,
    Unmasking,
)
from instance.services import account_news, audit, duties, members, notifications
from instance.services.duties import Duty

LASTS = timedelta(minutes=60)
ASKED_FOR = timedelta(hours=24)  # what nobody decided by then lapses
SILENT_MOST = timedelta(days=366)
REASON_LEAST, REASON_MOST = 10, 300
OWN = "You asked for this yourself. Another officer decides."


async def ask(
    by: Member,
    handle: str,
    ground: Ground,
    reason: str,
    now: datetime,
    *,
    silent_until: datetime | None = None,
) -> Unmasking:
    """`silent_until`: before then the law forbids to tell the member; of a legal order alone.

    Raises NotAllowed, and FormRefused naming what is wrong.
    """
    duties.require(by, Duty.VERIFICATION)
    why = " ".join(reason.split())
    problems = {}
    actor = await _pseudonym(handle)
    if actor is None:
        problems["handle"] = "No pseudonym here has this handle."
    if not REASON_LEAST <= len(why) <= REASON_MOST:
        problems["reason"] = f"Say why in {REASON_LEAST} to {REASON_MOST} characters."
    if silent_until is not None and ground is not Ground.LEGAL:
        problems["silent_until"] = "Only a legal order can forbid to tell. Leave it empty."
    elif silent_until is not None and not now < silent_until <= now + SILENT_MOST:
        problems["silent_until"] = "Choose a day within a year from now."
    if problems or actor is None:
        raise FormRefused(problems)
    async with in_transaction():
        await Actor.filter(id=actor.id).select_for_update().first()
        if await _waiting(now).filter(actor_id=actor.id, asked_by_id=by.id).exists():
            raise FormRefused({"handle": "You have asked for this. It waits for a decision."})
        row = await Unmasking.create(
            actor=actor,
            asked_by=by,
            ground=ground,
            reason=why,
            silent_until=silent_until,
            created_at=now,
        )
        await _record("unmasking.asked", by, row, actor)
        for officer in await duties.holders(Duty.VERIFICATION):
            # Whose pseudonym it is decides nothing about it, and must not learn of it here.
            if officer.id not in (by.id, actor.member_id):
                await _tell(officer, NotificationKind.UNMASK_ASKED, by)
    return row


async def approve(by: Member, row_id: int, now: datetime) -> None:
    """Raises NotAllowed for who asked or whose pseudonym it is, NotFound for what is over."""
    async with in_transaction():
        row = await _decided(by, row_id, now, ends_at=now + LASTS)
        await _record("unmasking.approved", by, row, row.actor)
        await _tell(row.asked_by, NotificationKind.UNMASK_DECIDED, by)
        if row.silent_until is None:
            await _tell_member(row, now)


async def refuse(by: Member, row_id: int, now: datetime) -> None:
    """Raises as `approve`."""
    async with in_transaction():
        row = await _decided(by, row_id, now, ends_at=None)
        await _record("unmasking.refused", by, row, row.actor)
        await _tell(row.asked_by, NotificationKind.UNMASK_DECIDED, by)


async def look(by: Member, row_id: int, now: datetime) -> tuple[Unmasking, Actor]:
    """Who it is, named after the person, for who asked, while it lasts; written down each time."""
    duties.require(by, Duty.VERIFICATION)
    found = Unmasking.filter(id=row_id, asked_by_id=by.id, ends_at__gt=now)
    row = await found.select_related("actor__member").first()
    if row is None or row.actor.member is None:
        raise NotFound
    await _record("unmasking.seen", by, row, row.actor)
    own = await members.speaking_as(row.actor.member)
    await own.fetch_related("member")
    return row, own


async def end_silence(by: Member, row_id: int, now: datetime) -> None:
    """The order ended before its day: the member is told now."""
    duties.require(by, Duty.VERIFICATION)
    async with in_transaction():
        row = await _silent().filter(id=row_id).select_for_update().first()
        if row is None:
            raise NotFound
        await row.fetch_related("actor")
        _require_other(by, row)
        await _record("unmasking.told", by, row, row.actor)
        await _tell_member(row, now)


async def tell_due(now: datetime) -> None:
    """Tell those who may be told by now. A worker sees to it."""
    for row in await _silent().filter(silent_until__lte=now).order_by("id").limit(100):
        async with in_transaction():
            mine = _silent().filter(id=row.id).select_for_update()
            locked = await mine.first()
            if locked is not None:
                await locked.fetch_related("actor")
                await _tell_member(locked, now)


async def waiting(by: Member, now: datetime) -> list[Unmasking]:
    """What nobody decided yet, the oldest first. Not to whose pseudonym it is about."""
    duties.require(by, Duty.VERIFICATION)
    rows = _waiting(now).exclude(actor__member_id=by.id)
    return await rows.select_related("actor").order_by("id")


async def open_to(by: Member, now: datetime) -> list[Unmasking]:
    duties.require(by, Duty.VERIFICATION)
    rows = Unmasking.filter(asked_by_id=by.id, ends_at__gt=now)
    return await rows.select_related("actor").order_by("id")


async def silent(by: Member) -> list[Unmasking]:
    """Of what the member is still to be told. Not to themselves."""
    duties.require(by, Duty.VERIFICATION)
    rows = _silent().exclude(actor__member_id=by.id)
    return await rows.select_related("actor").order_by("silent_until")


async def of_member(member: Member) -> list[Unmasking]:
    """What they were told of, the latest first."""
    rows = Unmasking.filter(actor__member_id=member.id, told_at__not_isnull=True)
    return await rows.select_related("actor").order_by("-id")


async def _pseudonym(handle: str) -> Actor | None:
    name = handle.strip().lower().removeprefix("@")[:100]
    found = Actor.filter(local_handle=name, kind=ActorKind.PERSON, is_pseudonym=True)
    return await found.first()


def _waiting(now: datetime) -> QuerySet[Unmasking]:
    return Unmasking.filter(decided_at=None, created_at__gt=now - ASKED_FOR)


def _silent() -> QuerySet[Unmasking]:
    has_order = Q(silent_until__not_isnull=True)
    return Unmasking.filter(has_order, ends_at__not_isnull=True, told_at=None)


async def _decided(
    by: Member, row_id: int, now: datetime, *, ends_at: datetime | None
) -> Unmasking:
    duties.require(by, Duty.VERIFICATION)
    row = await _waiting(now).filter(id=row_id).select_for_update().first()
    if row is None:
        raise NotFound
    await row.fetch_related("asked_by", "actor")
    _require_other(by, row)
    if row.asked_by_id == by.id:
        raise NotAllowed(OWN)
    row.decided_by_id, row.decided_at, row.ends_at = by.id, now, ends_at
    await row.save(update_fields=["decided_by_id", "decided_at", "ends_at"])
    return row


def _require_other(by: Member, row: Unmasking) -> None:
    """To whom it belongs it does not exist."""
    if row.actor.member_id == by.id:
        raise NotFound


async def _tell_member(row: Unmasking, now: datetime) -> None:
    await Unmasking.filter(id=row.id).update(told_at=now)
    member = await Member.get(id=row.actor.member_id)
    await account_news.tell(member, AlertKind.UNMASKED)


async def _record(action: str, by: Member, row: Unmasking, actor: Actor) -> None:
    """Of the pseudonym, never of whose it is; the reason stands in the row."""
    who = await members.speaking_as(by)
    detail = {"request": str(row.id), "ground": row.ground.value}
    host = config.current().host
    await audit.record(action, actor_uri=who.uri, host=host, subject=actor.uri, **detail)


async def _tell(member: Member, kind: NotificationKind, by: Member) -> None:
    own = (await members.identities(member))[0]
    await notifications.anew(own, kind, await members.speaking_as(by))
