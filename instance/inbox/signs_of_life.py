"""A host that writes to us can be reached again: what waits for it is tried before its time."""

from datetime import UTC, datetime

from federation.authentication import SignedAs
from instance import raw_sql
from instance.inbox import fetches
from instance.outbox import forms, limits
from instance.outbox.enqueue import wake_host

# Nearly always nothing waits: one statement to find that out, and for a host that sends more than
# one activity a second not after each of them.
_PER_MINUTE = 60
_WAITING = """
SELECT EXISTS (SELECT 1 FROM peer WHERE host = ?1 AND failing_since IS NOT NULL) AS deliveries,
    EXISTS (SELECT 1 FROM peer WHERE host = ?1 AND form = 'rfc9421'
        AND (form_at IS NULL OR form_at > ?3)) AS is_learned,
    EXISTS (SELECT 1 FROM "fetch" WHERE host = ?1 AND due_at > ?2) AS fetches
"""


async def note(host: str, form: SignedAs) -> None:
    """Make the oldest delivery to the host and the oldest fetch from it due (section 12).

    `form`: how it signed, which tells in what form it may be written to (9.3).
    """
    now = datetime.now(UTC)
    if not limits.current().signs_of_life.take(host, _PER_MINUTE, now):
        return
    [waiting] = await raw_sql.look_up(_WAITING, [host, now, now - forms.REMEMBERED])
    if form == "rfc9421" and not waiting["is_learned"]:
        await forms.learn(host)
    if waiting["deliveries"]:
        await wake_host(host)
    if waiting["fetches"]:
        await fetches.wake(host)
