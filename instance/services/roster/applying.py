"""Do what was decided about a roster, and take it back: a few rows at a time, all or in the end
all. What was done stays done when the server stops, and the rest follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance import events, raw_sql
from instance.ids import new_id
from instance.models import (
    Profession,
    RosterEntry,
    RosterImport,
    RosterPart,
    RosterRow,
    RosterState,
    RowVerdict,
    Stage,
)
from instance.services.roster import checking, importing, matching
from instance.services.roster.pace import EVENT, Pace
from instance.services.roster.people import Form, Person, read

_BATCH = 10  # rows: fewer milliseconds than a page takes
_KEPT = (  # what is kept of an entry, to undo a change
    *("key", "email", "title", "given_name", "family_name", "name_key", "specialties"),
    *("jurisdiction", "licence", "npi", "department", "digest", "last_import_id"),
)
# The plus signs: by the primary key, not by an index whose rows would be sorted each time.
_NEXT = """
SELECT id FROM roster_row WHERE id > ?2 AND id >= (
    SELECT min(id) FROM roster_row WHERE roster_import_id = ?1
) AND +roster_import_id = ?1 AND is_applied = ?3 AND verdict <> 'error' ORDER BY id LIMIT ?4
"""


async def waiting() -> list[int]:
    busy = RosterImport.filter(state__in=importing.BUSY).order_by("id")
    return [int(id_) for id_ in await busy.values_list("id", flat=True)]  # type: ignore[call-overload]


async def work_on(import_id: int) -> None:
    """Finish an import, or the undoing of one; goes on where it was left off."""
    found, pace = await RosterImport.get(id=import_id), Pace(import_id)
    is_undone = found.state is RosterState.UNDOING
    last = 0
    while rows := await _next(found, last, is_applied=is_undone):
        last = rows[-1].id
        async with in_transaction():
            if not await _is_mine(found, rows):
                return  # somebody else works on it
            await (_take_back(found, rows) if is_undone else _apply(found, rows))
            ids = [row.id for row in rows]
            await RosterRow.filter(id__in=ids).update(is_applied=not is_undone)
        await matching.follow_due(pace)
        await pace.rest()
    await matching.follow_due(pace)
    if is_undone:
        await _forget_added(found, pace)
    async with in_transaction():
        state = RosterState.UNDONE if is_undone else RosterState.DONE
        if await checking.step(found, state=state, ended_at=datetime.now(UTC)):
            await RosterPart.filter(roster_import_id=import_id).delete()
            await importing.check_others_anew(found)
    await events.publish(EVENT, import_id)


async def _next(found: RosterImport, last: int, *, is_applied: bool) -> list[RosterRow]:
    """The next ones by id, of which those of one import stand together."""
    values = [found.id, last, is_applied, _BATCH]
    ids = [row["id"] for row in await raw_sql.run(_NEXT, values)]
    return await RosterRow.filter(id__in=ids).order_by("id") if ids else []


async def _is_mine(found: RosterImport, rows: Sequence[RosterRow]) -> bool:
    number = -len(rows) if found.state is RosterState.UNDOING else len(rows)
    as_it_was = RosterImport.filter(id=found.id, state=found.state, applied=found.applied)
    found.applied += number
    return bool(await as_it_was.update(applied=found.applied))


async def _apply(found: RosterImport, rows: Sequence[RosterRow]) -> None:
    now, form = datetime.now(UTC), checking.form_of(found)
    by_id = await _entries(rows)
    left = [by_id[row.entry_id] for row in rows if row.verdict is RowVerdict.LEFT]
    same = [by_id[row.entry_id] for row in rows if row.verdict is RowVerdict.SAME]
    changed = [
        *await _add([row for row in rows if row.entry_id is None], found, form, now),
        *[await _change(row, by_id[row.entry_id], found, form, now) for row in _changing(rows)],
    ]
    if left:
        await RosterEntry.filter(id__in=[one.id for one in left]).update(left_at=now)
    if same:
        ids = [one.id for one in same]
        await RosterEntry.filter(id__in=ids).update(last_import_id=found.id)
    await _mark_due([*left, *changed, *await matching.renewed(same, now)], now)


async def _mark_due(entries: Sequence[RosterEntry], now: datetime) -> None:
    due = [entry.id for entry in await matching.concerned(entries)]
    if due:
        await RosterEntry.filter(id__in=due).update(due_at=now)


def _changing(rows: Sequence[RosterRow]) -> list[RosterRow]:
    verdicts = (RowVerdict.NEW, RowVerdict.CHANGED)
    return [row for row in rows if row.verdict in verdicts and row.entry_id is not None]


async def _entries(rows: Sequence[RosterRow]) -> dict[int | None, RosterEntry]:
    ids = [row.entry_id for row in rows if row.entry_id is not None]
    return {entry.id: entry for entry in await RosterEntry.filter(id__in=ids)} if ids else {}


async def _add(
    rows: Sequence[RosterRow], found: RosterImport, form: Form, now: datetime
) -> list[RosterEntry]:
    entries = [
        raw_sql.new(
            RosterEntry,
            id=new_id(),
            email_at=now,
            first_import_id=found.id,
            last_import_id=found.id,
            **_person(row, form).columns(),
        )
        for row in rows
    ]
    if entries:
        await RosterEntry.bulk_create(entries)
    return entries


async def _change(
    row: RosterRow, entry: RosterEntry, found: RosterImport, form: Form, now: datetime
) -> RosterEntry:
    row.before = _kept(entry)
    await row.save(update_fields=["before"])
    person = _person(row, form)
    if "key" not in row.values:
        person = replace(person, key=entry.key)
    if entry.email != person.email:
        entry.email_at = now
    entry.update_from_dict({**person.columns(), "left_at": None, "last_import_id": found.id})
    await entry.save()
    return entry


def _person(row: RosterRow, form: Form) -> Person:
    found = read(row.values, form)
    if not isinstance(found, Person):  # it was read before, and nothing was changed since
        raise ValueError(f"row {row.id} of a roster was correct and is not")
    return found


async def _take_back(found: RosterImport, rows: Sequence[RosterRow]) -> None:
    now = datetime.now(UTC)
    by_id = await _entries(rows)
    entries = [_before(by_id[row.entry_id], row) for row in _changing(rows) if row.before]
    for entry in entries:
        await entry.save()
    left = [by_id[row.entry_id] for row in rows if row.verdict is RowVerdict.LEFT]
    if left:
        await RosterEntry.filter(id__in=[one.id for one in left]).update(left_at=None)
    added = [row.key for row in rows if row.verdict is RowVerdict.NEW and row.entry_id is None]
    gone = await RosterEntry.filter(first_import_id=found.id, key__in=added) if added else []
    if gone:
        await RosterEntry.filter(id__in=[one.id for one in gone]).update(left_at=now)
    await _mark_due([*gone, *entries, *left], now)


async def _forget_added(found: RosterImport, pace: Pace) -> None:
    """Who was not on the roster before; it is the last import, so nobody else relies on them."""
    added = RosterEntry.filter(first_import_id=found.id).order_by("id").limit(_BATCH)
    while ids := list(await added.values_list("id", flat=True)):
        await RosterEntry.filter(id__in=ids).delete()
        await pace.rest()


def _kept(entry: RosterEntry) -> dict[str, object]:
    kept: dict[str, object] = {name: getattr(entry, name) for name in _KEPT}
    return kept | {
        "profession": entry.profession.value,
        "stage": entry.stage.value,
        "licence_until": entry.licence_until.isoformat() if entry.licence_until else None,
        "email_at": entry.email_at.isoformat(),
        "left_at": entry.left_at.isoformat() if entry.left_at else None,
    }


def _before(entry: RosterEntry, row: RosterRow) -> RosterEntry:
    values = dict(row.before)
    values["profession"] = Profession(values["profession"])
    values["stage"] = Stage(values["stage"])
    return entry.update_from_dict(values)
