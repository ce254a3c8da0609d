"""trust: which servers we deal with. Block and allow them, bring lists of them and take them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click
import orjson

from instance.cli import running
from instance.cli.trusting import acting, trust
from instance.errors import FormRefused
from instance.list_words import FAILURES, PROBLEMS, REASONS
from instance.models import HostAction, HostImport, ImportState, Member, Subscription, Verdict
from instance.services import (
    host_imports,
    host_lists,
    host_previews,
    hosts,
    key_checks,
    published_list,
    subscriptions,
)
from instance.services.host_previews import Judgement

_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_as = click.option("--as", "handle", required=True, metavar="HANDLE", help="Who decides.")
_why = click.option("--why", default="", help="Lists that you take along carry it.")
_host = click.argument("host")
_LOOK_EVERY = 0.2  # seconds
_FORMATS = ("blocks.csv", "allows.csv", "hosts.json")


@trust.command()
@_host
@_as
@_why
def block(host: str, handle: str, why: str) -> None:
    """Cut HOST off, with its subdomains. At once: posts, followers, consults."""
    _decide(host, handle, lambda by, name: hosts.block(by, name, why), "Blocked")


@trust.command()
@_host
@_as
def unblock(host: str, handle: str) -> None:
    """Remove the block of HOST. Consults that it ended stay ended."""
    _decide(host, handle, hosts.unblock, "No longer blocked")


@trust.command()
@_host
@_as
@_why
def allow(host: str, handle: str, why: str) -> None:
    """Put HOST on the list of servers to deal with, without a key check: no consults."""
    _decide(host, handle, lambda by, name: hosts.allow(by, name, why), "Allowed")


@trust.command()
@_host
@_as
def disallow(host: str, handle: str) -> None:
    """Take HOST off that list again."""
    _decide(host, handle, hosts.disallow, "No longer allowed")


@trust.command("export")
@click.argument("what", type=click.Choice(_FORMATS), default="hosts.json")
def export(what: str) -> None:
    """Print the blocked servers, the allowed ones, or both."""
    click.echo(running.run(lambda: host_imports.exported(what)).decode(), nl=False)


@trust.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_as
@click.option("--allow", "allows", is_flag=True, help="The servers are to be allowed.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@_json
def bring(file: Path, handle: str, allows: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Block the servers that FILE lists, or what it says itself.

    First it shows what would be done, and asks. What cuts a follower or a consult waits for a
    second administrator: confirm-import.
    """
    if as_json and not (dry_run or yes):
        raise click.UsageError("With --json nothing is asked: add --dry-run or --yes.")
    action = HostAction.ALLOW if allows else HostAction.BLOCK
    try:
        content = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(PROBLEMS["unreadable"]) from error

    async def look() -> list[dict[str, Any]]:
        await acting(handle)
        try:
            rows = host_lists.read(content, action)
        except host_lists.Unreadable as error:
            raise click.ClickException(PROBLEMS[error.problem]) from error
        judged = await host_previews.judge(rows)
        return [_shown(row, one) for row, one in zip(rows, judged, strict=True)]

    async def do() -> dict[str, Any]:
        by = await acting(handle)
        found = await host_imports.start(by, content, action)
        await host_previews.work_out(found.id)
        # A server may have been faster, and be still at it.
        while (await host_imports.by_id(found.id)).state is ImportState.CHECKING:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)
        return await _told(await host_imports.confirm(by, found.id))

    rows = running.run(look)
    if not as_json:
        _tell(rows)
    if not (dry_run or yes):
        click.confirm("Do this?", abort=True)
    done = None if dry_run else running.run(do)
    if as_json:
        click.echo(orjson.dumps({"rows": rows, "done": done}).decode())
    elif done is not None:
        _tell_end(done)


@trust.command("confirm-import")
@click.argument("number", type=int)
@_as
def confirm_import(number: int, handle: str) -> None:
    """Confirm the list with this NUMBER, as the first administrator or as the second."""

    async def do() -> dict[str, Any]:
        return await _told(await host_imports.confirm(await acting(handle), number))

    _tell_end(running.run(do))


@trust.command()
@click.argument("url")
@_as
def follow(url: str, handle: str) -> None:
    """Follow the list of servers at URL: it is looked at daily, and its key is pinned now."""

    async def do() -> Subscription:
        return await subscriptions.subscribe(await acting(handle), url)

    _tell_followed(running.run(do))


@trust.command()
@click.argument("url")
@_as
def unfollow(url: str, handle: str) -> None:
    """Follow that list no more: what only it blocked is open again."""

    async def do() -> None:
        rows = {row.uri: row for row in await subscriptions.all_of_them()}
        if url not in rows:
            raise FormRefused({"url": "No list at this address is followed."})
        await subscriptions.end(await acting(handle), rows[url].id)

    running.run(do)
    click.echo(f"Followed no more: {url}")


@trust.command()
def lists() -> None:
    """The lists that are followed, and what waits about them."""
    for row in running.run(subscriptions.all_of_them):
        _tell_followed(row)


@trust.command("publish-list")
@_as
@click.option("--withdraw", is_flag=True, help="Publish it no more.")
def publish_list(handle: str, withdraw: bool) -> None:
    """Publish what is blocked now, for others to follow; a new version each time."""

    async def do() -> str:
        by = await acting(handle)
        if withdraw:
            await published_list.withdraw(by)
            return "Withdrawn."
        found = await published_list.publish(by)
        return f"Version {found.version}: {published_list.uri(found)}"

    click.echo(running.run(do))


def _tell_followed(row: Subscription) -> None:
    problem = f" {FAILURES[row.error]}" if row.error else ""
    click.echo(
        f"{row.uri}: version {row.version}, {row.added} came, {row.retracted} left,"
        f" {row.waiting} wait.{problem}"
    )


def _decide(
    host: str, handle: str, work: Callable[[Member, str], Awaitable[None]], said: str
) -> None:
    async def do() -> str:
        name = key_checks.host_named(host)
        await work(await acting(handle), name)
        return name

    click.echo(f"{said}: {running.run(do)}")


def _shown(row: host_lists.Row, judged: Judgement) -> dict[str, Any]:
    return {
        "row": row.line,
        "host": row.host or row.typed,
        "action": row.action.value,
        "verdict": judged.verdict.value,
        "why_not": REASONS[judged.reason] if judged.reason else "",
        "followers": judged.reach.followers,
        "followed": judged.reach.followed,
        "consults": judged.reach.consults,
    }


def _tell(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        what = row["why_not"] or ("as it is" if row["verdict"] == Verdict.SAME else row["action"])
        cuts = [f"{row[n]} {n}" for n in ("followers", "followed", "consults") if row[n]]
        click.echo(f"{row['row']}: {row['host']}: {', '.join([what, *cuts])}")


async def _told(found: HostImport) -> dict[str, Any]:
    counted = await host_previews.summary(found.id)
    return {
        "number": str(found.id),
        "state": found.state.value,
        "blocks": counted.blocks,
        "allows": counted.allows,
        "refused": counted.refused,
        "cuts": counted.cuts,
    }


def _tell_end(found: dict[str, Any]) -> None:
    if found["state"] == ImportState.DONE:
        click.echo(f"Done: {found['blocks']} blocked, {found['allows']} allowed.")
    else:
        click.echo(
            f"Nothing is done yet: {found['cuts']} cut somebody off. Another administrator "
            f"confirms: curbside trust confirm-import {found['number']} --as HANDLE"
        )


COMMANDS = ()  # all of them stand below `trust`
