"""Proposals to publish a consult, and who is asked: what is kept of them here (ux.md J14).

An answer only takes its giver off the list of those who are waited for, whatever it says; an
objection is told later, at a random moment, and not whose it was.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from federation import vocabulary
from federation.errors import Malformed
from instance import config
from instance.models import (
    Actor,
    Consult,
    Contribution,
    Member,
    Publication,
    PublicationAnswer,
    Standing,
)
from instance.services import members, peers, reaching, settings
from instance.services.consults import reading, teaching
from instance.services.occasions import Occasion

PUBLISH, LEAVE_OUT, OBJECT = CHOICES = ("publish", "leave_out", "object")
_TOLD_AFTER = (timedelta(hours=1), timedelta(hours=24))
_LONGEST = timedelta(days=14, hours=1)
_random = secrets.SystemRandom()


@dataclass(frozen=True)
class Said:
    """`named`: with their name; else by role and specialty. `digest`: of the text they read. `by`
    and `at`, of our hospital: the steward who said it, and when (UTC, ISO)."""

    choice: str
    named: bool
    digest: str
    by: str = ""
    at: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value != ""}


@dataclass(frozen=True)
class Shown:
    """What the public text names: how the asker appears; by the id of each post that is in it, its
    kind and its author; and the hospitals that signed."""

    asker: str
    parts: Mapping[str, tuple[str, str]]
    hospitals: tuple[str, ...]


async def begin(consult: Consult, note: Mapping[str, Any], now: datetime) -> Publication | None:
    """Keep a proposal that the history brought, in the caller's transaction. None for a Note that
    proposes nothing that can be read."""
    try:
        case = teaching.read(note.get("cs:case"))
    except Malformed:
        return None
    said_at = vocabulary.time_of("published", note.get("published")) or now
    ends_at = vocabulary.time_of("endTime", note.get("endTime")) or said_at
    return await Publication.create(
        consult=consult,
        uri=note["id"],
        words=case.as_wire(),
        digest=teaching.digest(case),
        proposed_at=min(said_at, now),
        ends_at=min(ends_at, now + _LONGEST),
    )


async def hear(consult: Consult, note: Mapping[str, Any], now: datetime) -> None:
    """A peer's proposal: our people who wrote in it and our stewards are asked."""
    found = await begin(consult, note, now) if note.get("cs:consent") is True else None
    if found is None:
        return
    ours = config.current()
    wrote = Contribution.filter(consult_id=consult.id, author__is_local=True, seq__not_isnull=True)
    ids = await wrote.distinct().values_list("author_id", flat=True)
    for actor in await Actor.filter(id__in=ids):
        await _wait_for(found, actor.uri, is_institution=False)
    await _wait_for(found, ours.uri("/actor"), is_institution=True)
    await tell_ours(consult, found, now)


async def hear_change(inner: Mapping[str, Any], now: datetime) -> None:
    """A peer's proposal became public. That one is over is told by a Delete (`burying`)."""
    uri = vocabulary.id_of(inner.get("object"))
    found = await Publication.get_or_none(uri=uri, ended_at=None) if uri else None
    note = inner.get("object")
    if found is None:
        return
    published = note.get("cs:published") if isinstance(note, Mapping) else None
    if isinstance(published, str) and published.startswith(("https://", "http://")):
        await close(found, now, published[:512])


async def close(found: Publication, now: datetime, public_uri: str = "") -> None:
    """In the caller's transaction. What is not public leaves no words, and no answers."""
    found.ended_at, found.public_uri = now, public_uri
    if not public_uri:
        found.words = {}
        await PublicationAnswer.filter(publication_id=found.id).delete()
    await found.save()


async def tell_ours(consult: Consult, found: Publication, now: datetime) -> None:
    rows = PublicationAnswer.filter(publication_id=found.id, is_institution=False, said=None)
    uris = [row.actor_uri for row in await rows]
    for actor in await Actor.filter(uri__in=uris, is_local=True):
        await reaching.tell(actor, Occasion.CONSENT, consult.group_id, now)


async def own_answer(member: Member, found: Publication) -> PublicationAnswer | None:
    """The row of whichever of their names wrote in it; None for who is not asked."""
    uris = [actor.uri for actor in await members.identities(member)]
    rows = PublicationAnswer.filter(publication_id=found.id, is_institution=False)
    return await rows.filter(actor_uri__in=uris).first()


async def keep(found: Publication, row: PublicationAnswer, said: Said, now: datetime) -> bool:
    """False where nothing changes: an objection stands."""
    if row.said is not None and (row.said["choice"] == OBJECT or row.said == said.as_json()):
        return False
    row.said = said.as_json()
    await row.save(update_fields=["said"])
    if said.choice == OBJECT and found.stops_at is None:
        first, last = (one.total_seconds() for one in _TOLD_AFTER)
        after = timedelta(seconds=_random.uniform(first, last))
        found.stops_at = min(now + after, found.ends_at)
        await found.save(update_fields=["stops_at"])
    return True


async def shown(consult: Consult, found: Publication) -> Shown:
    """Whom the public text names, by what they agreed to. At its owner."""
    rows = await PublicationAnswer.filter(publication_id=found.id)
    said = {row.actor_uri: row.said for row in rows if row.said}
    hosts = {*await reading.institutions(consult), config.current().host}
    out = await gone(list(said))
    agreed = {
        row.actor_uri
        for row in rows
        if row.said and row.said["choice"] == PUBLISH and row.said["digest"] == found.digest
        if row.host in hosts and row.actor_uri not in out
    }
    posts_of = await Contribution.filter(consult_id=consult.id).select_related("author")
    parts = {
        row.uri: (row.kind, _byline(row, said[row.author.uri]["named"]))
        for row in posts_of
        if row.author.uri in agreed and teaching.may_stand_in(row)
    }
    named_in = {part.post for part in teaching.read(found.words).parts}
    authors = {row.author.host for row in posts_of if row.uri in parts and row.uri in named_in}
    names = await peers.names() | {config.current().host: (await settings.read()).name}
    signing = {row.host for row in rows if row.is_institution and row.actor_uri in agreed}
    ours = config.current().host
    shown_hosts = sorted(signing & (authors | {ours}), key=lambda host: (host != ours, host))
    return Shown(
        asker=await asker_line(consult, named=said.get(consult.asker.uri, {}).get("named", False)),
        parts=parts,
        hospitals=tuple(names.get(host, host) for host in shown_hosts),
    )


async def asker_line(consult: Consult, *, named: bool) -> str:
    row = await Contribution.filter(consult_id=consult.id, kind="question").first()
    claims = row.standing if row is not None else {}
    name = (consult.asker.name or consult.asker.handle) if named else ""
    return teaching.byline(name, claims)


async def without_names(consult: Consult) -> dict[str, tuple[str, str]]:
    """As `Shown.parts`, as they appear who choose nothing."""
    rows = await reading.contributions(consult)
    return {row.uri: (row.kind, _byline(row, False)) for row in rows if row.kind != "question"}


async def gone(uris: Collection[str]) -> set[str]:
    """Whose account is gone, moved or suspended, or whose hospital vouches for them no more."""
    actors = await Actor.filter(uri__in=list(uris))
    suspended = Member.filter(id__in=[one.member_id for one in actors if one.member_id])
    kept_out = suspended.filter(suspended_at__not_isnull=True)
    out: set[int | None] = {row.id for row in await kept_out.only("id")}
    remote = [one.id for one in actors if not one.is_local]
    withdrawn = {
        row.actor_id for row in await Standing.filter(actor_id__in=remote) if row.is_withdrawn
    }
    return {
        one.uri
        for one in actors
        if one.gone_at or one.moved_to_uri or one.member_id in out or one.id in withdrawn
    }


def _byline(row: Contribution, named: bool) -> str:
    name = (row.author.name or row.author.handle) if named else ""
    return teaching.byline(name, row.standing)


async def _wait_for(found: Publication, uri: str, *, is_institution: bool) -> None:
    await PublicationAnswer.create(
        publication=found,
        actor_uri=uri,
        host=config.current().host,
        is_institution=is_institution,
    )
