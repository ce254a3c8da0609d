"""backup, backup verify, backup difference, restore: all of this institution in one folder, and
back."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from instance import migrated
from instance.backups import (
    BackupRefused,
    making,
    manifest,
    passphrases,
    restoring,
    unfinished,
    verifying,
)
from instance.backups.manifest import Manifest
from instance.cli import differing, running
from instance.config import Config
from instance.institution import Institution
from instance.services import backups, differences
from instance.services import restoring as settling
from instance.services.differences import Difference

T = TypeVar("T")
_AWAITED = 3

_FOLDER = click.Path(path_type=Path)
_MADE = click.Path(exists=True, file_okay=False, path_type=Path)
_passphrase = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase of the key; asked for without one.",
)
_key = click.option(
    "--key",
    type=_FOLDER,
    help="The key's file, or the folder that --key-to put it in, if it is not in DIR.",
)
_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


class _DirOrCommand(click.Group):
    """`backup DIR` makes one; `backup verify DIR` is a command of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_DirOrCommand,
    options_metavar="",
    subcommand_metavar="DIR [OPTIONS] | verify DIR | difference",
)
def backup() -> None:
    """Make a backup below DIR, beside the server or without it; or look at one.

    `curbside backup DIR` is `curbside backup make DIR`: see that for its options. A folder that is
    called verify, make or difference is given as ./verify.
    """


@backup.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@_passphrase
@click.option(
    "--key-to",
    type=_FOLDER,
    help="Put the key into this folder instead: another disk, or another machine.",
)
@click.option(
    "--keep",
    type=click.IntRange(1),
    help="Then remove all but the newest N backups in DIR, and their keys.",
)
@_json
def make(
    folder: Path, passphrase_file: Path | None, key_to: Path | None, keep: int | None, as_json: bool
) -> None:
    """Make a backup in a new folder below DIR, named by the moment, such as
    2026-11-27T031000Z. Earlier ones stay, or the newest N of them with --keep N: so a timer runs
    the same command each night.

    It holds the database, in which all files are, and the key of what is sealed in it, encrypted
    with a passphrase. Without that key, and without the passphrase, consults in a backup cannot be
    read by anybody, you included: keep both apart from it.

    Exit codes: 0 it is whole; 1 there is none, and the message says what to do; earlier ones are as
    they were.
    """
    config = running.settings()
    passphrase = _of(passphrase_file, is_new=True)
    folder, key_to = folder.absolute(), key_to.absolute() if key_to else None
    path, made = _done(lambda: _make(config, folder, passphrase, key_to))
    gone = making.forget(folder, keep, key_to) if keep else []
    if as_json:
        said = {"backup": str(path), "bytes": made.size, "key": made.key.name, "removed": gone}
        click.echo(json.dumps(said))
        return
    key_place = (key_to or path) / made.key.name
    click.echo(f"{path}: {_size(made.size)}. Its key: {key_place}.")
    if gone:
        click.echo(f"Removed {len(gone)} older: {', '.join(gone)}.")


@backup.command()
@click.argument("folder", metavar="DIR", type=_MADE)
@_passphrase
@_key
@_json
def verify(folder: Path, passphrase_file: Path | None, key: Path | None, as_json: bool) -> None:
    """Look whether a backup can be restored; nothing is changed. DIR: a backup, or a folder of
    several, then the newest.

    Every file is as it was written, the database opens, the passphrase opens the key, and the key
    opens a sealed row. Exit codes: 0 it is sound; 1 it is not, and the message says why.
    """
    found, folder = _verified(folder, passphrase_file, key, [])
    if as_json:
        fits = found.migration in migrated.known()
        said = {"backup": str(folder), "made_at": found.made_at, "bytes": found.size}
        click.echo(json.dumps({**said, "curbside": found.curbside, "fits_this_version": fits}))
        return
    click.echo(
        f"{folder} is sound: {found.host}, {found.made:%d %b %Y %H:%M} UTC, Curbside"
        f" {found.curbside}, {_size(found.size)}."
    )


@click.command()
@click.argument("folder", metavar="DIR", type=_MADE)
@_passphrase
@_key
def restore(folder: Path, passphrase_file: Path | None, key: Path | None) -> None:
    """Put a backup into an empty place: CURBSIDE_DATA without files, a database without tables.
    DIR: a backup, or a folder of several, then the newest. Set CURBSIDE_ORIGIN as it was.

    It is looked at first as `backup verify` does. One of an older version is brought to this one.
    Interrupted, give the same command again. Then start the server: it asks partner hospitals what
    happened since; `backup difference` says what came back and what nobody could give.

    Exit codes: 0 it is restored; 1 it is not, and what was there before is still there.
    """
    config = running.settings()
    opened: list[bytes] = []
    found, folder = _verified(folder, passphrase_file, key, opened)
    with click.progressbar(length=found.size, label="Restoring") as bar:
        difference = _done(lambda: _restore(config, folder, found, opened[0], bar.update))
    for line in differing.coming(found, difference):
        click.echo(line)


@backup.command("difference")
@_json
def show_difference(as_json: bool) -> None:
    """What came back since the last restore, what is missing, and which partner hospitals have not
    answered yet. The same stands under Administration, Backups.

    Exit codes: 0 all partners were asked, or this server was never restored; 3 some have not
    answered yet.
    """
    found = running.run(differences.last)
    if as_json:
        click.echo(orjson.dumps(differing.fields(found) if found else None).decode())
    else:
        for line in (
            differing.lines(found) if found else ("This server was never restored from a backup.",)
        ):
            click.echo(line)
    if found is not None and found.awaited:
        raise SystemExit(_AWAITED)


async def _make(
    config: Config, folder: Path, passphrase: str, key_to: Path | None
) -> tuple[Path, Manifest]:
    unfinished.require_ended(config)
    path, made = await making.make(config, folder, passphrase, key_to)
    if await migrated.is_of_this_version(config.database_url):  # else it has no such table yet
        await _within(config, lambda: backups.note(made.name, made.made, made.size))
    return path, made


async def _restore(
    config: Config, folder: Path, found: Manifest, key: bytes, watch: Callable[[int], None]
) -> Difference:
    url = await restoring.begin(config, folder, found, key, watch)
    arriving = replace(config, database_url=url)
    difference = await _within(arriving, lambda: _settled(found))
    restoring.finish(config)
    return difference


async def _settled(found: Manifest) -> Difference:
    await settling.settle(found.name, found.made)
    difference = await differences.last()
    assert difference is not None  # noqa: S101  (it was just settled)
    return difference


async def _within(config: Config, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    institution = Institution(config)
    await institution.open()
    try:
        return await work()
    finally:
        await institution.close()


def _verified(
    folder: Path, passphrase_file: Path | None, key: Path | None, opened: list[bytes]
) -> tuple[Manifest, Path]:
    """`opened` gets the institution's key."""
    passphrase = _of(passphrase_file, is_new=False)
    try:
        place = manifest.located(folder.absolute())
        size = manifest.read(place).size
        with click.progressbar(length=size, label="Looking") as bar:
            found, secret = verifying.verify(place, passphrase, key, bar.update)
    except BackupRefused as error:
        raise click.ClickException(str(error)) from error
    opened.append(secret)
    return found, place


def _of(file: Path | None, *, is_new: bool) -> str:
    if file is not None:
        lines = file.read_text().splitlines()
        passphrase = lines[0] if lines else ""
    elif sys.stdin.isatty():
        passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new)
    else:
        raise click.UsageError(
            "Nobody is there to type the passphrase: name a file with --passphrase-file."
        )
    if is_new and len(passphrase) < passphrases.LEAST:
        raise click.UsageError(f"Take a passphrase of at least {passphrases.LEAST} characters.")
    return passphrase


def _done(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    try:
        return asyncio.run(work())
    except BackupRefused as error:
        raise click.ClickException(str(error)) from error


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"


COMMANDS = (backup, restore)
