"""Who was banned from every channel here is banned from those that open later, too.

There is no list of them: a report says so (`Decision.SUSPENDED`), and it counts until the ban it
brought was lifted in every channel. The others keep it, and a new one takes it from them.
"""

from instance import config, raw_sql
from instance.models import Actor, ActorKind, Ban, Decision, Report
from instance.outbox import posts
from instance.services import audit

_LOCK = "channels of ours"


async def lock() -> None:
    """In the caller's transaction: no channel opens while somebody is banned from all of them."""
    await raw_sql.lock(_LOCK)


async def keep_out(group: Actor) -> None:
    """In the transaction that opens a channel of ours, for all who are banned from every other.

    Nobody is told: nobody follows it yet.
    """
    await lock()
    decided = Report.filter(decision=Decision.SUSPENDED).order_by("id").select_related("target")
    for report in {row.target_id: row for row in await decided}.values():
        by_uri = await _banned_by(report, group)
        if by_uri is not None:
            target = report.target
            await Ban.create(
                uri=posts.activity_uri(),
                group=group,
                actor=target,
                by_uri=by_uri,
                reason=report.reason,
            )
            await audit.record(
                "member.banned",
                actor_uri=by_uri,
                host=config.current().host,
                subject=target.uri,
                channel=group.uri,
            )


async def _banned_by(report: Report, group: Actor) -> str | None:
    """Who decided it, where it still counts; we, where there was no channel to write it down."""
    others = Actor.filter(kind=ActorKind.CHANNEL, is_local=True).exclude(id=group.id)
    if not await others.exists():
        return config.current().uri("/actor")
    still = Ban.filter(actor_id=report.target_id, ends_at=None, reason=report.reason)
    found = await still.filter(group__is_local=True).exclude(group_id=group.id).first()
    return found.by_uri if found is not None else None
