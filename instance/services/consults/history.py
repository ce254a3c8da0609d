"""The numbered history of our own consults: where one becomes the same for everybody.

`take` is the only way a consult of ours changes, whoever asks and from wherever.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from tortoise.transactions import in_transaction

from federation import proofs
from federation.fields import id_of
from instance import events
from instance.errors import NotAllowed, NotFound, Unavailable
from instance.models import Actor, Consult, Contribution, HistoryEntry, Participant, Peer, Scope
from instance.outbox import actors, standing, trust
from instance.outbox import consults as documents
from instance.outbox.enqueue import enqueue
from instance.outbox.standing import Claims
from instance.services import audit
from instance.services.consults import attachments, news, states
from instance.services.consults.states import Doer, Event

# A page is read within the limits on documents (F-DOC-1, F-DOC-4): far below 1 MiB.
_PAGE_BYTES = 128 * 1024
AGAIN_SECONDS = 10  # after a restore others are asked at once
AWAITED = (
    "This server was restored from a backup, and asks the hospitals of this consult what they know"
    " of it. Send this again when they have answered: as a rule in a few minutes, in a day at most."
)


async def locked(consult_id: int) -> Consult:
    """The consult, locked until the caller's transaction ends (SQLite has one writer anyway)."""
    consult = await Consult.filter(id=consult_id).select_for_update().first()
    if consult is None:
        raise NotFound
    await consult.fetch_related("group", "asker")
    return consult


async def take(
    consult: Consult,
    event: Event,
    inner: Mapping[str, Any],
    author: Actor,
    claims: Claims,
    now: datetime,
    *,
    is_steward: bool = False,
) -> None:
    """Apply one activity to a locked consult of ours and spread it to every participant.

    `inner` is the author's signed activity, passed on unchanged. Raises NotAllowed or Conflict
    with nothing changed (domain.md 3.3). In the caller's transaction.
    """
    doer = Doer(claims, is_asker=author.id == consult.asker_id, is_steward=is_steward)
    states.require(event, consult, doer, now)
    await require_named(consult, author)
    seq = await append(consult, inner, now, author)
    if event is Event.ACCEPT:
        consult.accepted = accepted_in(inner)
    else:
        await _store(consult, event, inner["object"], author, claims, seq, now)
    if event is Event.RECORD_OUTCOME:
        consult.outcome = inner["object"]["cs:outcome"]
    await advance(consult, event, now)
    await news.of_event(consult, event, author, inner, now)


async def advance(consult: Consult, event: Event, now: datetime) -> None:
    """Move a locked consult, tell a change of state, and keep it; what caused it is spread."""
    if states.apply(event, consult, now):
        await append(consult, await documents.state_update(consult, now), now)
    await consult.save()
    await events.publish("consult", consult.id)


async def lapse(consult_id: int, now: datetime) -> None:
    """End a consult whose time is over, once, whoever looks: in a transaction of its own."""
    async with in_transaction():
        consult = await locked(consult_id)
        is_over = consult.lapses_at is not None and consult.lapses_at <= now
        if not is_over or consult.awaited_since is not None:
            return
        if states.is_legal(Event.LAPSE, consult, now):
            await advance(consult, Event.LAPSE, now)
        else:  # locked: looked at again when it is not
            consult.lapses_at = now + states.IDLE_FOR
            await consult.save(update_fields=["lapses_at"])


async def lapsing(now: datetime, limit: int) -> list[int]:
    """Consults of ours whose time is over. Those from before there was one begin theirs."""
    live = Consult.filter(is_local=True, is_private=False, status__in=states.LIVE)
    for consult in await live.filter(lapses_at=None).limit(limit):
        begins = states.lapse(None, consult, consult.changed_at)
        await Consult.filter(id=consult.id, lapses_at=None).update(lapses_at=begins)
    over = (
        live.filter(lapses_at__lte=now, awaited_since=None).order_by("lapses_at", "id").limit(limit)
    )
    return [consult.id for consult in await over.only("id")]


async def append(
    consult: Consult,
    inner: Mapping[str, Any],
    now: datetime,
    author: Actor | None = None,
    *,
    lane: int | None = None,
) -> int:
    """Give an activity the next `cs:seq` and queue its Add, in one transaction with its cause.

    `lane`: of its own for what does not wait behind earlier entries (federation.md 12).
    """
    require_told(consult)
    seq = consult.last_seq + 1
    inboxes = await participating_inboxes(consult)
    is_guest = author is not None and not author.is_local and len(inboxes) > 1
    contributor = await actors.as_checked(author) if author and is_guest else None
    document = await documents.addition(consult, inner, seq, now, contributor)
    await HistoryEntry.create(
        consult=consult,
        seq=seq,
        activity_uri=document["id"],
        digest=proofs.digest(dict(inner)),
        document=document,
    )
    consult.last_seq = seq
    await enqueue(document, sender=consult.group, inboxes=inboxes, consult=consult, lane=lane)
    return seq


async def holds(consult: Consult, inner_uri: str) -> bool:
    """Whether an entry brings this activity."""
    async for entry in HistoryEntry.filter(consult_id=consult.id).order_by("-seq"):
        if id_of(entry.document["object"]) == inner_uri:
            return True
    return False


def require_told(consult: Consult) -> None:
    """Others may have seen the next number with something else in it (T60), and what they know may
    decide whether this can happen. Raises Unavailable: nobody is refused for good before."""
    if consult.awaited_since is not None:
        raise Unavailable(AWAITED, retry_after_seconds=AGAIN_SECONDS)


async def participating_inboxes(consult: Consult) -> list[str]:
    """The shared inbox of each remote institution that takes part.

    One whose trust ended meanwhile is left out, and audited: the others go on. For one whose keys
    changed it is kept.
    """
    hosts = (
        await Participant.filter(consult_id=consult.id).distinct().values_list("host", flat=True)
    )
    inboxes = []
    for peer in await Peer.filter(host__in=list(hosts)).order_by("id"):
        if await hears(peer.host):
            inboxes.append(str(peer.inbox))
        else:
            group = consult.group.uri
            await audit.record("consult.left_out", actor_uri=group, host=peer.host, subject=group)
    return inboxes


async def hears(host: str) -> bool:
    """Whether what a Group says goes to this host, now or when what is in doubt is settled."""
    return await trust.shares_consults(host) or await trust.held_until(host) is not None


async def entries_after(consult: Consult, seq: int, limit: int) -> list[dict[str, Any]]:
    """The next entries, ascending: as many as a peer reads in one answer, and at least one."""
    query = HistoryEntry.filter(consult_id=consult.id, seq__gt=seq).order_by("seq").limit(limit)
    page: list[dict[str, Any]] = []
    size = 0
    for row in await query:
        size += len(orjson.dumps(row.document))
        if page and size > _PAGE_BYTES:
            break
        page.append(row.document)
    return page


async def require_named(consult: Consult, author: Actor) -> None:
    """In a consult for named people nobody else writes, colleagues and second names included."""
    if consult.scope is not Scope.NAMED:
        return
    if not await Participant.filter(consult_id=consult.id, actor_uri=author.uri).exists():
        raise NotAllowed("Only the people who were asked by name can write here.")


async def _store(
    consult: Consult,
    event: Event,
    note: Mapping[str, Any],
    author: Actor,
    claims: Claims,
    seq: int,
    now: datetime,
) -> None:
    """Keep the Note with the standing its author has now: it will not change afterwards."""
    await Contribution.create(
        uri=note["id"],
        consult=consult,
        author=author,
        kind=event.value,
        body=await attachments.admitted(note, author.host),
        standing=(await standing.as_told(author, claims)).as_json(),
        seq=seq,
        published_at=now,
    )


def accepted_in(inner: Mapping[str, Any]) -> list[str]:
    """What its asker accepts."""
    named = inner["object"]
    return [named] if isinstance(named, str) else list(named)
