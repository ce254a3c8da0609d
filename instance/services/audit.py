"""The record of what administrators must be able to look up later. Never content."""

import logging

from instance import config
from instance.models import AuditEntry

log = logging.getLogger(__name__)


async def record(
    action: str, *, actor_uri: str, host: str, subject: str, **detail: str | int
) -> None:
    """Write one entry; inside the transaction of the action where there is one.

    `detail` takes ids, rule ids, hosts and counts.
    """
    await AuditEntry.create(
        action=action, actor_uri=actor_uri, host=host, subject=subject, detail=detail
    )
    log.info("audit %s by %s about %s", action, host, subject)


async def record_violation(rule: str) -> None:
    """A consult was about to leave its audience: ours is the mistake (F-CON-2).

    Call it after the transaction that it ended. `rule`: as in AudienceViolation.
    """
    settings = config.current()
    ours = settings.uri("/actor")
    await record("audience.violation", actor_uri=ours, host=settings.host, subject=ours, rule=rule)
