"""The files a member takes along: asked for, made by a worker part by part, fetched for some days.

Of them all is true what is true of a session: who has one reads what the member reads. So each is
asked for, and fetched, with the password (T63).
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from instance import config, events
from instance.errors import Conflict, NotFound
from instance.ids import new_id
from instance.models import (
    Actor,
    Export,
    ExportFile,
    ExportPart,
    ExportState,
    Member,
    NotificationKind,
)
from instance.outbox import local
from instance.services import audit, members, notifications, reauthentication
from instance.services.portability import belongings, person_record
from instance.services.portability.archive import Archive
from instance.services.roster.pace import Pace
from instance.services.throttle import Source

EVENT = "export"
KEPT = timedelta(days=7)
PART = 256 * 1024  # bytes
_LEASE = timedelta(minutes=2)


async def ask(member: Member, password: str, source: Source) -> None:
    """Have the files made, instead of those made before. Raises FormRefused, TooMany, Conflict."""
    await reauthentication.require_password(member, password, source)
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # twice at once
        found = await Export.get_or_none(member_id=member.id)
        if found is not None and found.state is ExportState.MAKING:
            raise Conflict("Your files are being made. Wait until they are ready.")
        await Export.filter(member_id=member.id).delete()
        await Export.create(member_id=member.id)
        await _record(member)
    await events.publish(EVENT, member.id)


async def of(member: Member, now: datetime) -> Export | None:
    """What there is of theirs; each with its `files`, the person's last."""
    alive = Export.filter(Q(expires_at=None) | Q(expires_at__gt=now), member_id=member.id)
    return await alive.prefetch_related("files").first()


async def file(member: Member, file_id: int, password: str, source: Source) -> ExportFile:
    """One file of theirs, to be sent. Raises FormRefused, TooMany, NotFound."""
    own = ExportFile.filter(export__member_id=member.id, export__state=ExportState.READY)
    found = await own.get_or_none(id=file_id, export__expires_at__gt=datetime.now(UTC))
    if found is None:
        raise NotFound
    await reauthentication.require_password(member, password, source)
    return found


async def content(found: ExportFile) -> AsyncIterator[bytes]:
    number = 0
    while part := await ExportPart.get_or_none(file_id=found.id, number=number):
        yield part.content
        number += 1


async def delete(member: Member) -> None:
    await Export.filter(member_id=member.id, state=ExportState.READY).delete()


async def waiting() -> list[int]:
    rows = Export.filter(state=ExportState.MAKING).order_by("id")
    return [int(id_) for id_ in await rows.values_list("id", flat=True)]  # type: ignore[call-overload]


async def make(export_id: int) -> None:
    """Make the files of one member, from the beginning where somebody was stopped in the middle.

    Does nothing where another worker is at it.
    """
    found = await _claim(export_id)
    if found is None:
        return
    member = await Member.get(id=found.member_id)
    own = await members.identities(member)
    await ExportFile.filter(export_id=found.id).delete()
    await Export.filter(id=found.id).update(total=len(own) + 1)
    pace = Pace()
    for identity in (*own, None):
        if not await _write(found, member, identity, pace):
            return  # asked for anew, or another worker thought that we were gone
    await _end(found, own[0])


async def chunks(member: Member, identity: Actor | None, now: datetime) -> AsyncIterator[bytes]:
    """One file, in parts of `PART` bytes and a last one."""
    ours, archive = config.current(), Archive()
    about = {"host": ours.host, "name": ours.name}
    entries = (
        belongings.entries(member, identity, about, now)
        if identity is not None
        else person_record.entries(member, about)
    )
    async for path, content_of in entries:
        archive.begin(path)
        async for chunk in content_of:
            archive.write(chunk)
            while archive.waiting >= PART:
                yield archive.take(PART)
    said = {"actor": identity.uri} if identity is not None else {}
    archive.close({**said, "server": ours.host, "made": now.date().isoformat()})
    while archive.waiting:
        yield archive.take(PART)


async def note_from_shell(identity: Actor) -> None:
    """Who runs this server took what belongs to an account."""
    ours = config.current()
    await audit.record(
        "account.exported", actor_uri=ours.uri("/actor"), host=ours.host, subject=identity.uri
    )


async def _claim(export_id: int) -> Export | None:
    now = datetime.now(UTC)
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    found = await Export.get_or_none(is_free, id=export_id, state=ExportState.MAKING)
    if found is None:
        return None
    as_it_was = Export.filter(is_free, id=found.id, run=found.run)
    found.run += 1
    values = {"run": found.run, "claimed_until": now + _LEASE}
    return found if await as_it_was.update(**values) else None


async def _write(found: Export, member: Member, identity: Actor | None, pace: Pace) -> bool:
    """One file. False where it is not ours to write any more."""
    name = f"curbside-{identity.handle}.zip" if identity is not None else "curbside-person.zip"
    identity_id = identity.id if identity is not None else None
    row = ExportFile(id=new_id(), export_id=found.id, identity_id=identity_id, name=name)
    if not await _is_mine(found):
        return False
    await row.save(force_create=True)
    digest, number = sha256(), 0
    async for part in chunks(member, identity, datetime.now(UTC)):
        digest.update(part)
        row.size += len(part)
        async with in_transaction():
            if not await _is_mine(found):
                return False
            await ExportPart.create(file_id=row.id, number=number, content=part)
            await ExportFile.filter(id=row.id).update(size=row.size)
        number += 1
        await pace.rest()
    row.sha256 = digest.hexdigest()
    await row.save(update_fields=["sha256"])
    await events.publish(EVENT, found.member_id)
    return True


async def _is_mine(found: Export) -> bool:
    values = {"claimed_until": datetime.now(UTC) + _LEASE}
    return bool(await Export.filter(id=found.id, run=found.run).update(**values))


async def _end(found: Export, told: Actor) -> None:
    now = datetime.now(UTC)
    async with in_transaction():
        values = {"state": ExportState.READY, "ready_at": now, "expires_at": now + KEPT}
        if await Export.filter(id=found.id, run=found.run).update(**values):
            institution = await local.institution()
            await notifications.anew(told, NotificationKind.EXPORT_READY, institution)
    await events.publish(EVENT, found.member_id)


async def _record(member: Member) -> None:
    own = await members.speaking_as(member)
    await audit.record(
        "account.exported", actor_uri=own.uri, host=config.current().host, subject=own.uri
    )
