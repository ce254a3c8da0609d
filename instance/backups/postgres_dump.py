"""The PostgreSQL database of a backup: what `pg_dump` and `pg_restore` on the PATH do for it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from instance.backups import BackupRefused
from instance.database import CONNECTION, Database, tortoise_config

FILE = "database.dump"
_TABLES = """
SELECT count(*) AS number FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
_NAMES = (("host", "PGHOST"), ("port", "PGPORT"), ("user", "PGUSER"), ("password", "PGPASSWORD"))
_MISSING = (
    "{program} is not on the PATH. Install the client programs of PostgreSQL {version} (Debian:"
    " postgresql-client-{version}), and try again."
)


async def version(url: str) -> str:
    """Of the server. Raises BackupRefused."""
    [row] = await _ask(url, "SHOW server_version")
    return str(row["server_version"]).split()[0]


async def is_empty(url: str) -> bool:
    """Whether it has no table. Raises BackupRefused."""
    [row] = await _ask(url, _TABLES)
    return int(row["number"]) == 0


def dump(url: str, folder: Path, server: str) -> Path:
    """One moment of it: writers go on meanwhile. `server`: its version. Raises BackupRefused."""
    program, target = _program("pg_dump", server), folder / FILE
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    _run([program, *options], _environment(url), "The database could not be copied")
    target.chmod(0o600)
    return target


def restore(url: str, file: Path, server: str) -> None:
    """Into an empty database, all of it or nothing. Raises BackupRefused."""
    program = _program("pg_restore", server)
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    environment = _environment(url)
    named = f"--dbname={environment['PGDATABASE']}"
    said = "The database could not be restored; it is as empty as before"
    _run([program, *options, named, str(file)], environment, said)


def problem(file: Path) -> str:
    """What is wrong with it; "" for nothing. Raises BackupRefused without `pg_restore`."""
    try:
        listed = _run([_program("pg_restore"), "--list", str(file)], {}, "")
    except BackupRefused as error:
        return str(error).removeprefix(": ")
    return "" if b"TABLE DATA" in listed else "it has no tables"


def sealed_value(file: Path) -> str | None:
    """One that the key of the institution opens. Raises BackupRefused."""
    columns, rows = _table(file, "actor_key")
    place = columns.index("private")
    return next((row[place] for row in rows if row[place] != r"\N"), None)


def migrations(file: Path) -> list[str]:
    """The names of those it has, in the order in which they were applied. Raises BackupRefused."""
    columns, rows = _table(file, "tortoise_migrations")
    rows.sort(key=lambda row: int(row[columns.index("id")]))
    return [row[columns.index("name")] for row in rows]


def _table(file: Path, table: str) -> tuple[list[str], list[list[str]]]:
    options = ("--data-only", f"--table={table}", "--file=-")
    said = f"{file} could not be read"
    text = _run([_program("pg_restore"), *options, str(file)], {}, said).decode()
    found = re.search(r"^COPY \S+ \((.*)\) FROM stdin;\n((?:.*\n)*?)\\\.$", text, re.MULTILINE)
    if found is None:
        raise BackupRefused(f"{file} has no table {table}. Use an earlier backup.")
    columns = [one.strip().strip('"') for one in found[1].split(",")]
    return columns, [line.split("\t") for line in found[2].splitlines()]


async def _ask(url: str, query: str) -> list[dict[str, Any]]:
    database = Database(url)
    try:
        await database.open()
        rows: list[dict[str, Any]] = await database.client.execute_query_dict(query)
        return rows
    except OSError as error:
        raise BackupRefused(
            f"The database does not answer ({type(error).__name__}). Look whether PostgreSQL runs"
            " and CURBSIDE_DATABASE is right."
        ) from None
    finally:
        await database.close()


def _program(name: str, server: str = "") -> str:
    """Where it is; a server that is newer it cannot read."""
    major = server.partition(".")[0]
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(_MISSING.format(program=name, version=major or "15 or later"))
    said = _run([found, "--version"], {}, name).decode()
    own = re.search(r"(\d+)", said.partition(")")[2])
    if major and (own is None or int(own[1]) < int(major)):
        raise BackupRefused(
            f"{found} is of PostgreSQL {own[1] if own else '?'}, the server of {major}."
            f" Install postgresql-client-{major}, and put it first on the PATH."
        )
    return found


def _environment(url: str) -> dict[str, str]:
    """For libpq: a password on the command line could be read by everybody."""
    wanted: Mapping[str, Any] = tortoise_config(url)["connections"][CONNECTION]["credentials"]
    named = {env: str(wanted[name]) for name, env in _NAMES if wanted.get(name)}
    named["PGDATABASE"] = str(wanted["database"] or wanted["user"] or "")
    if "ssl" in wanted:
        named["PGSSLMODE"] = str(wanted["ssl"])
    return named


def _run(command: Sequence[str], environment: Mapping[str, str], said: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  (a program of the operator's, with fixed options)
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().splitlines()
        raise BackupRefused(f"{said}: {last[-1] if last else error.returncode}") from None
    return done.stdout
