"""Whether a backup can be restored: looked at as a restore would, with nothing changed."""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag

from instance import sealed
from instance.backups import BackupRefused, manifest, passphrases, postgres_dump, sqlite_copy
from instance.backups.manifest import Manifest

_EARLIER = "Use an earlier backup, or copy this one anew from where it was made."


def verify(
    folder: Path,
    passphrase: str,
    key: Path | None = None,
    watch: Callable[[int], None] | None = None,
) -> tuple[Manifest, bytes]:
    """Its manifest and the institution's key, every check passed: the files are whole, the
    database opens, the passphrase opens the key, and the key opens a sealed row of it.

    `key`: where it is, if not in the folder. `watch`: told of bytes that were read. Blocks.
    Raises BackupRefused, which says what is wrong and what to do.
    """
    found = manifest.read(folder)
    file = key_file(folder, found, key)
    opened = passphrases.unseal(file, passphrase, found.name, found.key.sha256)
    if not found.is_sealed_by(opened):
        raise BackupRefused(f"{folder / manifest.FILE} was changed since it was made. {_EARLIER}")
    for one in found.files:
        _require_whole(folder / one.name, one, watch or (lambda _: None))
    _require_database(folder, found, opened)
    return found, opened


def key_file(folder: Path, found: Manifest, key: Path | None) -> Path:
    """`key`: a file, or the folder that it was put into."""
    if key is None:
        return folder / found.key.name
    return key / found.key.name if key.is_dir() else key


def database_file(folder: Path, found: Manifest) -> Path:
    name = sqlite_copy.FILE if found.database == "sqlite" else postgres_dump.FILE
    if name not in {one.name for one in found.files}:
        raise BackupRefused(f"{folder / manifest.FILE} names no {name}. {_EARLIER}")
    return folder / name


def _require_whole(file: Path, expected: manifest.Entry, watch: Callable[[int], None]) -> None:
    try:
        is_whole = manifest.entry(file, watch) == expected
    except OSError as error:
        raise BackupRefused(f"{file}: {error.strerror}. {_EARLIER}") from None
    if not is_whole:
        raise BackupRefused(f"{file} is damaged: it is not as it was written. {_EARLIER}")


def _require_database(folder: Path, found: Manifest, key: bytes) -> None:
    file = database_file(folder, found)
    kind = sqlite_copy if found.database == "sqlite" else postgres_dump
    if problem := kind.problem(file):
        raise BackupRefused(f"{file} does not open as a database: {problem}. {_EARLIER}")
    value = kind.sealed_value(file)
    try:
        if value is not None:
            sealed.Box(key).open(value)
    except (InvalidTag, ValueError):
        raise BackupRefused(
            f"The key does not open what is sealed in {file}: they are not of one institution."
            f" {_EARLIER}"
        ) from None
