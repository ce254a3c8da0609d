"""Put a backup into an empty place. What was there before stays, whatever goes wrong."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from instance import migrate, migrated, sealed
from instance.backups import BackupRefused, manifest, postgres_dump, verifying
from instance.backups.manifest import Manifest
from instance.backups.unfinished import MARK
from instance.config import Config

_ARRIVING = ".restoring"
_SPARE = 64 * 1024 * 1024  # bytes, to bring it to this version


async def begin(
    config: Config, folder: Path, found: Manifest, key: bytes, watch: Callable[[int], None]
) -> str:
    """Put database and key there, brought to this version; returns the database's URL until
    `finish`. `found`, `key`: of `verifying.verify`.

    Raises BackupRefused: for another server's backup, a newer one, a place that is not empty, a
    full disk. Then this place is as it was, or it can be begun again.
    """
    _require_fitting(config, found)
    begun = _begun(config)
    await _require_empty(config, found, begun)
    try:
        if begun != found.name:
            _mark(config, found)
        if config.database_url.startswith("sqlite:"):
            target = _target(config)
            url = f"sqlite://{target}"
            if begun != found.name or not target.exists():  # else all of it had come
                url = await asyncio.to_thread(_put_file, target, folder, found, watch)
        else:
            url = config.database_url
            await _put_dump(config, folder, found)
        await migrate.migrate(url, backup=False)
        _put_key(config, key)
    except OSError as error:
        _clear(config)
        raise BackupRefused(
            f"It could not be restored: {error.strerror}. Make room (df -h {config.data}) and try"
            " again. This place is as empty as before."
        ) from error
    except migrated.MigrationRefused as error:
        _clear(config)
        raise BackupRefused(f"It could not be brought to this version: {error}") from error
    return url


def finish(config: Config) -> None:
    """All of it is here: it may be served."""
    target = _file(config)
    if target is not None and _arriving(target).exists():
        manifest.sync(_arriving(target))
        _arriving(target).rename(target)
        manifest.sync(target.parent)
    (config.data / MARK).unlink()
    manifest.sync(config.data)


def _require_fitting(config: Config, found: Manifest) -> None:
    kind = "sqlite" if config.database_url.startswith("sqlite:") else "postgres"
    if found.origin != config.origin:
        raise BackupRefused(
            f"This is the backup of {found.origin}, and CURBSIDE_ORIGIN here is {config.origin}."
            " Every address in it begins with the former: set CURBSIDE_ORIGIN to it."
        )
    if found.database != kind:
        raise BackupRefused(
            f"This is a backup of {_KINDS[found.database]}, and CURBSIDE_DATABASE here is"
            f" {_KINDS[kind]}. Restore it to its own kind."
        )
    if found.migration not in migrated.known():
        raise BackupRefused(
            f"This backup is of a newer version, Curbside {found.curbside}"
            f" (its database has {found.migration}). Install that version, then restore."
        )


_KINDS = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


async def _require_empty(config: Config, found: Manifest, begun: str) -> None:
    target, ours = _file(config), {MARK, "lost+found"}
    if begun:
        ours |= {sealed.KEY_FILE}
        ours |= {one.name for one in _files(target)} if target else set()
    try:
        there = {one.name for one in config.data.iterdir()} - ours if config.data.exists() else ()
    except OSError as error:
        raise BackupRefused(f"{config.data}: {error.strerror}") from None
    if there:
        raise BackupRefused(
            f"{config.data} is not empty: it has {sorted(there)[0]}. A restore goes into an empty"
            " place only. Move what is there away, or set CURBSIDE_DATA to another folder. Nothing"
            " was changed."
        )
    if target is not None:
        if target.exists() and not begun:
            raise BackupRefused(
                f"There is a database at {target}. A restore goes into an empty place only. Move it"
                " away first. Nothing was changed."
            )
    elif not await postgres_dump.is_empty(config.database_url):
        if begun != found.name:
            raise BackupRefused(
                "The database has tables. A restore goes into an empty one only: make a new one"
                " (createdb) and name it in CURBSIDE_DATABASE. Nothing was changed."
            )


def _begun(config: Config) -> str:
    """The name of the backup whose restore was interrupted here."""
    mark = config.data / MARK
    return (mark.read_text().strip() or "?") if mark.exists() else ""


def _mark(config: Config, found: Manifest) -> None:
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = config.data / MARK
    mark.unlink(missing_ok=True)
    manifest.write_new(mark, f"{found.name}\n".encode())
    manifest.sync(config.data)


def _put_file(target: Path, folder: Path, found: Manifest, watch: Callable[[int], None]) -> str:
    source = verifying.database_file(folder, found)
    arriving = _arriving(target)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    needed, free = source.stat().st_size + _SPARE, shutil.disk_usage(target.parent).free
    if free < needed:
        raise OSError(
            0, f"it needs {needed >> 20} MiB in {target.parent}, and {free >> 20} MiB are free"
        )
    for left in _files(target):
        left.unlink(missing_ok=True)
    descriptor = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out, source.open("rb") as opened:
        while block := opened.read(1024 * 1024):
            out.write(block)
            watch(len(block))
        out.flush()
        os.fsync(out.fileno())
    expected = next(one for one in found.files if one.name == source.name)
    if manifest.entry(arriving).sha256 != expected.sha256:
        raise OSError(0, "it was not written as it was read; is this disk sound?")
    return f"sqlite://{arriving}"


async def _put_dump(config: Config, folder: Path, found: Manifest) -> None:
    url = config.database_url
    if await postgres_dump.is_empty(url):  # else it was interrupted after that
        server = await postgres_dump.version(url)
        file = verifying.database_file(folder, found)
        await asyncio.to_thread(postgres_dump.restore, url, file, server)


def _put_key(config: Config, key: bytes) -> None:
    file = config.data / sealed.KEY_FILE
    file.unlink(missing_ok=True)
    manifest.write_new(file, key)
    manifest.sync(config.data)


def _clear(config: Config) -> None:
    """Of what was begun here; a dump is there wholly, and then it is begun again, or not at all."""
    target = _file(config)
    for left in _files(target) if target else []:
        if left != target:
            left.unlink(missing_ok=True)
    if target is not None:
        (config.data / sealed.KEY_FILE).unlink(missing_ok=True)
        (config.data / MARK).unlink(missing_ok=True)


def _file(config: Config) -> Path | None:
    """Where the database is to be, on SQLite."""
    return _target(config) if config.database_url.startswith("sqlite:") else None


def _target(config: Config) -> Path:
    return Path(config.database_url.removeprefix("sqlite://"))


def _arriving(target: Path) -> Path:
    return target.with_name(target.name + _ARRIVING)


def _files(target: Path) -> list[Path]:
    """All that may be there of a database, its own file last."""
    arriving = _arriving(target)
    beside = [one.with_name(one.name + end) for one in (arriving, target) for end in _BESIDE]
    return [*beside, arriving, target]


_BESIDE = ("-journal", "-wal", "-shm")
