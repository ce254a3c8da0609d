"""A roster is brought, looked at, and imported; for a day it can be undone (ux.md J2).

Who is not in it loses their standing: one tick says that they left, and where they are many a
second person says so too.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import PurePosixPath

from tortoise.transactions import in_transaction

from instance import config, events
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import (
    Member,
    Profession,
    RosterImport,
    RosterPart,
    RosterRow,
    RosterState,
    RowVerdict,
)
from instance.services import audit, duties, members
from instance.services.duties import Duty
from instance.services.roster import checking, columns, tables
from instance.services.roster.pace import EVENT
from instance.services.roster.people import corrected
from instance.services.roster.tables import Letters, Reader, Unreadable

SIZE_MOST = 32 * 1024 * 1024
PART = 256 * 1024
UNDO_WITHIN = timedelta(hours=24)
LEAVERS_MOST, LEAVERS_SHARE = 10, 0.05  # more take a second person
OPEN = (RosterState.MATCHING, RosterState.CHECKING, RosterState.CHECKED, RosterState.WAITING)
BUSY = (RosterState.IMPORTING, RosterState.UNDOING)


async def start(by: Member, name: str, content: Iterable[bytes]) -> RosterImport:
    """Keep a file to be looked at. Raises FormRefused for what is no table.

    Where a file with the same headings was imported before, its columns are taken as then.
    """
    duties.require(by, Duty.VERIFICATION)
    found = await RosterImport.create(by=by, file=_file_name(name))
    try:
        await _receive(found, content)
        await _open(found)
    except Unreadable as error:
        await RosterImport.filter(id=found.id).delete()
        raise FormRefused({"roster": error.problem}) from error
    await events.publish(EVENT, found.id)
    return found


async def match(
    by: Member, import_id: int, mapping: Mapping[str, int], profession: Profession
) -> None:
    """Say which column is which; the file is checked anew. Raises FormRefused."""
    duties.require(by, Duty.VERIFICATION)
    async with in_transaction():
        found = await _locked(import_id)
        if found.state not in (RosterState.MATCHING, RosterState.CHECKED):
            raise Conflict("The columns of this file cannot be changed any more.")
        found.mapping = columns.required(mapping, len(found.headers))
        found.profession = profession
        await columns.remember(found.headers, found.mapping, profession)
        await _check_anew(found)
        await found.save()
    await events.publish(EVENT, import_id)


async def correct(by: Member, import_id: int, line: int, text: str) -> None:
    """Type the value anew that a row is not taken for. After the import, the row follows it."""
    duties.require(by, Duty.VERIFICATION)
    async with in_transaction():
        found = await _locked(import_id)
        is_done = await may_undo(found, datetime.now(UTC))
        rows = RosterRow.filter(roster_import_id=import_id, line=line, verdict=RowVerdict.ERROR)
        row = await rows.first()
        if (
            row is None
            or row.field not in found.mapping
            or not (is_done or found.state is RosterState.CHECKED)
        ):
            raise Conflict("This row cannot be corrected here. Correct it in the file.")
        typed = corrected(row.values, row.field, text)
        await checking.judged_again(found, row, typed)
        if is_done and row.verdict is not RowVerdict.ERROR:
            await RosterImport.filter(id=found.id).update(state=RosterState.IMPORTING)
    await events.publish(EVENT, import_id)


async def confirm(by: Member, import_id: int, *, have_left: bool) -> RosterImport:
    """Import what is correct or, where many would lose their standing, say yes as first of two.

    `have_left`: that who is not in the file has left was said. Raises FormRefused or Conflict.
    """
    duties.require(by, Duty.VERIFICATION)
    async with in_transaction():
        found = await _locked(import_id)
        if found.state not in (RosterState.CHECKED, RosterState.WAITING):
            raise Conflict("There is nothing to import about this file.")
        if await RosterImport.filter(state__in=BUSY).exists():
            raise Conflict("Another roster is being imported. Wait until it is done.")
        if found.left and not have_left:
            raise FormRefused({"have_left": "Confirm that these people have left."})
        if needs_second(found) and not await _agrees(found, by):
            found.state, found.confirmed_by_id = RosterState.WAITING, by.id
            await _record("roster.confirmed", by, found)
        else:
            found.state, found.agreed_by_id, found.problem = RosterState.IMPORTING, by.id, ""
            await _record("roster.imported", by, found)
        await found.save()
    await events.publish(EVENT, import_id)
    return found


async def cancel(by: Member, import_id: int) -> None:
    duties.require(by, Duty.VERIFICATION)
    async with in_transaction():
        found = await _locked(import_id)
        if found.state not in OPEN:
            raise Conflict("There is nothing to cancel about this file.")
        found.state, found.ended_at = RosterState.CANCELLED, datetime.now(UTC)
        await found.save(update_fields=["state", "ended_at"])
        await RosterPart.filter(roster_import_id=found.id).delete()
        await _record("roster.cancelled", by, found)
    await events.publish(EVENT, import_id)


async def undo(by: Member, import_id: int) -> None:
    """Take the last import back, within a day."""
    duties.require(by, Duty.VERIFICATION)
    async with in_transaction():
        found = await _locked(import_id)
        if not await may_undo(found, datetime.now(UTC)):
            raise Conflict("Only the last import can be undone, and within 24 hours.")
        if await RosterImport.filter(state__in=BUSY).exists():
            raise Conflict("Another roster is being imported. Wait until it is done.")
        found.state = RosterState.UNDOING
        await found.save(update_fields=["state"])
        await _record("roster.undone", by, found)
    await events.publish(EVENT, import_id)


def needs_second(found: RosterImport) -> bool:
    """Whether so many would lose their standing that one person does not decide it."""
    return found.left > LEAVERS_MOST or found.left > LEAVERS_SHARE * found.present


async def may_undo(found: RosterImport, now: datetime) -> bool:
    if found.state is not RosterState.DONE or found.ended_at is None:
        return False
    latest = await last_done()
    return latest is not None and latest.id == found.id and now - found.ended_at < UNDO_WITHIN


async def last_done() -> RosterImport | None:
    """Where the roster comes from."""
    return await RosterImport.filter(state=RosterState.DONE).order_by("-ended_at").first()


async def by_id(import_id: int) -> RosterImport:
    found = RosterImport.filter(id=import_id).exclude(state=RosterState.RECEIVING)
    row = await found.select_related("by", "confirmed_by", "agreed_by").first()
    if row is None:
        raise NotFound
    return row


async def recent(limit: int = 10) -> list[RosterImport]:
    rows = RosterImport.exclude(state=RosterState.RECEIVING).order_by("-id")
    return await rows.limit(limit).select_related("by")


async def check_others_anew(done: RosterImport) -> None:
    """What others would change is another matter since; in the caller's transaction."""
    waiting = (RosterState.CHECKING, RosterState.CHECKED, RosterState.WAITING)
    for other in await RosterImport.filter(state__in=waiting).exclude(id=done.id):
        had_been = other.state is not RosterState.CHECKING
        await _check_anew(other)
        other.problem = "again" if had_been else other.problem
        await other.save()


async def _check_anew(found: RosterImport) -> None:
    found.state, found.checked, found.read_to = RosterState.CHECKING, 0, 0
    found.confirmed_by_id, found.problem = None, ""


async def _receive(found: RosterImport, content: Iterable[bytes]) -> None:
    letters, digest = Letters(), sha256()
    for number, part in enumerate(content):
        found.size += len(part)
        if found.size > SIZE_MOST:
            raise Unreadable("too_large")
        letters.feed(part)
        digest.update(part)
        await RosterPart.create(roster_import_id=found.id, number=number, content=part)
    if not found.size:
        raise Unreadable("empty")
    found.encoding, found.total = letters.end(), max(0, letters.lines - 1)
    found.sha256 = digest.hexdigest()


async def _open(found: RosterImport) -> None:
    """The headings, and what they mean as far as we know."""
    head = (await RosterPart.get(roster_import_id=found.id, number=0)).content
    found.delimiter = tables.delimiter_of(head, found.encoding)
    is_all = len(head) == found.size
    reader = Reader(found.encoding, found.delimiter)
    first = next(reader.feed(head, last=is_all), None)
    if first is None:
        raise Unreadable("headings")
    found.headers = tables.headings_of(first)
    known = await columns.remembered(found.headers)
    found.mapping = known.mapping if known else columns.guessed(found.headers)
    found.profession = known.profession if known else Profession.PHYSICIAN
    found.state = RosterState.CHECKING if known else RosterState.MATCHING
    await found.save()


async def samples(found: RosterImport) -> list[list[str]]:
    """By column, the first values that stand in it, to see which is which."""
    part = await RosterPart.get_or_none(roster_import_id=found.id, number=0)
    rows = []
    if part is not None:
        reader = Reader(found.encoding, found.delimiter)
        rows = [row.cells for row, _ in zip(reader.feed(part.content), range(4), strict=False)][1:]
    return [
        [row[number] for row in rows if number < len(row) and row[number]]
        for number in range(len(found.headers))
    ]


async def _agrees(found: RosterImport, by: Member) -> bool:
    """Whether this is the second of two who may decide it."""
    if found.state is not RosterState.WAITING or found.confirmed_by_id is None:
        return False
    if found.confirmed_by_id == by.id:
        raise Conflict("You confirmed this roster yourself. Another person has to.")
    first = await Member.get_or_none(id=found.confirmed_by_id)
    return first is not None and duties.may(first, Duty.VERIFICATION)


async def _locked(import_id: int) -> RosterImport:
    found = await RosterImport.filter(id=import_id).select_for_update().first()
    if found is None or found.state is RosterState.RECEIVING:
        raise NotFound
    return found


def _file_name(name: str) -> str:
    """Of the file alone, without the folders of whose computer it was."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return audit.one_line(last)[:200] or "roster.csv"


async def _record(action: str, by: Member, found: RosterImport) -> None:
    actor, ours = await members.speaking_as(by), config.current()
    await audit.record(
        action,
        actor_uri=actor.uri,
        host=ours.host,
        subject=ours.uri(f"/admin/roster/import/{found.id}"),
        new=found.added,
        changed=found.changed,
        left=found.left,
        errors=found.errors,
        digest=found.sha256,
    )
