"""What partners tell a restored institution, applied (`inbox.recovering` asks them).

Trust holds again with who confirms it; whose standing was withdrawn after the backup loses it
again; what waited and did not arrive is sent; a consult of ours is open to new acts when all is
here that any hospital in it has.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from federation import status_lists
from federation.errors import FederationError
from federation.fields import id_of
from federation.status_lists import Purpose
from instance import config, events
from instance.errors import CurbsideError
from instance.ids import id_at
from instance.models import (
    Consult,
    Contribution,
    Delivery,
    Fetch,
    HistoryEntry,
    Member,
    Participant,
    Peer,
    Recall,
    Restore,
    Standing,
    StatusEntry,
    StatusList,
    Tombstone,
)
from instance.models.verification import Ending, Method
from instance.outbox import standing
from instance.outbox.enqueue import enqueue
from instance.services import verification
from instance.services.consults import changing, deleting, history, recalling, regaining
from instance.services.restoring import ASKED_FOR, NOT_SENT, TAKES_AWAY, awaited, count, note

log = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(days=7)  # as deliveries; then only people can say that trust holds


async def confirm(peer: Peer) -> None:
    """It says that we work together: what is for it goes out, and what it says counts."""
    now = datetime.now(UTC)
    await Peer.filter(id=peer.id).update(awaited_since=None, lists_due_at=now)
    waiting = Delivery.filter(host=peer.host, due_at__gt=now, created_at__lte=now)
    await waiting.update(due_at=now)
    await Fetch.filter(host=peer.host, due_at__gt=now).update(due_at=now)
    await events.publish("delivery", 0)
    await events.publish("fetch", 0)


async def consults_of(host: str) -> list[str]:
    """Of a partner, as far as we know them, where it does not say how far they are."""
    rows = Consult.filter(is_local=False, group__host=host, purged_at=None)
    return [
        str(uri)
        for uri in await rows.order_by("-changed_at").limit(1_000).values_list("uri", flat=True)
    ]


async def keep_withdrawn(restore: Restore, host: str, lists: list[dict[str, Any]]) -> None:
    """Whose standing we withdrew after the backup: as our own lists say, which a partner kept. It
    is withdrawn again, and has to be shown anew."""
    for document in lists:
        subject = document["credentialSubject"]
        bits, purpose = status_lists.decode(subject["encodedList"]), subject["statusPurpose"]
        list_id = int(str(document["id"]).rpartition("/")[2])
        for entry in await StatusEntry.filter(list_id=list_id, is_set=False):
            if status_lists.is_set(bits, entry.index):
                await _withdraw(restore, host, entry, purpose)


async def release(restore: Restore, host: str, numbers: Mapping[str, int]) -> None:
    """Now it is known what of that which waited for a host has not arrived: that goes out.
    `numbers`: how far each consult is there."""
    held = Delivery.filter(host=host, last_error=NOT_SENT, activity__consult_id__not_isnull=True)
    for row in await held.order_by("id").select_related("activity__consult"):
        if await _is_missing(row, numbers):
            again = {"due_at": datetime.now(UTC), "gave_up_at": None, "last_error": None}
            await Delivery.filter(id=row.id).update(**again, attempts=0)
            await count(restore, host, "sent_now")
        else:
            await Delivery.filter(id=row.id).delete()
    await events.publish("delivery", 0)


async def note_told(restore: Restore, host: str) -> None:
    """All is here that it has of our consults, or gives."""
    await Peer.filter(host=host).update(untold_since=None)
    await open_consults(restore)


async def open_consults(restore: Restore) -> bool:
    """Of those of ours of which all is here that every hospital has, or whose time is over. Whether
    nobody is to be asked any more."""
    now = datetime.now(UTC)
    since = {peer.host: peer.untold_since or now for peer in await awaited()}
    late = {host for host, at in since.items() if at < now - ASKED_FOR}
    for host in late:
        await note(restore, host, "not_asked")
    asked = Participant.filter(host__in=sorted(since.keys() - late)).values("consult_id")
    waiting = Consult.filter(awaited_since__not_isnull=True).exclude(id__in=Subquery(asked))
    given = HistoryEntry.filter(id__gt=id_at(restore.restored_at)).values("consult_id")
    for row in await waiting.filter(id__in=Subquery(given)).only("id"):
        try:
            async with in_transaction():
                await regaining.open_again(await history.locked(row.id), now)
        except (FederationError, CurbsideError) as error:  # one must not stop the others
            log.error("consult %s goes on as it is", row.id, exc_info=error)
    await waiting.update(awaited_since=None)
    await _spread_deletions(now)
    await _spread_recalls(restore, now)
    if any(at > now - GIVEN_UP_AFTER for at in since.values()):
        return False
    await Restore.filter(id=restore.id, ended_at=None).update(ended_at=now)
    return True


async def _spread_deletions(now: datetime) -> None:
    """As recalls, of what members here wrote and deleted."""
    for row in await deleting.ahead_by_authors():
        try:
            async with in_transaction():
                await changing.delete_after_all(await history.locked(row.consult_id), row, now)
        except (FederationError, CurbsideError) as error:  # one must not stop the others
            log.error("deletion of %s is not in its history yet", row.id, exc_info=error)


async def _spread_recalls(restore: Restore, now: datetime) -> None:
    """Those that could not wait for the numbers of their consults, which are known now."""
    since = Recall.filter(recalled_at__gte=restore.restored_at)
    ours = since.filter(consult__is_local=True, consult__awaited_since=None)
    for row in await ours.order_by("id"):
        try:
            async with in_transaction():
                await recalling.after_all(await history.locked(row.consult_id), row, now)
        except (FederationError, CurbsideError) as error:  # one must not stop the others
            log.error("recall %s is not in its history yet", row.id, exc_info=error)


async def _is_missing(row: Delivery, numbers: Mapping[str, int]) -> bool:
    """Of a consult of ours, an entry that its reader has not; else what only takes something away,
    or a post that its owner has not spread."""
    consult, uri = row.activity.consult, row.activity.uri
    if row.activity.body is None or consult is None:
        return False
    entry = await HistoryEntry.get_or_none(activity_uri=uri)
    if entry is not None:
        return consult.is_local and entry.seq > numbers.get(consult.uri, 0)
    if row.activity.type in (*TAKES_AWAY, "Accept"):
        return not await _is_spread(consult, uri)
    posts = Contribution.filter(consult_id=consult.id, seq=None, refused_at=None)
    noted = id_of(orjson.loads(row.activity.body).get("object"))
    gone = await Tombstone.filter(consult_id=consult.id, uri__in=[noted, consult.uri]).exists()
    return row.activity.type == "Create" and not gone and await posts.filter(uri=noted).exists()


async def _is_spread(consult: Consult, uri: str) -> bool:
    async for entry in HistoryEntry.filter(consult_id=consult.id).order_by("-seq"):
        if id_of(entry.document["object"]) == uri:
            return True
    return False


async def _withdraw(restore: Restore, host: str, entry: StatusEntry, purpose: str) -> None:
    now, place = datetime.now(UTC), config.current().uri(f"/s/{entry.list_id}")
    async with in_transaction():
        if not await StatusEntry.filter(id=entry.id, is_set=False).update(is_set=True):
            return
        await StatusList.filter(id=entry.list_id).update(document=None)
        for row in await Standing.filter(actor__is_local=True).select_related("actor__member"):
            named = [(one.uri, one.index) for one in status_lists.entries(row.document)]
            member = row.actor.member
            if (place, entry.index) not in named or member is None:
                continue
            if purpose == Purpose.SUSPENSION.value:
                await Member.filter(id=member.id, suspended_at=None).update(suspended_at=now)
            methods = set(Method) - {Method.ATTEST}
            await verification.end(member, now, Ending.EXPIRED, methods=methods)
            await standing.changed(member, now)
            await count(restore, host, "withdrawn")


async def spread_again(consult_id: int) -> None:
    """The last entry that was given back goes to every reader: who lacks it, or one before it, asks
    for the rest (6.2.4). Who has it takes no notice."""
    async with in_transaction():
        consult = await history.locked(consult_id)
        entry = await HistoryEntry.get(consult_id=consult_id, seq=consult.last_seq)
        inboxes = await history.participating_inboxes(consult)
        await enqueue(entry.document, sender=consult.group, inboxes=inboxes, consult=consult)
