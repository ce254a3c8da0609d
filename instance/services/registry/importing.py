"""Bring a register: read a file of any length in little memory, and let it count when it is whole.

What was read of a file stays when the command ends early; the same file goes on from there. Until
the last row is stored the former file counts, and nothing of a damaged one ever does.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

from tortoise.transactions import in_transaction

from instance import config, raw_sql
from instance.errors import Conflict, FormRefused
from instance.models import RegistryImport, RegistryState
from instance.services import audit
from instance.services.registry import following
from instance.services.registry.entries import Entry, Listed, Nppes
from instance.services.registry.matching import COUNTING
from instance.services.registry.tables import Table

NPPES = "nppes"
_BATCH = 1000  # rows of the file: some tens of milliseconds in the database
_FORGOTTEN_AT_ONCE = 5000
_FEWER = 0.9  # of the people of the former file: less than that is no whole one
_NAME = re.compile(r"[a-z0-9][a-z0-9 _-]{0,39}")
_INSERT = """
INSERT INTO registry_number (import_id, number, jurisdiction, given, families, professions, places,
    specialties, is_active, replaced_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
"""
_ENDS = "SELECT min(id) AS first, max(id) AS last FROM registry_number WHERE import_id = ?1"
_FORGET = "DELETE FROM registry_number WHERE id >= ?1 AND id < ?2 AND import_id = ?3"
_OTHER = "Somebody else brings this register at the moment."


class Source(StrEnum):
    NPPES = NPPES
    LIST = "list"


@dataclass(frozen=True)
class Wanted:
    """`register`: what a list is known by here; a newer file of it takes the place of the former.
    `anyway`: also a file that is older, or has many fewer people, than the former."""

    source: Source
    register: str = NPPES
    jurisdiction: str = ""
    anyway: bool = False


async def bring(path: Path, wanted: Wanted, told: Callable[[int, int], None]) -> RegistryImport:
    """`told` hears how many bytes are read, and of how many. Raises FormRefused."""
    if _NAME.fullmatch(wanted.register) is None:
        raise FormRefused({"register": "Call it by small letters and digits, such as gmc."})
    with Table(path) as table:
        is_nppes = wanted.source is Source.NPPES
        reader = Nppes(table.headings) if is_nppes else Listed(table.headings, wanted.jurisdiction)
        found = await _begun(path.name, wanted.register, table)
        try:
            await _read(found, table, reader, told)
            await _require_whole(found, wanted.anyway)
        except FormRefused:
            await RegistryImport.filter(id=found.id).update(state=RegistryState.BROKEN)
            await forget_replaced()
            raise
    await _take_over(found)
    await following.finish()
    await forget_replaced()
    return await RegistryImport.get(id=found.id)


async def current() -> list[RegistryImport]:
    """What counts, by register."""
    return await RegistryImport.filter(state__in=COUNTING).order_by("register")


async def begun() -> list[RegistryImport]:
    """What was begun and does not count yet."""
    return await RegistryImport.filter(state=RegistryState.READING).order_by("register")


async def forget_replaced() -> None:
    """Rows that count no more, a few at a time; also where that was left off."""
    over = (RegistryState.REPLACED, RegistryState.BROKEN)
    for one in await RegistryImport.filter(state__in=over, numbers__gt=0):
        [ends] = await raw_sql.run(_ENDS, [one.id])
        at, last = ends["first"], ends["last"]
        while at is not None and at <= last:
            async with in_transaction():
                await raw_sql.run(_FORGET, [at, at + _FORGOTTEN_AT_ONCE, one.id])
            at += _FORGOTTEN_AT_ONCE
        await RegistryImport.filter(id=one.id).update(numbers=0)


async def _begun(file: str, register: str, table: Table) -> RegistryImport:
    """The import of this very file that ended early, or a new one instead of any other."""
    half = RegistryImport.filter(register=register, state=RegistryState.READING)
    same = await half.filter(fingerprint=table.fingerprint).first()
    async with in_transaction():
        others = half.exclude(id=same.id) if same is not None else half
        await others.update(state=RegistryState.BROKEN)
        if same is None:
            same = await RegistryImport.create(
                register=register,
                file=file[:200],
                fingerprint=table.fingerprint,
                started_at=datetime.now(UTC),
            )
    await forget_replaced()
    return same


async def _read(
    found: RegistryImport,
    table: Table,
    reader: Nppes | Listed,
    told: Callable[[int, int], None],
) -> None:
    rows = table.rows()
    for _ in islice(rows, found.position):
        continue
    places = set(found.jurisdictions)
    while batch := list(islice(rows, _BATCH)):
        entries: list[Entry] = []
        for row in batch:
            found.position += 1
            entries += _entries(found, reader, row)
        places |= {entry.jurisdiction for entry in entries}
        found.jurisdictions = sorted(places)
        await _store(found, entries, len(batch))
        told(table.done, table.size)


def _entries(found: RegistryImport, reader: Nppes | Listed, row: Sequence[str]) -> list[Entry]:
    """Counts what is in it, and what cannot be read."""
    try:
        entries = list(reader.of(row)) if row else None
    except ValueError:
        entries = None
    if entries is None:
        found.refused += 1
        return []
    found.people += bool(entries)
    found.numbers += len(entries)
    found.newest = max(found.newest, reader.newest(row))
    return entries


async def _store(found: RegistryImport, entries: Sequence[Entry], count: int) -> None:
    """All of it or nothing, and only from where it stood: of two who read one file one does."""
    as_it_was = RegistryImport.filter(
        id=found.id, state=RegistryState.READING, position=found.position - count
    )
    names = ("position", "people", "numbers", "refused", "newest", "jurisdictions")
    async with in_transaction():
        if not await as_it_was.update(**{name: getattr(found, name) for name in names}):
            raise Conflict(_OTHER)
        await raw_sql.insert_many(_INSERT, list(_rows(found.id, entries)))


def _rows(import_id: int, entries: Sequence[Entry]) -> Iterator[list[object]]:
    for one in entries:
        yield [
            *(import_id, one.number, one.jurisdiction, one.given[:80]),
            _joined(one.families, "|", 160),
            _joined(one.professions, " ", 60),
            _joined(one.places, " ", 120),
            _joined(one.specialties, " ", 160),
            *(one.is_active, one.replaced_by[:10]),
        ]


def _joined(parts: Sequence[str], mark: str, most: int) -> str:
    """As many whole ones as the column holds."""
    text = mark.join(parts)
    while len(text) > most:
        parts = parts[:-1]
        text = mark.join(parts)
    return text


async def _require_whole(found: RegistryImport, anyway: bool) -> None:
    if not found.people:
        raise FormRefused({"file": "Nobody is in this file. Nothing is imported."})
    last = await RegistryImport.filter(register=found.register, state__in=COUNTING).first()
    if last is None or anyway:
        return
    if found.people < last.people * _FEWER:
        said = f"{found.people:,} people, {last.people:,} in the last one"
        raise FormRefused({"file": f"Many are missing: {said}. If that is right, add --anyway."})
    if found.newest < last.newest:
        raise FormRefused({"file": "It is older than the last one. Add --anyway to take it."})


async def _take_over(found: RegistryImport) -> None:
    now, ours = datetime.now(UTC), config.current()
    async with in_transaction():
        was = RegistryImport.filter(register=found.register, state__in=COUNTING)
        await was.update(state=RegistryState.REPLACED)
        begun_ = RegistryImport.filter(id=found.id, state=RegistryState.READING)
        if not await begun_.update(state=RegistryState.FOLLOWING, loaded_at=now):
            raise Conflict(_OTHER)
        uri = ours.uri("/actor")
        said = {"register": found.register, "people": found.people}
        await audit.record("registry.imported", actor_uri=uri, host=ours.host, subject=uri, **said)
