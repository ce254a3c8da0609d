"""migrate."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from instance import migrate as migrations
from instance.cli import running
from instance.migration_plan import Plan, about
from instance.stepwise import Listener


@click.command()
@click.option("--plan", "--dry-run", "only_plan", is_flag=True, help="Show it, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One object a line, for scripts.")
def migrate(only_plan: bool, as_json: bool) -> None:
    """Bring the database to this version.

    Says first what it will do and about how long it takes. SQLite: a copy of the file is made
    beside it, and checked. PostgreSQL: make your own copy before (pg_dump); a second `migrate`
    waits for the first. One that was interrupted, at whatever moment, is begun again by the same
    command and goes on where it was.

    Ends with 0 when the database is of this version (with --plan: when the plan was shown), and
    with 1 when it is not; what is written then says what to do.
    """
    config = running.settings()
    running.require_not_moved(config)
    config.data.mkdir(parents=True, exist_ok=True)
    with running.refusals():
        plan = asyncio.run(migrations.plan(config.database_url))
        _show(plan, as_json)
        if only_plan:
            if not plan.steps and not as_json:
                click.echo("The database is up to date: nothing to do.")
            return
        listener = _Lines(as_json, len(plan.steps))
        done = asyncio.run(migrations.migrate(config.database_url, listener=listener))
    if as_json:
        _line(finished=True, applied=len(done))
    else:
        click.echo(f"{len(done)} applied." if done else "The database is up to date.")


def _show(plan: Plan, as_json: bool) -> None:
    if as_json:
        _line(plan=asdict(plan))
        return
    if not plan.steps:
        return
    if plan.is_new:
        click.echo(f"A new database: {len(plan.steps)} migrations make its tables.")
        return
    click.echo(f"{len(plan.steps)} migrations, {about(plan.seconds)} together:")
    for step in plan.steps:
        click.echo(f"\n  {step.name} ({about(step.seconds)})")
        for words in step.does:
            click.echo(f"    {words}")
        if step.tables:
            rows = ", ".join(f"{table} {count:,}" for table, count in step.tables.items())
            click.echo(f"    rows there: {rows}")
    if plan.copied is None:
        click.echo("\nMake a copy of the database before (pg_dump), if you have none of today.\n")
    else:
        click.echo(f"\nFirst the file is copied beside itself: {plan.copied / 2**20:,.1f} MiB.\n")


class _Lines(Listener):
    """Writes what happens, a line each; batches on a terminal as one line that changes."""

    def __init__(self, as_json: bool, most: int) -> None:
        self._as_json, self._most, self._number, self._rows = as_json, most, 0, 0

    def waits(self, who: str) -> None:
        if self._as_json:
            _line(waits=who)
        else:
            click.echo(f"Waiting for {who}. Nothing is done meanwhile; Ctrl-C ends the waiting.")

    def copied(self, copy: Path) -> None:
        if self._as_json:
            _line(copy=str(copy))
        else:
            click.echo(f"copied to {copy}")

    def begins(self, name: str) -> None:
        self._number, self._rows = self._number + 1, 0

    def batch(self, table: str, rows: int) -> None:
        self._rows += rows
        if self._as_json:
            _line(table=table, rows=self._rows)
        elif os.isatty(1):
            click.echo(f"\r  {table}: {self._rows:,} rows", nl=False)
        elif rows:
            click.echo(f"  {table}: {self._rows:,} rows")

    def applied(self, name: str) -> None:
        if self._as_json:
            _line(applied=name)
            return
        if self._rows and os.isatty(1):
            click.echo()
        click.echo(f"applied {name} ({self._number} of {self._most})")


def _line(**what: object) -> None:
    click.echo(json.dumps(what))


COMMANDS = (migrate,)
