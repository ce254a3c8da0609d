"""People and channels as accounts are read: by one statement, with the standing that is vouched."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from instance import raw_sql
from instance.models import Actor

_ROWS = """
SELECT a.id, a.uri, a.kind, a.is_local, a.host, a.handle, a.name, a.summary, a.page_url,
    a.discoverable, a.indexable, a.properties, a.created_at,
    a.approves_followers OR coalesce(c.approves_followers, a.approves_followers),
    s.level, s.stage, s.profession, s.specialties, s.is_withdrawn
FROM actor a LEFT JOIN channel c ON c.actor_id = a.id LEFT JOIN standing s ON s.actor_id = a.id
WHERE a.id IN ({ids})
"""


class Row(NamedTuple):
    """As the database gives it: JSON is text, times may be. `is_closed`: who follows it is admitted
    one by one. `level` is None for whom nobody vouches."""

    id: int
    uri: str
    kind: str
    is_local: Any
    host: str
    handle: str
    name: str
    summary: str
    page_url: str | None
    discoverable: Any
    indexable: Any
    properties: Any
    created_at: Any
    is_closed: Any
    level: int | None
    stage: str | None
    profession: str | None
    specialties: str | None
    is_withdrawn: Any


async def read(ids: Sequence[int]) -> dict[int, Row]:
    if not ids:
        return {}
    rows = await raw_sql.look_up_tuples(_ROWS.format(ids=raw_sql.marks(len(ids))), ids)
    found = {row[0]: Row(*row) for row in rows}
    return {one: found[one] for one in ids if one in found}


def actor(row: Row) -> Actor:
    """As far as the row says it."""
    return raw_sql.read(Actor, _columns(row, set(Actor._meta.fields_db_projection)))


def _columns(row: Row, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name in names}
