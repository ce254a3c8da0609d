"""Taking a hospital's consults out of our house: no word stays, the ids do.

What stays tells what was here: an id that was used is used for ever (T51, T60), and the record of
administrators names it.
"""

from datetime import datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from federation.relationships import Terms
from instance import config, events
from instance.models import (
    Consult,
    Contribution,
    Direction,
    HistoryEntry,
    Media,
    OutboxActivity,
    Participant,
    Publication,
    Relationship,
    TrustState,
)
from instance.services import audit
from instance.services.consults import states

_PAGE = 100
_NOTHING_SAID: dict[str, Any] = {
    "facts": {},
    "specialties": [],
    "question_type": "",
    "urgency": "",
    "accepted": [],
    "outcome": None,
}


async def purge(consult: Consult, now: datetime) -> int:
    """In the caller's transaction, which holds the consult. Returns how many bodies are left: they
    are looked for afterwards, so 0 is no promise but what was found (T61)."""
    words = Contribution.filter(consult_id=consult.id)
    await words.update(body={}, standing={})
    await HistoryEntry.filter(consult_id=consult.id).delete()
    await Media.filter(consult_id=consult.id).delete()
    await Publication.filter(consult_id=consult.id).delete()
    await OutboxActivity.filter(consult_id=consult.id).update(body=None)
    await Participant.filter(consult_id=consult.id).delete()
    await Consult.filter(id=consult.id).update(purged_at=now, **_NOTHING_SAID)
    await audit.record(
        "consult.purged",
        actor_uri=config.current().uri("/actor"),
        host=consult.group.host,
        subject=consult.uri,
    )
    await events.publish("consult", consult.id)
    return await left(consult.id)


async def expire(now: datetime) -> None:
    """What partners ended, and we agreed to keep no longer (`cs:terms` retentionDays)."""
    for host, kept in (await _retentions()).items():
        ended = _ended(now - kept)
        theirs = ended.filter(group__host=host).order_by("id")
        while found := await theirs.limit(_PAGE):
            for one in found:
                async with in_transaction():
                    consult = await ended.select_for_update().get_or_none(id=one.id)
                    if consult is not None:
                        await consult.fetch_related("group")
                        await purge(consult, now)


async def count_ended(now: datetime) -> int:
    """How many `expire` would take."""
    return sum(
        [
            await _ended(now - kept).filter(group__host=host).count()
            for host, kept in (await _retentions()).items()
        ]
    )


def _ended(before: datetime) -> QuerySet[Consult]:
    ended = Consult.filter(is_local=False, purged_at=None)
    return ended.filter(status__in=states.ENDED, changed_at__lt=before)


async def _retentions() -> dict[str, timedelta]:
    """By host, of agreements in force or at rest, the shorter term."""
    ways: dict[str, list[int]] = {}
    rows = Relationship.filter(state__in=(TrustState.ACTIVE, TrustState.SUSPENDED))
    for row in await rows.select_related("peer"):
        days = Terms.from_wire(row.terms).retention_days
        ways.setdefault(row.peer.host, []).append(days)
    both = {host: days for host, days in ways.items() if len(days) == len(Direction)}
    return {host: timedelta(days=min(days)) for host, days in both.items()}


async def left(consult_id: int) -> int:
    """How many bodies and images of it are here."""
    consult = await Consult.get(id=consult_id)
    said = await Contribution.filter(consult_id=consult_id)
    return (
        bool(consult.facts)
        + sum(bool(row.body) for row in said)
        + await HistoryEntry.filter(consult_id=consult_id).count()
        + await Media.filter(consult_id=consult_id).count()
        + await OutboxActivity.filter(consult_id=consult_id, body__not_isnull=True).count()
    )
