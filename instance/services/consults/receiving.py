"""A peer's consult as its owner tells it: members, then the history in order (6.2.4)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from federation import proofs, recalls, vocabulary
from federation.errors import Malformed, NotAllowed
from federation.origin import host_of, require_same_origin
from instance import config, events
from instance.ids import new_id
from instance.models import (
    Actor,
    Consult,
    Contribution,
    HistoryEntry,
    Participant,
    Scope,
    Standing,
    Status,
)
from instance.outbox import standing, trust
from instance.services.consults import (
    attachments,
    changing,
    consents,
    leaving,
    news,
    notes,
    obeying,
    questions,
    states,
)
from instance.services.consults import facts as facts_of


async def apply_addition(
    consult: Consult,
    addition: Mapping[str, Any],
    author: Actor,
    claims: standing.Claims | None = None,
) -> None:
    """Apply the next entry of a known consult, every signature on it checked by the caller.

    `claims`: what the owner says of the author, where it is the only one we can ask (F-CON-5).

    In the caller's transaction. Entries of kinds this version does not know are kept in the
    history, so that the numbers go on, and change nothing.
    """
    inner = addition["object"]
    seq = addition["cs:seq"]
    await _keep_entry(consult, addition)
    kind = inner.get("type")
    note = inner.get("object")
    if kind == "Create" and isinstance(note, Mapping) and note.get("type") == "Note":
        await _keep_note(consult, note, author, seq, claims)
    elif kind == "Delete":
        by = author if author.id != consult.group_id else None
        asked, wants_receipt = recalls.read(inner), recalls.is_recall(inner)
        now = datetime.now(UTC)
        await obeying.obey(consult, asked, inner["id"], seq, now, by, answers=wants_receipt)
    elif await obeying.is_question_again(consult, inner, author) and isinstance(note, Mapping):
        await obeying.take_question_again(consult, note)
    elif questions.is_edit(consult, inner, author) and isinstance(note, Mapping):
        await questions.keep(consult, note, datetime.now(UTC))
    elif kind == "Update" and author.id != consult.group_id:
        row = await Contribution.get_or_none(uri=vocabulary.id_of(note), consult_id=consult.id)
        if row is not None:
            await changing.keep(inner, row, consult.group.host, datetime.now(UTC))
            await consents.hear_change(inner, datetime.now(UTC))
    elif kind == "Update" and author.id == consult.group_id and isinstance(note, Mapping):
        if note.get("cs:version") != consult.version + 1:
            raise NotAllowed("T60 version")
        _replace_state(consult, note)
    elif leaving.is_removal(consult, inner) and author.id == consult.group_id:
        await leaving.hear(consult, inner, datetime.now(UTC))
    consult.last_seq = seq
    await consult.save()
    await events.publish("consult", consult.id)


async def create_without_words(
    addition: Mapping[str, Any], members: Mapping[str, Any], group: Actor, asker: Actor
) -> Consult:
    """Store a peer's consult whose question was recalled before it came here: its numbers go on,
    and its asker may send it again (6.4)."""
    now = datetime.now(UTC)
    consult = Consult(
        id=new_id(),
        uri=addition["context"],
        root_uri=addition["object"]["object"],
        group=group,
        asker=asker,
        is_local=False,
        scope=_scope(members),
        is_private=facts_of.is_private(members),
        addressed_to=list(addition["to"]),
        urgency="",
        question_type="",
        target_hours=0,
        specialties=[],
        facts={},
        last_seq=1,
        published_at=min(vocabulary.time_of("published", addition.get("published")) or now, now),
        changed_at=now,
    )
    _require_two(consult, members)
    await consult.save(force_create=True)
    await _keep_members(consult, members)
    await _keep_entry(consult, addition)
    await _keep_root(consult, {})
    await events.publish("consult", consult.id)
    return consult


async def create(
    addition: Mapping[str, Any],
    members: Mapping[str, Any],
    group: Actor,
    asker: Actor,
    consult_id: int = 0,
) -> Consult:
    """Store a peer's consult from its first entry and its `K/members`, both checked; or one of
    ours, with its id, that only others have any more (`regaining`)."""
    inner = addition["object"]
    root = inner["object"]
    facts = facts_of.from_wire(root)
    now = datetime.now(UTC)
    consult = Consult(
        id=consult_id or new_id(),
        uri=addition["context"],
        root_uri=root["id"],
        group=group,
        asker=asker,
        is_local=group.is_local,
        scope=_scope(root),
        is_private=facts_of.is_private(root),
        addressed_to=list(addition["to"]),
        urgency=facts["urgency"],
        question_type=facts["question_type"],
        target_hours=facts["target_hours"],
        specialties=facts["specialties"],
        facts=facts,
        last_seq=1,
        published_at=min(vocabulary.time_of("published", root.get("published")) or now, now),
        changed_at=now,
    )
    if root.get("cs:status") != Status.OPEN.value or root.get("cs:version") != 1:
        raise Malformed("a consult begins open, at version 1")
    _require_two(consult, members)
    _replace_state(consult, root)
    await consult.save(force_create=True)
    await _keep_members(consult, members)
    await _keep_entry(consult, addition)
    await _keep_root(consult, await attachments.admitted(root, group.host))
    await news.of_message(consult, asker, consult.root_uri, now)
    await events.publish("consult", consult.id)
    return consult


def require_members(members: Mapping[str, Any], group_uri: str) -> list[str]:
    """The items of a `K/members`: people or institutions, of the owner's Group (T59)."""
    if vocabulary.id_of(members.get("attributedTo")) != group_uri:
        raise NotAllowed("F-CON-1: members of another consult")
    require_same_origin(str(members.get("id")), group_uri, dev=config.current().development)
    items = members.get("orderedItems")
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise Malformed("K/members without items")
    return items


def _require_two(consult: Consult, members: Mapping[str, Any]) -> None:
    """What is private is between its asker and one of ours: nobody reads along (6.3)."""
    if not consult.is_private:
        return
    people = set(members["orderedItems"]) - {consult.asker.uri}
    ours = [uri for uri in people if config.current().is_ours(uri)]
    is_named = consult.scope is Scope.NAMED and not people & set(consult.addressed_to)
    if not is_named or len(members["orderedItems"]) != 2 or len(people) != 1 or people != set(ours):
        raise NotAllowed("6.3 private")


async def _keep_members(consult: Consult, members: Mapping[str, Any]) -> None:
    development = config.current().development
    for uri in require_members(members, consult.group.uri):
        await Participant.create(
            consult=consult,
            actor_uri=uri,
            host=host_of(uri, development),
            is_institution=uri in consult.addressed_to,
        )


async def _keep_root(consult: Consult, body: dict[str, Any]) -> None:
    await Contribution.create(
        uri=consult.root_uri,
        consult=consult,
        author=consult.asker,
        kind="question",
        body=body,
        standing=await _standing_of(consult.asker),
        seq=1,
        published_at=consult.published_at,
    )


async def _keep_entry(consult: Consult, addition: Mapping[str, Any]) -> None:
    await HistoryEntry.create(
        consult=consult,
        seq=addition["cs:seq"],
        activity_uri=addition["id"],
        digest=proofs.digest(dict(addition["object"])),
        document=await attachments.admitted(addition, consult.group.host),
    )


async def _keep_note(
    consult: Consult,
    note: Mapping[str, Any],
    author: Actor,
    seq: int,
    claims: standing.Claims | None,
) -> None:
    """Store somebody's Note, or mark our member's own as spread by the owner.

    A kind this version does not know stays in the history alone: what follows must arrive.
    """
    if not notes.is_known(note):
        return
    event = notes.event_of(note)
    mine = await Contribution.get_or_none(uri=note["id"])
    if mine is not None:
        mine.seq = seq
        await mine.save(update_fields=["seq"])
        return
    now = datetime.now(UTC)
    await Contribution.create(
        uri=note["id"],
        consult=consult,
        author=author,
        kind=event.value,
        body=await attachments.admitted(note, consult.group.host),
        standing=claims.as_json() if claims else await _standing_of(author),
        seq=seq,
        published_at=min(vocabulary.time_of("published", note.get("published")) or now, now),
    )
    is_owners = consult.is_local  # whose own proposals are kept otherwise
    if event is states.Event.CONSENT and author.id == consult.asker_id and not is_owners:
        await consents.hear(consult, note, now)
    if event is states.Event.COMMENT:
        await news.of_message(consult, author, note["id"], now)


def _replace_state(consult: Consult, root: Mapping[str, Any]) -> None:
    """State members as the owner's Group states them, and nothing else of the root (6.3)."""
    status = root.get("cs:status")
    known_states = states.PRIVATE_STATES if consult.is_private else tuple(Status)
    if status not in {member.value for member in known_states}:
        raise Malformed("state members are wrong")
    consult.version = int(root["cs:version"])
    consult.status = Status(status)
    consult.due_at = vocabulary.time_of("cs:dueAt", root.get("cs:dueAt"))
    consult.first_answer_at = vocabulary.time_of("cs:firstAnswerAt", root.get("cs:firstAnswerAt"))
    accepted = root.get("cs:acceptedAnswers") or []
    consult.accepted = [uri for uri in accepted if isinstance(uri, str)][: states.ACCEPTED_MAX]
    outcome = root.get("cs:outcome")
    known = (*states.OUTCOMES, states.NOT_REPORTED, states.NOT_ACCEPTED)
    consult.outcome = outcome if outcome in known else None
    consult.is_locked = root.get("cs:locked") is True
    consult.changed_at = datetime.now(UTC)


async def _standing_of(author: Actor) -> dict[str, Any]:
    """What its institution vouches about an author now; nothing vouched counts as L0."""
    row = await Standing.get_or_none(actor_id=author.id)
    if row is None or row.valid_until <= datetime.now(UTC):
        return standing.Claims(0, "other", "practising", []).as_json()
    level = min(row.level, await trust.ceiling(author.host))
    return standing.Claims(level, row.profession, row.stage, row.specialties).as_json()


def _scope(root: Mapping[str, Any]) -> Scope:
    try:
        return Scope(str(root.get("cs:scope")))
    except ValueError as error:
        raise Malformed("unknown scope") from error
