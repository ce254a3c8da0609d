"""What a backup says of itself, `manifest.json`: written last, and sealed with the key that it goes
with, so that nothing in it can be exchanged."""

import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

import orjson

from instance.backups import BackupRefused

FILE = "manifest.json"
FORMAT = 1
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?")
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """One file; `name` has no folder in it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`migration`: the newest that its database has. `key`: the file with its key, wherever that
    was put. `seal`: of all the rest, by that key."""

    format: int
    name: str
    made_at: str
    curbside: str
    migration: str
    database: str
    server: str
    origin: str
    host: str
    files: tuple[Entry, ...]
    key: Entry
    seal: str = ""

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    @property
    def size(self) -> int:
        return sum(one.size for one in self.files) + self.key.size

    def sealed_by(self, key: bytes) -> str:
        """What `seal` has to be."""
        body = {name: value for name, value in asdict(self).items() if name != "seal"}
        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        return hmac.new(key, b"curbside backup\0" + canonical, hashlib.sha256).hexdigest()

    def is_sealed_by(self, key: bytes) -> bool:
        return hmac.compare_digest(self.seal, self.sealed_by(key))


def read(folder: Path) -> Manifest:
    """Raises BackupRefused."""
    try:
        found = orjson.loads((folder / FILE).read_bytes())
        files = tuple(Entry(**one) for one in found.pop("files"))
        key = Entry(**found.pop("key"))
        manifest = Manifest(files=files, key=key, **found)
        wrong = [
            f.name
            for f in fields(Manifest)
            if not isinstance(getattr(manifest, f.name), _TYPES[f.name])
        ]
        names = [*(one.name for one in files), key.name]
        if wrong or any("/" in name or name in ("", ".", "..") for name in names):
            raise ValueError
        manifest.made.utctimetuple()
    except FileNotFoundError:
        raise BackupRefused(
            f"{folder} is no backup: it has no {FILE}. Name the folder that `curbside backup` made."
        ) from None
    except OSError as error:
        raise BackupRefused(
            f"{folder / FILE}: {error.strerror}. Look at its permissions."
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BackupRefused(f"{folder / FILE} is damaged. Use an earlier backup.") from None
    if manifest.format > FORMAT:
        raise BackupRefused(
            f"{folder} was made by a newer Curbside ({manifest.curbside}). Install that version."
        )
    return manifest


_TYPES = {
    **dict.fromkeys((f.name for f in fields(Manifest)), str),
    "format": int,
    "files": tuple,
    "key": Entry,
}


def write(folder: Path, manifest: Manifest) -> None:
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    write_new(folder / FILE, orjson.dumps(asdict(manifest), option=option))


def entry(file: Path, watch: Callable[[int], None] = lambda _: None) -> Entry:
    """As it is now. `watch`: told of bytes that were read."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
            size += len(block)
            watch(len(block))
    return Entry(file.name, size, digest.hexdigest())


def of_name(name: str) -> bool:
    """Whether a folder of this name may be a backup."""
    return _NAME.fullmatch(name) is not None


def all_in(folder: Path) -> list[Path]:
    """The backups in a folder that has several, oldest first."""
    found = (one for one in folder.iterdir() if of_name(one.name) and (one / FILE).is_file())
    return sorted(found)


def located(folder: Path) -> Path:
    """A backup itself, or the newest of those in a folder. Raises BackupRefused."""
    if not folder.is_dir():
        raise BackupRefused(f"{folder} is not there, or no folder. Is the disk mounted?")
    try:
        found = [] if (folder / FILE).exists() else all_in(folder)
    except OSError as error:
        raise BackupRefused(f"{folder}: {error.strerror}. Look at its permissions.") from None
    return found[-1] if found else folder


def write_new(file: Path, content: bytes) -> None:
    """For nobody else's eyes, and on the disk when this returns."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def sync(path: Path) -> None:
    """A file or a folder, as it is now, survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(folder: Path) -> None:
    """Its manifest first: what is left of it, if anything interrupts this, is no backup."""
    (folder / FILE).unlink(missing_ok=True)
    shutil.rmtree(folder)
