"""Whether something points at a consult that is known here (T51)."""

from collections.abc import Iterable

from tortoise.connection import get_connection

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
    connection = get_connection("default")
    mark = "$" if connection.capabilities.dialect == "postgres" else "?"
    marks = ", ".join(f"{mark}{number}" for number in range(1, len(named) + 1))
    return bool(await connection.execute_query_dict(_FIND.format(uris=marks), named))
