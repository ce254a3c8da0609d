"""A ZIP that is written while it is sent: no more of it is in memory than a part.

Nothing in it says when it was made to the second: two files of one member would be linked by it.
"""

import hashlib
import zipfile
from dataclasses import dataclass
from typing import Any

import orjson

MANIFEST = "manifest.json"
FORMAT = "urn:curbside:account-export"
VERSION = 1


@dataclass(frozen=True)
class Entry:
    path: str
    size: int  # bytes
    sha256: str

    def as_json(self) -> dict[str, Any]:
        return {"path": self.path, "bytes": self.size, "sha256": self.sha256}


class _Pipe:
    """What `zipfile` writes to, and we take from."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


class Archive:
    """Begin an entry, write it, begin the next; take what is there whenever it is enough."""

    def __init__(self) -> None:
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(self._pipe, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]
        self._entries: list[Entry] = []
        self._open: Any = None
        self._path, self._size, self._digest = "", 0, hashlib.sha256()

    @property
    def waiting(self) -> int:
        return len(self._pipe.waiting)

    def begin(self, path: str) -> None:
        """The entry before it, if any, is whole."""
        self._end()
        info = zipfile.ZipInfo(path)  # of 1980, like all of them
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        self._open = self._zip.open(info, "w", force_zip64=True)
        self._path, self._size, self._digest = path, 0, hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._open.write(data)
        self._digest.update(data)
        self._size += len(data)

    def close(self, about: dict[str, Any]) -> None:
        """The manifest comes last: `about`, and what every entry hashes to."""
        self._end()
        entries = [entry.as_json() for entry in self._entries]
        manifest = {"format": FORMAT, "version": VERSION, **about, "files": entries}
        self._zip.writestr(
            zipfile.ZipInfo(MANIFEST), orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
        )
        self._zip.close()

    def take(self, at_most: int) -> bytes:
        taken = bytes(self._pipe.waiting[:at_most])
        del self._pipe.waiting[:at_most]
        return taken

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._entries.append(Entry(self._path, self._size, self._digest.hexdigest()))
            self._open = None
