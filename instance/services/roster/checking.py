"""Look at a roster before anything happens: part by part, while the server answers."""

from collections.abc import AsyncIterator, Mapping, Sequence

from tortoise.transactions import in_transaction

from instance import config, events, raw_sql
from instance.models import (
    RosterEntry,
    RosterImport,
    RosterPart,
    RosterRow,
    RosterState,
    RowVerdict,
)
from instance.services.roster import judging
from instance.services.roster.judging import Batch, Judged
from instance.services.roster.pace import EVENT, Pace
from instance.services.roster.people import Form
from instance.services.roster.tables import Reader, Row, Unreadable

ROWS_MOST = 100_000
_BATCH = 25  # rows: a few milliseconds
_IDS_AT_ONCE = 500
_LEFT = """
INSERT INTO roster_row (roster_import_id, line, verdict, key, email, npi, entry_id, field, reason,
    is_applied)
SELECT ?1, 0, 'left', e.key, e.email, e.npi, e.id, '', '', FALSE FROM roster_entry e
WHERE e.left_at IS NULL AND e.id > ?2 AND e.id <= ?3 AND NOT EXISTS (
    SELECT 1 FROM roster_row r WHERE r.roster_import_id = ?1 AND r.entry_id = e.id)
"""
_SAID = ("field", "reason", "other_line")
_COUNTED = {
    "added": RowVerdict.NEW,
    "changed": RowVerdict.CHANGED,
    "unchanged": RowVerdict.SAME,
    "errors": RowVerdict.ERROR,
    "left": RowVerdict.LEFT,
}
_COUNTS = """
SELECT verdict, count(*) AS number FROM roster_row WHERE roster_import_id = ?1 GROUP BY verdict
"""


async def waiting() -> list[int]:
    rows = RosterImport.filter(state=RosterState.CHECKING).order_by("id")
    return [int(id_) for id_ in await rows.values_list("id", flat=True)]  # type: ignore[call-overload]


async def work_out(import_id: int) -> None:
    """What each row would change; goes on where it was left off. Of two who work on it one does."""
    found = await RosterImport.get(id=import_id)
    pace = Pace(import_id)
    if not found.checked:
        await forget_rows(import_id, pace)
    try:
        async for rows in _batches(found):
            batch = await judging.judge(import_id, rows, form_of(found))
            if not await _store(found, batch):
                return  # cancelled, begun anew, or somebody else works on it
            await pace.rest()
    except Unreadable as error:
        await step(found, state=RosterState.UNREADABLE, problem=error.problem)
        await events.publish(EVENT, import_id)
        return
    if not found.checked:
        await step(found, state=RosterState.UNREADABLE, problem="empty")
    else:
        await _end(found, pace)
    await events.publish(EVENT, import_id)


def form_of(found: RosterImport) -> Form:
    place = config.current().jurisdiction or "US"
    return Form(found.mapping, len(found.headers), found.profession, place)


async def step(found: RosterImport, **values: object) -> bool:
    """False where it is not as it was: cancelled, or further."""
    as_it_was = RosterImport.filter(id=found.id, state=found.state, checked=found.checked)
    return bool(await as_it_was.update(**values))


async def forget_rows(import_id: int, pace: Pace) -> None:
    while True:
        rows = RosterRow.filter(roster_import_id=import_id).limit(_IDS_AT_ONCE)
        ids = await rows.values_list("id", flat=True)
        if not ids:
            return
        await RosterRow.filter(id__in=list(ids)).delete()
        await pace.rest()


async def judged_again(found: RosterImport, row: RosterRow, typed: Mapping[str, str]) -> None:
    """A row with an error is as somebody typed it anew; in the caller's transaction."""
    one = await judging.judge_again(found.id, row.line, typed, form_of(found))
    fresh = _stored(found.id, one)
    for name in ("verdict", "key", "email", "npi", "entry_id", "values", *_SAID):
        setattr(row, name, getattr(fresh, name))
    had = await RosterRow.get(id=row.id)
    await row.save()
    left = RosterRow.filter(roster_import_id=found.id, verdict=RowVerdict.LEFT, is_applied=False)
    if row.entry_id is not None:
        await left.filter(entry_id=row.entry_id).delete()
    is_open = found.state is RosterState.CHECKED
    if is_open and had.entry_id is not None and had.entry_id != row.entry_id:
        await raw_sql.run(_LEFT, [found.id, had.entry_id - 1, had.entry_id])
    await RosterImport.filter(id=found.id).update(**await _counted(found.id))


async def _batches(found: RosterImport) -> AsyncIterator[list[Row]]:
    """The rows below the headings that are not judged yet."""
    reader = Reader(found.encoding, found.delimiter)
    batch: list[Row] = []
    is_first = True
    async for content, is_last in _parts(found.id):
        for row in reader.feed(content, last=is_last):
            if is_first or row.line <= found.read_to:
                is_first = False
                continue
            batch.append(row)
            if len(batch) == _BATCH:
                if found.checked >= ROWS_MOST:
                    raise Unreadable("too_many")
                yield batch
                batch = []
    if batch:
        yield batch


async def _parts(import_id: int) -> AsyncIterator[tuple[bytes, bool]]:
    count = await RosterPart.filter(roster_import_id=import_id).count()
    for number in range(count):
        part = await RosterPart.get(roster_import_id=import_id, number=number)
        yield part.content, number == count - 1


async def _store(found: RosterImport, batch: Batch) -> bool:
    async with in_transaction():
        further = found.checked + len(batch.rows)
        read_to = batch.rows[-1].line
        if not await step(found, checked=further, read_to=read_to):
            return False
        await RosterRow.bulk_create([_stored(found.id, one) for one in batch.rows])
        for row_id, line in batch.collided.items():
            refused = {"verdict": RowVerdict.ERROR, "field": "npi", "reason": "npi_twice"}
            await RosterRow.filter(id=row_id).update(**refused, other_line=line)
    found.checked, found.read_to = further, read_to
    return True


def _stored(import_id: int, one: Judged) -> RosterRow:
    marks = one.person
    trace = one.typed
    return raw_sql.new(
        RosterRow,
        roster_import_id=import_id,
        line=one.line,
        verdict=one.verdict,
        key=(marks.key if marks else trace.get("key", ""))[:254],
        email=marks.email if marks else "",
        npi=marks.npi if marks else "",
        entry_id=one.entry_id,
        values=dict(one.typed),
        field=one.field,
        reason=one.reason,
        other_line=one.other_line,
    )


async def _end(found: RosterImport, pace: Pace) -> None:
    await RosterRow.filter(roster_import_id=found.id, verdict=RowVerdict.LEFT).delete()
    last = 0
    while ids := await _ids_after(last):
        async with in_transaction():
            await raw_sql.run(_LEFT, [found.id, last, ids[-1]])
        last = ids[-1]
        await pace.rest()
    present = await RosterEntry.filter(left_at=None).count()
    counted = await _counted(found.id)
    await step(found, state=RosterState.CHECKED, present=present, **counted)


async def _counted(import_id: int) -> dict[str, int]:
    found = await raw_sql.run(_COUNTS, [import_id])
    numbers = {str(row["verdict"]): int(row["number"]) for row in found}
    return {name: numbers.get(verdict.value, 0) for name, verdict in _COUNTED.items()}


async def _ids_after(last: int) -> Sequence[int]:
    rows = RosterEntry.filter(id__gt=last).order_by("id").limit(_IDS_AT_ONCE)
    return list(await rows.values_list("id", flat=True))  # type: ignore[arg-type]
