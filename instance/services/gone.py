"""Ids that their owner withdrew before they came here: they count as never sent (5.4, T80)."""

from datetime import UTC, datetime, timedelta

from instance import raw_sql
from instance.models import Gone

KEPT = timedelta(days=30)
_FIND = "SELECT 1 FROM gone WHERE uri = ?1 AND owner_uri = ?2 AND expires_at > ?3"
_OF_A_HOST = 1_000  # T78: beyond it the ones that expire first make room


async def is_gone(uri: str, owner_uri: str) -> bool:
    """Whether its owner deleted or undid it before it came."""
    found = await raw_sql.look_up(_FIND, [uri, owner_uri, datetime.now(UTC)])
    return bool(found)


async def remember(uri: str, owner_uri: str, host: str) -> None:
    """Keep a late arrival of `uri` away; only its owner's word reserves an id (T34).

    In the caller's transaction. `uri` and `owner_uri` are of one origin, and `host` theirs.
    """
    rows = Gone.filter(host=host)
    if await rows.count() >= _OF_A_HOST:
        oldest = await rows.order_by("expires_at").first()
        if oldest is not None:
            await oldest.delete()
    await Gone.get_or_create(
        defaults={"owner_uri": owner_uri, "host": host, "expires_at": datetime.now(UTC) + KEPT},
        uri=uri,
    )


async def forget_expired() -> None:
    await Gone.filter(expires_at__lt=datetime.now(UTC)).delete()
