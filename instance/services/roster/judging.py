"""What each row of a roster would change: compared with its file, and with who is on the roster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from instance import raw_sql
from instance.models import RowVerdict
from instance.names import folded
from instance.services.roster.people import Form, Person, Problem, read
from instance.services.roster.tables import Row

_ROWS = """
SELECT id, line, key, email, npi FROM roster_row
WHERE roster_import_id = ?1 AND verdict <> 'error' AND {column} IN ({marks})
"""
_ENTRIES = """
SELECT id, key, email, npi, name_key, digest, left_at FROM roster_entry WHERE {column} IN ({marks})
"""
_COLUMNS = ("key", "email", "npi")
_LONGEST = 254


@dataclass(slots=True)
class Judged:
    """A row of the file, and what comes of it. `typed`: what it says, by our field."""

    line: int
    verdict: RowVerdict
    typed: Mapping[str, str]
    person: Person | None = None
    entry_id: int | None = None
    field: str = ""
    reason: str = ""
    other_line: int | None = None

    def refuse(self, name: str, reason: str, other_line: int | None = None) -> None:
        self.verdict, self.field, self.reason = RowVerdict.ERROR, name, reason
        self.other_line = other_line


@dataclass
class _Known:
    """What stands in the file further up, or on the roster, by each column."""

    by: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {name: {} for name in (*_COLUMNS, "name_key")}
    )

    def add(self, row: Mapping[str, Any]) -> None:
        for name, known in self.by.items():
            if value := row.get(name):
                known.setdefault(value, row)

    def find(self, name: str, value: str) -> Any:
        return self.by[name].get(value) if value else None


@dataclass(frozen=True)
class Batch:
    """`collided`: stored rows, by id, that turned out to collide with a later line."""

    rows: list[Judged]
    collided: dict[int, int]


async def judge(import_id: int, rows: Sequence[Row], form: Form) -> Batch:
    """In the order of the file; some rows at a time."""
    return await _compared(import_id, [_read(row, form) for row in rows])


async def judge_again(import_id: int, line: int, typed: Mapping[str, str], form: Form) -> Judged:
    """A row with an error, as somebody corrected it."""
    return (await _compared(import_id, [_of(line, typed, form)])).rows[0]


async def _compared(import_id: int, judged: list[Judged]) -> Batch:
    found = [_marks(one.person) for one in judged if one.person is not None]
    traces = [_trace(one.typed) for one in judged if one.person is None]
    above, entries = _Known(), _Known()
    for column in _COLUMNS:
        await _add(above, _ROWS, column, found, [import_id])
        await _add(entries, _ENTRIES, column, [*found, *traces], [])
    await _add(entries, _ENTRIES, "name_key", traces, [])
    collided: dict[int, int] = {}
    for one in judged:
        _judge(one, above, entries, collided)
        if one.verdict is not RowVerdict.ERROR and one.person is not None:
            above.add({**_marks(one.person), "line": one.line, "judged": one})
    return Batch(judged, collided)


def _read(row: Row, form: Form) -> Judged:
    typed = form.values(row.cells)
    problem = row.problem or form.shape(row.cells)
    if problem:
        typed = {"row": " ".join(row.cells)[:250]} if row.problem else typed
        return Judged(row.line, RowVerdict.ERROR, typed, field="row", reason=problem)
    return _of(row.line, typed, form)


def _of(line: int, typed: Mapping[str, str], form: Form) -> Judged:
    found = read(typed, form)
    if isinstance(found, Problem):
        return Judged(line, RowVerdict.ERROR, typed, field=found.field, reason=found.reason)
    return Judged(line, RowVerdict.NEW, typed, found)


def _judge(one: Judged, above: _Known, entries: _Known, collided: dict[int, int]) -> None:
    person = one.person
    if person is None:
        one.entry_id = _traced(one.typed, entries)
        return
    entry, refused = _entry_of(person, entries)
    one.entry_id = entry["id"] if entry else None
    for name in ("key", "email", "npi"):
        other = above.find(name, getattr(person, name))
        if other is not None:
            shown = "email" if name == "key" and "key" not in one.typed else name
            one.refuse(shown, f"{shown}_twice", other["line"])
            if name == "npi":  # nobody knows which of the two is right
                _refuse_other(other, one.line, collided)
            return
    if refused is not None:
        one.refuse(*refused)
        return
    if entry is not None and entry["left_at"] is None:
        kept = person if "key" in one.typed else replace(person, key=entry["key"])
        one.person = kept
        is_same = entry["digest"] == kept.digest
        one.verdict = RowVerdict.SAME if is_same else RowVerdict.CHANGED


def _refuse_other(other: Mapping[str, Any], line: int, collided: dict[int, int]) -> None:
    if "judged" in other:
        other["judged"].refuse("npi", "npi_twice", line)
    else:
        collided[other["id"]] = line


def _entry_of(person: Person, entries: _Known) -> tuple[Any, tuple[str, str] | None]:
    """Who this is on the roster, and what speaks against it: a field and a reason.

    By the staff number; else by the e-mail or the NPI, where the name is the same.
    """
    by_key = entries.find("key", person.key)
    by_email, by_npi = entries.find("email", person.email), entries.find("npi", person.npi)
    found = by_key
    for other, name in ((by_email, "email"), (by_npi, "npi")):
        if other is None or (found is not None and other["id"] == found["id"]):
            continue
        is_same_person = other["name_key"] == person.name_key
        if found is None and is_same_person:
            found = other
        elif other["left_at"] is None or name == "npi":
            return found or other, (name, f"{name}_taken")
    return found, None


def _marks(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) for name in (*_COLUMNS, "name_key")}


def _trace(typed: Mapping[str, str]) -> dict[str, str]:
    """Of a row with an error: what may tell whose it is, so that nobody seems to have left."""
    email = typed.get("email", "").lower()
    whole = f"{typed.get('given_name', '')} {typed.get('family_name', '')}"
    return {
        "key": typed.get("key") or email,
        "email": email,
        "npi": typed.get("npi", ""),
        "name_key": folded(whole if whole.strip() else typed.get("name", ""))[:200],
    }


def _traced(typed: Mapping[str, str], entries: _Known) -> int | None:
    for name, value in _trace(typed).items():
        found = entries.find(name, value)
        if found is not None and found["left_at"] is None:
            entry_id: int = found["id"]
            return entry_id
    return None


async def _add(
    known: _Known, sql: str, column: str, wanted: Sequence[Mapping[str, str]], first: list[Any]
) -> None:
    values = sorted({one[column][:_LONGEST] for one in wanted} - {""})
    if not values:
        return
    marks = raw_sql.marks(len(values), len(first) + 1)
    for row in await raw_sql.run(sql.format(column=column, marks=marks), [*first, *values]):
        known.add(row)
