"""audit: what was done here, whether that record is whole, and all of it for others to check."""

from collections.abc import Callable, Mapping
from typing import Any, TextIO

import click
import orjson

from instance.audit_words import ACTIONS
from instance.cli import running
from instance.models import AuditEntry
from instance.services import audit, audit_checks, audit_exports, seals

_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group("audit")
def group() -> None:
    """The record of what was done here."""


@group.command("list")
@click.option("--action", type=click.Choice(list(ACTIONS)), default=None, metavar="ACTION")
@click.option("--who", default="", help="@name of a member, or the name of a hospital's server.")
@click.option("--limit", default=50, type=click.IntRange(1, 1000))
@_json
def list_entries(action: str | None, who: str, limit: int, as_json: bool) -> None:
    """The newest entries. With --json, and in an export, each id as it was written."""
    entries, addresses = running.run(lambda: _page(audit.Wanted(action or "", who), limit))
    for entry in entries:
        click.echo(orjson.dumps(_fields(entry)).decode() if as_json else _line(entry, addresses))


async def _page(wanted: audit.Wanted, limit: int) -> tuple[list[AuditEntry], dict[str, str]]:
    entries = await audit.page(wanted, None, limit)
    return entries, await audit.addresses(entries)


@group.command()
@click.option(
    "--log",
    "log_file",
    type=click.File("r", errors="replace"),
    help="The log, to compare.",
)
@_json
def verify(log_file: TextIO | None, as_json: bool) -> None:
    """Say whether the record is as it was sealed; exit code 1 where it is not."""
    lines = log_file or ()
    result = running.run(lambda: audit_checks.verify(log_lines=lines))
    if as_json:
        click.echo(orjson.dumps(_said(result)).decode())
    elif result.holds:
        since = f" since {result.since:%d %b %Y}" if result.since else ""
        click.echo(f"The record holds: {result.sealed} entries{since}, {result.days} days signed.")
    for problem in () if as_json else result.problems:
        click.echo(problem)
    if result.more and not as_json:
        click.echo(f"And {result.more} more.")
    for key in () if as_json else result.unknown_keys:
        click.echo(
            f"Signed with a key that is not on file here any more: {key.days}"
            f" {'day' if key.days == 1 else 'days'} from {key.first} to {key.last}, {key.key}."
            " Compare with --log."
        )
    if not result.holds:
        raise click.exceptions.Exit(1)


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
def export(file: str) -> None:
    """Write all of it to FILE, which must be new, or to - (standard output), as JSON lines."""
    if file == "-":
        _export(lambda line: click.echo(line, nl=False))
        return
    with running.open_new(file) as out:
        _export(out.write)


def _export(write: Callable[[bytes], object]) -> None:
    async def work() -> None:
        async for row in audit_exports.rows():
            write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    running.run(work)


def _fields(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "at": seals.instant(entry.at),
        "action": entry.action,
        "actor": entry.actor_uri,
        "host": entry.host,
        "subject": entry.subject,
        "detail": entry.detail,
        "damaged": audit.is_damaged(entry),
    }


def _line(entry: AuditEntry, addresses: Mapping[str, str]) -> str:
    more = ", ".join(f"{name}: {value}" for name, value in audit.detail_of(entry).items())
    who = addresses.get(entry.actor_uri, entry.actor_uri)
    about = addresses.get(entry.subject, entry.subject)
    # Where it was done is said once.
    where = "" if entry.host in about or entry.host == who else entry.host
    parts = [f"{entry.at:%Y-%m-%d %H:%M:%S}", ACTIONS.get(entry.action, entry.action), who]
    parts += [" ".join(part for part in (where, about if about != who else "") if part)]
    parts += [f"({more})" if more else "", "DAMAGED" if audit.is_damaged(entry) else ""]
    return "  ".join(part for part in parts if part)


def _said(result: audit_checks.Result) -> dict[str, Any]:
    return {
        "holds": result.holds,
        "sealed": result.sealed,
        "since": seals.instant(result.since) if result.since else None,
        "days": result.days,
        "unknown_keys": [
            {"key": one.key, "first": one.first, "last": one.last, "days": one.days}
            for one in result.unknown_keys
        ],
        "problems": result.problems,
        "more": result.more,
    }


COMMANDS = (group,)
