"""Take out one check after the other and see that its test fails. Ends with 1 where one passes.

Not part of the suite: it takes seconds for each.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory
from time import monotonic, time

import click

from tests.removals import CATALOGUE
from tests.removals.entry import Removal
from tests.removals.kept_database import KEPT

ROOT = Path(__file__).parent.parent.parent
# One database is enough to see a check missing, but for what only the other one needs.
_PYTEST = ("-m", "pytest", "-n", "0", "--tb=short", "--every-database")
_PLUGINS = ("-p", "no:cacheprovider", "-p", "tests.removals.kept_database")
_seconds = count(int(time()))
_FAILED = re.compile(r"^\d+ failed\b", re.MULTILINE)
_NOT_BEGUN = re.compile(r"^_* ERROR (at setup|collecting)\b", re.MULTILINE)


@click.command(help=__doc__)
@click.argument("threats", nargs=-1)
def main(threats: Sequence[str]) -> None:
    chosen = [entry for entry in CATALOGUE if not threats or entry.threat in threats]
    if not chosen:
        raise click.UsageError("No entry is about these.")
    began = monotonic()
    with TemporaryDirectory(prefix="removals-") as folder:
        tree = Path(folder)
        _copy_tree(tree)
        _require_passing(chosen, tree)
        unnoticed = [entry for entry in chosen if not _is_noticed(entry, tree)]
    threats_seen = len({entry.threat for entry in chosen})
    click.echo(
        f"{len(chosen) - len(unnoticed)} of {len(chosen)} removals noticed, "
        f"{threats_seen} attacks, {monotonic() - began:.0f} s"
    )
    sys.exit(1 if unnoticed else 0)


def _copy_tree(tree: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(ROOT / name, tree / name)


def _require_passing(chosen: Sequence[Removal], tree: Path) -> None:
    """A test that fails with every check in place would notice anything."""
    for database in sorted({entry.database for entry in chosen}):
        tests = [entry.noticed_by for entry in chosen if entry.database == database]
        run = _run(tree, database, *dict.fromkeys(tests))
        if run.returncode:
            click.echo(run.stdout)
            raise click.ClickException("These tests fail with nothing taken out.")


def _is_noticed(entry: Removal, tree: Path) -> bool:
    began = monotonic()
    with _taken_out(entry, tree / entry.file):
        wrong = _is_broken(tree / entry.file)
        run = None if wrong else _run(tree, entry.database, entry.noticed_by)
    noticed = run is not None and _has_failed(run)
    verdict = "noticed" if noticed else "broken" if wrong else "NOT NOTICED"
    click.echo(f"{entry.threat}  {monotonic() - began:5.1f} s  {verdict}  {entry.what}")
    if not noticed and run is not None and run.returncode:
        click.echo(run.stdout)
    return noticed


def _has_failed(run: subprocess.CompletedProcess[str]) -> bool:
    """A test that could not even begin says nothing about the check."""
    failed = run.returncode == 1 and _FAILED.search(run.stdout)
    return bool(failed) and not _NOT_BEGUN.search(run.stdout)


@contextmanager
def _taken_out(entry: Removal, file: Path) -> Iterator[None]:
    whole = file.read_text()
    if whole.count(entry.taken_out) != 1:
        raise click.ClickException(f"{entry.file} does not hold this once: {entry.taken_out}")
    _write(file, whole.replace(entry.taken_out, entry.instead))
    try:
        yield
    finally:
        _write(file, whole)


def _write(file: Path, text: str) -> None:
    """Compiled files are told apart by second and size: no second comes twice."""
    file.write_text(text)
    second = next(_seconds)
    os.utime(file, (second, second))


def _is_broken(file: Path) -> bool:
    """Whether it fails for a name or a form that is wrong, which any test would notice."""
    rules = ("--select", "E9,F821,F823")
    command = ("-m", "ruff", "check", "--no-cache", "-q", "--isolated", *rules, str(file))
    checked = subprocess.run([sys.executable, *command], capture_output=True)
    return file.suffix == ".py" and checked.returncode != 0


def _run(tree: Path, database: str, *tests: str) -> subprocess.CompletedProcess[str]:
    other = "sqlite" if database == "postgres" else "postgres"
    own = {"PYTHONPATH": str(tree), KEPT: str(tree / "migrated.sqlite3")}
    # Else everything is compiled again each time, which takes longer than most tests.
    own |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tree / "compiled")}
    # One of its own: another run beside it tidies up where all have theirs.
    apart = f"--basetemp={tree / 'pytest'}"
    command = [sys.executable, *_PYTEST, *_PLUGINS, apart, "-k", f"not {other}", *tests]
    return subprocess.run(command, cwd=tree, env=os.environ | own, capture_output=True, text=True)


main()
