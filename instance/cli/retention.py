"""retention: how long everything is kept, what would go, and whether what should be gone is."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import orjson

from instance.cli import running
from instance.services.retention import mending, purging
from instance.services.retention.kinds import KINDS
from instance.services.retention.lasting import LASTING
from instance.services.retention.purging import Look

# Of a reason: the rules it follows, which programs are told.
_SOURCE = re.compile(r"^(?:(?:[TF]-?[A-Z]*-?\d+|\w+\.md [\d.]+)(?:, )?)+: ")


@click.group(invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="Count what would go now, and delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="One object, for a script.")
@click.pass_context
def retention(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """How long everything is kept and why; with --dry-run also how many rows would go now.

    A server deletes by itself, every hour. Owners change some periods under Administration >
    Settings.
    """
    if context.invoked_subcommand is None:
        rows = running.run(lambda: _table(dry_run))
        if as_json:
            click.echo(orjson.dumps({"goes": rows, "stays": _stays()}).decode())
            return
        for row in rows:
            count = f"{row['due']:>8,}  " if dry_run else ""
            click.echo(f"{count}{row['kind']:<24} {row['kept']:<10} {_SOURCE.sub('', row['why'])}")
        if not dry_run:
            click.echo("Kept until somebody deletes it, with the reason: --json.")


@retention.command()
@click.option("--json", "as_json", is_flag=True, help="One object, for a script.")
def verify(as_json: bool) -> None:
    """Whether what had its time is gone: the oldest row of each kind, the last purge, what is left.

    Pictures without their file, and files without their picture, are put right and counted.

    Ends with 1 where something should have been gone for more than three hours: then no server or
    worker runs, or the log says why a purge failed.
    """
    looks, mended = running.run(_verify)
    overdue = [one for one in looks if one.overdue]
    if as_json:
        said = {"kinds": [_said(one) for one in looks], "mended": mended}
        click.echo(orjson.dumps(said).decode())
    else:
        for one in looks:
            click.echo(_line(one))
        for name, many in mended.items():
            if many:
                click.echo(f"Put right: {many:,} {name.replace('_', ' ')}.")
        click.echo(_sum(overdue))
    if overdue:
        raise SystemExit(1)


async def _verify() -> tuple[list[Look], dict[str, int]]:
    return await purging.look(datetime.now(UTC)), await mending.mend()


async def _table(counts: bool) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [
        {
            "kind": kind.name,
            "table": kind.model._meta.db_table,
            "kept": _period(kind.lives or await purging.kept_of(kind)),
            "why": kind.why,
            "setting": kind.setting,
            "due": await purging.due(kind, now) if counts else None,
        }
        for kind in KINDS
    ]


def _stays() -> dict[str, str]:
    gone = {kind.model for kind in KINDS}
    return {model._meta.db_table: why for model, why in LASTING.items() if model not in gone}


def _said(one: Look) -> dict[str, Any]:
    return {
        "kind": one.kind.name,
        "oldest": one.oldest,
        "due": one.due,
        "overdue": one.overdue,
        "last_purge": one.ran_at,
        "last_removed": one.last_removed,
        "removed": one.removed,
    }


def _line(one: Look) -> str:
    ran = f"{one.ran_at:%Y-%m-%d %H:%M}" if one.ran_at else "never"
    oldest = f"{one.oldest:%Y-%m-%d %H:%M}" if one.oldest else "none"
    left = f"  OVERDUE: {one.overdue:,}" if one.overdue else ""
    return (
        f"{one.kind.name:<24} oldest {oldest:<16}  purged {ran:<16}"
        f"  {one.removed:>10,} in all{left}"
    )


def _sum(overdue: list[Look]) -> str:
    if not overdue:
        return "Nothing is left that should be gone."
    names = ", ".join(one.kind.name for one in overdue)
    return (
        f"Should be gone: {names}. Is `curbside serve` or `curbside worker` running? If it is, its"
        " log says which purge failed."
    )


def _period(kept: timedelta) -> str:
    if not kept:
        return "as set"
    if kept >= timedelta(days=2):
        return f"{kept.days} days"
    hours = kept // timedelta(hours=1)
    return f"{hours} h" if hours else f"{kept // timedelta(minutes=1)} min"


COMMANDS = (retention,)
