"""The roster as officers read it: who is on it, and what has become of each at this server."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from instance import spreadsheets
from instance.models import (
    Level,
    Member,
    RosterEntry,
    RosterImport,
    RosterRow,
    RowVerdict,
    Session,
)
from instance.names import folded
from instance.roster_words import FIELDS, REASONS
from instance.services import duties
from instance.services.duties import Duty

PAGE = 50
_AT_ONCE = 200


@dataclass(frozen=True)
class Person:
    """`look`: a key of `roster_words.LOOKS`. `seen_at`: of their newest session."""

    entry: RosterEntry
    look: str
    seen_at: datetime | None = None


@dataclass(frozen=True)
class Numbers:
    present: int
    left: int
    verified: int


async def page(
    by: Member, wanted: str = "", *, left: bool = False, after: int | None = None
) -> tuple[list[Person], bool]:
    """By name, below the entry `after`; and whether there are more."""
    duties.require(by, Duty.VERIFICATION)
    found = RosterEntry.filter(left_at__not_isnull=left)
    name, text = folded(wanted)[:100], wanted.strip().lower()[:100]
    if text:
        by_name = Q(name_key__contains=name) if name else Q(key=text)
        found = found.filter(by_name | Q(email__startswith=text) | Q(key=wanted.strip()[:100]))
    last = await RosterEntry.get_or_none(id=after) if after is not None else None
    if last is not None:
        further = Q(name_key__gt=last.name_key) | Q(name_key=last.name_key, id__gt=last.id)
        found = found.filter(further)
    rows = await found.order_by("name_key", "id").limit(PAGE + 1).select_related("member")
    return await _people(rows[:PAGE]), len(rows) > PAGE


async def numbers() -> Numbers:
    there = RosterEntry.filter(left_at=None)
    verified = there.filter(member__level__gte=Level.VERIFIED)
    left = RosterEntry.filter(left_at__not_isnull=True)
    return Numbers(await there.count(), await left.count(), await verified.count())


async def rows(found: RosterImport, *verdicts: RowVerdict, limit: int) -> list[RosterRow]:
    """The first of an import with these verdicts, in the order of the file."""
    those = RosterRow.filter(roster_import_id=found.id, verdict__in=verdicts)
    return await those.order_by("line", "id").limit(limit)


async def entries_of(rows: list[RosterRow]) -> Mapping[int, RosterEntry]:
    """Who they are on the roster now."""
    ids = [row.entry_id for row in rows if row.entry_id is not None]
    return {entry.id: entry for entry in await RosterEntry.filter(id__in=ids)} if ids else {}


async def errors(by: Member, found: RosterImport) -> AsyncIterator[str]:
    """The rows with errors as a table, part by part: where, what was typed, why it is not taken."""
    duties.require(by, Duty.VERIFICATION)
    yield spreadsheets.line(
        "Line", "Column", "In the file", "Problem", "Other line", *found.headers
    )
    last = 0
    while some := await _errors_after(found.id, last):
        yield "".join(_error(found, row) for row in some)
        last = some[-1].id


async def _errors_after(import_id: int, last: int) -> list[RosterRow]:
    rows_ = RosterRow.filter(roster_import_id=import_id, verdict=RowVerdict.ERROR, id__gt=last)
    return await rows_.order_by("id").limit(_AT_ONCE)


def _error(found: RosterImport, row: RosterRow) -> str:
    values = row.values or {}
    by_column = {number: values.get(name, "") for name, number in found.mapping.items()}
    cells = [by_column.get(number, "") for number in range(len(found.headers))]
    other = str(row.other_line or "")
    said = (FIELDS[row.field], values.get(row.field, ""), REASONS[row.reason], other)
    return spreadsheets.line(str(row.line), *said, *cells)


async def _people(entries: list[RosterEntry]) -> list[Person]:
    ids = [entry.member_id for entry in entries if entry.member_id is not None]
    seen: dict[int, datetime] = {}
    for row in await Session.filter(member_id__in=ids).order_by("seen_at") if ids else []:
        seen[row.member_id] = row.seen_at
    found = Member.filter(email__in=[entry.email for entry in entries])
    known = {str(email) for email in await found.values_list("email", flat=True)}
    return [
        Person(entry, _look(entry, entry.email in known), seen.get(entry.member_id or 0))
        for entry in entries
    ]


def _look(entry: RosterEntry, has_account: bool) -> str:
    if entry.left_at is not None:
        return "left"
    if entry.member is not None:
        return "verified" if entry.member.level >= Level.VERIFIED else "lower"
    return "unconfirmed" if has_account else "no_account"
