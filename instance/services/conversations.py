"""Consults as conversations: as applications with the scope `consults` see them, for one identity.

Those that this identity asked, wrote in or is named in, and that its member may read at all: what
a member's other names take part in is not told (T87). Pages list what is private this way too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.transactions import in_transaction

from instance import config, events, raw_sql
from instance.errors import NotFound
from instance.ids import new_id
from instance.models import (
    Actor,
    Consult,
    Contribution,
    ConversationPlace,
    Member,
    Notification,
    NotificationKind,
    Participant,
)
from instance.services.consults import contributing
from instance.services.consults.reading import VISIBLE, is_kept_out
from instance.services.consults.states import Event
from instance.services.feed_sources import Bounds

# What somebody wrote to be read, not what only moved a state.
MESSAGES = (
    *("question", Event.ANSWER.value, Event.COMMENT.value, Event.ASK_INFO.value),
    *(Event.PROVIDE_INFO.value, Event.NOT_SOLVED.value),
)
_KINDS = ", ".join(f"'{kind}'" for kind in MESSAGES)
# ?1 is the member, ?2 our institution, ?3 and ?4 the identity.
_SAID = f"""
(said.kind IN ({_KINDS}) AND said.deleted_at IS NULL AND said.refused_at IS NULL
    AND (said.seq IS NOT NULL OR said.author_id = ?3))
"""
_OPEN = f"""
consult.purged_at IS NULL AND {VISIBLE} AND (consult.asker_id = ?3
    OR EXISTS (SELECT 1 FROM participant named WHERE named.consult_id = consult.id
        AND named.actor_uri = ?4 AND NOT named.is_institution)
    OR EXISTS (SELECT 1 FROM contribution wrote
        WHERE wrote.consult_id = consult.id AND wrote.author_id = ?3))
"""  # noqa: S608
_ROW = f"""
SELECT consult.id AS id,
    (SELECT max(said.id) FROM contribution said
        WHERE said.consult_id = consult.id AND {_SAID}) AS last_id,
    EXISTS (SELECT 1 FROM contribution said WHERE said.consult_id = consult.id AND {_SAID}
        AND said.author_id <> ?3 AND said.seq > coalesce(place.read_seq, 0)) AS unread
FROM consult LEFT JOIN conversation_place place
    ON place.consult_id = consult.id AND place.actor_id = ?3
WHERE {_OPEN}
"""  # noqa: S608
_ONE = f"{_ROW} AND consult.id = ?5"
# Not what they took off it, nor those with somebody whom they blocked.
_LISTED = f"""
SELECT id, last_id, unread FROM ({_ROW}
    AND EXISTS (SELECT 1 FROM contribution said WHERE said.consult_id = consult.id AND {_SAID}
        AND (said.seq IS NULL OR said.seq > coalesce(place.hidden_seq, 0)))
    AND NOT (consult.is_private AND EXISTS (SELECT 1 FROM block
        JOIN actor whom ON whom.id = block.target_id
        JOIN participant other ON other.actor_uri = whom.uri
        WHERE block.actor_id = ?3 AND other.consult_id = consult.id))
) AS listed WHERE {{bounds}} ORDER BY last_id {{order}} LIMIT {{limit}}
"""  # noqa: S608
_MESSAGES = f"""
SELECT DISTINCT said.consult_id AS consult_id FROM contribution said
JOIN consult ON consult.id = said.consult_id
WHERE said.id IN ({{ids}}) AND {_OPEN} AND {_SAID}
"""  # noqa: S608


@dataclass(frozen=True)
class Speaker:
    """Who looks: one identity, and the member it is of."""

    member: Member
    actor: Actor


@dataclass(frozen=True)
class Conversation:
    """`people`: all others in it, as far as they wrote or are named. `messages`: in reading order,
    or the last one alone."""

    consult: Consult
    people: tuple[Actor, ...]
    messages: tuple[Contribution, ...]
    unread: bool = False
    last_id: int = 0


async def page(speaker: Speaker, bounds: Bounds, *, private: bool = False) -> list[Conversation]:
    """The one that was written in last first; bounds are of the last message. `private`: those
    alone that are."""
    if is_kept_out(speaker.member):
        return []
    values = _values(speaker)
    found = [("<", bounds.max_id), (">", bounds.above)]
    said = ["true"]
    for sign, value in found:
        if value is not None:
            values.append(value)
            said.append(f"last_id {sign} ?{len(values)}")
    if private:
        said.append("id IN (SELECT id FROM consult WHERE is_private)")
    order = "ASC" if bounds.is_upward else "DESC"
    sql = _LISTED.format(bounds=" AND ".join(said), order=order, limit=int(bounds.limit))
    rows = await raw_sql.run(sql, values)
    return await _conversations(speaker, rows[::-1] if bounds.is_upward else rows)


async def one(speaker: Speaker, consult_id: int) -> Conversation:
    """As `page` shows it, hidden or not. Raises NotFound, as for an id that never was."""
    return (await _conversations(speaker, await _found(speaker, consult_id)))[0]


async def around(speaker: Speaker, message_id: int) -> tuple[Conversation, Contribution]:
    """A message, and the conversation with all that is said in it. Raises NotFound."""
    found = await around_each(speaker, [message_id])
    if message_id not in found:
        raise NotFound
    return found[message_id]


async def around_each(
    speaker: Speaker, message_ids: Collection[int]
) -> dict[int, tuple[Conversation, Contribution]]:
    """Those of them that may be read and of which words are left."""
    if not message_ids or is_kept_out(speaker.member):
        return {}
    values = _values(speaker)
    marks = ", ".join(f"?{len(values) + number + 1}" for number in range(len(message_ids)))
    rows = await raw_sql.look_up(_MESSAGES.format(ids=marks), [*values, *message_ids])
    ids = [row["consult_id"] for row in rows]
    consults = await Consult.filter(id__in=ids).select_related("asker", "group") if ids else []
    people, said = await _people(speaker, consults), await _messages(speaker, ids)
    return {
        message.id: (Conversation(consult, people[consult.id], said[consult.id]), message)
        for consult in consults
        for message in said[consult.id]
        if message.id in message_ids
    }


async def reply(speaker: Speaker, consult: Consult, text: str) -> Contribution:
    """Write into it, as a comment. Raises as `contributing.contribute`."""
    number, said = new_id(), {"text": text}
    handle = speaker.actor.handle
    await contributing.contribute(
        speaker.member, consult.id, Event.COMMENT, said, handle, number=number
    )
    return await Contribution.get(uri=config.current().uri(f"/o/{number}"))


async def read(speaker: Speaker, consult_id: int) -> None:
    """All that is there now. Raises NotFound."""
    await _found(speaker, consult_id)
    await _note(speaker, consult_id, "read_seq")
    await _note_told(speaker.actor, consult_id)


async def hide(speaker: Speaker, consult_id: int) -> None:
    """Off their list until somebody writes again; nothing is deleted. Raises NotFound."""
    await _found(speaker, consult_id)
    await _note(speaker, consult_id, "hidden_seq")


async def seen(member: Member, own: Sequence[Actor], consult: Consult) -> None:
    """Its page was shown to them: by whichever of their names takes part."""
    named = Participant.filter(consult_id=consult.id, actor_uri__in=[actor.uri for actor in own])
    uris = {row.actor_uri for row in await named}
    for actor in own:
        if actor.uri in uris:
            await _note(Speaker(member, actor), consult.id, "read_seq")
            await _note_told(actor, consult.id)


async def _found(speaker: Speaker, consult_id: int) -> list[dict[str, Any]]:
    if is_kept_out(speaker.member):
        raise NotFound
    rows = await raw_sql.look_up(_ONE, [*_values(speaker), consult_id])
    if not rows:
        raise NotFound
    return rows


def _values(speaker: Speaker) -> list[Any]:
    ours = config.current().uri("/actor")
    return [speaker.member.id, ours, speaker.actor.id, speaker.actor.uri]


async def _note(speaker: Speaker, consult_id: int, column: str) -> None:
    consult = await Consult.get(id=consult_id).only("id", "last_seq")
    mine = ConversationPlace.filter(actor_id=speaker.actor.id, consult_id=consult_id)
    if not await mine.exists():
        keys = {"actor_id": speaker.actor.id, "consult_id": consult_id}
        row = raw_sql.new(ConversationPlace, id=new_id(), read_seq=0, hidden_seq=0, **keys)
        await raw_sql.insert(row, unless="actor_id, consult_id")  # by two devices at once
    await mine.update(**{column: consult.last_seq})


async def _note_told(actor: Actor, consult_id: int) -> None:
    """What they were told of the messages in it is no news any more, wherever it stands."""
    consult = await Consult.get(id=consult_id).only("id", "group_id")
    messages = Contribution.filter(consult_id=consult_id)
    there = Q(kind=NotificationKind.PRIVATE, by_id=consult.group_id)
    each = Q(message_id__in=Subquery(messages.values("id")))
    unread = Notification.filter(there | each, identity_id=actor.id, read_at=None)
    if actor.member_id is not None and await unread.exists():
        async with in_transaction():
            await unread.update(read_at=datetime.now(UTC))
            await events.publish("notification", actor.member_id)


async def _conversations(speaker: Speaker, rows: Sequence[Any]) -> list[Conversation]:
    """Of what is said the last messages alone are unsealed."""
    ids = [row["id"] for row in rows]
    found = Consult.filter(id__in=ids).select_related("asker", "group")
    consults = {one.id: one for one in await found}
    last = Contribution.filter(id__in=[row["last_id"] for row in rows if row["last_id"]])
    messages = {one.id: one for one in await last.select_related("author")}
    people = await _people(speaker, list(consults.values()))
    return [
        Conversation(
            consult=consults[row["id"]],
            people=people[row["id"]],
            messages=tuple(one for one in [messages.get(row["last_id"])] if one and one.body),
            unread=bool(row["unread"]),
            last_id=row["last_id"] or row["id"],
        )
        for row in rows
    ]


async def _messages(
    speaker: Speaker, consult_ids: Collection[int]
) -> dict[int, tuple[Contribution, ...]]:
    """In reading order, what is still on its way last; without those of which no words are left."""
    there = Contribution.filter(consult_id__in=list(consult_ids), kind__in=MESSAGES)
    rows = await there.filter(deleted_at=None, refused_at=None).select_related("author")
    own = speaker.actor.id
    shown = [row for row in rows if row.body and (row.seq is not None or row.author_id == own)]
    shown.sort(key=lambda row: (row.seq is None, row.seq or 0, row.id))
    return {one: tuple(row for row in shown if row.consult_id == one) for one in consult_ids}


async def _people(speaker: Speaker, consults: Sequence[Consult]) -> dict[int, tuple[Actor, ...]]:
    """By consult, the others in it: who asked, who is named, who wrote."""
    ids = [consult.id for consult in consults]
    named = await Participant.filter(consult_id__in=ids, is_institution=False).order_by("id")
    wrote = Contribution.filter(consult_id__in=ids, seq__not_isnull=True).order_by("seq")
    spoke = await wrote.values_list("consult_id", "author_id")
    uris, authors = {row.actor_uri for row in named}, {author_id for _, author_id in spoke}
    known = await Actor.filter(Q(uri__in=list(uris)) | Q(id__in=list(authors)))
    by_uri, by_id = {one.uri: one for one in known}, {one.id: one for one in known}
    found: dict[int, dict[int, Actor]] = {one.id: {one.asker_id: one.asker} for one in consults}
    for row in named:
        if (actor := by_uri.get(row.actor_uri)) is not None:
            found[row.consult_id][actor.id] = actor
    for consult_id, author_id in spoke:
        found[int(consult_id)][int(author_id)] = by_id[int(author_id)]
    return {
        consult_id: tuple(one for one in actors.values() if one.id != speaker.actor.id)
        for consult_id, actors in found.items()
    }
