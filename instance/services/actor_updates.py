"""Update(actor): to whoever keeps a copy of one of our actors, what its document says now."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery

from federation.addressing import PUBLIC
from instance import config
from instance.models import Actor, ActorKind, Consult, Contribution, Delivery, Participant, Peer
from instance.outbox import actors, posts, trust
from instance.outbox.enqueue import enqueue
from instance.services import channels

_SPREAD_SECONDS = 600  # F-ACT-2: nobody shall see which actors are one member's


async def tell(actor: Actor, now: datetime) -> None:
    """Each is sent it as they would be served it; that of a person leaves within ten minutes."""
    partners = await _partners(actor)
    inboxes = {str(peer.inbox) for peer in partners if peer.inbox}
    if inboxes:
        document = await actors.document(actor, trusted=True, now=now)
        await _send(actor, document, [str(peer.actor_uri) for peer in partners], [], inboxes, now)
    if actor.discoverable:
        document = await actors.document(actor, trusted=False, now=now)
        followers = await channels.follower_inboxes(actor) - inboxes
        await _send(actor, document, [PUBLIC], [str(actor.followers_uri)], followers, now)


async def _send(
    actor: Actor,
    document: dict[str, Any],
    to: list[str],
    cc: list[str],
    inboxes: set[str],
    now: datetime,
) -> None:
    activity = posts.updated_actor(actor, document, to=to, cc=cc, now=now)
    await enqueue(activity, sender=actor, inboxes=inboxes)
    if actor.kind is ActorKind.PERSON:
        later = now + timedelta(seconds=secrets.randbelow(_SPREAD_SECONDS))
        await Delivery.filter(activity__uri=activity["id"]).update(due_at=later)


async def _partners(actor: Actor) -> list[Peer]:
    """Trusted institutions that take part in a consult with this actor."""
    wrote = Subquery(Contribution.filter(author_id=actor.id).values("consult_id"))
    consults = Consult.filter(Q(asker_id=actor.id) | Q(id__in=wrote))
    shared = Participant.filter(consult_id__in=Subquery(consults.values("id")))
    hosts = set(await shared.values_list("host", flat=True)) - {config.current().host}
    found = await Peer.filter(host__in=list(hosts)).order_by("host")
    return [peer for peer in found if await trust.is_trusted(peer.host)]
