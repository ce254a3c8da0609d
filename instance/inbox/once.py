"""What was received is remembered by inserts that say whether it was new: one statement each.

In the caller's transaction, so that a refusal forgets it again. Where two requests bring the same
thing at once, the second one waits for the first and finds it known.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from federation.errors import Malformed
from instance import raw_sql
from instance.ids import new_id

_LONGEST = 512  # characters, as in the tables
_SIGNATURE = """
INSERT INTO seen_signature (signature_hash, expires_at) VALUES (?1, ?2)
ON CONFLICT (signature_hash) DO NOTHING
"""
_ACTIVITY = """
INSERT INTO received_activity (id, uri, host, type, received_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (uri) DO NOTHING
"""
_STORED = "SELECT id FROM received_activity WHERE id IN ({marks})"
# Those that are new. Only then are their names locked: each statement after this one sees what
# whoever held one of them has done.
_ACTIVITIES = """
WITH new AS (
    INSERT INTO received_activity (id, uri, host, type, received_at)
    SELECT *, ?5::timestamptz FROM unnest(?1::bigint[], ?2::text[], ?3::text[], ?4::text[])
    ON CONFLICT (uri) DO NOTHING RETURNING id
)
SELECT new.id, {held} FROM new
JOIN unnest(?1::bigint[], ?7::text[]) AS named (id, name) ON named.id = new.id
""".replace("{held}", raw_sql.held("?6", "named.name"))


class Activity(NamedTuple):
    """`kind`: its type, 32 characters. `locking`: see `raw_sql.is_stored`."""

    uri: str
    host: str
    kind: str
    locking: str = ""

    def require_storable(self) -> None:
        """Raises Malformed for an id that no column of ours holds."""
        if len(self.uri) > _LONGEST:
            raise Malformed("an id of more than 512 characters")


async def is_new_signature(signature_hash: str, expires_at: datetime, *, locking: str = "") -> bool:
    """False for a replay within the window (F-SIG-4). `locking`: see `raw_sql.is_stored`."""
    return await raw_sql.is_stored(_SIGNATURE, [signature_hash, expires_at], locking=locking)


async def are_new_activities(received: Sequence[Activity]) -> list[bool]:
    """Of each: False where it was applied before (T13), or is the same as another one of these."""
    now = datetime.now(UTC)
    for one in received:
        one.require_storable()
    rows = [(new_id(), one.uri, one.host, one.kind) for one in received]
    if not raw_sql.is_postgres():
        at = str(now)  # once, not for each of them
        if await raw_sql.count_stored(_ACTIVITY, [(*row, at) for row in rows]) == len(rows):
            return [True] * len(rows)
        sql = _STORED.format(marks=raw_sql.marks(len(rows)))
        stored = await raw_sql.run(sql, [number for number, *_ in rows])
        return _are_among(rows, stored)
    ids, uris, hosts, kinds = map(list, zip(*rows, strict=True))
    names = [one.locking or one.uri for one in received]
    values = [ids, uris, hosts, kinds, now, raw_sql.NAMES, names]
    return _are_among(rows, await raw_sql.run(_ACTIVITIES, values))


def _are_among(rows: Sequence[tuple[Any, ...]], stored: Sequence[Mapping[str, Any]]) -> list[bool]:
    """`rows`: their ids come first."""
    found = {row["id"] for row in stored}
    return [row[0] in found for row in rows]


async def is_new_activity(received: Activity) -> bool:
    [is_new] = await are_new_activities([received])
    return is_new


async def is_new_announced(
    group_uri: str, uri: str, host: str, kind: str, *, locking: str = ""
) -> bool:
    """False for an activity that this channel announced before, under whatever id (T13).

    Apart from what came from its sender: that may have meant nothing here until the channel
    announced it.
    """
    key = sha256(f"{group_uri} {uri}".encode()).hexdigest()
    return await is_new_activity(Activity(f"announced:{key}", host, kind, locking))
