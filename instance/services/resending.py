"""A partner lost what we sent it: it came back from a backup, and asks (`outbox.sharing`)."""

from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from instance import events
from instance.models import Contribution, Delivery, Peer
from instance.outbox import consults as documents
from instance.outbox import limits
from instance.outbox.enqueue import enqueue
from instance.services import audit

_OVERLAP = timedelta(minutes=5)  # its clock and ours; what it had is known to it by its id
_MOST = 5_000
_EVERY_MINUTES = 1


async def send_again(host: str, since: datetime) -> int:
    """What it took since that moment is sent once more, the same bytes under the same ids, in the
    order in which it was written; returns how much. Consults come from their histories, and what
    people here wrote into its own, where it has not said yet that it took it."""
    if not limits.current().sent_again.take(host, _EVERY_MINUTES):
        return 0
    now = datetime.now(UTC)
    arrived = Delivery.filter(host=host, delivered_at__gte=since - _OVERLAP)
    arrived = arrived.filter(activity__consult_id=None, activity__body__isnull=False)
    ids = await arrived.order_by("-id").limit(_MOST).values_list("id", flat=True)
    for start in range(0, len(ids), 500):
        rows = Delivery.filter(id__in=list(ids[start : start + 500]))
        await rows.update(delivered_at=None, due_at=now, attempts=0, last_error=None)
    peer = await Peer.get_or_none(host=host)
    if peer is not None:
        uri = peer.actor_uri or ""
        await audit.record("peer.restored", actor_uri=uri, host=host, subject=host, count=len(ids))
    said = await _say_again(host)
    await events.publish("delivery", 0)
    return len(ids) + said


async def _say_again(host: str) -> int:
    """The words are here; what was signed left the queue with its delivery (T62), so the same Note
    goes in another activity. Who has it takes no notice."""
    open_ones = Contribution.filter(seq=None, refused_at=None, deleted_at=None)
    theirs = open_ones.filter(consult__group__host=host, author__is_local=True)
    theirs = theirs.filter(consult__purged_at=None, consult__frozen_at=None).order_by("id")
    number = 0
    for row in await theirs.limit(_MOST).select_related("consult__group", "author"):
        waiting = Delivery.filter(host=host, due_at__not_isnull=True, activity__type="Create")
        waiting = waiting.filter(activity__consult_id=row.consult_id)
        if await waiting.filter(activity__actor_id=row.author_id).exists():
            continue
        at, consult, author = row.published_at, row.consult, row.author
        async with in_transaction():
            activity = await documents.contribution(consult, author, row.body, at)
            inboxes = [consult.group.inbox]
            await enqueue(activity, sender=author, inboxes=inboxes, consult=consult)
        number += 1
    return number
