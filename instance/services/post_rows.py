"""Public posts as pages of them are read: by one statement, and no wider than they are shown."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from instance import raw_sql
from instance.models import Actor, Post, PostKind, Thread

_ROWS = """
SELECT p.id, p.uri, p.kind, p.author_id, p.thread_id, p.in_reply_to_uri, p.content, p.document,
    p.published_at, p.updated_at, t.title, t.group_id, a.is_local,
    p.pinned_at IS NOT NULL, p.likes_count, p.boosts_count, t.replies_count
FROM post p JOIN thread t ON t.id = p.thread_id JOIN actor a ON a.id = p.author_id
WHERE p.id IN ({ids}) AND p.deleted_at IS NULL
"""


class Row(NamedTuple):
    """As the database gives it: `document` is text, times may be. Up to `is_local` it is what the
    author said and where; what others do to it stands behind that."""

    id: int
    uri: str
    kind: str
    author_id: int
    thread_id: int
    in_reply_to_uri: str | None
    content: str
    document: str
    published_at: Any
    updated_at: Any
    title: str
    group_id: int | None
    is_local: Any
    is_pinned: Any
    likes_count: int
    boosts_count: int
    thread_replies: int

    @property
    def said(self) -> tuple[Any, ...]:
        """All that its own words and its place are made of."""
        return self[:13]

    @property
    def is_question(self) -> bool:
        return self.kind == PostKind.QUESTION

    @property
    def may_have_pictures(self) -> bool:
        return '"attachment"' in self.document


async def read(ids: Sequence[int]) -> dict[int, Row]:
    """By id; without those that are deleted."""
    if not ids:
        return {}
    rows = await raw_sql.look_up_tuples(_ROWS.format(ids=raw_sql.marks(len(ids))), ids)
    return {row[0]: Row(*row) for row in rows}


def post(row: Row) -> Post:
    """With its thread and its author, as far as the row says them."""
    columns = {
        name: getattr(row, name) for name in Post._meta.fields_db_projection if name in Row._fields
    }
    made = raw_sql.read(Post, columns)
    thread = raw_sql.read(
        Thread, {"id": row.thread_id, "title": row.title, "group_id": row.group_id}
    )
    author = raw_sql.read(Actor, {"id": row.author_id, "is_local": row.is_local})
    made.__dict__.update(_thread=thread, _author=author)
    return made
