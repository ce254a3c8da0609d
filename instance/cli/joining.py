"""member add, role, reset, export and import; channel add and channel moderator."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from instance.cli import running
from instance.errors import FormRefused, NotFound
from instance.models import AccountImport, Level, Member, Profession, Role, Stage
from instance.services import channels, members, moderation, passwords, resets, roles
from instance.services.portability import exports, imports
from instance.specialties import SPECIALTIES

_LEVELS = {f"L{level.value}": level for level in Level}


@click.group()
def member() -> None:
    """People who sign in here."""


@member.command("add")
@click.argument("handle")
@click.option("--email", required=True)
@click.option("--name", required=True, help="As colleagues see it, e.g. 'Dr J. Lee'.")
@click.option("--role", type=click.Choice([r.value for r in Role]), default="member")
@click.option("--level", type=click.Choice(list(_LEVELS)), default="L1")
@click.option("--profession", type=click.Choice([p.value for p in Profession]), default="physician")
@click.option("--stage", type=click.Choice([s.value for s in Stage]), default="practising")
@click.option("--specialty", "specialties", multiple=True, type=click.Choice(list(SPECIALTIES)))
@click.option("--pseudonym", help="A second handle that nobody outside can link to the first.")
@click.option("--public", is_flag=True, help="Anyone may read the profile; needed for channels.")
@click.option("--mailbox", is_flag=True, help="You know that the e-mail is theirs.")
@click.option("--password", help="Left out: one is made and printed once.")
def add_member(
    handle: str,
    email: str,
    name: str,
    role: str,
    level: str,
    profession: str,
    stage: str,
    specialties: tuple[str, ...],
    pseudonym: str | None,
    public: bool,
    mailbox: bool,
    password: str | None,
) -> None:
    """Add a member named HANDLE."""
    chosen = password or passwords.made_up()
    new = members.NewMember(
        email=email,
        password=chosen,
        handle=handle,
        name=name,
        role=Role(role),
        level=_LEVELS[level],
        profession=Profession(profession),
        stage=Stage(stage),
        specialties=list(specialties),
        is_public=public,
        has_mailbox=mailbox,
        pseudonym=pseudonym,
    )
    running.run(lambda: members.add_member(new))
    click.echo(f"Added @{handle}.")
    if password is None:
        click.echo(f"Password, shown only now: {chosen}")


@member.command("role")
@click.argument("handle")
@click.argument("role", type=click.Choice([r.value for r in Role]))
@click.option("--as", "owner", required=True, metavar="HANDLE", help="The owner who decides.")
def change_role(handle: str, role: str, owner: str) -> None:
    """Give HANDLE another ROLE. They are told and sign in again; nobody changes their own."""

    async def work() -> None:
        by = await members.by_login(owner.lower().removeprefix("@"))
        if by is None:
            raise FormRefused({"as": f"@{owner.removeprefix('@')} is no member."})
        await roles.change(by, handle, Role(role))

    running.run(work)
    click.echo(f"{handle} is {role} now.")


@member.command("reset")
@click.argument("handle")
def reset_member(handle: str) -> None:
    """Give HANDLE a new password and take their second step away, for who lost both.

    Make sure that it is them who ask. They are signed out, told by mail, and set up a second step
    before they read a consult.
    """
    password = running.run(lambda: resets.reset(handle))
    click.echo(f"{handle} can sign in with a password alone.")
    click.echo(f"Password, shown only now: {password}")


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


@click.group()
def channel() -> None:
    """Public channels."""


@channel.command("add")
@click.argument("handle")
@click.option("--title", required=True)
@click.option("--summary", default="")
@click.option("--moderator", metavar="HANDLE", help="A member who keeps it; otherwise nobody.")
def add_channel(handle: str, title: str, summary: str, moderator: str | None) -> None:
    """Open a public channel named HANDLE."""

    async def work() -> None:
        keeper = await members.by_handle(moderator) if moderator else None
        await channels.create_channel(handle, title, summary, keeper)

    running.run(work)
    click.echo(f"Opened @{handle}.")


@channel.command("moderator")
@click.argument("slug", metavar="CHANNEL")
@click.argument("address", metavar="HANDLE")
@click.option("--remove", is_flag=True, help="They moderate it no more.")
def change_moderator(slug: str, address: str, remove: bool) -> None:
    """Let HANDLE, or @name@host elsewhere, moderate CHANNEL, one of ours."""
    running.run(lambda: moderation.appoint(slug, address, is_one=not remove))
    click.echo(f"{address} moderates @{slug}{' no more' if remove else ''}.")


COMMANDS = (member, channel)
