"""Deletions asked of other hospitals, and what they answer; and our answers to theirs (6.4).

A receipt changes what is shown, and nothing else. It is good for 30 days after it was asked for,
whether there is still trust or not: its proof is by the key that two people compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.functions import Min
from tortoise.queryset import QuerySet

from federation import receipts
from federation.errors import NotAllowed
from federation.recalls import Asked
from federation.receipts import LEFT, Told
from instance import events, raw_sql
from instance.models import Consult, Contribution, Delivery, OutboxActivity, Peer, Receipt
from instance.outbox import local, posts, trust
from instance.outbox.enqueue import enqueue, wake_host
from instance.services import audit, settings

LATE_AFTER, OVERDUE_AFTER = timedelta(minutes=15), receipts.PURGE_WITHIN
_TAKEN_FOR = timedelta(days=30)
_NO_REASON = "No reason was given."


@dataclass(frozen=True)
class Tally:
    """What one hospital was asked to delete after it left. `backups_until`: the latest that it
    said of any."""

    asked: int = 0
    deleted: int = 0
    overdue: int = 0
    backups_until: datetime | None = None


async def expect(
    consult: Consult, hosts: Iterable[str], asked: Asked, deletion_uri: str, now: datetime
) -> None:
    """Write down who is to delete something of a consult, in the transaction that recalls it."""
    await Receipt.bulk_create(
        Receipt(
            consult=consult,
            host=host,
            activity_uri=deletion_uri,
            reason=asked.reason,
            asked=list(asked.named),
            asked_at=now,
        )
        for host in hosts
    )


async def ask_apart(consult: Consult, host: str, asked: Asked, now: datetime) -> None:
    """Ask a hospital that does not hear the consult's Group, now at least: it left, or trust rests,
    or the Group does not know its number."""
    uri = posts.activity_uri()
    await expect(consult, [host], asked, uri, now)
    await ask(await Receipt.get(activity_uri=uri, host=host), now)


async def expect_of_leaver(consults: Sequence[Consult], host: str, now: datetime) -> None:
    """Write down what a hospital that left these is to delete, in the transaction of its end."""
    await Receipt.bulk_create(
        Receipt(
            consult=consult,
            host=host,
            activity_uri=posts.activity_uri(),
            reason=LEFT,
            asked=[consult.uri],
            asked_at=now,
        )
        for consult in consults
    )


async def ask(row: Receipt, now: datetime) -> None:
    """Send the Delete. Nothing goes to who is blocked, or was never known."""
    peer = await Peer.get_or_none(host=row.host)
    inbox = (peer.actor_inbox or peer.inbox) if peer is not None else None
    if peer is None or not peer.actor_uri or not inbox:
        return
    if await OutboxActivity.filter(uri=row.activity_uri).exists():  # another hospital was asked so
        row.activity_uri = posts.activity_uri()
        await row.save(update_fields=["activity_uri"])
    ours = await local.institution()
    key = await local.private_key(ours, "ed25519")
    named = row.asked[0] if len(row.asked) == 1 else row.asked
    document = receipts.deletion(
        row.activity_uri, named, row.reason, to=peer.actor_uri, key=key, now=now
    )
    await enqueue(document, sender=ours, inboxes=[inbox], as_partner=True)


async def ask_again(row: Receipt, now: datetime) -> None:
    """Straight, by our Application: also where it took what the Group said, and did not answer."""
    await wake_host(row.host)
    waits = Delivery.filter(host=row.host, due_at__not_isnull=True)
    if await waits.filter(activity__consult_id=row.consult_id).exists():
        return
    if not await Consult.filter(id=row.consult_id, is_local=True).exists():
        row.activity_uri = posts.activity_uri()  # its owner took the author's, and takes each once
        await row.save(update_fields=["activity_uri"])
    sent = Delivery.filter(host=row.host, activity__uri=row.activity_uri)
    fresh = {"gave_up_at": None, "delivered_at": None, "attempts": 0, "not_found": 0}
    if not await sent.update(due_at=now, created_at=now, last_error=None, **fresh):
        await ask(row, now)


async def ask_host_again(consult: Consult, host: str, now: datetime) -> None:
    """For all of it that a hospital which takes part has not proven to be gone there."""
    for row in await Receipt.filter(consult_id=consult.id, host=host, purged_at=None):
        await ask_again(row, now)


async def unsend(consult: Consult, host: str) -> None:
    """Do not ask apart what waits and the Group will say now: it could arrive behind what is sent
    again. In the caller's transaction."""
    for row in await Receipt.filter(consult_id=consult.id, host=host, purged_at=None):
        waits = Delivery.filter(host=host, activity__uri=row.activity_uri, claimed_until=None)
        if await waits.filter(due_at__not_isnull=True).delete():
            await row.delete()


async def answer(
    host: str, named: str, purged: Sequence[str], remaining: int, purged_at: datetime, now: datetime
) -> None:
    """Send our receipt. What ended trust goes to them before it: both are by our Application."""
    peer = await Peer.get_or_none(host=host, pinned_at__not_isnull=True)
    inbox = (peer.actor_inbox or peer.inbox) if peer is not None else None
    if peer is None or not inbox:
        return
    ours = await local.institution()
    kept = await settings.backup_days()
    document = receipts.receipt(
        posts.activity_uri(),
        named,
        list(purged),
        remaining,
        purged_at=purged_at,
        backups_until=purged_at + timedelta(days=kept) if kept is not None else None,
        to=str(peer.actor_uri),
        key=await local.private_key(ours, "ed25519"),
        now=now,
    )
    await enqueue(document, sender=ours, inboxes=[inbox], as_partner=True)


async def take(told: Told, host: str, signer: str, now: datetime) -> None:
    """What a hospital says it deleted, in the caller's transaction; whose proof was checked.

    Raises NotAllowed where it was asked nothing, or something else, or too long ago.
    """
    rows = Receipt.filter(host=host)
    found = await rows.get_or_none(activity_uri=told.named)
    if found is None:
        unasked = rows.filter(consult__uri=told.named, reason=LEFT)
        found = await unasked.order_by("-asked_at").first()
    if found is None:
        raise NotAllowed("6.4 receipt")
    row = await Receipt.filter(id=found.id).select_for_update().get()
    if told.purged != frozenset(row.asked):
        raise NotAllowed("6.4 ids")
    if row.asked_at < now - _TAKEN_FOR:
        raise NotAllowed("6.4 late")
    if row.purged_at is not None:
        return
    row.answered_at, row.remaining, row.backups_until = now, told.remaining, told.backups_until
    row.purged_at = told.purged_at if told.remaining == 0 else None
    row.refusal = ""
    await row.save()
    if row.reason == LEFT and row.purged_at is not None:
        await _settle_recalls(row)
    await row.fetch_related("consult")
    await audit.record(
        "consult.receipt",
        actor_uri=signer,
        host=host,
        subject=row.consult.uri,
        remaining=told.remaining,
    )
    await events.publish("consult", row.consult_id)


async def is_asked(deletion_uri: str, host: str) -> bool:
    return await Receipt.filter(host=host, activity_uri=deletion_uri).exists()


async def take_refusal(named: str, why: str, host: str, signer: str, now: datetime) -> None:
    """A hospital does not delete what it was asked to, in the caller's transaction; whose proof was
    checked."""
    rows = Receipt.filter(host=host, activity_uri=named, purged_at=None)
    row = await rows.filter(asked_at__gte=now - _TAKEN_FOR).select_for_update().first()
    if row is None:
        return
    row.answered_at, row.refusal = now, why or _NO_REASON
    await row.save(update_fields=["answered_at", "refusal"])
    await row.fetch_related("consult")
    uri = row.consult.uri
    await audit.record("consult.deletion_refused", actor_uri=signer, host=host, subject=uri)
    await events.publish("consult", row.consult_id)


async def of_leavers(consult: Consult) -> list[Receipt]:
    wanted = "consult_id = ?1 AND reason = ?2 ORDER BY id"
    return await raw_sql.where(Receipt, wanted, [consult.id, LEFT])


async def of_recalls(consult: Consult) -> list[Receipt]:
    """Of all that was recalled there, or withdrawn."""
    rows = await Receipt.filter(consult_id=consult.id).exclude(reason=LEFT).order_by("id")
    own = Contribution.filter(consult_id=consult.id, deleted_at__not_isnull=True)
    uris = set(await own.values_list("uri", flat=True))
    return [row for row in rows if not uris.issuperset(row.asked)]


async def of_deletion(row: Contribution) -> list[Receipt]:
    """Of what its author deleted."""
    rows = Receipt.filter(consult_id=row.consult_id).exclude(reason=LEFT).order_by("id")
    return [one for one in await rows if one.asked == [row.uri]]


async def tally(host: str, now: datetime) -> Tally:
    asked = Receipt.filter(host=host, reason=LEFT)
    said = asked.filter(purged_at__not_isnull=True, backups_until__not_isnull=True)
    last = await said.order_by("-backups_until").first()
    return Tally(
        asked=await asked.count(),
        deleted=await asked.exclude(purged_at=None).count(),
        overdue=await _overdue(now).filter(host=host, reason=LEFT).count(),
        backups_until=last.backups_until if last is not None else None,
    )


async def overdue(now: datetime) -> dict[str, datetime]:
    """The hospitals that have not proved in time that they deleted, and since when.

    Not who is blocked: no word of theirs would be taken.
    """
    first = _overdue(now).annotate(first=Min("asked_at")).group_by("host")
    rows = await first.values("host", "first")
    said = await trust.said_of(row["host"] for row in rows)
    return {
        row["host"]: raw_sql.time(row["first"]) + OVERDUE_AFTER
        for row in rows
        if not trust.has_block(row["host"], said)
    }


async def _settle_recalls(row: Receipt) -> None:
    """Who left and deleted all of a consult has nothing left of what was recalled from it."""
    open_ones = Receipt.filter(consult_id=row.consult_id, host=row.host, purged_at=None)
    await open_ones.update(
        answered_at=row.answered_at,
        remaining=0,
        purged_at=row.purged_at,
        backups_until=row.backups_until,
    )


def _overdue(now: datetime) -> QuerySet[Receipt]:
    return Receipt.filter(purged_at=None, asked_at__lt=now - OVERDUE_AFTER)
