"""Cutting a hospital off: what ends at once, in the transaction of whoever decides it (T56).

Nothing here asks who may decide. What waits for the host and is no consult goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from instance import config
from instance.errors import TrustRefused
from instance.models import (
    Consult,
    Delivery,
    Offer,
    Participant,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)
from instance.outbox import partner_lists, sight
from instance.services import dead_letters
from instance.services.consults import leaving, reading

ENDED = "F-CON-1: trust ended"


@dataclass(frozen=True)
class Cut:
    """What an end of trust would take away, for the page on which it is decided."""

    ours: int  # running consults of ours that they read
    theirs: int  # running consults of theirs that we read
    waiting: int  # messages of consults on their way to them


async def locked(host: str) -> Peer:
    """The peer as it is now, kept so until the transaction ends. Raises TrustRefused."""
    peer = await Peer.filter(host=host).select_for_update().first()
    if peer is None:
        raise TrustRefused("Nothing was begun with this hospital yet. Compare its keys first.")
    return peer


async def cut_off(peer: Peer, state: TrustState, now: datetime) -> None:
    """End trust in both directions: level, participation, what waits. `peer` is locked.

    REVOKED is for good. SUSPENDED may be mended: who takes part stays listed, and gets nothing.
    """
    await sight.settle()
    if peer.level is not PeerLevel.BLOCKED:
        peer.level = PeerLevel.PUBLIC
        await peer.save(update_fields=["level"])
    await partner_lists.forget(peer)
    await Relationship.filter(peer_id=peer.id, state=TrustState.ACTIVE).update(state=state)
    if state is TrustState.SUSPENDED:
        return
    peer.keys_changed_at = None
    await peer.save(update_fields=["keys_changed_at"])
    await close_offers(peer, now)
    await Relationship.filter(peer_id=peer.id).update(state=state)
    await leaving.note(peer.host, now)
    await _participating(peer.host).delete()
    waiting = await _waiting(peer.host).select_related("activity__actor")
    for row in waiting:
        await dead_letters.give_up(row, ENDED, "delivery.cancelled", now)
    await dead_letters.drop_bodies([row.activity for row in waiting])


async def close_offers(peer: Peer, now: datetime) -> None:
    """What was offered, or answered and has not arrived, counts no more."""
    open_states = (TrustState.OFFERED, TrustState.PENDING)
    rows = Offer.filter(peer_id=peer.id, state__in=open_states)
    await rows.update(state=TrustState.REVOKED, closed_at=now)


async def count(host: str) -> Cut:
    live = Consult.filter(status__in=reading.LIVE)
    reads = Subquery(Participant.filter(host=host).values("consult_id"))
    return Cut(
        ours=await live.filter(is_local=True, id__in=reads).count(),
        theirs=await live.filter(group__host=host).count(),
        waiting=await _waiting(host).count(),
    )


def _participating(host: str) -> QuerySet[Participant]:
    """They in ours, and we in theirs. Who reads a third hospital's consult is for that to say."""
    ours = Subquery(Consult.filter(is_local=True).values("id"))
    theirs = Subquery(Consult.filter(group__host=host).values("id"))
    hosts: Sequence[str] = (host, config.current().host)
    they_in_ours = Q(host=host, consult_id__in=ours)
    return Participant.filter(they_in_ours | Q(host__in=hosts, consult_id__in=theirs))


def _waiting(host: str) -> QuerySet[Delivery]:
    rows = Delivery.filter(host=host, due_at__not_isnull=True)
    return rows.filter(activity__consult_id__not_isnull=True)
