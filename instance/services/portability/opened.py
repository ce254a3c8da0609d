"""A file that somebody brings, opened with care: whatever is in it, no more than that is read.

Pure: bytes in, documents out. Raises Unreadable with a sentence for who brought it.
"""

import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any

import orjson

from instance.services.portability.archive import FORMAT, MANIFEST, VERSION

SIZE_MOST = 32 * 1024 * 1024  # bytes, as it is sent
_ENTRIES_MOST = 20_000
_ENTRY_MOST, _ALL_MOST = 32 * 1024 * 1024, 256 * 1024 * 1024
_RATIO_MOST, _SMALL = 200, 1024 * 1024  # text is never packed tighter; small files may be
_ITEMS_MOST = 100_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Unreadable(Exception):
    """`sentence`: what it is, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Opened:
    """A whole and unchanged file of one account. `actor_uri`: whose it says it is."""

    def __init__(self, content: bytes) -> None:
        if not content:
            raise Unreadable("Choose a file.")
        if len(content) > SIZE_MOST:
            raise Unreadable("This file has more than 32 MB. Ask your administrator to bring it.")
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
            self._sizes = _checked(self._zip)
        except _BROKEN as error:
            raise Unreadable(_NO_ZIP) from error
        self.manifest = self._manifest()
        self._compare()
        self.actor_uri = self._actor_uri()
        self.actor = self.json("activitypub/actor.json")
        if not isinstance(self.actor, dict) or self.actor.get("id") != self.actor_uri:
            raise Unreadable(_CHANGED)

    def paths(self, folder: str) -> list[str]:
        return sorted(path for path in self._sizes if path.startswith(folder))

    def json(self, path: str) -> Any:
        """None for what is not there."""
        if path not in self._sizes:
            return None
        try:
            return orjson.loads(self._read(path))
        except orjson.JSONDecodeError as error:
            raise Unreadable(_CHANGED) from error

    def content(self, path: str) -> bytes:
        """Nothing for what is not there."""
        return self._read(path) if path in self._sizes else b""

    def items(self, path: str, member: str = "orderedItems") -> list[dict[str, Any]]:
        """The documents in a collection; what is none of them is left out."""
        found = self.json(path)
        listed = found.get(member) if isinstance(found, dict) else None
        rows = listed if isinstance(listed, list) else []
        return [row for row in rows[:_ITEMS_MOST] if isinstance(row, dict)]

    def _manifest(self) -> dict[str, Any]:
        found = self.json(MANIFEST)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise Unreadable(
                "This ZIP is not one that was made under Account, Take your data along."
            )
        if found.get("version") != VERSION:
            raise Unreadable(
                "This file is of another version of Curbside than this server can read. "
                "Ask your administrator to update it."
            )
        return found

    def _compare(self) -> None:
        """Every file is there and as it was written, and no other."""
        listed = self.manifest.get("files")
        rows = listed if isinstance(listed, list) else []
        hashes = {row["path"]: row.get("sha256") for row in rows if _names_a_path(row)}
        if set(hashes) != set(self._sizes) - {MANIFEST}:
            raise Unreadable(_CHANGED)
        for path, expected in hashes.items():
            if sha256(self._read(path)).hexdigest() != expected:
                raise Unreadable(_CHANGED)

    def _actor_uri(self) -> str:
        uri = self.manifest.get("actor")
        if uri is None:
            raise Unreadable(
                "This is the file about you as a person. Bring that of an account; this one is "
                "for you alone."
            )
        if not isinstance(uri, str) or len(uri) > 512 or not uri.startswith("https://"):
            raise Unreadable(_CHANGED)
        return uri

    def _read(self, path: str) -> bytes:
        """Never more than the file says it has, and that was looked at."""
        try:
            with self._zip.open(path) as entry:
                content = entry.read(self._sizes[path] + 1)
        except _BROKEN as error:
            raise Unreadable(_CHANGED) from error
        if len(content) != self._sizes[path]:
            raise Unreadable(_CHANGED)
        return content


def _checked(opened: zipfile.ZipFile) -> dict[str, int]:
    """By path, how much each unpacks to."""
    sizes: dict[str, int] = {}
    for info in opened.infolist():
        if info.filename in sizes or not _is_plain(info.filename) or info.flag_bits & 1:
            raise Unreadable(_CHANGED)
        sizes[info.filename] = info.file_size
        is_tight = info.file_size > max(_SMALL, _RATIO_MOST * max(1, info.compress_size))
        if info.file_size > _ENTRY_MOST or is_tight:
            raise Unreadable(_TOO_LARGE)
    if len(sizes) > _ENTRIES_MOST or sum(sizes.values()) > _ALL_MOST:
        raise Unreadable(_TOO_LARGE)
    return sizes


def _is_plain(path: str) -> bool:
    parts = path.split("/")
    return path.isprintable() and "\\" not in path and not {"", ".", ".."} & set(parts)


def _names_a_path(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("path"), str)


def addresses(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The ids of the people and channels in a list, each once."""
    seen: set[str] = set()
    for row in rows:
        uri = row.get("id")
        if isinstance(uri, str) and uri.startswith("https://") and len(uri) <= 512:
            if uri not in seen:
                seen.add(uri)
                yield uri


_NO_ZIP = "This is no whole ZIP file. Download it again, and choose it as it is."
_CHANGED = "This file was changed after it was made, or is not whole. Download it again."
_TOO_LARGE = "This file unpacks to more than this server takes. Ask your administrator."
