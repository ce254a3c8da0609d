"""A register as it is shipped: a table with headings, plain, in .csv.gz or within a .zip.

Read row by row: such a file is larger than the memory. What is damaged is refused as a whole.
"""

import csv
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from instance.errors import FormRefused
from instance.services.roster import tables
from instance.services.roster.tables import WINDOWS, Letters, Unreadable

_HEAD = 1024 * 1024
# NPPES ships several tables in one file, and of each one a second one that has headings alone.
_NPPES = re.compile(r"(.*/)?npidata_pfile_[0-9-]+\.csv", re.IGNORECASE)
_TABLE = re.compile(r".*\.(csv|txt)", re.IGNORECASE)
_DAMAGED = "This file is damaged or ends too early. Nothing is imported: get it again."
_NO_TABLE = "No table with headings is in this file. Choose a .csv, .csv.gz or .zip file."


class Table:
    """An opened file; use it with `with`. Raises FormRefused for what is no table, or damaged."""

    def __init__(self, path: Path) -> None:
        self._closing = ExitStack()
        self._file: IO[bytes] = BytesIO()
        self._path = path
        self.size = path.stat().st_size  # bytes of the file as it lies there
        self.headings: list[str] = []
        self.fingerprint = ""
        self.refused = 0  # rows that were read and have another number of cells
        self._rows: Iterator[list[str]] = iter(())

    def __enter__(self) -> "Table":
        try:
            with ExitStack() as trying:
                head = self._opened(trying).read(_HEAD)
            encoding, delimiter = _form(head)
            self.fingerprint = hashlib.sha256(f"{self.size}".encode() + head).hexdigest()
            name = "cp1252" if encoding == WINDOWS else "utf-8-sig"
            content = self._opened(self._closing)
            text = TextIOWrapper(content, encoding=name, errors="replace", newline="")
            self._rows = csv.reader(text, delimiter=delimiter)
            self.headings = [" ".join(cell.split()) for cell in next(self._rows)]
        except (Unreadable, StopIteration) as error:
            self._closing.close()
            raise FormRefused({"file": _NO_TABLE}) from error
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, csv.Error) as error:
            self._closing.close()
            raise FormRefused({"file": _DAMAGED}) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    @property
    def done(self) -> int:
        """Bytes that are read."""
        return self._file.tell()

    def rows(self) -> Iterator[list[str]]:
        """Those with as many cells as there are headings. The last one has to be whole."""
        length, is_whole = len(self.headings), True
        try:
            for row in self._rows:
                is_whole = len(row) == length
                if is_whole:
                    yield row
                elif row:
                    self.refused += 1
                    yield []
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, csv.Error) as error:
            raise FormRefused({"file": _DAMAGED}) from error
        if not is_whole:
            raise FormRefused({"file": _DAMAGED})

    def _opened(self, closing: ExitStack) -> Any:
        self._file = closing.enter_context(self._path.open("rb"))
        start = self._file.read(4)
        self._file.seek(0)
        if start.startswith(b"\x1f\x8b"):
            return closing.enter_context(gzip.open(self._file, "rb"))
        if not start.startswith(b"PK"):
            return self._file
        archive = closing.enter_context(zipfile.ZipFile(self._file))
        return closing.enter_context(archive.open(_table_of(archive.namelist())))


def _table_of(names: list[str]) -> str:
    found = [name for name in names if _NPPES.fullmatch(name)]
    found = found or [name for name in names if _TABLE.fullmatch(name)]
    if len(found) != 1:
        raise Unreadable("empty")
    return found[0]


def _form(head: bytes) -> tuple[str, str]:
    """Letters and separator, from the whole lines at the beginning."""
    letters = Letters()
    letters.feed(head[: head.rfind(b"\n") + 1] or head)
    encoding = letters.end()
    return encoding, tables.delimiter_of(head, encoding)
