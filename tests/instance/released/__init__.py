"""A small database of each released version, as text, with rows in every table.

When a version is released: `python -m tests.instance.released VERSION`, and commit the two files it
writes here. They are never made anew: they are what people have. `--commit` makes them by the code
of an earlier commit. The key of what is sealed in them is `tests.instance.filled.KEY`, which
guards nothing.
"""

import gzip
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.postgres import connected

FOLDER = Path(__file__).parent
VERSIONS = sorted({file.name.rpartition("-")[0] for file in FOLDER.glob("*.sql.gz")})
# What pg_dump says to psql, and settings that an older server does not know.
_NOT_SQL = re.compile(r"^(\\|SET |SELECT pg_catalog\.set_config).*$", re.MULTILINE)


def file_of(version: str, kind: str) -> Path:
    return FOLDER / f"{version}-{kind}.sql.gz"


def write(version: str, kind: str, text: str) -> None:
    """The same text gives the same file."""
    file_of(version, kind).write_bytes(gzip.compress(text.encode(), mtime=0))


def read(version: str, kind: str) -> str:
    return gzip.decompress(file_of(version, kind).read_bytes()).decode()


def restore_sqlite(version: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(read(version, "sqlite"))


async def restore_postgres(version: str, url: str) -> None:
    async with connected(url) as connection:
        await connection.execute(_NOT_SQL.sub("", read(version, "postgres")))
