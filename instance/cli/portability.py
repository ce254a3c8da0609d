"""member export, member import: what somebody takes along, and brings."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from instance.cli import running
from instance.cli.joining import member
from instance.errors import NotFound
from instance.models import AccountImport, Member
from instance.services import members
from instance.services.portability import exports, imports


@member.command("export")
@click.argument("handle")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--person", is_flag=True, help="Of the person instead: e-mail, checks, settings.")
def export_member(handle: str, file: str, person: bool) -> None:
    """Write all that belongs to HANDLE to FILE, a ZIP which must be new.

    A file speaks of one name: with a pseudonym's HANDLE, of that alone. It holds consults as that
    member may read them now. That it was made stands in the record.
    """

    async def work() -> None:
        identity = await members.by_handle(handle)
        own = await Member.get_or_none(id=identity.member_id or 0)
        if own is None:
            raise NotFound
        with running.open_new(file) as out:
            async for part in exports.chunks(own, None if person else identity, datetime.now(UTC)):
                out.write(part)
        await exports.note_from_shell(identity)

    running.run(work)
    click.echo(f"Wrote {file}. It may be about patients: hand it to its owner alone.")


@member.command("import")
@click.argument("handle")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and take nothing.")
def import_member(handle: str, file: Path, dry_run: bool) -> None:
    """Take FILE, which another server made of an account, for HANDLE.

    Follows, blocks and profile; posts and consults for that member alone. Never standing or roles.
    """

    async def work() -> AccountImport:
        identity = await members.by_handle(handle)
        own = await Member.get_or_none(id=identity.member_id or 0)
        if own is None:
            raise NotFound
        content = await asyncio.to_thread(file.read_bytes)
        found = await imports.start(own, identity.handle, [content])
        if dry_run:
            await imports.cancel(own, found.id)
            return found
        await imports.confirm(own, found.id)
        await imports.take(found.id)
        return await imports.by_id(own, found.id)

    found = running.run(work)
    click.echo(f"{found.source}:")
    for kind, words in _TAKEN.items():
        click.echo(f"  {words}: {found.counts.get(kind, 0)}")
    click.echo("Nothing was taken." if dry_run else f"Taken; {found.missed} were not reached.")


_TAKEN = {
    "follow": "follows",
    "block": "blocks",
    "field": "parts of the profile",
    "post": "posts, for them alone",
    "consult": "consults, for them alone",
    "unproven": "posts without a proof, left out",
}


COMMANDS = ()  # they belong to `member`
