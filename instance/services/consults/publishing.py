"""Publication of a closed consult as a teaching case, at its owner (ux.md J14).

Its asker proposes the exact text; everybody who wrote in it, and a steward of each hospital in it,
answers to that text (`consenting`). Nothing is public before the last yes. Who said no is told to
nobody: answers come to the owner alone, outside the history, and every end looks the same.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from federation import contexts
from federation.origin import host_of
from federation.recalls import Asked
from instance import config, events, raw_sql
from instance.errors import Conflict, FormRefused, NotFound
from instance.ids import new_id
from instance.media.images import Picture
from instance.models import (
    Actor,
    ActorKind,
    Consult,
    Contribution,
    Member,
    Publication,
    PublicationAnswer,
    Status,
)
from instance.outbox import consults as documents
from instance.outbox import standing
from instance.services import audit, bans, identifiers, moves, posting, wording
from instance.services.consults import (
    case_images,
    consents,
    deleting,
    history,
    reading,
    states,
    teaching,
)
from instance.services.consults.consents import PUBLISH, Said
from instance.services.consults.states import Doer, Event
from instance.services.consults.teaching import Case, Image, Part

# Of the images of a case, in its order; None: not made yet.
Copies = Sequence[Picture] | None

LASTS = timedelta(days=14)
WITHDRAWN = "withdrawn"
_STALE_AFTER = timedelta(days=2)  # a peer's: its owner says no more about it


async def asked_by(member: Member, consult_id: int) -> tuple[Consult, Actor]:
    """A consult of ours that this member asked, and the name they asked with. Raises NotFound."""
    consult = await reading.readable(member, consult_id)
    is_own = consult.is_local and consult.asker.member_id == member.id
    if not is_own or consult.is_private:
        raise NotFound
    return consult, consult.asker


async def current(consult: Consult) -> Publication | None:
    """The proposal that stands, else the one that became public, else the last that ended."""
    rows = await raw_sql.where(Publication, "consult_id = ?1 ORDER BY id DESC", [consult.id])
    return next((row for row in rows if row.ended_at is None or row.public_uri), None) or next(
        iter(rows), None
    )


async def draft(consult: Consult) -> Case:
    rows = {row.uri: row for row in await reading.contributions(consult)}
    first = [rows[uri] for uri in consult.accepted if uri in rows]
    others = [row for row in rows.values() if row not in first]
    return teaching.first_draft(consult.facts, [*first, *others])


async def checked(member: Member, consult_id: int, case: Case) -> Case:
    """The case as it can be proposed: without addresses of consults. Raises NotFound, Conflict,
    NotAllowed, FormRefused; identifiers that are left are among its fields."""
    consult, asker = await asked_by(member, consult_id)
    _require_closed(consult, member)
    channel = (
        await Actor.get_or_none(uri=case.channel, kind=ActorKind.CHANNEL, is_local=True)
        if case.channel
        else None
    )
    problems = teaching.problems(case) | await case_images.problems(consult, case)
    if channel is None:
        problems["channel"] = "Choose a channel."
    if problems or channel is None:
        raise FormRefused(problems)
    moves.require_here(asker)
    await bans.require_admitted(asker, channel)
    known = {row.uri for row in await reading.contributions(consult) if teaching.may_stand_in(row)}
    parts = [
        Part(part.post, await wording.without_consults(part.text))
        for part in case.parts
        if part.post in known and part.text.strip()
    ]
    stripped = Case(
        title=await wording.without_consults(case.title),
        text=await wording.without_consults(case.text),
        parts=tuple(parts),
        channel=channel.uri,
        channel_name=channel.name or channel.handle,
        images=tuple(
            [Image(one.url, await wording.without_consults(one.alt)) for one in case.images]
        ),
    )
    await identifiers.require_clear(member, await fields_of(consult, stripped))
    return stripped


async def fields_of(consult: Consult, case: Case) -> dict[str, str]:
    """What is written freely, by the name of its field in the form."""
    rows = {row.uri: row.id for row in await reading.contributions(consult)}
    parts = {f"part-{rows[part.post]}": part.text for part in case.parts if part.post in rows}
    alts = await case_images.fields_of(consult, case)
    return {"title": case.title, "text": case.text, **parts, **alts}


async def propose(member: Member, consult_id: int, case: Case, *, named: bool) -> Publication:
    """Send it to everybody who wrote in the consult. The asker agrees by that.

    The same text twice is one proposal; another text ends the one before, with all that was said
    about it. Raises as `checked`.
    """
    case = await checked(member, consult_id, case)
    consult, asker = await asked_by(member, consult_id)
    claims, now = standing.claims_of(member), datetime.now(UTC)
    note = {
        "id": config.current().uri(f"/o/{new_id()}"),
        "inReplyTo": consult.root_uri,
        "cs:kind": Event.CONSENT.value,
        "cs:consent": True,
        "cs:case": case.as_wire(),
        "endTime": contexts.timestamp(now + LASTS),
        "content": "",
    }
    activity = await documents.contribution(consult, asker, note, now)
    async with in_transaction():
        consult = await history.locked(consult.id)
        if await Publication.filter(consult_id=consult.id).exclude(public_uri="").exists():
            raise Conflict("This consult is published already.")
        for row in await open_ones(consult):
            if row.digest == teaching.digest(case):
                return row
            await end(consult, row)
        await history.take(consult, Event.CONSENT, activity, asker, claims, now)
        found = await consents.begin(consult, activity["object"], now)
        if found is None:
            raise Conflict
        await _ask_everybody(consult, found, Said(PUBLISH, named, found.digest), now)
        await _record("consult.publish_proposed", consult, asker)
    return found


async def withdraw(member: Member, consult_id: int) -> None:
    """The asker takes the proposal back. A second click changes nothing."""
    consult, _ = await asked_by(member, consult_id)
    async with in_transaction():
        consult = await history.locked(consult.id)
        for row in await open_ones(consult):
            await end(consult, row)


async def open_ones(consult: Consult) -> list[Publication]:
    return await Publication.filter(consult_id=consult.id, ended_at=None).order_by("id")


async def waited_for(consult: Consult, found: Publication) -> list[PublicationAnswer]:
    """Of those who count, who has not answered yet."""
    return [row for row in await _counting(consult, found) if row.said is None]


async def settle(
    consult: Consult, found: Publication, now: datetime, copies: Copies = None
) -> None:
    """Publish or end a proposal of ours where that is decided; the consult is locked. One with
    images waits for the worker, which makes their public copies first."""
    if found.ended_at is not None:
        return
    if consult.status is not Status.CLOSED or consult.is_locked:
        await end(consult, found)
    elif found.stops_at is not None:
        if now >= found.stops_at:
            await end(consult, found)
    elif not await waited_for(consult, found):
        await _publish(consult, found, datetime.now(UTC), copies)
    elif now >= found.ends_at:
        await end(consult, found)


async def undecided() -> list[int]:
    """Proposals that time, a trust that ended or a consult that went on may have decided."""
    rows = Publication.filter(ended_at=None, consult__awaited_since=None).order_by("id")
    return [row.id for row in await rows.only("id")]


async def look_again(publication_id: int, now: datetime) -> None:
    """At one of them, in a transaction of its own."""
    copies = await _copies(publication_id)
    async with in_transaction():
        found = await Publication.get_or_none(id=publication_id).select_related("consult")
        if found is None or found.ended_at is not None:
            return
        if found.consult.is_local:
            consult = await history.locked(found.consult_id)
            await settle(consult, await Publication.get(id=publication_id), now, copies)
        elif now >= found.ends_at + _STALE_AFTER:
            await consents.close(found, now)


async def end(consult: Consult, found: Publication) -> None:
    """Over, for whatever reason: its asker's Delete says no more. In the caller's transaction."""
    asker, now = await Actor.get(id=consult.asker_id), datetime.now(UTC)
    row = await Contribution.get_or_none(uri=found.uri, deleted_at=None)
    if row is not None:
        inner = await documents.deletion(consult, asker, found.uri, now)
        await deleting.spread(consult, inner, Asked((found.uri,), WITHDRAWN), now, asker)
        await Contribution.filter(id=row.id).update(deleted_at=now)
        await consult.save(update_fields=["last_seq"])
    await consents.close(found, now)
    await events.publish("consult", consult.id)


async def _copies(publication_id: int) -> Copies:
    """Of the images of one that nobody is waited for any more; None where it has none, () where
    they cannot be had."""
    found = await Publication.get_or_none(
        id=publication_id, ended_at=None, stops_at=None, consult__is_local=True
    ).select_related("consult__asker")
    case = teaching.read(found.words) if found is not None else None
    if found is None or case is None or not case.images:
        return None
    if await waited_for(found.consult, found):
        return None
    return await case_images.made(found.consult, case) or ()


async def _publish(consult: Consult, found: Publication, now: datetime, copies: Copies) -> None:
    """The case without what its authors left out, in one of our channels, as a post of its own."""
    case, asker = teaching.read(found.words), await Actor.get(id=consult.asker_id)
    member = await Member.get_or_none(id=asker.member_id)
    channel = await Actor.get_or_none(uri=case.channel, kind=ActorKind.CHANNEL, is_local=True)
    if member is None or channel is None or await consents.gone([asker.uri]):
        await end(consult, found)
        return
    if await identifiers.look(member, await fields_of(consult, case)):
        await end(consult, found)  # what the check knows by now stops it
        return
    if case.images and copies is None:
        return
    if len(copies or ()) != len(case.images):
        await end(consult, found)  # one of its images is gone
        return
    shown = await consents.shown(consult, found)
    said = teaching.blocks(case, shown.asker, shown.parts)
    post = await posting.publish_case(
        channel,
        case.title,
        teaching.as_html(said, shown.hospitals),
        teaching.as_text(said, shown.hospitals),
        _beside(shown.hospitals),
        now,
        await case_images.store(channel, case, copies or (), now),
    )
    row = await Contribution.get(uri=found.uri)
    note = {name: value for name, value in row.body.items() if name not in ("to", "cc")}
    note["cs:published"] = post.uri
    inner = await documents.change(consult, asker, note, now)
    await history.append(consult, inner, now, asker)
    row.body = inner["object"]
    await row.save(update_fields=["body"])
    await consult.save(update_fields=["last_seq"])
    await consents.close(found, now, post.uri)
    await _record("consult.published", consult, asker, post=post.uri)
    await events.publish("consult", consult.id)


def _beside(hospitals: tuple[str, ...]) -> dict[str, Any]:
    disclaimer = {"cs:version": teaching.DISCLAIMER_VERSION, "content": teaching.DISCLAIMER}
    return {"cs:disclaimer": disclaimer, "cs:coSignedBy": list(hospitals)}


async def _ask_everybody(consult: Consult, found: Publication, own: Said, now: datetime) -> None:
    """A row for each person who wrote in it and each hospital in it; our own people are told."""
    said = Contribution.filter(consult_id=consult.id, seq__not_isnull=True)
    authors = await Actor.filter(id__in=await said.distinct().values_list("author_id", flat=True))
    rows = {actor.uri: actor.host for actor in authors if actor.id != consult.asker_id}
    for uri, host in rows.items():
        await PublicationAnswer.create(
            publication=found, actor_uri=uri, host=host, is_institution=False
        )
    await PublicationAnswer.create(
        publication=found,
        actor_uri=consult.asker.uri,
        host=config.current().host,
        is_institution=False,
        said=own.as_json(),
    )
    development = config.current().development
    for uri in consult.addressed_to[1:]:
        host = host_of(uri, development)
        await PublicationAnswer.create(
            publication=found, actor_uri=uri, host=host, is_institution=True
        )
    await consents.tell_ours(consult, found, now)


async def _counting(consult: Consult, found: Publication) -> list[PublicationAnswer]:
    """Without those who are gone: who left with their hospital or their account is left out."""
    rows = await PublicationAnswer.filter(publication_id=found.id).order_by("id")
    hosts = set(await reading.institutions(consult)) | {config.current().host}
    gone = await consents.gone([row.actor_uri for row in rows])
    return [row for row in rows if row.host in hosts and row.actor_uri not in gone]


def _require_closed(consult: Consult, member: Member) -> None:
    doer = Doer(standing.claims_of(member), is_asker=True)
    states.require(Event.CONSENT, consult, doer, datetime.now(UTC))


async def _record(action: str, consult: Consult, asker: Actor, **detail: str) -> None:
    more: Mapping[str, str] = detail
    await audit.record(
        action, actor_uri=asker.uri, host=config.current().host, subject=consult.uri, **more
    )
