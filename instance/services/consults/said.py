"""What is said in a consult, as its page reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from instance import raw_sql, sealed
from instance.models import Actor, Consult

_SAID = """
SELECT id, uri, kind, author_id, seq, body AS sealed_body, standing AS told_standing,
    published_at AS published, edited_at AS edited, deleted_at AS deleted
FROM contribution WHERE consult_id = ?1 ORDER BY seq IS NULL, seq, id
"""


@dataclass(slots=True)
class Said:
    """A contribution for a page: its words are not opened before somebody asks for them.

    `sealed_body`, `published` and `told_standing` are as the database has them.
    """

    id: int
    uri: str
    kind: str
    author_id: int
    author: Actor
    seq: int | None
    sealed_body: str
    told_standing: str
    published: str | datetime
    edited: str | datetime | None
    deleted: str | datetime | None

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


async def of_consult(consult: Consult) -> list[Said]:
    """Everything said, in the order of the history; what is still on its way last."""
    rows = await raw_sql.look_up(_SAID, [consult.id])
    ids = {row["author_id"] for row in rows}
    authors = {actor.id: actor for actor in await raw_sql.some(Actor, "id", list(ids))}
    return [Said(author=authors[row["author_id"]], **row) for row in rows]
