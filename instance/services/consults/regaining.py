"""A consult of ours whose later entries only others have: what our own Group once said of it.

The caller has checked that: every entry is proven by the Group, and by its author where that is
somebody here. What cannot be proven is taken without its words.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from federation import recalls
from federation.fields import id_of
from instance import config
from instance.models import Actor, Consult, Contribution, HistoryEntry, Status
from instance.outbox import consults as documents
from instance.outbox.standing import Claims
from instance.services.consults import (
    burying,
    deleting,
    history,
    images,
    leaving,
    notes,
    obeying,
    receiving,
    states,
)
from instance.services.consults.burying import Grave
from instance.services.consults.states import Event


async def create(
    addition: Mapping[str, Any], readers: list[str], group: Actor, asker: Actor
) -> Consult:
    """One that was asked after the backup, from its first entry; its Group stored already.

    `readers`: who took part, as a reader was told; of hospitals that the question was not sent to
    nobody is believed to. In the caller's transaction.
    """
    uri = str(addition["context"])
    members = {
        "id": f"{uri}/members",
        "attributedTo": group.uri,
        "orderedItems": readers,
        "cs:scope": addition["object"]["object"].get("cs:scope"),
    }
    consult_id = int(uri.rpartition("/")[2])
    return await receiving.create(addition, members, group, asker, consult_id)


async def take(
    consult: Consult,
    addition: Mapping[str, Any],
    author: Actor | None,
    now: datetime,
    claims: Claims | None = None,
) -> None:
    """The next entry of a locked consult, in the caller's transaction. `author`: None where it is
    known by nobody here: then its number stays, without its words. `claims`: their standing, where
    that was told with it."""
    inner = addition["object"]
    is_gone = recalls.is_tombstone(inner) or await burying.is_buried(consult, addition)
    if is_gone or author is None:
        bare = addition if recalls.is_tombstone(inner) else recalls.without_words(addition, now)
        again = bare if "proof" in bare else await documents.entry_again(consult, dict(bare), now)
        await obeying.keep_number(consult, again)
        return
    before, due_at = consult.status, consult.due_at
    if inner.get("type") == "Delete":
        await _bury(consult, addition, author, now)
    elif leaving.is_removal(consult, inner):
        await obeying.keep_number(consult, addition)
        await leaving.hear(consult, inner, now)
    else:
        await receiving.apply_addition(consult, addition, author, claims)
        note = inner.get("object")
        if isinstance(note, Mapping) and note.get("cs:kind") == Event.REOPEN.value:
            consult.reopened += 1
    _remember(consult, before, due_at, now)
    await consult.save()


async def open_again(consult: Consult, now: datetime) -> None:
    """Nobody else has more of it: a locked consult goes on, in the caller's transaction.

    An act that moves it and the word of its Group that it did were written together. Where only the
    first had left this server, the second is said now.
    """
    consult.awaited_since = None
    await consult.save(update_fields=["awaited_since"])
    last = await HistoryEntry.get_or_none(consult_id=consult.id, seq=consult.last_seq)
    inner = last.document["object"] if last is not None else {}
    event = _event_of(consult, inner)
    if event is None or not states.is_legal(event, consult, now):
        return
    if event is Event.ACCEPT:
        consult.accepted = history.accepted_in(inner)
    if event is Event.RECORD_OUTCOME:
        consult.outcome = inner["object"]["cs:outcome"]
    await history.advance(consult, event, now)


def _event_of(consult: Consult, inner: Mapping[str, Any]) -> Event | None:
    """Of an activity that moves a consult; None for what only time or a state's own word is."""
    about, is_groups = inner.get("object"), id_of(inner.get("actor")) == consult.group.uri
    kind = inner.get("type")
    if kind == "Create" and isinstance(about, Mapping) and notes.is_known(about):
        return notes.event_of(about)
    if kind == "Add":
        return Event.ACCEPT
    if kind == "Delete" and is_groups:
        return Event.RECALL
    if kind == "Delete" and consult.uri in recalls.read(inner).named:
        return Event.WITHDRAW
    is_question = kind == "Update" and id_of(about) == consult.root_uri and not is_groups
    return Event.RELEASE if is_question and consult.status is Status.HELD else None


async def _bury(
    consult: Consult, addition: Mapping[str, Any], author: Actor, now: datetime
) -> None:
    """What was deleted after the backup does not come back."""
    inner, seq = addition["object"], int(addition["cs:seq"])

    async def rewrite(entry: dict[str, Any]) -> dict[str, Any]:
        return await documents.entry_again(consult, entry, now)

    asked = recalls.read(inner)
    is_whole = consult.uri in asked.named
    grave = Grave(id_of(inner), seq, asked.reason, now)
    spares = bool(asked.images) or (is_whole and author.id == consult.asker_id)
    is_authors = author.id != consult.group_id and not is_whole
    if is_authors:  # who heard nothing of that sent it again
        await deleting.forget_ahead(consult, asked.named)
    await burying.bury(consult, asked.named, grave, rewrite, spares_question=spares)
    await images.take_back(consult, asked.images)
    if is_authors:
        own = Contribution.filter(consult_id=consult.id, uri__in=list(asked.named))
        await own.update(deleted_at=now)
    consult.accepted = [uri for uri in consult.accepted if uri not in asked.named]
    await obeying.keep_number(consult, addition)


def _remember(consult: Consult, before: Status, due_at: datetime | None, now: datetime) -> None:
    """What an owner alone knows of a state: where it leads back to, and how its clock stood."""
    if consult.status is before:
        return
    if consult.status is Status.NEEDS_INFO:
        consult.status_before = before
    if consult.status is Status.HELD:
        consult.held_before = before
    if consult.due_at is None and due_at is not None:
        consult.remaining_seconds = max(0, int((due_at - now).total_seconds()))
    consult.lapses_at = states.lapse(None, consult, now)


def readers_of(members: object, root: Mapping[str, Any]) -> list[str]:
    """Those ids that may take part by what our own question says: of the hospitals that it was
    sent to, and of ours."""
    named = members if isinstance(members, list) else []
    hosts = {_host(uri) for uri in [*root["to"][1:], config.current().origin + "/actor"]}
    return [uri for uri in named if isinstance(uri, str) and _host(uri) in hosts]


def _host(uri: str) -> str:
    return "/".join(uri.split("/", 3)[:3])
