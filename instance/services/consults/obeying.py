"""Recalls of consults elsewhere: obeyed at once, and proven to the hospital that asks (6.4)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from federation import proofs, recalls
from federation.fields import id_of
from federation.recalls import Asked
from instance import events
from instance.models import (
    Actor,
    Consult,
    Contribution,
    HistoryEntry,
    Recall,
    Status,
    Tombstone,
)
from instance.services import audit
from instance.services.consults import burying, history, images, news, questions, readers, receipts
from instance.services.consults.burying import Grave


async def obey(
    consult: Consult,
    asked: Asked,
    deletion_uri: str,
    seq: int,
    now: datetime,
    by: Actor | None = None,
    *,
    answers: bool = True,
) -> None:
    """In the caller's transaction, which holds the consult. Asked again, it only answers again.

    `by`: who deletes what they wrote, or withdraws what they asked; of a recall nobody. `answers`:
    not where no receipt was asked for.
    """
    await consult.fetch_related("group", "asker")
    if asked.images and consult.root_uri in asked.named:
        await images.take_back(consult, asked.images)
    done = await Tombstone.filter(consult_id=consult.id, deletion_uri=deletion_uri).first()
    if done is not None:
        await _answer(consult, asked, deletion_uri, done.deleted_at, now)
        return
    told = await readers.concerned(consult)
    grave = Grave(deletion_uri, seq, asked.reason, now)
    gone = await burying.bury(consult, asked.named, grave, _bare)
    if by is not None:
        await _mark_own(consult, asked, now)
    if answers:
        await _answer(consult, asked, deletion_uri, now, now)
    await audit.record(
        "consult.obeyed",
        actor_uri=consult.group.uri,
        host=consult.group.host,
        subject=consult.uri,
        reason=asked.reason,
        posts=len(gone),
    )
    await close_requests(consult, asked, deletion_uri)
    if by is None and gone:
        await news.of_recall(consult, told, now)
    await events.publish("consult", consult.id)


async def obey_apart(consult: Consult, asked: Asked, deletion_uri: str, now: datetime) -> None:
    """As `obey`, of a Delete outside the history. One that the history brought already is only
    answered: what it deleted may have been sent again since."""
    await consult.fetch_related("group")
    if await history.holds(consult, deletion_uri):
        await _answer(consult, asked, deletion_uri, now, now)
    else:
        await obey(consult, asked, deletion_uri, consult.last_seq + 1, now)


async def of_bare(host: str, asked: Asked) -> Consult | None:
    """The consult of this host that a Delete outside any history is about; None where nothing of
    it is here."""
    theirs = Consult.filter(is_local=False, group__host=host)
    found = await theirs.filter(uri__in=list(asked.named)).first()
    if found is None:
        posts = Contribution.filter(uri__in=list(asked.named), consult__group__host=host)
        post = await posts.first()
        found = await theirs.get_or_none(id=post.consult_id) if post is not None else None
    if found is None:
        return None
    return await Consult.filter(id=found.id).select_for_update().get()


async def own_of(host: str, asked: Asked) -> Consult | None:
    """The consult of ours in which people of this host wrote all that it asks about."""
    wrote = Contribution.filter(uri__in=list(asked.named), consult__is_local=True)
    rows = await wrote.filter(author__host=host)
    if len(rows) != len(asked.named) or len({row.consult_id for row in rows}) != 1:
        return None
    return await Consult.get(id=rows[0].consult_id).select_related("group")


async def keep_number(consult: Consult, addition: Mapping[str, Any]) -> None:
    """An entry of which its owner has no words any more, or that may not have any here: the next
    one follows it."""
    inner = addition["object"]
    await HistoryEntry.create(
        consult=consult,
        seq=addition["cs:seq"],
        activity_uri=addition["id"],
        digest=proofs.digest(dict(inner)),
        document=dict(addition),
    )
    consult.last_seq = addition["cs:seq"]
    await consult.save(update_fields=["last_seq"])
    await events.publish("consult", consult.id)


def bare(addition: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """An Add without the words that it brings; the owner's to prove, and here nobody's."""
    return recalls.without_words(addition, now)


async def is_question_again(consult: Consult, inner: Mapping[str, Any], author: Actor) -> bool:
    """Whether its asker sends a question anew, that was deleted or is held."""
    is_root = id_of(inner.get("object")) == consult.root_uri
    if not is_root or inner.get("type") != "Update" or author.id != consult.asker_id:
        return False
    deleted = Tombstone.filter(consult_id=consult.id, uri=consult.root_uri)
    return consult.status is Status.HELD or not consult.facts or await deleted.exists()


async def take_question_again(consult: Consult, root: Mapping[str, Any]) -> None:
    """The asker sends the question again, the only thing that replaces a Tombstone (6.4.4)."""
    await questions.keep(consult, root, None)
    await burying.dig_up(consult)


async def is_gone(consult: Consult, named: Collection[str]) -> bool:
    """Whether nothing is here of these, posts or images of a consult elsewhere; which only its
    hospital's word brings about."""
    return not await burying.left(consult, named) and not await images.shown(consult, named)


async def close_requests(consult: Consult, asked: Asked, deletion_uri: str) -> None:
    """What our stewards asked for, however it came to be deleted."""
    for row in await Recall.filter(consult_id=consult.id, deletion_uri=""):
        if set(row.named) <= set(asked.what) or await is_gone(consult, row.named):
            row.deletion_uri = deletion_uri
            await row.save(update_fields=["deletion_uri"])


async def _mark_own(consult: Consult, asked: Asked, now: datetime) -> None:
    """Its author deleted it, or its asker all of it; the state follows by the owner's word."""
    rows = Contribution.filter(consult_id=consult.id)
    if consult.uri in asked.named:
        consult.status = Status.WITHDRAWN
        await consult.save(update_fields=["status"])
    else:
        rows = rows.filter(uri__in=list(asked.named))
    await rows.update(deleted_at=now)


async def _answer(
    consult: Consult, asked: Asked, deletion_uri: str, purged_at: datetime, now: datetime
) -> None:
    """With what is found left now: what was sent again since is not of that Delete."""
    gone = await burying.still_gone(consult, asked.named)
    remaining = await burying.left(consult, gone)
    host = consult.group.host
    await receipts.answer(host, deletion_uri, asked.named, remaining, purged_at, now)


async def _bare(entry: dict[str, Any]) -> dict[str, Any]:
    return entry
