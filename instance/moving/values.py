"""Values as both databases keep them, and what a row is compared by.

SQLite keeps times, days and JSON as text and what is true as a number. Both sides are brought to
the same form before they are compared: a time is a moment, JSON is what it says, whatever its
blanks and the order of its keys.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson

from instance.moving import MoveRefused

Row = Sequence[Any]


def _bool(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError("neither true nor false")
    return bool(value)


def _int(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError("not a whole number")
    return value


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(value)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")
    if "\0" in value:
        raise ValueError("holds a NUL, which PostgreSQL does not keep")
    return value


def _json(value: Any) -> str:
    if "\\u0000" in _text(value) and "\0" in _strings(json.loads(value)):
        raise ValueError("holds a NUL, which PostgreSQL does not keep")
    json.loads(value)
    return str(value)


def _strings(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_strings(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return "".join(map(_strings, value))
    return value if isinstance(value, str) else ""


_FROM_SQLITE: Mapping[str, Callable[[Any], Any]] = {
    "bool": _bool,
    **dict.fromkeys(("int2", "int4", "int8"), _int),
    **dict.fromkeys(("float4", "float8"), float),
    "numeric": lambda value: Decimal(str(value)),
    "timestamptz": _moment,
    "date": lambda value: date.fromisoformat(value[:10]),
    **dict.fromkeys(("text", "varchar"), _text),
    **dict.fromkeys(("json", "jsonb"), _json),
    "bytea": bytes,
}


def require_known(table: str, kinds: Mapping[str, str]) -> None:
    """`kinds`: what PostgreSQL calls the type of each column."""
    for column, kind in kinds.items():
        if kind not in _FROM_SQLITE:
            raise MoveRefused(f"{table}.{column} is of the type {kind}, which this cannot move")


def for_postgres(table: str, kinds: Mapping[str, str], row: Row, key: object) -> tuple[Any, ...]:
    """A row of SQLite. Raises MoveRefused, which names it by its key."""
    made = []
    for (column, kind), value in zip(kinds.items(), row, strict=True):
        try:
            made.append(None if value is None else _FROM_SQLITE[kind](value))
        except (ValueError, TypeError, OverflowError) as error:
            raise MoveRefused(
                f"table {table}, row {key}: {column} is not what a column of type {kind} may hold."
                " Mend that row in SQLite, then run this again"
            ) from error
    return tuple(made)


def canonical(kinds: Iterable[str], row: Row) -> bytes:
    """The same for rows that say the same."""
    return repr([_canonical(kind, value) for kind, value in zip(kinds, row, strict=True)]).encode()


def _canonical(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind in ("json", "jsonb"):
        return _canonical_json(value)
    if kind == "timestamptz":
        return value.astimezone(UTC).isoformat()
    if kind == "numeric":
        return str(value.normalize())
    return value


def _canonical_json(text: str) -> str:
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONDecodeError:  # a number that it does not take
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)


def digest(rows: Mapping[Any, bytes]) -> bytes:
    """Of a batch: `rows` by their keys, whatever the order in which they came."""
    found = hashlib.sha256()
    for row in sorted(rows.values()):
        found.update(len(row).to_bytes(8, "big") + row)
    return found.digest()
