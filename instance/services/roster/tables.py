"""Tables as people save them: letters, separators, rows. Pure; given part by part.

UTF-8 with or without its mark, or Windows-1252; commas, semicolons or tabs; quoted cells may hold
line ends. A quotation mark that is never closed costs its own row, not the rest of the file.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t")
UTF8, WINDOWS = "utf-8", "windows-1252"
# Of one row: beyond that, a quotation mark was not meant as one.
_LINES_MOST, _CHARACTERS_MOST = 200, 64 * 1024
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")
_UTF8_MARK = b"\xef\xbb\xbf"
_HEAD_MOST = 256 * 1024


class Unreadable(ValueError):
    """`problem` is a key of `roster_words.PROBLEMS`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Row:
    """A row that begins in line `line` of the file. `problem`: a key of `roster_words.REASONS`."""

    line: int
    cells: list[str]
    problem: str = ""


class Letters:
    """Finds out in which letters a file is written, and how many lines it has, part by part."""

    def __init__(self) -> None:
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._is_windows = True
        self.lines = 0
        self._ends_open = False

    def feed(self, part: bytes) -> None:
        """Raises Unreadable for what is no text."""
        if b"\0" in part:
            raise Unreadable("binary")
        self.lines += part.count(b"\n") or part.count(b"\r")
        self._ends_open = not part.endswith((b"\n", b"\r"))
        if self._utf8 is not None:
            try:
                self._utf8.decode(part)
            except UnicodeDecodeError:
                self._utf8 = None
        self._is_windows = self._is_windows and _is_windows(part)

    def end(self) -> str:
        """UTF8 or WINDOWS. Raises Unreadable for what is neither."""
        self.lines += self._ends_open
        if self._utf8 is not None:
            try:
                self._utf8.decode(b"", final=True)
                return UTF8
            except UnicodeDecodeError:
                pass
        if not self._is_windows:
            raise Unreadable("encoding")
        return WINDOWS


class Reader:
    """Cuts a file into rows, part by part. Blank lines are none."""

    def __init__(self, encoding: str, delimiter: str) -> None:
        name = "utf-8-sig" if encoding == UTF8 else "cp1252"
        self._decoder = codecs.getincrementaldecoder(name)()
        self._delimiter = delimiter
        self._rest = ""  # of a line that did not end yet
        self._lines: list[str] = []  # of a row that did not end yet
        self._is_open = False
        self._length = 0
        self._next = 1

    def feed(self, part: bytes, *, last: bool = False) -> Iterator[Row]:
        text = self._rest + self._decoder.decode(part, final=last)
        # A carriage return at the end may be half of a line end.
        limit = len(text) - 1 if text.endswith("\r") and not last else len(text)
        at = 0
        for match in _LINE.finditer(text, 0, limit):
            at = match.end()
            yield from self._take(match.group())
        self._rest = text[at:]
        if last and self._rest:
            yield from self._take(self._rest)
        while last and self._lines:
            yield from self._cut()

    def _take(self, line: str) -> Iterator[Row]:
        self._lines.append(line)
        self._length += len(line)
        self._is_open ^= line.count('"') % 2 == 1
        if not self._is_open:
            yield from self._cut()
        elif len(self._lines) >= _LINES_MOST or self._length > _CHARACTERS_MOST:
            yield from self._give_up()

    def _give_up(self) -> Iterator[Row]:
        """Its first line is lost; the others are looked at again by themselves."""
        lines = self._lines
        yield Row(self._next, [lines[0].rstrip("\r\n")], "quote")
        self._forget(1)
        for line in lines[1:]:
            yield from self._take(line)

    def _cut(self) -> Iterator[Row]:
        lines = self._lines
        rows = csv.reader(lines, delimiter=self._delimiter, strict=True)
        done = 0
        try:
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    yield Row(self._next + done, cells)
                done = rows.line_num
        except csv.Error:
            yield Row(self._next + done, [lines[done].rstrip("\r\n")], "quote")
            self._forget(done + 1)
            for line in lines[done + 1 :]:
                yield from self._take(line)
            return
        self._forget(len(lines))

    def _forget(self, count: int) -> None:
        self._next += count
        self._lines, self._is_open, self._length = [], False, 0


def delimiter_of(head: bytes, encoding: str) -> str:
    """What separates the headings. Raises Unreadable where nothing does."""
    text = _first_line(head, encoding)
    counts = {mark: _outside_quotes(text, mark) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: counts[mark])
    if not counts[best]:
        raise Unreadable("one_column" if text.strip() else "empty")
    return best


def headings_of(row: Row) -> list[str]:
    """The first row, tidied. Raises Unreadable where it has no headings."""
    found = [" ".join(cell.split())[:100] for cell in row.cells]
    while found and not found[-1]:
        found.pop()
    if row.problem or len(found) < 2 or any("@" in cell for cell in found):
        raise Unreadable("headings")
    return found


def _first_line(head: bytes, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder("utf-8" if encoding == UTF8 else "cp1252")("replace")
    for line in decoder.decode(head.removeprefix(_UTF8_MARK)[:_HEAD_MOST]).splitlines():
        if line.strip():
            return line
    return ""


def _outside_quotes(text: str, mark: str) -> int:
    return sum(part.count(mark) for part in text.split('"')[::2])


def _is_windows(part: bytes) -> bool:
    try:
        part.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True
