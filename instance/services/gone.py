"""Ids that their owner withdrew before they came here: they count as never sent (5.4, T80)."""

from datetime import UTC, datetime, timedelta

from instance import raw_sql
from instance.models import Gone
from instance.outbox import trust

KEPT = timedelta(days=30)
_FIND = """
SELECT owner_uri, host, expires_at FROM gone WHERE uri = ?1
UNION ALL SELECT uri, host, NULL FROM actor WHERE uri = ?2 AND gone_at IS NOT NULL
UNION ALL SELECT a.uri, a.host, NULL FROM post p JOIN actor a ON a.id = p.author_id
    WHERE p.uri = ?1 AND p.deleted_at IS NOT NULL
"""
_OF_A_HOST = 1_000  # T78: beyond it the ones that expire first make room


def question(uri: str, owner_uri: str) -> raw_sql.Question:
    """What `is_gone` asks first."""
    return _FIND, (uri, owner_uri)


async def is_gone(uri: str, owner_uri: str) -> bool:
    """Whether its owner, or its owner's server, deleted or undid it, be it before it came; or the
    owner is gone altogether."""
    for row in await raw_sql.look_up(*question(uri, owner_uri)):
        by, host, until = row["owner_uri"], row["host"], row["expires_at"]
        if until is not None and raw_sql.time(until) <= datetime.now(UTC):
            continue
        if by == owner_uri or await trust.is_institution(by, host):
            return True
    return False


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
