"""Public keys we keep, by their id: one statement, because every signed request asks for one."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.connection import get_connection

from federation import keys

_FIND = """
SELECT k.algorithm, k.public, a.uri AS owner, a.host,
    (a.is_local OR a.proven_at IS NOT NULL) AS is_proven
FROM actor_key k JOIN actor a ON a.id = k.actor_id
WHERE k.uri = ?1 AND (a.is_local OR a.fetched_at > ?2)
"""


@dataclass(frozen=True)
class Stored:
    """`host` is its owner's. `is_proven`: our own, or vouched for by its pinned institution."""

    key: keys.PublicKey
    host: str
    is_proven: bool


async def find(key_id: str, fresh_since: datetime) -> Stored | None:
    """None for a key we do not have, or whose owner was last fetched before `fresh_since`."""
    connection = get_connection("default")
    mark = "$" if connection.capabilities.dialect == "postgres" else "?"
    rows = await connection.execute_query_dict(_FIND.replace("?", mark), [key_id, fresh_since])
    if not rows:
        return None
    row = rows[0]
    read = keys.public_from_pem if row["algorithm"] == "rsa" else keys.public_from_multikey
    key = keys.PublicKey(key_id, row["owner"], read(row["public"]))
    return Stored(key, row["host"], bool(row["is_proven"]))
