"""Make a backup of an institution beside its server, or without one."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from instance import sealed
from instance.backups import BackupRefused, manifest, passphrases, postgres_dump, sqlite_copy
from instance.backups.manifest import Manifest
from instance.config import Config

_PARTIAL = ".partial-"
_LOCK = ".curbside-backup.lock"
_SPARE = 16 * 1024 * 1024  # bytes, besides a copy of the database


async def make(
    config: Config, folder: Path, passphrase: str, key_to: Path | None = None
) -> tuple[Path, Manifest]:
    """Write a new backup below `folder` and return it. `key_to`: a folder for its key instead.

    Raises BackupRefused: then there is no new backup, and every earlier one is as it was.
    """
    for needed in (folder, key_to):
        if needed is not None:
            _make_folder(needed)
    with _alone(folder):
        _remove_left_over(folder)
        made_at = datetime.now(UTC)
        name = _free_name(folder, made_at)
        partial = folder / f"{_PARTIAL}{name}"
        key_file = (key_to or partial) / f"{name}{passphrases.SUFFIX}"
        try:
            partial.mkdir(mode=0o700)
            found = await _fill(config, partial, key_file, passphrase, made_at)
            manifest.sync(partial)
            partial.rename(folder / name)
            manifest.sync(folder)
        except BaseException as error:
            shutil.rmtree(partial, ignore_errors=True)
            if key_to is not None:
                key_file.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise BackupRefused(
                    f"The backup could not be written: {error.strerror}. Make room (df -h {folder})"
                    " or choose another folder, and try again. Earlier backups are as they were."
                ) from error
            raise
    return folder / name, found


def forget(folder: Path, keep: int, key_to: Path | None = None) -> list[str]:
    """Remove all but the newest `keep` backups of a folder, with their keys; returns their names.

    What is no backup stays.
    """
    old = manifest.all_in(folder)[:-keep]
    for one in old:
        manifest.remove(one)
        if key_to is not None:
            (key_to / f"{one.name}{passphrases.SUFFIX}").unlink(missing_ok=True)
    return [one.name for one in old]


async def _fill(
    config: Config, partial: Path, key_file: Path, passphrase: str, made_at: datetime
) -> Manifest:
    name = partial.name.removeprefix(_PARTIAL)
    key = _key(config)
    if config.database_url.startswith("sqlite:"):
        source = Path(config.database_url.removeprefix("sqlite://"))
        _require_room(source, partial)
        file = await asyncio.to_thread(sqlite_copy.dump, source, partial)
        kind, server = "sqlite", sqlite_copy.version()
        names = await asyncio.to_thread(sqlite_copy.migrations, file)
    else:
        kind, server = "postgres", await postgres_dump.version(config.database_url)
        file = await asyncio.to_thread(postgres_dump.dump, config.database_url, partial, server)
        names = await asyncio.to_thread(postgres_dump.migrations, file)
    manifest.sync(file)
    manifest.write_new(key_file, passphrases.seal(key, passphrase, name))
    made = Manifest(
        format=manifest.FORMAT,
        name=name,
        made_at=made_at.isoformat(),
        curbside=version("curbside"),
        migration=names[-1],
        database=kind,
        server=server,
        origin=config.origin,
        host=config.host,
        files=(await asyncio.to_thread(manifest.entry, file),),
        key=manifest.entry(key_file),
    )
    made = Manifest(**{**vars(made), "seal": made.sealed_by(key)})
    manifest.write(partial, made)
    return made


def _remove_left_over(folder: Path) -> None:
    """Of what was interrupted."""
    for left in folder.glob(f"{_PARTIAL}*"):
        shutil.rmtree(left)


def _key(config: Config) -> bytes:
    file = config.data / sealed.KEY_FILE
    try:
        return file.read_bytes()
    except OSError as error:
        raise BackupRefused(
            f"{file}: {error.strerror}. Run this as the user that the server runs as, with its"
            " CURBSIDE_DATA."
        ) from None


def _require_room(source: Path, partial: Path) -> None:
    """Said before it is tried: a full disk may be the server's own."""
    if not source.is_file():
        raise BackupRefused(f"There is no database at {source}. Is CURBSIDE_DATA right?")
    needed = source.stat().st_size + _SPARE
    free = shutil.disk_usage(partial).free
    if free < needed:
        raise BackupRefused(
            f"There is no room for a backup in {partial.parent}: it needs {needed >> 20} MiB and"
            f" {free >> 20} MiB are free. Make room or choose another folder; --keep N removes old"
            " ones after each backup. Nothing was changed."
        )


def _free_name(folder: Path, at: datetime) -> str:
    name = at.strftime("%Y-%m-%dT%H%M%SZ")
    number, free = 1, name
    while (folder / free).exists():
        number += 1
        free = f"{name}-{number}"
    return free


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupRefused(
            f"{folder}: {error.strerror}. Choose a folder that this user may write to."
        ) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two at once would take each other's half-made ones for left over."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError as error:
        raise BackupRefused(
            f"{folder}: {error.strerror}. Choose a folder that this user may write to."
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupRefused(
            f"Another backup is being made in {folder}. Wait until it has ended."
        ) from None
    finally:
        os.close(descriptor)
