"""What an application sends, by whichever way: JSON, a form, in parts, in the query, or under no
type at all. Anything that is no value of the kind asked for counts as not sent.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from quart import request
from werkzeug.exceptions import BadRequest

_KEY = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")
_TRUE = {"true", "1", "on", "t", "yes"}
_DEPTH_MOST, _NUMBER_MOST = 4, 2**53


class Sent:
    """The values of one request by name, nested as Rails nests them: `poll[options][]`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def text(self, name: str) -> str:
        """ "" where there is none."""
        value = self._values.get(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int) and abs(value) < _NUMBER_MOST:
            return str(value)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Of a list, or of the one that stands for it."""
        value = self._values.get(name)
        rows = list(value.values()) if isinstance(value, dict) else value
        rows = rows if isinstance(rows, list) else [rows]
        found = [Sent({"one": row}).text("one") for row in rows]
        return [text for text in found if text]

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in _TRUE

    def number(self, name: str) -> int | None:
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def inner(self, name: str) -> "Sent":
        value = self._values.get(name)
        return Sent(value if isinstance(value, dict) else {})

    def inners(self, name: str) -> list["Sent"]:
        """Of a list of objects, or of one that numbers them."""
        value = self._values.get(name)
        rows = list(value.values()) if isinstance(value, dict) else value
        return (
            [Sent(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        )

    def names(self, name: str) -> bool:
        """Whether it says anything of it, be it that it is nothing."""
        return name in self._values

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def plain(self) -> dict[str, str]:
        """The texts alone."""
        return {name: self.text(name) for name in self._values if self.has(name)}


async def sent(*, from_address: bool = True) -> Sent:
    """What this request brings in its query and its body; the body counts where both do."""
    values = _nested(request.args.items(multi=True)) if from_address else {}
    if request.mimetype == "multipart/form-data":
        values |= _nested((await request.form).items(multi=True))
    else:
        raw: bytes = await request.get_data(as_text=False)  # type: ignore[assignment]
        is_json = request.mimetype == "application/json" or raw[:1] == b"{"  # some do not say so
        values |= _of_json(raw) if is_json else _nested(_pairs(raw))
    _refuse_nul(values)
    return Sent(values)


def _of_json(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest from error
    if not isinstance(found, dict):
        raise BadRequest
    return found


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=1_000)
    except ValueError as error:
        raise BadRequest from error


def _nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        keys = _KEY.findall(name)[:_DEPTH_MOST] or [name]
        _put(found, keys, value)
    return found


def _put(into: dict[str, Any], keys: list[str], value: str) -> None:
    name, *rest = keys
    if not rest:
        into[name] = value
    elif rest[0] == "":
        rows = into.setdefault(name, [])
        if isinstance(rows, list):
            _append(rows, rest[1:], value)
    else:
        inner = into.setdefault(name, {})
        if isinstance(inner, dict):
            _put(inner, rest, value)


def _append(rows: list[Any], keys: list[str], value: str) -> None:
    """Of objects in a list each begins with a name that the one before has already."""
    if not keys:
        rows.append(value)
        return
    if not rows or not isinstance(rows[-1], dict) or keys[0] in rows[-1]:
        rows.append({})
    _put(rows[-1], keys, value)


def _refuse_nul(value: Any) -> None:
    """PostgreSQL keeps that character in no text, so none goes further."""
    if isinstance(value, str):
        if "\0" in value:
            raise BadRequest
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BadRequest from error
    elif isinstance(value, dict):
        for name, one in value.items():
            _refuse_nul(name)
            _refuse_nul(one)
    elif isinstance(value, list):
        for one in value:
            _refuse_nul(one)
