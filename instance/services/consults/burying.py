"""Taking the words of posts out of a house, the owner's or a reader's: the ids stay (6.4.2).

What is deleted is looked for afterwards, so that a receipt tells what was found and no hope (T61).
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from federation import recalls
from federation.fields import id_of
from instance import events, raw_sql
from instance.models import (
    Consult,
    Contribution,
    Delivery,
    Fetch,
    HistoryEntry,
    Media,
    MediaPart,
    MediaState,
    Notification,
    NotificationKind,
    OutboxActivity,
    Publication,
    PublicationAnswer,
    Tombstone,
)

# What is left of an entry: signed anew at its owner, as it is elsewhere.
Rewrite = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
# Of what is in it; that it was recalled, or opened to somebody, is still told.
_NEWS = (
    *(NotificationKind.ASKED, NotificationKind.INFO_ASKED, NotificationKind.ANSWERED),
    *(NotificationKind.ANSWERED_MORE, NotificationKind.CHANGED),
    *(NotificationKind.OUTCOME_DUE, NotificationKind.EXPIRES),
)
UNSAID = "unsaid/"  # an event of this kind ends with who had been told of the message
_OF_QUESTION: dict[str, Any] = {
    "facts": {},
    "specialties": [],
    "question_type": "",
    "urgency": "",
}


@dataclass(frozen=True)
class Grave:
    """The Delete, the number of its Add, why and when."""

    deletion_uri: str
    seq: int
    reason: str
    at: datetime


async def bury(
    consult: Consult,
    named: Collection[str],
    grave: Grave,
    rewrite: Rewrite,
    *,
    spares_question: bool = False,
) -> list[Contribution]:
    """In the caller's transaction, which holds the consult. `named`: ids of its posts, known here
    or not, or its own for all of it. Returns the posts that had words.

    `spares_question`: it stays with who asked it, in no history and on no way.
    """
    named = {*named, *await _forget_proposals(consult, grave.at)}
    rows = await _posts(consult, named)
    uris = {row.uri for row in rows}
    known = set(await Tombstone.filter(consult_id=consult.id).values_list("uri", flat=True))
    await Tombstone.bulk_create(
        Tombstone(
            consult=consult,
            uri=uri,
            deletion_uri=grave.deletion_uri,
            reason=grave.reason,
            seq=grave.seq,
            deleted_at=grave.at,
        )
        for uri in sorted({*named, *uris} - known)
    )
    entries = await _entries(consult, uris)
    spared = consult.root_uri if spares_question else ""
    gone = [row.id for row in rows if row.uri != spared]
    await Contribution.filter(id__in=gone).update(body={})
    await _untell(gone)
    if consult.root_uri in uris and not spared:
        await _bury_question(consult)
    for entry in entries:
        if _holds_words(entry):
            entry.document = await rewrite(recalls.without_words(entry.document, grave.at))
            await entry.save(update_fields=["document"])
    await _unsend(consult, await _sent(consult, entries, is_whole=consult.uri in named))
    if consult.uri in named:
        await Notification.filter(by_id=consult.group_id, kind__in=_NEWS).delete()
    return [row for row in rows if row.body]


async def left(consult: Consult, named: Collection[str]) -> int:
    """How many bodies and images of these are here."""
    rows = await _posts(consult, named)
    uris = {row.uri for row in rows}
    entries = await _entries(consult, uris)
    sent = await _sent(consult, entries, is_whole=consult.uri in named)
    return (
        (await _left_of_question(consult) if consult.root_uri in uris else 0)
        + sum(bool(row.body) for row in rows)
        + sum(_holds_words(entry) for entry in entries)
        + await OutboxActivity.filter(uri__in=sent, body__not_isnull=True).count()
    )


async def is_buried(consult: Consult, addition: Mapping[str, Any]) -> bool:
    """Whether an Add is about something that was deleted, and from before that (6.4.2)."""
    inner, seq = addition["object"], int(addition["cs:seq"])
    if not isinstance(inner, Mapping) or inner.get("type") not in ("Create", "Update"):
        return False
    if id_of(inner.get("actor")) == consult.group.uri:  # states have no words
        return False
    uri = id_of(inner.get("object"))
    rows = await Tombstone.filter(consult_id=consult.id, uri__in=[uri, consult.uri])
    is_again = uri == consult.root_uri and inner.get("type") == "Update"
    return any(seq < row.seq or (row.uri == uri and not is_again) for row in rows)


async def dig_up(consult: Consult) -> None:
    """The question is sent again: nothing else replaces a Tombstone (6.4.4)."""
    uris = [consult.root_uri, consult.uri]
    await Tombstone.filter(consult_id=consult.id, uri__in=uris).delete()


async def still_gone(consult: Consult, named: Collection[str]) -> list[str]:
    """The ids of what was deleted with these, but for what was sent again since."""
    rows = Tombstone.filter(consult_id=consult.id)
    graves = {row.uri: row.deletion_uri for row in await rows}
    deletions = {graves[uri] for uri in named if uri in graves}
    return [uri for uri, deletion in graves.items() if deletion in deletions]


async def of_consult(consult: Consult) -> dict[str, Tombstone]:
    """By the id of the post."""
    rows = await raw_sql.where(Tombstone, "consult_id = ?1", [consult.id])
    return {row.uri: row for row in rows}


async def _untell(message_ids: Collection[int]) -> None:
    """Applications that showed them to somebody learn that they are gone; nobody else does."""
    told = Notification.filter(message_id__in=list(message_ids))
    happened = [
        (f"{UNSAID}{identity_id}", int(message_id))
        for identity_id, message_id in await told.values_list("identity_id", "message_id")
    ]
    if happened:
        await told.delete()
        await events.publish(*happened[0], *happened[1:])


async def _forget_proposals(consult: Consult, now: datetime) -> list[str]:
    """A proposal to publish holds words of every post: it is over, and goes with any of them."""
    rows = Publication.filter(consult_id=consult.id)
    await PublicationAnswer.filter(publication__consult_id=consult.id).delete()
    await rows.filter(ended_at=None).update(ended_at=now)
    await rows.update(words={})
    return [row.uri for row in await rows.only("id", "uri")]


async def _bury_question(consult: Consult) -> None:
    """With its images, and what is still to be fetched of them. At its own hospital they are held
    as its words are, for its asker and stewards alone."""
    for name, value in _OF_QUESTION.items():
        setattr(consult, name, value)
    await consult.save(update_fields=list(_OF_QUESTION))
    pictures = Media.filter(consult_id=consult.id).exclude(state=MediaState.RECALLED)
    if consult.is_local:
        await pictures.update(state=MediaState.HELD)
    else:
        await pictures.delete()
    await Fetch.filter(kind="media", channel=consult.uri).delete()


async def _left_of_question(consult: Consult) -> int:
    facts = (await Consult.get(id=consult.id)).facts
    here = Media.filter(consult_id=consult.id)
    shown = here.exclude(state__in=[MediaState.HELD, MediaState.RECALLED])
    undone = MediaPart.filter(media__consult_id=consult.id, media__state=MediaState.RECALLED)
    return bool(facts) + await shown.count() + await undone.count()


async def _posts(consult: Consult, named: Collection[str]) -> list[Contribution]:
    rows = Contribution.filter(consult_id=consult.id)
    if consult.uri not in named:
        rows = rows.filter(uri__in=list(named))
    return await rows


async def _entries(consult: Consult, uris: Collection[str]) -> list[HistoryEntry]:
    """What authors said of these posts: the Create, each Update; or what is left of those."""
    found = []
    async for entry in HistoryEntry.filter(consult_id=consult.id).order_by("seq"):
        inner = entry.document["object"]
        is_authors = isinstance(inner, Mapping) and inner.get("actor") != consult.group.uri
        if is_authors and inner.get("type") != "Delete" and id_of(inner.get("object")) in uris:
            found.append(entry)
    return found


def _holds_words(entry: HistoryEntry) -> bool:
    return isinstance(entry.document["object"].get("object"), Mapping)


async def _sent(
    consult: Consult, entries: Collection[HistoryEntry], *, is_whole: bool
) -> list[str]:
    """Ids of the activities of ours with these words: an owner's Adds, a member's own."""
    found = {entry.activity_uri for entry in entries}
    found |= {id_of(entry.document["object"]) for entry in entries}
    if is_whole:  # also what waits to be taken by its owner
        own = OutboxActivity.filter(consult_id=consult.id, type__in=("Create", "Update"))
        found |= {row.uri for row in await own.only("id", "uri")}
    return sorted(found)


async def _unsend(consult: Consult, uris: Collection[str]) -> None:
    """What a worker holds at this moment may still arrive, and is dropped there."""
    sent = OutboxActivity.filter(consult_id=consult.id, uri__in=list(uris))
    ids = await sent.values_list("id", flat=True)
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=datetime.now(UTC))
    await Delivery.filter(is_free, activity_id__in=list(ids), due_at__not_isnull=True).delete()
    await OutboxActivity.filter(id__in=list(ids)).update(body=None)
