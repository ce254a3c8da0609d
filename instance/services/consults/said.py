"""What is said in a consult, as its page reads it."""

from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from instance import raw_sql, sealed
from instance.models import Actor, Consult

_SAID = """
SELECT id, uri, kind, author_id, seq, body, standing, published_at, edited_at, deleted_at
FROM contribution WHERE consult_id = ?1 ORDER BY seq
"""
# What of the rows can ever change: their words, of which each version has another seal, their
# place in the history, and that they were deleted.
_MARKS = """
SELECT {joined}(substr(body, 1, 16) || coalesce(CAST(seq AS TEXT), '-'), ' '),
    count(deleted_at), max(deleted_at)
FROM contribution WHERE consult_id = ?1
"""
_AUTHORS = "SELECT id, uri, kind, name, handle, host, is_local FROM actor WHERE id IN ({ids})"
Time = str | datetime


class Said(NamedTuple):
    """A contribution, as its row is: nothing is opened or read before somebody asks for it. There
    are hundreds on a page."""

    id: int
    uri: str
    kind: str
    author_id: int
    seq: int | None
    sealed_body: str
    told_standing: str
    published: Time
    edited: Time | None
    deleted: Time | None

    @property
    def body(self) -> dict[str, Any]:
        opened: dict[str, Any] = orjson.loads(sealed.current().open(self.sealed_body))
        return opened

    @property
    def seal(self) -> str:
        """Another one for each version of its words."""
        return sealed.seal_of(self.sealed_body)

    @property
    def has_words(self) -> bool:
        return sealed.has_words(self.sealed_body)

    @property
    def standing(self) -> dict[str, Any]:
        told: dict[str, Any] = orjson.loads(self.told_standing)
        return told

    @property
    def published_at(self) -> datetime:
        return raw_sql.time(self.published)

    @property
    def edited_at(self) -> datetime | None:
        return raw_sql.time(self.edited) if self.edited is not None else None

    @property
    def deleted_at(self) -> datetime | None:
        return raw_sql.time(self.deleted) if self.deleted is not None else None


async def marks(consult: Consult) -> Hashable:
    """Another value whenever `of_consult` would read anything else; no word is read for it.

    To walk over the rows takes SQLite less than the way to its thread and back."""
    is_postgres = raw_sql.active().capabilities.dialect == "postgres"
    sql = _MARKS.format(joined="string_agg" if is_postgres else "group_concat")
    [row] = await raw_sql.look_up_tuples(sql, [consult.id])
    return tuple(row)


async def of_consult(consult: Consult) -> list[Said]:
    """Everything said, in the order of the history; what is still on its way last."""
    rows = list(map(Said._make, await raw_sql.tuples(_SAID, [consult.id])))
    waiting = sorted((row for row in rows if row.seq is None), key=lambda row: row.id)
    return [row for row in rows if row.seq is not None] + waiting


async def authors(rows: list[Said]) -> Mapping[int, Actor]:
    """By their ids, with what their lines show and no more."""
    ids = list({row.author_id for row in rows})
    found = await raw_sql.look_up(_AUTHORS.format(ids=raw_sql.marks(len(ids))), ids) if ids else ()
    return {row["id"]: raw_sql.read(Actor, row) for row in found}
