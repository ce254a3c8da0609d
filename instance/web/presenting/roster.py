"""From the roster, and files of it, to the pages of verification officers."""

from collections.abc import Mapping
from datetime import UTC, datetime

from instance.errors import FormRefused
from instance.models import Member, RosterEntry, RosterImport, RosterRow, RosterState, RowVerdict
from instance.services import members
from instance.services.roster import checking, importing, listing, people
from instance.services.roster.importing import BUSY, OPEN
from instance.web import views
from instance.web.presenting.pages import Surroundings
from instance.web.views.roster import (
    RosterChange,
    RosterColumn,
    RosterErrorRow,
    RosterFile,
    RosterImportPage,
    RosterPage,
    RosterPerson,
)

_SHOWN_MOST = 100
_AT_WORK = (RosterState.CHECKING, *BUSY)
_COMPARED = ("email", "given_name", "family_name", "stage", "profession", "licence", "npi")
_MAPPED_LATER = (RosterState.MATCHING, RosterState.CHECKED)


async def roster_page(
    around: Surroundings,
    reader: Member,
    wanted: str = "",
    *,
    left: bool = False,
    after: int | None = None,
    error: FormRefused | None = None,
) -> RosterPage:
    found, is_more = await listing.page(reader, wanted, left=left, after=after)
    counted, source = await listing.numbers(), await importing.last_done()
    files = await importing.recent()
    more = ""
    if is_more:
        which = "&show=left" if left else ""
        more = f"/admin/roster?after={found[-1].entry.id}{which}"
    return RosterPage(
        page=around.page,
        people=tuple(map(_person, found)),
        wanted=wanted,
        shows_left=left,
        more_url=more,
        present=counted.present,
        left=counted.left,
        verified=counted.verified,
        source=_file(source) if source is not None else None,
        waiting=tuple(_file(one) for one in files if one.state in (*OPEN, *BUSY)),
        before=tuple(_file(one) for one in files if one.state not in (*OPEN, *BUSY)),
        errors=views.FieldError.all_of(error.fields if error else {}),
    )


async def import_page(
    around: Surroundings,
    reader: Member,
    import_id: int,
    *,
    error: FormRefused | None = None,
    refusal: str = "",
) -> RosterImportPage:
    found = await importing.by_id(import_id)
    may_undo = await importing.may_undo(found, datetime.now(UTC))
    is_shown = found.state not in (*_AT_WORK, RosterState.MATCHING, RosterState.UNREADABLE)
    columns = await _columns(found) if found.state in _MAPPED_LATER else ()
    return RosterImportPage(
        page=around.page,
        url=url(found),
        file=found.file,
        state=found.state.value,
        at=found.created_at,
        kilobytes=max(1, found.size // 1024),
        problem=found.problem,
        total=found.total,
        checked=found.checked,
        to_apply=found.added + found.changed + found.unchanged + found.left,
        applied=found.applied,
        added=found.added,
        changed=found.changed,
        unchanged=found.unchanged,
        error_count=found.errors,
        left=found.left,
        columns=columns,
        profession=found.profession.value,
        rows=await _errors(found, may_undo) if is_shown else (),
        changes=await _changes(found, RowVerdict.NEW, RowVerdict.CHANGED) if is_shown else (),
        leavers=await _changes(found, RowVerdict.LEFT) if is_shown else (),
        needs_second=importing.needs_second(found),
        confirmed_by=await _name(found.confirmed_by),
        mine=found.state is RosterState.WAITING and found.confirmed_by_id == reader.id,
        by=await _name(found.by),
        may_undo=may_undo,
        ended_at=found.ended_at,
        refusal=refusal,
        stream_url=f"{url(found)}/stream" if found.state in _AT_WORK else "",
        errors=views.FieldError.all_of(error.fields if error else {}),
    )


def url(found: RosterImport) -> str:
    return f"/admin/roster/import/{found.id}"


def _file(found: RosterImport) -> RosterFile:
    at = found.ended_at or found.created_at
    return RosterFile(url=url(found), name=found.file, state=found.state.value, at=at)


def _person(found: listing.Person) -> RosterPerson:
    entry = found.entry
    return RosterPerson(
        name=entry.name,
        email=entry.email,
        key=entry.key if entry.key != entry.email else "",
        department=entry.department,
        profession=entry.profession.value,
        stage=entry.stage.value,
        specialty=entry.specialties[0] if entry.specialties else "",
        look=found.look,
        seen_at=found.seen_at,
    )


async def _columns(found: RosterImport) -> tuple[RosterColumn, ...]:
    fields = {number: name for name, number in found.mapping.items()}
    samples = await importing.samples(found)
    return tuple(
        RosterColumn(
            number=number,
            heading=heading,
            samples=tuple(samples[number]),
            field=fields.get(number, ""),
        )
        for number, heading in enumerate(found.headers)
    )


async def _errors(found: RosterImport, may_undo: bool) -> tuple[RosterErrorRow, ...]:
    rows = await listing.rows(found, RowVerdict.ERROR, limit=_SHOWN_MOST)
    is_open = found.state is RosterState.CHECKED or may_undo
    return tuple(_error(found, row, is_open) for row in rows)


def _error(found: RosterImport, row: RosterRow, is_open: bool) -> RosterErrorRow:
    values = row.values or {}
    value = values.get(row.field, "")
    is_specialty = row.reason == "specialty"
    return RosterErrorRow(
        line=row.line,
        name=_name_in(values),
        field=row.field,
        value=value,
        reason=row.reason,
        other_line=row.other_line,
        hint=people.suggestion(value) if is_specialty else "",
        may_correct=is_open and row.field in found.mapping,
    )


async def _changes(found: RosterImport, *verdicts: RowVerdict) -> tuple[RosterChange, ...]:
    rows = await listing.rows(found, *verdicts, limit=_SHOWN_MOST)
    entries = await listing.entries_of(rows)
    return tuple(_change(found, row, entries.get(row.entry_id or 0)) for row in rows)


def _change(found: RosterImport, row: RosterRow, entry: RosterEntry | None) -> RosterChange:
    values = row.values or {}
    return RosterChange(
        line=row.line,
        name=_name_in(values) or (entry.name if entry is not None else ""),
        verdict=row.verdict.value,
        specialty=values.get("specialties", ""),
        was=_was(found, row, entry) if row.verdict is RowVerdict.CHANGED else (),
    )


def _was(
    found: RosterImport, row: RosterRow, entry: RosterEntry | None
) -> tuple[tuple[str, str], ...]:
    """What stands there, or stood before the import, and is another in the file."""
    now = people.read(row.values, checking.form_of(found))
    if isinstance(now, people.Problem):
        return ()
    before = row.before or {name: getattr(entry, name, "") for name in _COMPARED}
    return tuple(
        (name, str(before[name]))
        for name in _COMPARED
        if name in row.values and str(before.get(name, "")) != str(getattr(now, name))
    )


def _name_in(values: Mapping[str, str]) -> str:
    parts = (values.get("title"), values.get("given_name"), values.get("family_name"))
    return values.get("name") or " ".join(filter(None, parts))


async def _name(member: Member | None) -> str:
    return (await members.speaking_as(member)).name if member is not None else ""
