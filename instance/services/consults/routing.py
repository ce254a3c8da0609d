"""Waves: who is asked when, within the audience of a consult (domain.md 3.4).

Every institution asks its own members, by its own clock, and says nothing of it. The asker's asks
at once, other hospitals at a quarter of the target time, societies at half of it; each asks once
more a quarter later. All of it hangs on when the answer is due, which stands still while
information is asked for: so do the waves. They end with the first answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from instance import config, events, raw_sql
from instance.models import (
    Actor,
    ActorKind,
    Consult,
    Participant,
    Peer,
    Routing,
    Scope,
    Status,
    Why,
)
from instance.services.consults import asking

WAVE = 5
WAVES = 2
QUARTER, HALF = 0.25, 0.5
BEGINS = {"hospital": QUARTER, "society": HALF}
NAMES_NOBODY = 5  # of fewer who were asked the number would say who they are


@dataclass(frozen=True)
class Hop:
    """What the asker reads of a wave: `count` None where fewer than 5 were asked, so that nobody
    can be told by it."""

    at: datetime
    count: int | None


@dataclass(frozen=True)
class Ahead:
    """What is still to come, while the clock goes on: `next_at` here, and when the others begin;
    None where there are none, or none any more."""

    next_at: datetime | None = None
    hospitals_at: datetime | None = None
    societies_at: datetime | None = None


async def see_to(now: datetime) -> datetime | None:
    """Ask whoever is due to be asked; returns when the next wave is due."""
    upcoming: list[datetime] = []
    for consult_id, due_at in await _waiting():
        next_at = await advance(consult_id, now) if due_at <= now else due_at
        upcoming += [next_at] if next_at is not None else []
    return min(upcoming, default=None)


async def advance(consult_id: int, now: datetime) -> datetime | None:
    """Every wave of one consult that is due, once, however many workers try; returns when its next
    one is due."""
    async with in_transaction():
        consult = await asking.locked(consult_id)
        if not asking.is_running(consult):
            return None
        row, _ = await Routing.get_or_create(consult_id=consult.id)
        if consult.scope is Scope.NAMED:
            await _ask_named(consult, now)
            row.waves = WAVES
        while row.waves < WAVES and _due_at(consult, row.waves) <= now:
            count = await asking.ask_next(consult, consult.specialties, WAVE, now)
            row.waves += 1
            row.hops = [*row.hops, {"at": now.isoformat(), "count": count}]
        await asking.ask_next(consult, consult.specialties, row.owed, now)
        row.owed = 0
        await row.save()
        await events.publish("consult", consult.id)
    return _due_at(consult, row.waves) if row.waves < WAVES else None


async def hops(consult: Consult) -> tuple[Hop, ...]:
    """Of a consult of ours, for its asker."""
    row = await raw_sql.one(Routing, "consult_id", consult.id)
    return tuple(
        Hop(
            datetime.fromisoformat(hop["at"]),
            hop["count"] if hop["count"] >= NAMES_NOBODY or hop["count"] == 0 else None,
        )
        for hop in (row.hops if row is not None else ())
    )


async def ahead(consult: Consult, now: datetime) -> Ahead:
    """Of a consult of ours, for its asker."""
    if not asking.is_running(consult) or consult.scope is Scope.NAMED:
        return Ahead()
    row = await Routing.get_or_none(consult_id=consult.id)
    waves = row.waves if row is not None else 0
    others = Participant.filter(consult_id=consult.id, is_institution=True)
    hosts = await others.exclude(host=config.current().host).values_list("host", flat=True)
    kinds = {peer.kind for peer in await Peer.filter(host__in=list(hosts))}
    at = {kind: _moment(consult, BEGINS[kind]) for kind in BEGINS if kind in kinds}
    return Ahead(
        next_at=_due_at(consult, waves) if waves < WAVES else None,
        hospitals_at=at.get("hospital"),
        societies_at=at.get("society"),
    )


async def _waiting() -> list[tuple[int, datetime]]:
    """Open consults in which not all were asked, or somebody declined while the clock stood; and
    when each is to be looked at."""
    done = Subquery(Routing.filter(waves__gte=WAVES, owed=0).values("consult_id"))
    running = Consult.filter(status=Status.OPEN, due_at__not_isnull=True, is_locked=False)
    kept = running.filter(purged_at=None, frozen_at=None).exclude(id__in=done)
    light = await kept.only("id", "scope", "is_local", "target_hours", "due_at", "published_at")
    own = Routing.filter(consult_id__in=[consult.id for consult in light])
    rows = {row.consult_id: row for row in await own}
    return [(consult.id, _looked_at(consult, rows.get(consult.id))) for consult in light]


def _looked_at(consult: Consult, row: Routing | None) -> datetime:
    if consult.scope is Scope.NAMED or (row is not None and row.owed):
        return consult.published_at
    return _due_at(consult, row.waves if row is not None else 0)


def _due_at(consult: Consult, waves: int) -> datetime:
    begins = 0.0 if consult.is_local else BEGINS[config.current().kind]
    return _moment(consult, begins + waves * QUARTER)


def _moment(consult: Consult, part: float) -> datetime:
    """When this part of the target time has passed; what the clock stood still does not count."""
    target = timedelta(hours=consult.target_hours)
    return (consult.due_at or consult.published_at + target) - (1 - part) * target


async def _ask_named(consult: Consult, now: datetime) -> None:
    """The asker chose them: all at once, under the names that were named."""
    uris = await Participant.filter(consult_id=consult.id, is_institution=False).values_list(
        "actor_uri", flat=True
    )
    people = Actor.filter(uri__in=list(uris), is_local=True, kind=ActorKind.PERSON)
    for actor in await people.exclude(id=consult.asker_id).order_by("id"):
        await asking.ask(consult, actor, Why.NAMED, now)
