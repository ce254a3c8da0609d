"""Rosters in tests: files, and importing them as two people would."""

import csv
from datetime import UTC, datetime
from io import StringIO

from instance.models import Level, Member, RosterEntry, RosterImport, RosterRow, RosterState
from instance.services.roster import applying, checking, importing, matching
from tests.cast import new
from tests.houses import House, Person

HEAD = ("Staff ID", "Work e-mail", "First name", "Surname", "Profession", "Stage", "Specialty")
_USUAL = ("", "", "", "", "Physician", "Practising", "Cardiology")


def line(key: str, email: str, *rest: str) -> tuple[str, ...]:
    """A row; what is left out is as usual."""
    given = (key, email or f"{key}@hospital.example", *rest)
    return (*given, *_USUAL[len(given) :]) if len(rest) >= 2 else (*given, key, key, *_USUAL[4:])


def table(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD, delimiter: str = ",") -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows([head, *rows])
    return text.getvalue().encode()


async def bring(by: Person, content: bytes, name: str = "staff.csv") -> RosterImport:
    """A file that is checked, its columns as they were guessed."""
    found = await by.does(importing.start, name, [content])
    if found.state is RosterState.MATCHING:
        await by.does(importing.match, found.id, found.mapping, found.profession)
    await by.home.at(checking.work_out, found.id)
    return await by.home.at(importing.by_id, found.id)


async def take(by: Person, content: bytes, second: Person | None = None) -> RosterImport:
    """Imported, by two where it takes two."""
    found = await bring(by, content)
    for who in (by, second or by):
        if found.state in (RosterState.CHECKED, RosterState.WAITING):
            found = await who.does(importing.confirm, found.id, have_left=True)
    await work(by.home)
    return await by.home.at(importing.by_id, found.id)


async def work(home: House) -> None:
    for import_id in await home.at(applying.waiting):
        await home.at(applying.work_on, import_id)


async def errors(home: House, found: RosterImport) -> dict[int, tuple[str, str, int | None]]:
    """By line: the column, the reason, and the other line."""
    rows = await home.at(
        lambda: RosterRow.filter(roster_import_id=found.id, verdict="error").order_by("line")
    )
    return {row.line: (row.field, row.reason, row.other_line) for row in rows}


async def entry(home: House, key: str) -> RosterEntry:
    return await home.at(lambda: RosterEntry.get(key=key))


async def joined(home: House, handle: str, **values: object) -> Person:
    """Somebody who read our code at handle@hospital.example, and stated nothing else."""
    facts = {"level": Level.ATTESTED, "has_mailbox": True, **values}
    return await home.person(new(handle, f"Dr {handle.title()}", **facts))


async def level(person: Person) -> int:
    member = await person.home.at(lambda: Member.get(id=person.member.id))
    return int(member.level)


async def confirms_mailbox(person: Person) -> None:
    member = await person.home.at(lambda: Member.get(id=person.member.id))
    await person.home.at(matching.mailbox_confirmed, member, datetime.now(UTC))
