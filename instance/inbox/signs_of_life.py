"""A host that writes to us can be reached again: what waits for it is tried before its time."""

from datetime import UTC, datetime

from instance import raw_sql
from instance.inbox import fetches
from instance.outbox.enqueue import wake_host

# After every activity, and nearly always nothing waits: one statement to find that out.
_WAITING = """
SELECT EXISTS (SELECT 1 FROM peer WHERE host = ?1 AND failing_since IS NOT NULL) AS deliveries,
    EXISTS (SELECT 1 FROM "fetch" WHERE host = ?1 AND due_at > ?2) AS fetches
"""


async def note(host: str) -> None:
    """Make the oldest delivery to the host and the oldest fetch from it due (section 12)."""
    [waiting] = await raw_sql.look_up(_WAITING, [host, datetime.now(UTC)])
    if waiting["deliveries"]:
        await wake_host(host)
    if waiting["fetches"]:
        await fetches.wake(host)
