"""Whether something points at a consult that is known here (T51)."""

from collections.abc import Iterable

from instance import raw_sql

# Asked for every public post that arrives: one statement instead of one for each table.
_FIND = """
WITH named (uri) AS ({values})
SELECT 1 FROM named n WHERE EXISTS (SELECT 1 FROM contribution c WHERE c.uri = n.uri)
    OR EXISTS (SELECT 1 FROM consult c WHERE c.uri = n.uri)
    OR EXISTS (SELECT 1 FROM consult c WHERE c.root_uri = n.uri)
    OR EXISTS (SELECT 1 FROM actor a WHERE a.uri = n.uri AND a.kind = 'consult')
LIMIT 1
"""


async def any_consult(uris: Iterable[str | None]) -> bool:
    """Whether one of these is a consult, its Group, its question or a Note in it."""
    named = sorted({uri for uri in uris if uri})
    return bool(await raw_sql.look_up_all(_FIND, named))
