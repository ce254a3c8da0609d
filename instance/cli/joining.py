"""invite, member add, role, reset, suspend, restore, channel add, channel moderator."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import click

from instance.cli import running
from instance.errors import FormRefused, NotFound
from instance.models import Level, Member, Profession, Role, Stage
from instance.services import (
    channels,
    invitations,
    lifecycle,
    members,
    moderation,
    passwords,
    resets,
    roles,
)
from instance.specialties import SPECIALTIES

_LEVELS = {f"L{level.value}": level for level in Level}


@click.command()
@click.argument("email")
def invite(email: str) -> None:
    """Mail EMAIL a link to join by, good for 7 days; a former one ends.

    Says the same whether somebody here has this address. The link itself is in the mail alone.
    """
    running.run(lambda: invitations.invite(None, email))
    click.echo(f"The invitation to {email} is on its way.")


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
        await roles.change(await _named(owner), handle, Role(role))

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


@member.command("suspend")
@click.argument("handle")
@click.option("--reason", required=True, help="They read it.")
@click.option("--as", "officer", required=True, metavar="HANDLE", help="Who decides.")
def suspend_member(handle: str, reason: str, officer: str) -> None:
    """Sign HANDLE out everywhere and keep them out; partner hospitals take nothing of theirs."""
    running.run(lambda: _decide(lifecycle.suspend, handle, reason, officer))
    click.echo(f"{handle} is suspended.")


@member.command("restore")
@click.argument("handle")
@click.option("--reason", required=True, help="They read it.")
@click.option("--as", "officer", required=True, metavar="HANDLE", help="Who decides.")
def restore_member(handle: str, reason: str, officer: str) -> None:
    """Let HANDLE sign in again, with the standing that their evidence gives them today."""
    running.run(lambda: _decide(lifecycle.restore, handle, reason, officer))
    click.echo(f"{handle} can sign in again.")


async def _decide(
    work: Callable[[Member, str, str, datetime], Awaitable[None]],
    handle: str,
    reason: str,
    officer: str,
) -> None:
    by = await _named(officer)
    try:
        await work(by, handle, reason, datetime.now(UTC))
    except NotFound as error:
        raise FormRefused({"handle": "Nobody here has this handle or e-mail."}) from error


async def _named(handle: str) -> Member:
    """Raises FormRefused for nobody here."""
    by = await members.by_login(handle.lower().removeprefix("@"))
    if by is None:
        raise FormRefused({"as": f"@{handle.removeprefix('@')} is no member."})
    return by


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


COMMANDS = (invite, member, channel)
