"""Lists of hosts as files: the table that administrators of Mastodon exchange, and JSON.

Nothing here asks the database. A list says which hosts to block or to allow, and why; never whom to
trust.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from federation.errors import Malformed
from federation.origin import host_of, is_registry
from instance import config
from instance.models import HostAction
from instance.spreadsheets import FORMULA

ROWS_MOST = 20_000
_TYPED_MOST, _COMMENT_MOST = 255, 500  # as in the tables
COLUMNS = (
    *("#domain", "#severity", "#reject_media", "#reject_reports"),
    *("#public_comment", "#obfuscate"),
)
_DOMAIN, _SEVERITY, _COMMENT = ("domain", "host"), ("severity",), ("public_comment", "comment")
# Where a cell begins, also for one that takes ";" for the end of a cell; and what we put there.
_BEGINS = re.compile(r"(^|;)(\s*)(?='*[=+\-@])")
_BEGUN = re.compile(r"(^|;)(\s*)'(?='*[=+\-@])")
_SEVERITIES: Mapping[str, str] = {
    "": "",
    "suspend": "",
    "silence": "limited",
    "limit": "limited",
    "noop": "nothing",
    "none": "nothing",
}


@dataclass(frozen=True)
class Row:
    """One host of a list. `line`: in the file, or which entry it is. `reason`: why it cannot be
    taken, a key of `list_words.REASONS`; `host` is "" then."""

    line: int
    typed: str
    host: str
    action: HostAction
    comment: str = ""
    reason: str = ""


class Unreadable(Exception):
    """None of it can be taken. `problem`: a key of `list_words.PROBLEMS`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read(content: str, action: HostAction) -> list[Row]:
    """The rows of a file. `action`: what the list is for, where it does not say itself."""
    text = content.removeprefix("\ufeff").lstrip()
    rows = _of_json(text, action) if text.startswith(("[", "{")) else _of_table(text, action)
    found = list(_once(rows))
    if not found:
        raise Unreadable("empty")
    return found


def table(hosts: Iterable[tuple[str, str]], *, blocked: bool) -> str:
    """The hosts with their comments as Mastodon exports and imports them; nothing in it becomes a
    formula in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS if blocked else COLUMNS[:1])
    for host, comment in hosts:
        row = (host, "suspend", "false", "false", _harmless(comment), "false")
        writer.writerow(row if blocked else row[:1])
    return out.getvalue()


def document(blocks: Iterable[tuple[str, str]], allows: Iterable[tuple[str, str]]) -> bytes:
    lists = {"blocks": blocks, "allows": allows}
    return orjson.dumps(
        {
            name: [{"domain": host, "comment": comment} for host, comment in hosts]
            for name, hosts in lists.items()
        },
        option=orjson.OPT_INDENT_2,
    )


def _of_table(text: str, action: HostAction) -> Iterator[Row]:
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.removeprefix("#") for name in COLUMNS]
    known = {*_DOMAIN, *_SEVERITY, *_COMMENT}
    try:
        for cells in reader:
            titles = [cell.strip().removeprefix("#").lower() for cell in cells]
            if reader.line_num == 1 and not known.isdisjoint(titles):
                names = titles
                if not set(names) & set(_DOMAIN):
                    raise Unreadable("no_column")
                continue
            values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            values |= {name: _as_written(values[name]) for name in _COMMENT if name in values}
            if any(values.values()) and not cells[0].startswith("#"):
                yield _row(reader.line_num, values, action)
    except csv.Error as error:
        raise Unreadable("unreadable") from error


def _of_json(text: str, action: HostAction) -> Iterator[Row]:
    """An array of names or of objects, as Mastodon serves one; or ours, with both."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable("unreadable") from error
    lists = [(action, found)]
    if isinstance(found, Mapping):
        named = (("blocks", HostAction.BLOCK), ("allows", HostAction.ALLOW))
        lists = [(kind, found[name]) for name, kind in named if name in found]
    number = 0
    for kind, entries in lists:
        if not isinstance(entries, list):
            raise Unreadable("unreadable")
        for entry in entries:
            number += 1
            yield _row(number, _values(entry), kind)


def _values(entry: Any) -> dict[str, str]:
    if isinstance(entry, str):
        return {"domain": entry}
    if not isinstance(entry, Mapping):
        raise Unreadable("unreadable")
    return {name: value.strip() for name, value in entry.items() if isinstance(value, str)}


def _row(line: int, values: Mapping[str, str], action: HostAction) -> Row:
    typed = _first(values, _DOMAIN)
    severity = _first(values, _SEVERITY).lower()
    comment = _first(values, _COMMENT)
    host, reason = _named(typed)
    if action is HostAction.ALLOW and severity:
        reason = reason or "is_block"
    reason = reason or _SEVERITIES.get(severity, "severity")
    return Row(
        line=line,
        typed=_shown(typed, _TYPED_MOST),
        host="" if reason else host,
        action=action,
        comment=_shown(comment, _COMMENT_MOST),
        reason=reason,
    )


def _named(typed: str) -> tuple[str, str]:
    """The name that everything is kept under, or why there is none."""
    name = typed.partition("://")[2] or typed
    name = name.rstrip("/").removesuffix(".")
    if typed.startswith(FORMULA):
        return "", "formula"
    if "*" in name:
        return "", "wildcard"
    development = config.current().development
    try:
        scheme = "http" if name.lower() in development.peers else "https"
        host = host_of(f"{scheme}://{name}", development)
    except Malformed:
        return "", "not_host"
    if any(sign in name for sign in "/?#"):
        return "", "not_host"
    if is_registry(host):
        return "", "too_wide"
    return host, ""


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if number >= ROWS_MOST:
            raise Unreadable("too_many")
        if row.host and row.host in seen:
            row = replace(row, host="", reason="twice")
        seen.add(row.host)
        yield row


def _first(values: Mapping[str, str], names: Iterable[str]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _shown(text: str, most: int) -> str:
    """Without what would turn a page or a log around; as long as the column."""
    return "".join(sign for sign in text if sign.isprintable())[:most]


def _harmless(comment: str) -> str:
    return _BEGINS.sub(r"\1\2'", _shown(comment, _COMMENT_MOST))


def _as_written(comment: str) -> str:
    """Before `_harmless` put signs into it."""
    return _BEGUN.sub(r"\1\2", comment)
