"""keys rotate."""

import click

from instance.cli import running
from instance.errors import NotFound
from instance.models import Actor
from instance.services import rotation


@click.group()
def keys() -> None:
    """The keys that members and channels sign with."""


@keys.command("rotate")
@click.argument("handle", required=False)
@click.option("--all", "everybody", is_flag=True, help="Every member and channel.")
@click.option("--emergency", is_flag=True, help="The old keys may be stolen: destroy them now.")
def rotate(handle: str | None, everybody: bool, emergency: bool) -> None:
    """Give HANDLE new keys, and tell the servers that know the old ones.

    The old ones are destroyed after 48 hours. HANDLE is a member, a channel, or the host name of
    this institution.
    """
    if bool(handle) == everybody:
        raise click.UsageError("Name one handle, or say --all.")
    count = running.run(lambda: _rotate(handle, emergency))
    click.echo(f"New keys for {count} {'account' if count == 1 else 'accounts'}.")


async def _rotate(handle: str | None, emergency: bool) -> int:
    found = await rotation.everybody() if handle is None else [await _named(handle)]
    for actor in found:
        await rotation.rotate(actor, emergency=emergency)
    return len(found)


async def _named(handle: str) -> Actor:
    actor = await Actor.get_or_none(local_handle=handle.casefold().removeprefix("@"))
    if actor is None:
        raise NotFound
    return actor


COMMANDS = (keys,)
