"""A partner lost what we sent it: it came back from a backup, and asks (`outbox.sharing`)."""

from datetime import UTC, datetime, timedelta

from instance import events
from instance.models import Delivery, Peer
from instance.outbox import limits
from instance.services import audit

_OVERLAP = timedelta(minutes=5)  # its clock and ours; what it had is known to it by its id
_MOST = 5_000
_EVERY_MINUTES = 1


async def send_again(host: str, since: datetime) -> int:
    """What it took since that moment is sent once more, the same bytes under the same ids, in the
    order in which it was written; returns how much. Consults come from their histories."""
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
    await events.publish("delivery", 0)
    return len(ids)
