"""move-database."""

import asyncio
import importlib
import json
import os
from pathlib import Path
from typing import Any

import click

from instance import outages
from instance.cli import running
from instance.config import Config
from instance.database import tortoise_config
from instance.migrated import MigrationRefused
from instance.moving import MoveRefused
from instance.outages import Outage

_EVERY = 20_000  # rows between two lines where there is no terminal


@click.command()
@click.argument("url", envvar="CURBSIDE_MOVE_TO")
@click.option("--json", "as_json", is_flag=True, help="One object a line, for scripts.")
def move_database(url: str, as_json: bool) -> None:
    """Move everything from the SQLite file to PostgreSQL.

    URL is postgres://user:password@host/name, of a new and empty database. Others on this machine
    see what a command is given: put the address into CURBSIDE_MOVE_TO instead, where it has a
    password. It is never printed.

    Stop the server and the worker before. Rows are copied in batches, then every row is compared.
    A move that was interrupted goes on when the same command is given again. The SQLite file is
    left as it is; a file <database>.moved beside it keeps servers from starting on it, from the
    first row that is copied.

    Ends with 0 when every row was moved and compared, and with 1 when not; what is written then
    says what to do.
    """
    config = running.settings()
    bar = _Bar(as_json)
    with running.refusals():
        try:
            file = _require_both(config, url)
            moved = asyncio.run(_move().move(file, url, tell=bar.tell, total=bar.begin))
        except MoveRefused as error:
            bar.end()
            raise click.ClickException(_sentence(str(error))) from error
        except MigrationRefused:
            bar.end()
            raise
        except Exception as error:
            bar.end()
            raise _in_words(error) from error
    bar.end()
    if as_json:
        click.echo(json.dumps({"moved": True, "tables": moved.tables, "rows": moved.rows}))
        return
    click.echo(
        f"{moved.rows:,} rows of {moved.tables} tables are in PostgreSQL, each as it was.\n\n"
        f"Now set CURBSIDE_DATABASE to the address of {moved.target}, in the settings of the server"
        f" and the worker, and start them.\n{file.name} is left as it was, and no server starts on"
        f" it any more: see {file.name}.moved."
    )


def _require_both(config: Config, url: str) -> Path:
    scheme, _, file = config.database_url.partition("://")
    if scheme != "sqlite":
        raise MoveRefused(
            "CURBSIDE_DATABASE is not an SQLite file: leave it out while you move, and give the"
            " address of PostgreSQL to this command"
        )
    try:
        is_postgres = not url.startswith("sqlite:") and tortoise_config(url)
    except ValueError as error:
        raise MoveRefused(str(error)) from error
    if not is_postgres:
        raise MoveRefused("the address must be one of PostgreSQL: postgres://user@host/name")
    return Path(file)


def _move() -> Any:
    """Loaded here: its driver comes with the extra `postgres`."""
    try:
        return importlib.import_module("instance.moving.move")
    except ImportError as error:
        raise MoveRefused(
            'the driver of PostgreSQL is missing: pip install "curbside[postgres]"'
        ) from error


def _in_words(error: Exception) -> Exception:
    """What PostgreSQL or the way to it said: by its type, as its words may hold more."""
    name = type(error).__name__
    if outages.of(error) is Outage.FULL:
        return click.ClickException(
            "The disk of PostgreSQL is full. The SQLite file is as it was. Make room there, then"
            " run this again: it goes on where it was."
        )
    module = type(error).__module__.partition(".")[0]
    if module == "asyncpg" or isinstance(error, OSError):
        return click.ClickException(
            f"PostgreSQL cannot be used ({name}). Look at the address, at the rights of its user,"
            " and whether it runs, then run this again: it goes on where it was."
        )
    return error


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip().rstrip('.')}."


class _Bar:
    """On a terminal a bar, else a line now and then."""

    def __init__(self, as_json: bool) -> None:
        self._as_json, self._done, self._most, self._said = as_json, 0, 0, 0
        self._bar: Any = None

    def begin(self, rows: int) -> None:
        """To copy, and to compare."""
        self._most = rows
        if os.isatty(1) and not self._as_json:
            self._bar = click.progressbar(length=rows, label="moving", show_eta=True)
            self._bar.__enter__()

    def tell(self, what: str, rows: int) -> None:
        self._done += rows
        if self._bar is not None:
            self._bar.label = f"{what:<40}"
            self._bar.update(rows)
        elif self._as_json:
            click.echo(json.dumps({"doing": what, "done": self._done, "of": self._most}))
        elif self._done - self._said >= _EVERY:
            self._said = self._done
            click.echo(f"{what}: {self._done:,} of {self._most:,}")

    def end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


COMMANDS = (move_database,)
