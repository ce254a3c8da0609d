"""close: the end of this server, by its owners."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import click

from instance.cli import running
from instance.cli.trusting import acting_for
from instance.models import Member
from instance.services import closing
from instance.services.duties import Duty
from instance.services.throttle import Source

_SHELL = Source("shell")
_as = click.option("--as", "handle", required=True, metavar="HANDLE", help="The owner who decides.")
_password = click.option("--password", prompt=True, hide_input=True, help="Of that owner.")


@click.group()
def close() -> None:
    """Close this server in order: announced, then for good."""


@close.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@_as
@_password
def propose(day: datetime, handle: str, password: str) -> None:
    """Close on DAY, such as 2027-03-31. Where there are more owners, another has to agree."""
    at = day.replace(tzinfo=UTC)
    _do(handle, lambda by: closing.propose(by, at, password, _SHELL))


@close.command()
@_as
@_password
def agree(handle: str, password: str) -> None:
    """Say so as the second owner: members and partner hospitals are told."""
    _do(handle, lambda by: closing.agree(by, password, _SHELL))


@close.command("call-off")
@_as
def call_off(handle: str) -> None:
    """Until the day."""
    _do(handle, closing.call_off)


@close.command()
def show() -> None:
    """How it stands."""
    click.echo(running.run(_said))


def _do(handle: str, work: Callable[[Member], Coroutine[Any, Any, object]]) -> None:
    async def decide() -> str:
        await work(await acting_for(handle, Duty.PEOPLE))
        return await _said()

    click.echo(running.run(decide))


async def _said() -> str:
    found = await closing.current()
    if found is None:
        return "This server is not to close."
    day = f"{found.closes_at:%Y-%m-%d}"
    if found.agreed_at is None:
        return f"Proposed for {day}. Another owner has to agree."
    if found.began_at is None:
        return f"Closes on {day}. Members and partner hospitals are told."
    left, waiting = await closing.left(), await closing.waiting_messages()
    return f"Closed on {day}: {left} accounts left, {waiting} messages on their way."


COMMANDS = (close,)
