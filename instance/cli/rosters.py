"""roster: who works here. Import a file, by hand or each night; look at it; take it back.

Exit codes of `import` and `confirm`: 0 imported, 3 somebody is not in the file and nobody said that
they left, 4 a second person has to confirm, 5 imported but for rows with errors. 1 and 2: an error.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from instance.cli import running
from instance.cli.trusting import acting_for
from instance.errors import FormRefused
from instance.models import Member, Profession, RosterImport, RosterState
from instance.roster_words import LOOKS, PROBLEMS, STATES
from instance.services.duties import Duty
from instance.services.roster import applying, checking, importing, listing
from instance.services.roster.importing import BUSY

NOT_LEFT, SECOND, WITH_ERRORS = 3, 4, 5
_LOOK_EVERY = 0.2  # seconds
_as = click.option("--as", "handle", required=True, metavar="HANDLE", help="Who decides.")
_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_left = click.option("--accept-leavers", is_flag=True, help="Who is not in the file has left.")
_number = click.argument("number", type=int)


@click.group()
def roster() -> None:
    """Who works here, and so is verified."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_as
@click.option(
    *("--column", "columns"),
    multiple=True,
    metavar="HEADING=FIELD",
    help="What a column is, where its heading does not say. Remembered.",
)
@click.option(
    "--profession",
    type=click.Choice([p.value for p in Profession]),
    help="Of rows that do not say; physician if never said.",
)
@click.option("--errors", type=click.Path(path_type=Path), help="Write the rows with errors there.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@_left
@_json
def bring(
    file: Path,
    handle: str,
    columns: tuple[str, ...],
    profession: str | None,
    errors: Path | None,
    dry_run: bool,
    accept_leavers: bool,
    as_json: bool,
) -> None:
    """Import FILE: a table with headings, a work e-mail and a name in each row.

    Correct rows are imported, rows with errors are left as they were. Where somebody on the roster
    is not in FILE, it asks; without a terminal it needs --accept-leavers (exit code 3 otherwise,
    and nothing is imported). More than 10 of them, or more than 5 %, take a second person: the
    import then waits, with exit code 4. Exit code 5: imported, but for rows with errors.
    """

    async def look() -> RosterImport:
        by = await _acting(handle)
        try:
            found = await importing.start(by, file.name, _parts(file))
        except FormRefused as error:
            raise click.ClickException(PROBLEMS[error.fields["roster"]]) from error
        await _match(by, found, columns, profession)
        await _watched(checking.work_out, found.id, "Checking", shown=not as_json)
        found = await importing.by_id(found.id)
        if found.state is RosterState.UNREADABLE:
            raise click.ClickException(PROBLEMS[found.problem])
        if errors is not None:
            parts = [part async for part in listing.errors(by, found)]
            await asyncio.to_thread(errors.write_text, "".join(parts))
        if dry_run:
            await importing.cancel(by, found.id)
        return found

    found = running.run(look)
    if not as_json:
        _tell(found)
    if not dry_run:
        found = _decide(found, handle, accept_leavers, as_json)
    if as_json:
        click.echo(orjson.dumps(_shown(found)).decode())
    if not dry_run:
        sys.exit(_code(found))


@roster.command()
@_number
@_as
@_left
def confirm(number: int, handle: str, accept_leavers: bool) -> None:
    """Import the file with this NUMBER, as the first person or as the second."""
    found = running.run(lambda: importing.by_id(number))
    _tell(found)
    sys.exit(_code(_decide(found, handle, accept_leavers, False)))


@roster.command()
@_number
@_as
def undo(number: int, handle: str) -> None:
    """Take the last import back, within 24 hours."""

    async def work() -> RosterImport:
        await importing.undo(await _acting(handle), number)
        await _watched(applying.work_on, number, "Undoing", shown=True)
        return await importing.by_id(number)

    click.echo(f"{STATES[running.run(work).state.value]}.")


@roster.command()
def show() -> None:
    """How many work here, where that comes from, and which files wait."""

    async def look() -> tuple[listing.Numbers, RosterImport | None, list[RosterImport]]:
        return await listing.numbers(), await importing.last_done(), await importing.recent()

    numbers, source, files = running.run(look)
    click.echo(f"{numbers.present} work here, {numbers.verified} verified, {numbers.left} left.")
    if source is not None and source.ended_at is not None:
        click.echo(f"From {source.file}, {source.ended_at:%Y-%m-%d %H:%M} UTC.")
    for found in files:
        click.echo(f"{found.id}: {found.file}: {STATES[found.state.value]}")


@roster.command("list")
@click.argument("wanted", default="")
@_as
@click.option("--left", is_flag=True, help="Who left.")
def list_people(wanted: str, handle: str, left: bool) -> None:
    """Who works here, by name: all, or whose name, e-mail or staff number is WANTED."""

    async def pages() -> AsyncIterator[list[listing.Person]]:
        by, after, is_more = await _acting(handle), None, True
        while is_more:
            people, is_more = await listing.page(by, wanted, left=left, after=after)
            yield people
            after = people[-1].entry.id if people else None

    async def look() -> list[listing.Person]:
        return [person async for people in pages() for person in people]

    for person in running.run(look):
        entry = person.entry
        click.echo("\t".join((entry.key, entry.name, entry.email, LOOKS[person.look])))


def _decide(found: RosterImport, handle: str, accepted: bool, as_json: bool) -> RosterImport:
    """Import it, if whoever left is known to have."""
    if found.left and not accepted and not as_json and sys.stdin.isatty():
        accepted = click.confirm(f"Have these {found.left} people left?")
    if found.left and not accepted:
        return found

    async def do() -> RosterImport:
        done = await importing.confirm(await _acting(handle), found.id, have_left=accepted)
        if done.state is RosterState.IMPORTING:
            await _watched(applying.work_on, found.id, "Importing", shown=not as_json)
        return await importing.by_id(found.id)

    done = running.run(do)
    if not as_json and done.state is RosterState.DONE:
        click.echo("Imported.")
    elif not as_json:
        click.echo(
            "Nothing is imported yet. Another person confirms: "
            f"curbside roster confirm {done.id} --as HANDLE --accept-leavers"
        )
    return done


def _code(found: RosterImport) -> int:
    if found.state is RosterState.CHECKED:
        click.echo("Nothing is imported: add --accept-leavers if they left.", err=True)
        return NOT_LEFT
    if found.state is not RosterState.DONE:
        return SECOND
    return WITH_ERRORS if found.errors else 0


async def _acting(handle: str) -> Member:
    return await acting_for(handle, Duty.VERIFICATION)


async def _match(
    by: Member, found: RosterImport, columns: tuple[str, ...], profession: str | None
) -> None:
    mapping, taken = dict(found.mapping), [column.rpartition("=") for column in columns]
    for heading, _, name in taken:
        if heading not in found.headers:
            raise FormRefused({"column": f"No column is called {heading}."})
        number = found.headers.index(heading)
        mapping = {n: at for n, at in mapping.items() if at != number} | {name: number}
    if taken or profession or found.state is RosterState.MATCHING:
        if found.state is RosterState.CHECKING:  # remembered, and now said anew
            await RosterImport.filter(id=found.id).update(state=RosterState.MATCHING)
        chosen = Profession(profession) if profession else found.profession
        await importing.match(by, found.id, mapping, chosen)


async def _watched(work: Any, import_id: int, words: str, *, shown: bool) -> None:
    """Work until it is done, by us or by a server that was faster; say how far it is."""
    busy = (RosterState.CHECKING, *BUSY)
    task = asyncio.create_task(work(import_id))
    with click.progressbar(length=1, label=words, hidden=not shown) as bar:
        while (found := await importing.by_id(import_id)).state in busy:
            if task.done() and task.exception() is not None:
                break
            whole = found.total if found.state is RosterState.CHECKING else _whole(found)
            bar.length = max(1, whole)
            bar.update(min(_done(found), bar.length) - bar.pos)
            await asyncio.sleep(_LOOK_EVERY)
        await task


def _whole(found: RosterImport) -> int:
    return int(found.added + found.changed + found.unchanged + found.left)


def _done(found: RosterImport) -> int:
    if found.state is RosterState.CHECKING:
        return int(found.checked)
    is_undone = found.state is RosterState.UNDOING
    return int(_whole(found) - found.applied if is_undone else found.applied)


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while part := content.read(importing.PART):
            yield part


def _tell(found: RosterImport) -> None:
    click.echo(
        f"{found.file}: {found.added} new, {found.changed} changed, {found.unchanged} unchanged, "
        f"{found.errors} with errors, {found.left} not in the file."
    )


def _shown(found: RosterImport) -> dict[str, Any]:
    return {
        "number": str(found.id),
        "state": found.state.value,
        "new": found.added,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "errors": found.errors,
        "left": found.left,
    }


COMMANDS = (roster,)
