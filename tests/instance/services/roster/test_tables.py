"""Tables as people save them, read part by part."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instance.services.roster.tables import (
    UTF8,
    WINDOWS,
    Letters,
    Reader,
    Row,
    Unreadable,
    delimiter_of,
)

CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
TABLE = st.lists(st.lists(CELL, min_size=2, max_size=5), min_size=1, max_size=8)


def read(content: bytes, encoding: str = UTF8, delimiter: str = ",", size: int = 7) -> list[Row]:
    reader, rows = Reader(encoding, delimiter), []
    parts = [content[at : at + size] for at in range(0, len(content), size)] or [b""]
    for number, part in enumerate(parts):
        rows += list(reader.feed(part, last=number == len(parts) - 1))
    return rows


def letters(content: bytes, size: int = 3) -> str:
    found = Letters()
    for at in range(0, len(content), size):
        found.feed(content[at : at + size])
    return found.end()


@given(TABLE, st.sampled_from(",;\t"), st.integers(1, 40), st.sampled_from(["\r\n", "\n"]))
def test_what_a_program_writes_is_read_whatever_the_parts(
    rows: list[list[str]], delimiter: str, size: int, end: str
) -> None:
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    found = read(text.getvalue().encode(), UTF8, delimiter, size)
    assert [row.cells for row in found] == [r for r in rows if any(cell.strip() for cell in r)]
    assert not any(row.problem for row in found)


@given(st.binary(max_size=400).map(lambda content: content.replace(b"\0", b"")), st.integers(1, 50))
def test_any_bytes_are_read_or_refused_and_never_fail(content: bytes, size: int) -> None:
    try:
        encoding = letters(content)
    except Unreadable:
        return
    whole = read(content, encoding, ";", len(content) + 1)
    assert read(content, encoding, ";", size) == whole
    assert [row.line for row in whole] == sorted(row.line for row in whole)


def test_a_quoted_line_end_is_part_of_its_cell_and_lines_are_those_of_the_file() -> None:
    rows = read(b'a,b\r\n"x\r\ny",1\r\n\r\nz,2\r\n')
    assert rows == [Row(1, ["a", "b"]), Row(2, ["x\r\ny", "1"]), Row(5, ["z", "2"])]


def test_a_quotation_mark_that_is_never_closed_costs_its_row_alone() -> None:
    lines = [b"a,b"] + [b"%d,x" % number for number in range(300)]
    lines[3] = b'"2,x'
    rows = read(b"\n".join(lines), size=64)
    assert [row.line for row in rows if row.problem] == [4]
    assert len(rows) == 301
    late = read(b'a,b\n1,x\n"2,x\n3,x\n', size=64)
    assert [(row.line, row.problem) for row in late] == [(1, ""), (2, ""), (3, "quote"), (4, "")]


def test_text_behind_a_quoted_cell_is_said() -> None:
    assert [row.problem for row in read(b'a,b\n"x"y,1\nz,2\n')] == ["", "quote", ""]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Müller;Łukasz".encode(), UTF8),
        ("\ufeffName;Mail".encode(), UTF8),
        ("Müller-Lüdenscheidt €".encode("cp1252"), WINDOWS),
    ],
)
def test_letters_are_found_out(content: bytes, encoding: str) -> None:
    assert letters(content) == encoding
    first = read(content, encoding, "|")[0].cells[0]
    assert "\ufeff" not in first and "�" not in first


@pytest.mark.parametrize(
    ("content", "problem"), [(b"a\0b", "binary"), (b"\x81\xfe", "encoding"), (b"\xc3", "")]
)
def test_what_is_no_text_is_refused(content: bytes, problem: str) -> None:
    if not problem:
        assert letters(content) == WINDOWS
        return
    with pytest.raises(Unreadable, match=problem):
        letters(content)


@pytest.mark.parametrize(
    ("head", "mark"),
    [(b"a,b;c,d", ","), (b"a;b;c\n", ";"), (b"a\tb", "\t"), (b'"x,y,z";b', ";")],
)
def test_what_separates_the_headings(head: bytes, mark: str) -> None:
    assert delimiter_of(head, UTF8) == mark
