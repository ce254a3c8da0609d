"""Answering and commenting: for a consult of ours at once, for a peer's through its owner."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation.origin import host_of
from instance import config, events, raw_sql
from instance.errors import FormRefused, NotAllowed
from instance.ids import new_id, read_id
from instance.models import Actor, Consult, Contribution, Draft, Member, Participant, Scope
from instance.outbox import audience, standing, trust
from instance.outbox import consults as documents
from instance.outbox.enqueue import enqueue
from instance.services import duties, identifiers, members, moves, standings
from instance.services.consults import history, notes, privately, questions, reading, states
from instance.services.consults.states import Doer, Event
from instance.services.duties import Duty

_SPOKE = """
SELECT author_id FROM contribution WHERE consult_id = ?1 AND author_id IN ({own}) LIMIT 1
"""


async def contribute(
    member: Member,
    consult_id: int,
    event: Event,
    fields: Mapping[str, Any],
    identity: str = "",
    *,
    number: int | None = None,
) -> Consult:
    """Write an answer, a comment or an event into a consult this member may read.

    `number`: that of what is written, where the caller looks for it afterwards.

    At its owner it counts at once. Elsewhere it is stored as sent, and counts when the owner
    spreads it (federation.md 6.2). Raises NotFound, NotAllowed, Conflict, FormRefused.
    """
    consult = await reading.readable(member, consult_id)
    history.require_told(consult)
    claims = standing.claims_of(member)
    author = await _author(member, consult, identity)
    now, is_asker = datetime.now(UTC), author.id == consult.asker_id
    is_steward = consult.is_local and duties.may(member, Duty.SAFETY)
    doer = Doer(claims, is_asker=is_asker, is_steward=is_steward)
    states.require(event, consult, doer, now)
    problems = notes.problems(event, fields, is_private=consult.is_private)
    if problems:
        raise FormRefused(problems)
    await identifiers.require_clear(member, notes.texts(fields))
    if event is Event.ANSWER:
        await questions.require_current(consult, str(fields.get("question_as_of") or ""))
    await _require_known_readers(consult)
    if consult.is_private:
        await privately.require_other(consult, author)
    note = {
        "id": config.current().uri(f"/o/{number or new_id()}"),
        "inReplyTo": consult.root_uri,
        **notes.to_wire(event, fields),
        **(await questions.as_of(consult) if event is Event.ANSWER else {}),
    }
    activity = await documents.contribution(consult, author, note, now)
    async with in_transaction():
        if consult.is_local:
            current = await history.locked(consult.id)
            await history.take(current, event, activity, author, claims, now, is_steward=is_steward)
            return current
        await _send_to_owner(consult, event, activity, author, claims, now)
    return consult


async def write_privately(
    member: Member, target: Actor, text: str, identity: str = "", draft: Draft | None = None
) -> Consult:
    """Write to one person alone: into the conversation that is open between the two, or a new one.

    `draft` as in `privately.begin`. Raises as `contribute`.
    """
    begun = await privately.begin(member, target, text, identity, draft)
    if begun.is_new:
        return begun.consult
    said = {"text": text}
    return await contribute(member, begun.consult.id, Event.COMMENT, said, begun.author.handle)


async def accept(member: Member, consult_id: int, answers: list[str]) -> Consult:
    """The asker accepts 1-3 answers, named by the ids of their posts here."""
    consult = await reading.readable(member, consult_id)
    history.require_told(consult)
    claims = standing.claims_of(member)
    asker = await Actor.get(id=consult.asker_id)
    now, is_asker = datetime.now(UTC), asker.member_id == member.id
    states.require(Event.ACCEPT, consult, Doer(claims, is_asker=is_asker), now)
    uris = await answer_uris(consult, answers)
    activity = await documents.acceptance(consult, asker, uris, now)
    async with in_transaction():
        current = await history.locked(consult.id)
        await history.take(current, Event.ACCEPT, activity, asker, claims, now)
    return current


async def answer_uris(consult: Consult, answers: list[str]) -> list[str]:
    """Ids of answers of this consult as uris. Raises FormRefused for anything else."""
    rows = await Contribution.filter(
        consult_id=consult.id,
        kind=Event.ANSWER.value,
        seq__not_isnull=True,
        deleted_at=None,
        id__in=[found for answer in answers if (found := read_id(answer)) is not None],
    ).exclude(author_id=consult.asker_id)
    if not 1 <= len(rows) <= states.ACCEPTED_MAX or len(rows) != len(set(answers)):
        raise FormRefused({"answer": f"Choose 1 to {states.ACCEPTED_MAX} answers of this consult."})
    return [row.uri for row in rows]


async def eligible(own: list[Actor], consult: Consult) -> list[Actor]:
    """Of a member's identities those that they may write with here.

    The asker's own; of named people only those named; and once one has spoken, that one: a second
    name beside it would tell everybody that both are one person (T87).
    """
    asking = [actor for actor in own if actor.id == consult.asker_id]
    if asking:
        return asking
    if consult.scope is Scope.NAMED:
        uris = {row.actor_uri for row in await Participant.filter(consult_id=consult.id)}
        own = [actor for actor in own if actor.uri in uris]
    if len(own) < 2:
        return own
    marks = raw_sql.marks(len(own), first=2)
    spoke = await raw_sql.look_up(_SPOKE.format(own=marks), [consult.id, *(a.id for a in own)])
    return [actor for actor in own if actor.id == spoke[0]["author_id"]] if spoke else own


async def _author(member: Member, consult: Consult, identity: str) -> Actor:
    """Never guessed: with several names open, the member says which one speaks."""
    open_to = await eligible(await members.identities(member), consult)
    chosen = [actor for actor in open_to if identity in ("", actor.handle)]
    if len(chosen) != 1:
        raise FormRefused({"identity": "Choose the name you write under here."})
    moves.require_here(chosen[0])
    return chosen[0]


async def _require_known_readers(consult: Consult) -> None:
    """What is written here goes to everybody in it: none of them may be a stranger to us. Whoever
    was blocked takes part no more as we see it; the owner still writes to all it is addressed to.
    """
    if consult.is_local:
        return
    await consult.fetch_related("group")
    hosts = {row.host for row in await Participant.filter(consult_id=consult.id)}
    addressed = {host_of(uri, config.current().development) for uri in consult.addressed_to}
    hosts |= {host for host in addressed if await trust.is_blocked(host)}
    stranger = await audience.stranger_among(hosts, consult.group.host)
    if stranger is not None:
        raise NotAllowed("A hospital in this consult is not a partner of yours. Nothing was sent.")


async def _send_to_owner(
    consult: Consult,
    event: Event,
    activity: dict[str, Any],
    author: Actor,
    claims: standing.Claims,
    now: datetime,
) -> None:
    await consult.fetch_related("group")
    note = activity["object"]
    await Contribution.create(
        id=int(note["id"].rpartition("/")[2]),
        uri=note["id"],
        consult=consult,
        author=author,
        kind=event.value,
        body=note,
        standing=(await standing.as_told(author, claims)).as_json(),
        published_at=now,
    )
    await standings.show_now(author, now)
    await enqueue(activity, sender=author, inboxes=[consult.group.inbox], consult=consult)
    await events.publish("consult", consult.id)
