"""Write the databases of a version. `python -m tests.instance.released VERSION [--commit COMMIT]`.

VERSION names the files. Takes some seconds and the PostgreSQL that the tests bring.
"""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests import postgres
from tests.instance import filled, released

ROOT = Path(__file__).parent.parent.parent.parent
_OF_WORDS = re.compile(
    r"PRAGMA writable_schema|INSERT INTO sqlite_master"
    r"|(INSERT INTO|CREATE TABLE) \W(post|actor)_words"
)
# Run by the code of that version: its migrations, and what its models say of their columns.
_MIGRATE = """
import asyncio, json, sys
from tortoise import Model
from instance import models
from instance.migrate import migrate
asyncio.run(migrate(sys.argv[1]))
found = {}
for model in vars(models).values():
    if isinstance(model, type) and issubclass(model, Model):
        columns = found.setdefault(model._meta.db_table, {})
        for name, field in model._meta.fields_map.items():
            columns[field.source_field or name] = (type(field).__name__, field.null)
print(json.dumps(found))
"""


@click.command(help=__doc__)
@click.argument("version")
@click.option("--commit", help="Made by the code of this commit; else by what is here.")
def main(version: str, commit: str | None) -> None:
    if released.file_of(version, "sqlite").exists():
        raise click.ClickException(f"{version} is there already, and is what people have.")
    with TemporaryDirectory(prefix="curbside-released-") as name, _tree(name, commit) as tree:
        made = {
            "sqlite": _sqlite(tree, Path(name) / "database"),
            "postgres": _postgres(tree, Path(name) / "postgres"),
        }
    for kind, text in made.items():
        released.write(version, kind, text)
        file = released.file_of(version, kind)
        click.echo(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")


@contextmanager
def _tree(folder: str, commit: str | None) -> Iterator[Path]:
    if commit is None:
        yield ROOT
        return
    tree = Path(folder) / "tree"
    tree.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", tree], input=archive.stdout, check=True)
    yield tree


def _migrated(tree: Path, url: str) -> filled.Meanings:
    done = subprocess.run(
        [sys.executable, "-c", _MIGRATE, url],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        check=True,
        stdout=subprocess.PIPE,
    )
    return {
        table: {
            column: meaning
            for column, (field, is_null) in columns.items()
            if (meaning := filled.meaning(field, is_null))
        }
        for table, columns in json.loads(done.stdout).items()
    }


def _sqlite(tree: Path, file: Path) -> str:
    filled.fill_sqlite(str(file), _migrated(tree, f"sqlite://{file}"))
    with closing(sqlite3.connect(file)) as connection:
        *statements, commit = (one for one in connection.iterdump() if not _OF_WORDS.match(one))
        return "\n".join([*statements, *_words(connection), commit, ""])


def _words(connection: sqlite3.Connection) -> Iterator[str]:
    """Tables for full-text search, which are dumped wrongly: made anew, with the same words."""
    for name in filled.WORDS:
        query = "SELECT sql FROM sqlite_master WHERE name = ?"
        for (sql,) in connection.execute(query, [name]):
            yield f"{sql};"
            for row in connection.execute(f"SELECT rowid, words FROM {name}").fetchall():
                yield f"INSERT INTO {name} (rowid, words) VALUES {row!r};"


def _postgres(tree: Path, home: Path) -> str:
    postgres.start(home)
    try:
        asyncio.run(postgres.create(home))
        url = postgres.url(home, postgres.TEMPLATE)
        asyncio.run(filled.fill_postgres(url, _migrated(tree, url)))
        return postgres.dump(home)
    finally:
        postgres.stop(home)


if __name__ == "__main__":
    main()
