"""What was received is remembered by inserts that say whether it was new: one statement each.

In the caller's transaction, so that a refusal forgets it again. Where two requests bring the same
thing at once, the second one waits for the first and finds it known.
"""

from datetime import UTC, datetime
from hashlib import sha256

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


async def is_new_signature(signature_hash: str, expires_at: datetime, *, locking: str = "") -> bool:
    """False for a replay within the window (F-SIG-4). `locking`: see `raw_sql.is_stored`."""
    return await raw_sql.is_stored(_SIGNATURE, [signature_hash, expires_at], locking=locking)


async def is_new_activity(uri: str, host: str, kind: str, *, locking: str = "") -> bool:
    """False for an activity that was applied before (T13). `kind`: its type, 32 characters.
    `locking`: see `raw_sql.is_stored`.

    Raises Malformed for an id that no column of ours holds.
    """
    if len(uri) > _LONGEST:
        raise Malformed("an id of more than 512 characters")
    values = [new_id(), uri, host, kind, datetime.now(UTC)]
    return await raw_sql.is_stored(_ACTIVITY, values, locking=locking)


async def is_new_announced(
    group_uri: str, uri: str, host: str, kind: str, *, locking: str = ""
) -> bool:
    """False for an activity that this channel announced before, under whatever id (T13).

    Apart from what came from its sender: that may have meant nothing here until the channel
    announced it.
    """
    key = sha256(f"{group_uri} {uri}".encode()).hexdigest()
    values = [new_id(), f"announced:{key}", host, kind, datetime.now(UTC)]
    return await raw_sql.is_stored(_ACTIVITY, values, locking=locking)
