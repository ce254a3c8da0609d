"""A partner whose keys changed by nobody's word: trust rests, what is for it is kept for 72 hours
and goes on when the new keys are known to be theirs (federation.md 11.1.7, T58).

In the caller's transaction, with the peer locked. How the change is noticed is in `pins`.
"""

from datetime import datetime

from instance.models import Delivery, Peer, PeerLevel, Relationship, TrustState
from instance.outbox import trust
from instance.services import cutting


async def hold(peer: Peer, now: datetime) -> None:
    """Nothing of a consult goes to this partner, or is taken from it, from now on."""
    await cutting.cut_off(peer, TrustState.SUSPENDED, now)
    peer.keys_changed_at = now
    await peer.save(update_fields=["keys_changed_at"])
    waiting = Delivery.filter(host=peer.host, due_at__not_isnull=True)
    of_consults = waiting.filter(activity__consult_id__not_isnull=True)
    ids = await of_consults.values_list("id", flat=True)
    await Delivery.filter(id__in=list(ids)).update(due_at=now + trust.HELD_FOR)


async def release(peer: Peer, now: datetime) -> bool:
    """The keys are theirs after all: what was agreed holds again, and what was kept goes out.

    False where nothing was held, or the agreement ended meanwhile.
    """
    if peer.keys_changed_at is None:
        return False
    peer.keys_changed_at = None
    await peer.save(update_fields=["keys_changed_at"])
    rows = Relationship.filter(peer_id=peer.id, state=TrustState.SUSPENDED, ends_at__gt=now)
    is_agreed = await rows.update(state=TrustState.ACTIVE) > 0
    if is_agreed and peer.level is not PeerLevel.BLOCKED:
        peer.level = PeerLevel.TRUSTED
        await peer.save(update_fields=["level"])
    await Delivery.filter(host=peer.host, due_at__gt=now, created_at__lte=now).update(due_at=now)
    return is_agreed
