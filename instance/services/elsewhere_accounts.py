"""People elsewhere whom nothing here refers to any more: their accounts are kept for a while.

Whoever meets them again gets them from where they are. Kept are those of a hospital that was
compared or trusted once, or takes part in a consult: what was proven with a key, or said about
somebody, can be checked again. So are those that are gone or moved (T13), those in the record, and
those whom a post of ours names: their server is told when its author changes or deletes it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tortoise import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import ids, raw_sql, word_tables
from instance.models import Actor, ActorKey, ActorKind, Portrait
from instance.services.roster.pace import Pace

_AT_ONCE = 50
_WRITTEN_WITHIN = timedelta(minutes=5)  # between the id of a post and its commit
_WITH_IT = (ActorKey, Portrait)
_UNKNOWN = """
FROM actor a WHERE a.fetched_at < ?1 AND a.id > ?2 AND NOT a.is_local AND a.kind = 'person'
AND a.gone_at IS NULL AND a.moved_to_uri IS NULL
AND a.host NOT IN (SELECT host FROM peer WHERE level = 'trusted' OR pinned_at IS NOT NULL
    OR id IN (SELECT peer_id FROM relationship))
AND NOT EXISTS (SELECT 1 FROM participant WHERE host = a.host)
AND {references}
AND a.uri NOT IN (SELECT moved_to_uri FROM actor WHERE moved_to_uri IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE actor_uri = a.uri)
AND a.uri NOT IN (SELECT subject FROM audit_entry)
AND a.uri NOT IN ({named})
"""
# By posts of ours that are newer than ?3. Those of others are not looked into: it may be no list.
_NAMED = {
    "sqlite": """
SELECT n.value FROM post p JOIN actor w ON w.id = p.author_id
CROSS JOIN json_each(p.document, '$.cc') n
WHERE p.id > ?3 AND w.is_local AND p.deleted_at IS NULL""",
    "postgres": """
SELECT jsonb_array_elements_text(p.document -> 'cc') FROM post p
JOIN actor w ON w.id = p.author_id
WHERE p.id > ?3 AND w.is_local AND p.deleted_at IS NULL""",
}
_BY_INDEX = 'NOT EXISTS (SELECT 1 FROM "{table}" WHERE {column} = a.id)'
_BY_LIST = 'a.id NOT IN (SELECT {column} FROM "{table}" WHERE {column} IS NOT NULL)'


def old_accounts(before: datetime) -> QuerySet[Any]:
    """All people elsewhere who were not asked for since, also those that stay."""
    return Actor.filter(is_local=False, kind=ActorKind.PERSON, fetched_at__lt=before)


async def count(now: datetime, kept: timedelta) -> int:
    """How many would go."""
    [row] = await raw_sql.run(f"SELECT count(*) AS n {_unknown()}", [now - kept, 0, 0])
    return int(row["n"])


async def purge(now: datetime, kept: timedelta) -> None:
    """One at a time: others write in between."""
    pace, last, begun = Pace(), 0, ids.id_at(now - _WRITTEN_WITHIN)
    while found := await _some(now - kept, last, 0, _AT_ONCE):
        for last in found:
            await _forget(last, now - kept, begun)
            await pace.rest()


async def _forget(actor_id: int, before: datetime, begun: int) -> None:
    """Nobody met them meanwhile; of posts those that were written since the purge has `begun`."""
    async with in_transaction():
        await Actor.filter(id=actor_id).select_for_update().first()
        if await _some(before, actor_id - 1, begun, 1) == [actor_id]:
            await word_tables.ACTORS.drop([actor_id])
            await Actor.filter(id=actor_id).delete()


async def _some(before: datetime, last: int, begun: int, most: int) -> list[int]:
    sql = f"SELECT a.id {_unknown()} ORDER BY a.id LIMIT ?4"
    return [int(row["id"]) for row in await raw_sql.run(sql, [before, last, begun, most])]


def _unknown() -> str:
    return _statement(raw_sql.active().capabilities.dialect)


@cache
def _statement(dialect: str) -> str:
    references = " AND ".join(_references())
    return _UNKNOWN.format(references=references, named=_NAMED[dialect])


def _references() -> Iterator[str]:
    """Of every table that there is, or will be, but for what goes with an account. Those without
    an index are read once, not for each account; they are asked last."""
    later, meta = [], Actor._meta
    for name in sorted(meta.backward_fk_fields | meta.backward_o2o_fields):
        relation: Any = meta.fields_map[name]
        model, column = relation.related_model, relation.relation_source_field
        if model in _WITH_IT:
            continue
        names = {"table": model._meta.db_table, "column": column}
        if _is_indexed(model, relation.relation_field, column):
            yield _BY_INDEX.format(**names)
        else:
            later.append(_BY_LIST.format(**names))
    yield from later


def _is_indexed(model: type[Model], name: str, column: str) -> bool:
    meta = model._meta
    firsts = [one[0] for one in meta.unique_together]
    firsts += [one[0] for one in meta.indexes if isinstance(one, tuple)]
    return meta.fields_map[column].unique or name in firsts or column in firsts
