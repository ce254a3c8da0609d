"""The file beside an SQLite database that says it was moved, or is being moved."""

from datetime import UTC, datetime
from pathlib import Path

_MOVING = """\
move {move} begun
The database {file} is being moved to PostgreSQL, {target}, since {time}.
No server starts on it meanwhile, because what it wrote would not be moved. Finish it: stop the
server and run `curbside move-database` again with the same address.
To give it up and serve from {file} as before, delete this file, and drop what is in PostgreSQL.
"""
_MOVED = """\
move {move} finished
The database {file} was moved to PostgreSQL, {target}, at {time}, and every row compared.
Serve from there: set CURBSIDE_DATABASE. No server starts on {file} any more, because what
it wrote would be missing there. Keep it until the next backup of PostgreSQL, then delete both.
To go back to {file} all the same, and lose what PostgreSQL was given since, delete this file.
"""


def file_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.moved")


def read(database: Path) -> str | None:
    """What it says to people; None where nothing was moved."""
    mark = file_of(database)
    return mark.read_text().partition("\n")[2] if mark.exists() else None


def move_of(database: Path) -> str | None:
    """The id of the move that wrote it."""
    mark = file_of(database)
    return mark.read_text().split()[1] if mark.exists() else None


def is_finished(database: Path) -> bool:
    mark = file_of(database)
    return mark.exists() and mark.read_text().split()[2] == "finished"


def write(database: Path, move: str, target: str, *, is_finished: bool) -> None:
    text = (_MOVED if is_finished else _MOVING).format(
        move=move, file=database.name, target=target, time=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )
    unfinished = file_of(database).with_suffix(".writing")
    unfinished.write_text(text)
    unfinished.replace(file_of(database))
