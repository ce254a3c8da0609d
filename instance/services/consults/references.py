"""Whether something points at a consult that is known here (T51)."""

from collections.abc import Iterable

from instance import raw_sql

# Asked for every public post that arrives: one statement instead of one for each table.
_FIND = """
SELECT 1 FROM contribution WHERE uri IN ({uris})
UNION ALL SELECT 1 FROM consult WHERE uri IN ({uris}) OR root_uri IN ({uris})
UNION ALL SELECT 1 FROM actor WHERE kind = 'consult' AND uri IN ({uris})
LIMIT 1
"""


async def any_consult(uris: Iterable[str | None]) -> bool:
    """Whether one of these is a consult, its Group, its question or a Note in it."""
    named = sorted({uri for uri in uris if uri})
    if not named:
        return False
    sql = _FIND.format(uris=raw_sql.marks(len(named)))
    return bool(await raw_sql.look_up(sql, named))
